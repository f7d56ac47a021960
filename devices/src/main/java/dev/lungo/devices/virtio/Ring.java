package dev.lungo.devices.virtio;

import org.jspecify.annotations.Nullable;

/**
 * What driver and device pass buffers through, in guest memory. Everything in it was written by the
 * driver, at any time, and is checked when it is read. Under the function's monitor.
 */
sealed interface Ring permits SplitRing, PackedRing {
    /**
     * The next buffer that the driver has made available. When there is none, the driver is asked
     * to notify of the next one; as long as there are, it is asked not to.
     */
    @Nullable Chain take() throws BrokenRing;

    /**
     * Gives a buffer back to the driver, in any order.
     *
     * @param written how many bytes from its writable part's beginning may have been written
     */
    void giveBack(Chain chain, long written);

    /** Whether the driver wants to be told of what was given back since this was last asked. */
    boolean wantsInterrupt();

    /** Where {@link #take} is, to {@link #rewind} to. */
    int position();

    /** Makes what was taken since then, and not given back, available again. */
    void rewind(int position);
}
