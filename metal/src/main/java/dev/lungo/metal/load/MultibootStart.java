package dev.lungo.metal.load;

import dev.lungo.metal.core.Bare;

/**
 * From a multiboot loader: the first module is a Linux kernel with its command line, the second its
 * initramfs. Multiboot Specification 0.6.96, "Boot information format".
 */
public final class MultibootStart {
    private static final int HAS_MODULES = 1 << 3;
    private static final int LONGEST_STRING = 4096;
    private static final int HAS_MAP = 1 << 6;

    private MultibootStart() {}

    public static void run(long info) {
        int flags = Bare.get32(info);
        int count = (flags & HAS_MODULES) != 0 ? Bare.get32(info + 20) : 0;
        if (count == 0 || (flags & HAS_MAP) == 0) {
            throw new IllegalStateException(
                    "the multiboot loader gave no module, or no memory map; give a Linux kernel as"
                            + " module");
        }
        E820 map = readMap(info);
        long modules = u32(info + 24);
        for (int i = 0; i < count; i++) {
            map.use(u32(modules + i * 16L), u32(modules + i * 16L + 4));
        }
        LinuxGuest guest = new LinuxGuest(u32(modules), u32(modules + 4), string(u32(modules + 8)));
        if (count > 1) {
            guest.initrd(u32(modules + 16), u32(modules + 20));
        }
        guest.start(map);
    }

    private static E820 readMap(long info) {
        E820 map = new E820();
        long at = u32(info + 48);
        long end = at + u32(info + 44);
        while (at < end) {
            map.add(Bare.get64(at + 4), Bare.get64(at + 12), Bare.get32(at + 20));
            at += u32(at) + 4;
        }
        return map;
    }

    /** A string of C, which the loader may have put where the guest's memory is to be. */
    private static byte[] string(long at) {
        int length = 0;
        while (at != 0 && length < LONGEST_STRING && Bare.get8(at + length) != 0) {
            length++;
        }
        byte[] string = new byte[length];
        for (int i = 0; i < length; i++) {
            string[i] = (byte) Bare.get8(at + i);
        }
        return string;
    }

    static long u32(long at) {
        return Bare.get32(at) & 0xFFFF_FFFFL;
    }
}
