package dev.lungo.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.sun.management.ThreadMXBean;
import dev.lungo.boot.BootException;
import dev.lungo.boot.BootFile;
import dev.lungo.boot.BootRequest;
import dev.lungo.boot.Images;
import dev.lungo.boot.KernelLoader;
import dev.lungo.boot.MemoryMap;
import dev.lungo.boot.bytes.ByteWriter;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any file as a kernel, with any modules and command line: it is loaded, or refused with a {@link
 * BootException}. Nothing but RAM is written, and the heap does not pay for what a header claims.
 *
 * <p>An input is four bytes (which machine, how long the command line is, how many modules there
 * are and what size they have), the command line, and then the kernel.
 */
class KernelLoaderFuzz {
    private static final long MIB = 1 << 20;
    private static final long[] MACHINES = {2 * MIB, 8 * MIB, 64 * MIB, 6144 * MIB};

    /** Far more than tables, claims and messages take. */
    private static final long MOST_ALLOCATED = 4 << 20;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @MethodSource("seeds")
    @FuzzTest
    void anyFileIsLoadedIntoRamOrRefused(byte[] input) {
        if (input.length < 4) {
            return;
        }
        ByteBuffer rest = ByteBuffer.wrap(input);
        MemoryMap map = MemoryMap.of(MACHINES[rest.get() & 3]);
        int lineBytes = rest.get() & 0xFF;
        int moduleCount = rest.get() & 3;
        int moduleBytes = (rest.get() & 0xFF) << 12;
        byte[] line = new byte[Math.min(lineBytes, rest.remaining())];
        rest.get(line);
        byte[] kernel = new byte[rest.remaining()];
        rest.get(kernel);
        List<BootFile> modules = new ArrayList<>();
        for (int i = 0; i < moduleCount; i++) {
            modules.add(new BootFile("module", new byte[moduleBytes]));
        }

        BootFile file = new BootFile("kernel", kernel);
        String commandLine = new String(line, ISO_8859_1);

        long allocated = allocatedBy(() -> load(file, modules, commandLine, map));

        if (allocated >= MOST_ALLOCATED) { // unless classes were loaded then
            allocated = allocatedBy(() -> load(file, modules, commandLine, map));
        }
        assertThat(allocated).isLessThan(MOST_ALLOCATED);
    }

    private static void load(
            BootFile kernel, List<BootFile> modules, String commandLine, MemoryMap map) {
        try {
            long rsdp = map.acpiTables().base();
            KernelLoader.load(
                    new BootRequest(kernel, modules, commandLine, map, rsdp), new PaperMemory(map));
        } catch (BootException e) {
            assertThat(e).hasMessageContaining("; ");
        }
    }

    private long allocatedBy(Runnable action) {
        long before = threads.getCurrentThreadAllocatedBytes();
        action.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    @Test
    void changedKernelsAreLoadedIntoRamOrRefused() {
        SeededInputs.changed(60_000, seeds(), this::anyFileIsLoadedIntoRamOrRefused);
    }

    /** The smallest kernels of each format. */
    static List<byte[]> seeds() {
        byte[] code = {(byte) 0xF4};
        ByteWriter addresses = Images.multiboot(0x1_0003).u32(MIB).u32(MIB).u32(0).u32(2 * MIB);
        ByteWriter relocatable =
                Images.multiboot2(
                        Images.tag(1, true, 4, 6),
                        Images.tag(2, false, MIB, MIB, 0, MIB + 0x100),
                        Images.tag(3, false, MIB + 4),
                        Images.tag(10, false, MIB, 4 * MIB, 4096, 2));
        byte[] elfHeader = Images.multiboot2(Images.tag(6, false)).bytes(code).toBytes();
        // The smallest kernel is not 5 KiB long, so that what changes are its headers.
        ByteWriter linux = new ByteWriter().bytes(firstKib(Images.bzImage()));
        linux.setU32(0x1F4, 0).setU64(0x258, 2 * MIB).setU32(0x260, MIB);
        return List.of(
                input(1, linux),
                input(3, linux),
                input(1, Images.elf64(MIB, MIB, MIB, code)),
                input(0, Images.elf32(MIB, MIB, MIB, Images.multiboot(3).bytes(code).toBytes())),
                input(2, Images.elf32(MIB, MIB, MIB, elfHeader)),
                input(3, Images.elf64(4096 * MIB, 4096 * MIB, MIB, code)),
                input(1, addresses.u32(MIB + 32).bytes(code)),
                input(1, relocatable.bytes(code)));
    }

    private static byte[] firstKib(ByteWriter image) {
        return java.util.Arrays.copyOf(image.toBytes(), 1024);
    }

    private static byte[] input(int machine, ByteWriter kernel) {
        String line = "console=ttyS0";
        return new ByteWriter()
                .u8(machine)
                .u8(line.length())
                .u8(1)
                .u8(3)
                .text(line)
                .bytes(kernel.toBytes())
                .toBytes();
    }
}
