package dev.lungo.cpu.block;

import dev.lungo.host.Raw;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Off-heap cells that hold immediates, so that an instruction reads an immediate as it reads a
 * register, and one class serves both. Equal values share a cell.
 */
final class Constants {
    private static final int CHUNK_BYTES = 1 << 16;

    private final Map<Long, Long> cells = new HashMap<>();
    private final List<java.lang.foreign.MemorySegment> chunks = new ArrayList<>();
    private long next;
    private long end;

    /** The absolute address of eight bytes with this value. */
    long cell(long value) {
        Long known = cells.get(value);
        if (known != null) {
            return known;
        }
        if (next == end) {
            var chunk = Arena.ofAuto().allocate(CHUNK_BYTES, 64);
            chunks.add(chunk);
            next = chunk.address();
            end = next + CHUNK_BYTES;
        }
        long cell = next;
        next += 8;
        Raw.putLong(cell, value);
        cells.put(value, cell);
        return cell;
    }

    int size() {
        return cells.size();
    }

    void clear() {
        cells.clear();
        chunks.clear();
        next = 0;
        end = 0;
    }
}
