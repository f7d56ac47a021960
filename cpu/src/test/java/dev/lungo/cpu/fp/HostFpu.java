package dev.lungo.cpu.fp;

import dev.lungo.host.ExecutableMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.HexFormat;

/**
 * One floating-point instruction, or a few, run on the host's own processor: the oracle.
 *
 * <p>The state comes from one FXSAVE image and goes to another, so that unmasked x87 exceptions
 * stay pending and harmless. SDM 2A, "FXSAVE", "Non-64-Bit-Mode Layout" and its 64-bit variant with
 * REX.W. The code may use {@code [RBX]}, which is the memory operand, RAX and RFLAGS.
 */
public final class HostFpu implements AutoCloseable {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

    private static final int OPERAND = 1024; // RBX - 1024 is the first image
    private static final int RAX = 2048;
    private static final int FLAGS = 2056;
    private static final int BYTES = 2176;

    // spotless:off
    private static final String PROLOGUE =
            "53"                       // push rbx
            + "48 8D 9F 00 04 00 00"   // lea rbx, [rdi + 1024]
            + "48 83 EC 10"            // sub rsp, 16
            + "0F AE 1C 24"            // stmxcsr [rsp]
            + "48 0F AE 0F"            // fxrstor64 [rdi]
            + "48 8B 83 00 04 00 00";  // mov rax, [rbx + 1024]
    private static final String EPILOGUE =
            "48 89 83 00 04 00 00"     // mov [rbx + 1024], rax
            + "9C"                     // pushfq
            + "8F 83 08 04 00 00"      // pop [rbx + 1032]
            + "48 0F AE 83 00 FE FF FF" // fxsave64 [rbx - 512]
            + "DB E3"                  // fninit
            + "0F AE 14 24"            // ldmxcsr [rsp]
            + "C5 F8 77"               // vzeroupper
            + "48 83 C4 10"            // add rsp, 16
            + "5B"                     // pop rbx
            + "C3";                    // ret
    // spotless:on

    private final Arena arena = Arena.ofConfined();
    private final MemorySegment buffer = arena.allocate(BYTES, 64);
    private final ExecutableMemory code;
    private final MethodHandle entry;

    /** The code in hexadecimal, as disassemblers print it. */
    public HostFpu(String instruction) {
        String all = PROLOGUE + instruction + EPILOGUE;
        byte[] bytes = HexFormat.of().parseHex(all.replace(" ", ""));
        code = ExecutableMemory.map(bytes.length);
        code.write(0, bytes);
        code.seal();
        entry = code.entry(0);
        mxcsr(0x1F80);
        buffer.set(SHORT, 0, (short) 0x37F);
    }

    public void run() {
        try {
            entry.invokeExact(buffer.address());
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    public void mxcsr(int value) {
        buffer.set(INT, 24, value);
    }

    public int mxcsr() {
        return buffer.get(INT, 512 + 24);
    }

    public void xmm(int register, long low, long high) {
        buffer.set(LONG, 160 + 16 * register, low);
        buffer.set(LONG, 168 + 16 * register, high);
    }

    public long xmmLow(int register) {
        return buffer.get(LONG, 512 + 160 + 16 * register);
    }

    public void rax(long value) {
        buffer.set(LONG, RAX, value);
    }

    public long rax() {
        return buffer.get(LONG, RAX);
    }

    public long rflags() {
        return buffer.get(LONG, FLAGS);
    }

    /** Sets control and status word, and marks the registers of these physical numbers valid. */
    public void x87(int controlWord, int statusWord, int validRegisters) {
        buffer.set(SHORT, 0, (short) controlWord);
        buffer.set(SHORT, 2, (short) statusWord);
        buffer.set(ValueLayout.JAVA_BYTE, 4, (byte) validRegisters);
    }

    /** Sets ST(i). */
    public void st(int i, int signExponent, long significand) {
        buffer.set(LONG, 32 + 16 * i, significand);
        buffer.set(SHORT, 40 + 16 * i, (short) signExponent);
    }

    public int controlWord() {
        return buffer.get(SHORT, 512) & 0xFFFF;
    }

    public int statusWord() {
        return buffer.get(SHORT, 514) & 0xFFFF;
    }

    /** The abridged tag word: a bit for each physical register that is not empty. */
    public int validRegisters() {
        return buffer.get(ValueLayout.JAVA_BYTE, 516) & 0xFF;
    }

    public long stSignificand(int i) {
        return buffer.get(LONG, 512 + 32 + 16 * i);
    }

    public int stSignExponent(int i) {
        return buffer.get(SHORT, 512 + 40 + 16 * i) & 0xFFFF;
    }

    public void memory(int offset, long value) {
        buffer.set(LONG, OPERAND + offset, value);
    }

    public long memory(int offset) {
        return buffer.get(LONG, OPERAND + offset);
    }

    @Override
    public void close() {
        code.close();
        arena.close();
    }
}
