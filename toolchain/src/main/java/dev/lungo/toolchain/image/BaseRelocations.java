package dev.lungo.toolchain.image;

import java.io.ByteArrayOutputStream;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The table that says which addresses change when an image moves, for firmware and for our own
 * start-up code. PE Format, "The .reloc Section (Image Only)".
 */
final class BaseRelocations {
    private static final int IMAGE_REL_BASED_DIR64 = 10;
    private static final int PAGE = 0x1000;

    private BaseRelocations() {}

    /**
     * Blocks by page, and one of no size, which our start-up code stops at.
     *
     * @param addresses offsets from the start of the image
     */
    static byte[] of(SortedSet<Integer> addresses) {
        var pages = new TreeMap<Integer, SortedSet<Integer>>();
        for (int address : addresses) {
            pages.computeIfAbsent(address & -PAGE, _ -> new TreeSet<>()).add(address & PAGE - 1);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        pages.forEach((page, offsets) -> {
            int entries = offsets.size() + (offsets.size() & 1); // blocks are 4-aligned
            little(out, page, 4);
            little(out, 8 + 2 * entries, 4);
            for (int offset : offsets) {
                little(out, IMAGE_REL_BASED_DIR64 << 12 | offset, 2);
            }
            if (entries != offsets.size()) {
                little(out, 0, 2); // IMAGE_REL_BASED_ABSOLUTE: padding
            }
        });
        little(out, 0, 4);
        little(out, 0, 4);
        return out.toByteArray();
    }

    private static void little(ByteArrayOutputStream out, int value, int bytes) {
        for (int i = 0; i < bytes; i++) {
            out.write(value >> 8 * i);
        }
    }
}
