package dev.lungo.cpu.block;

import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;

/**
 * A locked instruction: it is done again until no other processor has written to its operand
 * between its load and its store. SDM 3A, "Bus Locking" (section 9.1.2).
 *
 * <p>Up to that store it changes nothing but the status flags, which are put back.
 */
final class Atomically extends Op {
    /** Another processor has written to the operand. */
    static final class Disturbed extends RuntimeException {
        private static final long serialVersionUID = 1;

        Disturbed() {
            super(null, null, false, false);
        }
    }

    private final Op op;

    Atomically(Op op) {
        this.op = op;
    }

    @Override
    public void execute(Processor cpu) {
        long result = Raw.getLong(cpu.state + State.FLAGS_RESULT);
        long aux = Raw.getLong(cpu.state + State.FLAGS_AUX);
        for (; ; ) {
            try {
                op.execute(cpu);
                return;
            } catch (Disturbed _) {
                Raw.putLong(cpu.state + State.FLAGS_RESULT, result);
                Raw.putLong(cpu.state + State.FLAGS_AUX, aux);
            }
        }
    }
}
