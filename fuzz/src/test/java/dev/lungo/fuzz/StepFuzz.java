package dev.lungo.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any code in any mode ends in the same state whether it is run in blocks or instruction by
 * instruction: nothing is lost between the two by fusing, linking, or keeping what is dead.
 */
class StepFuzz {
    private final ProcessorBench inBlocks = ProcessorBench.interpreting();
    private final ProcessorBench inSteps = ProcessorBench.stepping();

    @MethodSource("seeds")
    @FuzzTest
    void blocksDoWhatTheirInstructionsDo(byte[] input) {
        if (!hasRandomNumbers(input)) {
            GuestCode.run(input, 1, inBlocks, inSteps);
        }
    }

    @Test
    void blocksOfRandomCodeDoWhatTheirInstructionsDo() {
        SeededInputs.made(200, RandomCode::input, this::blocksDoWhatTheirInstructionsDo);
    }

    static List<byte[]> seeds() {
        return SeededInputs.first(20, RandomCode::input);
    }

    /** RDRAND or RDSEED, wherever it begins. */
    private static boolean hasRandomNumbers(byte[] input) {
        for (int i = 0; i + 3 <= input.length; i++) {
            if (input[i] == 0x0F && input[i + 1] == (byte) 0xC7 && (input[i + 2] & 0xF0) == 0xF0) {
                return true;
            }
        }
        return false;
    }
}
