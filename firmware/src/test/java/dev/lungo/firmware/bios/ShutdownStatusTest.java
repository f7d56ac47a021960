package dev.lungo.firmware.bios;

import static dev.lungo.firmware.bios.BiosBench.CS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.isa.Width;
import org.junit.jupiter.api.Test;

/** What a program finds that had the processor reset. */
class ShutdownStatusTest {
    private final BiosBench bench = new BiosBench();

    private boolean reset(int code) {
        bench.ports.write(0x70, Width.BYTE, 0x0F);
        bench.ports.write(0x71, Width.BYTE, code);
        bench.memory.putInt(0x467, 0x20001234);
        return bench.resume();
    }

    private long at() {
        return bench.state.segments[CS].base() + bench.state.rip;
    }

    @Test
    void itGoesOnWhereItSaid() {
        assertThat(reset(0x0A)).isTrue();
        assertThat(at()).isEqualTo(0x21234);

        assertThat(reset(0x05)).isTrue();
        assertThat(at()).isEqualTo(0x21234);
    }

    @Test
    void orReturnsByItsStack() {
        bench.memory.putLong(0x21234, 0x0246_3000_0042L);

        assertThat(reset(0x0B)).isTrue();

        assertThat(at()).isEqualTo(0x30042);
        assertThat(bench.state.rflags).isEqualTo(0x246);
        assertThat(bench.get(BiosBench.SP)).isEqualTo(0x123A);
    }

    /** As DOS extenders push them: flags, CS, IP, all registers, DS, ES. */
    @Test
    void orGoesOnWithAllItsRegisters() {
        int[] words = {
            0x0E5, 0x0D5, 0x0D1, 0x051, 0x0B9, 0xFFFF, 0x0B1, 0x0D7, 0x0C7, 0x0A7, // ES to AX
            0x0042, 0x3000, 0x0246
        };
        for (int i = 0; i < words.length; i++) {
            bench.memory.putShort(0x21234 + 2 * i, (short) words[i]);
        }

        assertThat(reset(0x09)).isTrue();

        assertThat(at()).isEqualTo(0x30042);
        assertThat(bench.state.rflags).isEqualTo(0x246);
        assertThat(bench.state.segments[BiosBench.ES].selector()).isEqualTo(0xE5);
        assertThat(bench.state.segments[BiosBench.DS].selector()).isEqualTo(0xD5);
        assertThat(bench.get(BiosBench.DI)).isEqualTo(0xD1);
        assertThat(bench.get(BiosBench.BX)).isEqualTo(0xB1);
        assertThat(bench.get(BiosBench.AX)).isEqualTo(0xA7);
        assertThat(bench.get(BiosBench.SP)).isEqualTo(0x1234 + 2 * words.length);
    }

    @Test
    void otherwiseTheMachineBeginsAnew() {
        assertThat(reset(0x00)).isFalse();
        assertThat(reset(0xF0)).isFalse();
    }

    @Test
    void theCodeCountsOnce() {
        reset(0x0A);

        assertThat(bench.resume()).isFalse();
    }
}
