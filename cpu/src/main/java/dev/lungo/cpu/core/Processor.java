package dev.lungo.cpu.core;

import dev.lungo.cpu.block.Block;
import dev.lungo.cpu.block.Code;
import dev.lungo.cpu.block.CodeCache;
import dev.lungo.cpu.fp.FloatEnv;
import dev.lungo.host.HostClock;
import dev.lungo.host.HostMemory;
import dev.lungo.host.Raw;
import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Efer;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Rflags;
import dev.lungo.machine.Clock;
import dev.lungo.machine.CoprocessorError;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuSetup;
import dev.lungo.machine.LocalApic;
import dev.lungo.machine.PortBus;
import dev.lungo.machine.Tracer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One software processor: its registers and its parts, and what instructions ask of it.
 *
 * <p>It belongs to the thread that runs it. From others come only bits of {@link State#PENDING}.
 */
public final class Processor {
    /** So that no loop keeps the time from being looked at. */
    private static final int MOST_REPETITIONS = 64;

    /** Held so that its memory stays. */
    private final MemorySegment stateMemory = Arena.ofAuto().allocate(State.BYTES, 64);

    /** The host address of the off-heap state: see {@link State}. */
    public final long state = stateMemory.address();

    public final SystemRegisters system = new SystemRegisters();
    public final Segments segments = new Segments(this);
    public final Fpu fpu = new Fpu(this);
    public final PhysicalMemory memory;
    public final PageWalker walker;
    public final CodeCache code;
    final Inbox inbox;
    public final Mmu mmu;
    public final PortBus ports;
    public final LocalApic apic;
    public final Clock clock;
    final CoprocessorError coprocessorError;
    public final FlagsRegister flags = new FlagsRegister(this);
    public final DescriptorTables tables = new DescriptorTables(this);
    public final SegmentLoader loader = new SegmentLoader(this);
    public final TaskState task = new TaskState(this);
    public final StackFrame stack;
    public final TaskSwitch taskSwitch;
    public final FarJumps farJumps;
    public final FarReturns farReturns;
    public final InterruptReturn interruptReturn;
    public final Events events;
    public final Debug debug = new Debug(this);

    /** The environment in which SIMD floating-point instructions compute; MXCSR is the truth. */
    public final FloatEnv simd = new FloatEnv();

    /** What MXCSR was when {@link #simd} was made to agree with it. */
    public int simdMxcsr = -1;

    private final ProcessorReset processorReset;
    public final Tracer tracer;

    /** Whether the tracer wants to be told. */
    final boolean tracing;

    public final int index;

    /** How many processors the machine has. */
    public final int count;

    public final CpuModel model;
    public final ControlRegisters control;
    public final Msrs msrs;
    public final Cpuid cpuid;
    public final TimeStampCounter tsc = new TimeStampCounter(this);
    public final StateImage image = new StateImage(this);

    /** See there. */
    public Intercepts intercepts = Intercepts.NONE;

    /** See {@link Translation}. */
    public Translation nested = Translation.NONE;

    /** Ones but for bit 20 while A20 is masked. */
    long a20Mask = -1;

    /** What A20M# says; the mask follows. */
    volatile boolean a20Open = true;

    /** Current privilege level. */
    public int cpl;

    /** What CR2 becomes if the page fault being raised is delivered. */
    public long faultAddress;

    /** The block that is running, and where it leads if that is known already. */
    private @Nullable Block running;

    private @Nullable Block next;

    /** The translation that is running, if no block is. */
    private @Nullable Code translation;

    /** How often the running block may still {@link #repeat}. */
    private int repetitions;

    /** Whether the running block is to be run once more. */
    boolean repeats;

    private boolean linkWanted;
    private boolean linkBranch;

    /** Of the start-up IPI that is pending. */
    public volatile int startupVector;

    /** From delivery of an NMI to the next IRET. */
    public volatile boolean nmiBlocked;

    /** Held by who changes what NMIs are pending. */
    private final Object nmis = new Object();

    /** Counts changes of translations. */
    public long generation;

    /** After INIT, and an application processor's reset. */
    boolean waitingForStartup;

    private int mode;
    private final GuestFault fault = new GuestFault();

    public Processor(CpuSetup setup) {
        index = setup.index();
        count = setup.count();
        ports = setup.ports();
        apic = setup.apic();
        clock = setup.clock();
        coprocessorError = setup.coprocessorError();
        tracer = setup.tracer();
        tracing = !tracer.equals(Tracer.NONE);
        HostMemory ram = (HostMemory) setup.memory();
        memory = new PhysicalMemory(ram, setup.mmio(), apic);
        walker = new PageWalker(this, memory);
        inbox = new Inbox(this, ram.watch);
        describe(ram);
        code = new CodeCache(this, inbox.number, ram.watch);
        mmu = new Mmu(this, memory, walker, code, ram.watch);
        model =
                CpuModel.named(setup.model())
                        .orElseThrow(() -> new IllegalArgumentException(setup.model()));
        control = new ControlRegisters(this, model);
        msrs = new Msrs(this);
        cpuid = new Cpuid(this, model);
        stack = new StackFrame(this);
        taskSwitch = new TaskSwitch(this);
        farJumps = new FarJumps(this);
        farReturns = new FarReturns(this);
        interruptReturn = new InterruptReturn(this);
        events = new Events(this);
        processorReset = new ProcessorReset(this);
        reset();
        ram.onMove(inbox::moved);
    }

    /** To be called by every instruction that VMX or SVM can intercept: see {@link Intercepts}. */
    public void intercept(Instruction instruction, long detail) {
        intercepts.check(instruction, detail);
    }

    /** Does something to memory while no other processor runs: an access that is not atomic. */
    public boolean exclusively(BooleanSupplier access) {
        if (count == 1) {
            return access.getAsBoolean();
        }
        boolean[] result = new boolean[1];
        inbox.alone(() -> result[0] = access.getAsBoolean());
        return result[0];
    }

    // Exceptions.

    /** To be thrown. {@code errorCode} is 0 for a vector that has none. */
    public GuestFault fault(ExceptionVector vector, int errorCode) {
        fault.vector = vector;
        fault.errorCode = errorCode;
        fault.nonCanonical = false;
        fault.settled = false;
        fault.waits = false;
        return fault;
    }

    /** To be thrown by an instruction that an interrupt is to come before. */
    GuestFault waitForInterrupt() {
        fault(ExceptionVector.MF, 0);
        fault.waits = true;
        return fault;
    }

    GuestFault nonCanonicalFault() {
        fault(ExceptionVector.GP, 0);
        fault.nonCanonical = true;
        return fault;
    }

    // The instruction pointer.

    /** The instruction pointer at which the running block began. */
    public long rip() {
        return Raw.getLong(state + State.RIP);
    }

    public void setRip(long rip) {
        Raw.putLong(state + State.RIP, rip);
    }

    /** The linear address of the instruction pointer. */
    public long linearIp() {
        return Mode.is64(mode) ? rip() : wrapLinear(segments.base(Segments.CS) + rip());
    }

    /** Cuts a linear address to 32 bits outside of IA-32e mode. */
    public long wrapLinear(long linear) {
        return (mode & Mode.LONG) != 0 ? linear : linear & 0xFFFF_FFFFL;
    }

    /** How many bytes of code the CS limit leaves, {@code offset} bytes behind RIP. */
    public long codeBytesLeft(int offset) {
        if (Mode.is64(mode)) {
            return Integer.MAX_VALUE;
        }
        long left = (segments.limit[Segments.CS] & 0xFFFF_FFFFL) + 1 - rip() - offset;
        return Math.max(0, left);
    }

    public boolean fitsCodeSegment(int bytes) {
        return codeBytesLeft(0) >= bytes;
    }

    /** Reads code from RAM or, byte by byte, from wherever else it lies, on one page. */
    public void fetch(long physical, byte[] into, int offset, int bytes) {
        for (int i = 0; i < bytes; i++) {
            into[offset + i] = (byte) memory.read(physical + i, 1);
        }
    }

    // Entering blocks.

    /** The block that is next, which becomes the one that runs. */
    Block enter() {
        Block to = next;
        if (to == null) {
            Block from = running;
            if (linkWanted && from != null) {
                to = code.link(from, linkBranch, rip());
            } else {
                to = code.current();
            }
            linkWanted = false;
        }
        running = to;
        repetitions = MOST_REPETITIONS;
        return to;
    }

    /** A translation runs, and no block. */
    public void enterTranslation(Code unit) {
        running = null;
        translation = unit;
    }

    /** A block of the next instruction alone. */
    Block enterSingle() {
        Block to = code.single();
        running = null;
        translation = null;
        if (tracing && code.decoded() instanceof Instruction instruction) {
            tracer.instruction(index, Mode.codeMode(mode), linearIp(), instruction);
        }
        return to;
    }

    // What is pending.

    /** Sets bits of {@link Pending}. For any thread. */
    public void raise(int bits) {
        Raw.orInt(state + State.PENDING, bits);
    }

    /** Clears bits of {@link Pending}. For any thread. */
    public void lower(int bits) {
        Raw.andInt(state + State.PENDING, ~bits);
    }

    /** Interrupts wait for one more instruction: STI. */
    public void shadowInterrupts() {
        raise(Pending.SHADOW);
    }

    /**
     * An NMI arrives. For any thread.
     *
     * <p>While one is handled, one more is kept: SDM 3A, "Handling Multiple NMIs". A real processor
     * takes the first at the next instruction. This one may not get to run for long, and another
     * processor must not lose its own for that: so there can be two.
     */
    public void raiseNmi() {
        synchronized (nmis) {
            boolean another =
                    !nmiBlocked && (Raw.getIntOpaque(state + State.PENDING) & Pending.NMI) != 0;
            raise(another ? Pending.SECOND_NMI : Pending.NMI);
        }
    }

    /** The first of the NMIs that are pending is taken, and the next has to wait. */
    void takeNmi() {
        synchronized (nmis) {
            nmiBlocked = true;
            lowerNmi();
        }
    }

    private void lowerNmi() {
        boolean another = (Raw.getIntOpaque(state + State.PENDING) & Pending.SECOND_NMI) != 0;
        lower(another ? Pending.SECOND_NMI : Pending.NMI);
    }

    /** Whether something of this can be dealt with now: an interrupt alone may have to wait. */
    boolean mustHeed(int waiting) {
        return waiting != 0 && (waiting != Pending.INTERRUPT || interruptsAllowed());
    }

    boolean interruptsAllowed() {
        return (Raw.getLong(state + State.RFLAGS) & Rflags.IF) != 0;
    }

    boolean nmiAllowed() {
        return !nmiBlocked && !waitingForStartup;
    }

    /** An event is delivered: HLT ends, and so does an interrupt shadow. */
    void awaken() {
        int ended = Pending.SHADOW | Pending.ASLEEP;
        if ((Raw.getIntOpaque(state + State.PENDING) & ended) != 0) {
            lower(ended);
        }
    }

    // How an ending instruction leaves its block.

    /** Whether nobody has written to the code that is running since it was entered. */
    public boolean isCodeLive() {
        Code code = running != null ? running : translation;
        return code == null || code.isLive();
    }

    /**
     * Has the running block run once more, without all that comes with leaving one: for a branch to
     * its beginning. False if that cannot be, and the block has to be left.
     */
    public boolean repeat() {
        Block block = running;
        if (block == null
                || repetitions == 0
                || !block.isLive()
                || mustHeed(Raw.getIntOpaque(state + State.PENDING))) {
            return false;
        }
        repetitions--;
        repeats = true;
        return true;
    }

    /**
     * Leaves by a way that is the same each time: a direct branch ({@code branch} is whether it is
     * taken) or the block's end.
     *
     * @param delta from the block's beginning to the target
     * @param mask cuts the instruction pointer to the operand size
     */
    public void branch(boolean branch, long delta, long mask) {
        long target = rip() + delta & mask;
        Block from = running;
        Block to = null;
        if (from != null) {
            to = branch ? from.taken(generation, target) : from.fallThrough(generation, target);
        }
        if (to == null) {
            checkTarget(target);
            linkWanted = true;
            linkBranch = branch;
        }
        next = to;
        setRip(target);
    }

    /** Leaves for an address that was computed. */
    public void jump(long target) {
        checkTarget(target);
        leaveBlock();
        setRip(target);
    }

    /** Leaves for the next instruction, {@code delta} bytes from the block's beginning. */
    public void continueAt(int delta) {
        leaveBlock();
        long target = rip() + delta;
        setRip(Mode.is64(mode) ? target : target & 0xFFFF_FFFFL);
    }

    /** Leaves a repeated string instruction before its end: it will go on where it got to. */
    public void leaveRepetition(int delta) {
        continueAt(delta);
        debug.repetitionLeft();
    }

    /** Leaves for wherever RIP has been set to, in whatever mode. */
    public void resume() {
        leaveBlock();
    }

    private void leaveBlock() {
        next = null;
        linkWanted = false;
    }

    /** A near branch's target must lie within CS, or be canonical: #GP(0) otherwise. */
    public void checkTarget(long target) {
        boolean valid =
                Mode.is64(mode)
                        ? isCanonical(target)
                        : Long.compareUnsigned(target, segments.limit[Segments.CS] & 0xFFFF_FFFFL)
                                <= 0;
        if (!valid) {
            throw fault(ExceptionVector.GP, 0);
        }
    }

    public boolean isCanonical(long linear) {
        int shift = (system.cr4 & Cr4.LA57) != 0 ? 7 : 16;
        return linear << shift >> shift == linear;
    }

    /**
     * Whether this can be loaded into a register that holds a linear address: a base of a segment
     * or table, an MSR, the operand of INVPCID. Unlike addresses that are used, these may have all
     * bits that LA57 gives even while CR4.LA57 is clear.
     */
    public boolean isCanonicalBase(long linear) {
        int shift = model.has(Feature.LA57) ? 7 : 16;
        return linear << shift >> shift == linear;
    }

    // Breakpoints, as the TLB sees them.

    boolean watchpoints() {
        return debug.hasDataBreakpoints();
    }

    void watch(long linear, int bytes, int access) {
        debug.watch(linear, bytes, access);
    }

    // The mode.

    /** See {@link Mode}. */
    public int mode() {
        return mode;
    }

    public boolean is64() {
        return Mode.is64(mode);
    }

    public boolean isLong() {
        return (system.efer & Efer.LMA) != 0;
    }

    public boolean isReal() {
        return (system.cr0 & Cr0.PE) == 0;
    }

    public boolean isVm86() {
        return (Raw.getLong(state + State.RFLAGS) & Rflags.VM) != 0;
    }

    /** In protected mode proper: neither real nor virtual-8086. */
    public boolean isProtected() {
        return !isReal() && !isVm86();
    }

    /**
     * To be called whenever something has changed that the mode or access rights depend on: CPL,
     * control registers, EFER, XCR0, RFLAGS.AC and VM, segment registers.
     */
    public void updateMode() {
        boolean longMode = isLong();
        int codeAccess = segments.access[Segments.CS];
        boolean is64 = longMode && (codeAccess & Segments.LONG) != 0;
        int bits = is64 ? 2 : (codeAccess & Segments.BIG) != 0 ? 1 : 0;
        int stack = is64 ? 2 : (segments.access[Segments.SS] & Segments.BIG) != 0 ? 1 : 0;
        bits |= stack << Mode.STACK_SHIFT;
        boolean flat =
                is64
                        || segments.isFlat(Segments.CS)
                                && segments.isFlat(Segments.SS)
                                && segments.isFlat(Segments.DS)
                                && segments.isFlat(Segments.ES);
        bits |= flat ? Mode.FLAT : 0;
        bits |= isReal() ? Mode.REAL : 0;
        bits |= isVm86() ? Mode.VM86 : 0;
        bits |= cpl == 3 ? Mode.USER : 0;
        bits |= cpl == 1 || cpl == 2 ? Mode.INNER : 0;
        bits |= longMode ? Mode.LONG : 0;
        boolean taskSwitched = (system.cr0 & Cr0.TS) != 0;
        boolean emulated = (system.cr0 & Cr0.EM) != 0;
        bits |= !taskSwitched && !emulated ? Mode.X87 : 0;
        boolean sse = !taskSwitched && !emulated && (system.cr4 & Cr4.OSFXSR) != 0;
        bits |= sse ? Mode.SSE : 0;
        boolean avx =
                !taskSwitched
                        && (system.cr4 & Cr4.OSXSAVE) != 0
                        && (system.xcr0 & 6) == 6
                        && isProtected();
        bits |= avx ? Mode.AVX : 0;
        mode = bits | selectAccess() << Mode.TLB_SHIFT;
        Raw.putInt(state + State.FAST_CALLS, (system.efer & Efer.SCE) != 0 ? 1 : 0);
        Raw.putInt(state + State.CR4, (int) system.cr4);
        updateJumpKey();
    }

    /** Tells translated code where RAM is, and the time. */
    private void describe(HostMemory ram) {
        long low = Math.min(ram.bytes(), HostMemory.LOW_END);
        Raw.putLong(state + State.RAM_LOW_BYTES, low);
        Raw.putLong(state + State.RAM_GAP, HostMemory.HIGH_BASE - low);
        Raw.putLong(state + State.RAM_BYTES, ram.bytes());
        Raw.putLong(state + State.RAM_HOST, ram.hostAddress(0));
        Raw.putLong(state + State.WATCH, ram.watch.address());
        Raw.putLong(state + State.WATCHER, 1L << inbox.number);
        Raw.putLong(state + State.TIME, clock instanceof HostClock host ? host.address() : 0);
    }

    /** Returns the number of the set of TLB entries. */
    private int selectAccess() {
        boolean ac = (Raw.getLong(state + State.RFLAGS) & Rflags.AC) != 0;
        boolean user = cpl == 3;
        return mmu.select(
                new Mmu.Access(
                        user,
                        ac && !user,
                        user && ac && (system.cr0 & Cr0.AM) != 0,
                        (system.cr0 & Cr0.PG) != 0,
                        isLong(),
                        (system.cr4 & Cr4.LA57) != 0));
    }

    /** What was translated from linear addresses may be wrong from now on. */
    public void translationsChanged() {
        generation++;
        updateJumpKey();
    }

    private void updateJumpKey() {
        Raw.putLong(state + State.JUMP_KEY, generation << 16 | mode);
    }

    /** INIT and start-up IPIs. SDM 3A, "Multiple-Processor Initialization". */
    void takeInitAndStartup() {
        processorReset.takeInitAndStartup();
    }

    /** The state after RESET#. SDM 3A, "Processor State After Reset" (table 10-1). */
    public void reset() {
        synchronized (inbox) {
            processorReset.reset();
        }
    }

    /**
     * A20M#. For any thread: it counts from the next block on, for the thread that runs the guest
     * from the next instruction.
     */
    public void setA20(boolean open) {
        a20Open = open;
        synchronized (inbox) {
            if (inbox.isMine()) {
                takeA20();
                return;
            }
        }
        raise(Pending.A20);
    }

    /** What was translated or found before holds no more. */
    void takeA20() {
        a20Mask = a20Open ? -1 : ~(1L << 20);
        mmu.flush(false);
    }

    public void save(CpuRegisters into) {
        RegisterTransfer.save(this, into);
    }

    public void load(CpuRegisters from) {
        RegisterTransfer.load(this, from);
    }
}
