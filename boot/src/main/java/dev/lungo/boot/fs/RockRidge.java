package dev.lungo.boot.fs;

import dev.lungo.boot.bytes.Little;
import java.util.Optional;

/**
 * What the system use area of a directory record has to say. System Use Sharing Protocol, IEEE
 * P1281, 1.12; Rock Ridge Interchange Protocol, IEEE P1282, 1.12: names (NM), directories that were
 * moved elsewhere (CL, RE).
 */
final class RockRidge {
    /** Areas that one continues in another. */
    private static final int MOST_AREAS = 16;

    private static final int MOST_NAME_BYTES = 1024;
    private static final int NM = 0x4D4E;
    private static final int CE = 0x4543;
    private static final int SP = 0x5053;
    private static final int ST = 0x5453;
    private static final int CL = 0x4C43;
    private static final int RE = 0x4552;

    private final StringBuilder name = new StringBuilder();
    private long movedTo = -1;
    private boolean isMovedHere;

    private RockRidge() {}

    /** How many bytes to skip in every area, if the root's "." says that there are such. */
    static Optional<Integer> begin(IsoRecord self) {
        byte[] bytes = self.raw().bytes();
        int at = self.raw().systemUse();
        boolean is =
                bytes.length - at >= 7
                        && Little.u16(bytes, at) == SP
                        && Little.u16(bytes, at + 4) == 0xEFBE;
        return is ? Optional.of(Little.u8(bytes, at + 6)) : Optional.empty();
    }

    static RockRidge of(ByteDisk disk, IsoRecord record, int skip) {
        RockRidge read = new RockRidge();
        byte[] area = record.raw().bytes();
        int at = record.raw().systemUse() + skip;
        for (int areas = 0; areas < MOST_AREAS && area.length != 0; areas++) {
            long[] more = read.area(area, at);
            area = new byte[0];
            boolean follows =
                    more[2] > 0
                            && more[2] <= IsoVolume.BLOCK_BYTES
                            && more[1] <= IsoVolume.BLOCK_BYTES;
            if (follows) {
                area = new byte[(int) more[2]];
                disk.read(more[0] * IsoVolume.BLOCK_BYTES + more[1], area, 0, area.length);
                at = 0;
            }
        }
        return read;
    }

    /**
     * Reads one area.
     *
     * @return block, offset and length of the one it continues in
     */
    private long[] area(byte[] area, int from) {
        long[] more = new long[3];
        int at = from;
        while (area.length - at >= 4) {
            int signature = Little.u16(area, at);
            int bytes = Little.u8(area, at + 2);
            if (bytes < 4 || bytes > area.length - at || signature == ST) {
                break;
            }
            if (signature == NM && bytes > 5 && (area[at + 4] & 6) == 0) {
                addName(area, at + 5, bytes - 5);
            } else if (signature == CE && bytes >= 28) {
                more[0] = Little.u32(area, at + 4);
                more[1] = Little.u32(area, at + 12);
                more[2] = Little.u32(area, at + 20);
            } else if (signature == CL && bytes >= 12) {
                movedTo = Little.u32(area, at + 4);
            } else if (signature == RE) {
                isMovedHere = true;
            }
            at += bytes;
        }
        return more;
    }

    private void addName(byte[] area, int at, int bytes) {
        if (name.length() + bytes <= MOST_NAME_BYTES) {
            for (int i = at; i < at + bytes; i++) {
                name.append((char) (area[i] & 0xFF));
            }
        }
    }

    /** In UTF-8, as all systems of today write it; empty if it has none. */
    String name() {
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < name.length(); ) {
            int first = name.charAt(at);
            int more = first < 0xC0 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
            boolean isWhole = first < 0x80 || (more > 0 && at + more < name.length());
            int point = isWhole ? first & (more == 0 ? 0x7F : 0x3F >> more) : '?';
            for (int i = 1; i <= more && isWhole; i++) {
                point = point << 6 | name.charAt(at + i) & 0x3F;
            }
            text.appendCodePoint(Math.min(point, Character.MAX_CODE_POINT));
            at += 1 + (isWhole ? more : 0);
        }
        return text.toString();
    }

    /** The block of the directory that stands elsewhere and belongs here, or negative. */
    long movedTo() {
        return movedTo;
    }

    /** Whether it stands here and belongs elsewhere. */
    boolean isMovedHere() {
        return isMovedHere;
    }
}
