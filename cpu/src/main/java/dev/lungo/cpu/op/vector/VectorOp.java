package dev.lungo.cpu.op.vector;

import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;

/** An instruction on vector registers. */
public abstract class VectorOp extends Op {
    /**
     * Clears a vector register from this byte up, as every VEX-encoded write of a register does.
     */
    static void clear(long register, int from) {
        for (int i = from; i < State.VECTOR_BYTES; i += 8) {
            Raw.putLong(register + i, 0);
        }
    }
}
