package dev.lungo.host.zstd;

import static dev.lungo.host.zstd.MalformedException.require;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Decompresses Zstandard, RFC 8878. Begin reading here: a frame is blocks, a compressed block is
 * literals ({@link HuffmanTable}) and {@link Sequences} of copies, whose numbers are coded by
 * {@link FseTable}s.
 *
 * <p>Not done: dictionaries, and looking at checksums.
 */
public final class Zstd {
    private static final int MAGIC = 0xFD2FB528;
    private static final int SKIPPABLE_MAGIC = 0x184D2A50;
    private static final int MAX_BLOCK_BYTES = 128 << 10;

    private final byte[] from;
    private final int end;
    private final byte[] into;
    private int at;
    private int out;

    // Of the current frame.
    private Sequences sequences = new Sequences();
    private @Nullable HuffmanTable huffman;

    // Of the current block.
    private byte[] literals = new byte[0];
    private int literalCount;

    private Zstd(byte[] from, int at, int end, byte[] into) {
        this.from = from;
        this.at = at;
        this.end = end;
        this.into = into;
    }

    /**
     * Decompresses frames until an array is full; what comes behind is not looked at.
     *
     * @throws MalformedException if there is not so much, or it is damaged
     */
    public static void decompress(byte[] from, int at, int bytes, byte[] into)
            throws MalformedException {
        Zstd zstd = new Zstd(from, at, at + bytes, into);
        while (zstd.out < into.length) {
            zstd.frame();
        }
    }

    private int take(int bytes) throws MalformedException {
        require(bytes <= end - at, "it ends too early");
        int value = 0;
        for (int i = 0; i < bytes; i++) {
            value |= (from[at + i] & 0xFF) << 8 * i;
        }
        at += bytes;
        return value;
    }

    private void skip(int bytes) throws MalformedException {
        require(bytes >= 0 && bytes <= end - at, "it ends too early");
        at += bytes;
    }

    /** RFC 8878, "Zstandard Frames". */
    private void frame() throws MalformedException {
        int magic = take(4);
        if ((magic & ~0xF) == SKIPPABLE_MAGIC) {
            skip(take(4));
            return;
        }
        require(magic == MAGIC, "it is no Zstandard frame");
        int descriptor = take(1);
        boolean singleSegment = (descriptor & 0x20) != 0;
        boolean checksum = (descriptor & 0x04) != 0;
        require((descriptor & 0x08) == 0, "a reserved bit is set");
        skip(singleSegment ? 0 : 1); // the window: all that was output is there
        int dictionary = take((descriptor & 3) == 3 ? 4 : descriptor & 3);
        require(dictionary == 0, "it needs a dictionary");
        int sizeFlag = descriptor >> 6;
        skip(sizeFlag == 0 ? singleSegment ? 1 : 0 : 1 << sizeFlag);
        sequences = new Sequences();
        huffman = null;
        int start = out;
        boolean last = false;
        while (!last && out < into.length) {
            last = block(start);
        }
        if (last && checksum) {
            skip(4);
        }
    }

    /** RFC 8878, "Blocks". Returns whether it is the frame's last. */
    private boolean block(int start) throws MalformedException {
        int header = take(3);
        int size = header >> 3;
        switch (header >> 1 & 3) {
            case 0 -> {
                require(size <= end - at && size <= into.length - out, "a block is too long");
                System.arraycopy(from, at, into, out, size);
                at += size;
                out += size;
            }
            case 1 -> {
                require(size <= into.length - out, "a block is too long");
                Arrays.fill(into, out, out + size, (byte) take(1));
                out += size;
            }
            case 2 -> {
                require(size <= end - at, "a block is too long");
                int behind = at + size;
                literals(behind);
                out = sequences.run(from, at, behind, literals, literalCount, into, start, out);
                at = behind;
            }
            default -> throw new MalformedException("a block has a reserved type");
        }
        return (header & 1) != 0;
    }

    /** RFC 8878, "Literals Section Header". */
    private void literals(int blockEnd) throws MalformedException {
        require(at < blockEnd, "a block is empty");
        int type = from[at] & 3;
        int format = from[at] >> 2 & 3;
        if (type < 2) {
            int headerBytes = (format & 1) == 0 ? 1 : format == 1 ? 2 : 3;
            int header = take(headerBytes);
            room(header >> (headerBytes == 1 ? 3 : 4));
            if (type == 0) {
                require(literalCount <= blockEnd - at, "literals are missing");
                System.arraycopy(from, at, literals, 0, literalCount);
                at += literalCount;
            } else {
                Arrays.fill(literals, 0, literalCount, (byte) take(1));
            }
            require(at <= blockEnd, "literals are missing");
            return;
        }
        int sizeBits = format < 2 ? 10 : format == 2 ? 14 : 18;
        long header = take(Math.min(4, 2 * sizeBits + 4 >> 3)) & 0xFFFF_FFFFL;
        if (sizeBits == 18) {
            header |= (long) take(1) << 32;
        }
        long mask = (1L << sizeBits) - 1;
        room((int) (header >> 4 & mask));
        int compressed = (int) (header >> 4 + sizeBits & mask);
        require(at <= blockEnd && compressed <= blockEnd - at, "literals are missing");
        decode(type == 2, format == 0 ? 1 : 4, at + compressed);
    }

    private void room(int count) throws MalformedException {
        require(count <= MAX_BLOCK_BYTES, "there are too many literals");
        if (literals.length < count) {
            literals = new byte[Math.max(count, Math.min(into.length, MAX_BLOCK_BYTES))];
        }
        literalCount = count;
    }

    /** RFC 8878, "Literals Section", of the types with Huffman codes. */
    private void decode(boolean hasTree, int streams, int sectionEnd) throws MalformedException {
        if (hasTree) {
            HuffmanTable.Described described = HuffmanTable.read(from, at, sectionEnd);
            huffman = described.table();
            at = described.end();
        }
        HuffmanTable table = huffman;
        if (table == null) {
            throw new MalformedException("there is no tree to use again");
        }
        if (streams == 1) {
            table.decode(from, at, sectionEnd, literals, 0, literalCount);
        } else {
            int[] ends = new int[4];
            require(sectionEnd - at >= 6, "the sizes of streams are missing");
            int sizes = at + 6;
            ends[0] = sizes + take(2);
            ends[1] = ends[0] + take(2);
            ends[2] = ends[1] + take(2);
            ends[3] = sectionEnd;
            require(ends[2] <= sectionEnd, "a stream has no end");
            int each = (literalCount + 3) / 4;
            require(3 * each <= literalCount, "there are too few literals");
            for (int i = 0; i < 4; i++) {
                int count = i < 3 ? each : literalCount - 3 * each;
                table.decode(from, at, ends[i], literals, i * each, count);
                at = ends[i];
            }
        }
        at = sectionEnd;
    }
}
