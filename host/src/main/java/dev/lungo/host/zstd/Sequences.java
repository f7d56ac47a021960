package dev.lungo.host.zstd;

import static dev.lungo.host.zstd.MalformedException.require;

import org.jspecify.annotations.Nullable;

/** What to copy from where. RFC 8878, "Sequences Section". */
final class Sequences {
    /** One of the three numbers of a sequence: the bits behind its codes, and their tables. */
    private static final class Kind {
        private final int[] baselines;
        private final int[] extraBits;
        private final int maxAccuracyLog;
        private final FseTable predefined;
        private @Nullable FseTable table;

        Kind(int[] baselines, int[] extraBits, int maxAccuracyLog, FseTable predefined) {
            this.baselines = baselines;
            this.extraBits = extraBits;
            this.maxAccuracyLog = maxAccuracyLog;
            this.predefined = predefined;
        }
    }

    // spotless:off
    private static final int[] LITERALS_LENGTH_BASELINES = {
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        16, 18, 20, 22, 24, 28, 32, 40, 48, 64, 128, 256, 512, 1024, 2048, 4096,
        8192, 16384, 32768, 65536,
    };
    private static final int[] LITERALS_LENGTH_BITS = {
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12,
        13, 14, 15, 16,
    };
    private static final int[] MATCH_LENGTH_BASELINES = {
        3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18,
        19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34,
        35, 37, 39, 41, 43, 47, 51, 59, 67, 83, 99, 131, 259, 515, 1027, 2051,
        4099, 8195, 16387, 32771, 65539,
    };
    private static final int[] MATCH_LENGTH_BITS = {
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11,
        12, 13, 14, 15, 16,
    };
    private static final int[] LITERALS_LENGTH_DISTRIBUTION = {
        4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1,
        2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1,
        -1, -1, -1, -1,
    };
    private static final int[] MATCH_LENGTH_DISTRIBUTION = {
        1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1,
        -1, -1, -1, -1, -1,
    };
    private static final int[] OFFSET_DISTRIBUTION = {
        1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1,
    };
    // spotless:on

    private static final FseTable LITERALS_LENGTHS = predefined(6, LITERALS_LENGTH_DISTRIBUTION);
    private static final FseTable MATCH_LENGTHS = predefined(6, MATCH_LENGTH_DISTRIBUTION);
    private static final FseTable OFFSETS = predefined(5, OFFSET_DISTRIBUTION);

    /** What is not 4 GiB away or more. */
    private static final int MAX_OFFSET_CODE = 30;

    private static final int[] OFFSET_BASELINES = new int[MAX_OFFSET_CODE + 1];
    private static final int[] OFFSET_BITS = new int[MAX_OFFSET_CODE + 1];

    static {
        for (int code = 0; code <= MAX_OFFSET_CODE; code++) {
            OFFSET_BASELINES[code] = 1 << code;
            OFFSET_BITS[code] = code;
        }
    }

    private static FseTable predefined(int accuracyLog, int[] distribution) {
        try {
            return FseTable.of(accuracyLog, distribution, distribution.length);
        } catch (MalformedException e) {
            throw new AssertionError("the RFC's own table", e);
        }
    }

    // They are for the frame: a block may use the tables of the one before.
    private final Kind literalsLengths =
            new Kind(LITERALS_LENGTH_BASELINES, LITERALS_LENGTH_BITS, 9, LITERALS_LENGTHS);
    private final Kind offsets = new Kind(OFFSET_BASELINES, OFFSET_BITS, 8, OFFSETS);
    private final Kind matchLengths =
            new Kind(MATCH_LENGTH_BASELINES, MATCH_LENGTH_BITS, 9, MATCH_LENGTHS);

    /** RFC 8878, "Repeat Offsets". */
    private final int[] recent = {1, 4, 8};

