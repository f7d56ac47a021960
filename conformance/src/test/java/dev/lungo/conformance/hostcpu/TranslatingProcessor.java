package dev.lungo.conformance.hostcpu;

import dev.lungo.cpu.core.Interpreter;
import dev.lungo.cpu.core.PageWalker;
import dev.lungo.cpu.core.Pending;
import dev.lungo.cpu.core.Segments;
import dev.lungo.cpu.core.State;
import dev.lungo.cpu.translate.Translator;
import dev.lungo.host.Raw;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.machine.VmExit;
import org.jspecify.annotations.Nullable;

/**
 * Runs an instruction as the native tier does: translated when it is first come to, mostly with its
 * operands in the TLB. What ends the case is an exception, the instruction's own or that of the HLT
 * behind it, which user mode may not; its handler halts.
 */
final class TranslatingProcessor extends SoftProcessor {
    // Pages before the slots.
    private static final int CODE = 0;
    private static final int CODE_BYTES = 2 * PAGE;
    private static final int SYSTEM = CODE_BYTES;
    private static final int PAGES = 4;

    // In the pages for the system.
    private static final int IDT = SYSTEM;
    private static final int GDT = SYSTEM + 0x400;
    private static final int TSS = SYSTEM + 0x500;
    private static final int HANDLERS = SYSTEM + 0x600;
    private static final int HANDLER_BYTES = 16;
    private static final int STACK = SYSTEM + 2 * PAGE;

    private static final int VECTORS = 32;
    private static final int CODE0 = 8;
    private static final long CODE0_DESCRIPTOR = 0x00AF_9B00_0000_FFFFL;
    private static final long INTERRUPT_GATE = 0x8EL << 40;
    private static final int HLT = 0xF4;
    private static final int NOP = 0x90;

    private final Interpreter interpreter;

    /** The linear address of the first page of code. */
    private long codePage;

    private long next;
    private int runs;

    TranslatingProcessor(int slots, Guard guard) {
        super(PAGES, slots, guard);
        interpreter = new Interpreter(cpu, new Translator(cpu, 1));
        for (int vector = 0; vector < VECTORS; vector++) {
            long handler = base + HANDLERS + (long) vector * HANDLER_BYTES;
            Raw.putByte(handler, HLT);
            long low = handler & 0xFFFF | CODE0 << 16 | INTERRUPT_GATE;
            Raw.putLong(base + IDT + 16L * vector, low | (handler >>> 16 & 0xFFFF) << 48);
            Raw.putLong(base + IDT + 16L * vector + 8, handler >>> 32);
        }
        Raw.putLong(base + GDT + CODE0, CODE0_DESCRIPTOR);
        Raw.putLong(base + TSS + 4, base + STACK);
        cpu.system.idtBase = base + IDT;
        cpu.system.idtLimit = 16 * VECTORS - 1;
        cpu.system.gdtBase = base + GDT;
        cpu.system.gdtLimit = 0xFF;
        cpu.segments.set(Segments.TR, 0x10, base + TSS, 0x67, 0x8B);
    }

    @Override
    void prepare(byte[] instruction, long address) {
        codePage = address & -PAGE;
        next = address + instruction.length;
        byte[] code = new byte[instruction.length + HostCode.BRANCH_DISTANCE + 2];
        java.util.Arrays.fill(code, (byte) HLT);
        System.arraycopy(instruction, 0, code, 0, instruction.length);
        code[instruction.length + HostCode.BRANCH_DISTANCE] = (byte) NOP; // HLT alone stays itself
        memory.write(CODE + address - codePage, code, 0, code.length);
    }

    @Override
    boolean isOwn(long linear, int access) {
        return access == PageWalker.EXECUTE && isCode(linear)
                || linear >= base + SYSTEM && linear < base + STACK;
    }

    private boolean isCode(long linear) {
        return linear >= codePage && linear < codePage + CODE_BYTES;
    }

    @Override
    long physical(long linear) {
        return isCode(linear) ? CODE + linear - codePage : linear - base;
    }

    @Override
    @Nullable ExceptionVector run(long in, long out) {
        if (runs++ % 8 != 0) {
            long slot = slot();
            cpu.mmu.probeStore(slot, 1);
            cpu.mmu.probeStore(slot + PAGE, 1);
        }
        cpu.lower(Pending.ASLEEP);
        cpu.setRip(Raw.getLong(in + Registers.TARGET));
        VmExit exit = interpreter.run();
        if (!(exit instanceof VmExit.Halt)) {
            throw new IllegalStateException("a case ends in " + exit);
        }
        // What SDM 3A shows in "IA-32e Mode Stack Usage After Privilege Level Change".
        long stack = Raw.getLong(cpu.state + State.gpr(4));
        int number = (int) (cpu.rip() - base - HANDLERS) / HANDLER_BYTES;
        ExceptionVector vector = ExceptionVector.of(number);
        long frame = vector.pushesErrorCode() ? stack + 8 : stack;
        Registers.fromProcessor(cpu, out);
        Raw.putLong(out + Registers.RFLAGS, Raw.getLong(frame + 16));
        Raw.putLong(out + Registers.RSP, Raw.getLong(frame + 24));
        long rip = Raw.getLong(frame);
        boolean taken = rip == next + HostCode.BRANCH_DISTANCE + 1;
        Raw.putLong(out + Registers.TAKEN, taken ? 1 : 0);
        return vector == ExceptionVector.GP && (taken || rip == next) ? null : vector;
    }
}
