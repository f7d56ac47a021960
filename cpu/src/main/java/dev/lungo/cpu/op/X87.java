package dev.lungo.cpu.op;

import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.core.Mode;
import dev.lungo.cpu.fp.ExtendedArithmetic;
import dev.lungo.cpu.fp.ExtendedConstants;
import dev.lungo.cpu.fp.ExtendedLogarithm;
import dev.lungo.cpu.fp.ExtendedRemainder;
import dev.lungo.cpu.fp.ExtendedScaling;
import dev.lungo.cpu.fp.ExtendedTrigonometry;
import dev.lungo.cpu.op.x87.Binary;
import dev.lungo.cpu.op.x87.Compare;
import dev.lungo.cpu.op.x87.Control;
import dev.lungo.cpu.op.x87.Environment;
import dev.lungo.cpu.op.x87.Load;
import dev.lungo.cpu.op.x87.Pushing;
import dev.lungo.cpu.op.x87.StackControl;
import dev.lungo.cpu.op.x87.Store;
import dev.lungo.cpu.op.x87.TopTwo;
import dev.lungo.cpu.op.x87.Unary;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;

/**
 * The x87 instructions. SDM 1, "Programming with the x87 FPU"; SDM 2A under their names. Their
 * kinds are in {@code dev.lungo.cpu.op.x87}, their arithmetic in {@code dev.lungo.cpu.fp}.
 */
public final class X87 {
    private X87() {}

    public static Op lower(Lowering at, Instruction i) {
        if (i.mnemonic() == Mnemonic.FWAIT) {
            return new Control.Wait();
        }
        if ((at.mode() & Mode.X87) == 0) {
            return new Lowering.Raise(ExceptionVector.NM);
        }
        // spotless:off
        return switch (i.mnemonic()) {
            case FADD            -> binary(at, i, ExtendedArithmetic::add, false, false);
            case FADDP           -> binary(at, i, ExtendedArithmetic::add, false, true);
            case FIADD           -> integer(at, i, ExtendedArithmetic::add, false);
            case FSUB            -> binary(at, i, ExtendedArithmetic::subtract, false, false);
            case FSUBP           -> binary(at, i, ExtendedArithmetic::subtract, false, true);
            case FISUB           -> integer(at, i, ExtendedArithmetic::subtract, false);
            case FSUBR           -> binary(at, i, ExtendedArithmetic::subtract, true, false);
            case FSUBRP          -> binary(at, i, ExtendedArithmetic::subtract, true, true);
            case FISUBR          -> integer(at, i, ExtendedArithmetic::subtract, true);
            case FMUL            -> binary(at, i, ExtendedArithmetic::multiply, false, false);
            case FMULP           -> binary(at, i, ExtendedArithmetic::multiply, false, true);
            case FIMUL           -> integer(at, i, ExtendedArithmetic::multiply, false);
            case FDIV            -> binary(at, i, ExtendedArithmetic::divide, false, false);
            case FDIVP           -> binary(at, i, ExtendedArithmetic::divide, false, true);
            case FIDIV           -> integer(at, i, ExtendedArithmetic::divide, false);
            case FDIVR           -> binary(at, i, ExtendedArithmetic::divide, true, false);
            case FDIVRP          -> binary(at, i, ExtendedArithmetic::divide, true, true);
            case FIDIVR          -> integer(at, i, ExtendedArithmetic::divide, true);

            case FCOM            -> new Compare(at, i, Compare.Kind.CONDITIONS, true, 0);
            case FCOMP           -> new Compare(at, i, Compare.Kind.CONDITIONS, true, 1);
            case FCOMPP          -> new Compare(at, i, Compare.Kind.CONDITIONS, true, 2);
            case FUCOM           -> new Compare(at, i, Compare.Kind.CONDITIONS, false, 0);
            case FUCOMP          -> new Compare(at, i, Compare.Kind.CONDITIONS, false, 1);
            case FUCOMPP         -> new Compare(at, i, Compare.Kind.CONDITIONS, false, 2);
            case FICOM           -> new Compare(at, i, Compare.Kind.INTEGER, true, 0);
            case FICOMP          -> new Compare(at, i, Compare.Kind.INTEGER, true, 1);
            case FCOMI           -> new Compare(at, i, Compare.Kind.RFLAGS, true, 0);
            case FCOMIP          -> new Compare(at, i, Compare.Kind.RFLAGS, true, 1);
            case FUCOMI          -> new Compare(at, i, Compare.Kind.RFLAGS, false, 0);
            case FUCOMIP         -> new Compare(at, i, Compare.Kind.RFLAGS, false, 1);
            case FTST            -> new Compare(at, i, Compare.Kind.ZERO, true, 0);
            case FXAM            -> new StackControl.Examine(at, i);

            case FLD             -> load(at, i);
            case FILD            -> new Load(at, i, integerFormat(i));
            case FBLD            -> new Load(at, i, Load.Format.DECIMAL);
            case FLD1            -> new Load.Constant(at, i, ExtendedConstants.ONE);
            case FLDL2T          -> new Load.Constant(at, i, ExtendedConstants.LOG2_OF_10);
            case FLDL2E          -> new Load.Constant(at, i, ExtendedConstants.LOG2_OF_E);
            case FLDPI           -> new Load.Constant(at, i, ExtendedConstants.PI);
            case FLDLG2          -> new Load.Constant(at, i, ExtendedConstants.LOG10_OF_2);
            case FLDLN2          -> new Load.Constant(at, i, ExtendedConstants.LN_OF_2);
            case FLDZ            -> new Load.Constant(at, i, ExtendedConstants.ZERO);
            case FST             -> store(at, i, false);
            case FSTP            -> store(at, i, true);
            case FIST            -> new Store(at, i, integerFormat(i), false, false);
            case FISTP           -> new Store(at, i, integerFormat(i), false, true);
            case FISTTP          -> new Store(at, i, integerFormat(i), true, true);
            case FBSTP           -> new Store(at, i, Load.Format.DECIMAL, false, true);

            case FXCH            -> new StackControl.Exchange(at, i, register(i, 0));
            case FCMOVB          -> conditionalMove(at, i, 0x2);
            case FCMOVNB         -> conditionalMove(at, i, 0x3);
            case FCMOVE          -> conditionalMove(at, i, 0x4);
            case FCMOVNE         -> conditionalMove(at, i, 0x5);
            case FCMOVBE         -> conditionalMove(at, i, 0x6);
            case FCMOVNBE        -> conditionalMove(at, i, 0x7);
            case FCMOVU          -> conditionalMove(at, i, 0xA);
            case FCMOVNU         -> conditionalMove(at, i, 0xB);
            case FCHS            -> new StackControl.Sign(at, i, false);
            case FABS            -> new StackControl.Sign(at, i, true);
            case FFREE           -> new StackControl.Free(at, i, register(i, 0), false);
            case FFREEP          -> new StackControl.Free(at, i, register(i, 0), true);
            case FINCSTP         -> new StackControl.Turn(at, i, 1);
            case FDECSTP         -> new StackControl.Turn(at, i, -1);
            case FNOP            -> new StackControl.Turn(at, i, 0);

            case FSQRT           -> new Unary(at, i, ExtendedArithmetic::squareRoot, false);
            case FRNDINT         -> new Unary(at, i, ExtendedScaling::roundToIntegral, false);
            case FXTRACT         -> new Pushing(at, i, ExtendedScaling::extract, false);
            case FSCALE          -> new TopTwo(at, i, ExtendedScaling::scale, false, false);
            case FPREM           -> new TopTwo(at, i, ExtendedRemainder::truncating, true, false);
            case FPREM1          -> new TopTwo(at, i, ExtendedRemainder::nearest, true, false);

            case F2XM1           -> new Unary(at, i, ExtendedLogarithm::powerLessOne, false);
            case FYL2X           -> new TopTwo(at, i, ExtendedLogarithm::logarithm, false, true);
            case FYL2XP1         -> new TopTwo(at, i, ExtendedLogarithm::logarithmOfNextToOne, false, true);
            case FSIN            -> new Unary(at, i, ExtendedTrigonometry::sine, true);
            case FCOS            -> new Unary(at, i, ExtendedTrigonometry::cosine, true);
            case FSINCOS         -> new Pushing(at, i, ExtendedTrigonometry::sineAndCosine, true);
            case FPTAN           -> new Pushing(at, i, ExtendedTrigonometry::tangent, true);
            case FPATAN          -> new TopTwo(at, i, ExtendedTrigonometry::arcTangent, false, true);

            case FNINIT          -> new Control.Initialize();
            case FNCLEX          -> new Control.ClearExceptions();
            case FLDCW           -> new Control.LoadControlWord(at.place(i.operand(0)));
            case FNSTCW          -> new Control.StoreControlWord(at.place(i.operand(0)));
            case FNSTSW          -> new Control.StoreStatusWord(at.place(i.operand(0)));
            case FENI, FDISI, FSETPM -> new Control.Nothing();
            case FLDENV          -> new Environment.Restore(at.cpu(), at.address(memory(i)), i.operandBytes() != 2, false);
            case FNSTENV         -> new Environment.Save(at.cpu(), at.address(memory(i)), i.operandBytes() != 2, false);
            case FRSTOR          -> new Environment.Restore(at.cpu(), at.address(memory(i)), i.operandBytes() != 2, true);
            case FNSAVE          -> new Environment.Save(at.cpu(), at.address(memory(i)), i.operandBytes() != 2, true);
            default              -> throw new IllegalArgumentException(i.mnemonic().name());
        };
        // spotless:on
    }

