package dev.lungo.cpu.core;

import dev.lungo.isa.Cr4;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.Rflags;

/**
 * IRET in all its forms. SDM 2A, "IRET/IRETD/IRETQ—Interrupt Return".
 *
 * <p>NMIs are open again even if it faults: SDM 3A, "Handling Multiple NMIs".
 */
public final class InterruptReturn {
    private static final long LOW_FLAGS = Rflags.STATUS | Rflags.TF | Rflags.DF | Rflags.NT;
    private static final long HIGH_FLAGS = Rflags.RF | Rflags.AC | Rflags.ID;

    private final Processor cpu;
    private final SegmentLoader loader;
    private final StackFrame stack;

    InterruptReturn(Processor cpu) {
        this.cpu = cpu;
        this.loader = cpu.loader;
        this.stack = cpu.stack;
    }

    /**
     * Does it, or faults.
     *
     * @param bytes the operand size
     * @param next offset of the next instruction, for the TSS if this ends a nested task
     */
    public void execute(int bytes, long next) {
        cpu.nmiBlocked = false;
        if (cpu.isReal()) {
            toRealMode(bytes);
        } else if (cpu.isVm86()) {
            withinVm86(bytes);
        } else {
            inProtectedMode(bytes, next);
        }
    }

    private void toRealMode(int bytes) {
        stack.current();
        long rip = stack.pop(bytes);
        int selector = (int) stack.pop(bytes) & 0xFFFF;
        long flags = stack.pop(bytes);
        if (rip > (cpu.segments.limit[Segments.CS] & 0xFFFF_FFFFL)) {
            throw cpu.fault(ExceptionVector.GP, 0);
        }
        loader.loadReal(Segments.CS, selector);
        stack.commit();
        long writable = LOW_FLAGS | Rflags.IF | Rflags.IOPL;
        cpu.flags.write(flags, bytes == 2 ? writable : writable | HIGH_FLAGS);
        arrive(rip);
    }

    private void withinVm86(int bytes) {
        boolean ioAllowed = cpu.flags.iopl() == 3;
        boolean virtualInterrupts = bytes == 2 && (cpu.system.cr4 & Cr4.VME) != 0;
        if (!ioAllowed && !virtualInterrupts) {
            throw cpu.fault(ExceptionVector.GP, 0);
        }
        stack.current();
        long rip = stack.pop(bytes);
        int selector = (int) stack.pop(bytes) & 0xFFFF;
        long flags = stack.pop(bytes);
        if (rip > 0xFFFF) {
            throw cpu.fault(ExceptionVector.GP, 0);
        }
        if (ioAllowed) {
            long writable = LOW_FLAGS | Rflags.IF;
            cpu.flags.write(flags, bytes == 2 ? writable : writable | HIGH_FLAGS);
        } else {
            cpu.flags.checkVirtualInterrupts(flags);
            long vif = (flags & Rflags.IF) != 0 ? Rflags.VIF : 0;
            cpu.flags.write(flags & 0xFFFF | vif, LOW_FLAGS | Rflags.VIF);
        }
        loader.loadVm86(Segments.CS, selector);
        stack.commit();
        arrive(rip);
    }

    private void inProtectedMode(int bytes, long next) {
        if ((cpu.flags.read() & Rflags.NT) != 0) {
            if (cpu.isLong()) {
                throw cpu.fault(ExceptionVector.GP, 0);
            }
            cpu.taskSwitch.back(next);
            return;
        }
        stack.current();
        long rip = stack.pop(bytes);
        int selector = (int) stack.pop(bytes) & 0xFFFF;
        long flags = stack.pop(bytes);
        if (bytes == 4 && (flags & Rflags.VM) != 0 && cpu.cpl == 0 && !cpu.isLong()) {
            toVm86(rip, selector, flags);
            return;
        }
        long writable = writableFlags(bytes);
        long descriptor = cpu.farReturns.returnCode(selector);
        int cpl = selector & 3;
        if (cpl == cpu.cpl && !cpu.is64()) {
            cpu.farJumps.checkTarget(descriptor, rip);
            loader.setCode(selector, descriptor, cpl);
            stack.commit();
        } else {
            long pointer = stack.pop(bytes);
            int newStack = (int) stack.pop(bytes) & 0xFFFF;
            long stackDescriptor = cpu.farReturns.returnStack(newStack, descriptor, cpl);
            cpu.farJumps.checkTarget(descriptor, rip);
            boolean outer = cpl != cpu.cpl;
            loader.setCode(selector, descriptor, cpl);
            cpu.farReturns.setStack(newStack, stackDescriptor, pointer, 0);
            if (outer) {
                loader.forgetInnerSegments();
            }
        }
        cpu.flags.write(flags, writable);
        arrive(rip);
    }

    /** By the privilege that is returned from. */
    private long writableFlags(int bytes) {
        long writable = LOW_FLAGS;
        if (cpu.cpl <= cpu.flags.iopl()) {
            writable |= Rflags.IF;
        }
        if (bytes > 2) {
            writable |= HIGH_FLAGS;
        }
        if (cpu.cpl == 0) {
            writable |= Rflags.IOPL;
            if (bytes > 2) {
                writable |= Rflags.VIF | Rflags.VIP;
            }
        }
        return writable;
    }

    private void toVm86(long rip, int selector, long flags) {
        long pointer = stack.pop(4);
        int ss = (int) stack.pop(4);
        int es = (int) stack.pop(4);
        int ds = (int) stack.pop(4);
        int fs = (int) stack.pop(4);
        int gs = (int) stack.pop(4);
        if (rip > 0xFFFF) {
            throw cpu.fault(ExceptionVector.GP, 0);
        }
        loader.loadVm86(Segments.CS, selector);
        loader.loadVm86(Segments.SS, ss);
        loader.loadVm86(Segments.ES, es);
        loader.loadVm86(Segments.DS, ds);
        loader.loadVm86(Segments.FS, fs);
        loader.loadVm86(Segments.GS, gs);
        StackFrame.setPointer(cpu, pointer, 0xFFFF_FFFFL);
        cpu.cpl = 3;
        cpu.flags.write(flags, Rflags.DEFINED);
        arrive(rip);
    }

    private void arrive(long rip) {
        cpu.setRip(rip);
        cpu.debug.flagsLoaded();
        cpu.updateMode();
        cpu.resume();
    }
}
