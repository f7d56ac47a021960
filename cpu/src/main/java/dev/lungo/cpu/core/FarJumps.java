package dev.lungo.cpu.core;

import dev.lungo.host.Raw;
import dev.lungo.isa.ExceptionVector;

/**
 * Far JMP and CALL: to a segment, through a call gate, and to another task. SDM 2A, "JMP—Jump" and
 * "CALL—Call Procedure"; SDM 3A, "Accessing a Code Segment Through a Call Gate".
 */
public final class FarJumps {
    private final Processor cpu;
    private final DescriptorTables tables;
    private final SegmentLoader loader;
    private final StackFrame stack;

    /** Holds the parameters of a call gate while the stacks are switched. */
    private final long[] parameters = new long[31];

    FarJumps(Processor cpu) {
        this.cpu = cpu;
        this.tables = cpu.tables;
        this.loader = cpu.loader;
        this.stack = cpu.stack;
    }

    /**
     * JMP far.
     *
     * @param offset cut to the operand size
     * @param bytes the operand size
     * @param returnTo offset of the next instruction
     */
    public void jump(int selector, long offset, int bytes, long returnTo) {
        transfer(selector, offset, bytes, returnTo, false);
    }

    /** CALL far, with the same parameters. */
    public void call(int selector, long offset, int bytes, long returnTo) {
        transfer(selector, offset, bytes, returnTo, true);
    }

    private void transfer(int selector, long offset, int bytes, long returnTo, boolean call) {
        if (!cpu.isProtected()) {
            outsideProtection(selector, offset, bytes, returnTo, call);
            return;
        }
        if (DescriptorTables.isNull(selector)) {
            throw tables.fault(ExceptionVector.GP, 0);
        }
        long descriptor = tables.fetch(selector, ExceptionVector.GP);
        if (Descriptor.isSystem(descriptor)) {
            system(selector, descriptor, returnTo, call);
        } else {
            segment(selector, descriptor, offset, bytes, returnTo, call);
        }
    }

    /** Real and virtual-8086 mode. */
    private void outsideProtection(
            int selector, long offset, int bytes, long returnTo, boolean call) {
        long limit = cpu.isReal() ? cpu.segments.limit[Segments.CS] & 0xFFFF_FFFFL : 0xFFFF;
        StackFrame pushed = null;
        if (call) {
            pushed = stack.current();
            pushed.push(cpu.segments.selector[Segments.CS], bytes);
            pushed.push(returnTo, bytes);
        }
        if (offset > limit) {
            throw cpu.fault(ExceptionVector.GP, 0);
        }
        if (pushed != null) {
            pushed.commit();
        }
        if (cpu.isReal()) {
            loader.loadReal(Segments.CS, selector);
        } else {
            loader.loadVm86(Segments.CS, selector);
        }
        arrive(offset);
    }

    private void arrive(long rip) {
        cpu.setRip(rip);
        cpu.updateMode();
        cpu.resume();
    }

    private void segment(
            int selector, long descriptor, long offset, int bytes, long returnTo, boolean call) {
        int dpl = Descriptor.dpl(descriptor);
        boolean allowed =
                Descriptor.isCode(descriptor)
                        && (Descriptor.isConforming(descriptor)
                                ? dpl <= cpu.cpl
                                : (selector & 3) <= cpu.cpl && dpl == cpu.cpl);
        if (!allowed) {
            throw tables.fault(ExceptionVector.GP, selector);
        }
        checkCode(selector, descriptor);
        if (call) {
            stack.current();
            stack.push(cpu.segments.selector[Segments.CS], bytes);
            stack.push(returnTo, bytes);
        }
        checkTarget(descriptor, offset);
        loader.setCode(selector, descriptor, cpu.cpl);
        if (call) {
            stack.commit();
        }
        arrive(offset);
    }

    /** L and D may not both be set in IA-32e mode, and P must be. */
    private void checkCode(int selector, long descriptor) {
        if (cpu.isLong() && Descriptor.isLong(descriptor) && Descriptor.isBig(descriptor)) {
            throw tables.fault(ExceptionVector.GP, selector);
        }
        if (!Descriptor.isPresent(descriptor)) {
            throw tables.fault(ExceptionVector.NP, selector);
        }
    }

    /**
     * The target must lie within the code segment it is in.
     *
     * @throws GuestFault #GP(0)
     */
    void checkTarget(long descriptor, long offset) {
        boolean valid =
                cpu.isLong() && Descriptor.isLong(descriptor)
                        ? cpu.isCanonical(offset)
                        : offset <= (Descriptor.limit(descriptor) & 0xFFFF_FFFFL);
        if (!valid) {
            throw tables.fault(ExceptionVector.GP, 0);
        }
    }

