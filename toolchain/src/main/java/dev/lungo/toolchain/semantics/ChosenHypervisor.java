package dev.lungo.toolchain.semantics;

import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;

import dev.lungo.toolchain.ToolchainException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeModel;
import java.lang.classfile.MethodModel;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.util.Optional;

/** Writes the hypervisor that was asked for into the class that the program takes it from. */
public final class ChosenHypervisor {
    private static final String CHOSEN = "dev/lungo/metal/Chosen";
    private static final String FACTORY = "hypervisor";
    private static final MethodTypeDesc NOTHING = MethodTypeDesc.of(CD_void);

    private final ProgramClasses program;

    public ChosenHypervisor(ProgramClasses program) {
        this.program = program;
    }

    /**
     * Has the program take this one.
     *
     * @param className its binary name
     */
    public void choose(String className) {
        byte[] chosen =
                program.classFile(CHOSEN)
                        .orElseThrow(() ->
                                new ToolchainException(
                                        "there is no dev.lungo.metal.Chosen on the class"
                                                + " path to take another hypervisor"));
        ClassFile classFiles = ClassFile.of();
        ClassModel model = classFiles.parse(chosen);
        MethodModel factory =
                model.methods().stream()
                        .filter(method -> method.methodName().equalsString(FACTORY))
                        .findFirst()
                        .orElseThrow(
                                () -> new IllegalStateException(CHOSEN + " has no " + FACTORY));
        check(className, factory.methodTypeSymbol().returnType());

        ClassDesc type = ClassDesc.of(className);
        program.put(
                CHOSEN,
                classFiles.transformClass(
                        model,
                        ClassTransform.transformingMethods(
                                method -> method == factory,
                                (builder, element) -> {
                                    if (element instanceof CodeModel) {
                                        builder.withCode(code ->
                                                code.new_(type)
                                                        .dup()
                                                        .invokespecial(type, INIT_NAME, NOTHING)
                                                        .areturn());
                                    } else {
                                        builder.with(element);
                                    }
                                })));
    }

    private void check(String className, ClassDesc hypervisor) {
        if (className.contains("/")) {
            throw new ToolchainException(
                    className
                            + " is no name of a class: give it as "
                            + className.replaceFirst("\\.class$", "").replace('/', '.'));
        }
        ClassModel model =
                parse(className.replace('.', '/'))
                        .orElseThrow(() ->
                                new ToolchainException(
                                        "there is no class " + className + " on the class path"));
        String wanted = internalName(hypervisor);
        if (!isA(model, wanted)) {
            throw new ToolchainException(
                    className + " is no class that extends " + wanted.replace('/', '.'));
        }
        if (model.flags().has(AccessFlag.ABSTRACT)) {
            throw new ToolchainException(className + " is abstract: give a class that extends it");
        }
        boolean makeable =
                model.methods().stream()
                        .anyMatch(method ->
                                method.methodName().equalsString(INIT_NAME)
                                        && method.methodTypeSymbol().equals(NOTHING)
                                        && !method.flags().has(AccessFlag.PRIVATE));
        if (!makeable) {
            throw new ToolchainException(className + " has no constructor without parameters");
        }
    }

    private boolean isA(ClassModel model, String wanted) {
        Optional<ClassModel> type = Optional.of(model);
        while (type.isPresent()) {
            if (type.get().thisClass().asInternalName().equals(wanted)
                    || type.get().interfaces().stream()
                            .anyMatch(entry -> entry.asInternalName().equals(wanted))) {
                return true;
            }
            type = type.get().superclass().flatMap(entry -> parse(entry.asInternalName()));
        }
        return false;
    }

    private Optional<ClassModel> parse(String name) {
        return program.classFile(name).map(bytes -> ClassFile.of().parse(bytes));
    }

    private static String internalName(ClassDesc type) {
        String descriptor = type.descriptorString();
        return descriptor.substring(1, descriptor.length() - 1);
    }
}
