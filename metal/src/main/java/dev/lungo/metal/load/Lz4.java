package dev.lungo.metal.load;

/**
 * Decodes an LZ4 frame. LZ4, doc/lz4_Frame_format.md and doc/lz4_Block_format.md. Check sums are
 * passed over, dictionaries refused.
 */
final class Lz4 {
    private static final long MAGIC = 0x184D_2204L;
    private static final int VERSION = 0xC0;
    private static final int BLOCK_CHECKSUM = 1 << 4;
    private static final int CONTENT_SIZE = 1 << 3;
    private static final int DICTIONARY = 1;
    private static final long STORED = 1L << 31;
    private static final int MATCH_MIN = 4;
    private static final int MORE = 15;

    private final Window out;
    private long position;

    private Lz4(Window out) {
        this.out = out;
    }

    /**
     * How many bytes there are.
     *
     * @throws IllegalStateException if the frame is damaged, or there is more than fits
     */
    static long decode(Window in, Window out) {
        int flags = in.u8(4);
        if (in.u32(0) != MAGIC || (flags & VERSION) != 0x40 || (flags & DICTIONARY) != 0) {
            throw damaged(in);
        }
        Lz4 lz4 = new Lz4(out);
        long at = (flags & CONTENT_SIZE) != 0 ? 15 : 7;
        for (long size = in.u32(at); size != 0; size = in.u32(at)) {
            Window block = in.part(at + 4, size & ~STORED);
            if ((size & STORED) != 0) {
                lz4.literals(block, 0, block.bytes());
            } else {
                lz4.block(block);
            }
            at += 4 + block.bytes() + ((flags & BLOCK_CHECKSUM) != 0 ? 4 : 0);
        }
        return lz4.position;
    }

    private static IllegalStateException damaged(Window in) {
        return new IllegalStateException(in.what() + " is damaged: its LZ4 frame makes no sense");
    }

    private void block(Window in) {
        long at = 0;
        while (at < in.bytes()) {
            int token = in.u8(at++);
            long count = (token & 0xF0L) >>> 4;
            if (count == MORE) {
                int more;
                do {
                    more = in.u8(at++);
                    count += more;
                } while (more == 0xFF);
            }
            literals(in, at, count);
            at += count;
            if (at == in.bytes()) {
                return; // the last sequence has no match
            }
            int distance = in.u16(at);
            at += 2;
            long length = (token & 0xFL) + MATCH_MIN;
            if ((token & 0xF) == MORE) {
                int more;
                do {
                    more = in.u8(at++);
                    length += more;
                } while (more == 0xFF);
            }
            if (distance == 0 || distance > position) {
                throw damaged(in);
            }
            for (long i = 0; i < length; i++) {
                out.put8(position, out.u8(position - distance));
                position++;
            }
        }
    }

    private void literals(Window in, long from, long count) {
        for (long i = 0; i < count; i++) {
            out.put8(position++, in.u8(from + i));
        }
    }
}
