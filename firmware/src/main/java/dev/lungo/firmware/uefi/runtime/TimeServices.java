package dev.lungo.firmware.uefi.runtime;

import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.EfiTime;

/** UEFI 2.10, "Time Services" (8.3). */
public final class TimeServices {
    private final RealTimeClock clock;

    public TimeServices(RealTimeClock clock) {
        this.clock = clock;
    }

    public long getTime(Call call) {
        if (call.argument(0) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        EfiTime time = clock.time();
        if (!time.isValid()) {
            return EfiStatus.DEVICE_ERROR;
        }
        call.memory().write(call.argument(0), time.toBytes());
        long capabilities = call.argument(1);
        if (capabilities != 0) {
            call.memory().require(capabilities, 9);
            call.memory().putInt(capabilities, 1); // Resolution in Hz
            call.memory().putInt(capabilities + 4, 50_000_000); // Accuracy, 50 parts in a million
            call.memory().putByte(capabilities + 8, 0); // SetsToZero
        }
        return EfiStatus.SUCCESS;
    }

    public long setTime(Call call) {
        if (call.argument(0) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        EfiTime time = EfiTime.of(call.memory().read(call.argument(0), (long) EfiTime.BYTES), 0);
        if (!time.isValid()) {
            return EfiStatus.INVALID_PARAMETER;
        }
        clock.set(time);
        return EfiStatus.SUCCESS;
    }

    public long getWakeupTime(Call call) {
        if (call.argument(0) == 0 || call.argument(1) == 0 || call.argument(2) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        call.memory().write(call.argument(2), clock.alarm().toBytes());
        call.memory().putByte(call.argument(0), clock.isAlarmSet() ? 1 : 0);
        call.memory().putByte(call.argument(1), clock.isAlarmPending() ? 1 : 0);
        return EfiStatus.SUCCESS;
    }

    public long setWakeupTime(Call call) {
        if (!call.bool(0)) {
            clock.clearAlarm();
            return EfiStatus.SUCCESS;
        }
        if (call.argument(1) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        EfiTime time = EfiTime.of(call.memory().read(call.argument(1), (long) EfiTime.BYTES), 0);
        if (!time.isValid()) {
            return EfiStatus.INVALID_PARAMETER;
        }
        clock.setAlarm(time);
        return EfiStatus.SUCCESS;
    }
}
