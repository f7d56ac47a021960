package dev.lungo.host;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The terminal on standard input, in raw mode: every key is a byte at once, none is echoed and none
 * is a signal. What it was before is restored by {@link #close} and when the process ends, unless
 * it is killed.
 *
 * <p>termios(3); the layout is that of Linux on x86-64, asm-generic/termbits.h as the C library
 * wraps it. Output processing is left on, so that a plain line feed still begins a line.
 */
public final class Terminal implements AutoCloseable {
    private static final int STDIN = 0;
    private static final int TCSADRAIN = 1;

    private static final int STRUCT_BYTES = 60;
    private static final int C_IFLAG = 0;
    private static final int C_CFLAG = 8;
    private static final int C_LFLAG = 12;
    private static final int C_CC = 17;
    private static final int VTIME = C_CC + 5;
    private static final int VMIN = C_CC + 6;

    /** IGNBRK, BRKINT, PARMRK, ISTRIP, INLCR, IGNCR, ICRNL and IXON. */
    private static final int INPUT_PROCESSING =
            0x0001 | 0x0002 | 0x0008 | 0x0020 | 0x0040 | 0x0080 | 0x0100 | 0x0400;

    /** ISIG, ICANON, ECHO, ECHONL and IEXTEN. */
    private static final int LINE_DISCIPLINE = 0x0001 | 0x0002 | 0x0008 | 0x0040 | 0x8000;

    private static final int CS8 = 0x0030;

    private final byte[] before;
    private final ExitHook atExit = new ExitHook("lungo-terminal", this::restore);

    private Terminal(byte[] before) {
        this.before = before;
    }

    /** Whether standard input is a terminal. */
    public static boolean present() {
        if (!mayBe()) {
            return false;
        }
        try (Arena arena = Arena.ofConfined()) {
            return Functions.get(arena.allocate(STRUCT_BYTES, 8)) == 0;
        }
    }

    /** A file or a pipe is known by its name, which costs less than to call the C library. */
    private static boolean mayBe() {
        try {
            Path device = Files.readSymbolicLink(Path.of("/proc/self/fd/0"));
            return device.startsWith("/dev") && !device.endsWith("null");
        } catch (IOException _) {
            return true; // not to be known this way
        }
    }

    /**
     * Puts it in raw mode.
     *
     * @throws HostException when there is none
     */
    public static Terminal raw() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment termios = arena.allocate(STRUCT_BYTES, 8);
            if (Functions.get(termios) != 0) {
                throw new HostException("reading the terminal's settings", 25);
            }
            Terminal terminal = new Terminal(termios.toArray(JAVA_BYTE));
            terminal.atExit.add();
            change(termios, C_IFLAG, INPUT_PROCESSING, 0);
            change(termios, C_CFLAG, 0, CS8);
            change(termios, C_LFLAG, LINE_DISCIPLINE, 0);
            termios.set(JAVA_BYTE, VMIN, (byte) 1);
            termios.set(JAVA_BYTE, VTIME, (byte) 0);
            Functions.set(termios);
            return terminal;
        }
    }

    private static void change(MemorySegment termios, int offset, int clear, int set) {
        termios.set(JAVA_INT, offset, (termios.get(JAVA_INT, offset) & ~clear) | set);
    }

    private void restore() {
        try (Arena arena = Arena.ofConfined()) {
            Functions.set(arena.allocate(STRUCT_BYTES, 8).copyFrom(MemorySegment.ofArray(before)));
        }
    }

    @Override
    public void close() {
        restore();
        atExit.remove();
    }

    /** Linked only where there may be a terminal. */
    private static final class Functions {
        private static final Linker LINKER = Linker.nativeLinker();

        // SAFETY: int tcgetattr(int fd, struct termios *termios_p); the segment has its size.
        @SuppressWarnings("restricted")
        private static final MethodHandle TCGETATTR =
                LINKER.downcallHandle(
                        LINKER.defaultLookup().findOrThrow("tcgetattr"),
                        FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));

        // SAFETY: int tcsetattr(int fd, int optional_actions, const struct termios *termios_p)
        @SuppressWarnings("restricted")
        private static final MethodHandle TCSETATTR =
                LINKER.downcallHandle(
                        LINKER.defaultLookup().findOrThrow("tcsetattr"),
                        FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));

        static int get(MemorySegment termios) {
            try {
                return (int) TCGETATTR.invokeExact(STDIN, termios);
            } catch (Throwable e) {
                throw new AssertionError("a downcall declares no exception", e);
            }
        }

        static void set(MemorySegment termios) {
            try {
                int _ = (int) TCSETATTR.invokeExact(STDIN, TCSADRAIN, termios);
            } catch (Throwable e) {
                throw new AssertionError("a downcall declares no exception", e);
            }
        }
    }
}
