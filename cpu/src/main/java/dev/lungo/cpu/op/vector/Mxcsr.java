package dev.lungo.cpu.op.vector;

import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.State;
import dev.lungo.cpu.fp.FloatEnv;
import dev.lungo.host.Raw;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.ExceptionVector;

/**
 * What SIMD arithmetic does before and after: it takes rounding and masks from MXCSR, and delivers
 * the exceptions to it. SDM 1, "SSE and SSE2 Exception Conditions" and "Handling SIMD
 * Floating-Point Exceptions in Software".
 */
final class Mxcsr {
    private Mxcsr() {}

    /** The environment for one instruction's elements. {@link #close} must follow in any case. */
    static FloatEnv open(Processor cpu) {
        FloatEnv env = cpu.simd;
        int mxcsr = Raw.getInt(cpu.state + State.MXCSR);
        if (cpu.simdMxcsr != mxcsr) {
            env.setMxcsr(mxcsr);
            cpu.simdMxcsr = mxcsr;
        }
        if (env.masks != FloatEnv.ALL) {
            env.flags = 0;
        }
        return env;
    }

    /** Records exceptions, and raises #XM if one is not masked: to be called before writing. */
    static void close(Processor cpu, FloatEnv env) {
        int mxcsr = Raw.getInt(cpu.state + State.MXCSR);
        if (env.masks == FloatEnv.ALL) {
            if ((mxcsr | env.flags) != mxcsr) {
                cpu.simdMxcsr = mxcsr | env.flags;
                Raw.putInt(cpu.state + State.MXCSR, cpu.simdMxcsr);
            }
        } else if (env.flags != 0) {
            record(cpu, env, mxcsr);
        }
    }

    private static void record(Processor cpu, FloatEnv env, int mxcsr) {
        int recorded = env.recorded(env.flags);
        Raw.putInt(cpu.state + State.MXCSR, mxcsr | recorded);
        if (env.unmasked(recorded) != 0) {
            boolean supported = (cpu.system.cr4 & Cr4.OSXMMEXCPT) != 0;
            throw cpu.fault(supported ? ExceptionVector.XM : ExceptionVector.UD, 0);
        }
    }
}
