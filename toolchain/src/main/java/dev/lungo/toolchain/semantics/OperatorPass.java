package dev.lungo.toolchain.semantics;

import static java.lang.constant.ConstantDescs.CD_Object;
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
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Gives one method's instructions Java's meaning where the C that TeaVM makes of them has another:
 * division, shifts by more than the width, floating point to integer, stores into arrays of
 * objects, arrays of negative size, volatile fields.
 *
 * <p>JVMS 25, "Instructions" (§6.5); JLS 25, "Happens-before Order" (§17.4.5).
 */
final class OperatorPass implements CodeTransform {
    static final ClassDesc SEMANTICS = ClassDesc.of("dev.lungo.toolchain.inside.Semantics");
    private static final MethodTypeDesc STORE =
            MethodTypeDesc.of(CD_void, CD_Object.arrayType(), CD_Object);
    private static final MethodTypeDesc SIZE = MethodTypeDesc.of(CD_int, CD_int);
    private static final MethodTypeDesc NOTHING = MethodTypeDesc.of(CD_void);

    private final Predicate<FieldInstruction> isVolatile;
    private final boolean checkStack;
    private final boolean exitPath;
    private @Nullable Instruction last;

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
            code.with(element); // labels and lines
            return;
        }
        // A constant is used at once: javac puts no jump target between the two.
        @Nullable Instruction before = last;
        last = instruction;
        switch (instruction.opcode()) {
            case IDIV, IREM -> divide(code, instruction, before, CD_int);
            case LDIV, LREM -> divide(code, instruction, before, CD_long);
            case ISHL, ISHR, IUSHR -> code.bipush(31).iand().with(instruction);
            case LSHL, LSHR, LUSHR -> code.bipush(63).iand().with(instruction);
            case F2I -> call(code, instruction.opcode(), "", MethodTypeDesc.of(CD_int, CD_float));
            case F2L -> call(code, instruction.opcode(), "", MethodTypeDesc.of(CD_long, CD_float));
            case D2I -> call(code, instruction.opcode(), "", MethodTypeDesc.of(CD_int, CD_double));
            case D2L -> call(code, instruction.opcode(), "", MethodTypeDesc.of(CD_long, CD_double));
            case GETFIELD, GETSTATIC, PUTFIELD, PUTSTATIC ->
                    access(code, (FieldInstruction) instruction);
            case NEWARRAY, ANEWARRAY -> {
                if (!exitPath && !(before instanceof ConstantInstruction)) {
                    code.invokestatic(SEMANTICS, "size", SIZE);
                }
                code.with(instruction);
            }
            case AASTORE -> store(code, instruction);
            case INVOKESTATIC -> call(code, (InvokeInstruction) instruction);
            case NEW -> make(code, (NewObjectInstruction) instruction);
            case INVOKESPECIAL -> construct(code, (InvokeInstruction) instruction);
            default -> code.with(instruction);
        }
    }

    // The array may be of a narrower type than the variable that holds it. JLS 25, §10.5.
    private void store(CodeBuilder code, Instruction store) {
        if (!exitPath) {
            int value = code.allocateLocal(TypeKind.REFERENCE);
            int index = code.allocateLocal(TypeKind.INT);
            code.astore(value).istore(index).dup().aload(value);
            code.invokestatic(SEMANTICS, "checkStore", STORE);
            code.iload(index).aload(value);
        }
        code.with(store);
    }

    // Two methods of TeaVM's class library round halves in another direction.
    private static void call(CodeBuilder code, InvokeInstruction call) {
        String owner = call.owner().asInternalName();
        String name = call.name().stringValue();
        if ((owner.equals("java/lang/Math") || owner.equals("java/lang/StrictMath"))
                && (name.equals("rint") || name.equals("round"))) {
            code.invokestatic(SEMANTICS, name, call.typeSymbol());
        } else {
            code.with(call);
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

    private void divide(
            CodeBuilder code, Instruction division, @Nullable Instruction divisor, ClassDesc type) {
        boolean harmless =
                divisor instanceof ConstantInstruction constant
                        && constant.constantValue() instanceof Number number
                        && number.longValue() != 0
                        && number.longValue() != -1;
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
