package dev.lungo.cpu.op.vector;

import dev.lungo.host.Raw;

/**
 * Elements rearranged within 128-bit lanes: unpacking, packing, shuffling, aligning. SDM 2B,
 * "PACKSSWB/PACKSSDW", "PALIGNR", "PSHUFB" to "PSHUFW", "PUNPCKHBW" to "PUNPCKLQDQ", "SHUFPS",
 * "UNPCKHPS".
 */
public final class Shuffles {
    private static final int BYTE = 1;
    private static final int WORD = 2;
    private static final int DWORD = 4;
    private static final int QWORD = 8;

    private Shuffles() {}

    // spotless:off
    public static VectorOp op(Form form) {
        return switch (form.mnemonic) {
            case PUNPCKLBW            -> form.lanes(unpack(BYTE, false));
            case PUNPCKLWD            -> form.lanes(unpack(WORD, false));
            case PUNPCKLDQ, UNPCKLPS  -> form.lanes(unpack(DWORD, false));
            case PUNPCKLQDQ, UNPCKLPD -> form.lanes(unpack(QWORD, false));
            case PUNPCKHBW            -> form.lanes(unpack(BYTE, true));
            case PUNPCKHWD            -> form.lanes(unpack(WORD, true));
            case PUNPCKHDQ, UNPCKHPS  -> form.lanes(unpack(DWORD, true));
            case PUNPCKHQDQ, UNPCKHPD -> form.lanes(unpack(QWORD, true));
            case PACKSSWB -> form.lanes(packWords(Byte.MIN_VALUE, Byte.MAX_VALUE));
            case PACKUSWB -> form.lanes(packWords(0, 0xFF));
            case PACKSSDW -> form.lanes(packDwords(Short.MIN_VALUE, Short.MAX_VALUE));
            case PACKUSDW -> form.lanes(packDwords(0, 0xFFFF));
            case PSHUFB   -> form.lanes(Shuffles::shuffleBytes);
            case PSHUFD   -> form.unaryLanes(shuffleDwords(form.immediate()));
            case PSHUFLW  -> form.unaryLanes(shuffleWords(form.immediate(), 0));
            case PSHUFHW  -> form.unaryLanes(shuffleWords(form.immediate(), 8));
            case PSHUFW   -> form.unaryLanes(shuffleWords(form.immediate(), 0));
            case SHUFPS   -> form.lanes(shuffleSingles(form.immediate()));
            case SHUFPD   -> form.lanes(
                                shuffleDoubles(form.immediate()),
                                shuffleDoubles(form.immediate() >> 2));
            case PALIGNR  -> form.lanes(align(form.immediate()));
            case MOVSLDUP -> form.unaryLanes(shuffleDwords(0b10_10_00_00));
            case MOVSHDUP -> form.unaryLanes(shuffleDwords(0b11_11_01_01));
            case MOVDDUP  -> form.unaryLanes(shuffleDwords(0b01_00_01_00));
            default -> throw new IllegalArgumentException(form.mnemonic.name());
        };
    }
    // spotless:on

    private static void move(long to, long from, int width) {
        switch (width) {
            case BYTE -> Raw.putByte(to, Raw.getByte(from));
            case WORD -> Raw.putShort(to, Raw.getShort(from));
            case DWORD -> Raw.putInt(to, Raw.getInt(from));
            default -> Raw.putLong(to, Raw.getLong(from));
        }
    }

    /** Elements of a and b in turn, from the lower or upper halves. */
    private static LaneFunction unpack(int width, boolean upper) {
        return (to, a, b, bytes) -> {
            int half = bytes / 2;
            int from = upper ? half : 0;
            for (int i = 0; i < half; i += width) {
                move(to + 2L * i, a + from + i, width);
                move(to + 2L * i + width, b + from + i, width);
            }
        };
    }

    private static LaneFunction packWords(int least, int most) {
        return (to, a, b, bytes) -> {
            int half = bytes / 2;
            for (int i = 0; i < half; i++) {
                Raw.putByte(to + i, Math.clamp((short) Raw.getShort(a + 2L * i), least, most));
                Raw.putByte(
                        to + half + i, Math.clamp((short) Raw.getShort(b + 2L * i), least, most));
            }
        };
    }

    private static LaneFunction packDwords(int least, int most) {
        return (to, a, b, bytes) -> {
            int half = bytes / 2;
            for (int i = 0; i < half; i += 2) {
                Raw.putShort(to + i, Math.clamp(Raw.getInt(a + 2L * i), least, most));
                Raw.putShort(to + half + i, Math.clamp(Raw.getInt(b + 2L * i), least, most));
            }
        };
    }

    private static void shuffleBytes(long to, long a, long b, int bytes) {
        for (int i = 0; i < bytes; i++) {
            int control = Raw.getByte(b + i);
            boolean zero = (control & 0x80) != 0;
            Raw.putByte(to + i, zero ? 0 : Raw.getByte(a + (control & (bytes - 1))));
        }
    }

    static LaneFunction shuffleDwords(int order) {
        return (to, _, b, _) -> {
            for (int i = 0; i < 4; i++) {
                Raw.putInt(to + 4L * i, Raw.getInt(b + 4L * (order >> 2L * i & 3)));
            }
        };
    }

    /** The four words from that byte on; the others stay in place. */
    private static LaneFunction shuffleWords(int order, int from) {
        return (to, _, b, bytes) -> {
            for (int i = 0; i < bytes; i += 8) {
                Raw.putLong(to + i, Raw.getLong(b + i));
            }
            for (int i = 0; i < 4; i++) {
                Raw.putShort(
                        to + from + 2L * i, Raw.getShort(b + from + 2L * (order >> 2L * i & 3)));
            }
        };
    }

    private static LaneFunction shuffleSingles(int order) {
        return (to, a, b, _) -> {
            for (int i = 0; i < 4; i++) {
                Raw.putInt(to + 4L * i, Raw.getInt((i < 2 ? a : b) + 4L * (order >> 2L * i & 3)));
            }
        };
    }

    private static LaneFunction shuffleDoubles(int order) {
        return (to, a, b, _) -> {
            Raw.putLong(to, Raw.getLong(a + 8L * (order & 1)));
            Raw.putLong(to + 8, Raw.getLong(b + 8L * (order >> 1 & 1)));
        };
    }

    /** The bytes of a above those of b, shifted right by so many bytes. */
    private static LaneFunction align(int shift) {
        return (to, a, b, bytes) -> {
            for (int i = 0; i < bytes; i++) {
                int from = i + shift;
                int value =
                        from < bytes
                                ? Raw.getByte(b + from)
                                : from < 2 * bytes ? Raw.getByte(a + from - bytes) : 0;
                Raw.putByte(to + i, value);
            }
        };
    }
}
