package dev.lungo.conformance.guests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/** Makes kernels of a few instructions, which are loaded at 1 MiB and entered right behind this. */
final class SmallGuest {
    /** Multiboot Specification 0.6.96, section 3.1; 1 MiB + 20h is the entry. */
    private static final String HEADER =
            "02B0AD1B00000100FE4F51E40000100000001000000000000000000020001000";

    private SmallGuest() {}

    /**
     * @param code 32-bit code, in hexadecimal digits
     */
    static Path write(Path file, String code) throws IOException {
        return Files.write(file, bytes(code));
    }

    static byte[] bytes(String code) {
        return HexFormat.of().parseHex(HEADER + code);
    }
}
