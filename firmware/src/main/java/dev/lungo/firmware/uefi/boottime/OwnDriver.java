package dev.lungo.firmware.uefi.boottime;

import java.util.List;

/**
 * A driver of the firmware's own. UEFI 2.10, "EFI Driver Binding Protocol" (11.1): what its members
 * do. They answer an {@link dev.lungo.firmware.uefi.EfiStatus}.
 */
public interface OwnDriver {
    long supported(long controller);

    long start(long controller);

    /**
     * Stops children or, in the end, the controller.
     *
     * @param children those to stop; if there are none, the controller itself
     */
    long stop(long controller, List<Long> children);
}
