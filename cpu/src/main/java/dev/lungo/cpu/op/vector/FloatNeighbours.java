package dev.lungo.cpu.op.vector;

import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.Raw;
import dev.lungo.cpu.fp.Binary32;
import dev.lungo.cpu.fp.Binary64;
import dev.lungo.cpu.fp.FloatEnv;

/**
 * Arithmetic between neighbouring elements: horizontal sums and differences, alternating ones, and
 * dot products. SDM 2A, "ADDSUBPD", "ADDSUBPS", "DPPD", "DPPS", "HADDPD" to "HSUBPS".
 */
public final class FloatNeighbours {
    private FloatNeighbours() {}

    // spotless:off
    public static VectorOp op(Form form) {
        return switch (form.mnemonic) {
            case ADDSUBPS -> new OnLanes(form, FloatNeighbours::addSubtractSingles);
            case ADDSUBPD -> new OnLanes(form, FloatNeighbours::addSubtractDoubles);
            case HADDPS   -> new OnLanes(form, horizontal32(Binary32::add));
            case HSUBPS   -> new OnLanes(form, horizontal32(Binary32::subtract));
            case HADDPD   -> new OnLanes(form, horizontal64(Binary64::add));
            case HSUBPD   -> new OnLanes(form, horizontal64(Binary64::subtract));
            case DPPS     -> new OnLanes(form, dotProductSingles(form.immediate()));
            case DPPD     -> new OnLanes(form, dotProductDoubles(form.immediate()));
            default -> throw new IllegalArgumentException(form.mnemonic.name());
        };
    }
    // spotless:on

    /** As {@link LaneFunction}, on lanes of 16 bytes. */
    @FunctionalInterface
    private interface FloatLaneFunction {
        void apply(FloatEnv env, long to, long a, long b);
    }

    private static void addSubtractSingles(FloatEnv env, long to, long a, long b) {
        for (int i = 0; i < 16; i += 8) {
            int difference = Binary32.subtract(env, Raw.getInt(a + i), Raw.getInt(b + i));
            int sum = Binary32.add(env, Raw.getInt(a + i + 4), Raw.getInt(b + i + 4));
            Raw.putInt(to + i, difference);
            Raw.putInt(to + i + 4, sum);
        }
    }

    private static void addSubtractDoubles(FloatEnv env, long to, long a, long b) {
        Raw.putLong(to, Binary64.subtract(env, Raw.getLong(a), Raw.getLong(b)));
        Raw.putLong(to + 8, Binary64.add(env, Raw.getLong(a + 8), Raw.getLong(b + 8)));
    }

    private static FloatLaneFunction horizontal32(FloatShapes.Function32 function) {
        return (env, to, a, b) -> {
            for (int i = 0; i < 8; i += 4) {
                int ofA = function.apply(env, Raw.getInt(a + 2L * i), Raw.getInt(a + 2L * i + 4));
                int ofB = function.apply(env, Raw.getInt(b + 2L * i), Raw.getInt(b + 2L * i + 4));
                Raw.putInt(to + i, ofA);
                Raw.putInt(to + 8 + i, ofB);
            }
        };
    }

    private static FloatLaneFunction horizontal64(FloatShapes.Function64 function) {
        return (env, to, a, b) -> {
            Raw.putLong(to, function.apply(env, Raw.getLong(a), Raw.getLong(a + 8)));
            Raw.putLong(to + 8, function.apply(env, Raw.getLong(b), Raw.getLong(b + 8)));
        };
    }

    /** An unmasked exception in the products or in one round of sums ends it there. */
    private static boolean stops(FloatEnv env) {
        return env.masks != FloatEnv.ALL && env.unmasked(env.flags) != 0;
    }

    private static FloatLaneFunction dotProductSingles(int control) {
        return (env, to, a, b) -> {
            for (int i = 0; i < 16; i += 4) {
                boolean chosen = (control >> 4 + i / 4 & 1) != 0;
                Raw.putInt(
                        to + i,
                        chosen ? Binary32.multiply(env, Raw.getInt(a + i), Raw.getInt(b + i)) : 0);
            }
            if (stops(env)) {
                return;
            }
            int low = Binary32.add(env, Raw.getInt(to), Raw.getInt(to + 4));
            int high = Binary32.add(env, Raw.getInt(to + 8), Raw.getInt(to + 12));
            if (stops(env)) {
                return;
            }
            int sum = Binary32.add(env, low, high);
            for (int i = 0; i < 4; i++) {
                Raw.putInt(to + 4L * i, (control >> i & 1) != 0 ? sum : 0);
            }
        };
    }

    private static FloatLaneFunction dotProductDoubles(int control) {
        return (env, to, a, b) -> {
            long low = 0;
            long high = 0;
            if ((control & 1 << 4) != 0) {
                low = Binary64.multiply(env, Raw.getLong(a), Raw.getLong(b));
            }
            if ((control & 1 << 5) != 0) {
                high = Binary64.multiply(env, Raw.getLong(a + 8), Raw.getLong(b + 8));
            }
            if (stops(env)) {
                return;
            }
            long sum = Binary64.add(env, low, high);
            Raw.putLong(to, (control & 1) != 0 ? sum : 0);
            Raw.putLong(to + 8, (control & 2) != 0 ? sum : 0);
        };
    }

    private static final class OnLanes extends VectorOp {
        private final long to;
        private final long a;
        private final Source b;
        private final int bytes;
        private final boolean vex;
        private final long result;
        private final FloatLaneFunction function;

        OnLanes(Form form, FloatLaneFunction function) {
            to = form.to();
            a = form.first();
            b = form.second();
            bytes = form.bytes();
            vex = form.vex;
            result = form.at.state(Source.result());
            this.function = function;
        }

        @Override
        public void execute(Processor cpu) {
            long second = b.fetch(cpu);
            FloatEnv env = Mxcsr.open(cpu);
            for (int i = 0; i < bytes; i += 16) {
                function.apply(env, result + i, a + i, second + i);
            }
            Mxcsr.close(cpu, env);
            Shapes.copy(result, to, bytes);
            if (vex) {
                clear(to, bytes);
            }
        }
    }
}
