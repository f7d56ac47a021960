package dev.lungo.cpu.op.vector;

import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.fp.FloatEnv;
import dev.lungo.host.Raw;

/** The shapes of floating-point arithmetic: packed and scalar, single and double. */
final class FloatShapes {
    private static final long LOW = 0xFFFF_FFFFL;

    private FloatShapes() {}

    /** A function of two singles. */
    @FunctionalInterface
    interface Function32 {
        int apply(FloatEnv env, int a, int b);
    }

    /** A function of two doubles. */
    @FunctionalInterface
    interface Function64 {
        long apply(FloatEnv env, long a, long b);
    }

    /** Element by element; {@code a} is whatever it pleases if the function does not look at it. */
    static VectorOp packed32(Form form, Function32 function) {
        return new PackedSingle(form, form.first(), form.second(), function);
    }

    static VectorOp packed64(Form form, Function64 function) {
        return new PackedDouble(form, form.first(), form.second(), function);
    }

    /** Of the only source, which is the function's {@code b}. */
    static VectorOp unary32(Form form, Function32 function) {
        return new PackedSingle(form, form.to(), form.source(1), function);
    }

    static VectorOp unary64(Form form, Function64 function) {
        return new PackedDouble(form, form.to(), form.source(1), function);
    }

    /** Of the lowest element; the others are the first source's. */
    static VectorOp scalar32(Form form, Function32 function) {
        return new ScalarSingle(form, function);
    }

    static VectorOp scalar64(Form form, Function64 function) {
        return new ScalarDouble(form, function);
    }

    private static final class PackedSingle extends VectorOp {
        private final long to;
        private final long a;
        private final Source b;
        private final int bytes;
        private final boolean vex;
        private final long result;
        private final Function32 function;

        PackedSingle(Form form, long a, Source b, Function32 function) {
            to = form.to();
            this.a = a;
            this.b = b;
            bytes = form.bytes();
            vex = form.vex;
            result = form.at.state(Source.result());
            this.function = function;
        }

        @Override
        public void execute(Processor cpu) {
            long second = b.fetch(cpu);
            FloatEnv env = Mxcsr.open(cpu);
            for (int i = 0; i < bytes; i += 4) {
                Raw.putInt(
                        result + i, function.apply(env, Raw.getInt(a + i), Raw.getInt(second + i)));
            }
            Mxcsr.close(cpu, env);
            Shapes.copy(result, to, bytes);
            if (vex) {
                clear(to, bytes);
            }
        }
    }

    private static final class PackedDouble extends VectorOp {
        private final long to;
        private final long a;
        private final Source b;
        private final int bytes;
        private final boolean vex;
        private final long result;
        private final Function64 function;

        PackedDouble(Form form, long a, Source b, Function64 function) {
            to = form.to();
            this.a = a;
            this.b = b;
            bytes = form.bytes();
            vex = form.vex;
            result = form.at.state(Source.result());
            this.function = function;
        }

        @Override
        public void execute(Processor cpu) {
            long second = b.fetch(cpu);
            FloatEnv env = Mxcsr.open(cpu);
            for (int i = 0; i < bytes; i += 8) {
                Raw.putLong(
                        result + i,
                        function.apply(env, Raw.getLong(a + i), Raw.getLong(second + i)));
            }
            Mxcsr.close(cpu, env);
            Shapes.copy(result, to, bytes);
            if (vex) {
                clear(to, bytes);
            }
        }
    }

    private static final class ScalarSingle extends VectorOp {
        private final long to;
        private final long a;
        private final Source b;
        private final boolean vex;
        private final Function32 function;

        ScalarSingle(Form form, Function32 function) {
            to = form.to();
            a = form.first();
            b = form.second();
            vex = form.vex;
            this.function = function;
        }

        @Override
        public void execute(Processor cpu) {
            int second = Raw.getInt(b.fetch(cpu));
            FloatEnv env = Mxcsr.open(cpu);
            long first = Raw.getLong(a);
            int value = function.apply(env, (int) first, second);
            Mxcsr.close(cpu, env);
            if (vex) {
                Raw.putLong(to + 8, Raw.getLong(a + 8));
                clear(to, 16);
            }
            Raw.putLong(to, first & ~LOW | value & LOW);
        }
    }

    private static final class ScalarDouble extends VectorOp {
        private final long to;
        private final long a;
        private final Source b;
        private final boolean vex;
        private final Function64 function;

        ScalarDouble(Form form, Function64 function) {
            to = form.to();
            a = form.first();
            b = form.second();
            vex = form.vex;
            this.function = function;
        }

        @Override
        public void execute(Processor cpu) {
            long second = Raw.getLong(b.fetch(cpu));
            FloatEnv env = Mxcsr.open(cpu);
            long value = function.apply(env, Raw.getLong(a), second);
            Mxcsr.close(cpu, env);
            if (vex) {
                Raw.putLong(to + 8, Raw.getLong(a + 8));
                clear(to, 16);
            }
            Raw.putLong(to, value);
        }
    }
}
