package dev.lungo.conformance.guests;

import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lungo.boot.Guid;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.tukaani.xz.LZMAInputStream;

/**
 * The shell inside OVMF's flash image. PI 1.8, volume 3, "Firmware File System Format" (3.2): a
 * section that is compressed holds another volume, in which the shell is a file.
 */
final class OvmfShell {
    private static final Path IMAGE = Path.of("/usr/share/OVMF/OVMF_CODE_4M.fd");

    /** LZMA_CUSTOM_DECOMPRESS_GUID, by which a GUID-defined section says what it is. */
    private static final Guid LZMA = Guid.parse("ee4e5898-3914-4259-9d6e-dc7bd79403cf");

    /** gUefiShellFileGuid, the name of the file. */
    private static final Guid SHELL = Guid.parse("7c04a583-9e3e-4f1c-ad65-e05268d0b4d1");

    private static final int FILE_HEADER_BYTES = 24;
    private static final int APPLICATION = 9;
    private static final int PE32 = 0x10;

    private OvmfShell() {}

    /** The PE image; the test is skipped where there is no OVMF. */
    static byte[] read() throws IOException {
        assumeTrue(Files.exists(IMAGE), () -> "not run: no " + IMAGE + "; package ovmf");
        byte[] flash = Files.readAllBytes(IMAGE);
        for (int at = find(flash, LZMA, 4); at >= 0; at = find(flash, LZMA, at + 1)) {
            int begin = at - 4 + u16(flash, at + 16); // its header is before its GUID
            byte[] volume = unpacked(Arrays.copyOfRange(flash, begin, at - 4 + u24(flash, at - 4)));
            for (int file = find(volume, SHELL, 0);
                    file >= 0;
                    file = find(volume, SHELL, file + 1)) {
                if (volume[file + 18] == APPLICATION) {
                    return image(volume, file);
                }
            }
        }
        return abort("not run: no shell in " + IMAGE);
    }

    /** Bytes that are no LZMA stream are nothing. */
    private static byte[] unpacked(byte[] packed) {
        try (LZMAInputStream in = new LZMAInputStream(new ByteArrayInputStream(packed))) {
            return in.readAllBytes();
        } catch (IOException e) {
            return new byte[0];
        }
    }

    private static byte[] image(byte[] volume, int file) {
        int end = file + u24(volume, file + 20);
        for (int at = file + FILE_HEADER_BYTES; at < end; at = at + u24(volume, at) + 3 & ~3) {
            if (volume[at + 3] == PE32) {
                return Arrays.copyOfRange(volume, at + 4, at + u24(volume, at));
            }
        }
        throw new AssertionError("the shell's file has no PE image");
    }

    private static int find(byte[] in, Guid guid, int from) {
        byte[] wanted = guid.toBytes();
        for (int at = from; at <= in.length - wanted.length; at++) {
            if (in[at] == wanted[0]
                    && Arrays.equals(in, at, at + wanted.length, wanted, 0, wanted.length)) {
                return at;
            }
        }
        return -1;
    }

    private static int u16(byte[] bytes, int at) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getShort(at) & 0xFFFF;
    }

    private static int u24(byte[] bytes, int at) {
        return u16(bytes, at) | (bytes[at + 2] & 0xFF) << 16;
    }
}
