package dev.lungo.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any code in any mode: the processor never throws, stops when it is kicked, and is always in a
 * state that the architecture has.
 */
class ProcessorFuzz {
    private final ProcessorBench bench = ProcessorBench.interpreting();

    @MethodSource("seeds")
    @FuzzTest
    void theProcessorTakesAnything(byte[] input) {
        GuestCode.run(input, 1, bench);
    }

    @Test
    void theProcessorTakesRandomCodeInEveryMode() {
        SeededInputs.made(1_000, RandomCode::input, this::theProcessorTakesAnything);
    }

    /** Without them the fuzzer would begin with inputs too short to hold code. */
    static List<byte[]> seeds() {
        return SeededInputs.first(40, RandomCode::input);
    }
}
