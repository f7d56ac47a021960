package dev.lungo.firmware.uefi.boottime;

import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.Crc32;
import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.LinearMemory;
import dev.lungo.firmware.uefi.SystemTable;
import dev.lungo.machine.Timers;
import java.util.Arrays;
import java.util.function.LongSupplier;

/** UEFI 2.10, "Miscellaneous Boot Services" (7.5). */
public final class MiscellaneousServices {
    private static final int CHUNK = 1 << 16;
    private static final long MOST_CRC_BYTES = 256L << 20;
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long MOST_MICROSECONDS = Long.MAX_VALUE / 4000;

    private final EventServices events;
    private final SystemTable systemTable;
    private final LongSupplier monotonicCount;
    private final Timers timers;
    private final Timers.Timer watchdog;

    /**
     * @param monotonicCount the next one
     * @param bite what the watchdog does when its time is over
     */
    public MiscellaneousServices(
            EventServices events,
            SystemTable systemTable,
            LongSupplier monotonicCount,
            Timers timers,
            Runnable bite) {
        this.events = events;
        this.systemTable = systemTable;
        this.monotonicCount = monotonicCount;
        this.timers = timers;
        watchdog = timers.create(this, bite);
    }

    public long installConfigurationTable(Call call) {
        if (call.argument(0) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        Guid guid = call.memory().guid(call.argument(0));
        long status = systemTable.setConfigurationTable(guid, call.argument(1));
        if (status == EfiStatus.SUCCESS) {
            events.signalGroup(guid);
        }
        return status;
    }

    public long getNextMonotonicCount(Call call) {
        if (call.argument(0) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        call.memory().require(call.argument(0), 8);
        call.memory().putLong(call.argument(0), monotonicCount.getAsLong());
        return EfiStatus.SUCCESS;
    }

    public long stall(Call call) {
        long micros = Math.min(call.argument(0) >>> 1, MOST_MICROSECONDS) * 2;
        events.stall(micros * 1000 + (call.argument(0) & 1) * 1000);
        return EfiStatus.SUCCESS;
    }

    public long setWatchdogTimer(Call call) {
        long seconds = call.argument(0);
        setWatchdog(seconds);
        return EfiStatus.SUCCESS;
    }

    /**
     * Sets the watchdog anew.
     *
     * @param seconds until it bites; 0 for never
     */
    public void setWatchdog(long seconds) {
        synchronized (this) {
            boolean never = seconds <= 0 || seconds > Long.MAX_VALUE / 4 / NANOS_PER_SECOND;
            watchdog.at(never ? Timers.NEVER : timers.clock().nanos() + seconds * NANOS_PER_SECOND);
        }
    }

    public long calculateCrc32(Call call) {
        long data = call.argument(0);
        long size = call.argument(1);
        long result = call.argument(2);
        if (data == 0 || size == 0 || result == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (size < 0 || size > MOST_CRC_BYTES) {
            return EfiStatus.INVALID_PARAMETER;
        }
        call.memory().require(result, 4);
        byte[] bytes = call.memory().read(data, size);
        call.memory().putInt(result, (int) Crc32.of(bytes, 0, bytes.length));
        return EfiStatus.SUCCESS;
    }

    /** Overlapping pieces are copied as though the source were read whole before. */
    public long copyMem(Call call) {
        LinearMemory memory = call.memory();
        long to = call.argument(0);
        long from = call.argument(1);
        long size = call.argument(2);
        memory.require(to, size);
        memory.require(from, size);
        boolean down = Long.compareUnsigned(to, from) > 0;
        byte[] chunk = new byte[(int) Math.min(CHUNK, size)];
        for (long done = 0; done < size; ) {
            int count = (int) Math.min(CHUNK, size - done);
            long at = down ? size - done - count : done;
            memory.read(from + at, chunk, 0, count);
            memory.write(to + at, chunk, 0, count);
            done += count;
        }
        return EfiStatus.SUCCESS;
    }

    public long setMem(Call call) {
        long size = call.argument(1);
        call.memory().require(call.argument(0), size);
        byte[] chunk = new byte[(int) Math.min(CHUNK, size)];
        Arrays.fill(chunk, (byte) call.argument(2));
        for (long done = 0; done < size; done += chunk.length) {
            int count = (int) Math.min(chunk.length, size - done);
            call.memory().write(call.argument(0) + done, chunk, 0, count);
        }
        return EfiStatus.SUCCESS;
    }
}
