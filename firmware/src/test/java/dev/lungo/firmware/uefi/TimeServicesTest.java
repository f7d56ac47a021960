package dev.lungo.firmware.uefi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.firmware.uefi.runtime.RuntimeService;
import org.junit.jupiter.api.Test;

/** The clock as an operating system has it from run time services. */
class TimeServicesTest {
    private static final long TIME = Rig.SCRATCH;
    private static final long ENABLED = Rig.SCRATCH + 0x40;
    private static final long PENDING = Rig.SCRATCH + 0x41;
    private static final long SECOND = 1_000_000_000;

    private final Rig rig = new Rig();

    private EfiTime now() {
        assertThat(rig.runtime(RuntimeService.GetTime, TIME, 0)).isEqualTo(EfiStatus.SUCCESS);
        return read();
    }

    private EfiTime read() {
        byte[] bytes = new byte[EfiTime.BYTES];
        rig.memory.read(TIME, bytes, 0, bytes.length);
        return EfiTime.of(bytes, 0);
    }

    private long set(EfiTime time) {
        rig.memory.write(TIME, time.toBytes());
        return rig.runtime(RuntimeService.SetTime, TIME);
    }

    private static EfiTime time(int year, int month, int day, int hour, int zone) {
        return new EfiTime(year, month, day, hour, 58, 59, 0, zone, 3);
    }

    @Test
    void theTimeIsTheBoardsAndNoZoneIsKnown() {
        assertThat(now()).isEqualTo(new EfiTime(2009, 2, 13, 23, 31, 30, 0, 0x7FF, 0));
    }

    @Test
    void aTimeThatIsSetGoesOnWithItsZone() {
        EfiTime lastSecond = new EfiTime(2028, 2, 28, 23, 59, 59, 0, -60, 3);

        assertThat(set(lastSecond)).isEqualTo(EfiStatus.SUCCESS);
        assertThat(now()).isEqualTo(lastSecond);
        rig.nanos += SECOND;

        assertThat(now()).isEqualTo(new EfiTime(2028, 2, 29, 0, 0, 0, 0, -60, 3));
    }

    @Test
    void aZoneSurvivesAResetAsTheTimeDoes() {
        EfiTime time = time(2026, 7, 1, 12, -120);
        assertThat(set(time)).isEqualTo(EfiStatus.SUCCESS);

        rig.reset();

        assertThat(now()).isEqualTo(time);
    }

    @Test
    void aTimeThatIsNoneIsRefusedAndChangesNothing() {
        EfiTime before = now();

        assertThat(set(time(2026, 2, 29, 0, 0))).isEqualTo(EfiStatus.INVALID_PARAMETER);
        assertThat(set(time(2026, 13, 1, 0, 0))).isEqualTo(EfiStatus.INVALID_PARAMETER);
        assertThat(set(time(2026, 1, 0, 0, 0))).isEqualTo(EfiStatus.INVALID_PARAMETER);
        assertThat(set(time(1899, 1, 1, 0, 0))).isEqualTo(EfiStatus.INVALID_PARAMETER);
        assertThat(set(time(2026, 1, 1, 24, 0))).isEqualTo(EfiStatus.INVALID_PARAMETER);
        assertThat(set(time(2026, 1, 1, 0, 1441))).isEqualTo(EfiStatus.INVALID_PARAMETER);
        assertThat(rig.runtime(RuntimeService.SetTime, 0)).isEqualTo(EfiStatus.INVALID_PARAMETER);
        assertThat(rig.runtime(RuntimeService.SetTime, -4096))
                .isEqualTo(EfiStatus.INVALID_PARAMETER);

        assertThat(now()).isEqualTo(before);
    }

    @Test
    void theClocksOwnFormIsKept() {
        rig.write(0x70, 0x0B);
        rig.write(0x71, 0x04); // binary, and hours from 1 to 12
        EfiTime afternoon = time(2031, 12, 31, 13, 0x7FF);

        assertThat(set(afternoon)).isEqualTo(EfiStatus.SUCCESS);

        assertThat(now()).isEqualTo(afternoon);
        rig.write(0x70, 0x04);
        assertThat(rig.read(0x71)).isEqualTo(0x81); // 1 p.m.
    }

    @Test
    void aWakeupIsSetToldAndTakenBack() {
        EfiTime wakeup = new EfiTime(2009, 2, 13, 23, 45, 0, 0, 0x7FF, 0);
        rig.memory.write(TIME, wakeup.toBytes());

        assertThat(rig.runtime(RuntimeService.SetWakeupTime, 1, TIME)).isZero();

        assertThat(rig.runtime(RuntimeService.GetWakeupTime, ENABLED, PENDING, TIME)).isZero();
        assertThat(read()).isEqualTo(wakeup);
        assertThat(rig.memory.getShort(ENABLED)).as("enabled, not pending").isEqualTo((short) 1);
        rig.runtime(RuntimeService.SetWakeupTime, 0, 0);
        rig.runtime(RuntimeService.GetWakeupTime, ENABLED, PENDING, TIME);
        assertThat(rig.memory.getByte(ENABLED)).isZero();
    }
}
