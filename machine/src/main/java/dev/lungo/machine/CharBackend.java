package dev.lungo.machine;

/** Where a serial port's bytes go. What comes back is given to the device by its board. */
@FunctionalInterface
public interface CharBackend {
    void write(byte value);
}
