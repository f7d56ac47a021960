package dev.lungo.host.zstd;

import static dev.lungo.host.zstd.MalformedException.require;

/** A table to decode literals. RFC 8878, "Huffman Coding". */
final class HuffmanTable {
    private static final int MAX_BITS = 11;
    private static final int MAX_WEIGHTS = 255; // the last symbol's follows from the others'
    private static final int MAX_WEIGHT_ACCURACY_LOG = 6;

    private final int maxBits;

    /** By the next {@link #maxBits} bits. */
    private final byte[] symbols;

    private final byte[] bits;

    private HuffmanTable(int maxBits) {
        this.maxBits = maxBits;
        symbols = new byte[1 << maxBits];
        bits = new byte[1 << maxBits];
    }

    /** A table that was read, and where what comes behind its description begins. */
    record Described(HuffmanTable table, int end) {}

    /** RFC 8878, "Huffman Tree Description". */
    static Described read(byte[] from, int at, int end) throws MalformedException {
        require(at < end, "a Huffman tree is missing");
        int header = from[at] & 0xFF;
        int[] weights = new int[MAX_WEIGHTS + 1];
        if (header >= 128) {
            int count = header - 127;
            int behind = at + 1 + (count + 1) / 2;
            require(behind <= end, "a Huffman tree has no end");
            for (int i = 0; i < count; i++) {
                int pair = from[at + 1 + i / 2] & 0xFF;
                weights[i] = i % 2 == 0 ? pair >> 4 : pair & 0xF;
            }
            return new Described(of(weights, count), behind);
        }
        int behind = at + 1 + header;
        require(behind <= end, "a Huffman tree has no end");
        return new Described(of(weights, readWeights(from, at + 1, behind, weights)), behind);
    }

    /** Two states take turns. Returns how many weights there were. */
    private static int readWeights(byte[] from, int at, int end, int[] weights)
            throws MalformedException {
        FseTable.Described described =
                FseTable.read(from, at, end, MAX_WEIGHT_ACCURACY_LOG, MAX_BITS + 1);
        FseTable table = described.table();
        BackwardBits in = new BackwardBits(from, described.end(), end);
        int state = in.read(table.accuracyLog);
        int other = in.read(table.accuracyLog);
        require(in.left() >= 0, "a Huffman tree has no end");
        int count = 0;
        while (in.left() >= 0) {
            require(count < MAX_WEIGHTS - 1, "a Huffman tree has too many symbols");
            weights[count++] = table.symbols[state];
            int next = table.base[state] + in.read(table.bits[state]);
            state = other;
            other = next;
        }
        weights[count++] = table.symbols[state];
        return count;
    }

    private static HuffmanTable of(int[] weights, int count) throws MalformedException {
        int sum = 0;
        for (int i = 0; i < count; i++) {
            require(weights[i] <= MAX_BITS, "a Huffman code is too long");
            sum += 1 << weights[i] >> 1;
        }
        require(sum > 0, "a Huffman tree is empty");
        int maxBits = 32 - Integer.numberOfLeadingZeros(sum);
        require(maxBits <= MAX_BITS, "a Huffman code is too long");
        int rest = (1 << maxBits) - sum;
        require(Integer.bitCount(rest) == 1, "a Huffman tree is not whole");
        weights[count] = Integer.numberOfTrailingZeros(rest) + 1;
        HuffmanTable table = new HuffmanTable(maxBits);
        int at = 0;
        for (int weight = 1; weight <= maxBits; weight++) {
            for (int symbol = 0; symbol <= count; symbol++) {
                if (weights[symbol] == weight) {
                    int entries = 1 << weight - 1;
                    for (int i = at; i < at + entries; i++) {
                        table.symbols[i] = (byte) symbol;
                        table.bits[i] = (byte) (maxBits + 1 - weight);
                    }
                    at += entries;
                }
            }
        }
        return table;
    }

    /** Decodes one stream, all of it. */
    void decode(byte[] from, int at, int end, byte[] into, int to, int count)
            throws MalformedException {
        BackwardBits in = new BackwardBits(from, at, end);
        for (int i = to; i < to + count; i++) {
            int code = in.peek(maxBits);
            into[i] = symbols[code];
            in.skip(bits[code]);
        }
        require(in.left() == 0, "a stream of literals is too long or too short");
    }
}
