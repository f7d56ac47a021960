package dev.lungo.firmware.bios;

import dev.lungo.isa.Rflags;
import dev.lungo.machine.CpuRegisters;

/**
 * What the caller of a service has in its registers, and what it gets back. A service that was
 * called by INT answers in the flags that IRET will restore; one that was called by a far CALL, in
 * the flags themselves.
 *
 * <p>Pairs such as {@link #esDi} are guest-physical addresses.
 */
public final class Registers {
    /** Status that most families use for a function that is not there. */
    static final int NO_SUCH_FUNCTION = 0x86;

    // Numbers of registers and of segment registers, as in instructions.
    private static final int AX = 0;
    private static final int CX = 1;
    private static final int DX = 2;
    private static final int BX = 3;
    private static final int SP = 4;
    private static final int BP = 5;
    private static final int SI = 6;
    private static final int DI = 7;
    private static final int ES = 0;
    private static final int CS = 1;
    private static final int SS = 2;
    private static final int DS = 3;

    /** What INT has pushed: IP, CS, then FLAGS. */
    private static final int FLAGS_IMAGE = 4;

    private final CpuRegisters state;
    private final SafeMemory memory;
    private final boolean byInterrupt;
    private boolean failed;
    private boolean unknown;
    private boolean waiting;
    private long until = Long.MAX_VALUE;

    Registers(CpuRegisters state, SafeMemory memory, boolean byInterrupt) {
        this.state = state;
        this.memory = memory;
        this.byInterrupt = byInterrupt;
    }

    // spotless:off
    int al() { return low(AX); }          void al(int value) { low(AX, value); }
    int ah() { return high(AX); }         void ah(int value) { high(AX, value); }
    int ax() { return word(AX); }         void ax(int value) { word(AX, value); }
    int bl() { return low(BX); }          void bl(int value) { low(BX, value); }
    int bh() { return high(BX); }         void bh(int value) { high(BX, value); }
    int bx() { return word(BX); }         void bx(int value) { word(BX, value); }
    int cl() { return low(CX); }          void cl(int value) { low(CX, value); }
    int ch() { return high(CX); }         void ch(int value) { high(CX, value); }
    int cx() { return word(CX); }         void cx(int value) { word(CX, value); }
    int dl() { return low(DX); }          void dl(int value) { low(DX, value); }
    int dh() { return high(DX); }         void dh(int value) { high(DX, value); }
    int dx() { return word(DX); }         void dx(int value) { word(DX, value); }
    int si() { return word(SI); }         void si(int value) { word(SI, value); }
    int di() { return word(DI); }         void di(int value) { word(DI, value); }
    int sp() { return word(SP); }         void sp(int value) { word(SP, value); }
    int bp() { return word(BP); }         void bp(int value) { word(BP, value); }
    int eax() { return (int) state.gpr[AX]; }    void eax(int value) { dword(AX, value); }
    int ebx() { return (int) state.gpr[BX]; }    void ebx(int value) { dword(BX, value); }
    int ecx() { return (int) state.gpr[CX]; }    void ecx(int value) { dword(CX, value); }
    int edx() { return (int) state.gpr[DX]; }    void edx(int value) { dword(DX, value); }
    int esi() { return (int) state.gpr[SI]; }    void esi(int value) { dword(SI, value); }
    int edi() { return (int) state.gpr[DI]; }    void edi(int value) { dword(DI, value); }

    long esDi() { return pair(ES, DI); }
    long esBx() { return pair(ES, BX); }
    long esBp() { return pair(ES, BP); }
    long esSi() { return pair(ES, SI); }
    long esDx() { return pair(ES, DX); }
    long dsSi() { return pair(DS, SI); }
    // spotless:on

    /** ES:BX as the offset and segment that a vector has. */
    int esBxPointer() {
        return state.segments[ES].selector() << 16 | bx();
    }

    /** ES:BP likewise. */
    int esBpPointer() {
        return state.segments[ES].selector() << 16 | bp();
    }

    private int low(int register) {
        return (int) state.gpr[register] & 0xFF;
    }

    private void low(int register, int value) {
        state.gpr[register] = state.gpr[register] & ~0xFFL | value & 0xFF;
    }

