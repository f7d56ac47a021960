package dev.lungo.machine;

/**
 * What the devices on every bus have in common: a device is a monitor.
 *
 * <p>Processors run on threads of their own, and the bus takes the device's {@link #lock} around
 * each access. Whoever else has something to do with the device, the host or a timer, takes it too.
 * Under it a device may drive interrupt lines, send interrupt messages and set timers; it may not
 * wait for anybody.
 */
public interface BusDevice {
    /** The monitor of the device that this is a part of; this object, where it is all of it. */
    default Object lock() {
        return this;
    }
}
