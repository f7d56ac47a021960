package dev.lungo.machine;

/**
 * The guest's RAM and ROM, by guest-physical address. Little-endian, as the guest is.
 *
 * <p>This is how devices, firmware and loaders reach it; engines map it and go their own way. An
 * access that is not wholly inside RAM or ROM is an {@link IllegalArgumentException}: whoever takes
 * an address from the guest asks {@link #contains} first.
 */
public interface GuestMemory {
    /** Whether all of these bytes are RAM or ROM, in one piece. */
    boolean contains(long guestPhysical, long bytes);

    byte getByte(long guestPhysical);

    short getShort(long guestPhysical);

    int getInt(long guestPhysical);

    long getLong(long guestPhysical);

    void putByte(long guestPhysical, byte value);

    void putShort(long guestPhysical, short value);

    void putInt(long guestPhysical, int value);

    void putLong(long guestPhysical, long value);

    void read(long guestPhysical, byte[] into, int offset, int bytes);

    void write(long guestPhysical, byte[] from, int offset, int bytes);

    default void write(long guestPhysical, byte[] from) {
        write(guestPhysical, from, 0, from.length);
    }

    /**
     * Makes memory for a device, all zero, which is there for as long as this is. It is not part of
     * what is accessed here.
     *
     * @param bytes a power of two, at least 4096
     */
    default DeviceMemory deviceMemory(int bytes) {
        return new ArrayDeviceMemory(bytes);
    }
}
