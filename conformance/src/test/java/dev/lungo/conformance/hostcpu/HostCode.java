package dev.lungo.conformance.hostcpu;

import dev.lungo.host.Raw;
import java.io.ByteArrayOutputStream;

/**
 * The machine code that runs cases on the host's processor: it loads all registers from a record,
 * jumps to the instruction, and stores all registers to another record, for one record after the
 * other.
 *
 * <p>Whatever it must remember meanwhile lies in a context that the GS base points to, since every
 * register belongs to the instruction. An exception comes back as a signal, whose handler, part of
 * this code too, goes on where the instruction would have ended.
 */
final class HostCode {
    // The context.
    private static final int CURSOR_IN = 0;
    private static final int CURSOR_OUT = 8;
    private static final int COUNT = 16;
    private static final int HOST_RSP = 24;
    private static final int TEMPORARY = 32;
    private static final int HOST_MXCSR = 40;
    private static final int HOST_FCW = 44;
    private static final int BACK = 48;
    private static final int SIGNAL = 56;
    private static final int TAKEN = 64;
    private static final int SIGNAL_CODE = 72;
    private static final int FAULT_ADDRESS = 80;
    static final int CONTEXT_BYTES = 128;

    /** How far behind its end a branch under test must lead. */
    static final int BRANCH_DISTANCE = 8;

    /** Of RIP in {@code ucontext_t}. Linux, arch/x86/include/uapi/asm/sigcontext.h. */
    private static final int UCONTEXT_RIP = 168;

    // Of siginfo_t. Linux, include/uapi/asm-generic/siginfo.h.
    private static final int SI_CODE = 8;
    private static final int SI_ADDR = 16;

    /** The signals that exceptions become: SIGILL, SIGBUS, SIGFPE, SIGSEGV. */
    static final int[] SIGNALS = {4, 7, 8, 11};

    static final int SIGFPE = 8;
    static final int SIGILL = 4;
    static final int SIGBUS = 7;
    static final int SIGSEGV = 11;

    // Of SIGSEGV: a page fault, rather than #GP.
    static final int SEGV_MAPERR = 1;
    static final int SEGV_ACCERR = 2;

    private final ByteArrayOutputStream code = new ByteArrayOutputStream();
    private final int back;
    private final int[] handlers = new int[SIGNALS.length];

    /**
     * @param address where this code will be
     * @param bytes how much of it, with all instructions, there will be
     * @param previous the signals' handlers, for exceptions that are not of this code
     */
    HostCode(long address, int bytes, long[] previous) {
        prologue();
        int next = code.size();
        load();
        back = code.size();
        store();
        jumpIfMore(next);
        epilogue();
        for (int i = 0; i < SIGNALS.length; i++) {
            handlers[i] = code.size();
            handler(address, bytes, previous[i]);
        }
    }

    byte[] bytes() {
        return code.toByteArray();
    }

    /** Offset of the handler of a signal, by its index in {@link #SIGNALS}. */
    int handler(int i) {
        return handlers[i];
    }

    /** Fills the context before a run of so many records. */
    void prepare(long context, long address, long in, long out, int count) {
        Raw.putLong(context + CURSOR_IN, in);
        Raw.putLong(context + CURSOR_OUT, out);
        Raw.putLong(context + COUNT, count);
        Raw.putLong(context + BACK, address + back);
    }

    /** Adds an instruction under test; the result is its offset. */
    int add(byte[] instruction) {
        int at = code.size();
        code.writeBytes(instruction);
        back();
        gs(TAKEN, 0x65, 0x48, 0xC7, 0x04, 0x25); // mov qword gs:[TAKEN], 1
        int32(1);
        back();
        return at;
    }

    private void back() {
        gs(BACK, 0x65, 0xFF, 0x24, 0x25); // jmp gs:[BACK]
    }

    private void prologue() {
        emit(0x53, 0x55); // push rbx; push rbp
        emit(0x41, 0x54, 0x41, 0x55, 0x41, 0x56, 0x41, 0x57); // push r12 to r15
        emit(0xF3, 0x48, 0x0F, 0xAE, 0xC8, 0x50); // rdgsbase rax; push rax
        emit(0xF3, 0x48, 0x0F, 0xAE, 0xDF); // wrgsbase rdi
        gs(HOST_RSP, 0x65, 0x48, 0x89, 0x24, 0x25); // mov gs:[HOST_RSP], rsp
        gs(HOST_MXCSR, 0x65, 0x0F, 0xAE, 0x1C, 0x25); // stmxcsr gs:[HOST_MXCSR]
        gs(HOST_FCW, 0x65, 0xD9, 0x3C, 0x25); // fnstcw gs:[HOST_FCW]
    }

