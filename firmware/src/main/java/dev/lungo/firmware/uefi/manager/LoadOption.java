package dev.lungo.firmware.uefi.manager;

import dev.lungo.boot.bytes.Little;
import dev.lungo.firmware.uefi.DevicePath;
import java.util.Arrays;
import java.util.Optional;

/**
 * EFI_LOAD_OPTION: what a variable Boot#### says. UEFI 2.10, "Load Options" (3.1.3).
 *
 * @param path of the first of its paths, what is to be loaded
 * @param optional what the image gets as its load options
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record LoadOption(int attributes, String description, DevicePath path, byte[] optional) {
    private static final int ACTIVE = 1;
    private static final int HIDDEN = 8;
    private static final int CATEGORY = 0x1F00;

    /** Empty if the variable's content is not an option. */
    public static Optional<LoadOption> of(byte[] bytes) {
        if (bytes.length < 8) {
            return Optional.empty();
        }
        int pathBytes = Little.u16(bytes, 4);
        StringBuilder description = new StringBuilder();
        int at = 6;
        while (at + 2 <= bytes.length && Little.u16(bytes, at) != 0) {
            description.append((char) Little.u16(bytes, at));
            at += 2;
        }
        at += 2;
        if (at > bytes.length || pathBytes > bytes.length - at) {
            return Optional.empty();
        }
        return Optional.of(
                new LoadOption(
                        (int) Little.u32(bytes, 0),
                        description.toString(),
                        DevicePath.of(bytes, at, pathBytes),
                        Arrays.copyOfRange(bytes, at + pathBytes, bytes.length)));
    }

    /** Whether it is tried without being asked for. */
    boolean isActive() {
        return (attributes & ACTIVE) != 0 && (attributes & CATEGORY) == 0;
    }

    boolean isHidden() {
        return (attributes & HIDDEN) != 0;
    }
}
