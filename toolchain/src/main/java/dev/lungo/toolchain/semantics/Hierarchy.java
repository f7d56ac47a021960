package dev.lungo.toolchain.semantics;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** Classes and where their methods are: the program's, and the library's by TeaVM's names. */
final class Hierarchy {
    private final Function<String, Optional<byte[]>> lookUp;
    private final Map<String, Optional<ClassModel>> parsed = new HashMap<>();

    Hierarchy(Function<String, Optional<byte[]>> lookUp) {
        this.lookUp = lookUp;
    }

    /** A class by its internal name; {@code java/util/List} is TeaVM's {@code TList}. */
    Optional<ClassModel> find(String name) {
        Optional<ClassModel> known = parsed.get(name);
        if (known == null) {
            known =
                    lookUp.apply(name)
                            .or(() -> lookUp.apply(teaVmName(name)))
                            .map(ClassFile.of()::parse);
            parsed.put(name, known);
        }
        return known;
    }

    private static String teaVmName(String name) {
        int simple = name.lastIndexOf('/') + 1;
        return "org/teavm/classlib/" + name.substring(0, simple) + "T" + name.substring(simple);
    }

    /** TeaVM's names of the JDK's classes as what they stand for. */
    static String javaNames(String text) {
        return text.replaceAll("org/teavm/classlib/(java/[a-z/]*)T([A-Z])", "$1$2");
    }

    /** The method that a call of it on this class selects: the class's own or one it inherits. */
    Optional<MethodModel> select(String className, String name, String descriptor) {
        Deque<String> open = new ArrayDeque<>(List.of(className));
        Set<String> seen = new HashSet<>(); // TeaVM's Object has itself as its superclass
        while (!open.isEmpty()) {
            String at = open.remove();
            Optional<ClassModel> model = find(at);
            if (model.isEmpty() || !seen.add(at)) {
                continue;
            }
            for (MethodModel method : model.get().methods()) {
                if (method.methodName().equalsString(name)
                        && javaNames(method.methodType().stringValue())
                                .equals(javaNames(descriptor))) {
                    return Optional.of(method);
                }
            }
            model.get().superclass().ifPresent(entry -> open.addFirst(entry.asInternalName()));
            model.get().interfaces().forEach(entry -> open.addLast(entry.asInternalName()));
        }
        return Optional.empty();
    }

    boolean isSubclass(String className, String of) {
        Deque<String> open = new ArrayDeque<>(List.of(className));
        Set<String> seen = new HashSet<>();
        while (!open.isEmpty()) {
            String name = open.remove();
            if (name.equals(of)) {
                return true;
            }
            if (!seen.add(name)) {
                continue;
            }
            find(name).ifPresent(model -> supertypes(model).forEach(open::add));
        }
        return false;
    }

    private static List<String> supertypes(ClassModel model) {
        List<String> names = new ArrayList<>();
        model.superclass().map(ClassEntry::asInternalName).ifPresent(names::add);
        model.interfaces().forEach(entry -> names.add(entry.asInternalName()));
        return names;
    }

    /** The program's classes that this one names, those that they name, and so on. */
    static void addReachable(String className, ProgramClasses program, Set<String> reached) {
        Deque<String> open = new ArrayDeque<>(List.of(className));
        while (!open.isEmpty()) {
            String name = open.remove();
            Optional<byte[]> file = program.classFile(name);
            if (file.isEmpty() || !reached.add(name)) {
                continue;
            }
            for (var entry : ClassFile.of().parse(file.get()).constantPool()) {
                if (entry instanceof ClassEntry named) {
                    open.add(named.asInternalName());
                }
            }
        }
    }
}
