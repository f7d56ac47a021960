package dev.lungo.devices.virtio;

/**
 * The driver has put something into a ring that cannot be. The device is of no use until it is
 * reset. Control flow: it has no stack trace, and {@link Virtqueue} catches it.
 */
final class BrokenRing extends Exception {
    private static final long serialVersionUID = 1;

    /**
     * @param what is wrong, to follow "the driver's ring is broken:"
     */
    BrokenRing(String what) {
        super(what, null, false, false);
    }
}
