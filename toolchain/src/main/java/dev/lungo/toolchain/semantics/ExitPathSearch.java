package dev.lungo.toolchain.semantics;

import static java.lang.constant.ConstantDescs.CLASS_INIT_NAME;

import dev.lungo.toolchain.ToolchainException;
import dev.lungo.toolchain.semantics.ExitPath.MethodName;
import java.lang.classfile.Annotation;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.attribute.RuntimeVisibleAnnotationsAttribute;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LineNumber;
import java.lang.classfile.instruction.MonitorInstruction;
import java.lang.classfile.instruction.NewMultiArrayInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.lang.classfile.instruction.ThrowInstruction;
import java.lang.constant.ClassDesc;
import java.lang.reflect.AccessFlag;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Finds the exit path: all that the methods annotated {@code ExitPath} may reach, where a virtual
 * call may reach every class that the program makes objects of. Refuses what cannot be done there,
 * with the chain of calls that leads to it.
 */
public final class ExitPathSearch {
    private static final ClassDesc EXIT_PATH = ClassDesc.of("dev.lungo.metal.ExitPath");

    private final ProgramClasses program;
    private final Hierarchy hierarchy;
    private final Set<String> reachable = new LinkedHashSet<>();
    private final Set<String> instantiated = new TreeSet<>();
    private final Set<String> touched = new LinkedHashSet<>();
    private final Map<MethodName, Optional<MethodName>> callers = new LinkedHashMap<>();
    private final Deque<MethodModel> open = new ArrayDeque<>();

    private ExitPathSearch(ProgramClasses program, Hierarchy hierarchy, String mainClass) {
        this.program = program;
        this.hierarchy = hierarchy;
        Hierarchy.addReachable(mainClass, program, reachable);
    }

    /**
     * The exit path, or a refusal.
     *
     * @param mainClass internal name; what it and the annotated methods' classes lead to counts
     * @param lookUp class files of program and library by internal name
     */
    public static ExitPath find(
            ProgramClasses program, String mainClass, Function<String, Optional<byte[]>> lookUp) {
        return new ExitPathSearch(program, new Hierarchy(lookUp), mainClass).search();
    }

    private ExitPath search() {
        Set<MethodName> entries = new LinkedHashSet<>();
        for (String name : program.names()) {
            for (MethodModel method : hierarchy.find(name).orElseThrow().methods()) {
                if (isAnnotated(method)) {
                    entries.add(nameOf(method));
                    Hierarchy.addReachable(name, program, reachable);
                }
            }
        }
        for (String name : reachable) {
            hierarchy.find(name).orElseThrow().methods().forEach(this::noteInstantiated);
        }
        for (MethodName entry : entries) {
            MethodModel method =
                    hierarchy.select(entry.owner(), entry.name(), entry.descriptor()).orElseThrow();
            if (!method.flags().has(AccessFlag.STATIC)) {
                throw new ToolchainException(
                        readable(entry)
                                + " is annotated ExitPath but not static: native code has no object"
                                + " to call it on");
            }
            reach(method, Optional.empty());
        }
        while (!open.isEmpty()) {
            visit(open.remove());
        }
        return new ExitPath(entries, Collections.unmodifiableSet(callers.keySet()), initialised());
    }

    private void noteInstantiated(MethodModel method) {
        method.code()
                .ifPresent(code -> {
                    for (CodeElement element : code) {
                        if (element instanceof NewObjectInstruction made) {
                            instantiated.add(made.className().asInternalName());
                        }
                    }
                });
    }

    private void reach(MethodModel method, Optional<MethodName> caller) {
        if (callers.putIfAbsent(nameOf(method), caller) == null) {
            open.add(method);
            if (method.flags().has(AccessFlag.STATIC)) {
                touch(method.parent().orElseThrow().thisClass().asInternalName());
            }
        }
    }

    private void visit(MethodModel method) {
        MethodName name = nameOf(method);
        if (method.flags().has(AccessFlag.SYNCHRONIZED)) {
            throw refusal(name, 0, "locks");
        }
        if (method.flags().has(AccessFlag.NATIVE) || method.code().isEmpty()) {
            return;
        }
        int line = 0;
        boolean impossible = false;
        for (CodeElement element : method.code().get()) {
            switch (element) {
                case LineNumber number -> line = number.line();
                case NewObjectInstruction made when isImpossible(made.className()) ->
                        impossible = true;
                case InvokeInstruction call when isImpossible(call.owner()) -> {}
                case NewObjectInstruction made ->
                        throw refusal(
                                name,
                                line,
                                "makes a " + readable(made.className().asInternalName()));
                case NewPrimitiveArrayInstruction _,
                        NewReferenceArrayInstruction _,
                        NewMultiArrayInstruction _ ->
                        throw refusal(name, line, "makes an array");
                case InvokeDynamicInstruction dynamic ->
                        throw refusal(name, line, describe(dynamic));
                case MonitorInstruction _ -> throw refusal(name, line, "locks");
                case ThrowInstruction _ -> {
                    if (!impossible) {
                        throw refusal(name, line, "throws");
                    }
                    impossible = false;
                }
                case InvokeInstruction call -> follow(call, name, line);
                case FieldInstruction field
                        when field.opcode() == Opcode.GETSTATIC
                                || field.opcode() == Opcode.PUTSTATIC ->
                        touch(field.owner().asInternalName());
                default -> {}
            }
        }
    }