    private int high(int register) {
        return (int) state.gpr[register] >> 8 & 0xFF;
    }

    private void high(int register, int value) {
        state.gpr[register] = state.gpr[register] & ~0xFF00L | (value & 0xFF) << 8;
    }

    private int word(int register) {
        return (int) state.gpr[register] & 0xFFFF;
    }

    private void word(int register, int value) {
        state.gpr[register] = state.gpr[register] & ~0xFFFFL | value & 0xFFFF;
    }

    private void dword(int register, int value) {
        state.gpr[register] = value & 0xFFFF_FFFFL;
    }

    private long pair(int segment, int register) {
        return state.segments[segment].base() + word(register);
    }

    /** Loads ES as code in real mode does. */
    void es(int selector) {
        segment(ES, selector);
    }

    /** Has the caller go on elsewhere, in real mode. */
    void jump(int segment, int offset) {
        segment(CS, segment);
        state.rip = offset;
    }

    /** Another place in the segment that it is in. */
    void jump(int offset) {
        state.rip = offset;
    }

    void stack(int segment, int pointer) {
        segment(SS, segment);
        word(SP, pointer);
    }

    void ds(int selector) {
        segment(DS, selector);
    }

    private void segment(int register, int selector) {
        CpuRegisters.SegmentState old = state.segments[register];
        state.segments[register] =
                new CpuRegisters.SegmentState(
                        selector, (long) selector << 4, old.limit(), old.access());
    }

    /** Lets hardware interrupt from here on. */
    void enableInterrupts() {
        state.rflags |= Rflags.IF;
    }

    // ---- Flags

    void carry(boolean set) {
        failed = set;
        flag((int) Rflags.CF, set);
    }

    void zero(boolean set) {
        flag((int) Rflags.ZF, set);
    }

    /** CF clear, AH zero: what most families call success. */
    void succeed() {
        ah(0);
        carry(false);
    }

    /** CF set, and a status in AH. */
    void fail(int status) {
        ah(status);
        carry(true);
    }

    /** CF set, and 86h in AH; the report lists what was asked for. */
    void failUnknown() {
        fail(NO_SUCH_FUNCTION);
        unknown();
    }

    /** The report lists what was asked for as not there. */
    void unknown() {
        unknown = true;
    }

    boolean isUnknown() {
        return unknown;
    }

    /** The caller is to wait for an interrupt and ask again. */
    void again() {
        waiting = true;
    }

    /**
     * The same, but not for long.
     *
     * @param nanos when it is to ask again at the latest, on the machine's clock
     */
    void againUntil(long nanos) {
        waiting = true;
        until = nanos;
    }

    long until() {
        return until;
    }

    boolean isWaiting() {
        return waiting;
    }

    /** Whether the answer is CF. */
    boolean isFailed() {
        return failed;
    }

    private int flags() {
        return byInterrupt ? memory.u16(image()) : (int) state.rflags;
    }

    private void flag(int mask, boolean set) {
        if (byInterrupt) {
            memory.u16(image(), set ? flags() | mask : flags() & ~mask);
        } else {
            state.rflags = set ? state.rflags | mask : state.rflags & ~(long) mask;
        }
    }

    private long image() {
        return onStack(FLAGS_IMAGE);
    }

    private long onStack(int offset) {
        return state.segments[SS].base() + (word(SP) + offset & 0xFFFF);
    }

    /** Takes a word off the stack. */
    int popWord() {
        int value = memory.u16(onStack(0));
        sp(sp() + 2);
        return value;
    }

    /** POPA: the stack pointer's word is dropped. */
    void popAll() {
        di(popWord());
        si(popWord());
        bp(popWord());
        popWord();
        bx(popWord());
        dx(popWord());
        cx(popWord());
        ax(popWord());
    }

    /** Takes a word off the stack into the flags that real mode has. */
    void popFlags() {
        state.rflags = popWord() & Rflags.DEFINED | Rflags.FIXED;
    }

    /** All there are, for services that change the mode. */
    CpuRegisters state() {
        return state;
    }

    /** Who called: segment and offset of the instruction after INT. */
    int callerSegment() {
        return memory.u16(onStack(2));
    }

    int callerOffset() {
        return memory.u16(onStack(0));
    }
}
