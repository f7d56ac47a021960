package dev.lungo.boot;

import static dev.lungo.boot.Images.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lungo.machine.CpuRegisters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Kernels as distributions make them, from the directory that LUNGO_GUESTS names. */
class RealKernelsTest {
    private static final int RSI = 6;

    private final TestMemory memory = new TestMemory(256 * MIB);

    @Test
    void aDistributionsVmlinuzIsLoaded() throws IOException {
        BootFile kernel = guest("vmlinuz-cloud");
        BootFile initrd = guest("initramfs.cpio.gz");

        CpuRegisters registers = load(kernel, initrd);

        assertThat(KernelFormat.detect(kernel)).isEqualTo(KernelFormat.BZIMAGE);
        assertThat(registers.rip).isEqualTo(0x100_0200);
        long initrdAt = memory.u32(registers.gpr[RSI] + 0x218);
        assertThat(memory.bytes(initrdAt, initrd.length()))
                .isEqualTo(initrd.copy(0, initrd.length()));
    }

    @Test
    void aDistributionsVmlinuxIsLoadedByItsPvhEntry() throws IOException {
        BootFile kernel = guest("vmlinux-cloud");

        CpuRegisters registers = load(kernel, guest("initramfs.cpio.gz"));

        assertThat(KernelFormat.detect(kernel)).isEqualTo(KernelFormat.PVH);
        assertThat(registers.rip).isBetween(16 * MIB, 80 * MIB);
        assertThat(memory.bytes(16 * MIB, 4096)).isEqualTo(kernel.copy(0x20_0000, 4096));
    }

    @Test
    void aMultiboot2KernelIsLoaded() throws IOException {
        BootFile kernel = guest("mb2.elf");

        CpuRegisters registers = load(kernel, new BootFile("module", new byte[100]));

        assertThat(KernelFormat.detect(kernel)).isEqualTo(KernelFormat.MULTIBOOT2);
        assertThat(registers.rip).isEqualTo(0x20_0018);
    }

    /** The last two hundredths are a signature or relocations, which no loader reads. */
    @Test
    void everyTruncationIsRefused() throws IOException {
        for (String name : List.of("vmlinuz-cloud", "vmlinux-cloud")) {
            BootFile whole = guest(name);
            int end = whole.length() / 100 * 98;
            for (int bytes = 0; bytes < end; bytes += end / 97) {
                BootFile cut = new BootFile(name, whole.copy(0, bytes));

                assertThatThrownBy(() -> load(cut, new BootFile("initrd", new byte[100])))
                        .as("%s of %d bytes", name, bytes)
                        .isInstanceOf(BootException.class)
                        .hasMessageStartingWith(name);
            }
        }
    }

    private CpuRegisters load(BootFile kernel, BootFile module) {
        return KernelLoader.load(Images.request(kernel, module, 256 * MIB), memory);
    }

    static BootFile guest(String name) throws IOException {
        String directory = System.getenv("LUNGO_GUESTS");
        assumeTrue(directory != null, "not run: LUNGO_GUESTS names no directory of guests");
        Path file = Path.of(directory, name);
        assumeTrue(Files.exists(file), "not run: there is no " + file);
        return new BootFile(name, Files.readAllBytes(file));
    }
}
