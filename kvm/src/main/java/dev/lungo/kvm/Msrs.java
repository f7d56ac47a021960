package dev.lungo.kvm;

/** Model-specific registers and their values. */
final class Msrs {
    private static final int ENTRY_BYTES = Structs.MSR_ENTRY.bytes();
    private static final int DATA = Structs.MSR_ENTRY.at("data");
    private static final int ENTRIES = Structs.MSRS.at("entries");

    private final int[] indices;
    private final long[] values;

    private Msrs(int count) {
        indices = new int[count];
        values = new long[count];
    }

    /** The first so many of a structure kvm_msrs. */
    static Msrs of(Memory memory, int count) {
        Msrs msrs = new Msrs(count);
        for (int i = 0; i < count; i++) {
            msrs.indices[i] = memory.getInt(ENTRIES + i * ENTRY_BYTES);
            msrs.values[i] = memory.getLong(ENTRIES + i * ENTRY_BYTES + DATA);
        }
        return msrs;
    }

    int index(int i) {
        return indices[i];
    }

    long value(int i) {
        return values[i];
    }

    int count() {
        return indices.length;
    }

    /** From one on, as a structure kvm_msrs. */
    Memory memory(int from) {
        int count = count() - from;
        Memory memory = new Memory(Structs.MSRS, Structs.MSR_ENTRY, count);
        memory.putInt(Structs.MSRS.at("nmsrs"), count);
        for (int i = 0; i < count; i++) {
            memory.putInt(ENTRIES + i * ENTRY_BYTES, indices[from + i]);
            memory.putLong(ENTRIES + i * ENTRY_BYTES + DATA, values[from + i]);
        }
        return memory;
    }
}
