package dev.lungo.cli;

import dev.lungo.firmware.Board;
import dev.lungo.firmware.Board.Medium;
import dev.lungo.firmware.Firmware;
import dev.lungo.firmware.Report;
import dev.lungo.firmware.bios.Bios;
import dev.lungo.firmware.uefi.Uefi;
import dev.lungo.firmware.uefi.manager.GivenKernel;
import dev.lungo.firmware.uefi.variables.VariableStore;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What {@code --firmware}, {@code --boot} and {@code --report} say.
 *
 * @param variables UEFI's
 * @param bootOrder the media to boot, best first
 * @param reportFile where the report goes; standard error if there is one and this is empty
 */
record FirmwareOptions(
        Kind kind,
        VariableStore variables,
        List<Medium> bootOrder,
        Report report,
        Optional<String> reportFile) {
    /** Which firmware there is. */
    enum Kind {
        /** UEFI where a disk has something for it, else BIOS. */
        AUTO,
        BIOS,
        UEFI,
        NONE
    }

    private static final String REPORT = "firmware";

    static FirmwareOptions parse(Arguments arguments, List<DiskTarget> disks) {
        Optional<String> wanted = arguments.value("--report");
        Kind kind = kind(arguments);
        boolean mayBeUefi = kind == Kind.AUTO || kind == Kind.UEFI;
        return new FirmwareOptions(
                kind,
                mayBeUefi ? VariablesOption.open(arguments, disks) : new VariableStore(),
                bootOrder(arguments.value("--boot", "disk,cdrom")),
                wanted.isPresent() ? Report.wanted() : Report.NONE,
                wanted.flatMap(FirmwareOptions::reportFile));
    }

    private static Kind kind(Arguments arguments) {
        boolean hasDisk =
                !arguments.values("--disk").isEmpty() || !arguments.values("--cdrom").isEmpty();
        boolean hasKernel = arguments.has("--kernel") || !arguments.operands().isEmpty();
        String text = arguments.value("--firmware", hasKernel || !hasDisk ? "none" : "auto");
        Kind kind =
                switch (text) {
                    case "auto" -> Kind.AUTO;
                    case "bios" -> Kind.BIOS;
                    case "uefi" -> Kind.UEFI;
                    case "none" -> Kind.NONE;
                    default ->
                            throw new Refusal(
                                    "--firmware takes bios, uefi or none, not \"" + text + "\"");
                };
        if (kind != Kind.NONE && kind != Kind.UEFI && hasKernel) {
            throw new Refusal(
                    "the BIOS boots from disks: leave out --kernel, or give --firmware uefi or"
                            + " none");
        }
        return kind;
    }

    private static List<Medium> bootOrder(String text) {
        List<Medium> order = new ArrayList<>();
        for (String each : text.split(",", -1)) {
            Medium medium =
                    switch (each) {
                        case "disk" -> Medium.HARD_DISK;
                        case "cdrom" -> Medium.CDROM;
                        default ->
                                throw new Refusal(
                                        "--boot takes disk or cdrom, or both with a comma between,"
                                                + " not \""
                                                + text
                                                + "\"");
                    };
            if (order.contains(medium)) {
                throw new Refusal("--boot names " + each + " twice");
            }
            order.add(medium);
        }
        return order;
    }

    private static Optional<String> reportFile(String text) {
        String[] parts = text.split(":", 2);
        if (!parts[0].equals(REPORT) || parts.length > 1 && parts[1].isEmpty()) {
            throw new Refusal("--report takes firmware or firmware:F, not \"" + text + "\"");
        }
        return parts.length > 1 ? Optional.of(parts[1]) : Optional.empty();
    }

    boolean isNone() {
        return kind == Kind.NONE;
    }

    /**
     * Makes the firmware, when the board is there.
     *
     * @param kernel what UEFI is to start
     */
    Firmware make(Board board, Optional<GivenKernel> kernel) {
        return switch (kind) {
            case AUTO -> Uefi.isFor(board) ? uefi(board, kernel) : bios(board);
            case BIOS -> bios(board);
            case UEFI -> uefi(board, kernel);
            case NONE -> throw new IllegalStateException("there is no firmware");
        };
    }

    private Firmware bios(Board board) {
        return new Bios(board, new Bios.Settings(bootOrder, true, report));
    }

    private Firmware uefi(Board board, Optional<GivenKernel> kernel) {
        return new Uefi(
                board,
                new Uefi.Settings(
                        bootOrder, report, variables, new SecureRandom()::nextBytes, kernel));
    }

    /** Tells who called what. */
    void finish() {
        if (!report.isWanted()) {
            return;
        }
        if (reportFile.isEmpty()) {
            System.err.print(report.text());
            return;
        }
        OutputFile file = OutputFile.open("--report", reportFile.get());
        file.begin();
        try (OutputStream out = file.stream()) {
            out.write(report.text().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(reportFile.get() + " cannot be written", e);
        }
    }
}
