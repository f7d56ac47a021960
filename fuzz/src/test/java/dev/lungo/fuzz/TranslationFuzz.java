package dev.lungo.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * As {@link ProcessorFuzz}, of a processor that translates: each piece of code is run so often that
 * it is. What comes out is not compared with what the interpreter makes of it, since flags that an
 * instruction leaves undefined are the host's in translated code.
 */
class TranslationFuzz {
    private static final int TIMES = 24;

    private final ProcessorBench bench = ProcessorBench.translating();

    @MethodSource("seeds")
    @FuzzTest
    void translatedCodeTakesAnything(byte[] input) {
        GuestCode.run(input, TIMES, bench);
    }

    @Test
    void translatedCodeTakesRandomCodeInEveryMode() {
        SeededInputs.made(200, RandomCode::input, this::translatedCodeTakesAnything);
    }

    static List<byte[]> seeds() {
        return SeededInputs.first(20, RandomCode::input);
    }
}
