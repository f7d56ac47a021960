package dev.lungo.isa;

/** The widths of integers, ports and memory accesses. */
public enum Width {
    BYTE(1),
    WORD(2),
    DWORD(4),
    QWORD(8);

    private final int bytes;

    Width(int bytes) {
        this.bytes = bytes;
    }

    public static Width ofBytes(int bytes) {
        return switch (bytes) {
            case 1 -> BYTE;
            case 2 -> WORD;
            case 4 -> DWORD;
            case 8 -> QWORD;
            default -> throw new IllegalArgumentException("no integer has " + bytes + " bytes");
        };
    }

    public int bytes() {
        return bytes;
    }

    public int bits() {
        return bytes * 8;
    }

    /** All ones in this width. */
    public long mask() {
        return -1L >>> (64 - bits());
    }

    public long signBit() {
        return 1L << (bits() - 1);
    }

    /** The low bits of this width, zero-extended. */
    public long truncate(long value) {
        return value & mask();
    }

    public long signExtend(long value) {
        return value << (64 - bits()) >> (64 - bits());
    }
}
