package dev.lungo.cpu.op.vector;

import dev.lungo.cpu.core.Processor;
import dev.lungo.host.Raw;
import java.util.function.LongBinaryOperator;

/** The few shapes that most integer and shuffling instructions have. */
final class Shapes {
    private Shapes() {}

    /** The result's every eight bytes come from the eight at the same place in the sources. */
    static final class Lanewise extends VectorOp {
        private final long to;
        private final long a;
        private final Source b;
        private final int bytes;
        private final boolean vex;
        private final LongBinaryOperator function;

        Lanewise(Form form, long a, Source b, LongBinaryOperator function) {
            to = form.to();
            this.a = a;
            this.b = b;
            bytes = form.bytes();
            vex = form.vex;
            this.function = function;
        }

        @Override
        public void execute(Processor cpu) {
            long second = b.fetch(cpu);
            for (int i = 0; i < bytes; i += 8) {
                Raw.putLong(
                        to + i, function.applyAsLong(Raw.getLong(a + i), Raw.getLong(second + i)));
            }
            if (vex) {
                clear(to, bytes);
            }
        }
    }

    /** As {@link Lanewise}, but all take the second source's low eight bytes: shift counts. */
    static final class ByScalar extends VectorOp {
        private final long to;
        private final long a;
        private final Source b;
        private final int bytes;
        private final boolean vex;
        private final LongBinaryOperator function;

        ByScalar(Form form, LongBinaryOperator function) {
            to = form.to();
            a = form.first();
            b = form.second();
            bytes = form.bytes();
            vex = form.vex;
            this.function = function;
        }

        @Override
        public void execute(Processor cpu) {
            long second = Raw.getLong(b.fetch(cpu));
            for (int i = 0; i < bytes; i += 8) {
                Raw.putLong(to + i, function.applyAsLong(Raw.getLong(a + i), second));
            }
            if (vex) {
                clear(to, bytes);
            }
        }
    }

    /** The result's every 128-bit lane comes from that lane of the sources. */
    static final class Lanes extends VectorOp {
        private static final int LANE = 16;

        private final long to;
        private final long a;
        private final Source b;
        private final int bytes;
        private final boolean vex;
        private final LaneFunction lower;
        private final LaneFunction upper;
        private final long result;

        Lanes(Form form, long a, Source b, LaneFunction lower, LaneFunction upper) {
            to = form.to();
            this.a = a;
            this.b = b;
            bytes = form.bytes();
            vex = form.vex;
            this.lower = lower;
            this.upper = upper;
            result = form.at.state(Source.result());
        }

        @Override
        public void execute(Processor cpu) {
            long second = b.fetch(cpu);
            lower.apply(result, a, second, Math.min(bytes, LANE));
            if (bytes > LANE) {
                upper.apply(result + LANE, a + LANE, second + LANE, LANE);
            }
            copy(result, to, bytes);
            if (vex) {
                clear(to, bytes);
            }
        }
    }

    static void copy(long from, long to, int bytes) {
        for (int i = 0; i < bytes; i += 8) {
            Raw.putLong(to + i, Raw.getLong(from + i));
        }
    }
}
