package dev.lungo.cpu;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource
class StringsTest {
    private final Rig.Tier tier;
    private Rig rig;

    StringsTest(Rig.Tier tier) {
        this.tier = tier;
        rig = Rig.inBlocks(tier);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void aCountWithItsTopBitSetIsNotNegative() {
        rig.longMode(0).handlers().code(0xF3, 0xA4); // REP MOVSB
        rig.bytes(Rig.handler(14), 0xF4);
        rig.register(Rig.RCX, -1);
        rig.register(Rig.RSI, 0x3FFF_F000); // the last page that is mapped
        rig.register(Rig.RDI, 0x5_0000);

        rig.run();

        assertThat(rig.register(Rig.RSI)).isEqualTo(0x4000_0000);
        assertThat(rig.register(Rig.RCX)).isEqualTo(-1 - 0x1000);
    }

    /** SDM 2, "MOVS" and "REP": what it does to one element after the other. */
    @Test
    void aRepetitionDoesWhatItsElementsDoOneAfterTheOther() {
        int area = 0x5_0000;
        int size = 0x6000;
        Random random = new Random(1);
        for (int round = 0; round < 60; round++) {
            rig.close();
            rig = Rig.inBlocks(tier).longMode(0);
            int width = 1 << random.nextInt(4);
            boolean moves = random.nextBoolean();
            boolean down = random.nextBoolean();
            int count = random.nextInt(0x1800 / width);
            int from = 0x2000 + random.nextInt(0x1000);
            int to = from + random.nextInt(random.nextBoolean() ? 64 : 0x1000) - 32;
            long value = random.nextLong();
            byte[] expected = new byte[size];
            random.nextBytes(expected);
            for (int i = 0; i < size; i += 8) {
                rig.put64(area + i, ByteBuffer.wrap(expected).order(LITTLE_ENDIAN).getLong(i));
            }
            int step = down ? -width : width;
            for (int i = 0; i < count; i++) {
                byte[] element = new byte[width];
                for (int b = 0; b < width; b++) {
                    element[b] = moves ? expected[from + i * step + b] : (byte) (value >> 8 * b);
                }
                System.arraycopy(element, 0, expected, to + i * step, width);
            }
            int opcode = (moves ? 0xA4 : 0xAA) | (width == 1 ? 0 : 1);
            int prefix = width == 2 ? 0x66 : width == 8 ? 0x48 : 0x90;
            // STD or CLD, the repetition, CLD, HLT
            int rep = prefix == 0x48 ? 0xF3 : prefix;
            int next = prefix == 0x48 ? 0x48 : 0xF3;
            rig.code(down ? 0xFD : 0xFC, rep, next, opcode, 0xFC, 0xF4);
            rig.register(Rig.RAX, value);
            rig.register(Rig.RCX, count);
            rig.register(Rig.RSI, area + from);
            rig.register(Rig.RDI, area + to);

            rig.run();

            byte[] there = new byte[size];
            for (int i = 0; i < size; i++) {
                there[i] = (byte) rig.get8(area + i);
            }
            assertThat(Arrays.mismatch(there, expected))
                    .as(
                            "width %d, moves %s, down %s, %d from %x to %x",
                            width, moves, down, count, from, to)
                    .isEqualTo(-1);
            assertThat(rig.register(Rig.RDI)).isEqualTo(area + to + (long) count * step);
            assertThat(rig.register(Rig.RCX)).isZero();
        }
    }
}
