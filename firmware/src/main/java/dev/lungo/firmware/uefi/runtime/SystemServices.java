package dev.lungo.firmware.uefi.runtime;

import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.EfiStatus;

/** UEFI 2.10, "Miscellaneous Runtime Services" (8.5). There are no capsules: nothing is updated. */
public final class SystemServices {
    // EFI_RESET_TYPE
    private static final int COLD = 0;
    private static final int WARM = 1;
    private static final int SHUTDOWN = 2;
    private static final int PLATFORM_SPECIFIC = 3;

    /** What a reset comes to. */
    @FunctionalInterface
    public interface Reset {
        void reset(Call call, boolean shutdown);
    }

    private final Reset reset;
    private long count;

    /** The upper half of the monotonic count, which outlives resets. */
    private int high;

    /**
     * @param high how many resets there were before
     */
    public SystemServices(Reset reset, int high) {
        this.reset = reset;
        this.high = high;
    }

    /** The next value of the monotonic count. */
    public long nextMonotonicCount() {
        count++;
        return (long) high << 32 | count & 0xFFFF_FFFFL;
    }

    public long getNextHighMonotonicCount(Call call) {
        if (call.argument(0) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        call.memory().putInt(call.argument(0), high + 1);
        high++;
        return EfiStatus.SUCCESS;
    }

    public long resetSystem(Call call) {
        switch (call.int32(0)) {
            case COLD, WARM, PLATFORM_SPECIFIC -> reset.reset(call, /* shutdown= */ false);
            case SHUTDOWN -> reset.reset(call, /* shutdown= */ true);
            default -> {
                return EfiStatus.INVALID_PARAMETER;
            }
        }
        return EfiStatus.SUCCESS;
    }

    /** "UpdateCapsule()" (8.5.3): no capsule's GUID is known here. */
    public long updateCapsule(Call call) {
        return call.argument(1) == 0 || call.argument(0) == 0
                ? EfiStatus.INVALID_PARAMETER
                : EfiStatus.UNSUPPORTED;
    }

    /** "QueryCapsuleCapabilities()" (8.5.3.4). */
    public long queryCapsuleCapabilities(Call call) {
        boolean sound =
                call.argument(0) != 0
                        && call.argument(1) != 0
                        && call.argument(2) != 0
                        && call.argument(3) != 0;
        return sound ? EfiStatus.UNSUPPORTED : EfiStatus.INVALID_PARAMETER;
    }
}