    private void load() {
        gs(CURSOR_IN, 0x65, 0x48, 0x8B, 0x04, 0x25); // mov rax, gs:[CURSOR_IN]
        at(Registers.FXSAVE, 0x48, 0x0F, 0xAE, 0x88); // fxrstor64 [rax + FXSAVE]
        vectors(0x6F); // vmovdqu ymm, [rax + ...]
        at(Registers.TARGET, 0x48, 0x8B, 0x88); // mov rcx, [rax + TARGET]
        gs(TEMPORARY, 0x65, 0x48, 0x89, 0x0C, 0x25); // mov gs:[TEMPORARY], rcx
        gs(SIGNAL, 0x65, 0x48, 0xC7, 0x04, 0x25); // mov qword gs:[SIGNAL], 0
        int32(0);
        gs(TAKEN, 0x65, 0x48, 0xC7, 0x04, 0x25); // mov qword gs:[TAKEN], 0
        int32(0);
        at(Registers.RFLAGS, 0xFF, 0xB0); // push qword [rax + RFLAGS]
        emit(0x9D); // popfq
        for (int i = 1; i < 16; i++) {
            general(0x8B, i); // mov r, [rax + ...]
        }
        general(0x8B, 0);
        gs(TEMPORARY, 0x65, 0xFF, 0x24, 0x25); // jmp gs:[TEMPORARY]
    }

    private void store() {
        gs(TEMPORARY, 0x65, 0x48, 0x89, 0x04, 0x25); // mov gs:[TEMPORARY], rax
        gs(CURSOR_OUT, 0x65, 0x48, 0x8B, 0x04, 0x25); // mov rax, gs:[CURSOR_OUT]
        for (int i = 1; i < 16; i++) {
            general(0x89, i); // mov [rax + ...], r
        }
        gs(HOST_RSP, 0x65, 0x48, 0x8B, 0x24, 0x25); // mov rsp, gs:[HOST_RSP]
        emit(0x9C); // pushfq
        at(Registers.RFLAGS, 0x8F, 0x80); // pop qword [rax + RFLAGS]
        emit(0x6A, 0x02, 0x9D); // push 2; popfq
        gs(TEMPORARY, 0x65, 0x48, 0x8B, 0x0C, 0x25); // mov rcx, gs:[TEMPORARY]
        general(0x89, 1, Registers.GPR); // mov [rax + GPR], rcx
        gs(SIGNAL, 0x65, 0x48, 0x8B, 0x0C, 0x25); // mov rcx, gs:[SIGNAL]
        general(0x89, 1, Registers.SIGNAL); // mov [rax + SIGNAL], rcx
        gs(TAKEN, 0x65, 0x48, 0x8B, 0x0C, 0x25); // mov rcx, gs:[TAKEN]
        general(0x89, 1, Registers.TAKEN); // mov [rax + TAKEN], rcx
        gs(SIGNAL_CODE, 0x65, 0x48, 0x8B, 0x0C, 0x25); // mov rcx, gs:[SIGNAL_CODE]
        general(0x89, 1, Registers.SIGNAL_CODE); // mov [rax + SIGNAL_CODE], rcx
        gs(FAULT_ADDRESS, 0x65, 0x48, 0x8B, 0x0C, 0x25); // mov rcx, gs:[FAULT_ADDRESS]
        general(0x89, 1, Registers.FAULT_ADDRESS); // mov [rax + FAULT_ADDRESS], rcx
        vectors(0x7F); // vmovdqu [rax + ...], ymm
        at(Registers.FXSAVE, 0x48, 0x0F, 0xAE, 0x80); // fxsave64 [rax + FXSAVE]
        emit(0xDB, 0xE3); // fninit
        gs(CURSOR_IN, 0x65, 0x48, 0x81, 0x04, 0x25); // add qword gs:[CURSOR_IN], BYTES
        int32(Registers.BYTES);
        gs(CURSOR_OUT, 0x65, 0x48, 0x81, 0x04, 0x25); // add qword gs:[CURSOR_OUT], BYTES
        int32(Registers.BYTES);
        gs(COUNT, 0x65, 0x48, 0xFF, 0x0C, 0x25); // dec qword gs:[COUNT]
    }

