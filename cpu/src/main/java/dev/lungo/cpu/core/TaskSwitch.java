package dev.lungo.cpu.core;

import dev.lungo.host.Raw;
import dev.lungo.isa.Cr0;
import dev.lungo.isa.Dr7;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.Rflags;

/**
 * Switches of tasks outside of IA-32e mode. SDM 3A, "Task Switching" and "Exception Conditions
 * Checked During a Task Switch" (table 8-1).
 *
 * <p>Up to the commit point a fault leaves the old task as it was. From there on the new task runs,
 * and what is wrong with it faults in its own context, before its first instruction: such faults
 * are {@link GuestFault#settled}.
 */
public final class TaskSwitch {
    /** What starts a switch, which decides about busy bits, NT and the link between tasks. */
    enum Kind {
        JUMP,
        CALL,
        EVENT,
        RETURN;

        boolean leavesOldTask() {
            return this == JUMP || this == RETURN;
        }

        boolean nests() {
            return this == CALL || this == EVENT;
        }
    }

    /** The order of segment registers in a TSS. */
    private static final int SEGMENTS = 6;

    // A 32-bit TSS.
    private static final int CR3 = 0x1C;
    private static final int EIP = 0x20;
    private static final int EFLAGS = 0x24;
    private static final int REGISTERS = 0x28;
    private static final int SELECTORS = 0x48;
    private static final int LDT = 0x60;
    private static final int TRAP = 0x64;
    private static final int LIMIT = 0x67;

    // A 16-bit TSS, which has neither FS nor GS.
    private static final int IP = 0x0E;
    private static final int FLAGS = 0x10;
    private static final int REGISTERS16 = 0x12;
    private static final int SELECTORS16 = 0x22;
    private static final int LDT16 = 0x2A;
    private static final int LIMIT16 = 0x2B;

    private final Processor cpu;
    private final SystemRegisters system;
    private final Segments segments;
    private final DescriptorTables tables;
    private final SegmentLoader loader;

    // What has been read of the new task's TSS.
    private final long[] registers = new long[8];
    private final int[] selectors = new int[SEGMENTS];
    private long cr3;
    private long rip;
    private long flags;
    private int ldt;
    private boolean trap;

    TaskSwitch(Processor cpu) {
        this.cpu = cpu;
        this.system = cpu.system;
        this.segments = cpu.segments;
        this.tables = cpu.tables;
        this.loader = cpu.loader;
    }

    /** JMP or CALL to an available TSS, whose descriptor has been checked. */
    void to(int selector, long descriptor, Kind kind, long returnTo) {
        switchTask(selector, descriptor, kind, returnTo, cpu.flags.read());
    }

    /** JMP or CALL through a task gate that names this TSS. */
    void throughGate(int selector, Kind kind, long returnTo) {
        switchTask(selector, available(selector), kind, returnTo, cpu.flags.read());
    }

    /** An interrupt or exception, through a task gate of the IDT. */
    void event(int selector, long returnTo, long image, boolean hasCode, int code) {
        long descriptor = available(selector);
        switchTask(selector, descriptor, Kind.EVENT, returnTo, image);
        if (!hasCode) {
            return;
        }
        try {
            cpu.stack.current();
            cpu.stack.push(code, Descriptor.isGate32(descriptor) ? 4 : 2);
            cpu.stack.commit();
        } catch (GuestFault fault) {
            fault.settled = true;
            throw fault;
        }
    }

    private long available(int selector) {
        if ((selector & 4) != 0) {
            throw tables.fault(ExceptionVector.GP, selector);
        }
        long descriptor = tables.fetch(selector, ExceptionVector.GP);
        int type = Descriptor.type(descriptor);
        boolean isAvailable =
                type == Descriptor.TSS_AVAILABLE || type == Descriptor.TSS16_AVAILABLE;
        if (!Descriptor.isSystem(descriptor) || !isAvailable) {
            throw tables.fault(ExceptionVector.GP, selector);
        }
        if (!Descriptor.isPresent(descriptor)) {
            throw tables.fault(ExceptionVector.NP, selector);
        }
        return descriptor;
    }

