package dev.lungo.conformance.metal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lungo.isa.Msr;
import dev.lungo.metal.Main;
import dev.lungo.toolchain.MetalBuild;
import dev.lungo.toolchain.Target;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Images of the hypervisor, and QEMU's processor with AMD-V to run them on. */
final class MetalMachine {
    private static final Path QEMU = Path.of("/usr/bin/qemu-system-x86_64");
    private static final Path OVMF = Path.of("/usr/share/OVMF/OVMF_CODE_4M.fd");

    private MetalMachine() {}

    /** The image of a hypervisor, in a file of the directory. */
    static Path build(Path directory, Target target, Optional<String> hypervisor)
            throws IOException {
        byte[] image = hypervisor(target).withHypervisor(hypervisor).build();
        return Files.write(directory.resolve("lungo." + target), image);
    }

    /** The shipped one. */
    static MetalBuild hypervisor(Target target) {
        assumeTrue(Files.exists(Path.of("/usr/bin/gcc")), "not run: no gcc");
        List<Path> classPath = List.of(home(Main.class), home(Msr.class), home(MetalMachine.class));
        return MetalBuild.of(target, Main.class.getName(), classPath);
    }

    /** One that wants more memory than the machine has. */
    static Path buildGreedy(Path directory, Target target) throws IOException {
        MetalBuild usual = hypervisor(target);
        MetalBuild greedy =
                new MetalBuild(
                        target,
                        usual.mainClass(),
                        usual.classPath(),
                        Optional.empty(),
                        "",
                        usual.heapBytes(),
                        1 << 30,
                        usual.stackBytes());
        return Files.write(directory.resolve("greedy." + target), greedy.build());
    }

    private static Path home(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path copy(Path directory, String name) throws IOException {
        try (var in = MetalMachine.class.getResourceAsStream("/metal/" + name)) {
            if (in == null) {
                throw new IllegalArgumentException("no resource " + name);
            }
            return Files.write(directory.resolve(name), in.readAllBytes());
        }
    }

    /**
     * A resource of this package assembled, as the bytes that it says.
     *
     * @param name without ".S"
     */
    static Path assemble(Path directory, String name) throws Exception {
        Path source = copy(directory, name + ".S");
        Path included = copy(directory, "guest.inc");
        Path object = directory.resolve(name + ".o");
        Path binary = directory.resolve(name + ".bin");
        String include = "-Wa,-I," + included.getParent();
        run(directory, "gcc", include, "-c", "-o", object.toString(), source.toString());
        run(
                directory,
                "objcopy",
                "-O",
                "binary",
                "-j",
                ".text",
                object.toString(),
                binary.toString());
        return binary;
    }

    /**
     * A resource of this package in C, as a 32-bit ELF program.
     *
     * @param name without ".c"
     * @param address where it is to be
     */
    static Path compile32(Path directory, String name, int address) throws Exception {
        Path program = directory.resolve(name);
        copy(directory, "serial.h");
        // spotless:off
        run(
                directory,
                "gcc", "-m32", "-O1", "-ffreestanding", "-fno-pie", "-no-pie", "-nostdlib", "-static",
                "-fno-stack-protector", "-fcf-protection=none", "-fno-asynchronous-unwind-tables",
                "-Wl,--build-id=none", "-Wl,-z,noexecstack", "-Wl,-n",
                "-Wl,--section-start=.boot=" + hex(address), "-Wl,-Ttext=" + hex(address + 0x100),
                "-o", program.toString(), copy(directory, name + ".c").toString());
        // spotless:on
        return program;
    }

    private static String hex(int address) {
        return "0x" + Integer.toHexString(address);
    }

    /**
     * What the machine's first serial port says until it powers off, which it must in two minutes.
     */
    static String boot(Path directory, Path image, Path kernel) throws Exception {
        return boot(directory, image, kernel.toString(), 1);
    }

    /**
     * @param modules with their command lines, separated by commas
     */
    static String boot(
            Path directory, Path image, String modules, int processors, String... options)
            throws Exception {
        List<String> command = qemu(directory, processors);
        command.addAll(List.of("-kernel", image.toString(), "-initrd", modules));
        command.addAll(List.of(options));
        run(directory, command.toArray(String[]::new));
        return Files.readString(directory.resolve("serial"), ISO_8859_1);
    }

    private static List<String> qemu(Path directory, int processors) {
        assumeTrue(Files.exists(QEMU), "not run: no qemu-system-x86_64");
        // spotless:off
        return new ArrayList<>(List.of(
                QEMU.toString(), "-accel", "tcg", "-cpu", "max", "-m", "512", "-no-reboot",
                "-display", "none", "-monitor", "none", "-serial", "file:" + directory.resolve("serial"),
                "-smp", String.valueOf(processors)));
        // spotless:on
    }

    /**
     * What the first serial port says, of a machine with UEFI and two disks that are directories,
     * until it has said the last words, which it must in two minutes.
     */
    static String bootUefi(Path directory, Path own, Path other, int processors, String last)
            throws Exception {
        assumeTrue(Files.exists(OVMF), "not run: no OVMF, package ovmf");
        List<String> command = qemu(directory, processors);
        // spotless:off
        command.addAll(List.of(
                "-machine", "q35", "-net", "none",
                "-drive", "if=pflash,format=raw,readonly=on,file=" + OVMF,
                "-drive", "if=none,id=own,format=raw,read-only=on,file=fat:" + own,
                "-drive", "if=none,id=other,format=raw,read-only=on,file=fat:" + other,
                "-device", "virtio-blk-pci,drive=own,bootindex=0",
                "-device", "virtio-blk-pci,drive=other,bootindex=1"));
        // spotless:on
        Path log = directory.resolve("log");
        Path serial = directory.resolve("serial");
        Process process = start(log, command.toArray(String[]::new));
        try {
            String said = "";
            for (int i = 0; i < 1200 && process.isAlive() && !said.contains(last); i++) {
                process.waitFor(100, TimeUnit.MILLISECONDS);
                said = Files.exists(serial) ? Files.readString(serial, ISO_8859_1) : "";
            }
            assertThat(said).as(Files.readString(log)).contains(last);
            return said;
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private static void run(Path directory, String... command) throws Exception {
        Path log = directory.resolve("log");
        Process process = start(log, command);
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).as(command[0]).isTrue();
            assertThat(process.exitValue()).as(Files.readString(log)).isZero();
        } finally {
            process.destroyForcibly();
        }
    }

    private static Process start(Path log, String... command) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
    }
}
