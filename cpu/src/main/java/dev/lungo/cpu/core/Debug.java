package dev.lungo.cpu.core;

import dev.lungo.host.Raw;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Dr6;
import dev.lungo.isa.Dr7;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.Rflags;

/**
 * Debug registers, single-stepping, and what else happens only between two instructions. SDM 3B,
 * "Debug Registers" and "Debug Exceptions".
 *
 * <p>While anything here is in use, {@link Pending#STEP} has the interpreter run instructions one
 * by one, with {@link #beforeInstruction} and {@link #afterInstruction} around each. For stepping
 * by branches, a branch to the next instruction is none. Left out: last-branch records, RTM and
 * bus-lock detection.
 */
public final class Debug {
    /** Bits of DR7 that can be set. */
    private static final long DR7_WRITABLE = 0xFFFF_23FFL;

    // IA32_DEBUGCTL
    private static final long LBR = 1;
    private static final long BTF = 1 << 1;

    private static final long BREAKPOINTS = Dr6.B0 | Dr6.B1 | Dr6.B2 | Dr6.B3;

    private final Processor cpu;
    private final long[] registers;

    // Which kinds of breakpoint DR7 enables.
    private boolean code;
    private boolean data;
    private boolean ports;

    // Of the instruction that is running.
    private boolean stepping;
    private boolean resumed;
    private boolean flagsLoaded;
    private boolean unfinished;

    /** The breakpoints that its accesses have hit. */
    private long hits;

    /** It was MOV SS or POP SS: no debug exception before the next one has run. */
    private boolean inhibited;

    /** DR6 bits of a trap that comes before the next instruction. */
    private long imminent;

    Debug(Processor cpu) {
        this.cpu = cpu;
        this.registers = cpu.system.debug;
    }

    void reset() {
        for (int i = 0; i < 4; i++) {
            registers[i] = 0;
        }
        registers[6] = Dr6.FIXED;
        registers[7] = Dr7.FIXED;
        inhibited = false;
        imminent = 0;
        registersChanged();
    }

    // The registers.

    /**
     * What MOV to and from a debug register checks: DR4 and DR5 are DR6 and DR7 unless CR4.DE is
     * set, and none may be touched while DR7.GD is set.
     *
     * @return the register's own number
     * @throws GuestFault #UD, #GP(0) or #DB
     */
    public int checkAccess(int number) {
        boolean alias = number == 4 || number == 5;
        if (alias && (cpu.system.cr4 & Cr4.DE) != 0) {
            throw cpu.fault(ExceptionVector.UD, 0);
        }
        if (cpu.cpl != 0) {
            throw cpu.fault(ExceptionVector.GP, 0);
        }
        if ((registers[7] & Dr7.GD) != 0) {
            throw trap(Dr6.BD);
        }
        return alias ? number + 2 : number;
    }

    public long read(int number) {
        return registers[number];
    }

    /**
     * Sets a debug register, as far as its bits can be set.
     *
     * @param number as {@link #checkAccess} returned it
     * @throws GuestFault #GP(0) if upper bits of DR6 or DR7 are set
     */
    public void write(int number, long value) {
        if (number >= 6 && value >>> 32 != 0) {
            throw cpu.fault(ExceptionVector.GP, 0);
        }
        registers[number] =
                switch (number) {
                    case 6 -> value & Dr6.WRITABLE | Dr6.FIXED;
                    case 7 -> value & DR7_WRITABLE | Dr7.FIXED;
                    default -> value;
                };
        registersChanged();
    }

    /** To be called when DR7 has been set by other means than {@link #write}. */
    void registersChanged() {
        long dr7 = registers[7];
        code = false;
        data = false;
        ports = false;
        for (int n = 0; n < 4; n++) {
            if (Dr7.enabled(dr7, n)) {
                int condition = Dr7.condition(dr7, n);
                code |= condition == Dr7.EXECUTE;
                ports |= condition == Dr7.IO;
                data |= condition == Dr7.WRITE || condition == Dr7.READ_WRITE;
            }
        }
        cpu.updateMode();
        updateStepping();
    }

    /** Has instructions run one by one if anything here, or RFLAGS.TF or RF, asks for it. */
    public void updateStepping() {
        boolean wanted =
                code
                        || data
                        || ports
                        || imminent != 0
                        || cpu.tracing
                        || cpu.flags.has(Rflags.TF | Rflags.RF);
        boolean set = (Raw.getIntOpaque(cpu.state + State.PENDING) & Pending.STEP) != 0;
        if (wanted != set) {
            if (wanted) {
                cpu.raise(Pending.STEP);
            } else {
                cpu.lower(Pending.STEP);
            }
        }
    }

    // Accesses.

    /** Any enabled data breakpoint: the TLB must not answer. */
    boolean hasDataBreakpoints() {
        return data;
    }

