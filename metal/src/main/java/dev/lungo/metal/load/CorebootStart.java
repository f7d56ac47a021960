package dev.lungo.metal.load;

import dev.lungo.metal.Configuration;
import dev.lungo.metal.core.Bare;
import dev.lungo.metal.core.Pages;
import dev.lungo.metal.core.Start;
import org.jspecify.annotations.Nullable;

/**
 * As coreboot's payload: the configuration is a file of the CBFS, and so is what is next, an ELF
 * file, a SELF or a Linux kernel, and the kernel's initramfs. All but the kernel find a copy of
 * coreboot's table where the hypervisor's memory is reserved.
 */
public final class CorebootStart extends Boot {
    private static final String CONFIGURATION = "lungo.conf";
    private static final String NEXT = "realpayload";
    private static final String INITRD = "initrd";
    private static final long FOUR_GIB = 1L << 32;
    private static final long MAX_FILE_BYTES = 1L << 30;

    /** For a stack of two words, and a GDT behind it, in the memory of the table's copy. */
    private static final int STACK = 16;

    private final Memory memory = new PhysicalMemory();
    private final CorebootTable table;
    private final @Nullable Cbfs cbfs;

    CorebootStart() {
        CorebootTable found = CorebootTable.find(memory);
        if (found == null) {
            throw new IllegalStateException("coreboot's table is not where it should be");
        }
        table = found;
        Window archive = Flash.archive(memory, table);
        cbfs = archive == null ? null : new Cbfs(archive);
    }

    @Override
    public String configuration() {
        Cbfs.File file = find(CONFIGURATION);
        if (file == null || file.content().isCompressed()) {
            return super.configuration();
        }
        Window stored = file.content().stored();
        return text(stored.start(), stored.bytes());
    }

    @Override
    public int serialPort() {
        return table.has(CorebootTable.SERIAL) ? table.serialPort() : super.serialPort();
    }

    @Override
    public void next(Configuration configuration) {
        String name = configuration.get("next", NEXT);
        Cbfs.File file = find(name);
        if (file == null) {
            throw new IllegalStateException(
                    cbfs == null ? "no CBFS is in memory" : "the CBFS has no " + name);
        }
        E820 map = E820.make();
        table.addMemoryTo(map);
        map.use(0, CorebootTable.LOW_BYTES);
        long bytes = table.copyBytes(map) + STACK + Start.GDT_BYTES + Pages.SIZE - 1 & -Pages.SIZE;
        Window copy = place(map, "coreboot's table", bytes, FOUR_GIB);
        map.reserve(copy.start(), copy.end(), CorebootTable.TABLE_MEMORY);

        Window content = expand(file.content(), map, FOUR_GIB);
        LinuxGuest linux =
                new LinuxGuest(
                        content.start(),
                        content.end(),
                        Boot.bytes(configuration.get("append", "")));
        if (file.type() != Cbfs.PAYLOAD && linux.isUsable()) {
            startLinux(linux, map);
        }
        Program program = new Program(memory, map);
        long entry =
                file.type() == Cbfs.PAYLOAD ? program.loadSelf(content) : program.loadElf(content);
        table.copy(copy, map);
        long stack = copy.end() - Start.GDT_BYTES - STACK;
        Bare.put64(stack, copy.start() << 32);
        Start.flat32(entry, stack, stack + STACK, map.placeTrampoline());
    }

    private void startLinux(LinuxGuest linux, E820 map) {
        Cbfs.File initrd = find(INITRD);
        if (initrd != null) {
            Window content = expand(initrd.content(), map, linux.initrdLimit());
            linux.initrd(content.start(), content.end());
        }
        linux.rsdp(table.rsdp());
        linux.start(map);
    }

    private Cbfs.@Nullable File find(String name) {
        return cbfs == null ? null : cbfs.find(name);
    }

    /** In RAM, as high as may be, where it is not in the way of what has its own places. */
    private Window expand(Compressed content, E820 map, long limit) {
        if (content.bytes() > MAX_FILE_BYTES) {
            throw new IllegalStateException(content.stored().what() + " is too large");
        }
        Window to = place(map, content.stored().what(), content.bytes(), limit);
        content.expand(to);
        return to;
    }

    private Window place(E820 map, String what, long bytes, long limit) {
        return new Window(memory, what, map.placeHigh(what, bytes, limit), bytes);
    }
}
