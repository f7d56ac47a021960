package dev.lungo.isa;

/** The segment registers, in the order of their encoding. SDM 2A, "REG Field" (table B-8). */
public enum Segment {
    ES,
    CS,
    SS,
    DS,
    FS,
    GS;

    private static final Segment[] ALL = values();

    /** The segment register with this encoding, 0 to 5. */
    public static Segment of(int encoding) {
        return ALL[encoding];
    }
}
