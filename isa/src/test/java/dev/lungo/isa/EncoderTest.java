package dev.lungo.isa;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the decoder reads, the encoder writes: another encoding maybe, the same instruction. */
class EncoderTest {
    private static final int STRINGS = 60_000;

    @ParameterizedTest
    @EnumSource
    void whatWasDecodedEncodesToTheSameInstruction(CodeMode mode) {
        var random = new SplittableRandom(1);
        Set<Mnemonic> seen = EnumSet.noneOf(Mnemonic.class);

        for (int i = 0; i < STRINGS; i++) {
            byte[] code = randomCode(random);
            if (Decoder.decode(mode, code, 0, code.length) instanceof Instruction read) {
                seen.add(read.mnemonic());
                byte[] written = Encoder.encode(mode, read.mnemonic(), read.operands());
                assertThat(written).as("%s", read).isNotNull();
                assertThat(written.length).isLessThanOrEqualTo(read.length());
            }
        }

        assertThat(seen).hasSizeGreaterThan(500);
    }

    /** Half of it in the large maps, where purely random bytes hardly ever are. */
    private static byte[] randomCode(SplittableRandom random) {
        byte[] code = new byte[Decoder.MAX_BYTES];
        random.nextBytes(code);
        int[] start =
                switch (random.nextInt(8)) {
                    case 0 -> new int[] {0x0F};
                    case 1 -> new int[] {0x66, 0x0F};
                    case 2 -> new int[] {0xF3, 0x0F};
                    case 3 -> new int[] {0x66, 0x0F, 0x38};
                    case 4 -> new int[] {0xC4, 0xE2, 0x79 | (random.nextInt(256) & 0x84)};
                    case 5 -> new int[] {0xC5, 0xF8 | random.nextInt(8)};
                    default -> new int[0];
                };
        for (int i = 0; i < start.length; i++) {
            code[i] = (byte) start[i];
        }
        return Arrays.copyOf(code, code.length);
    }
}
