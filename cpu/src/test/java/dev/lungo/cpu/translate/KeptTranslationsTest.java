package dev.lungo.cpu.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.cpu.Rig;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Code that was translated in one run, met again in another that has it at another address. */
class KeptTranslationsTest {
    private static final int BASE = 0x8100_0000;
    private static final int MOVED = 0x9A40_0000;

    @TempDir private Path directory;

    @Test
    void areUsedForAKernelThatHasMovedItself() {
        run(BASE, BASE);

        assertThat(run(MOVED, MOVED)).isZero();
    }

    @Test
    void areUsedAgainAfterThat() {
        run(BASE, BASE);
        run(MOVED, MOVED);

        assertThat(run(BASE, BASE)).isZero();
    }

    @Test
    void areNotUsedWhereWhatWasTheSameIsNotAnyMore() {
        run(BASE, BASE);

        assertThat(run(BASE, MOVED)).isNotZero();
    }

    /** Runs code with addresses in it; returns how many units had to be translated. */
    private long run(int here, int there) {
        Rig rig = Rig.keeping(directory.resolve("translations")).longMode(0);
        // MOV EAX, here + 1234h; MOV RBX, there + 1234h; MOV ECX, 8
        int[] code = {
            0xB8,
            0,
            0,
            0,
            0,
            0x48,
            0xC7,
            0xC3,
            0,
            0,
            0,
            0,
            0xB9,
            8,
            0,
            0,
            0,
            // LEA RSI, [RCX + here + 1234h]; CMP RBX, there + 1234h; SETE DL; HLT
            0x48,
            0x8D,
            0xB1,
            0,
            0,
            0,
            0,
            0x48,
            0x81,
            0xFB,
            0,
            0,
            0,
            0,
            0x0F,
            0x94,
            0xC2,
            0xF4
        };
        put(code, 1, here + 0x1234);
        put(code, 8, there + 0x1234);
        put(code, 20, here + 0x1234);
        put(code, 27, there + 0x1234);
        rig.code(code);

        rig.run();

        assertThat(rig.register(Rig.RAX)).isEqualTo(here + 0x1234 & 0xFFFF_FFFFL);
        assertThat(rig.register(Rig.RBX)).isEqualTo(there + 0x1234);
        assertThat(rig.register(Rig.RSI)).isEqualTo(8L + here + 0x1234);
        assertThat(rig.register(Rig.RDX) & 0xFF).isOne();
        long translated = rig.translator().statistics.translated();
        rig.translator().close();
        rig.close();
        return translated;
    }

    private static void put(int[] code, int at, int value) {
        for (int i = 0; i < 4; i++) {
            code[at + i] = value >> 8 * i & 0xFF;
        }
    }
}
