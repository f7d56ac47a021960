package dev.lungo.metal.load;

import dev.lungo.metal.Configuration;
import dev.lungo.metal.core.Bare;

/**
 * From a multiboot loader: the first module is a Linux kernel with its command line, the second its
 * initramfs. Multiboot Specification 0.6.96, "Boot information format".
 */
public final class MultibootStart extends Boot {
    private static final int HAS_MODULES = 1 << 3;
    private static final int LONGEST_STRING = 4096;
    private static final int HAS_MAP = 1 << 6;

    private final long info;

    /** Given where the loader's information is. */
    MultibootStart(long info) {
        this.info = info;
    }

    @Override
    public void next(Configuration configuration) {
        int flags = Bare.get32(info);
        int count = (flags & HAS_MODULES) != 0 ? Bare.get32(info + 20) : 0;
        if (count == 0 || (flags & HAS_MAP) == 0) {
            throw new IllegalStateException(
                    "the multiboot loader gave no module, or no memory map; give a Linux kernel as"
                            + " module");
        }
        E820 map = readMap();
        long modules = u32(info + 24);
        for (int i = 0; i < count; i++) {
            map.use(u32(modules + i * 16L), u32(modules + i * 16L + 4));
        }
        String commandLine = string(u32(modules + 8)) + ' ' + configuration.get("append", "");
        LinuxGuest guest =
                new LinuxGuest(u32(modules), u32(modules + 4), bytes(commandLine.trim()));
        if (count > 1) {
            guest.initrd(u32(modules + 16), u32(modules + 20));
        }
        guest.start(map);
    }

    private E820 readMap() {
        E820 map = E820.make();
        long at = u32(info + 48);
        long end = at + u32(info + 44);
        while (at < end) {
            map.add(Bare.get64(at + 4), Bare.get64(at + 12), Bare.get32(at + 20));
            at += u32(at) + 4;
        }
        return map;
    }

    /** A string of C, which the loader may have put where the guest's memory is to be. */
    private static String string(long at) {
        int length = 0;
        while (at != 0 && length < LONGEST_STRING && Bare.get8(at + length) != 0) {
            length++;
        }
        return text(at, length);
    }

    static long u32(long at) {
        return Bare.get32(at) & 0xFFFF_FFFFL;
    }
}