    /** IRET of a nested task: back to the one that its TSS links to. */
    void back(long returnTo) {
        int selector = (int) cpu.mmu.loadSystem(segments.base(Segments.TR), 2);
        if ((selector & 4) != 0 || DescriptorTables.isNull(selector)) {
            throw tables.fault(ExceptionVector.TS, selector);
        }
        long descriptor = tables.fetch(selector, ExceptionVector.TS);
        int type = Descriptor.type(descriptor);
        boolean isBusy = type == Descriptor.TSS_BUSY || type == Descriptor.TSS16_BUSY;
        if (!Descriptor.isSystem(descriptor) || !isBusy) {
            throw tables.fault(ExceptionVector.TS, selector);
        }
        if (!Descriptor.isPresent(descriptor)) {
            throw tables.fault(ExceptionVector.NP, selector);
        }
        switchTask(selector, descriptor, Kind.RETURN, returnTo, cpu.flags.read() & ~Rflags.NT);
    }

    private void switchTask(
            int selector, long descriptor, Kind kind, long returnTo, long oldFlags) {
        boolean is32 = Descriptor.isGate32(descriptor);
        long limit = Descriptor.limit(descriptor) & 0xFFFF_FFFFL;
        if (limit < (is32 ? LIMIT : LIMIT16)) {
            throw tables.fault(ExceptionVector.TS, selector);
        }
        long base = Descriptor.base(descriptor);
        read(base, is32);
        int oldSelector = segments.selector[Segments.TR];
        save(returnTo, oldFlags);
        if (kind.nests()) {
            store(base, 2, oldSelector);
        }
        if (kind.leavesOldTask() && !DescriptorTables.isNull(oldSelector)) {
            tables.setBusy(oldSelector, false);
        }
        if (kind != Kind.RETURN) {
            tables.setBusy(selector, true);
        }
        loader.setTask(selector, descriptor, base);
        commit(is32, kind);
        try {
            qualify();
        } catch (GuestFault fault) {
            cpu.updateMode();
            fault.settled = true;
            throw fault;
        }
    }

    // The old task.

    private long load(long at, int bytes) {
        return cpu.mmu.loadSystem(at, bytes);
    }

    private void store(long at, int bytes, long value) {
        cpu.mmu.storeSystem(at, bytes, value);
    }

    private void save(long returnTo, long oldFlags) {
        boolean is32 = (segments.access[Segments.TR] & 8) != 0;
        long base = segments.base(Segments.TR);
        int needed = is32 ? LIMIT : LIMIT16;
        if ((segments.limit[Segments.TR] & 0xFFFF_FFFFL) < needed) {
            throw tables.fault(ExceptionVector.TS, segments.selector[Segments.TR]);
        }
        // Both pages that it may lie on must take the stores that follow.
        store(base, 1, load(base, 1));
        store(base + needed, 1, load(base + needed, 1));
        int bytes = is32 ? 4 : 2;
        store(base + (is32 ? EIP : IP), bytes, returnTo);
        store(base + (is32 ? EFLAGS : FLAGS), bytes, oldFlags);
        for (int i = 0; i < 8; i++) {
            long at = base + (is32 ? REGISTERS : REGISTERS16) + (long) i * bytes;
            store(at, bytes, Raw.getLong(cpu.state + State.gpr(i)));
        }
        for (int i = 0; i < (is32 ? SEGMENTS : 4); i++) {
            store(
                    base + (is32 ? SELECTORS : SELECTORS16) + (long) i * bytes,
                    2,
                    segments.selector[i]);
        }
    }

    // The new task.

