package dev.lungo.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Code that is written to is what it is then, whatever it was before. */
@ParameterizedClass
@EnumSource
class SelfModifyingCodeTest {
    private static final long COUNTER = 0x3000;
    private static final long TRIES = 0x3002;
    private static final int UD = 6;
    private static final int HLT = 0xF4;

    private final Rig.Tier tier;

    SelfModifyingCodeTest(Rig.Tier tier) {
        this.tier = tier;
    }

    @Test
    void whatWasNoInstructionIsOneAfterAnyOfItsBytesIsWritten() {
        try (Rig rig = Rig.inBlocks(tier).realMode()) {
            rig.put32(4 * UD, Rig.HANDLERS);
            rig.code(0xF0, 0x90, 0x06, 0x00, 0x30, HLT); // LOCK NOP is undefined
            rig.bytes(
                    Rig.HANDLERS,
                    // mov byte [1001h],0FFh: now it is LOCK INC WORD [3000h]
                    0xC6,
                    0x06,
                    0x01,
                    0x10,
                    0xFF,
                    // dec byte [3002h]; jz to the hlt; iret; hlt
                    0xFE,
                    0x0E,
                    0x02,
                    0x30,
                    0x74,
                    0x01,
                    0xCF,
                    HLT);
            rig.put16(TRIES, 3);

            rig.run();

            assertThat(rig.get16(COUNTER)).isEqualTo(1);
            assertThat(rig.get8(TRIES)).isEqualTo(2);
        }
    }

    @Test
    void aRepetitionThatOverwritesItselfDoesNotGoOnForever() {
        try (Rig rig = Rig.inBlocks(tier).protectedMode(0)) {
            rig.code(0xF3, 0xA4); // rep movsb
            for (int i = 0; i < 0x1000; i++) {
                rig.bytes(0x4000 + i, HLT);
            }
            rig.register(Rig.RSI, 0x4000);
            rig.register(Rig.RDI, Rig.CODE);
            rig.register(Rig.RCX, 0xFFFF_FFFFL);

            rig.run();

            assertThat(rig.register(Rig.RCX)).isGreaterThan(0xFFFF_0000L);
        }
    }
}
