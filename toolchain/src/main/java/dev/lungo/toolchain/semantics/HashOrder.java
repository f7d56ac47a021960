package dev.lungo.toolchain.semantics;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;

import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassHierarchyResolver.ClassHierarchyInfo;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.CodeTransform;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.ArrayLoadInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Has TeaVM's hash tables iterate in the order in which HotSpot's do. That order is in no
 * specification, but programs print it. {@code java.util.HashMap} spreads hash codes, appends to
 * the end of a bucket, keeps the order when it grows, and has its own initial sizes; TeaVM's does
 * none of this.
 */
final class HashOrder {
    private static final String PACKAGE = "org/teavm/classlib/java/util/";
    private static final String MAP = PACKAGE + "THashMap";
    private static final String SET = PACKAGE + "THashSet";
    private static final Set<String> CONCERNED = Set.of(MAP, PACKAGE + "TLinkedHashMap", SET);

    private static final ClassDesc MAP_TYPE = ClassDesc.ofInternalName(MAP);
    private static final ClassDesc ENTRY = ClassDesc.ofInternalName(MAP + "$HashEntry");
    private static final ClassDesc COLLECTION = ClassDesc.ofInternalName(PACKAGE + "TCollection");
    private static final MethodTypeDesc INT_TO_INT = MethodTypeDesc.of(CD_int, CD_int);
    private static final String REVERSE = "lungo$reverse";

    private HashOrder() {}

    static boolean concerns(String className) {
        return CONCERNED.contains(className);
    }

    static byte[] apply(String className, byte[] classFile) {
        // What is read again needs stack maps, but nobody verifies them: no class has a superclass.
        ClassFile classFiles =
                ClassFile.of(
                        ClassHierarchyResolverOption.of(_ -> ClassHierarchyInfo.ofInterface()));
        ClassModel model = classFiles.parse(classFile);
        ClassTransform transform =
                ClassTransform.transformingMethods((builder, element) -> {
                    if (element instanceof CodeModel code) {
                        code(className, code.parent().orElseThrow(), code, builder::withCode);
                    } else {
                        builder.with(element);
                    }
                });
        if (className.equals(MAP)) {
            transform = transform.andThen(ClassTransform.endHandler(HashOrder::addReverse));
        }
        return classFiles.transformClass(model, transform);
    }

    private static void code(
            String className,
            MethodModel method,
            CodeModel code,
            Consumer<Consumer<CodeBuilder>> write) {
        if (className.equals(MAP) && method.methodName().equalsString("createHashedEntry")) {
            write.accept(HashOrder::append);
            return;
        }
        boolean rehash = method.methodName().equalsString("rehash");
        boolean fromCollection =
                method.methodName().equalsString(INIT_NAME)
                        && method.methodTypeSymbol().parameterCount() == 1
                        && !method.methodTypeSymbol().parameterType(0).isPrimitive();
        write.accept(
                builder -> builder.transform(code, new Pass(className, rehash, fromCollection)));
    }

    private static final class Pass implements CodeTransform {
        private final String className;
        private final boolean fromCollection;
        private boolean chainIsNext;

        Pass(String className, boolean rehash, boolean fromCollection) {
            this.className = className;
            this.fromCollection = fromCollection;
            this.chainIsNext = rehash && className.equals(MAP);
        }

        @Override
        public void accept(CodeBuilder code, CodeElement element) {
            if (element instanceof InvokeInstruction call) {
                call(code, call);
            } else {
                code.with(element);
            }
            if (chainIsNext
                    && element instanceof ArrayLoadInstruction load
                    && load.opcode() == Opcode.AALOAD) {
                chainIsNext = false; // entries are put in front one by one: last first
                code.invokestatic(MAP_TYPE, REVERSE, MethodTypeDesc.of(ENTRY, ENTRY));
            }
        }

        private void call(CodeBuilder code, InvokeInstruction call) {
            String name = call.name().stringValue();
            if (fromCollection && className.equals(MAP) && name.equals("calculateCapacity")) {
                code.invokestatic(OperatorPass.SEMANTICS, "mapCapacity", INT_TO_INT);
                return;
            }
            if (fromCollection
                    && className.equals(SET)
                    && name.equals(INIT_NAME)
                    && call.type().equalsString("(I)V")) {
                code.pop().aload(1).invokeinterface(COLLECTION, "size", MethodTypeDesc.of(CD_int));
                code.invokestatic(OperatorPass.SEMANTICS, "setCapacity", INT_TO_INT);
            }
            code.with(call);
            if (name.equals("hashCode")) {
                code.invokestatic(OperatorPass.SEMANTICS, "spread", INT_TO_INT);
            }
        }
    }

    /** HashEntry createHashedEntry(key, index, hash): at the end of the bucket. */
    private static void append(CodeBuilder code) {
        int entry = code.allocateLocal(TypeKind.REFERENCE);
        int at = code.allocateLocal(TypeKind.REFERENCE);
        Label search = code.newLabel();
        Label found = code.newLabel();
        Label empty = code.newLabel();
        ClassDesc table = ENTRY.arrayType();
        code.new_(ENTRY).dup().aload(1).iload(3);
        code.invokespecial(ENTRY, INIT_NAME, MethodTypeDesc.of(CD_void, CD_Object, CD_int));
        code.astore(entry);
        code.aload(0).getfield(MAP_TYPE, "elementData", table).iload(2).aaload().astore(at);
        code.aload(at).ifnull(empty);
        code.labelBinding(search).aload(at).getfield(ENTRY, "next", ENTRY).ifnull(found);
        code.aload(at).getfield(ENTRY, "next", ENTRY).astore(at).goto_(search);
        code.labelBinding(found).aload(at).aload(entry).putfield(ENTRY, "next", ENTRY);
        code.aload(entry).areturn();
        code.labelBinding(empty).aload(0).getfield(MAP_TYPE, "elementData", table);
        code.iload(2).aload(entry).aastore().aload(entry).areturn();
    }

    /** static HashEntry lungo$reverse(HashEntry chain). */
    private static void addReverse(ClassBuilder type) {
        type.withMethodBody(
                REVERSE,
                MethodTypeDesc.of(ENTRY, ENTRY),
                ClassFile.ACC_STATIC,
                code -> {
                    int reversed = code.allocateLocal(TypeKind.REFERENCE);
                    int next = code.allocateLocal(TypeKind.REFERENCE);
                    Label more = code.newLabel();
                    Label done = code.newLabel();
                    code.aconst_null().astore(reversed);
                    code.labelBinding(more).aload(0).ifnull(done);
                    code.aload(0).getfield(ENTRY, "next", ENTRY).astore(next);
                    code.aload(0).aload(reversed).putfield(ENTRY, "next", ENTRY);
                    code.aload(0).astore(reversed).aload(next).astore(0).goto_(more);
                    code.labelBinding(done).aload(reversed).areturn();
                });
    }
}
