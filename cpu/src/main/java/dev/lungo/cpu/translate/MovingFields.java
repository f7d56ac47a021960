package dev.lungo.cpu.translate;

import dev.lungo.isa.Instruction;
import dev.lungo.isa.Operand;
import java.util.Arrays;

/**
 * The fields of a unit's guest code that hold addresses of what a kernel moves when it is started:
 * displacements and immediates of 32 bits, by their values. Where two runs differ in such fields
 * alone, the translation is the same but for the same values, which {@link HostCode} has noted.
 */
final class MovingFields {
    // The top two gigabytes, where code and data of a kernel are, less those at either end that
    // are rather small numbers and masks: nobody who emits a constant of his own may use these.
    private static final int LEAST = 0x8100_0000;
    private static final int END = 0xC000_0000;

    /** Of bytes behind a displacement, or of a field that ends an instruction. */
    private static final int[] BEHIND = {0, 1, 2, 4};

    /** Where on its page the unit begins. */
    private final int onPage;

    private int[] offsets = new int[8];
    private int[] values = new int[8];
    private int count;
    private boolean useless;

    MovingFields(int onPage) {
        this.onPage = onPage;
    }

    /** Whether a value of this kind may be another in another run. */
    static boolean mayMove(int value) {
        return Integer.compareUnsigned(value, LEAST) >= 0
                && Integer.compareUnsigned(value, END) < 0;
    }

    /**
     * Looks through an instruction.
     *
     * @param code of the unit
     * @param start where in it the instruction begins
     */
    void add(Instruction i, byte[] code, int start) {
        int end = start + i.length();
        for (Operand each : i.operands()) {
            switch (each) {
                case Operand.Memory memory when memory.base() == Operand.Memory.RIP ->
                        useless |= mayMove((int) memory.displacement() + end + onPage);
                case Operand.Memory memory -> add(memory.displacement(), code, start, end, BEHIND);
                case Operand.Immediate immediate ->
                        add(immediate.value(), code, start, end, new int[] {0, 4});
                case Operand.Relative relative ->
                        useless |= mayMove((int) relative.offset() + end + onPage);
                default -> {}
            }
        }
    }

    private void add(long value, byte[] code, int start, int end, int[] behind) {
        useless |= mayMove((int) (value >>> 32)); // half of another number
        int low = (int) value;
        if (!mayMove(low)) {
            return;
        }
        int found = -1;
        for (int bytes : behind) {
            int at = end - 4 - bytes;
            if (at > start && HostCode.getInt(code, at) == low) {
                useless |= found >= 0;
                found = at;
            }
        }
        useless |= found < 0 || count > 0 && found < offsets[count - 1] + 4;
        if (count == offsets.length) {
            offsets = Arrays.copyOf(offsets, 2 * count);
            values = Arrays.copyOf(values, 2 * count);
        }
        offsets[count] = found;
        values[count++] = low;
    }

    /** How many there are; none where it is not certain what moves. */
    int count() {
        return useless ? 0 : count;
    }

    /** Whether nothing here may be another in another run. */
    boolean isEmpty() {
        return count == 0 && !useless;
    }

    /** Where one begins, in bytes from the unit's beginning; in ascending order. */
    int offset(int field) {
        return offsets[field];
    }

    int value(int field) {
        return values[field];
    }

    boolean has(int value) {
        for (int i = 0; i < count(); i++) {
            if (values[i] == value) {
                return true;
            }
        }
        return false;
    }
}
