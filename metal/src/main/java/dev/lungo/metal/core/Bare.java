package dev.lungo.metal.core;

/**
 * The instructions that Java has no words for: {@code Bare.h} and {@code metal.S}. Host addresses
 * are physical addresses. There is none of this on HotSpot.
 */
public final class Bare {
    private Bare() {}

    // spotless:off
    public static native int  get8(long address);
    public static native int  get16(long address);
    public static native int  get32(long address);
    public static native long get64(long address);
    public static native void put8(long address, int value);
    public static native void put16(long address, int value);
    public static native void put32(long address, int value);
    public static native void put64(long address, long value);
    public static native void fill(long address, int value, long bytes);
    public static native void copy(long to, long from, long bytes);
    /** Atomic; the value before. */
    public static native int swap32(long address, int value);
    public static native int  add32(long address, int value);
    public static native void or8(long address, int bits);

    public static native int  in8(int port);
    public static native int  in16(int port);
    public static native int  in32(int port);
    public static native void out8(int port, int value);
    public static native void out16(int port, int value);
    public static native void out32(int port, int value);

    public static native long rdmsr(int msr);
    public static native void wrmsr(int msr, long value);
    /** 0 and the value at the address, or 1 where the processor raised a fault. */
    public static native int tryRdmsr(int msr, long to);
    public static native int tryWrmsr(int msr, long value);
    public static native int tryXsetbv(int index, long value);
    /** EAX, EBX, ECX and EDX go to four 64-bit words. */
    public static native void cpuid(int leaf, int subleaf, long to);
    public static native long rdtsc();

    public static native long getCr0();
    public static native long getCr2();
    public static native long getCr3();
    public static native long getCr4();
    public static native void setCr0(long value);
    public static native void setCr2(long value);
    public static native void setCr3(long value);
    public static native void setCr4(long value);
    public static native long getDr6();
    public static native long getDr7();
    public static native void vmload(long vmcb);
    /** ES CS SS DS FS GS LDTR TR. */
    public static native int selector(int number);
    public static native long gdtBase();
    public static native int gdtLimit();
    public static native long idtBase();
    public static native int idtLimit();
    public static native void loadGdt(long base, int limit);
    public static native void loadIdt(long base, int limit);

    public static native void wbinvd();
    public static native void pause();
    public static native void cli();
    public static native void clgi();
    public static native void unblockNmi();
    public static native void nmiWindow();
    public static native void waitNmi(long word);
    /** AMD-V: takes the interrupt that is pending; its vector goes to the block. */
    public static native void takeInterrupt();
    /** VT-x: the same. */
    public static native void openInterrupts();
    public static native void stop();

    public static native void svmRun(long block, long stack);
    /** Engine.prepare on the given stack; then the guest comes back from here. */
    public static native void svmBecomeGuest(long block, long stack);
    public static native void vmxRun(long block, long stack);
    public static native void vmxBecomeGuest(long block, long stack);
    /** 0, or 1 where they failed. */
    public static native int  vmxon(long region);
    public static native int  vmclear(long region);
    public static native int  vmptrld(long region);
    public static native int  vmwrite(int field, long value);
    public static native long vmread(int field);
    public static native void invept();
    public static native void invvpid();
    public static native long stub(int vector);
    public static native long interruptStub(int vector);
    /** Where another processor begins: 0 its 16-bit code, 1 its 32-bit and 2 its 64-bit, 3 the end. */
    public static native long trampoline(int part);
    /** Where that goes to: {@link Trampoline#arrive}. */
    public static native long arrival();
    /** Goes on as the guest that the block describes; {@link Departure}. Does not return. */
    public static native void leave(long block, int fsBaseMsr, long fsBase, long gsBase, boolean amd);
    /** 64-bit code of a guest, without a hypervisor under it. */
    public static native void jump(long entry, long rsi, long tables, long gdt);
    // spotless:on
}
