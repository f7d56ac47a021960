package dev.lungo.toolchain;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What cannot become an image is refused in one sentence that names the construct and its place.
 */
class RefusalsTest {
    @TempDir private Path directory;

    @Test
    void anObjectMadeOnTheExitPathIsRefusedWithTheChainOfCalls() throws Exception {
        assertRefused(
                """
                interface Handler { int handle(int x); }
                class Boxing implements Handler {
                    public int handle(int x) { return Deep.box(x); }
                }
                class Deep { static int box(int x) { return new Object().hashCode() + x; } }
                public class Main {
                    static final Handler HANDLER = new Boxing();
                    @dev.lungo.metal.ExitPath static int exit(int x) { return HANDLER.handle(x); }
                    public static void main(String[] args) {}
                }
                """,
                "the exit path makes a java.lang.Object in Deep.box (line 5), which cannot be done"
                        + " there: Main.exit -> Boxing.handle -> Deep.box");
    }

    @Test
    void aHandlerThatNobodyMakesIsNotOnTheExitPath() throws Exception {
        assertRefused(
                """
                interface Handler { void handle(); }
                class Fine implements Handler { public void handle() { Main.count++; } }
                class Unused implements Handler { public void handle() { new Object(); } }
                public class Main {
                    static int count;
                    static final Handler HANDLER = new Fine();
                    @dev.lungo.metal.ExitPath static void exit() { HANDLER.handle(); stop(); }
                    static void stop() { throw null; }
                    public static void main(String[] args) {}
                }
                """,
                "the exit path throws in Main.stop (line 8), which cannot be done there: Main.exit"
                        + " -> Main.stop");
    }

    @Test
    void boxingLocksLambdasAndJoinedStringsAreRefusedOnTheExitPath() throws Exception {
        assertExitRefused(
                "Integer boxed = x; return boxed == null ? 1 : 0;",
                "makes a java.lang.Integer in java.lang.Integer.valueOf");
        assertExitRefused("synchronized (Main.class) { return x; }", "locks");
        assertExitRefused("Runnable r = () -> {}; return x;", "makes a lambda");
        assertExitRefused("return (\"x\" + x).length();", "joins strings");
        assertExitRefused("return new int[x].length;", "makes an array");
        assertExitRefused(
                "return java.util.List.of().size();", "calls java.util.List.size, which may be");
    }

    private void assertExitRefused(String body, String why) throws IOException {
        assertRefused(
                """
                public class Main {
                    @dev.lungo.metal.ExitPath static int exit(int x) { %s }
                    public static void main(String[] args) {}
                }
                """
                        .formatted(body),
                why);
    }

    @Test
    void aNativeMethodThatCCannotSeeIsRefused() throws Exception {
        assertRefused(
                """
                public class Main {
                    static native int length(String s);
                    public static void main(String[] args) { length("x"); }
                }
                """,
                "Main.length is a native method that C cannot be called by: it has another type");
    }

    @Test
    void aMethodThatTheClassLibraryDoesNotHaveIsNamedWithItsPlace() throws Exception {
        assertRefused(
                """
                public class Main {
                    public static void main(String[] args) throws Exception {
                        ProcessHandle.current();
                    }
                }
                """,
                "cannot be compiled ahead of time",
                "ProcessHandle",
                "Main.java:3");
    }

    @Test
    void aClassThatIsNoHypervisorIsRefused() throws Exception {
        Program program =
                new Program(directory)
                        .source("Hypervisor", "package dev.lungo.metal; public class Hypervisor {}")
                        .source(
                                "Chosen",
                                """
                                package dev.lungo.metal;
                                public class Chosen {
                                    public static Hypervisor hypervisor() { return null; }
                                }
                                """)
                        .source(
                                "Half",
                                """
                                package my;
                                public abstract class Half extends dev.lungo.metal.Hypervisor {}
                                """)
                        .source(
                                "Main",
                                "public class Main { public static void main(String[] a) {} }");

        MetalBuild build = program.build(Target.EFI, "Main");

        assertNoHypervisor(
                build, "Main", "Main is no class that extends dev.lungo.metal.Hypervisor");
        assertNoHypervisor(build, "my.Nope", "there is no class my.Nope on the class path");
        assertNoHypervisor(build, "my.Half", "my.Half is abstract: give a class that extends it");
        assertNoHypervisor(build, "my/Half", "my/Half is no name of a class: give it as my.Half");
    }

    private static void assertNoHypervisor(MetalBuild build, String name, String why) {
        assertThatThrownBy(() -> build.withHypervisor(Optional.of(name)).build())
                .isInstanceOf(ToolchainException.class)
                .hasMessage(why);
    }

    private void assertRefused(String source, String... parts) throws IOException {
        MetalBuild build =
                new Program(directory).source("Main", source).build(Target.MULTIBOOT, "Main");

        assertThatThrownBy(build::build)
                .isInstanceOf(ToolchainException.class)
                .hasMessageContainingAll(parts);
    }
}
