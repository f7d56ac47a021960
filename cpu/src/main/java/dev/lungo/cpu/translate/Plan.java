package dev.lungo.cpu.translate;

import static dev.lungo.isa.Rflags.AF;
import static dev.lungo.isa.Rflags.CF;
import static dev.lungo.isa.Rflags.OF;
import static dev.lungo.isa.Rflags.PF;
import static dev.lungo.isa.Rflags.SF;
import static dev.lungo.isa.Rflags.STATUS;
import static dev.lungo.isa.Rflags.ZF;

import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.core.Mode;
import dev.lungo.cpu.core.Processor;
import dev.lungo.host.Raw;
import dev.lungo.isa.Decoder;
import dev.lungo.isa.Instruction;
import java.util.ArrayList;
import java.util.List;

/** The instructions of a unit, to be interpreted one by one. */
final class Plan {
    /** An instruction, from {@code start} to {@code end} in its unit. */
    record Step(Instruction instruction, int start, int end, Op op) {
        boolean isEnding() {
            return op instanceof Op.Ending;
        }

        /** Whether it is a string instruction that may have got to where it goes on later. */
        boolean repeats() {
            return instruction.has(Instruction.REP) || instruction.has(Instruction.REPNE);
        }
    }

    final Unit unit;
    private final List<Step> steps = new ArrayList<>();

    Plan(Processor cpu, Unit unit) {
        this.unit = unit;
        byte[] bytes = new byte[unit.bytes()];
        Raw.read(unit.host, bytes, 0, bytes.length);
        int at = 0;
        while (at < bytes.length) {
            int left = Math.min(bytes.length - at, Decoder.MAX_BYTES);
            if (!(Decoder.decode(Mode.codeMode(unit.mode), bytes, at, left)
                    instanceof Instruction i)) {
                throw new IllegalStateException("a unit with what is no instruction");
            }
            int end = at + i.length();
            steps.add(new Step(i, at, end, cpu.code.op(unit.physical, at)));
            at = end;
        }
    }

    Step step(int index) {
        return steps.get(index);
    }

    int size() {
        return steps.size();
    }

    /** What an instruction pointer becomes in the unit's mode. */
    long wrap(long rip) {
        return Mode.is64(unit.mode) ? rip : rip & 0xFFFF_FFFFL;
    }

    /** The status flags that nobody knows after these instructions. */
    long undefinedFlags(int from, int to) {
        long undefined = 0;
        for (int i = from; i < to; i++) {
            undefined = undefinedFlags(undefined, steps.get(i).instruction);
        }
        return undefined;
    }

    /** Likewise, after one that begins with some of them undefined. */
    static long undefinedFlags(long before, Instruction instruction) {
        long left = FlagUse.of(instruction) == FlagUse.WRITES ? 0 : before;
        return left | undefinedFlags(instruction);
    }

    // spotless:off
    /** SDM 1, "EFLAGS Cross-Reference" (appendix A), and each instruction's "Flags Affected". */
    private static long undefinedFlags(Instruction instruction) {
        return switch (instruction.mnemonic()) {
            case AND, OR, XOR, TEST      -> AF;
            case MUL, IMUL               -> SF | ZF | AF | PF;
            case DIV, IDIV               -> STATUS;
            case SHL, SHR                -> AF | OF | CF; // CF if the count is that of the bits
            case SAR, SHLD, SHRD         -> AF | OF;
            case ROL, ROR, RCL, RCR      -> OF;
            case BT, BTS, BTR, BTC       -> OF | SF | AF | PF;
            case BSF, BSR                -> CF | OF | SF | AF | PF;
            case TZCNT, LZCNT            -> OF | SF | AF | PF;
            case BEXTR                   -> AF | SF | PF;
            case ANDN, BLSI, BLSMSK, BLSR, BZHI -> AF | PF;
            default -> 0;
        };
    }
    // spotless:on
}