    /** What javac has a switch throw that names all values, for those that come to be later. */
    static boolean isImpossible(ClassEntry type) {
        return type.asInternalName().equals("java/lang/MatchException");
    }

    /** The class has to be initialised before the exit path runs. */
    private void touch(String className) {
        Optional<ClassModel> model = hierarchy.find(className);
        while (model.isPresent() && touched.add(model.get().thisClass().asInternalName())) {
            model =
                    model.get()
                            .superclass()
                            .flatMap(entry -> hierarchy.find(entry.asInternalName()));
        }
    }

    /** Classes of the program that have an initialiser; those that others name come first. */
    private List<String> initialised() {
        List<String> order = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (String name : touched) {
            initialise(name, seen, order);
        }
        return order;
    }

    private void initialise(String name, Set<String> seen, List<String> order) {
        if (program.classFile(name).isEmpty() || !seen.add(name)) {
            return;
        }
        ClassModel model = hierarchy.find(name).orElseThrow();
        for (var entry : model.constantPool()) {
            if (entry instanceof ClassEntry named && touched.contains(named.asInternalName())) {
                initialise(named.asInternalName(), seen, order);
            }
        }
        if (model.methods().stream()
                .anyMatch(method -> method.methodName().equalsString(CLASS_INIT_NAME))) {
            order.add(name);
        }
    }

    private static String describe(InvokeDynamicInstruction dynamic) {
        return switch (dynamic.bootstrapMethod().owner().displayName()) {
            case "StringConcatFactory" -> "joins strings";
            case "LambdaMetafactory" -> "makes a lambda or method reference";
            case "SwitchBootstraps" -> "switches on patterns";
            case "ObjectMethods" -> "calls a record's generated method";
            default -> "uses invokedynamic";
        };
    }

    private void follow(InvokeInstruction call, MethodName caller, int line) {
        String owner = call.owner().asInternalName();
        String name = call.name().stringValue();
        String descriptor = call.type().stringValue();
        if (owner.startsWith("[")) {
            throw refusal(caller, line, "calls " + name + " of an array");
        }
        Optional<MethodModel> declared = hierarchy.select(owner, name, descriptor);
        boolean virtual =
                call.opcode() == Opcode.INVOKEVIRTUAL || call.opcode() == Opcode.INVOKEINTERFACE;
        if (!virtual || declared.isPresent() && isFinal(declared.get())) {
            MethodModel target =
                    declared.orElseThrow(() ->
                            refusal(
                                    caller,
                                    line,
                                    "calls "
                                            + readable(owner)
                                            + "."
                                            + name
                                            + ", which is not there"));
            reach(target, Optional.of(caller));
            return;
        }
        if (program.classFile(owner).isEmpty()) {
            throw refusal(
                    caller,
                    line,
                    "calls " + readable(owner) + "." + name + ", which may be any class's");
        }
        for (String candidate : instantiated) {
            if (hierarchy.isSubclass(candidate, owner)) {
                hierarchy
                        .select(candidate, name, descriptor)
                        .filter(method -> !method.flags().has(AccessFlag.ABSTRACT))
                        .ifPresent(method -> reach(method, Optional.of(caller)));
            }
        }
    }

    private static boolean isFinal(MethodModel method) {
        return method.flags().has(AccessFlag.FINAL)
                || method.flags().has(AccessFlag.PRIVATE)
                || method.parent().orElseThrow().flags().has(AccessFlag.FINAL);
    }

    private ToolchainException refusal(MethodName method, int line, String what) {
        List<String> chain = new ArrayList<>();
        Optional<MethodName> at = Optional.of(method);
        while (at.isPresent()) {
            chain.addFirst(readable(at.get()));
            at = callers.get(at.get());
        }
        return new ToolchainException(
                "the exit path "
                        + what
                        + " in "
                        + readable(method)
                        + (line > 0 ? " (line " + line + ")" : "")
                        + ", which cannot be done there: "
                        + String.join(" -> ", chain));
    }

    private static boolean isAnnotated(MethodModel method) {
        return method
                .findAttribute(Attributes.runtimeVisibleAnnotations())
                .map(RuntimeVisibleAnnotationsAttribute::annotations)
                .orElse(List.<Annotation>of())
                .stream()
                .anyMatch(annotation -> annotation.classSymbol().equals(EXIT_PATH));
    }

    private static MethodName nameOf(MethodModel method) {
        return new MethodName(
                method.parent().orElseThrow().thisClass().asInternalName(),
                method.methodName().stringValue(),
                method.methodType().stringValue());
    }

    private static String readable(MethodName method) {
        return readable(method.owner()) + "." + method.name();
    }

    private static String readable(String internalName) {
        return Hierarchy.javaNames(internalName).replace('/', '.');
    }
}
