package dev.lungo.toolchain.semantics;

import java.lang.classfile.MethodModel;
import java.util.List;
import java.util.Set;

/**
 * The methods that run between a VM exit and the next VM entry.
 *
 * @param entries those that native code calls
 * @param methods all
 * @param initialised classes that they use and that have an initialiser; it runs before main, in
 *     this order, as a method called {@link #INITIALISER}
 */
public record ExitPath(Set<MethodName> entries, Set<MethodName> methods, List<String> initialised) {
    static final String INITIALISER = "lungo$initialise";

    /** A method of one class. */
    public record MethodName(String owner, String name, String descriptor) {}

    boolean contains(String owner, MethodModel method) {
        return methods.contains(nameOf(owner, method));
    }

    boolean isEntry(String owner, MethodModel method) {
        return entries.contains(nameOf(owner, method));
    }

    private static MethodName nameOf(String owner, MethodModel method) {
        return new MethodName(
                owner, method.methodName().stringValue(), method.methodType().stringValue());
    }
}
