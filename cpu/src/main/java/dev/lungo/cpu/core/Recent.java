package dev.lungo.cpu.core;

import dev.lungo.host.Raw;
import java.util.Arrays;

/**
 * The linear addresses of the blocks a processor entered last, for who asks how it came to where it
 * is. A ring in its off-heap state, so that translated code can write it too: each block takes the
 * slot below that of the one before, and who runs them keeps count.
 *
 * <p>An address is written as RIP plus the base of CS, since more would cost more: where a base
 * that 64-bit mode ignores is not zero, it is wrong.
 */
final class Recent {
    private static final int SLOTS = 16;
    private static final int SLOT_SHIFT = 3;
    private static final long NOTHING = -1;

    static final int BYTES = SLOTS << SLOT_SHIFT;

    private Recent() {}

    /** Offset from {@link State#RECENT} of the slot of a block, which are counted down. */
    static int slot(int number) {
        return (number & SLOTS - 1) << SLOT_SHIFT;
    }

    static void clear(long state) {
        for (int i = 0; i < SLOTS; i++) {
            Raw.putLong(state + State.RECENT + slot(i), NOTHING);
        }
    }

    /** The oldest first. {@code last} is the number of the last block. */
    static long[] read(Processor cpu, int last) {
        long[] linear = new long[SLOTS];
        int found = 0;
        for (int i = SLOTS - 1; i >= 0; i--) {
            long at = Raw.getLong(cpu.state + State.RECENT + slot(last + i));
            if (at != NOTHING) {
                linear[found++] = cpu.wrapLinear(at);
            }
        }
        return Arrays.copyOf(linear, found);
    }
}
