package dev.lungo.conformance.isa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lungo.isa.CodeMode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every instruction of the .text sections of a Debian kernel and of the host's C library. */
class KnownCodeAgreesWithObjdumpTest {
    private static final Path LIBC = Path.of("/lib/x86_64-linux-gnu/libc.so.6");

    @TempDir Path directory;

    @Test
    void wholeTextOfADebianKernelDecodesAsObjdumpSays() throws IOException {
        String guests = System.getenv("LUNGO_GUESTS");
        assumeTrue(
                guests != null && Files.exists(Path.of(guests, "vmlinux-cloud")),
                "no kernel: LUNGO_GUESTS must name a directory with vmlinux-cloud");

        compare(Path.of(guests, "vmlinux-cloud"), 3_000_000);
    }

    @Test
    void wholeTextOfTheHostsLibcDecodesAsObjdumpSays() throws IOException {
        assumeTrue(Files.exists(LIBC), LIBC + " is not here");

        compare(LIBC, 300_000);
    }

    private void compare(Path elf, int atLeast) throws IOException {
        byte[] code = textSection(Files.readAllBytes(elf));
        Path file = Files.write(directory.resolve("text"), code);
        var unexplained = new Unexplained(Accepted.BY_OBJDUMP);

        Objdump.disassemble(
                CodeMode.CODE64,
                file,
                line ->
                        unexplained.consider(
                                Difference.of(
                                        CodeMode.CODE64,
                                        code,
                                        line.offset(),
                                        line.offset(),
                                        line.canonical())));

        assertThat(unexplained.report()).isEmpty();
        assertThat(unexplained.compared()).isGreaterThan(atLeast);
    }

    /** The bytes of .text of a 64-bit ELF file. System V ABI, "Sections". */
    private static byte[] textSection(byte[] elf) {
        ByteBuffer file = ByteBuffer.wrap(elf).order(ByteOrder.LITTLE_ENDIAN);
        int headers = (int) file.getLong(0x28);
        int headerBytes = file.getShort(0x3A);
        int count = file.getShort(0x3C);
        int names = (int) file.getLong(headers + file.getShort(0x3E) * headerBytes + 0x18);
        for (int i = 0; i < count; i++) {
            int header = headers + i * headerBytes;
            int name = names + file.getInt(header);
            if (new String(elf, name, 6, StandardCharsets.US_ASCII).equals(".text\0")) {
                int offset = (int) file.getLong(header + 0x18);
                return Arrays.copyOfRange(elf, offset, offset + (int) file.getLong(header + 0x20));
            }
        }
        throw new IllegalArgumentException("no .text");
    }
}
