package dev.lungo.metal.load;

/**
 * Decodes the LZMA format: 13 bytes of header, then a range-coded stream. LZMA SDK, "LZMA
 * specification" (DOC/lzma-specification.txt).
 *
 * <p>What was decoded is its own dictionary. Streams with lc + lp over 4 are refused: they need
 * tables larger than the file, and nobody writes them.
 */
final class Lzma {
    private static final int HEADER = 13;
    private static final int TOP = 1 << 24;
    private static final int HALF = 1 << 10;
    private static final int MATCH_MIN = 2;
    private static final int END_MARKER = -1;

    // Where each kind of decision has its probabilities.
    private static final int IS_MATCH = 0;
    private static final int IS_REP = IS_MATCH + (12 << 4);
    private static final int IS_REP_G0 = IS_REP + 12;
    private static final int IS_REP_G1 = IS_REP_G0 + 12;
    private static final int IS_REP_G2 = IS_REP_G1 + 12;
    private static final int IS_REP0_LONG = IS_REP_G2 + 12;
    private static final int POS_SLOT = IS_REP0_LONG + (12 << 4);
    private static final int POS_SPECIAL = POS_SLOT + (4 << 6);
    private static final int ALIGN = POS_SPECIAL + 128;
    private static final int LENGTH = ALIGN + 16;
    private static final int REP_LENGTH = LENGTH + 2 + 256 + 256;
    private static final int LITERAL = REP_LENGTH + 2 + 256 + 256;

    // Within a length: two choices, then the trees.
    private static final int LOW = 2;
    private static final int MID = LOW + (16 << 3);
    private static final int HIGH = MID + (16 << 3);

    private final Window in;
    private final Window out;
    private final short[] probabilities;
    private final int lc;
    private final int lpMask;
    private final int pbMask;
    private long at = HEADER;
    private long position;
    private int range = -1;
    private int code;

    private Lzma(Window in, Window out) {
        this.in = in;
        this.out = out;
        int properties = in.u8(0);
        lc = properties % 9;
        int lp = properties / 9 % 5;
        int pb = properties / 45;
        if (pb > 4 || lc + lp > 4) {
            throw damaged();
        }
        lpMask = (1 << lp) - 1;
        pbMask = (1 << pb) - 1;
        probabilities = new short[LITERAL + (0x300 << (lc + lp))];
        for (int i = 0; i < probabilities.length; i++) {
            probabilities[i] = HALF;
        }
    }

    /**
     * How many bytes there are.
     *
     * @throws IllegalStateException if the stream is damaged, or there is more than fits
     */
    static long decode(Window in, Window out) {
        Lzma lzma = new Lzma(in, out);
        long size = in.u64(5);
        lzma.run(size);
        return lzma.position;
    }

    private IllegalStateException damaged() {
        return new IllegalStateException(in.what() + " is damaged: its LZMA stream makes no sense");
    }

    private void run(long size) {
        if (in.u8(at++) != 0) {
            throw damaged();
        }
        for (int i = 0; i < 4; i++) {
            code = code << 8 | in.u8(at++);
        }
        int state = 0;
        int rep0 = 0;
        int rep1 = 0;
        int rep2 = 0;
        int rep3 = 0;
        while (size < 0 || position < size) {
            int posState = (int) position & pbMask;
            if (bit(IS_MATCH + (state << 4) + posState) == 0) {
                literal(state, rep0);
                state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
                continue;
            }
            int length;
            if (bit(IS_REP + state) == 0) {
                rep3 = rep2;
                rep2 = rep1;
                rep1 = rep0;
                length = length(LENGTH, posState);
                state = state < 7 ? 7 : 10;
                rep0 = distance(length);
                if (rep0 == END_MARKER) {
                    return;
                }
            } else {
                if (bit(IS_REP_G0 + state) == 0) {
                    if (bit(IS_REP0_LONG + (state << 4) + posState) == 0) {
                        state = state < 7 ? 9 : 11;
                        copy(rep0, 1);
                        continue;
                    }
                } else {
                    int distance;
                    if (bit(IS_REP_G1 + state) == 0) {
                        distance = rep1;
                    } else {
                        if (bit(IS_REP_G2 + state) == 0) {
                            distance = rep2;
                        } else {
                            distance = rep3;
                            rep3 = rep2;
                        }
                        rep2 = rep1;
                    }
                    rep1 = rep0;
                    rep0 = distance;
                }
                length = length(REP_LENGTH, posState);
                state = state < 7 ? 8 : 11;
            }
            copy(rep0, length + MATCH_MIN);
        }
    }

