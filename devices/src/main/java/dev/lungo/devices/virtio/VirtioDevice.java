package dev.lungo.devices.virtio;

import dev.lungo.isa.Width;

/**
 * What one type of device adds to the transport: virtio 1.2, "Device Types" (section 5). All of it
 * is called under the function's monitor.
 */
public interface VirtioDevice {
    /** As in "Device Types". */
    int deviceId();

    /** How it is called in what the user is told. */
    String name();

    /** PCI base class, subclass and programming interface. */
    int classCode();

    /** The feature bits that it offers, of its own; the transport has others. */
    long features();

    /** The sizes of its queues, each a power of two. */
    int[] queueSizes();

    /** Its configuration structure as it is now. */
    byte[] configuration();

    /** The driver writes to the configuration structure; most fields are read-only. */
    default void writeConfiguration(int offset, Width width, long value) {}

    /** The driver has chosen among the features, the transport's as well. */
    default void negotiated(long features) {}

    /** The function is complete: what arrives from the host may come from now on. */
    default void connect() {}

    /** There may be buffers in this queue. */
    void notified(int queue);

    /** Back to what it was when it was made. No buffer is out any more. */
    void reset();
}
