package dev.lungo.boot;

import static dev.lungo.boot.Images.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lungo.boot.acpi.AcpiTables;
import dev.lungo.boot.smbios.Smbios;
import dev.lungo.machine.CpuRegisters;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the loaders leave in memory and registers, given to another machine: QEMU's q35, without its
 * firmware. Kernels are those of {@link RealKernelsTest}.
 */
class QemuTest {
    private static final long RAM = 192 * MIB;

    /** QEMU's threads now and then wait for each other for ever, on a busy host. */
    private static final int ATTEMPTS = 3;

    private static final int PATIENCE_SECONDS = 100;

    /** On a busy host the timer is late, and Linux would take it for broken. */
    private static final String COMMAND_LINE = "console=ttyS0 no_timer_check panic=-1";

    @TempDir private Path directory;

    @Test
    void linuxStartsByThe64BitEntry() throws Exception {
        String said = boot("vmlinuz-cloud", "initramfs.cpio.gz");

        assertThat(said).contains("LUNGO-GUEST-OK");
        assertThatTablesAreUnderstood(said);
    }

    @Test
    void linuxStartsByPvh() throws Exception {
        String said = boot("vmlinux-cloud", "initramfs.cpio.gz");

        assertThat(said).contains("LUNGO-GUEST-OK");
        assertThatTablesAreUnderstood(said);
    }

    @Test
    void aMultiboot2KernelStarts() throws Exception {
        assertThat(boot("mb2.elf", "initramfs.cpio.gz")).contains("LUNGO-GUEST-OK");
    }

    private static void assertThatTablesAreUnderstood(String said) {
        assertThat(said)
                .contains("FACT cpus 2")
                .contains("FACT acpi APIC DSDT FACP FACS HPET MCFG")
                .contains("FACT dmi Lungo / Lungo PC")
                .contains("FACT rtc rtc_cmos")
                .doesNotContain("TROUBLE");
    }

    private String boot(String kernel, String module) throws Exception {
        assumeTrue(Files.exists(Path.of("/usr/bin/qemu-system-x86_64")), "not run: no QEMU");
        assumeTrue(Files.exists(Path.of("/usr/bin/nasm")), "not run: no nasm");
        BootFile kernelFile = RealKernelsTest.guest(kernel);
        List<BootFile> modules = List.of(RealKernelsTest.guest(module));
        MemoryMap map = MemoryMap.of(RAM);
        TestMemory memory = new TestMemory(RAM);
        long rsdp = AcpiTables.write(memory, map, 2);
        Smbios.write(memory, map, 2);
        CpuRegisters registers =
                KernelLoader.load(
                        new BootRequest(kernelFile, modules, COMMAND_LINE, map, rsdp), memory);
        assemble(registers);
        for (int i = 1; i < ATTEMPTS; i++) {
            if (run(memory)) {
                return said();
            }
        }
        assertThat(run(memory)).as("powered off after: %s", said()).isTrue();
        return said();
    }

    private void assemble(CpuRegisters registers) throws Exception {
        Path source = directory.resolve("reset.asm");
        try (InputStream asm = QemuTest.class.getResourceAsStream("reset.asm")) {
            Files.copy(asm, source);
        }
        List<String> command = new ArrayList<>(List.of("nasm", "-f", "bin", "-o", "rom"));
        command.add("-DLONG=" + (registers.efer != 0 ? 1 : 0));
        command.add("-DRIP=" + registers.rip);
        command.add("-DRAX=" + registers.gpr[0]);
        command.add("-DRBX=" + registers.gpr[3]);
        command.add("-DRSI=" + registers.gpr[6]);
        command.add("-DCR3=" + registers.cr3);
        command.add("-DGDT=" + registers.gdtBase);
        command.add(source.toString());
        Process nasm = start(command);
        assertThat(nasm.waitFor()).as(output(nasm)).isZero();
    }

    /** Says whether the machine was powered off in time. */
    private boolean run(TestMemory memory) throws Exception {
        Files.write(directory.resolve("ram"), memory.bytes(0, (int) RAM));
        Process qemu =
                start(
                        List.of(
                                "qemu-system-x86_64",
                                "-machine",
                                "q35,memory-backend=ram",
                                "-object",
                                "memory-backend-file,id=ram,size=" + RAM + ",mem-path=ram,share=on",
                                "-accel",
                                "tcg",
                                "-smp",
                                "2",
                                "-bios",
                                "rom",
                                "-nodefaults",
                                "-display",
                                "none",
                                "-serial",
                                "file:serial",
                                "-no-reboot"));
        boolean ended = qemu.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        qemu.destroyForcibly().waitFor();
        return ended;
    }

    private String said() throws IOException {
        return Files.readString(directory.resolve("serial"));
    }

    private Process start(List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
    }

    private static String output(Process process) throws IOException {
        return new String(
                process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    }
}