    /** An access is about to be made on one page; {@code access} as {@link PageWalker} has it. */
    void watch(long linear, int bytes, int access) {
        if (data && access != PageWalker.EXECUTE) {
            hits |= matches(linear, bytes, access == PageWalker.WRITE ? Dr7.WRITE : -1);
            hits |= matches(linear, bytes, Dr7.READ_WRITE);
        }
    }

    /** A port access is about to be made. */
    public void watchPort(int port, int bytes) {
        if (ports && (cpu.system.cr4 & Cr4.DE) != 0) {
            hits |= matches(port, bytes, Dr7.IO);
        }
    }

    /** The breakpoints of a condition that some of these bytes hit, if one that does is enabled. */
    private long matches(long at, int bytes, int condition) {
        long dr7 = registers[7];
        long found = 0;
        for (int n = 0; n < 4; n++) {
            if (Dr7.enabled(dr7, n) && Dr7.condition(dr7, n) == condition) {
                long length = Dr7.bytes(dr7, n);
                long first = registers[n] & -length;
                if (first < at + bytes && at < first + length) {
                    found |= 1L << n;
                }
            }
        }
        return found;
    }

    // Around instructions.

    /** Instruction breakpoints (#DB as a fault), and RFLAGS.RF. */
    void beforeInstruction() {
        if (imminent != 0) {
            long cause = imminent;
            imminent = 0;
            throw trap(cause);
        }
        boolean shielded = inhibited;
        inhibited = false;
        stepping = cpu.flags.has(Rflags.TF);
        resumed = cpu.flags.has(Rflags.RF);
        flagsLoaded = false;
        unfinished = false;
        if (shielded) {
            return;
        }
        hits = 0;
        if (code && !resumed) {
            long found = matches(cpu.linearIp(), 1, Dr7.EXECUTE);
            if (found != 0) {
                throw trap(found);
            }
        }
    }

    /**
     * Single-step and data breakpoints (#DB as a trap).
     *
     * @param branched the next instruction is not the one behind it
     */
    void afterInstruction(boolean branched) {
        if (unfinished) { // its own breakpoint is not to stop it again
            cpu.flags.change(0, Rflags.RF);
            updateStepping();
        } else if (resumed && !flagsLoaded) {
            cpu.flags.change(Rflags.RF, 0);
            updateStepping();
        }
        if (inhibited) {
            return;
        }
        boolean byBranches = (cpu.system.debugctl & BTF) != 0;
        boolean stepped = stepping && (branched || !byBranches);
        long cause = hits | (stepped ? Dr6.BS : 0);
        hits = 0;
        stepping = false;
        if (cause != 0) {
            throw trap(cause);
        }
    }

    private GuestFault trap(long cause) {
        registers[6] = registers[6] & ~BREAKPOINTS | cause;
        return cpu.fault(ExceptionVector.DB, 0);
    }

    // What instructions ask and tell.

    /** Whether each iteration of a repeated string instruction may be followed by a trap. */
    public boolean separatesIterations() {
        return stepping || data;
    }

    /** A repeated string instruction has stopped before its end. */
    void repetitionLeft() {
        unfinished = true;
    }

    /** MOV SS or POP SS has run: interrupts and debug exceptions wait for one more instruction. */
    public void stackSegmentLoaded() {
        inhibited = true;
        cpu.raise(Pending.SHADOW);
    }

    /** IRET or a task switch has loaded RFLAGS with RF. */
    void flagsLoaded() {
        flagsLoaded = true;
        updateStepping();
    }

    /** SYSCALL and SYSRET: single-stepping follows the new RFLAGS.TF at once. */
    public void flagsReplaced() {
        if (cpu.flags.has(Rflags.TF)) {
            stepping = false;
            imminent |= Dr6.BS;
        } else {
            stepping = false;
        }
        flagsLoaded = true;
        updateStepping();
    }

    /**
     * Another task's RFLAGS are loaded, and DR7 has changed.
     *
     * @param trap the T flag of its task-state segment: #DB before its first instruction
     */
    void taskSwitched(boolean trap) {
        stepping = false;
        inhibited = false;
        hits = 0;
        flagsLoaded = true;
        imminent = trap ? Dr6.BT : 0;
        registersChanged();
    }

    /**
     * The handler of an interrupt or exception is next.
     *
     * @param byInstruction INT n, INT3 or INTO, which data breakpoints that MOV SS has hit outlive
     */
    void eventDelivered(boolean byInstruction) {
        stepping = false;
        hits = byInstruction ? hits : 0;
        inhibited = false;
        flagsLoaded = true;
        updateStepping();
    }

    /** #DB has been delivered: its handler may touch the debug registers. */
    void handlerEntered() {
        registers[7] &= ~Dr7.GD;
        cpu.system.debugctl &= ~(LBR | BTF);
    }
}
