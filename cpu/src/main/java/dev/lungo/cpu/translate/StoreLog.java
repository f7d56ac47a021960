package dev.lungo.cpu.translate;

import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * What translated code has stored over, where that is wanted: {@link Stubs#log} writes it before
 * each store, from the address in {@link State#STORE_LOG} on. An entry is {host address, length in
 * bytes, the old bytes}, and takes a multiple of 8 bytes.
 */
final class StoreLog {
    static final int LENGTH = 8;
    static final int OLD = 16;

    /** More than one unit can store to. */
    private static final int BYTES = 1 << 20;

    private static final int MOST = 1 << 12;

    private final long state;
    private final MemorySegment memory = Arena.ofAuto().allocate(BYTES, 8);
    private final MemorySegment stored = Arena.ofAuto().allocate(BYTES, 8);
    private final long begin = memory.address();

    /** What leads from old bytes to those that translated code has stored there. */
    private final long toStored = stored.address() - begin;

    private final long[] entries = new long[MOST];
    private int count;

    StoreLog(long state) {
        this.state = state;
    }

    void begin() {
        Raw.putLong(state + State.STORE_LOG, begin);
    }

    /** Keeps what memory has now, and puts back what it had at the beginning. */
    void undo() {
        long end = Raw.getLong(state + State.STORE_LOG);
        count = 0;
        for (long at = begin; at < end; at += OLD + (Raw.getLong(at + LENGTH) + 7 & -8)) {
            entries[count++] = at;
            copy(Raw.getLong(at), at + OLD + toStored, Raw.getLong(at + LENGTH));
        }
        for (int i = count - 1; i >= 0; i--) {
            copy(entries[i] + OLD, Raw.getLong(entries[i]), Raw.getLong(entries[i] + LENGTH));
        }
    }

    private static void copy(long from, long to, long bytes) {
        if (bytes == 8) {
            Raw.putLong(to, Raw.getLong(from));
        } else if (bytes == 4) {
            Raw.putInt(to, Raw.getInt(from));
        } else {
            Raw.copy(from, to, bytes);
        }
    }

    /** Whether translated code has stored to all of these host addresses in one go. */
    boolean covers(long host, int bytes) {
        for (int i = 0; i < count; i++) {
            long at = Raw.getLong(entries[i]);
            if (host >= at && host + bytes <= at + Raw.getLong(entries[i] + LENGTH)) {
                return true;
            }
        }
        return false;
    }

    /**
     * A host address at which translated code has stored something else than there is now, or 0.
     */
    long difference() {
        for (int i = 0; i < count; i++) {
            long host = Raw.getLong(entries[i]);
            long bytes = Raw.getLong(entries[i] + LENGTH);
            for (long n = 0; n < bytes; n++) {
                if (Raw.getByte(host + n) != Raw.getByte(entries[i] + OLD + toStored + n)) {
                    return host + n;
                }
            }
        }
        return 0;
    }
}
