package dev.lungo.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A program that runs a machine.
 *
 * @param memory its option for the size of the guest's RAM
 * @param processors likewise, for how many the guest has
 * @param option what its other options begin with
 * @param disk its options to boot from a disk or a CD-ROM by BIOS or UEFI, without changing it
 */
record Host(
        List<String> command,
        String memory,
        String processors,
        String option,
        Function<Path, List<String>> disk) {
    /** With a cache of its own, which may be deleted between two runs. */
    static Host lungo(Path root, Path cache, List<String> options) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "env",
                                "XDG_CACHE_HOME=" + cache,
                                root.resolve("lungo").toString(),
                                "run"));
        if (!options.contains("--engine")) {
            command.addAll(List.of("--engine", "soft")); // against TCG, on every host
        }
        command.addAll(options);
        return new Host(
                command,
                "--memory",
                "--cpus",
                "--",
                image ->
                        List.of(
                                "--firmware",
                                isForUefi(image) ? "uefi" : "bios",
                                isDisc(image) ? "--cdrom" : "--disk",
                                isDisc(image) ? image.toString() : image + ",snapshot=on"));
    }

    static Host tcg() {
        return new Host(
                List.of(
                        "qemu-system-x86_64",
                        "-nodefaults",
                        "-no-user-config",
                        "-accel",
                        "tcg",
                        "-cpu",
                        "max",
                        "-display",
                        "none",
                        "-serial",
                        "stdio",
                        "-no-reboot"),
                "-m",
                "-smp",
                "-",
                image -> {
                    List<String> options = new ArrayList<>();
                    if (isForUefi(image)) {
                        options.addAll(List.of("-machine", "q35", "-drive", OVMF + "CODE_4M.fd"));
                        options.addAll(List.of("-drive", OVMF + "VARS_4M.fd"));
                    }
                    options.addAll(
                            isDisc(image)
                                    ? List.of("-cdrom", image.toString())
                                    : List.of(
                                            "-drive",
                                            "if=virtio,format=raw,snapshot=on,file=" + image));
                    return options;
                });
    }

    /** Debian's OVMF as flash memory, which forgets what is written to it. */
    private static final String OVMF =
            "if=pflash,format=raw,snapshot=on,file=/usr/share/OVMF/OVMF_";

    /** The guests' names tell what they boot by. */
    private static boolean isForUefi(Path image) {
        return image.getFileName().toString().startsWith("uefi-");
    }

    private static boolean isDisc(Path image) {
        return image.toString().endsWith(".iso");
    }

    /** Boots from a disk. */
    Machine boot(int ramMib, Path image) throws IOException {
        List<String> arguments = new ArrayList<>(command);
        arguments.addAll(List.of(memory, ramMib + "M"));
        arguments.addAll(disk.apply(image));
        return Machine.start(arguments);
    }

    Machine run(int ramMib, Path kernel, String append) throws IOException {
        return Machine.start(arguments(ramMib, kernel, append));
    }

    Machine run(int ramMib, int cpus, Path kernel, String append, Path initrd) throws IOException {
        List<String> arguments = arguments(ramMib, kernel, append);
        arguments.addAll(List.of(processors, String.valueOf(cpus)));
        arguments.addAll(List.of(option + "initrd", initrd.toString()));
        return Machine.start(arguments);
    }

    private List<String> arguments(int ramMib, Path kernel, String append) {
        List<String> arguments = new ArrayList<>(command);
        arguments.addAll(List.of(memory, ramMib + "M"));
        arguments.addAll(List.of(option + "kernel", kernel.toString()));
        arguments.addAll(List.of(option + "append", append));
        return arguments;
    }
}
