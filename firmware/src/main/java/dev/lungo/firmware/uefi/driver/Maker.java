package dev.lungo.firmware.uefi.driver;

import org.jspecify.annotations.Nullable;

/** What tells one driver of the firmware's from another. */
@FunctionalInterface
interface Maker {
    /** Makes protocols in guest memory. */
    @FunctionalInterface
    interface Start {
        Made make();
    }

    /**
     * Looks at a controller that has the protocol which the driver uses.
     *
     * @return null if there is nothing for the driver
     */
    @Nullable Start look(long controller);
}
