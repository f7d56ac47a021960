package dev.lungo.toolchain.semantics;

import static java.lang.constant.ConstantDescs.CD_String;
import static java.lang.constant.ConstantDescs.CD_Throwable;
import static java.lang.constant.ConstantDescs.CD_void;

import dev.lungo.toolchain.semantics.ExitPath.MethodName;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.function.Predicate;

/**
 * Makes the class that an image begins with. It refers to the methods of the exit path that only
 * assembly calls, so that they are compiled, initialises their classes, and calls the program's
 * main.
 */
public final class EntryClass {
    public static final String NAME = "dev.lungo.toolchain.inside.Entry";
    private static final ClassDesc UNCAUGHT = ClassDesc.of("dev.lungo.toolchain.inside.Uncaught");
    private static final MethodTypeDesc MAIN = MethodTypeDesc.of(CD_void, CD_String.arrayType());

    private EntryClass() {}

    /**
     * The class file.
     *
     * @param isInterface asked for internal names
     */
    public static byte[] of(ClassDesc mainClass, ExitPath exitPath, Predicate<String> isInterface) {
        return ClassFile.of()
                .build(
                        ClassDesc.of(NAME),
                        type ->
                                type.withMethodBody(
                                        "main",
                                        MAIN,
                                        ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC,
                                        code -> main(code, mainClass, exitPath, isInterface)));
    }

    private static void main(
            CodeBuilder code,
            ClassDesc mainClass,
            ExitPath exitPath,
            Predicate<String> isInterface) {
        for (String name : exitPath.initialised()) {
            code.invokestatic(
                    ClassDesc.ofInternalName(name),
                    ExitPath.INITIALISER,
                    MethodTypeDesc.of(CD_void),
                    isInterface.test(name));
        }
        for (MethodName entry : exitPath.entries()) {
            OperatorPass.never(code);
            code.ifThen(taken -> call(taken, entry));
        }
        code.trying(
                body -> body.aload(0).invokestatic(mainClass, "main", MAIN),
                handlers ->
                        handlers.catchingAll(handler ->
                                handler.invokestatic(
                                        UNCAUGHT,
                                        "report",
                                        MethodTypeDesc.of(CD_void, CD_Throwable))));
        code.return_();
    }

    private static void call(CodeBuilder code, MethodName entry) {
        MethodTypeDesc type = MethodTypeDesc.ofDescriptor(entry.descriptor());
        for (ClassDesc parameter : type.parameterList()) {
            switch (TypeKind.from(parameter)) {
                case LONG -> code.lconst_0();
                case FLOAT -> code.fconst_0();
                case DOUBLE -> code.dconst_0();
                case REFERENCE -> code.aconst_null();
                default -> code.iconst_0();
            }
        }
        code.invokestatic(ClassDesc.ofInternalName(entry.owner()), entry.name(), type);
        switch (TypeKind.from(type.returnType())) {
            case VOID -> {}
            case LONG, DOUBLE -> code.pop2();
            default -> code.pop();
        }
    }
}
