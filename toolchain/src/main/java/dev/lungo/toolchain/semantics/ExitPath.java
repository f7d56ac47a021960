package dev.lungo.toolchain.semantics;

import java.lang.classfile.MethodModel;
import java.util.Set;

/** The methods that run between a VM exit and the next VM entry. */
public record ExitPath(Set<MethodName> entries, Set<MethodName> methods) {
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