    private void read(long base, boolean is32) {
        int bytes = is32 ? 4 : 2;
        rip = load(base + (is32 ? EIP : IP), bytes);
        flags = load(base + (is32 ? EFLAGS : FLAGS), bytes);
        for (int i = 0; i < 8; i++) {
            long value = load(base + (is32 ? REGISTERS : REGISTERS16) + (long) i * bytes, bytes);
            // The upper halves after a switch to a 16-bit task are undefined; these are a 386's.
            registers[i] = is32 ? value : value | 0xFFFF_0000L;
        }
        for (int i = 0; i < SEGMENTS; i++) {
            boolean exists = is32 || i < 4;
            long at = base + (is32 ? SELECTORS : SELECTORS16) + (long) i * bytes;
            selectors[i] = exists ? (int) load(at, 2) : 0;
        }
        ldt = (int) load(base + (is32 ? LDT : LDT16), 2);
        cr3 = is32 ? load(base + CR3, 4) : system.cr3;
        trap = is32 && (load(base + TRAP, 2) & 1) != 0;
    }

    /** From here on it is the new task that runs. */
    private void commit(boolean is32, Kind kind) {
        if (is32 && (system.cr0 & Cr0.PG) != 0) {
            cpu.control.setCr3(cr3);
        }
        system.cr0 |= Cr0.TS;
        for (int i = 0; i < 8; i++) {
            Raw.putLong(cpu.state + State.gpr(i), registers[i]);
        }
        long newFlags = kind.nests() ? flags | Rflags.NT : flags;
        cpu.flags.write(newFlags, Rflags.DEFINED);
        cpu.setRip(rip);
        for (int i = 0; i < SEGMENTS; i++) {
            loader.setNull(i, selectors[i]);
        }
        segments.set(Segments.LDTR, ldt, 0, 0, 0);
        system.debug[7] &= ~(Dr7.L0 | Dr7.L1 | Dr7.L2 | Dr7.L3 | Dr7.LE);
        // A fault before SS is loaded had better find a stack of its own: so this is level 3.
        cpu.cpl = 3;
        cpu.awaken();
        cpu.debug.taskSwitched(trap);
        cpu.resume();
    }

    /** Loads the segment registers of the new task. */
    private void qualify() {
        loader.loadLdt(ldt, ExceptionVector.TS);
        if (cpu.isVm86()) {
            for (int i = 0; i < SEGMENTS; i++) {
                loader.loadVm86(i, selectors[i]);
            }
        } else {
            loadCodeAndStack();
            loader.loadData(Segments.ES, selectors[Segments.ES], ExceptionVector.TS);
            loader.loadData(Segments.DS, selectors[Segments.DS], ExceptionVector.TS);
            loader.loadData(Segments.FS, selectors[Segments.FS], ExceptionVector.TS);
            loader.loadData(Segments.GS, selectors[Segments.GS], ExceptionVector.TS);
        }
        cpu.updateMode();
        if (rip > (segments.limit[Segments.CS] & 0xFFFF_FFFFL)) {
            throw tables.fault(ExceptionVector.GP, 0);
        }
    }

    private void loadCodeAndStack() {
        int selector = selectors[Segments.CS];
        int cpl = selector & 3;
        if (DescriptorTables.isNull(selector)) {
            throw tables.fault(ExceptionVector.TS, 0);
        }
        long code = tables.fetch(selector, ExceptionVector.TS);
        int dpl = Descriptor.dpl(code);
        boolean allowed =
                Descriptor.isCode(code)
                        && (Descriptor.isConforming(code) ? dpl <= cpl : dpl == cpl);
        if (!allowed) {
            throw tables.fault(ExceptionVector.TS, selector);
        }
        if (!Descriptor.isPresent(code)) {
            throw tables.fault(ExceptionVector.NP, selector);
        }
        int stackSelector = selectors[Segments.SS];
        if (DescriptorTables.isNull(stackSelector)) {
            throw tables.fault(ExceptionVector.TS, 0);
        }
        long stack = loader.stackDescriptor(stackSelector, cpl, ExceptionVector.TS);
        loader.setCode(selector, code, cpl);
        loader.set(Segments.SS, stackSelector, tables.access(stackSelector, stack));
    }
}
