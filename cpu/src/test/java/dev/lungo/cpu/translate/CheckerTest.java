package dev.lungo.cpu.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lungo.cpu.Rig;
import dev.lungo.cpu.core.Pending;
import dev.lungo.host.Raw;
import dev.lungo.machine.EngineException;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Translated code that does something else than the interpreter is found out. */
class CheckerTest {
    private static final int PROGRAMS = Integer.getInteger("lungo.programs", 200);
    private static final int INSTRUCTIONS = 24;
    private static final int ITERATIONS = 20;

    @Test
    void whatIsRightPasses() {
        try (Rig interpreted = Rig.inBlocks();
                Rig checked = Rig.checked()) {
            for (int seed = 1; seed <= PROGRAMS; seed++) {
                byte[] program =
                        new RandomProgram(new Random(seed))
                                .bytes(TiersAgreeTest.DATA, INSTRUCTIONS, ITERATIONS);

                String expected = TiersAgreeTest.run(interpreted, program, seed);
                String actual = TiersAgreeTest.run(checked, program, seed);

                assertThat(TiersAgreeTest.differences(expected, actual))
                        .as("program %d: %s", seed, HexFormat.of().formatHex(program))
                        .isEmpty();
            }
        }
    }

    @Test
    void aWrongResultIsFound() {
        // add eax, ebx; hlt: the host's 03 /r or 01 /r made SUB
        try (Rig rig = ran("01D8F4")) {
            replace(rig, 0x01, 0xD8, 0x29);

            assertThatThrownBy(() -> again(rig))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("differ: r0");
        }
    }

    @Test
    void aStoreOfAnotherValueIsFound() {
        // mov dword [100000h], 11111111h; hlt: the host's immediate made another
        try (Rig rig = ran("C704250000100011111111F4")) {
            replace(rig, 0x11, 0x11, 0x12);

            assertThatThrownBy(() -> again(rig))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("differ: memory");
        }
    }

    @Test
    void aStoreToAnotherPlaceIsFound() {
        // mov [rsi+78h], ecx; hlt: another displacement in lea r10,[rsi+78h]
        try (Rig rig = ran("894E78F4")) {
            replace(rig, 0x56, 0x78, 0x56, 0x70);

            assertThatThrownBy(() -> again(rig))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("differ: memory");
        }
    }

    /** A checked processor that has run a program once, and so has translated it. */
    private static Rig ran(String program) {
        Rig rig = Rig.checked().longMode(0).handlers();
        byte[] bytes = HexFormat.of().parseHex(program);
        for (int i = 0; i < bytes.length; i++) {
            rig.bytes(Rig.CODE + i, bytes[i]);
        }
        again(rig);
        return rig;
    }

    private static void again(Rig rig) {
        rig.cpu.lower(Pending.ASLEEP);
        rig.cpu.setRip(Rig.CODE);
        rig.register(Rig.RAX, 5);
        rig.register(Rig.RBX, 7);
        rig.register(Rig.RSI, TiersAgreeTest.DATA);
        rig.run();
    }

    /** Changes the first place of the translation where these two bytes are. */
    private static void replace(Rig rig, int first, int second, int... by) {
        long toWritable = rig.translator().toWritable();
        for (Unit unit : rig.translator().units()) {
            for (long at = unit.entry; at < unit.deadEntry; at++) {
                if (Raw.getByte(at) == first && Raw.getByte(at + 1) == second) {
                    for (int i = 0; i < by.length; i++) {
                        Raw.putByte(at + i + toWritable, by[i]);
                    }
                    return;
                }
            }
        }
        throw new AssertionError("not in the translation");
    }
}
