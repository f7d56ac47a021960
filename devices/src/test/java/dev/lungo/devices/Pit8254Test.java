package dev.lungo.devices;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.machine.Frequencies;
import dev.lungo.machine.PortDevice;
import dev.lungo.machine.Timers;
import org.junit.jupiter.api.Test;

class Pit8254Test {
    private static final int CONTROL = 3;
    private static final int OUT2 = 1 << 5; // of port 61h

    private final ManualClock clock = new ManualClock();
    private final Timers timers = new Timers(clock);
    private boolean irq;
    private int edges;
    private final Pit8254 pit =
            new Pit8254(
                    level -> {
                        edges += level && !irq ? 1 : 0;
                        irq = level;
                    },
                    timers);
    private final PortDevice portB = pit.portB();

    /** Sets the access to low byte, high byte; and writes the count. */
    private void program(int counter, int mode, int count) {
        pit.write(CONTROL, counter << 6 | 0x30 | mode << 1);
        pit.write(counter, count & 0xFF);
        pit.write(counter, count >> 8);
    }

    private int readCount(int counter) {
        int low = pit.read(counter);
        return low | pit.read(counter) << 8;
    }

    private void advanceTo(long tick) {
        clock.advance(Frequencies.nanos(tick, Frequencies.PIT_HZ) - clock.nanos(), timers);
    }

    @Test
    void mode0RaisesOutOnceTheCountHasRunOut() {
        program(0, 0, 1000);
        assertThat(irq).isFalse();

        advanceTo(1000); // the count was loaded with tick 1
        assertThat(irq).isFalse();
        advanceTo(1001);
        assertThat(irq).isTrue();
        advanceTo(200_000);
        assertThat(edges).isEqualTo(1);
    }

    @Test
    void mode2InterruptsEveryPeriod() {
        program(0, 2, 11_932); // 100 Hz

        for (int i = 1; i <= 5; i++) {
            advanceTo(i * 11_932L + 1);
            assertThat(edges).isEqualTo(i + 1); // OUT went high with the control word
        }
    }

    @Test
    void missedPeriodsAreMadeUpForFourTimesAsFast() {
        program(0, 2, 1000);
        edges = 0;

        advanceTo(3500); // past the edges at 1001, 2001 and 3001
        assertThat(edges).isEqualTo(1);
        advanceTo(3751);
        assertThat(edges).isEqualTo(2);
        advanceTo(4002); // past that at 4001 too, which comes 250 ticks after the third
        assertThat(edges).isEqualTo(3);
        advanceTo(4253);
        assertThat(edges).isEqualTo(4);
        advanceTo(5000);
        assertThat(edges).isEqualTo(4);
        advanceTo(5001);
        assertThat(edges).isEqualTo(5);
    }

    @Test
    void whatIsMoreThanASecondLateIsGivenUp() {
        program(0, 2, 11_932); // 100 Hz
        edges = 0;

        clock.advance(20_000_000_000L, timers);
        for (int i = 0; i < 100; i++) {
            clock.advance(10_000_000, timers);
        }

        assertThat(edges).isBetween(100, 102);
    }

    @Test
    void mode2TakesANewCountAfterThePeriod() {
        program(0, 2, 1000);
        advanceTo(500);

        pit.write(0, 100);
        pit.write(0, 0);

        assertThat(readCount(0)).isEqualTo(501);
        advanceTo(1001);
        assertThat(readCount(0)).isEqualTo(100);
    }

    @Test
    void mode3IsASquareWaveThatCountsByTwos() {
        portB.write(0, 1);
        program(2, 3, 1000);

        advanceTo(101);
        assertThat(readCount(2)).isEqualTo(800);
        assertThat(portB.read(0) & OUT2).isNotZero();
        advanceTo(601);
        assertThat(readCount(2)).isEqualTo(800);
        assertThat(portB.read(0) & OUT2).isZero();
        advanceTo(1001);
        assertThat(portB.read(0) & OUT2).isNotZero();
    }

    @Test
    void mode1IsAOneShotTriggeredByTheGate() {
        program(2, 1, 100);
        assertThat(portB.read(0) & OUT2).isNotZero();
        advanceTo(1000);
        portB.write(0, 1);

        advanceTo(1001);
        assertThat(portB.read(0) & OUT2).isZero();
        advanceTo(1101);
        assertThat(portB.read(0) & OUT2).isNotZero();
    }

    @Test
    void mode4StrobesLowForOneTick() {
        program(0, 4, 100);

        advanceTo(100);
        assertThat(edges).as("high from the control word on").isEqualTo(1);
        advanceTo(102);
        assertThat(edges).isEqualTo(2);
        advanceTo(200_000);
        assertThat(edges).isEqualTo(2);
    }

    @Test
    void mode5StrobesAfterAGateTrigger() {
        program(2, 5, 10);
        portB.write(0, 1);

        advanceTo(10);
        assertThat(portB.read(0) & OUT2).isNotZero();
        advanceTo(11);
        assertThat(portB.read(0) & OUT2).isZero();
        advanceTo(12);
        assertThat(portB.read(0) & OUT2).isNotZero();
    }

    @Test
    void theGateHoldsTheCountInMode0() {
        portB.write(0, 1);
        program(2, 0, 1000);
        advanceTo(101);
        portB.write(0, 0);

        advanceTo(5000);
        assertThat(readCount(2)).isEqualTo(900);
        portB.write(0, 1);
        advanceTo(5899);
        assertThat(portB.read(0) & OUT2).isZero();
        advanceTo(5900);
        assertThat(portB.read(0) & OUT2).isNotZero();
    }

    @Test
    void aLatchedCountStaysUntilItIsRead() {
        program(0, 2, 1000);
        advanceTo(101);
        pit.write(CONTROL, 0x00);
        advanceTo(201);
        pit.write(CONTROL, 0x00);

        assertThat(readCount(0)).isEqualTo(900);
        assertThat(readCount(0)).isEqualTo(800);
    }

    @Test
    void readBackGivesStatusThenCount() {
        program(0, 2, 1000);
        pit.write(CONTROL, 0xC2); // status and count of counter 0
        assertThat(pit.read(0)).as("OUT, null count, low and high byte, mode 2").isEqualTo(0xF4);
        assertThat(readCount(0)).isEqualTo(1000);

        advanceTo(1);
        pit.write(CONTROL, 0xE2); // status only
        assertThat(pit.read(0)).isEqualTo(0xB4);
    }

    @Test
    void bcdCountsInDecimal() {
        pit.write(CONTROL, 0x30 | 1); // counter 0, mode 0, BCD
        pit.write(0, 0x00);
        pit.write(0, 0x10); // 1000

        advanceTo(2);

        assertThat(readCount(0)).isEqualTo(0x0999);
    }

    @Test
    void aCountOfZeroIs65536() {
        program(0, 2, 0);
        edges = 0;
        advanceTo(65_536);
        assertThat(edges).isZero();
        advanceTo(65_537);
        assertThat(edges).isEqualTo(1);
    }

    @Test
    void theRefreshBitToggles() {
        int before = portB.read(0) & 0x10;
        clock.advance(15_100, timers);
        assertThat(portB.read(0) & 0x10).isNotEqualTo(before);
    }
}
