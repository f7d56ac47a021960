package dev.lungo.cpu.core;

import dev.lungo.host.Raw;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.Rflags;

/**
 * Takes an interrupt or exception to its handler: by the real-mode vector table, 16- and 32-bit
 * gates, or 64-bit gates. SDM 2A, "INT n/INTO/INT3/INT1—Call to Interrupt Procedure".
 *
 * <p>What faults here leaves the processor as it was; only the stack's memory may be written.
 */
final class Delivery {
    private static final long CLEARED = Rflags.TF | Rflags.NT | Rflags.RF | Rflags.VM;

    /** Error codes: the index is one of the IDT. */
    private static final int IDT = 2;

    private final Processor cpu;
    private final Segments segments;
    private final DescriptorTables tables;
    private final SegmentLoader loader;
    private final StackFrame stack;

    // The event being delivered.
    private boolean byInstruction;
    private boolean hasCode;
    private int code;
    private long flags;
    private long returnTo;

    Delivery(Processor cpu) {
        this.cpu = cpu;
        this.segments = cpu.segments;
        this.tables = cpu.tables;
        this.loader = cpu.loader;
        this.stack = cpu.stack;
    }

    /**
     * @param software INT n, INT3 or INTO: the gate's DPL counts
     * @param image of RFLAGS, as it is pushed
     * @param rip the offset that is pushed
     */
    void deliver(
            int vector, boolean software, boolean withCode, int errorCode, long image, long rip) {
        byInstruction = software;
        hasCode = withCode;
        code = errorCode;
        flags = image;
        returnTo = rip;
        if (cpu.isReal()) {
            realMode(vector);
        } else if (cpu.isLong()) {
            longMode(vector, software);
        } else {
            protectedMode(vector, software);
        }
    }

    // Real mode. SDM 3B, "Interrupt and Exception Handling" (of real-address mode).

    private void realMode(int vector) {
        int at = vector * 4;
        if (at + 3 > cpu.system.idtLimit) {
            throw cpu.fault(ExceptionVector.GP, 0);
        }
        long entry = cpu.mmu.loadSystem(cpu.system.idtBase + at, 4);
        pushReal(flags);
        loader.loadReal(Segments.CS, (int) (entry >>> 16));
        arrive(entry & 0xFFFF, Rflags.IF | Rflags.TF | Rflags.AC | Rflags.RF);
    }

    private void pushReal(long image) {
        stack.current();
        stack.push(image, 2);
        stack.push(segments.selector[Segments.CS], 2);
        stack.push(returnTo, 2);
        stack.commit();
    }

    private void arrive(long rip, long cleared) {
        cpu.flags.change(cleared, 0);
        cpu.setRip(rip);
        cpu.awaken();
        cpu.debug.eventDelivered(byInstruction);
        cpu.updateMode();
        cpu.resume();
    }

    // Virtual-8086 mode.

    /**
     * INT n in virtual-8086 mode: goes to the 8086 program's own handler where VME says so. SDM 3B,
     * "Software Interrupt Handling Methods While in Virtual-8086 Mode" (table 22-2).
     *
     * @return false if it is the monitor's affair
     * @throws GuestFault #GP(0) if IOPL keeps INT n from both
     */
    boolean redirected(int vector, long next) {
        boolean vme = (cpu.system.cr4 & Cr4.VME) != 0;
        if (!vme || cpu.task.redirectsToMonitor(vector)) {
            if (cpu.flags.iopl() < 3) {
                throw cpu.fault(ExceptionVector.GP, 0);
            }
            return false;
        }
        boolean virtual = cpu.flags.iopl() < 3;
        long image = cpu.flags.read();
        long entry = cpu.mmu.loadSystem(vector * 4L, 4);
        byInstruction = true;
        returnTo = next;
        pushReal(virtual ? cpu.flags.virtualImage(image) : image);
        loader.loadVm86(Segments.CS, (int) (entry >>> 16));
        arrive(entry & 0xFFFF, Rflags.TF | Rflags.RF | (virtual ? Rflags.VIF : Rflags.IF));
        return true;
    }

    // Protected mode outside of IA-32e mode.

    private GuestFault gateFault(ExceptionVector fault, int vector) {
        return cpu.fault(fault, vector << 3 | IDT | tables.external);
    }

    private void protectedMode(int vector, boolean software) {
        int at = vector * 8;
        if (at + 7 > cpu.system.idtLimit) {
            throw gateFault(ExceptionVector.GP, vector);
        }
        long gate = cpu.mmu.loadSystem(cpu.system.idtBase + at, 8);
        int type = Descriptor.type(gate);
        boolean known =
                Descriptor.isSystem(gate)
                        && (type == Descriptor.TASK_GATE
                                || type == Descriptor.INTERRUPT_GATE16
                                || type == Descriptor.TRAP_GATE16
                                || type == Descriptor.INTERRUPT_GATE
                                || type == Descriptor.TRAP_GATE);
        checkGate(known, vector, software, gate);
        if (type == Descriptor.TASK_GATE) {
            int selector = Descriptor.gateSelector(gate);
            cpu.taskSwitch.event(selector, returnTo, flags, hasCode, code);
            return;
        }
        int bytes = Descriptor.isGate32(gate) ? 4 : 2;
        boolean interruptGate = (type & 1) == 0;
        throughGate(gate, bytes, interruptGate);
    }

