package dev.lungo.firmware.uefi.runtime;

import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.boottime.PageMap;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongUnaryOperator;

/**
 * UEFI 2.10, "Virtual Memory Services" (8.4). The firmware's own functions work at any address; it
 * is the tables and the guest's runtime drivers that are converted.
 */
public final class VirtualMemoryServices {
    private static final int DESCRIPTOR_VERSION = 1;
    private static final int LEAST_DESCRIPTOR = 40;
    private static final int MOST_DESCRIPTORS = 4096;
    private static final long RUNTIME = Long.MIN_VALUE;

    // ConvertPointer(): DebugDisposition
    private static final long OPTIONAL_POINTER = 1;

    /** What changes when the operating system has told where everything is. */
    @FunctionalInterface
    public interface Converter {
        /**
         * Converts whatever outlives boot services.
         *
         * @param virtual from guest-physical addresses; what is mapped nowhere stays what it is
         */
        void convert(LongUnaryOperator virtual);
    }

    private record Range(long physical, long virtual, long bytes) {}

    private final Converter converter;
    private final List<Range> ranges = new ArrayList<>();
    private boolean exited;
    private boolean done;
    private boolean converting;

    public VirtualMemoryServices(Converter converter) {
        this.converter = converter;
    }

    /** Boot services are over: from now on the map may be set, once. */
    public void exitBootServices() {
        exited = true;
    }

    public long setVirtualAddressMap(Call call) {
        long size = call.argument(0);
        long each = call.argument(1);
        long map = call.argument(3);
        if (!exited || done) {
            return EfiStatus.UNSUPPORTED;
        }
        if (call.int32(2) != DESCRIPTOR_VERSION
                || each < LEAST_DESCRIPTOR
                || map == 0
                || size < 0
                || size / each > MOST_DESCRIPTORS) {
            return EfiStatus.INVALID_PARAMETER;
        }
        List<Range> wanted = new ArrayList<>();
        for (long at = map; at < map + size / each * each; at += each) {
            if ((call.memory().getLong(at + 32) & RUNTIME) == 0) {
                continue;
            }
            long physical = call.memory().getLong(at + 8);
            long virtual = call.memory().getLong(at + 16);
            long pages = call.memory().getLong(at + 24);
            if ((physical | virtual) % PageMap.PAGE != 0 || pages < 0 || pages > 1L << 40) {
                return EfiStatus.INVALID_PARAMETER;
            }
            wanted.add(new Range(physical, virtual, pages * PageMap.PAGE));
        }
        ranges.addAll(wanted);
        done = true;
        converting = true;
        converter.convert(this::virtual);
        converting = false;
        return EfiStatus.SUCCESS;
    }

    private long virtual(long physical) {
        for (Range range : ranges) {
            if (physical >= range.physical && physical < range.physical + range.bytes) {
                return physical - range.physical + range.virtual;
            }
        }
        return physical;
    }

    public long convertPointer(Call call) {
        long at = call.argument(1);
        if (!converting) {
            return EfiStatus.UNSUPPORTED;
        }
        if (at == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        long pointer = call.memory().getLong(at);
        if (pointer == 0) {
            return (call.argument(0) & OPTIONAL_POINTER) != 0
                    ? EfiStatus.SUCCESS
                    : EfiStatus.INVALID_PARAMETER;
        }
        if (virtual(pointer) == pointer) {
            return EfiStatus.NOT_FOUND;
        }
        call.memory().putLong(at, virtual(pointer));
        return EfiStatus.SUCCESS;
    }
}
