package dev.lungo.kvm;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The layout of a structure as C lays it out: members in their order, each at a multiple of its
 * size, the whole a multiple of its strictest member. System V ABI, AMD64 Architecture Processor
 * Supplement, "Aggregates and Unions".
 *
 * <p>A member of a member is called as in C, {@code cs.base}.
 */
final class Struct {
    private final String name;
    private final Map<String, Integer> offsets = new LinkedHashMap<>();
    private int end;
    private int alignment = 1;

    Struct(String name) {
        this.name = name;
    }

    // Members.

    Struct u8(String... names) {
        return integers(1, names);
    }

    Struct u16(String... names) {
        return integers(2, names);
    }

    Struct u32(String... names) {
        return integers(4, names);
    }

    Struct u64(String... names) {
        return integers(8, names);
    }

    /** An array of bytes. */
    Struct bytes(String member, int count) {
        return array(member, 1, count);
    }

    /** An array of 32-bit integers; of none where the rest of the memory is meant. */
    Struct words(String member, int count) {
        return array(member, 4, count);
    }

    Struct longs(String member, int count) {
        return array(member, 8, count);
    }

    /** Members that are structures. */
    Struct parts(Struct part, String... names) {
        for (String each : names) {
            align(part.alignment);
            embed(part, each, end);
            end += part.bytes();
        }
        return this;
    }

    /** An array of structures; of none where the rest of the memory is meant. */
    Struct array(String member, Struct part, int count) {
        align(part.alignment);
        offsets.put(member, end);
        end += count * part.bytes();
        return this;
    }

    /** A nameless union of structures, each a member by its own name. */
    Struct union(int bytes, Struct... choices) {
        align(8);
        for (Struct each : choices) {
            embed(each, each.name, end);
        }
        end += bytes;
        return this;
    }

    private Struct integers(int size, String... names) {
        for (String each : names) {
            array(each, size, 1);
        }
        return this;
    }

    private Struct array(String member, int size, int count) {
        align(size);
        offsets.put(member, end);
        end += size * count;
        return this;
    }

    private void align(int to) {
        end = -to & end + to - 1;
        alignment = Math.max(alignment, to);
    }

    private void embed(Struct part, String member, int at) {
        offsets.put(member, at);
        part.offsets.forEach((inner, offset) -> offsets.put(member + "." + inner, at + offset));
    }

    // What comes of it.

    String name() {
        return name;
    }

    int bytes() {
        return -alignment & end + alignment - 1;
    }

    /** The offset of a member. */
    int at(String member) {
        Integer offset = offsets.get(member);
        if (offset == null) {
            throw new IllegalArgumentException(name + " has no " + member);
        }
        return offset;
    }

    /** All members and their offsets. */
    Map<String, Integer> members() {
        return Map.copyOf(offsets);
    }
}
