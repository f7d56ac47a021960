package dev.lungo.toolchain.compile;

import dev.lungo.toolchain.ToolchainException;
import dev.lungo.toolchain.semantics.ExitPath;
import dev.lungo.toolchain.semantics.ProgramClasses;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * TeaVM's C back end: the program's classes become C files in a directory.
 *
 * <p>TeaVM's jars have packages in common, which modules may not, so TeaVM is on the class path and
 * reached by its names.
 */
public final class TeaVm {
    private final ClassLoader library = TeaVm.class.getClassLoader();

    /** A class file of TeaVM's class library, by its internal name. */
    public Optional<byte[]> libraryClass(String name) {
        return ProgramLoader.library(library, name);
    }

    /**
     * Writes {@code all.txt}, a list of C files, and these.
     *
     * @param heapBytes of the collector's heap
     */
    public void generate(
            ProgramClasses program, ExitPath exitPath, String mainClass, Path to, int heapBytes) {
        Object tool = make("org.teavm.tooling.TeaVMTool");
        set(tool, "setTargetType", constant("org.teavm.tooling.TeaVMTargetType", "C"));
        set(
                tool,
                "setOptimizationLevel",
                constant("org.teavm.vm.TeaVMOptimizationLevel", "ADVANCED"));
        set(tool, "setTargetDirectory", to.toFile());
        set(tool, "setTargetFileName", "all.c");
        set(tool, "setMainClass", mainClass);
        set(tool, "setClassLoader", new ProgramLoader(program, exitPath, library));
        set(tool, "setMinHeapSize", heapBytes);
        set(tool, "setMaxHeapSize", heapBytes);
        set(tool, "setObfuscated", false);
        set(tool, "setShortFileNames", true);
        call(tool, "generate");
        List<?> problems = (List<?>) call(call(tool, "getProblemProvider"), "getSevereProblems");
        if (!problems.isEmpty()) {
            throw new ToolchainException(Problem.describe(problems.getFirst()));
        }
    }

    private Object make(String className) {
        try {
            return type(className).getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("not the TeaVM that this was written for", e);
        }
    }

    private Class<?> type(String className) {
        try {
            return Class.forName(className, true, library);
        } catch (ClassNotFoundException e) {
            throw new ToolchainException("TeaVM is not on the class path", e);
        }
    }

    private Object constant(String enumName, String constant) {
        for (Object value : type(enumName).getEnumConstants()) {
            if (value.toString().equals(constant)) {
                return value;
            }
        }
        throw new IllegalStateException(enumName + " has no " + constant);
    }

    private static void set(Object tool, String setter, Object value) {
        for (Method method : tool.getClass().getMethods()) {
            if (method.getName().equals(setter)) {
                invoke(method, tool, value);
                return;
            }
        }
        throw new IllegalStateException("TeaVM has no " + setter);
    }

    static Object call(Object object, String method) {
        try {
            return invoke(publicMethod(object.getClass(), method), object);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("TeaVM has no " + method, e);
        }
    }

    // The class of an object may be hidden where its interface is not.
    private static Method publicMethod(Class<?> type, String name) throws NoSuchMethodException {
        Method method = type.getMethod(name);
        method.trySetAccessible();
        return method;
    }

    private static Object invoke(Method method, Object object, Object... arguments) {
        try {
            return method.invoke(object, arguments);
        } catch (InvocationTargetException e) {
            throw new ToolchainException("TeaVM failed: " + e.getCause(), e.getCause());
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