    private void system(int selector, long descriptor, long returnTo, boolean call) {
        int type = Descriptor.type(descriptor);
        boolean known =
                cpu.isLong()
                        ? type == Descriptor.CALL_GATE
                        : type == Descriptor.CALL_GATE
                                || type == Descriptor.CALL_GATE16
                                || type == Descriptor.TASK_GATE
                                || type == Descriptor.TSS_AVAILABLE
                                || type == Descriptor.TSS16_AVAILABLE;
        boolean isGate = (type & 4) != 0;
        int dpl = Descriptor.dpl(descriptor);
        if (!known || !isGate && (selector & 4) != 0 || dpl < cpu.cpl || dpl < (selector & 3)) {
            throw tables.fault(ExceptionVector.GP, selector);
        }
        long upper = 0;
        if (cpu.isLong()) {
            upper = upperGate(selector);
        }
        if (!Descriptor.isPresent(descriptor)) {
            throw tables.fault(ExceptionVector.NP, selector);
        }
        switch (type) {
            case Descriptor.CALL_GATE, Descriptor.CALL_GATE16 ->
                    gate(descriptor, upper, returnTo, call);
            case Descriptor.TASK_GATE -> task(Descriptor.gateSelector(descriptor), returnTo, call);
            default ->
                    cpu.taskSwitch.to(
                            selector,
                            descriptor,
                            call ? TaskSwitch.Kind.CALL : TaskSwitch.Kind.JUMP,
                            returnTo);
        }
    }

    /** The second half of a 64-bit gate, whose type field must be zero. */
    private long upperGate(int selector) {
        if (!tables.holds(selector, 16)) {
            throw tables.fault(ExceptionVector.GP, selector);
        }
        long upper = tables.readUpper(selector);
        if ((upper >>> 40 & 0x1F) != 0) {
            throw tables.fault(ExceptionVector.GP, selector);
        }
        return upper;
    }

    private void task(int selector, long returnTo, boolean call) {
        cpu.taskSwitch.throughGate(
                selector, call ? TaskSwitch.Kind.CALL : TaskSwitch.Kind.JUMP, returnTo);
    }

    private void gate(long gate, long upper, long returnTo, boolean call) {
        int selector = Descriptor.gateSelector(gate);
        if (DescriptorTables.isNull(selector)) {
            throw tables.fault(ExceptionVector.GP, 0);
        }
        long descriptor = tables.fetch(selector, ExceptionVector.GP);
        int dpl = Descriptor.dpl(descriptor);
        boolean conforming = Descriptor.isConforming(descriptor);
        boolean allowed =
                Descriptor.isCode(descriptor)
                        && (call || conforming ? dpl <= cpu.cpl : dpl == cpu.cpl);
        if (allowed && cpu.isLong()) {
            allowed = Descriptor.isLong(descriptor) && !Descriptor.isBig(descriptor);
        }
        if (!allowed) {
            throw tables.fault(ExceptionVector.GP, selector);
        }
        if (!Descriptor.isPresent(descriptor)) {
            throw tables.fault(ExceptionVector.NP, selector);
        }
        long target = Descriptor.gateOffset(gate) | upper << 32;
        if (call && !conforming && dpl < cpu.cpl) {
            callInner(gate, selector, descriptor, target, returnTo);
            return;
        }
        if (call) {
            int bytes = gateBytes(gate);
            stack.current();
            stack.push(cpu.segments.selector[Segments.CS], bytes);
            stack.push(returnTo, bytes);
        }
        checkTarget(descriptor, target);
        loader.setCode(selector, descriptor, cpu.cpl);
        if (call) {
            stack.commit();
        }
        arrive(target);
    }

    private int gateBytes(long gate) {
        return cpu.isLong() ? 8 : Descriptor.isGate32(gate) ? 4 : 2;
    }

    private void callInner(long gate, int selector, long descriptor, long target, long returnTo) {
        int cpl = Descriptor.dpl(descriptor);
        int bytes = gateBytes(gate);
        int oldStack = cpu.segments.selector[Segments.SS];
        long oldPointer = Raw.getLong(cpu.state + State.gpr(4));
        int count = 0;
        int newStack = cpl;
        long stackDescriptor = 0;
        if (cpu.isLong()) {
            long rsp = cpu.task.rsp(cpl);
            stack.flat(rsp, cpl);
        } else {
            newStack = cpu.task.innerSelector(cpl);
            long pointer = cpu.task.innerPointer(cpl);
            if (DescriptorTables.isNull(newStack)) {
                throw tables.fault(ExceptionVector.TS, 0);
            }
            stackDescriptor = loader.stackDescriptor(newStack, cpl, ExceptionVector.TS);
            count = Descriptor.gateParameters(gate);
            stack.current();
            for (int i = 0; i < count; i++) {
                parameters[i] = stack.peek((long) i * bytes, bytes);
            }
            stack.inner(newStack, stackDescriptor, pointer);
        }
        stack.push(oldStack, bytes);
        stack.push(oldPointer, bytes);
        for (int i = count - 1; i >= 0; i--) {
            stack.push(parameters[i], bytes);
        }
        stack.push(cpu.segments.selector[Segments.CS], bytes);
        stack.push(returnTo, bytes);
        checkTarget(descriptor, target);
        long code = tables.access(selector, descriptor);
        if (cpu.isLong()) {
            loader.setNullStack(newStack, cpl);
        } else {
            loader.set(Segments.SS, newStack, tables.access(newStack, stackDescriptor));
        }
        loader.setCode(selector, code, cpl);
        stack.commit();
        arrive(target);
    }
}
