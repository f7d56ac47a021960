package dev.lungo.firmware.bios;

import static dev.lungo.firmware.bios.BiosBench.AX;
import static dev.lungo.firmware.bios.BiosBench.BX;
import static dev.lungo.firmware.bios.BiosBench.CX;
import static dev.lungo.firmware.bios.BiosBench.DS;
import static dev.lungo.firmware.bios.BiosBench.DX;
import static dev.lungo.firmware.bios.BiosBench.ES;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** INT 15h, AH = C2h, and INT 74h. */
class PointingDeviceTest {
    private static final int RATE_40 = 2;
    private static final int FINEST = 3;

    private final BiosBench bench = new BiosBench();

    private void begin() {
        bench.call(0x15, 0xC205, 0x0300); // packets of three bytes
        bench.segment(ES, 0x1234).call(0x15, 0xC207, 0x5678);
        bench.call(0x15, 0xC200, 0x0100);
        assertThat(bench.high(AX)).isZero();
    }

    /** INT 74h as its handler calls it: whether CF says that a packet is complete. */
    private boolean interrupt() {
        bench.set(AX, bench.keyboardController.data().read(0)).hardwareInterrupt(0x74);
        return (bench.state.rflags & 1) != 0;
    }

    @Test
    void aMouseIsThere() {
        assertThat(bench.call(0x11, 0).get(AX) & 1 << 2).isNotZero();

        bench.call(0x15, 0xC205, 0x0300);

        assertThat(bench.carry()).isFalse();
        assertThat(bench.get(BX)).as("tested well, a mouse").isEqualTo(0x00AA);
        assertThat(bench.call(0x15, 0xC204).high(BX)).isZero();
    }

    @Test
    void itTellsWhatWasSet() {
        bench.call(0x15, 0xC202, RATE_40 << 8);
        bench.call(0x15, 0xC203, FINEST << 8);
        bench.call(0x15, 0xC206, 0x0200); // scaling

        bench.call(0x15, 0xC206, 0x0000);

        assertThat(bench.low(BX)).isEqualTo(1 << 4);
        assertThat(bench.low(CX)).isEqualTo(FINEST);
        assertThat(bench.low(DX)).isEqualTo(40);
    }

    @Test
    void nobodyIsCalledBeforeThereIsAHandler() {
        bench.call(0x15, 0xC200, 0x0100);

        assertThat(bench.carry()).isTrue();
        assertThat(bench.high(AX)).isEqualTo(5);
    }

    @Test
    void aMovementIsGivenToTheHandler() {
        begin();
        bench.keyboardController.mouseMoved(7, -3, 1);

        assertThat(interrupt()).isFalse();
        assertThat(interrupt()).isFalse();
        assertThat(interrupt()).isTrue();

        assertThat(bench.get(BX)).isEqualTo(0x29);
        assertThat(bench.get(CX)).isEqualTo(7);
        assertThat(bench.get(DX)).isEqualTo(0xFD);
        long area = bench.state.segments[DS].base();
        assertThat(bench.memory.getInt(area + 0x22)).isEqualTo(0x12345678);
    }

    @Test
    void aKeyThatWaitsIsNotLost() {
        bench.keyboardController.keyPressed(0x1C);

        bench.call(0x15, 0xC204);

        assertThat(bench.high(AX)).isZero();
        assertThat(bench.keyboardController.data().read(0)).isEqualTo(0x1E);
    }

    @Test
    void wrongArgumentsAreRefused() {
        assertThat(bench.call(0x15, 0xC202, 0x0700).high(AX)).isEqualTo(2);
        assertThat(bench.call(0x15, 0xC203, 0x0400).high(AX)).isEqualTo(2);
        assertThat(bench.call(0x15, 0xC209).high(AX)).isEqualTo(1);
        assertThat(bench.carry()).isTrue();
    }
}
