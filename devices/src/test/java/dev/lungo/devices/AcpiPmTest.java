package dev.lungo.devices;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.isa.Width;
import dev.lungo.machine.Timers;
import org.junit.jupiter.api.Test;

class AcpiPmTest {
    private static final int STS = 0;
    private static final int EN = 2;
    private static final int CNT = 4;
    private static final int TMR = 8;

    private final ManualClock clock = new ManualClock();
    private final Timers timers = new Timers(clock);
    private boolean sci;
    private int powerOffs;
    private final AcpiPm pm = new AcpiPm(level -> sci = level, timers, () -> powerOffs++);

    @Test
    void softOffIsSleepType0WithSleepEnable() {
        pm.write(CNT, Width.WORD, 0x2000);
        assertThat(powerOffs).isEqualTo(1);

        pm.write(CNT, Width.WORD, 0x2400); // another sleep type
        pm.write(CNT, Width.WORD, 0x0000);
        assertThat(powerOffs).isEqualTo(1);

        pm.write(CNT + 1, Width.BYTE, 0x20);
        assertThat(powerOffs).isEqualTo(2);
    }

    @Test
    void isInAcpiMode() {
        assertThat(pm.read(CNT, Width.WORD)).isEqualTo(1);
    }

    @Test
    void thePowerButtonRaisesSciUntilItsStatusIsCleared() {
        pm.write(EN, Width.WORD, 1 << 8);

        pm.pressPowerButton();

        assertThat(sci).isTrue();
        assertThat(pm.read(STS, Width.WORD)).isEqualTo(1 << 8);
        pm.write(STS, Width.WORD, 1 << 8);
        assertThat(sci).isFalse();
    }

    @Test
    void clearingAStatusByteLeavesTheOther() {
        pm.pressPowerButton();

        pm.write(STS, Width.BYTE, 0xFF);

        assertThat(pm.read(STS, Width.WORD)).isEqualTo(1 << 8);
    }

    @Test
    void theTimerRunsAt3579545HertzIn24Bits() {
        clock.advance(1_000_000_000, timers);
        assertThat(pm.read(TMR, Width.DWORD)).isEqualTo(3_579_545);
        assertThat(pm.read(TMR, Width.WORD)).isEqualTo(3_579_545 & 0xFFFF);

        clock.advance(4_000_000_000L, timers);
        assertThat(pm.read(TMR, Width.DWORD)).isEqualTo(5 * 3_579_545 - (1 << 24));
    }

    @Test
    void theTimersHighestBitInterruptsAsItChanges() {
        pm.write(EN, Width.WORD, 1);

        clock.advance(2_343_000_000L, timers); // 2^23 ticks are 2.3435 seconds
        assertThat(sci).isFalse();
        clock.advance(1_000_000, timers);
        assertThat(sci).isTrue();
        pm.write(STS, Width.WORD, 1);
        assertThat(sci).isFalse();
        clock.advance(2_345_000_000L, timers);
        assertThat(sci).isTrue();
    }

    @Test
    void generalPurposeEventsRaiseSciIfEnabled() {
        pm.raiseGpe(3);
        assertThat(sci).isFalse();

        pm.gpe().write(2, 1 << 3);
        assertThat(sci).isTrue();
        pm.gpe().write(0, 1 << 3);
        assertThat(sci).isFalse();
    }
}
