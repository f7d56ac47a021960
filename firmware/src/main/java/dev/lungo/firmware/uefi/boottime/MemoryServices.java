package dev.lungo.firmware.uefi.boottime;

import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.boottime.PageMap.Piece;
import java.util.List;

/** UEFI 2.10, "Memory Allocation Services" (7.2). */
public final class MemoryServices {
    // EFI_ALLOCATE_TYPE
    private static final int ALLOCATE_ANY_PAGES = 0;
    private static final int ALLOCATE_MAX_ADDRESS = 1;
    private static final int ALLOCATE_ADDRESS = 2;

    /** Larger than the structure of version 1, so that nobody takes sizeof for it. */
    private static final int DESCRIPTOR_BYTES = 48;

    private static final int DESCRIPTOR_VERSION = 1;

    private final PageMap pages;
    private final Pool pool;

    public MemoryServices(PageMap pages, Pool pool) {
        this.pages = pages;
        this.pool = pool;
    }

    public long allocatePages(Call call) {
        int type = call.int32(1);
        long count = call.argument(2);
        long result = call.argument(3);
        if (!MemoryType.isAllocatable(type) || result == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        long wanted = call.memory().getLong(result);
        if (count <= 0) {
            return count == 0 ? EfiStatus.INVALID_PARAMETER : EfiStatus.OUT_OF_RESOURCES;
        }
        long at;
        switch (call.int32(0)) {
            case ALLOCATE_ANY_PAGES ->
                    at = pages.allocate(type, count, Long.MAX_VALUE, PageMap.PAGE);
            case ALLOCATE_MAX_ADDRESS -> at = pages.allocate(type, count, wanted, PageMap.PAGE);
            case ALLOCATE_ADDRESS -> {
                if (wanted % PageMap.PAGE != 0) {
                    return EfiStatus.NOT_FOUND;
                }
                return pages.claim(type, wanted, count);
            }
            default -> {
                return EfiStatus.INVALID_PARAMETER;
            }
        }
        if (at < 0) {
            return EfiStatus.OUT_OF_RESOURCES;
        }
        call.memory().putLong(result, at);
        return EfiStatus.SUCCESS;
    }

    public long freePages(Call call) {
        return pages.free(call.argument(0), call.argument(1));
    }

    public long allocatePool(Call call) {
        int type = call.int32(0);
        long result = call.argument(2);
        if (!MemoryType.isAllocatable(type) || result == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        call.memory().require(result, 8);
        long at = pool.allocate(type, call.argument(1));
        if (at < 0) {
            return EfiStatus.OUT_OF_RESOURCES;
        }
        call.memory().putLong(result, at);
        return EfiStatus.SUCCESS;
    }

    public long freePool(Call call) {
        return pool.free(call.argument(0));
    }

    public long getMemoryMap(Call call) {
        long sizeAt = call.argument(0);
        long map = call.argument(1);
        if (sizeAt == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        long room = call.memory().getLong(sizeAt);
        List<Piece> pieces = pages.pieces();
        long bytes = (long) DESCRIPTOR_BYTES * pieces.size();
        call.memory().putLong(sizeAt, bytes);
        putUnlessNull(call, 3, DESCRIPTOR_BYTES);
        if (call.argument(4) != 0) {
            call.memory().putInt(call.argument(4), DESCRIPTOR_VERSION);
        }
        if (Long.compareUnsigned(room, bytes) < 0) {
            return EfiStatus.BUFFER_TOO_SMALL;
        }
        if (map == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        call.memory().require(map, bytes);
        for (int i = 0; i < pieces.size(); i++) {
            put(call, map + (long) DESCRIPTOR_BYTES * i, pieces.get(i));
        }
        putUnlessNull(call, 2, pages.key());
        return EfiStatus.SUCCESS;
    }

    private static void putUnlessNull(Call call, int argument, long value) {
        if (call.argument(argument) != 0) {
            call.memory().putLong(call.argument(argument), value);
        }
    }

    /** EFI_MEMORY_DESCRIPTOR. */
    private static void put(Call call, long at, Piece piece) {
        call.memory().putInt(at, piece.type());
        call.memory().putInt(at + 4, 0);
        call.memory().putLong(at + 8, piece.start());
        call.memory().putLong(at + 16, 0);
        call.memory().putLong(at + 24, piece.pages());
        call.memory().putLong(at + 32, piece.attributes());
        call.memory().putLong(at + 40, 0);
    }
}
