package dev.lungo.host.zstd;

import static dev.lungo.host.zstd.MalformedException.require;

/**
 * A table to decode finite state entropy. RFC 8878, "FSE". In state s, the symbol is {@code
 * symbols[s]}, and the next state is {@code base[s]} and as many bits as {@code bits[s]} says.
 */
final class FseTable {
    private static final int MAX_SYMBOLS = 256;

    final int accuracyLog;
    final byte[] symbols;
    final byte[] bits;
    final short[] base;

    private FseTable(int accuracyLog) {
        this.accuracyLog = accuracyLog;
        symbols = new byte[1 << accuracyLog];
        bits = new byte[1 << accuracyLog];
        base = new short[1 << accuracyLog];
    }

    /** The same symbol for ever, which takes no bits. */
    static FseTable always(int symbol) {
        FseTable table = new FseTable(0);
        table.symbols[0] = (byte) symbol;
        return table;
    }

    /**
     * From how often each symbol comes, out of 1 &lt;&lt; accuracyLog: -1 is less than once. RFC
     * 8878, "From Normalized Distribution to Decoding Tables".
     */
    static FseTable of(int accuracyLog, int[] distribution, int count) throws MalformedException {
        FseTable table = new FseTable(accuracyLog);
        int size = 1 << accuracyLog;
        int[] next = new int[count];
        int high = size;
        for (int symbol = 0; symbol < count; symbol++) {
            if (distribution[symbol] == -1) {
                table.symbols[--high] = (byte) symbol;
                next[symbol] = 1;
            }
        }
        int step = (size >> 1) + (size >> 3) + 3;
        int position = 0;
        for (int symbol = 0; symbol < count; symbol++) {
            if (distribution[symbol] > 0) {
                next[symbol] = distribution[symbol];
                for (int i = 0; i < distribution[symbol]; i++) {
                    table.symbols[position] = (byte) symbol;
                    do {
                        position = position + step & size - 1;
                    } while (position >= high);
                }
            }
        }
        require(position == 0, "a distribution is wrong");
        for (int state = 0; state < size; state++) {
            int symbol = table.symbols[state] & 0xFF;
            int number = next[symbol]++;
            int bits = accuracyLog - (31 - Integer.numberOfLeadingZeros(number));
            table.bits[state] = (byte) bits;
            table.base[state] = (short) ((number << bits) - size);
        }
        return table;
    }

    /** A table that was read, and where what comes behind its description begins. */
    record Described(FseTable table, int end) {}

    /** RFC 8878, "FSE Table Description". */
    static Described read(byte[] from, int at, int end, int maxAccuracyLog, int maxSymbols)
            throws MalformedException {
        Forward in = new Forward(from, at, end);
        int accuracyLog = in.read(4) + 5;
        require(accuracyLog <= maxAccuracyLog, "a table is too accurate");
        int[] distribution = new int[MAX_SYMBOLS];
        int remaining = 1 << accuracyLog;
        int symbol = 0;
        while (remaining > 0) {
            require(symbol < maxSymbols, "a table has too many symbols");
            int bits = 32 - Integer.numberOfLeadingZeros(remaining + 1);
            int value = in.read(bits);
            int lowMask = (1 << bits - 1) - 1;
            int threshold = (1 << bits) - 1 - (remaining + 1);
            if ((value & lowMask) < threshold) {
                in.unread();
                value &= lowMask;
            } else if (value > lowMask) {
                value -= threshold;
            }
            int probability = value - 1;
            remaining -= Math.abs(probability);
            distribution[symbol++] = probability;
            if (probability == 0) {
                int repeat;
                do {
                    repeat = in.read(2);
                    symbol += repeat;
                    require(symbol <= maxSymbols, "a table has too many symbols");
                } while (repeat == 3);
            }
        }
        require(remaining == 0, "a distribution is wrong");
        return new Described(of(accuracyLog, distribution, symbol), in.end());
    }

    /** Bits from the beginning, the lowest of each byte first. */
    private static final class Forward {
        private final byte[] bytes;
        private final int at;
        private final int end;
        private int position;

        Forward(byte[] bytes, int at, int end) {
            this.bytes = bytes;
            this.at = at;
            this.end = end;
        }

        /** The last one may be one of which not all bits are there: one bit of it is unread. */
        int read(int count) throws MalformedException {
            int value = 0;
            for (int i = 0; i < count; i++, position++) {
                int index = at + (position >> 3);
                require(index <= end, "a table has no end");
                int bit = index == end ? 0 : bytes[index] >> (position & 7) & 1;
                value |= bit << i;
            }
            return value;
        }

        void unread() {
            position--;
        }

        /** The first byte that has no bit that was read. */
        int end() throws MalformedException {
            int next = at + (position + 7 >> 3);
            require(next <= end, "a table has no end");
            return next;
        }
    }
}
