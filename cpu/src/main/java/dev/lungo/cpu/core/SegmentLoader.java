package dev.lungo.cpu.core;

import dev.lungo.isa.ExceptionVector;

/**
 * Loads segment registers, with the checks that each mode makes. SDM 2B, "MOV—Move"; SDM 3A,
 * "Privilege Level Checking When Accessing Data Segments" and "... When Loading the SS Register".
 *
 * <p>The mode bits are the caller's affair: {@code Processor.updateMode} after ES to DS and CS.
 */
public final class SegmentLoader {
    /** A present, writable, accessed segment of DPL 3. */
    private static final int VM86_ACCESS = Segments.REAL_ACCESS | 3 << Segments.DPL_SHIFT;

    private final Processor cpu;
    private final Segments segments;
    private final DescriptorTables tables;

    SegmentLoader(Processor cpu) {
        this.cpu = cpu;
        this.segments = cpu.segments;
        this.tables = cpu.tables;
    }

    /** What MOV, POP and LDS to LSS do to ES, SS, DS, FS and GS in whatever mode this is. */
    public void load(int segment, int selector) {
        if (cpu.isReal()) {
            loadReal(segment, selector);
        } else if (cpu.isVm86()) {
            loadVm86(segment, selector);
        } else if (segment == Segments.SS) {
            loadStack(selector);
        } else {
            loadData(segment, selector, ExceptionVector.GP);
        }
    }

    /** Limit and size stay what they were: SDM 3A, "Real-Address Mode", and the "unreal" one. */
    void loadReal(int segment, int selector) {
        int access = segments.access[segment];
        boolean usable = (access & Segments.PRESENT) != 0;
        segments.set(
                segment,
                selector,
                (selector & 0xFFFFL) << 4,
                usable ? segments.limit[segment] : 0xFFFF,
                (usable ? access & ~Segments.RIGHTS : 0) | Segments.REAL_ACCESS);
    }

    void loadVm86(int segment, int selector) {
        segments.set(segment, selector, (selector & 0xFFFFL) << 4, 0xFFFF, VM86_ACCESS);
    }

    private void loadStack(int selector) {
        int cpl = cpu.cpl;
        if (DescriptorTables.isNull(selector)) {
            if (!cpu.is64() || cpl == 3 || (selector & 3) != cpl) {
                throw tables.fault(ExceptionVector.GP, 0);
            }
            setNullStack(selector, cpl);
            return;
        }
        long descriptor = stackDescriptor(selector, cpl, ExceptionVector.GP);
        set(Segments.SS, selector, tables.access(selector, descriptor));
    }

    /** SS as 64-bit mode may have it: no segment, but a privilege level. */
    void setNullStack(int selector, int cpl) {
        segments.set(Segments.SS, selector, 0, 0, cpl << Segments.DPL_SHIFT);
    }

    /**
     * The descriptor of a stack segment for a privilege level; the selector is not null.
     *
     * @param vector what is raised, with the selector, if it will not do; #SS if it is not present
     */
    long stackDescriptor(int selector, int cpl, ExceptionVector vector) {
        long descriptor = tables.fetch(selector, vector);
        if ((selector & 3) != cpl
                || !Descriptor.isWritableData(descriptor)
                || Descriptor.dpl(descriptor) != cpl) {
            throw tables.fault(vector, selector);
        }
        if (!Descriptor.isPresent(descriptor)) {
            throw tables.fault(ExceptionVector.SS, selector);
        }
        return descriptor;
    }

    /** ES, DS, FS or GS. {@code vector} is #GP, or in a task switch #TS. */
    void loadData(int segment, int selector, ExceptionVector vector) {
        if (DescriptorTables.isNull(selector)) {
            setNull(segment, selector);
            return;
        }
        long descriptor = tables.fetch(selector, vector);
        int dpl = Descriptor.dpl(descriptor);
        if (!Descriptor.isReadable(descriptor)
                || !Descriptor.isConforming(descriptor)
                        && (dpl < (selector & 3) || dpl < cpu.cpl)) {
            throw tables.fault(vector, selector);
        }
        if (!Descriptor.isPresent(descriptor)) {
            throw tables.fault(ExceptionVector.NP, selector);
        }
        set(segment, selector, tables.access(selector, descriptor));
    }

