package dev.lungo.conformance.isa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.isa.CodeMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Validity, length and text of random byte strings: 100 000 in each mode, or ten million. */
class RandomCodeAgreesWithObjdumpTest {
    /** A multiple of those in a file. */
    private static final int STRINGS = Boolean.getBoolean("lungo.long") ? 10_000_384 : 100_352;

    /** A string and NOPs, so many that wherever it ends the next begins where it should. */
    private static final int SLOT = 32;

    /** A file has 64 KiB, because IP has 16 bits and objdump's addresses have more. */
    private static final int STRINGS_A_FILE = 65536 / SLOT;

    private static final byte NOP = (byte) 0x90;

    @TempDir Path directory;

    @ParameterizedTest
    @EnumSource
    void decoderAgreesWithObjdump(CodeMode mode) throws IOException {
        var random = new SplittableRandom(mode.name().hashCode());
        var unexplained = new Unexplained(Accepted.BY_OBJDUMP);

        for (int done = 0; done < STRINGS; done += STRINGS_A_FILE) {
            byte[] code = new byte[STRINGS_A_FILE * SLOT];
            Arrays.fill(code, NOP);
            for (int i = 0; i < STRINGS_A_FILE; i++) {
                byte[] string = RandomCode.next(random, mode);
                System.arraycopy(string, 0, code, i * SLOT, string.length);
            }
            Path file = Files.write(directory.resolve("code"), code);
            Objdump.disassemble(mode, file, line -> consider(mode, code, line, unexplained));
        }

        assertThat(unexplained.report()).isEmpty();
        assertThat(unexplained.compared()).isEqualTo(STRINGS);
    }

    /** Only the first instruction of each slot was asked for. */
    private static void consider(
            CodeMode mode, byte[] code, Objdump.Line line, Unexplained unexplained) {
        int offset = line.offset();
        if (offset % SLOT == 0) {
            unexplained.consider(Difference.of(mode, code, offset, offset, line.canonical()));
        }
    }
}
