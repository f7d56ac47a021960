package dev.lungo.devices;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.machine.Timers;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CmosTest {
    private static final int A = 0x0A;
    private static final int B = 0x0B;
    private static final int C = 0x0C;
    private static final int SET = 0x80;
    private static final int PIE = 0x40;
    private static final int AIE = 0x20;
    private static final int UIE = 0x10;
    private static final int HOURS_24 = 0x02;
    private static final int BINARY = 0x04;

    private static final long SECOND = 1_000_000_000;

    private final ManualClock clock = new ManualClock();
    private final Timers timers = new Timers(clock);
    private boolean irq;
    private final Cmos cmos = new Cmos(at(2024, 2, 29, 23, 59, 58), level -> irq = level, timers);

    private static long at(int year, int month, int day, int hour, int minute, int second) {
        return LocalDateTime.of(year, month, day, hour, minute, second)
                        .toEpochSecond(ZoneOffset.UTC)
                * SECOND;
    }

    private int get(int register) {
        cmos.write(0, register);
        return cmos.read(1);
    }

    private void set(int register, int value) {
        cmos.write(0, register);
        cmos.write(1, value);
    }

    @Test
    void tellsTheTimeInBcd() {
        assertThat(get(0)).isEqualTo(0x58);
        assertThat(get(2)).isEqualTo(0x59);
        assertThat(get(4)).isEqualTo(0x23);
        assertThat(get(6)).as("a Thursday").isEqualTo(5);
        assertThat(get(7)).isEqualTo(0x29);
        assertThat(get(8)).isEqualTo(0x02);
        assertThat(get(9)).isEqualTo(0x24);
        assertThat(get(0x32)).isEqualTo(0x20);
    }

    @Test
    void theLeapDayEnds() {
        clock.advance(2 * SECOND, timers);

        assertThat(get(0)).isZero();
        assertThat(get(4)).isZero();
        assertThat(get(7)).isEqualTo(0x01);
        assertThat(get(8)).isEqualTo(0x03);
        assertThat(get(6)).isEqualTo(6);
    }

    @Test
    void tellsTheTimeInBinaryAndTwelveHours() {
        set(B, BINARY);
        assertThat(get(4)).as("11 p.m.").isEqualTo(0x80 | 11);
        assertThat(get(2)).isEqualTo(59);

        clock.advance(2 * SECOND, timers);
        assertThat(get(4)).as("midnight is 12 a.m.").isEqualTo(12);
    }

    @Test
    void standsStillWhileItIsSet() {
        set(B, SET | HOURS_24);
        set(9, 0x30);
        set(8, 0x12);
        set(7, 0x31);
        set(4, 0x08);
        set(2, 0x30);
        set(0, 0x15);
        clock.advance(10 * SECOND, timers);
        assertThat(get(0)).isEqualTo(0x15);

        set(B, HOURS_24);
        clock.advance(SECOND, timers);

        assertThat(get(0)).isEqualTo(0x16);
        assertThat(get(4)).isEqualTo(0x08);
        assertThat(get(9)).isEqualTo(0x30);
    }

    @Test
    void theFirstUpdateAfterADividerResetComesAfterHalfASecond() {
        set(A, 0x76);
        set(0, 0x10);
        set(A, 0x26);

        clock.advance(SECOND / 2 - 1, timers);
        assertThat(get(0)).isEqualTo(0x10);
        clock.advance(1, timers);
        assertThat(get(0)).isEqualTo(0x11);
    }

    @Test
    void uipAnnouncesTheUpdate() {
        assertThat(get(A)).isEqualTo(0x26);
        clock.advance(SECOND - 200_000, timers);
        assertThat(get(A)).isEqualTo(0xA6);
        clock.advance(200_000, timers);
        assertThat(get(A)).isEqualTo(0x26);
    }

    @Test
    void updateEndedInterruptsEverySecondUntilAcknowledged() {
        set(B, UIE | HOURS_24);

        clock.advance(SECOND, timers);
        assertThat(irq).isTrue();
        assertThat(get(C)).isEqualTo(0xD0); // IRQF, PF, UF
        assertThat(irq).isFalse();
        assertThat(get(C)).isZero();

        clock.advance(SECOND, timers);
        assertThat(irq).isTrue();
    }

    @Test
    void theAlarmRingsAtItsTime() {
        set(1, 0x01);
        set(3, 0x00);
        set(5, 0x00);
        set(B, AIE | HOURS_24);

        clock.advance(2 * SECOND, timers);
        assertThat(irq).isFalse();
        clock.advance(SECOND, timers);
        assertThat(irq).isTrue();
        assertThat(get(C) & 0xA0).isEqualTo(0xA0); // IRQF, AF
    }

    @Test
    void anAlarmThatDoesNotCareRingsEverySecond() {
        set(1, 0xFF);
        set(3, 0xC0);
        set(5, 0xC0);
        set(B, AIE | HOURS_24);

        clock.advance(SECOND, timers);

        assertThat(irq).isTrue();
    }

    @Test
    void periodicInterruptsFollowTheRateSelector() {
        set(A, 0x26); // 1024 Hz
        set(B, PIE | HOURS_24);
        int interrupts = 0;

        for (int i = 0; i < 10_000; i++) { // a second, in steps shorter than half a period
            clock.advance(100_000, timers);
            if (irq) {
                assertThat(get(C) & 0xC0).isEqualTo(0xC0); // IRQF, PF
                interrupts++;
            }
        }

        assertThat(interrupts).isEqualTo(1024);
    }

    @Test
    void flagsAreThereToBePolledToo() {
        clock.advance(SECOND, timers);

        assertThat(get(C)).isEqualTo(0x50); // PF, UF, no interrupt
    }

    @Test
    void memorySizesAreWhereFirmwareLooks() {
        cmos.setMemory(0xC000_0000L, 1L << 32);

        assertThat(get(0x15) | get(0x16) << 8).as("base KiB").isEqualTo(640);
        assertThat(get(0x30) | get(0x31) << 8).as("extended KiB").isEqualTo(0xFFFF);
        assertThat(get(0x34) | get(0x35) << 8).as("64 KiB over 16 MiB").isEqualTo(0xBF00);
        assertThat(get(0x5B) | get(0x5C) << 8 | get(0x5D) << 16).isEqualTo(0x10000);
    }

    @Test
    void ramKeepsWhatIsWrittenThroughAReset() {
        set(Cmos.SHUTDOWN_STATUS, 0x0A);
        cmos.reset();
        assertThat(get(Cmos.SHUTDOWN_STATUS)).isEqualTo(0x0A);
    }

    @Test
    void theCalendarAgreesWithJavas() {
        Random random = new Random(1);
        for (int i = 0; i < 10_000; i++) {
            long second = random.nextLong(-1L << 35, 1L << 37);
            LocalDateTime expected = LocalDateTime.ofEpochSecond(second, 0, ZoneOffset.UTC);

            CivilTime time = CivilTime.of(second);

            assertThat(time)
                    .isEqualTo(
                            new CivilTime(
                                    expected.getYear(),
                                    expected.getMonthValue(),
                                    expected.getDayOfMonth(),
                                    expected.getDayOfWeek().getValue() % 7 + 1,
                                    expected.getHour(),
                                    expected.getMinute(),
                                    expected.getSecond()));
            assertThat(time.epochSeconds()).isEqualTo(second);
        }
    }
}
