package dev.lungo.cli;

import dev.lungo.firmware.Board.Medium;
import dev.lungo.host.disk.Disks;
import dev.lungo.host.disk.ImageFormat;
import dev.lungo.machine.BackendException;
import dev.lungo.machine.BlockBackend;
import dev.lungo.pc.Peripherals.Disk;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What one {@code --disk} or {@code --cdrom} says.
 *
 * @param format recognised by the content if it is not named
 */
record DiskTarget(
        String option,
        String file,
        Medium medium,
        Optional<ImageFormat> format,
        boolean snapshot,
        boolean readOnly,
        String serial,
        boolean packed) {
    private static final Set<String> KEYS =
            Set.of("format", "snapshot", "readonly", "serial", "ring");
    private static final int MOST_SERIAL = 20;

    /** A file name, then keys and values, between commas; two commas stand for one in a name. */
    static DiskTarget disk(String text) {
        String[] parts = text.replace(",,", "\0").split(",", -1);
        Map<String, String> values = new HashMap<>();
        for (int i = 1; i < parts.length; i++) {
            String[] pair = parts[i].replace('\0', ',').split("=", 2);
            if (pair.length < 2 || !KEYS.contains(pair[0])) {
                throw new Refusal(
                        "--disk takes format=, snapshot=, readonly=, serial= and ring= behind the"
                                + " file's name, not \""
                                + parts[i].replace('\0', ',')
                                + "\"");
            }
            if (values.put(pair[0], pair[1]) != null) {
                throw new Refusal("--disk: " + pair[0] + "= is given twice");
            }
        }
        return new DiskTarget(
                "--disk",
                parts[0].replace('\0', ','),
                Medium.HARD_DISK,
                Optional.ofNullable(values.get("format")).map(DiskTarget::format),
                isOn("snapshot", values),
                isOn("readonly", values),
                serial(values.getOrDefault("serial", "")),
                isPacked(values.getOrDefault("ring", "split")));
    }

    static DiskTarget cdrom(String file) {
        return new DiskTarget(
                "--cdrom",
                file,
                Medium.CDROM,
                Optional.of(ImageFormat.RAW),
                /* snapshot= */ false,
                /* readOnly= */ true,
                "",
                /* packed= */ false);
    }

    private static ImageFormat format(String name) {
        return switch (name) {
            case "raw" -> ImageFormat.RAW;
            case "qcow2" -> ImageFormat.QCOW2;
            default ->
                    throw new Refusal("--disk: format= takes raw or qcow2, not \"" + name + "\"");
        };
    }

    private static boolean isOn(String key, Map<String, String> values) {
        return switch (values.getOrDefault(key, "off")) {
            case "on" -> true;
            case "off" -> false;
            default ->
                    throw new Refusal(
                            "--disk: "
                                    + key
                                    + "= takes on or off, not \""
                                    + values.get(key)
                                    + "\"");
        };
    }

    private static boolean isPacked(String ring) {
        return switch (ring) {
            case "packed" -> true;
            case "split" -> false;
            default ->
                    throw new Refusal("--disk: ring= takes split or packed, not \"" + ring + "\"");
        };
    }

    private static String serial(String text) {
        if (text.length() > MOST_SERIAL || !text.matches("[ -~]*")) {
            throw new Refusal(
                    "--disk: serial= takes up to 20 ASCII characters, not \"" + text + "\"");
        }
        return text;
    }

    /** Opens it, and locks it against other machines. */
    Disk open() {
        try {
            Path path = InputFile.path(option, file);
            BlockBackend backend =
                    snapshot && !readOnly
                            ? Disks.openSnapshot(path, format)
                            : Disks.open(path, format, readOnly);
            return new Disk(backend, medium, serial, packed);
        } catch (BackendException e) {
            throw new Refusal(option + ": " + e.getMessage());
        }
    }
}
