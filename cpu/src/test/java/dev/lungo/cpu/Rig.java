package dev.lungo.cpu;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lungo.cpu.core.Interpreter;
import dev.lungo.cpu.core.Mode;
import dev.lungo.cpu.core.Pending;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.Segments;
import dev.lungo.cpu.core.State;
import dev.lungo.cpu.translate.Translator;
import dev.lungo.host.ExecutableMemory;
import dev.lungo.host.HostMemory;
import dev.lungo.host.Raw;
import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Efer;
import dev.lungo.machine.ApicBus;
import dev.lungo.machine.Clock;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuRegisters.SegmentState;
import dev.lungo.machine.CpuSetup;
import dev.lungo.machine.Engine;
import dev.lungo.machine.LocalApic;
import dev.lungo.machine.MmioBus;
import dev.lungo.machine.PortBus;
import dev.lungo.machine.Timers;
import dev.lungo.machine.Tracer;
import dev.lungo.machine.VirtualCpu;
import dev.lungo.machine.VmExit;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A software processor on a bench: 16 MiB of RAM, empty buses, and a few descriptor tables in the
 * modes that tests want. Code is bytes, run instruction by instruction with {@link #run}, or in
 * blocks until it halts.
 *
 * <p>Addresses are guest-physical, which paging, where there is any, maps to themselves: the first
 * 2 MiB for all, writable, the rest of the first GiB for the supervisor only.
 */
public final class Rig implements AutoCloseable {
    public static final int RAX = 0;
    public static final int RCX = 1;
    public static final int RDX = 2;
    public static final int RBX = 3;
    public static final int RSP = 4;
    public static final int RBP = 5;
    public static final int RSI = 6;
    public static final int RDI = 7;
    public static final int R11 = 11;

    // Where things are.
    public static final long CODE = 0x1000;
    public static final long STACK = 0x8000;
    public static final long INNER_STACK = 0x9000;
    public static final long HANDLERS = 0xA000;
    public static final long GDT = 0x10000;
    public static final long LDT = 0x11000;
    public static final long IDT = 0x12000;
    public static final long TSS = 0x13000;
    private static final long PAGE_TABLES = 0x20000;

    // The GDT that the protected modes begin with.
    public static final int CODE0 = 0x08;
    public static final int DATA0 = 0x10;
    public static final int CODE3 = 0x18 | 3;
    public static final int DATA3 = 0x20 | 3;
    public static final int TASK = 0x28;

    /** Free descriptors, two each in long mode. */
    public static final int FREE = 0x40;

    private static final int TABLE_LIMIT = 0xFFF;
    private static final int CODE_BYTES = 64 << 20;

    public final HostMemory memory;
    public final PortBus ports = new PortBus();
    public final LocalApic apic;
    public final Processor cpu;
    private final Interpreter interpreter;
    private final @Nullable Translator translator;
    private int left = Integer.MAX_VALUE;

    /** What the machine's clock says, if no other was given. */
    public long nanos;

    /** How code is run that is not run instruction by instruction. */
    public enum Tier {
        INTERPRETER,
        /** Everything is translated when it is first come to. */
        NATIVE
    }

    /** Runs in blocks, for {@link #run()}. */
    public static Rig inBlocks() {
        return inBlocks(Tier.INTERPRETER);
    }

    /**
     * Runs in blocks or translated code, for {@link #run()}; skips the test where that cannot be.
     */
    public static Rig inBlocks(Tier tier) {
        boolean translates = tier == Tier.NATIVE;
        assumeTrue(
                !translates || ExecutableMemory.isSupported(),
                "only x86-64 Linux hosts have a native tier");
        return new Rig(0, false, translates ? Rig::translating : Rig::interpreting);
    }

    /** Has everything that is translated interpreted, too, and compares; skips likewise. */
    public static Rig checked() {
        assumeTrue(ExecutableMemory.isSupported(), "only x86-64 Linux hosts have a native tier");
        return translating(Set.of(Engine.Aid.CHECK), null, CODE_BYTES);
    }

    /** Translates everything, and keeps it in a file; skips likewise. */
    public static Rig keeping(Path file) {
        assumeTrue(ExecutableMemory.isSupported(), "only x86-64 Linux hosts have a native tier");
        return translating(Set.of(), file, CODE_BYTES);
    }

    /** Translates everything, and has little room for it; skips likewise. */
    public static Rig cramped() {
        assumeTrue(ExecutableMemory.isSupported(), "only x86-64 Linux hosts have a native tier");
        return translating(Set.of(), null, 4 << 20);
    }

    /** Translates everything, with this clock; skips likewise. */
    public static Rig onClock(Clock clock) {
        assumeTrue(ExecutableMemory.isSupported(), "only x86-64 Linux hosts have a native tier");
        return new Rig(new HostMemory(16 << 20), 0, 1, false, clock, Rig::translating);
    }

    /** So many on one memory, which the first closes. Each runs in blocks; skips likewise. */
    public static List<Rig> several(int count, Tier tier) {
        Rig first = inBlocks(tier);
        List<Rig> all = new ArrayList<>(List.of(first));
        while (all.size() < count) {
            all.add(
                    new Rig(
                            first.memory,
                            0,
                            count,
                            false,
                            first.translator == null ? Rig::interpreting : Rig::translating));
        }
        return all;
    }

    /** Of {@link Tier#NATIVE} only. */
    public Translator translator() {
        return Objects.requireNonNull(translator);
    }

    /** One that is not the bootstrap processor. Runs in blocks. */
    public static Rig applicationProcessor() {
        return new Rig(1, false);
    }

    /** Runs instruction by instruction, for {@link #run}. */
    public static Rig stepwise() {
        return new Rig(0, true);
    }

    private static @Nullable Translator interpreting(Processor cpu) {
        return null;
    }

    private static Translator translating(Processor cpu) {
        return new Translator(cpu, Set.of(), 1, null, CODE_BYTES);
    }

    private static Rig translating(Set<Engine.Aid> aids, @Nullable Path file, int codeBytes) {
        return new Rig(0, false, cpu -> new Translator(cpu, aids, 1, file, codeBytes));
    }

    private Rig(int index, boolean stepwise) {
        this(index, stepwise, Rig::interpreting);
    }

    private Rig(int index, boolean stepwise, Function<Processor, @Nullable Translator> translator) {
        this(new HostMemory(16 << 20), index, index + 1, stepwise, translator);
    }

    private Rig(
            HostMemory memory,
            int index,
            int count,
            boolean stepwise,
            Function<Processor, @Nullable Translator> translator) {
        this(memory, index, count, stepwise, null, translator);
    }

    private Rig(
            HostMemory memory,
            int index,
            int count,
            boolean stepwise,
            @Nullable Clock given,
            Function<Processor, @Nullable Translator> translator) {
        this.memory = memory;
        Clock clock = given == null ? () -> nanos : given;
        Timers timers = new Timers(clock);
        apic = new LocalApic(0, new ApicBus(), timers);
        Tracer tracer = stepwise ? (_, _, _, _) -> count() : Tracer.NONE;
        cpu =
                new Processor(
                        new CpuSetup(
                                index,
                                count,
                                "x86-64-v3",
                                memory,
                                ports,
                                new MmioBus(),
                                apic,
                                clock,
                                tracer));
        this.translator = translator.apply(cpu);
        interpreter = new Interpreter(cpu, this.translator);
        apic.connect(
                new VirtualCpu.Signals() {
                    @Override
                    public void interrupt() {
                        cpu.raise(Pending.INTERRUPT);
                    }

                    @Override
                    public void nmi() {
                        cpu.raiseNmi();
                    }

                    @Override
                    public void init() {
                        cpu.raise(Pending.INIT);
                    }

                    @Override
                    public void startup(int vector) {
                        cpu.startupVector = vector;
                        cpu.raise(Pending.STARTUP);
                    }
                });
    }

    private void count() {
        if (--left == 0) {
            cpu.raise(Pending.KICK);
        }
    }

    /**
     * Runs so many instructions. One that faults counts, and is over when its handler is next.
     *
     * @throws AssertionError if the processor stops before
     */
    public void run(int instructions) {
        left = instructions;
        VmExit exit = interpreter.run();
        if (!(exit instanceof VmExit.Kicked)) {
            throw new AssertionError(exit + " at " + Long.toHexString(cpu.rip()));
        }
    }

    /** Runs until it stops by itself. */
    public VmExit run() {
        left = Integer.MAX_VALUE;
        return interpreter.run();
    }

    /** An interrupt is requested of the local APIC. */
    public void interrupt(int vector) {
        apic.writeMmio(0xF0, 0x1FF); // SVR: enabled
        apic.writeMmio(0x300, 0x4_4000 | vector); // ICR: fixed, to itself
    }

    /** An INIT, NMI or start-up message to itself: the low half of the ICR. */
    public void message(int icr) {
        apic.writeMmio(0x300, icr);
    }

    // Modes.

    /** Real mode, segments at 0, about to run what is at {@link #CODE}. */
    public Rig realMode() {
        CpuRegisters registers = new CpuRegisters();
        for (int i = 0; i < 6; i++) {
            registers.segments[i] = new SegmentState(0, 0, 0xFFFF, 0x93);
        }
        registers.idtLimit = 0x3FF;
        registers.cr0 = Cr0.ET;
        return start(registers);
    }

    /** Flat 32-bit protected mode without paging, at a privilege level. */
    public Rig protectedMode(int cpl) {
        tables(false);
        CpuRegisters registers = protectedRegisters(cpl, 0xC09B);
        registers.cr0 = Cr0.ET | Cr0.PE;
        registers.tr = new SegmentState(TASK, TSS, 0x20FF, 0x8B);
        put32(TSS + 4, INNER_STACK);
        put32(TSS + 8, DATA0);
        put16(TSS + 0x66, 0x20FF);
        return start(registers);
    }

    /** 64-bit mode, at a privilege level. */
    public Rig longMode(int cpl) {
        tables(true);
        CpuRegisters registers = protectedRegisters(cpl, 0xA09B);
        registers.cr0 = Cr0.ET | Cr0.PE | Cr0.PG | Cr0.WP;
        registers.cr4 = Cr4.PAE;
        registers.cr3 = PAGE_TABLES;
        registers.efer = Efer.LME | Efer.LMA | Efer.SCE;
        registers.tr = new SegmentState(TASK, TSS, 0x67, 0x8B);
        put64(TSS + 4, INNER_STACK);
        put64(PAGE_TABLES, PAGE_TABLES + 0x1000 | 7);
        put64(PAGE_TABLES + 0x1000, PAGE_TABLES + 0x2000 | 7);
        put64(PAGE_TABLES + 0x2000, 0x87);
        for (int i = 1; i < 512; i++) {
            put64(PAGE_TABLES + 0x2000 + 8L * i, (long) i << 21 | 0x83);
        }
        return start(registers);
    }

    private CpuRegisters protectedRegisters(int cpl, int codeAccess) {
        CpuRegisters registers = new CpuRegisters();
        int dpl = cpl << 5;
        int code = cpl == 0 ? CODE0 : CODE3;
        int data = cpl == 0 ? DATA0 : DATA3;
        for (int i = 0; i < 6; i++) {
            registers.segments[i] = new SegmentState(data, 0, -1, 0xC093 | dpl);
        }
        registers.segments[Segments.CS] = new SegmentState(code, 0, -1, codeAccess | dpl);
        registers.gdtBase = GDT;
        registers.gdtLimit = TABLE_LIMIT;
        registers.idtBase = IDT;
        registers.idtLimit = TABLE_LIMIT;
        return registers;
    }

    private void tables(boolean isLong) {
        long code = isLong ? 0x00AF_9B00_0000_FFFFL : 0x00CF_9B00_0000_FFFFL;
        long dpl3 = 3L << 45;
        put64(GDT + CODE0, code);
        put64(GDT + DATA0, 0x00CF_9300_0000_FFFFL);
        put64(GDT + (CODE3 & ~3), code | dpl3);
        put64(GDT + (DATA3 & ~3), 0x00CF_9300_0000_FFFFL | dpl3);
        put64(GDT + TASK, 0x0000_8B00_0000_0067L | TSS << 16);
    }

    private Rig start(CpuRegisters registers) {
        registers.rip = CODE;
        registers.gpr[RSP] = STACK;
        registers.rflags = 2;
        cpu.load(registers);
        return this;
    }

    // Descriptors.

    /** Puts a descriptor into the GDT and returns its selector. */
    public int descriptor(int selector, long descriptor) {
        put64(GDT + (selector & ~7), descriptor);
        return selector;
    }

    /**
     * An interrupt or trap gate of 8 bytes.
     *
     * @param access P, DPL and type: 8Eh is a 32-bit interrupt gate of DPL 0
     */
    public void gate(int vector, int access, int selector, long offset) {
        put64(IDT + 8L * vector, gate(access, selector, offset));
    }

    /** One of 16 bytes, for long mode. */
    public void longGate(int vector, int access, int stack, int selector, long offset) {
        put64(IDT + 16L * vector, gate(access, selector, offset) | (long) stack << 32);
        put64(IDT + 16L * vector + 8, offset >>> 32);
    }

    public static long gate(int access, int selector, long offset) {
        return offset & 0xFFFF
                | (selector & 0xFFFFL) << 16
                | (long) access << 40
                | (offset >>> 16 & 0xFFFF) << 48;
    }

    /** Every exception's handler at {@link #handler}, DPL 0, interrupt gates. */
    public Rig handlers() {
        if (cpu.isReal()) {
            return this;
        }
        for (int vector = 0; vector < 32; vector++) {
            if (cpu.isLong()) {
                longGate(vector, 0x8E, 0, CODE0, handler(vector));
            } else {
                gate(vector, 0x8E, CODE0, handler(vector));
            }
        }
        return this;
    }

    public static long handler(int vector) {
        return HANDLERS + 16L * vector;
    }

    // Memory and registers.

    public Rig code(int... bytes) {
        return bytes(CODE, bytes);
    }

    public Rig bytes(long at, int... bytes) {
        for (int i = 0; i < bytes.length; i++) {
            Raw.putByte(host(at + i), bytes[i]);
        }
        return this;
    }

    private long host(long physical) {
        return cpu.memory.host(physical);
    }

    public void put16(long at, long value) {
        Raw.putShort(host(at), (int) value);
    }

    public void put32(long at, long value) {
        Raw.putInt(host(at), (int) value);
    }

    public void put64(long at, long value) {
        Raw.putLong(host(at), value);
    }

    public int get8(long at) {
        return Raw.getByte(host(at));
    }

    public int get16(long at) {
        return Raw.getShort(host(at));
    }

    /** Zero-extended. */
    public long get32(long at) {
        return Raw.getInt(host(at)) & 0xFFFF_FFFFL;
    }

    public long get64(long at) {
        return Raw.getLong(host(at));
    }

    public long register(int number) {
        return Raw.getLong(cpu.state + State.gpr(number));
    }

    public void register(int number, long value) {
        Raw.putLong(cpu.state + State.gpr(number), value);
    }

    public int selector(int segment) {
        return cpu.segments.selector[segment];
    }

    public long flags() {
        return cpu.flags.read();
    }

    /** Sets all of RFLAGS, and the mode that follows from it. */
    public void flags(long value) {
        CpuRegisters registers = new CpuRegisters();
        cpu.save(registers);
        registers.rflags = value | 2;
        cpu.load(registers);
    }

    /** In bits. */
    public int codeSize() {
        return 16 << (cpu.mode() & Mode.CODE);
    }

    @Override
    public void close() {
        memory.close();
    }
}
