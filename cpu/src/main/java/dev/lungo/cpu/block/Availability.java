package dev.lungo.cpu.block;

import dev.lungo.cpu.core.CpuModel;
import dev.lungo.cpu.core.Feature;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import java.util.Optional;

/**
 * Instructions that not every model has. AVX and what is built on it are not here: on a model
 * without it XCR0 cannot enable it.
 */
final class Availability {
    private Availability() {}

    /**
     * What an instruction is to a model: LZCNT and TZCNT are BSR and BSF where they are unknown,
     * for the prefix means nothing then; the others are undefined.
     */
    static Optional<Instruction> of(Instruction instruction, CpuModel model) {
        return switch (instruction.mnemonic()) {
            case MOVBE -> onlyWith(Feature.MOVBE, instruction, model);
            case ANDN, BEXTR, BLSI, BLSMSK, BLSR -> onlyWith(Feature.BMI1, instruction, model);
            case BZHI, MULX, PDEP, PEXT, RORX, SARX, SHLX, SHRX ->
                    onlyWith(Feature.BMI2, instruction, model);
            case TZCNT ->
                    Optional.of(
                            model.has(Feature.BMI1) ? instruction : as(Mnemonic.BSF, instruction));
            case LZCNT ->
                    Optional.of(
                            model.has(Feature.LZCNT) ? instruction : as(Mnemonic.BSR, instruction));
            default -> Optional.of(instruction);
        };
    }

    private static Optional<Instruction> onlyWith(
            Feature feature, Instruction instruction, CpuModel model) {
        return model.has(feature) ? Optional.of(instruction) : Optional.empty();
    }

    private static Instruction as(Mnemonic mnemonic, Instruction instruction) {
        return new Instruction(
                mnemonic,
                instruction.operands(),
                instruction.operandBytes(),
                instruction.addressBytes(),
                instruction.prefixes(),
                instruction.length());
    }
}