    void set(int segment, int selector, long descriptor) {
        segments.set(
                segment,
                selector,
                Descriptor.base(descriptor),
                Descriptor.limit(descriptor),
                Descriptor.access(descriptor));
    }

    /** No segment: every access outside of 64-bit mode faults. */
    void setNull(int segment, int selector) {
        segments.set(segment, selector, 0, 0, 0);
    }

    /** CS, whose RPL becomes the privilege level. */
    void setCode(int selector, long descriptor, int cpl) {
        boolean moved =
                segments.base(Segments.CS) != Descriptor.base(descriptor)
                        || segments.limit[Segments.CS] != Descriptor.limit(descriptor);
        if (moved && !cpu.isLong()) {
            cpu.code.translationsChanged(); // remembered ways between blocks are offsets into CS
        }
        set(Segments.CS, selector & 0xFFFC | cpl, tables.access(selector, descriptor));
        cpu.cpl = cpl;
    }

    /**
     * Return to an outer level: data segments that it may not use become null. SDM 2B, "RET—Return
     * From Procedure".
     */
    void forgetInnerSegments() {
        forgetInner(Segments.ES);
        forgetInner(Segments.DS);
        forgetInner(Segments.FS);
        forgetInner(Segments.GS);
    }

    private void forgetInner(int segment) {
        int access = segments.access[segment];
        int conforming = Segments.CODE | Segments.EXPAND_DOWN;
        boolean inner = (access >> Segments.DPL_SHIFT & 3) < cpu.cpl;
        if ((access & Segments.PRESENT) != 0 && inner && (access & conforming) != conforming) {
            segments.set(
                    segment,
                    0,
                    segments.base(segment),
                    segments.limit[segment],
                    access & ~Segments.PRESENT);
        }
    }

    // LDTR and TR.

    /** LLDT. SDM 2A, "LLDT—Load Local Descriptor Table Register". */
    public void loadLdt(int selector, ExceptionVector vector) {
        if (DescriptorTables.isNull(selector)) {
            segments.set(Segments.LDTR, selector, 0, 0, 0);
            return;
        }
        long descriptor = systemDescriptor(selector, vector);
        if (Descriptor.type(descriptor) != Descriptor.LDT) {
            throw tables.fault(vector, selector);
        }
        if (!Descriptor.isPresent(descriptor)) {
            throw tables.fault(
                    vector == ExceptionVector.GP ? ExceptionVector.NP : vector, selector);
        }
        long base = systemBase(selector, descriptor);
        set(Segments.LDTR, selector, descriptor);
        segments.setBase(Segments.LDTR, base);
    }

    /** LTR. SDM 2A, "LTR—Load Task Register". */
    public void loadTask(int selector) {
        if (DescriptorTables.isNull(selector)) {
            throw tables.fault(ExceptionVector.GP, 0);
        }
        long descriptor = systemDescriptor(selector, ExceptionVector.GP);
        int type = Descriptor.type(descriptor);
        if (type != Descriptor.TSS_AVAILABLE
                && (cpu.isLong() || type != Descriptor.TSS16_AVAILABLE)) {
            throw tables.fault(ExceptionVector.GP, selector);
        }
        if (!Descriptor.isPresent(descriptor)) {
            throw tables.fault(ExceptionVector.NP, selector);
        }
        long base = systemBase(selector, descriptor);
        tables.setBusy(selector, true);
        setTask(selector, descriptor, base);
    }

    void setTask(int selector, long descriptor, long base) {
        set(Segments.TR, selector, descriptor | Descriptor.BUSY);
        segments.setBase(Segments.TR, base);
    }

    /** A system segment's descriptor, which only the GDT may have; of 16 bytes in IA-32e mode. */
    private long systemDescriptor(int selector, ExceptionVector vector) {
        if ((selector & 4) != 0 || !tables.holds(selector, cpu.isLong() ? 16 : 8)) {
            throw tables.fault(vector, selector);
        }
        long descriptor = tables.read(selector);
        if (!Descriptor.isSystem(descriptor)) {
            throw tables.fault(vector, selector);
        }
        return descriptor;
    }

    private long systemBase(int selector, long descriptor) {
        long low = Descriptor.base(descriptor);
        if (!cpu.isLong()) {
            return low;
        }
        long base = low | tables.readUpper(selector) << 32;
        if (!cpu.isCanonicalBase(base)) {
            throw tables.fault(ExceptionVector.GP, selector);
        }
        return base;
    }
}