    private void jumpIfMore(int next) {
        emit(0x0F, 0x85); // jnz next
        int32(next - (code.size() + 4));
    }

    private void epilogue() {
        gs(HOST_MXCSR, 0x65, 0x0F, 0xAE, 0x14, 0x25); // ldmxcsr gs:[HOST_MXCSR]
        gs(HOST_FCW, 0x65, 0xD9, 0x2C, 0x25); // fldcw gs:[HOST_FCW]
        emit(0xC5, 0xF8, 0x77); // vzeroupper
        emit(0x58, 0xF3, 0x48, 0x0F, 0xAE, 0xD8); // pop rax; wrgsbase rax
        emit(0x41, 0x5F, 0x41, 0x5E, 0x41, 0x5D, 0x41, 0x5C); // pop r15 to r12
        emit(0x5D, 0x5B, 0xC3); // pop rbp; pop rbx; ret
    }

    /** {@code void handler(int signal, siginfo_t *, ucontext_t *)}. */
    private void handler(long address, int bytes, long previous) {
        emit(0x48, 0x8B, 0x82); // mov rax, [rdx + UCONTEXT_RIP]
        int32(UCONTEXT_RIP);
        emit(0x48, 0xB9); // mov rcx, address
        int64(address);
        emit(0x48, 0x29, 0xC8); // sub rax, rcx
        emit(0x48, 0x3D); // cmp rax, bytes
        int32(bytes);
        emit(0x73, 9 + 3 + 9 + 4 + 9 + 9 + 7 + 1); // jae chain
        gs(SIGNAL, 0x65, 0x48, 0x89, 0x3C, 0x25); // mov gs:[SIGNAL], rdi
        emit(0x8B, 0x4E, SI_CODE); // mov ecx, [rsi + SI_CODE]
        gs(SIGNAL_CODE, 0x65, 0x48, 0x89, 0x0C, 0x25); // mov gs:[SIGNAL_CODE], rcx
        emit(0x48, 0x8B, 0x4E, SI_ADDR); // mov rcx, [rsi + SI_ADDR]
        gs(FAULT_ADDRESS, 0x65, 0x48, 0x89, 0x0C, 0x25); // mov gs:[FAULT_ADDRESS], rcx
        gs(BACK, 0x65, 0x48, 0x8B, 0x04, 0x25); // mov rax, gs:[BACK]
        emit(0x48, 0x89, 0x82); // mov [rdx + UCONTEXT_RIP], rax
        int32(UCONTEXT_RIP);
        emit(0xC3); // ret
        emit(0xFF, 0x25, 0, 0, 0, 0); // chain: jmp [rip]
        int64(previous);
    }

    // Encoding.

    private void emit(int... bytes) {
        for (int b : bytes) {
            code.write(b);
        }
    }

    private void int32(int value) {
        emit(value, value >> 8, value >> 16, value >> 24);
    }

    private void int64(long value) {
        int32((int) value);
        int32((int) (value >> 32));
    }

    /** An instruction that ends in a displacement into the context. */
    private void gs(int displacement, int... bytes) {
        emit(bytes);
        int32(displacement);
    }

    /** An instruction that ends in a displacement from RAX. */
    private void at(int displacement, int... bytes) {
        emit(bytes);
        int32(displacement);
    }

    /** MOV between a general register and its place behind RAX. */
    private void general(int opcode, int register) {
        general(opcode, register, Registers.GPR + 8 * register);
    }

    private void general(int opcode, int register, int displacement) {
        at(displacement, 0x48 | register >> 3 << 2, opcode, 0x80 | (register & 7) << 3);
    }

    /** VMOVDQU between all vector registers and their places behind RAX. */
    private void vectors(int opcode) {
        for (int i = 0; i < 16; i++) {
            int vex = i < 8 ? 0xFE : 0x7E;
            at(Registers.VECTOR + 32 * i, 0xC5, vex, opcode, 0x80 | (i & 7) << 3);
        }
    }
}
