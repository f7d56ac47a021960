package dev.lungo.toolchain.semantics;

import dev.lungo.toolchain.ToolchainException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.constant.ClassDesc;
import java.lang.reflect.AccessFlag;
import java.util.SortedMap;
import java.util.TreeMap;

/** The program's native methods: functions in C, found by their names. */
public final class NativeMethods {
    private NativeMethods() {}

    static boolean isOurs(MethodModel method) {
        return method.flags().has(AccessFlag.NATIVE)
                && !method.parent()
                        .orElseThrow()
                        .thisClass()
                        .asInternalName()
                        .startsWith("org/teavm/");
    }

    static boolean isIn(ClassModel model) {
        return model.methods().stream().anyMatch(NativeMethods::isOurs);
    }

    static String cName(String className, MethodModel method) {
        return simpleName(className) + "_" + method.methodName().stringValue();
    }

    static String simpleName(String className) {
        return className.substring(className.lastIndexOf('/') + 1).replace('$', '_');
    }

    /** Headers with the prototypes of all native methods, by file name. */
    public static SortedMap<String, String> headers(ProgramClasses program) {
        SortedMap<String, String> headers = new TreeMap<>();
        for (String name : program.names()) {
            ClassModel model = ClassFile.of().parse(program.classFile(name).orElseThrow());
            if (!isIn(model) || name.equals(ClassPass.SEMANTICS)) {
                continue; // or has a header that is always there
            }
            StringBuilder header = new StringBuilder("#pragma once\n#include <stdint.h>\n");
            for (MethodModel method : model.methods()) {
                if (isOurs(method)) {
                    header.append(prototype(name, method));
                }
            }
            String file = simpleName(name) + ".h";
            if (headers.put(file, header.toString()) != null) {
                throw new ToolchainException(
                        "two classes with native methods are both called "
                                + simpleName(name)
                                + ", which C cannot tell apart: rename one");
            }
        }
        return headers;
    }

    private static String prototype(String owner, MethodModel method) {
        var type = method.methodTypeSymbol();
        if (!method.flags().has(AccessFlag.STATIC)) {
            throw refusal(owner, method, "is not static");
        }
        StringBuilder parameters = new StringBuilder();
        for (ClassDesc parameter : type.parameterList()) {
            parameters
                    .append(parameters.isEmpty() ? "" : ", ")
                    .append(cType(owner, method, parameter));
        }
        return cType(owner, method, type.returnType())
                + " "
                + cName(owner, method)
                + "("
                + (parameters.isEmpty() ? "void" : parameters)
                + ");\n";
    }

    private static String cType(String owner, MethodModel method, ClassDesc type) {
        return switch (type.descriptorString()) {
            case "I", "Z" -> "int32_t";
            case "J" -> "int64_t";
            case "V" -> "void";
            default -> throw refusal(owner, method, "has another type than int, long and boolean");
        };
    }

    private static ToolchainException refusal(String owner, MethodModel method, String why) {
        return new ToolchainException(
                owner.replace('/', '.')
                        + "."
                        + method.methodName().stringValue()
                        + " is a native method that C cannot be called by: it "
                        + why);
    }
}
