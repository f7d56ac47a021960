package dev.lungo.cpu.fp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What the host cannot be asked without a signal: MXCSR with exceptions unmasked. */
class FloatEnvTest {
    private static final long ONE = Double.doubleToRawLongBits(1);
    private static final long LEAST_NORMAL = Double.doubleToRawLongBits(Double.MIN_NORMAL);
    private static final long HALF = Double.doubleToRawLongBits(0.5);
    private static final long THIRD = Double.doubleToRawLongBits(1 / 3.0);
    private static final int ALL_MASKED = 0x1F80;
    private static final int UM = FloatEnv.UE << 7;
    private static final int DM = FloatEnv.DE << 7;
    private static final int FTZ = 1 << 15;

    private final FloatEnv env = new FloatEnv();

    @Test
    void mxcsrReadsAsItWasSet() {
        int mxcsr = 0xFFFF;

        env.setMxcsr(mxcsr);

        assertThat(env.mxcsr()).isEqualTo(mxcsr);
    }

    @Test
    void anExactTinyResultUnderflowsOnlyIfThatIsUnmasked() {
        env.setMxcsr(ALL_MASKED);
        Binary64.multiply(env, LEAST_NORMAL, HALF);
        assertThat(env.flags).isZero();

        env.setMxcsr(ALL_MASKED & ~UM);
        Binary64.multiply(env, LEAST_NORMAL, HALF);

        assertThat(env.unmasked(env.flags)).isEqualTo(FloatEnv.UE);
    }

    @Test
    void tinyResultsAreNotFlushedWhileUnderflowIsUnmasked() {
        env.setMxcsr((ALL_MASKED & ~UM) | FTZ);

        Binary64.multiply(env, LEAST_NORMAL, HALF);

        assertThat(env.flags).isEqualTo(FloatEnv.UE);
    }

    @Test
    void anUnmaskedOperandExceptionHidesWhatTheResultWouldRaise() {
        env.setMxcsr(ALL_MASKED & ~DM);
        Binary64.multiply(env, 1, ONE);
        Binary64.multiply(env, THIRD, THIRD);

        assertThat(env.flags).isEqualTo(FloatEnv.DE | FloatEnv.PE);
        assertThat(env.recorded(env.flags)).isEqualTo(FloatEnv.DE);
    }
}
