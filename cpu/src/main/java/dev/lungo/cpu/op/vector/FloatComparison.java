package dev.lungo.cpu.op.vector;

import dev.lungo.cpu.core.Flags;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.fp.Binary32;
import dev.lungo.cpu.fp.Binary64;
import dev.lungo.cpu.fp.Comparison;
import dev.lungo.cpu.fp.FloatEnv;
import dev.lungo.host.Raw;

/**
 * Comparisons that make masks, and those that set the status flags. SDM 2A, "CMPPD" to "COMISS";
 * SDM 2B, "UCOMISD", "UCOMISS".
 */
public final class FloatComparison {
    private FloatComparison() {}

    // spotless:off
    public static VectorOp op(Form form) {
        return switch (form.mnemonic) {
            case CMPPS   -> FloatShapes.packed32(form, single(form));
            case CMPSS   -> FloatShapes.scalar32(form, single(form));
            case CMPPD   -> FloatShapes.packed64(form, twofold(form));
            case CMPSD   -> FloatShapes.scalar64(form, twofold(form));
            case COMISS  -> new Compare(form, true, true);
            case UCOMISS -> new Compare(form, true, false);
            case COMISD  -> new Compare(form, false, true);
            case UCOMISD -> new Compare(form, false, false);
            default -> throw new IllegalArgumentException(form.mnemonic.name());
        };
    }
    // spotless:on

    private static FloatShapes.Function32 single(Form form) {
        int predicate = predicate(form);
        return (env, a, b) -> Binary32.test(env, a, b, predicate) ? -1 : 0;
    }

    private static FloatShapes.Function64 twofold(Form form) {
        int predicate = predicate(form);
        return (env, a, b) -> Binary64.test(env, a, b, predicate) ? -1 : 0;
    }

    /** Legacy encodings have eight, VEX ones 32. */
    private static int predicate(Form form) {
        return form.immediate() & (form.vex ? 31 : 7);
    }

    private static final class Compare extends VectorOp {
        private final long a;
        private final Source b;
        private final boolean single;
        private final boolean signalling;

        Compare(Form form, boolean single, boolean signalling) {
            a = form.to();
            b = form.source(1);
            this.single = single;
            this.signalling = signalling;
        }

        @Override
        public void execute(Processor cpu) {
            long second = Raw.getLong(b.fetch(cpu));
            FloatEnv env = Mxcsr.open(cpu);
            int outcome =
                    single
                            ? Binary32.compare(env, Raw.getInt(a), (int) second, signalling)
                            : Binary64.compare(env, Raw.getLong(a), second, signalling);
            Mxcsr.close(cpu, env);
            Flags.setStatus(cpu.state, Comparison.statusFlags(outcome));
        }
    }
}
