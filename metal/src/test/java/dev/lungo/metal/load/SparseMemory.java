package dev.lungo.metal.load;

import java.util.Map;
import java.util.TreeMap;

/** 4 GiB of which only pages that were written exist; the others read as ones. */
final class SparseMemory implements Memory {
    private static final int PAGE = 4096;

    private final Map<Long, byte[]> pages = new TreeMap<>();

    @Override
    public int get(long address) {
        byte[] page = pages.get(page(address));
        return page == null ? 0xFF : page[(int) address & PAGE - 1] & 0xFF;
    }

    @Override
    public void put(long address, int value) {
        pages.computeIfAbsent(page(address), _ -> new byte[PAGE])[(int) address & PAGE - 1] =
                (byte) value;
    }

    private static long page(long address) {
        if (address < 0 || address >= 1L << 32) {
            throw new AssertionError("beyond 4 GiB: " + Long.toHexString(address));
        }
        return address / PAGE;
    }

    /** All that is written to it, in a window. */
    Window put(long address, byte... bytes) {
        for (int i = 0; i < bytes.length; i++) {
            put(address + i, bytes[i]);
        }
        return new Window(this, "the file", address, bytes.length);
    }

    byte[] bytes(long address, int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) {
            bytes[i] = (byte) get(address + i);
        }
        return bytes;
    }
}