    private static Op binary(
            Lowering at,
            Instruction i,
            Binary.Operation operation,
            boolean reversed,
            boolean pops) {
        return new Binary(at, i, operation, reversed, false, pops);
    }

    private static Op integer(
            Lowering at, Instruction i, Binary.Operation operation, boolean reversed) {
        return new Binary(at, i, operation, reversed, true, false);
    }

    private static Op conditionalMove(Lowering at, Instruction i, int condition) {
        return new StackControl.ConditionalMove(at, i, register(i, 1), condition);
    }

    private static Op load(Lowering at, Instruction i) {
        return i.operand(0) instanceof Operand.Memory
                ? new Load(at, i, realFormat(i))
                : new Load.Register(at, i, register(i, 0));
    }

    private static Op store(Lowering at, Instruction i, boolean pops) {
        return i.operand(0) instanceof Operand.Memory
                ? new Store(at, i, realFormat(i), false, pops)
                : new Store.Register(at, i, register(i, 0), pops);
    }

    private static Load.Format realFormat(Instruction i) {
        return switch (memory(i).bytes()) {
            case 4 -> Load.Format.SINGLE;
            case 8 -> Load.Format.DOUBLE;
            default -> Load.Format.EXTENDED;
        };
    }

    private static Load.Format integerFormat(Instruction i) {
        return switch (memory(i).bytes()) {
            case 2 -> Load.Format.INTEGER16;
            case 4 -> Load.Format.INTEGER32;
            default -> Load.Format.INTEGER64;
        };
    }

    private static Operand.Memory memory(Instruction i) {
        return (Operand.Memory) i.operand(0);
    }

    private static int register(Instruction i, int operand) {
        return ((Operand.Register) i.operand(operand)).number();
    }
}
