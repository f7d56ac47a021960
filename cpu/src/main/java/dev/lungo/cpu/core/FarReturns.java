package dev.lungo.cpu.core;

import dev.lungo.isa.ExceptionVector;

/** Far RET. SDM 2B, "RET—Return From Procedure". */
public final class FarReturns {
    private final Processor cpu;
    private final DescriptorTables tables;
    private final SegmentLoader loader;
    private final StackFrame stack;

    FarReturns(Processor cpu) {
        this.cpu = cpu;
        this.tables = cpu.tables;
        this.loader = cpu.loader;
        this.stack = cpu.stack;
    }

    /**
     * RET far.
     *
     * @param bytes the operand size
     * @param release how many bytes of parameters to take off the stack, both stacks if they change
     */
    public void far(int bytes, int release) {
        stack.current();
        long offset = stack.pop(bytes);
        int selector = (int) stack.pop(bytes) & 0xFFFF;
        stack.skip(release);
        if (!cpu.isProtected()) {
            outsideProtection(selector, offset);
            return;
        }
        long descriptor = returnCode(selector);
        int cpl = selector & 3;
        if (cpl == cpu.cpl) {
            cpu.farJumps.checkTarget(descriptor, offset);
            loader.setCode(selector, descriptor, cpl);
            stack.commit();
        } else {
            long pointer = stack.pop(bytes);
            int newStack = (int) stack.pop(bytes) & 0xFFFF;
            long stackDescriptor = returnStack(newStack, descriptor, cpl);
            cpu.farJumps.checkTarget(descriptor, offset);
            loader.setCode(selector, descriptor, cpl);
            setStack(newStack, stackDescriptor, pointer, release);
            loader.forgetInnerSegments();
        }
        arrive(offset);
    }

    private void outsideProtection(int selector, long offset) {
        long limit = cpu.isReal() ? cpu.segments.limit[Segments.CS] & 0xFFFF_FFFFL : 0xFFFF;
        if (offset > limit) {
            throw cpu.fault(ExceptionVector.GP, 0);
        }
        if (cpu.isReal()) {
            loader.loadReal(Segments.CS, selector);
        } else {
            loader.loadVm86(Segments.CS, selector);
        }
        stack.commit();
        arrive(offset);
    }

    private void arrive(long rip) {
        cpu.setRip(rip);
        cpu.updateMode();
        cpu.resume();
    }

    /** The descriptor of a code segment that is returned to. */
    long returnCode(int selector) {
        if (DescriptorTables.isNull(selector)) {
            throw tables.fault(ExceptionVector.GP, 0);
        }
        long descriptor = tables.fetch(selector, ExceptionVector.GP);
        int rpl = selector & 3;
        int dpl = Descriptor.dpl(descriptor);
        boolean allowed =
                Descriptor.isCode(descriptor)
                        && rpl >= cpu.cpl
                        && (Descriptor.isConforming(descriptor) ? dpl <= rpl : dpl == rpl);
        boolean bothSizes =
                cpu.isLong() && Descriptor.isLong(descriptor) && Descriptor.isBig(descriptor);
        if (!allowed || bothSizes) {
            throw tables.fault(ExceptionVector.GP, selector);
        }
        if (!Descriptor.isPresent(descriptor)) {
            throw tables.fault(ExceptionVector.NP, selector);
        }
        return descriptor;
    }

    /** The descriptor of the stack segment that belongs to it; 0 for null, where that may be. */
    long returnStack(int selector, long code, int cpl) {
        if (DescriptorTables.isNull(selector)) {
            boolean to64 = cpu.isLong() && Descriptor.isLong(code);
            if (!to64 || cpl == 3 || (selector & 3) != cpl) {
                throw tables.fault(ExceptionVector.GP, 0);
            }
            return 0;
        }
        return loader.stackDescriptor(selector, cpl, ExceptionVector.GP);
    }

    /** SS and as much of RSP as it says; CS has been set. */
    void setStack(int selector, long descriptor, long pointer, int release) {
        boolean to64 = cpu.isLong() && (cpu.segments.access[Segments.CS] & Segments.LONG) != 0;
        long mask = to64 ? -1 : Descriptor.isBig(descriptor) ? 0xFFFF_FFFFL : 0xFFFF;
        if (descriptor == 0) {
            loader.setNullStack(selector, cpu.cpl);
        } else {
            loader.set(Segments.SS, selector, tables.access(selector, descriptor));
        }
        StackFrame.setPointer(cpu, pointer + release & mask, mask);
    }
}
