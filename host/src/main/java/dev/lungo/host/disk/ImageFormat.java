package dev.lungo.host.disk;

import java.util.Optional;

/** The formats that a disk image can have, by the names that QEMU has for them. */
public enum ImageFormat {
    RAW,
    QCOW2;

    /** How much of an image tells its format. */
    static final int PROBE_BYTES = 4;

    /** By the name that the user, or another image, has for it. */
    public static Optional<ImageFormat> named(String name) {
        return switch (name) {
            case "raw", "host_device", "file" -> Optional.of(RAW);
            case "qcow2" -> Optional.of(QCOW2);
            default -> Optional.empty();
        };
    }

    /** By how the image begins: what nothing else claims is raw. */
    static ImageFormat of(byte[] beginning, int at, int count) {
        boolean qcow =
                count >= PROBE_BYTES
                        && beginning[at] == 'Q'
                        && beginning[at + 1] == 'F'
                        && beginning[at + 2] == 'I'
                        && beginning[at + 3] == (byte) 0xFB;
        return qcow ? QCOW2 : RAW;
    }
}