    private void checkGate(boolean known, int vector, boolean software, long gate) {
        if (!known || software && Descriptor.dpl(gate) < cpu.cpl) {
            throw gateFault(ExceptionVector.GP, vector);
        }
        if (!Descriptor.isPresent(gate)) {
            throw gateFault(ExceptionVector.NP, vector);
        }
    }

    /** The descriptor of the handler's code segment. */
    private long handlerCode(int selector) {
        if (DescriptorTables.isNull(selector)) {
            throw tables.fault(ExceptionVector.GP, 0);
        }
        long descriptor = tables.fetch(selector, ExceptionVector.GP);
        boolean allowed = Descriptor.isCode(descriptor) && Descriptor.dpl(descriptor) <= cpu.cpl;
        if (allowed && cpu.isLong()) {
            allowed = Descriptor.isLong(descriptor) && !Descriptor.isBig(descriptor);
        }
        if (!allowed) {
            throw tables.fault(ExceptionVector.GP, selector);
        }
        if (!Descriptor.isPresent(descriptor)) {
            throw tables.fault(ExceptionVector.NP, selector);
        }
        return descriptor;
    }

    /** The level that the handler runs at. */
    private int handlerLevel(long descriptor) {
        return Descriptor.isConforming(descriptor) ? cpu.cpl : Descriptor.dpl(descriptor);
    }

    private void throughGate(long gate, int bytes, boolean interruptGate) {
        int selector = Descriptor.gateSelector(gate);
        long descriptor = handlerCode(selector);
        int cpl = handlerLevel(descriptor);
        boolean fromVm86 = cpu.isVm86();
        if (fromVm86 && cpl != 0) {
            throw tables.fault(ExceptionVector.GP, selector);
        }
        long target = Descriptor.gateOffset(gate);
        boolean switches = cpl < cpu.cpl;
        int newStack = 0;
        long stackDescriptor = 0;
        if (switches) {
            newStack = cpu.task.innerSelector(cpl);
            long pointer = cpu.task.innerPointer(cpl);
            if (DescriptorTables.isNull(newStack)) {
                throw tables.fault(ExceptionVector.TS, 0);
            }
            stackDescriptor = loader.stackDescriptor(newStack, cpl, ExceptionVector.TS);
            stack.inner(newStack, stackDescriptor, pointer);
            if (fromVm86) {
                stack.push(segments.selector[Segments.GS], bytes);
                stack.push(segments.selector[Segments.FS], bytes);
                stack.push(segments.selector[Segments.DS], bytes);
                stack.push(segments.selector[Segments.ES], bytes);
            }
            stack.push(segments.selector[Segments.SS], bytes);
            stack.push(Raw.getLong(cpu.state + State.gpr(4)), bytes);
        } else {
            stack.current();
        }
        pushReturn(bytes);
        cpu.farJumps.checkTarget(descriptor, target);
        if (switches) {
            long stackNow = tables.access(newStack, stackDescriptor);
            loader.set(Segments.SS, newStack, stackNow);
        }
        loader.setCode(selector, descriptor, cpl);
        if (fromVm86) {
            loader.setNull(Segments.GS, 0);
            loader.setNull(Segments.FS, 0);
            loader.setNull(Segments.DS, 0);
            loader.setNull(Segments.ES, 0);
        }
        stack.commit();
        arrive(target, interruptGate ? CLEARED | Rflags.IF : CLEARED);
    }

    private void pushReturn(int bytes) {
        stack.push(flags, bytes);
        stack.push(segments.selector[Segments.CS], bytes);
        stack.push(returnTo, bytes);
        if (hasCode) {
            stack.push(code, bytes);
        }
    }

    // IA-32e mode. SDM 3A, "Exception and Interrupt Handling in 64-bit Mode".

    private void longMode(int vector, boolean software) {
        int at = vector * 16;
        if (at + 15 > cpu.system.idtLimit) {
            throw gateFault(ExceptionVector.GP, vector);
        }
        long gate = cpu.mmu.loadSystem(cpu.system.idtBase + at, 8);
        long upper = cpu.mmu.loadSystem(cpu.system.idtBase + at + 8, 8);
        int type = Descriptor.type(gate);
        boolean known =
                Descriptor.isSystem(gate)
                        && (type == Descriptor.INTERRUPT_GATE || type == Descriptor.TRAP_GATE);
        checkGate(known, vector, software, gate);
        int selector = Descriptor.gateSelector(gate);
        long descriptor = handlerCode(selector);
        int cpl = handlerLevel(descriptor);
        long target = Descriptor.gateOffset(gate) | upper << 32;
        int ist = Descriptor.gateStack(gate);
        long rsp;
        if (ist != 0) {
            rsp = cpu.task.interruptStack(ist);
        } else if (cpl < cpu.cpl) {
            rsp = cpu.task.rsp(cpl);
        } else {
            rsp = Raw.getLong(cpu.state + State.gpr(4));
        }
        stack.flat(rsp & ~0xFL, cpl);
        stack.push(segments.selector[Segments.SS], 8);
        stack.push(Raw.getLong(cpu.state + State.gpr(4)), 8);
        pushReturn(8);
        cpu.farJumps.checkTarget(descriptor, target);
        boolean switches = cpl < cpu.cpl;
        loader.setCode(selector, descriptor, cpl);
        if (switches) {
            loader.setNullStack(cpl, cpl);
        }
        stack.commit();
        arrive(target, type == Descriptor.INTERRUPT_GATE ? CLEARED | Rflags.IF : CLEARED);
    }
}
