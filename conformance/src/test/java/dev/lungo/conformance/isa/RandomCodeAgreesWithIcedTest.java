package dev.lungo.conformance.isa;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.isa.CodeMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Validity, length and text of random byte strings: 100 000 in each mode, or ten million. */
class RandomCodeAgreesWithIcedTest {
    private static final int STRINGS = Boolean.getBoolean("lungo.long") ? 10_000_000 : 100_000;

    @TempDir Path directory;

    @ParameterizedTest
    @EnumSource
    void decoderAgreesWithIced(CodeMode mode) throws IOException {
        int bits = mode == CodeMode.CODE16 ? 16 : mode == CodeMode.CODE32 ? 32 : 64;
        var random = new SplittableRandom(bits);
        var unexplained = new Unexplained(Accepted.BY_ICED);

        try (Iced iced = Iced.start(directory)) {
            byte[][] strings = new byte[Iced.BATCH][];
            for (int done = 0; done < STRINGS; done += Iced.BATCH) {
                for (int i = 0; i < strings.length; i++) {
                    strings[i] = RandomCode.next(random, mode);
                }
                String[] answers = iced.disassemble(bits, strings);
                for (int i = 0; i < strings.length; i++) {
                    String theirs = canonical(answers[i]);
                    unexplained.consider(Difference.of(mode, strings[i], 0, 0, theirs));
                }
            }
        }

        assertThat(unexplained.report()).isEmpty();
        assertThat(unexplained.compared()).isEqualTo(STRINGS);
    }

    private static String canonical(String answer) {
        int blank = answer.indexOf(' ');
        return blank < 0
                ? Difference.INVALID
                : answer.substring(0, blank + 1) + Canonical.of(answer.substring(blank + 1));
    }
}
