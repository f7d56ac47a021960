package dev.lungo.cpu.op.vector;

import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.fp.Binary32;
import dev.lungo.cpu.fp.Binary64;
import dev.lungo.cpu.fp.FloatEnv;
import dev.lungo.host.Raw;

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
            case DPPS     -> new OnLanes(
                    form,
                    products(form.immediate()),
                    FloatNeighbours::sumsOfTwo,
                    sumOfFour(form.immediate()));
            case DPPD     -> new OnLanes(
                    form, doubleProducts(form.immediate()), doubleSum(form.immediate()));
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

    // Dot products: after the first stage, stages work on their own result.

    private static FloatLaneFunction products(int control) {
        return (env, to, a, b) -> {
            for (int i = 0; i < 16; i += 4) {
                boolean chosen = (control >> (4 + i / 4) & 1) != 0;
                int factor = Raw.getInt(b + i);
                Raw.putInt(to + i, chosen ? Binary32.multiply(env, Raw.getInt(a + i), factor) : 0);
            }
        };
    }

    private static void sumsOfTwo(FloatEnv env, long to, long a, long b) {
        Raw.putInt(to, Binary32.add(env, Raw.getInt(to), Raw.getInt(to + 4)));
        Raw.putInt(to + 4, Binary32.add(env, Raw.getInt(to + 8), Raw.getInt(to + 12)));
    }

    private static FloatLaneFunction sumOfFour(int control) {
        return (env, to, _, _) -> {
            int sum = Binary32.add(env, Raw.getInt(to), Raw.getInt(to + 4));
            for (int i = 0; i < 4; i++) {
                Raw.putInt(to + 4L * i, (control >> i & 1) != 0 ? sum : 0);
            }
        };
    }

    private static FloatLaneFunction doubleProducts(int control) {
        return (env, to, a, b) -> {
            for (int i = 0; i < 16; i += 8) {
                boolean chosen = (control >> (4 + i / 8) & 1) != 0;
                long factor = Raw.getLong(b + i);
                Raw.putLong(
                        to + i, chosen ? Binary64.multiply(env, Raw.getLong(a + i), factor) : 0);
            }
        };
    }

    private static FloatLaneFunction doubleSum(int control) {
        return (env, to, _, _) -> {
            long sum = Binary64.add(env, Raw.getLong(to), Raw.getLong(to + 8));
            Raw.putLong(to, (control & 1) != 0 ? sum : 0);
            Raw.putLong(to + 8, (control & 2) != 0 ? sum : 0);
        };
    }

    /**
     * Works in stages, one behind the other in all lanes: an unmasked exception in one keeps the
     * next from beginning, and its exceptions from being reported.
     */
    private static final class OnLanes extends VectorOp {
        private final long to;
        private final long a;
        private final Source b;
        private final int bytes;
        private final boolean vex;
        private final long result;
        private final FloatLaneFunction[] stages;

        OnLanes(Form form, FloatLaneFunction... stages) {
            to = form.to();
            a = form.first();
            b = form.second();
            bytes = form.bytes();
            vex = form.vex;
            result = form.at.state(Source.result());
            this.stages = stages;
        }

        @Override
        public void execute(Processor cpu) {
            long second = b.fetch(cpu);
            for (FloatLaneFunction stage : stages) {
                FloatEnv env = Mxcsr.open(cpu);
                for (int i = 0; i < bytes; i += 16) {
                    stage.apply(env, result + i, a + i, second + i);
                }
                Mxcsr.close(cpu, env);
            }
            Shapes.copy(result, to, bytes);
            if (vex) {
                clear(to, bytes);
            }
        }
    }
}
