package dev.lungo.toolchain.semantics;

import static java.lang.constant.ConstantDescs.CLASS_INIT_NAME;

import java.lang.classfile.Annotation;
import java.lang.classfile.AnnotationElement;
import java.lang.classfile.AttributedElement;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassElement;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeModel;
import java.lang.classfile.MethodBuilder;
import java.lang.classfile.MethodElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodTransform;
import java.lang.classfile.attribute.RuntimeVisibleAnnotationsAttribute;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.ClassDesc;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * What happens to a class file, the program's or the class library's, before TeaVM sees it: {@link
 * OperatorPass} goes over its methods, native methods become imports from C, and methods of the
 * exit path become unmanaged.
 */
public final class ClassPass {
    private static final ClassDesc IMPORT = ClassDesc.of("org.teavm.interop.Import");
    private static final ClassDesc EXPORT = ClassDesc.of("org.teavm.interop.Export");
    private static final ClassDesc INCLUDE = ClassDesc.of("org.teavm.interop.c.Include");
    private static final ClassDesc UNMANAGED = ClassDesc.of("org.teavm.interop.Unmanaged");

    static final String SEMANTICS = "dev/lungo/toolchain/inside/Semantics";

    private static final String RAISING = "org/teavm/runtime/ExceptionHandling";

    // Stack maps are for verifiers; TeaVM finds the types of variables by itself.
    private final ClassFile classFiles = ClassFile.of(StackMapsOption.DROP_STACK_MAPS);
    private final Function<String, Optional<byte[]>> lookUp;
    private final ExitPath exitPath;
    private final Map<String, ClassModel> parsed = new HashMap<>();

    /**
     * @param lookUp class files as they were compiled, by internal name
     */
    public ClassPass(Function<String, Optional<byte[]>> lookUp, ExitPath exitPath) {
        this.lookUp = lookUp;
        this.exitPath = exitPath;
    }

    /** The class as TeaVM is to compile it. */
    public byte[] apply(String name, byte[] classFile) {
        byte[] ordered = HashOrder.concerns(name) ? HashOrder.apply(name, classFile) : classFile;
        ClassModel model = classFiles.parse(ordered);
        return classFiles.transformClass(model, new Rewrite(model, name));
    }

    private final class Rewrite implements ClassTransform {
        private final ClassModel model;
        private final String name;
        private final boolean operators;

        Rewrite(ClassModel model, String name) {
            this.model = model;
            this.name = name;
            this.operators = !isRuntime(name);
        }

        @Override
        public void accept(ClassBuilder builder, ClassElement element) {
            switch (element) {
                case MethodModel method when isEarlyInitialiser(method) ->
                        builder.withMethod(
                                ExitPath.INITIALISER,
                                method.methodTypeSymbol(),
                                ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC,
                                moved ->
                                        method.forEach(
                                                part -> rewrite(method).accept(moved, part)));
                case MethodModel method -> builder.transformMethod(method, rewrite(method));
                case RuntimeVisibleAnnotationsAttribute _ -> {} // written at the end
                default -> builder.with(element);
            }
        }

        @Override
        public void atEnd(ClassBuilder builder) {
            List<Annotation> annotations = annotations(model);
            if (NativeMethods.isIn(model) && has(annotations, INCLUDE).isEmpty()) {
                annotations.add(
                        Annotation.of(
                                INCLUDE,
                                AnnotationElement.ofString(
                                        "value", NativeMethods.simpleName(name) + ".h"),
                                AnnotationElement.ofBoolean("isSystem", true)));
            }
            if (!annotations.isEmpty()) {
                builder.with(RuntimeVisibleAnnotationsAttribute.of(annotations));
            }
        }

        private boolean isEarlyInitialiser(MethodModel method) {
            return method.methodName().equalsString(CLASS_INIT_NAME)
                    && exitPath.initialised().contains(name);
        }

