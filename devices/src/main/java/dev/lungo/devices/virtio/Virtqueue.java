package dev.lungo.devices.virtio;

import org.jspecify.annotations.Nullable;

/**
 * One of a device's queues: its registers, and the ring that they place in memory. Virtio 1.2,
 * "Virtqueues" (section 2.6). Under the function's monitor.
 */
public final class Virtqueue {
    /** VIRTIO_MSI_NO_VECTOR */
    static final int NO_VECTOR = 0xFFFF;

    private final VirtioFunction function;
    private final int mostSize;

    // What the driver has written; addresses are guest-physical.
    int size;
    int vector;
    long descriptors;
    long driver;
    long device;

    private @Nullable Ring ring;

    /** Buffers that were taken and not given back. */
    private int out;

    Virtqueue(VirtioFunction function, int mostSize) {
        this.function = function;
        this.mostSize = mostSize;
        reset();
    }

    void reset() {
        size = mostSize;
        vector = NO_VECTOR;
        descriptors = 0;
        driver = 0;
        device = 0;
        ring = null;
        out = 0;
    }

    boolean isEnabled() {
        return ring != null;
    }

    boolean hasBuffersOut() {
        return out != 0;
    }

    /** The driver writes queue_enable. */
    void enable(Ring newRing) {
        ring = newRing;
    }

    void setSize(int wanted) {
        if (wanted > 0 && wanted <= mostSize) {
            size = wanted;
        }
    }

    /**
     * The next buffer, if the driver has made one available and the device runs. Until it is given
     * back the device does not finish a reset.
     */
    public @Nullable Chain take() {
        if (ring == null || !function.isRunning()) {
            return null;
        }
        try {
            Chain chain = ring.take();
            if (chain != null) {
                out++;
            }
            return chain;
        } catch (BrokenRing e) {
            function.fail(e.getMessage());
            return null;
        }
    }

    /**
     * Gives a buffer back to the driver, who is not told before {@link #interrupt}.
     *
     * @param written how many bytes from its writable part's beginning may have been written
     */
    public void giveBack(Chain chain, long written) {
        out--;
        if (ring != null && function.isRunning()) {
            ring.giveBack(chain, written);
        }
        function.gaveBack();
    }

    /** Interrupts if the driver wants to know of what was given back. */
    public void interrupt() {
        if (ring != null && function.isRunning() && ring.wantsInterrupt()) {
            function.interrupt(this);
        }
    }

    /** Where {@link #take} is, to {@link #rewind} to. */
    int position() {
        return ring == null ? 0 : ring.position();
    }

    /** Makes the last {@code chains} buffers, which were taken since then, available again. */
    void rewind(int position, int chains) {
        out -= chains;
        if (ring != null) {
            ring.rewind(position);
        }
        function.gaveBack();
    }
}
