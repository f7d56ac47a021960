package dev.lungo.kvm;

import dev.lungo.host.Raw;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A structure in the host's memory, all zero at first, for a request to read or write. */
final class Memory {
    /** Held so that it stays. */
    private final MemorySegment segment;

    private final long host;

    Memory(Struct type) {
        this(type.bytes());
    }

    /** With so many elements of what the structure ends in. */
    Memory(Struct type, Struct element, int count) {
        this(type.bytes() + count * element.bytes());
    }

    Memory(int bytes) {
        segment = Arena.ofAuto().allocate(bytes, 8);
        host = segment.address();
    }

    /** Its host address. */
    long host() {
        return host;
    }

    int bytes() {
        return (int) segment.byteSize();
    }

    int getByte(int offset) {
        return Raw.getByte(host + offset);
    }

    int getShort(int offset) {
        return Raw.getShort(host + offset);
    }

    int getInt(int offset) {
        return Raw.getInt(host + offset);
    }

    long getLong(int offset) {
        return Raw.getLong(host + offset);
    }

    Memory putByte(int offset, int value) {
        Raw.putByte(host + offset, value);
        return this;
    }

    Memory putShort(int offset, int value) {
        Raw.putShort(host + offset, value);
        return this;
    }

    Memory putInt(int offset, int value) {
        Raw.putInt(host + offset, value);
        return this;
    }

    Memory putLong(int offset, long value) {
        Raw.putLong(host + offset, value);
        return this;
    }

    byte[] toBytes() {
        byte[] bytes = new byte[bytes()];
        Raw.read(host, bytes, 0, bytes.length);
        return bytes;
    }

    Memory set(byte[] bytes) {
        Raw.write(host, bytes, 0, Math.min(bytes.length, bytes()));
        return this;
    }

    void clear() {
        segment.fill((byte) 0);
    }
}