    private void literal(int state, int rep0) {
        int before = position > 0 ? out.u8(position - 1) : 0;
        int context = (((int) position & lpMask) << lc) + (before >>> (8 - lc));
        int tree = LITERAL + 0x300 * context;
        int symbol = 1;
        if (state >= 7) {
            int match = dictionary(rep0);
            do {
                int matchBit = match >>> 7 & 1;
                match <<= 1;
                int bit = bit(tree + ((1 + matchBit) << 8) + symbol);
                symbol = symbol << 1 | bit;
                if (matchBit != bit) {
                    break;
                }
            } while (symbol < 0x100);
        }
        while (symbol < 0x100) {
            symbol = symbol << 1 | bit(tree + symbol);
        }
        out.put8(position++, symbol);
    }

    private int dictionary(int distance) {
        long from = position - (distance & 0xFFFF_FFFFL) - 1;
        if (from < 0) {
            throw damaged();
        }
        return out.u8(from);
    }

    private void copy(int distance, int length) {
        for (int i = 0; i < length; i++) {
            out.put8(position, dictionary(distance));
            position++;
        }
    }

    private int length(int tree, int posState) {
        if (bit(tree) == 0) {
            return tree(tree + LOW + (posState << 3), 3);
        }
        if (bit(tree + 1) == 0) {
            return 8 + tree(tree + MID + (posState << 3), 3);
        }
        return 16 + tree(tree + HIGH, 8);
    }

    private int distance(int length) {
        int slot = tree(POS_SLOT + ((length < 4 ? length : 3) << 6), 6);
        if (slot < 4) {
            return slot;
        }
        int direct = (slot >> 1) - 1;
        int distance = (2 | slot & 1) << direct;
        if (slot < 14) {
            return distance + reverseTree(POS_SPECIAL + distance - slot, direct);
        }
        for (int i = direct - 1; i >= 4; i--) {
            range >>>= 1;
            code -= range;
            int taken = code >> 31; // all ones if it was less
            code += range & taken;
            distance += (taken + 1) << i;
            normalize();
        }
        return distance + reverseTree(ALIGN, 4);
    }

    private int tree(int from, int bits) {
        int symbol = 1;
        for (int i = 0; i < bits; i++) {
            symbol = symbol << 1 | bit(from + symbol);
        }
        return symbol - (1 << bits);
    }

    private int reverseTree(int from, int bits) {
        int tree = 1;
        int symbol = 0;
        for (int i = 0; i < bits; i++) {
            int bit = bit(from + tree);
            tree = tree << 1 | bit;
            symbol |= bit << i;
        }
        return symbol;
    }

    private int bit(int index) {
        int probability = probabilities[index];
        int bound = (range >>> 11) * probability;
        int bit;
        if (Integer.compareUnsigned(code, bound) < 0) {
            range = bound;
            probabilities[index] = (short) (probability + (2048 - probability >> 5));
            bit = 0;
        } else {
            range -= bound;
            code -= bound;
            probabilities[index] = (short) (probability - (probability >> 5));
            bit = 1;
        }
        normalize();
        return bit;
    }

    private void normalize() {
        if (Integer.compareUnsigned(range, TOP) < 0) {
            range <<= 8;
            code = code << 8 | in.u8(at++);
        }
    }
}