        private MethodTransform rewrite(MethodModel method) {
            List<Annotation> annotations = annotations(method);
            boolean onExitPath = exitPath.contains(name, method) || isForExitPath(method);
            if (NativeMethods.isOurs(method)) {
                annotations.add(
                        Annotation.of(
                                IMPORT,
                                AnnotationElement.ofString(
                                        "name", NativeMethods.cName(name, method))));
                annotations.add(Annotation.of(UNMANAGED));
            } else if (onExitPath && has(annotations, UNMANAGED).isEmpty()) {
                annotations.add(Annotation.of(UNMANAGED));
            }
            if (exitPath.isEntry(name, method)) {
                annotations.add(
                        Annotation.of(
                                EXPORT,
                                AnnotationElement.ofString(
                                        "name", NativeMethods.cName(name, method))));
            }
            boolean unmanaged =
                    has(annotations, UNMANAGED).isPresent()
                            || has(annotations(model), UNMANAGED).isPresent();
            return new MethodTransform() {
                @Override
                public void accept(MethodBuilder builder, MethodElement element) {
                    switch (element) {
                        case CodeModel _ when RecordHash.isIn(method) ->
                                builder.withCode(code -> RecordHash.write(code, model));
                        case CodeModel code when operators ->
                                builder.transformCode(code, operators(code, unmanaged));
                        case CodeModel code when isRaising(method) ->
                                builder.transformCode(code, OperatorPass.raising());
                        case RuntimeVisibleAnnotationsAttribute _ -> {}
                        default -> builder.with(element);
                    }
                }

                @Override
                public void atEnd(MethodBuilder builder) {
                    if (!annotations.isEmpty()) {
                        builder.with(RuntimeVisibleAnnotationsAttribute.of(annotations));
                    }
                }
            };
        }
    }

    private static boolean isForExitPath(MethodModel method) {
        return method.parent().orElseThrow().thisClass().asInternalName().equals(SEMANTICS)
                && method.methodName().stringValue().endsWith("OnExit");
    }

    /** What compiled code calls where an index is out of bounds, or a reference null. */
    private static boolean isRaising(MethodModel method) {
        return method.parent().orElseThrow().thisClass().asInternalName().equals(RAISING)
                && method.methodName().stringValue().startsWith("throw")
                && method.methodTypeSymbol().parameterCount() == 0;
    }

    private OperatorPass operators(CodeModel code, boolean unmanaged) {
        boolean calls = false;
        for (var element : code) {
            calls |= element instanceof InvokeInstruction;
        }
        return new OperatorPass(this::isVolatile, calls && !unmanaged, unmanaged);
    }

    /** TeaVM's own runtime is unmanaged and was written with C in mind. */
    private static boolean isRuntime(String name) {
        return name.startsWith("org/teavm/runtime/")
                || name.startsWith("org/teavm/interop/")
                || name.startsWith("org/teavm/backend/")
                || name.equals(SEMANTICS);
    }

    private boolean isVolatile(FieldInstruction access) {
        Optional<String> owner = Optional.of(access.owner().asInternalName());
        while (owner.isPresent()) {
            Optional<ClassModel> declared = parse(owner.get());
            if (declared.isEmpty()) {
                return false;
            }
            for (var field : declared.get().fields()) {
                if (field.fieldName().equals(access.name())
                        && field.fieldType().equals(access.type())) {
                    return field.flags().has(AccessFlag.VOLATILE);
                }
            }
            owner = declared.get().superclass().map(entry -> entry.asInternalName());
        }
        return false;
    }

    private Optional<ClassModel> parse(String name) {
        ClassModel known = parsed.get(name);
        if (known == null) {
            Optional<byte[]> bytes = lookUp.apply(name);
            if (bytes.isEmpty()) {
                return Optional.empty();
            }
            known = classFiles.parse(bytes.get());
            parsed.put(name, known);
        }
        return Optional.of(known);
    }

    private static List<Annotation> annotations(AttributedElement element) {
        return new ArrayList<>(
                element.findAttribute(Attributes.runtimeVisibleAnnotations())
                        .map(RuntimeVisibleAnnotationsAttribute::annotations)
                        .orElse(List.of()));
    }

    private static Optional<Annotation> has(List<Annotation> annotations, ClassDesc type) {
        return annotations.stream().filter(a -> a.classSymbol().equals(type)).findAny();
    }
}
