package dev.lungo.toolchain.semantics;

import static java.lang.constant.ConstantDescs.CD_boolean;
import static java.lang.constant.ConstantDescs.CD_double;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_long;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Instruction;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * Gives one method's instructions Java's meaning where the C that TeaVM makes of them has another:
 * division, shifts by more than the width, floating point to integer, volatile fields.
 *
 * <p>JVMS 25, "Instructions" (§6.5); JLS 25, "Happens-before Order" (§17.4.5).
 */
final class OperatorPass implements CodeTransform {
    static final ClassDesc SEMANTICS = ClassDesc.of("dev.lungo.toolchain.target.Semantics");
    private static final MethodTypeDesc NOTHING = MethodTypeDesc.of(CD_void);

    private final Predicate<FieldInstruction> isVolatile;
    private final boolean checkStack;
    private final boolean exitPath;
    private boolean harmlessDivisor;

    /**
     * @param checkStack whether the method, which calls others, is to look how deep it is
     * @param exitPath whether trouble has to stop the machine instead of throwing
     */
    OperatorPass(Predicate<FieldInstruction> isVolatile, boolean checkStack, boolean exitPath) {
        this.isVolatile = isVolatile;
        this.checkStack = checkStack;
        this.exitPath = exitPath;
    }

    @Override
    public void atStart(CodeBuilder code) {
        if (checkStack) {
            code.invokestatic(SEMANTICS, "checkStack", NOTHING);
        }
    }

    @Override
    public void accept(CodeBuilder code, CodeElement element) {
        if (!(element instanceof Instruction instruction)) {
            code.with(element); // labels and lines; a divisor stays known across a line, see below
            return;
        }
        boolean harmless = harmlessDivisor;
        harmlessDivisor =
                instruction instanceof ConstantInstruction constant
                        && constant.constantValue() instanceof Number number
                        && number.longValue() != 0
                        && number.longValue() != -1;
        switch (instruction.opcode()) {
            case IDIV, IREM -> divide(code, instruction, harmless, CD_int);
            case LDIV, LREM -> divide(code, instruction, harmless, CD_long);
            case ISHL, ISHR, IUSHR -> code.bipush(31).iand().with(instruction);
            case LSHL, LSHR, LUSHR -> code.bipush(63).iand().with(instruction);
            case F2I -> call(code, instruction.opcode(), "", MethodTypeDesc.of(CD_int, CD_float));
            case F2L -> call(code, instruction.opcode(), "", MethodTypeDesc.of(CD_long, CD_float));
            case D2I -> call(code, instruction.opcode(), "", MethodTypeDesc.of(CD_int, CD_double));
            case D2L -> call(code, instruction.opcode(), "", MethodTypeDesc.of(CD_long, CD_double));
            case GETFIELD, GETSTATIC, PUTFIELD, PUTSTATIC ->
                    access(code, (FieldInstruction) instruction);
            case NEW -> make(code, (NewObjectInstruction) instruction);
            case INVOKESPECIAL -> construct(code, (InvokeInstruction) instruction);
            default -> code.with(instruction);
        }
    }

    // Where javac wants to throw because no case of a switch applies, the exit path stops.
    private void make(CodeBuilder code, NewObjectInstruction made) {
        if (exitPath && ExitPathSearch.isImpossible(made.className())) {
            code.invokestatic(SEMANTICS, "noCase", NOTHING).aconst_null();
        } else {
            code.with(made);
        }
    }

    private void construct(CodeBuilder code, InvokeInstruction call) {
        if (exitPath && ExitPathSearch.isImpossible(call.owner())) {
            code.pop().pop().pop(); // two arguments and the object
        } else {
            code.with(call);
        }
    }

    // A constant is followed by its division at once: javac puts no jump target between them.
    private void divide(CodeBuilder code, Instruction division, boolean harmless, ClassDesc type) {
        if (harmless) {
            code.with(division);
        } else {
            call(
                    code,
                    division.opcode(),
                    exitPath ? "OnExit" : "",
                    MethodTypeDesc.of(type, type, type));
        }
    }

    private static void call(
            CodeBuilder code, Opcode opcode, String suffix, MethodTypeDesc descriptor) {
        String name = opcode.name().toLowerCase(Locale.ROOT) + suffix;
        code.invokestatic(SEMANTICS, name, descriptor);
    }

    private void access(CodeBuilder code, FieldInstruction field) {
        if (!isVolatile.test(field)) {
            code.with(field);
            return;
        }
        boolean store = field.opcode() == Opcode.PUTFIELD || field.opcode() == Opcode.PUTSTATIC;
        code.invokestatic(SEMANTICS, "barrier", NOTHING);
        code.with(field);
        code.invokestatic(SEMANTICS, store ? "fence" : "barrier", NOTHING);
    }

    /** For what throws on behalf of compiled code, which may be on the exit path. */
    static CodeTransform raising() {
        return new CodeTransform() {
            @Override
            public void atStart(CodeBuilder code) {
                code.invokestatic(SEMANTICS, "raising", NOTHING);
            }

            @Override
            public void accept(CodeBuilder code, CodeElement element) {
                code.with(element);
            }
        };
    }

    /** The call that guards what is compiled although the program does not call it. */
    static void never(CodeBuilder code) {
        code.invokestatic(SEMANTICS, "never", MethodTypeDesc.of(CD_boolean));
    }
}