    /**
     * Does what a section says.
     *
     * @param start where in the output the frame began
     * @param out where in the output the block begins
     * @return where in the output it ends
     */
    int run(
            byte[] from,
            int at,
            int end,
            byte[] literals,
            int literalCount,
            byte[] into,
            int start,
            int out)
            throws MalformedException {
        require(at < end, "sequences are missing");
        int first = from[at] & 0xFF;
        int headerBytes = first < 128 ? 1 : first < 255 ? 2 : 3;
        require(at + headerBytes <= end, "sequences are missing");
        int count =
                switch (headerBytes) {
                    case 1 -> first;
                    case 2 -> (first - 128 << 8) + (from[at + 1] & 0xFF);
                    default -> (from[at + 1] & 0xFF) + ((from[at + 2] & 0xFF) << 8) + 0x7F00;
                };
        int here = at + headerBytes;
        int taken = 0;
        int to = out;
        if (count == 0) {
            require(here == end, "there is something behind no sequences");
        } else {
            require(here < end && (from[here] & 3) == 0, "sequences have no modes");
            int modes = from[here++] & 0xFF;
            here = readTable(literalsLengths, modes >> 6, from, here, end);
            here = readTable(offsets, modes >> 4 & 3, from, here, end);
            here = readTable(matchLengths, modes >> 2 & 3, from, here, end);
            BackwardBits in = new BackwardBits(from, here, end);
            Decoder literalsLength = new Decoder(literalsLengths, in);
            Decoder offset = new Decoder(offsets, in);
            Decoder matchLength = new Decoder(matchLengths, in);
            for (int i = 0; i < count; i++) {
                int offsetValue = offset.value(in);
                int match = matchLength.value(in);
                int literal = literalsLength.value(in);
                if (i < count - 1) {
                    literalsLength.update(in);
                    matchLength.update(in);
                    offset.update(in);
                }
                require(in.left() >= 0, "sequences have no end");
                require(
                        literal <= literalCount - taken && literal + match <= into.length - to,
                        "a sequence is too long");
                System.arraycopy(literals, taken, into, to, literal);
                taken += literal;
                to += literal;
                int distance = distance(offsetValue, literal);
                require(distance > 0 && distance <= to - start, "a match begins too early");
                copy(into, to, distance, match);
                to += match;
            }
            require(in.left() == 0, "there is something behind the sequences");
        }
        int rest = literalCount - taken;
        require(rest <= into.length - to, "a block is too long");
        System.arraycopy(literals, taken, into, to, rest);
        return to + rest;
    }

    /** What is copied may be what is being written. */
    private static void copy(byte[] bytes, int to, int distance, int count) {
        if (distance >= count) {
            System.arraycopy(bytes, to - distance, bytes, to, count);
        } else {
            for (int i = to; i < to + count; i++) {
                bytes[i] = bytes[i - distance];
            }
        }
    }

    private int distance(int offsetValue, int literalsLength) {
        if (offsetValue > 3) {
            recent[2] = recent[1];
            recent[1] = recent[0];
            recent[0] = offsetValue - 3;
            return recent[0];
        }
        int index = offsetValue - 1 + (literalsLength == 0 ? 1 : 0);
        int distance = index == 3 ? recent[0] - 1 : recent[index];
        if (index > 1) {
            recent[2] = recent[1];
        }
        if (index > 0) {
            recent[1] = recent[0];
            recent[0] = distance;
        }
        return distance;
    }

    private static int readTable(Kind kind, int mode, byte[] from, int at, int end)
            throws MalformedException {
        switch (mode) {
            case 0 -> kind.table = kind.predefined;
            case 1 -> {
                require(at < end, "a table is missing");
                require((from[at] & 0xFF) < kind.baselines.length, "there is no such code");
                kind.table = FseTable.always(from[at]);
                return at + 1;
            }
            case 2 -> {
                FseTable.Described described =
                        FseTable.read(from, at, end, kind.maxAccuracyLog, kind.baselines.length);
                kind.table = described.table();
                return described.end();
            }
            default -> require(kind.table != null, "there is no table to use again");
        }
        return at;
    }

    private static final class Decoder {
        private final Kind kind;
        private final FseTable table;
        private int state;

        Decoder(Kind kind, BackwardBits in) throws MalformedException {
            this.kind = kind;
            FseTable current = kind.table;
            if (current == null) {
                throw new MalformedException("there is no table");
            }
            table = current;
            state = in.read(table.accuracyLog);
        }

        int value(BackwardBits in) {
            int code = table.symbols[state];
            return kind.baselines[code] + in.read(kind.extraBits[code]);
        }

        void update(BackwardBits in) {
            state = table.base[state] + in.read(table.bits[state]);
        }
    }
}
