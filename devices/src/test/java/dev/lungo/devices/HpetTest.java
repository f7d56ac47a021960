package dev.lungo.devices;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.isa.Width;
import dev.lungo.machine.Timers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HpetTest {
    private static final int GEN_CONF = 0x010;
    private static final int GINTR_STA = 0x020;
    private static final int MAIN_CNT = 0x0F0;
    private static final int CONF_0 = 0x100;
    private static final int COMPARATOR_0 = 0x108;
    private static final int CONF_1 = 0x120;
    private static final int COMPARATOR_1 = 0x128;

    private static final int LEVEL = 1 << 1;
    private static final int ENABLE = 1 << 2;
    private static final int PERIODIC = 1 << 3;
    private static final int VAL_SET = 1 << 6;
    private static final int MODE_32 = 1 << 8;
    private static final int ROUTE_10 = 10 << 9;
    private static final int RUN = 1;
    private static final int LEGACY = 2;

    private final ManualClock clock = new ManualClock();
    private final Timers timers = new Timers(clock);
    private final int[] edges = new int[24];

    /** How many sources assert each interrupt. */
    private final int[] asserted = new int[24];

    private final Hpet hpet =
            new Hpet(
                    gsi -> {
                        boolean[] level = new boolean[1];
                        return now -> {
                            if (now != level[0]) {
                                level[0] = now;
                                asserted[gsi] += now ? 1 : -1;
                                edges[gsi] += now && asserted[gsi] == 1 ? 1 : 0;
                            }
                        };
                    },
                    timers);

    private void write(int offset, long value) {
        hpet.write(offset, Width.DWORD, value);
    }

    private long read(int offset) {
        return hpet.read(offset, Width.DWORD);
    }

    private void ticks(long count) {
        clock.advance(10 * count, timers);
    }

    @BeforeEach
    void letTimePass() {
        clock.advance(12_345_670, timers);
    }

    @Test
    void tellsItsPeriodAndItsTimers() {
        assertThat(read(4)).as("femtoseconds").isEqualTo(10_000_000);
        assertThat(read(0)).isEqualTo(0x8086_A201L);
        assertThat(hpet.read(CONF_0, Width.QWORD)).isEqualTo(0x0D04_0000_0030L);
    }

    @Test
    void countsWhileEnabledAndCanBeSetWhileHalted() {
        hpet.write(MAIN_CNT, Width.QWORD, 0x1_0000_0000L);
        ticks(10);
        assertThat(hpet.read(MAIN_CNT, Width.QWORD)).isEqualTo(0x1_0000_0000L);

        write(GEN_CONF, RUN);
        ticks(1000);
        assertThat(read(MAIN_CNT)).isEqualTo(1000);
        assertThat(read(MAIN_CNT + 4)).isEqualTo(1);
        write(GEN_CONF, 0);
        ticks(1000);
        assertThat(read(MAIN_CNT)).isEqualTo(1000);
    }

    @Test
    void aOneShotInterruptsAsTheCounterPasses() {
        write(GEN_CONF, RUN);
        write(CONF_0, ENABLE | ROUTE_10);
        hpet.write(COMPARATOR_0, Width.QWORD, 500);

        ticks(499);
        assertThat(edges[10]).isZero();
        ticks(1);
        assertThat(edges[10]).isEqualTo(1);
        ticks(100_000);
        assertThat(edges[10]).isEqualTo(1);
    }

    @Test
    void aComparatorInThePastDoesNotMatch() {
        write(GEN_CONF, RUN);
        ticks(1000);
        write(CONF_0, ENABLE | ROUTE_10);
        hpet.write(COMPARATOR_0, Width.QWORD, 500);

        ticks(1000);

        assertThat(edges[10]).isZero();
    }

    @Test
    void in32BitModeItMatchesAgainAsTheCounterWraps() {
        write(GEN_CONF, RUN);
        write(CONF_0, ENABLE | MODE_32 | ROUTE_10);
        write(COMPARATOR_0, 500);
        ticks(500);

        ticks((1L << 32) - 1);
        assertThat(edges[10]).isEqualTo(1);
        ticks(1);
        assertThat(edges[10]).isEqualTo(2);
    }

    @Test
    void linuxSetsAPeriodWithTwoWrites() {
        // arch/x86/kernel/hpet.c, hpet_clkevt_set_state_periodic()
        write(GEN_CONF, RUN | LEGACY);
        write(CONF_0, ENABLE | PERIODIC | VAL_SET | MODE_32);
        write(COMPARATOR_0, 100_000);
        write(COMPARATOR_0, 40_000);

        ticks(100_000);
        assertThat(edges[2]).isEqualTo(1);
        ticks(40_000);
        assertThat(edges[2]).isEqualTo(2);
        assertThat(read(COMPARATOR_0)).isEqualTo(180_000);
    }

    @Test
    void missedPeriodsAreMadeUpFor() {
        write(GEN_CONF, RUN);
        write(CONF_0, ENABLE | PERIODIC | VAL_SET | MODE_32 | ROUTE_10);
        write(COMPARATOR_0, 40_000);

        ticks(3 * 40_000 + 10);
        assertThat(edges[10]).isEqualTo(1);
        assertThat(read(COMPARATOR_0)).as("the next match").isEqualTo(160_000);
        ticks(10_000);
        assertThat(edges[10]).isEqualTo(2);
        ticks(10_000);
        assertThat(edges[10]).isEqualTo(3);
        ticks(160_000 - 140_010 - 1);
        assertThat(edges[10]).isEqualTo(3);
        ticks(1);
        assertThat(edges[10]).isEqualTo(4);
    }

    @Test
    void legacyReplacementTakesTheInterruptsOfPitAndClock() {
        hpet.pit().set(true);
        assertThat(asserted[2]).isEqualTo(1);
        write(GEN_CONF, RUN | LEGACY);
        assertThat(asserted[2]).isZero();
        hpet.rtc().set(true);
        assertThat(asserted[8]).isZero();

        write(CONF_1, ENABLE);
        hpet.write(COMPARATOR_1, Width.QWORD, 100);
        ticks(100);
        assertThat(asserted[8]).isEqualTo(1);

        write(GEN_CONF, RUN);
        assertThat(asserted[2]).as("the PIT's again").isEqualTo(1);
        assertThat(asserted[8]).as("the clock's again").isEqualTo(1);
    }

    @Test
    void aLevelStaysUntilItsStatusIsCleared() {
        write(GEN_CONF, RUN);
        write(CONF_0, ENABLE | LEVEL | ROUTE_10);
        hpet.write(COMPARATOR_0, Width.QWORD, 100);
        ticks(100);

        assertThat(read(GINTR_STA)).isEqualTo(1);
        assertThat(asserted[10]).isEqualTo(1);
        write(GINTR_STA, 1);
        assertThat(read(GINTR_STA)).isZero();
        assertThat(asserted[10]).isZero();
    }

    @Test
    void aRouteItDoesNotHaveIsNotTaken() {
        write(CONF_0, 5 << 9);
        assertThat(read(CONF_0) & 0x1F << 9).isZero();

        write(CONF_0, ROUTE_10);
        assertThat(read(CONF_0) & 0x1F << 9).isEqualTo(ROUTE_10);
    }

    @Test
    void resetStopsEverything() {
        write(GEN_CONF, RUN);
        write(CONF_0, ENABLE | LEVEL | ROUTE_10);
        hpet.write(COMPARATOR_0, Width.QWORD, 100);
        ticks(100);

        hpet.reset();

        assertThat(asserted[10]).isZero();
        assertThat(read(MAIN_CNT)).isZero();
        assertThat(timers.nextDeadline()).isEqualTo(Timers.NEVER);
    }
}
