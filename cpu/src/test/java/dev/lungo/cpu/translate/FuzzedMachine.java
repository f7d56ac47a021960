package dev.lungo.cpu.translate;

import static dev.lungo.isa.Operands.AL;
import static dev.lungo.isa.Operands.AX;
import static dev.lungo.isa.Operands.CR2;
import static dev.lungo.isa.Operands.DR6;
import static dev.lungo.isa.Operands.DS;
import static dev.lungo.isa.Operands.EAX;
import static dev.lungo.isa.Operands.ES;
import static dev.lungo.isa.Operands.ESP;
import static dev.lungo.isa.Operands.R11;
import static dev.lungo.isa.Operands.RAX;
import static dev.lungo.isa.Operands.RSP;
import static dev.lungo.isa.Operands.SS;
import static dev.lungo.isa.Operands.abs;
import static dev.lungo.isa.Operands.imm;
import static dev.lungo.isa.Operands.mem;

import dev.lungo.cpu.Rig;
import dev.lungo.cpu.core.Flags;
import dev.lungo.cpu.core.Pending;
import dev.lungo.cpu.core.Segments;
import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;
import dev.lungo.isa.Assembler;
import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Msr;
import dev.lungo.isa.Operand;
import dev.lungo.isa.Rflags;
import dev.lungo.machine.PortDevice;
import dev.lungo.machine.VmExit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A processor with all that a {@link FuzzedProgram} needs around it: tables, handlers that note
 * what has happened and go on, memory that is mapped in odd ways, and a device that does what other
 * processors, disks and timers do.
 *
 * <p>Two of them that have run the same program must have come to the same {@link #state}. Handlers
 * of interrupts are such that it does not matter when they come.
 */
final class FuzzedMachine {
    // Where things are. Physical addresses, mapped to themselves but for the window.

    /** What is only seen while A20 is masked: it is where {@link #DATA} is then. */
    private static final long LOW = 0;

    private static final long TSS_STACK = Rig.TSS + 4;
    private static final long TSS_INTERRUPT_STACKS = Rig.TSS + 0x24;
    private static final long PAGE_DIRECTORY = 0x22000;
    static final long PAGE_TABLES = 0x20000;
    static final long WINDOW_TABLE = 0x30000;
    static final long TEXT = 0x40000;
    static final int TEXT_BYTES = 0x8000;
    private static final long HANDLERS = 0x4A000;

    /** Variables, eight bytes each. */
    static final long VARIABLES = 0x4B000;

    /** How often the program's loop is still to be run. */
    static final long LOOPS = VARIABLES;

    /** Of a loop within it. */
    static final long INNER_LOOPS = VARIABLES + 8;

    /** Where to go on from user mode, and from what was called to come back. */
    static final long BACK = VARIABLES + 0x10;

    /** Where to go on after an exception. */
    static final long RECOVERY = VARIABLES + 0x18;

    /** How many instructions are still to be single-stepped. */
    static final long STEPS = VARIABLES + 0x20;

    private static final long SUM = VARIABLES + 0x28;
    private static final long SAVED = VARIABLES + 0x30;
    private static final long SAVED_TOO = VARIABLES + 0x38;
    private static final int VARIABLES_BYTES = 0x40;

    /** Where interrupts of long mode find their stacks, of which nobody may know. */
    private static final long INTERRUPT_STACK = 0x4E000;

    private static final long STACKS = 0x50000;
    static final long STACK = 0x50F00;
    private static final long INNER_STACK = 0x51F00;
    static final long USER_STACK = 0x52F00;
    private static final int STACKS_BYTES = 0x3000;
    static final long DATA = 0x10_0000;
    private static final int DATA_BYTES = 0x4000;

    /** Behind the window's first pages: the read-only one first, so that none follows another. */
    private static final long WINDOW_PAGES = 0x20_0000;

    private static final int WINDOW_BYTES = 0x3000;

    /** Two pages of code, one of which is at {@link #SWITCHED}. */
    static final long ALTERNATIVES = 0x20_3000;

    static final int ALTERNATIVES_BYTES = 0x2000;

    /**
     * A linear range with page-table entries of its own: {writable, read-only, nothing,
     * supervisor's} pages, then what follows here.
     */
    static final long WINDOW = 0x40_0000;

    static final long READ_ONLY = WINDOW + 0x1000;

    /** Linear: one page of code or another. */
    static final long SWITCHED = WINDOW + 0x5000;

    static final long SWITCHED_ENTRY = WINDOW_TABLE + 5 * 8;

    /** Linear: {@link #TEXT} once more. */
    static final long TEXT_AGAIN = WINDOW + 0x8000;

    /** Mapped for the supervisor, where neither RAM nor a device is. */
    static final long NO_RAM = 0x200_0000;

    static final int CODE32_3 = Rig.FREE | 3;
    static final int CODE32_0 = Rig.FREE + 0x18;
    static final int CODE16_0 = Rig.FREE + 0x20;

    // Interrupt vectors.
    static final int BACK_VECTOR = 0x80;
    static final int NEUTRAL_VECTOR = 0x81;
    private static final int IRQ_VECTOR = 0x90;

    // The device.
    static final int PORT = 0x80;
    static final int DMA_COMMANDS = 0x40;
    static final int IRQ = 0x40;
    static final int KICK = 0x41;
    static final int NMI = 0x42;
    static final int A20 = 0x43;
    private static final int END_OF_INTERRUPT = 0x44;

    private static final int DEBUG = 1;
    private static final int NMI_VECTOR = 2;
    private static final int BREAKPOINT = 3;
    private static final int VECTORS = 32;
    private static final int STUB_BYTES = 16;
    private static final int ERROR_CODES = 0x6022_7D00; // by vector: 8, 10 to 14, 17, 21, 29, 30

    private final Rig rig;
    private FuzzedProgram program;

    /** Whether handlers note the flags that an exception has found. */
    private boolean noteFlags = true;

    private boolean a20Masked;
    private String ended = "";

    FuzzedMachine(Rig rig) {
        this.rig = rig;
        rig.ports.map(
                PORT,
                1,
                new PortDevice() {
                    @Override
                    public int read(int offset) {
                        return 0xFF;
                    }

                    @Override
                    public void write(int offset, int value) {
                        command(value);
                    }
                });
    }

    private void command(int value) {
        switch (value) {
            case IRQ -> rig.interrupt(IRQ_VECTOR);
            case KICK -> rig.cpu.raise(Pending.KICK);
            case NMI -> rig.message(0x4_4400);
            case A20 -> {
                a20Masked = !a20Masked;
                rig.cpu.setA20(!a20Masked);
            }
            case END_OF_INTERRUPT -> rig.apic.writeMmio(0xB0, 0);
            default -> {
                if (value < DMA_COMMANDS && !program.code().transfers().isEmpty()) {
                    var all = program.code().transfers();
                    FuzzedProgram.Bytes each = all.get(value % all.size());
                    rig.memory.write(each.address(), each.bytes(), 0, each.bytes().length);
                }
            }
        }
    }

    /** Runs a program; returns whether it came to its end in so many seconds. */
    boolean run(FuzzedProgram what, int seconds) {
        program = what;
        reset();
        long limit = System.nanoTime() + seconds * 1_000_000_000L;
        VmExit exit;
        do {
            exit = rig.run();
        } while (exit instanceof VmExit.Kicked && System.nanoTime() < limit);
        ended = exit.toString();
        return !(exit instanceof VmExit.Kicked);
    }

    void noteFlags(boolean note) {
        noteFlags = note;
    }

    /** Where a program has been that was stopped, nothing more is known of memory. */
    void forget() {
        rig.memory.clear();
    }

    /** To be called now and then from another thread, lest a program that does not end stay. */
    void kick() {
        rig.cpu.raise(Pending.KICK);
    }

    /** How many instructions were executed, if they are interpreted. */
    long instructions() {
        return Raw.getLong(rig.cpu.state + State.INSTRUCTIONS);
    }

    // Making everything ready.

    private void reset() {
        rig.cpu.code.clear();
        a20Masked = false;
        rig.cpu.setA20(true);
        rig.cpu.reset();
        rig.cpu.lower(-1);
        SplittableRandom random = new SplittableRandom(program.seed());
        fill(LOW, DATA_BYTES, random);
        fill(DATA, DATA_BYTES, random);
        fill(WINDOW_PAGES, WINDOW_BYTES, random);
        zero(TEXT, TEXT_BYTES);
        zero(ALTERNATIVES, ALTERNATIVES_BYTES);
        zero(VARIABLES, VARIABLES_BYTES);
        zero(STACKS, STACKS_BYTES);
        if (program.isLong()) {
            longMode(random);
        } else {
            protectedMode();
            if (program.has(FuzzedProgram.Choice.LIMITS)) {
                limits(random);
            }
        }
        registers(random);
        for (FuzzedProgram.Bytes piece : program.code().pieces()) {
            for (int i = 0; i < piece.bytes().length; i++) {
                rig.bytes(piece.address() + i, piece.bytes()[i]);
            }
        }
        rig.put64(LOOPS, program.loops());
        rig.cpu.setRip(program.code().entry());
    }

    private void longMode(SplittableRandom random) {
        rig.longMode(0);
        rig.cpu.system.cr0 |= Cr0.AM | Cr0.MP;
        rig.cpu.system.cr4 |= Cr4.OSFXSR | Cr4.FSGSBASE | Cr4.PGE;
        if (program.has(FuzzedProgram.Choice.PCID)) {
            rig.cpu.system.cr4 |= Cr4.PCIDE;
        }
        rig.descriptor(CODE32_3, 0x00CF_FB00_0000_FFFFL);
        rig.descriptor(Rig.FREE + 8, 0x00CF_F300_0000_FFFFL);
        rig.descriptor(Rig.FREE + 0x10, 0x00AF_FB00_0000_FFFFL);
        rig.descriptor(CODE32_0, 0x00CF_9B00_0000_FFFFL);
        rig.descriptor(CODE16_0, 0x008F_9B00_0000_FFFFL);
        rig.put64(TSS_STACK, INNER_STACK);
        for (int i = 0; i < 3; i++) {
            rig.put64(TSS_INTERRUPT_STACKS + 8L * i, INTERRUPT_STACK - 0x400L * i);
        }
        rig.put64(PAGE_DIRECTORY + 16, WINDOW_TABLE | 7);
        long[] entries = {
            WINDOW_PAGES + 0x1000 | 7,
            WINDOW_PAGES | 5,
            0,
            WINDOW_PAGES + 0x2000 | 3,
            0,
            ALTERNATIVES | 7,
            DATA | 7,
            0
        };
        for (int i = 0; i < 512; i++) {
            long entry =
                    i < entries.length ? entries[i] : i < 16 ? TEXT + 0x1000L * (i - 8) | 7 : 0;
            rig.put64(WINDOW_TABLE + 8L * i, entry);
        }
        write(HANDLERS, Handlers.of(CodeMode.CODE64, noteFlags));
        for (int vector = 0; vector < 256; vector++) {
            long at = Handlers.entry(vector);
            int access = vector < VECTORS && vector != BREAKPOINT ? 0x8E : 0xEE;
            int stack =
                    switch (vector) {
                        case DEBUG -> 1;
                        case NMI_VECTOR -> 2;
                        case IRQ_VECTOR -> 3;
                        default -> 0;
                    };
            rig.longGate(vector, access, stack, Rig.CODE0, at);
        }
        rig.cpu.msrs.write(Msr.IA32_STAR, (long) Rig.FREE << 48 | 3L << 48 | 8L << 32);
        rig.cpu.msrs.write(Msr.IA32_LSTAR, Handlers.SYSCALL);
        rig.cpu.msrs.write(
                Msr.IA32_FMASK, Rflags.TF | Rflags.IF | Rflags.DF | Rflags.AC | Rflags.NT);
        rig.cpu.segments.setBase(Segments.FS, random.nextInt(0x400));
        rig.cpu.segments.setBase(Segments.GS, random.nextInt(0x400));
        rig.cpu.updateMode();
    }

    private void protectedMode() {
        rig.protectedMode(0);
        rig.cpu.system.cr4 |= Cr4.OSFXSR;
        rig.descriptor(CODE16_0, 0x008F_9B00_0000_FFFFL);
        rig.put32(TSS_STACK, INNER_STACK);
        write(HANDLERS, Handlers.of(CodeMode.CODE32, noteFlags));
        for (int vector = 0; vector < 256; vector++) {
            int access = vector < VECTORS && vector != BREAKPOINT ? 0x8E : 0xEE;
            rig.gate(vector, access, Rig.CODE0, Handlers.entry(vector));
        }
        rig.cpu.updateMode();
    }

    /** Data segments end with the window's second page. */
    private void limits(SplittableRandom random) {
        int pages = (int) (READ_ONLY >>> 12);
        rig.descriptor(Rig.DATA0, 0x00C0_9300_0000_0000L | pages);
        rig.descriptor(Rig.DATA3 & ~3, 0x00C0_F300_0000_0000L | pages);
        for (int segment : new int[] {Segments.ES, Segments.SS, Segments.DS}) {
            rig.cpu.segments.set(segment, Rig.DATA0, 0, pages << 12 | 0xFFF, 0xC093);
        }
        for (int segment : new int[] {Segments.FS, Segments.GS}) {
            int base = random.nextInt(0x400);
            rig.cpu.segments.set(segment, Rig.DATA0, base, pages << 12 | 0xFFF, 0xC093);
        }
        rig.cpu.updateMode();
    }

    private void registers(SplittableRandom random) {
        for (int register = 0; register < 16; register++) {
            long value = random.nextBoolean() ? random.nextInt(64) : random.nextLong();
            rig.register(register, program.isLong() ? value : value & 0xFFFF_FFFFL);
            for (int part = 0; part < 4; part++) {
                Raw.putLong(rig.cpu.state + State.vector(register) + 8L * part, random.nextLong());
            }
        }
        rig.register(Rig.RSP, STACK);
    }

    private void fill(long at, int bytes, SplittableRandom random) {
        for (int i = 0; i < bytes; i += 8) {
            rig.put64(at + i, random.nextLong());
        }
    }

    private void zero(long at, int bytes) {
        for (int i = 0; i < bytes; i += 8) {
            rig.put64(at + i, 0);
        }
    }

    private void write(long at, byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            rig.bytes(at + i, bytes[i]);
        }
    }

    // What has come of it.

    private static final long[][] COMPARED = {
        {LOW, DATA_BYTES},
        {TEXT, TEXT_BYTES},
        {VARIABLES, VARIABLES_BYTES},
        {DATA, DATA_BYTES},
        {WINDOW_PAGES, WINDOW_BYTES},
        {ALTERNATIVES, ALTERNATIVES_BYTES},
        {STACKS, STACKS_BYTES},
    };

    /** All that the program can have changed, as numbers that {@link #name} names. */
    long[] state() {
        int regions = program.isLong() ? COMPARED.length : COMPARED.length - 1; // see Handlers
        int length = FIRST_MEMORY;
        for (int i = 0; i < regions; i++) {
            length += (int) COMPARED[i][1] / 8;
        }
        long[] all = new long[length];
        int n = 0;
        for (int i = 0; i < 16; i++) {
            all[n++] = rig.register(i);
        }
        for (int i = 0; i < 16; i++) {
            for (int part = 0; part < 4; part++) {
                all[n++] = Raw.getLong(rig.cpu.state + State.vector(i) + 8L * part);
            }
        }
        all[n++] = rig.cpu.rip();
        all[n++] = Flags.rflags(rig.cpu.state) & ~Rflags.AF;
        all[n++] = rig.cpu.system.cr0;
        all[n++] = rig.cpu.system.cr2;
        all[n++] = rig.cpu.system.cr3;
        all[n++] = rig.cpu.system.cr4;
        all[n++] = rig.cpu.cpl;
        all[n++] = Raw.getInt(rig.cpu.state + State.MXCSR);
        all[n++] = ended.hashCode();
        for (int i = 0; i < 6; i++) {
            all[n++] = rig.selector(i);
        }
        for (int i = 0; i < regions; i++) {
            for (long at = 0; at < COMPARED[i][1]; at += 8) {
                all[n++] = rig.get64(COMPARED[i][0] + at);
            }
        }
        return all;
    }

    private static final List<String> NAMES = names();
    private static final int FIRST_MEMORY = NAMES.size();

    private static List<String> names() {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            names.add("r" + i);
        }
        for (int i = 0; i < 64; i++) {
            names.add("ymm" + i / 4 + "." + i % 4);
        }
        names.addAll(List.of("rip", "rflags", "cr0", "cr2", "cr3", "cr4", "cpl", "mxcsr", "exit"));
        names.addAll(List.of("es", "cs", "ss", "ds", "fs", "gs"));
        return names;
    }

    /** What a number of the state is. */
    static String name(int index) {
        if (index < FIRST_MEMORY) {
            return NAMES.get(index);
        }
        long left = 8L * (index - FIRST_MEMORY);
        for (long[] each : COMPARED) {
            if (left < each[1]) {
                return "[%x]".formatted(each[0] + left);
            }
            left -= each[1];
        }
        throw new IllegalArgumentException("no such number: " + index);
    }

    /**
     * The handlers' code. An exception adds what it pushed to a sum, and goes on where the program
     * said; debug exceptions add where they were, and return; INT 80h goes back from user mode.
     *
     * <p>The flags that are pushed lose AF, which may be undefined. Where interrupts have no stack
     * of their own, outside of long mode, what lies on stacks is not compared.
     */
    private static final class Handlers {
        static final long SYSCALL = HANDLERS + 0xE00;

        static long entry(int vector) {
            return HANDLERS
                    + switch (vector) {
                        case NMI_VECTOR -> 0x800;
                        case IRQ_VECTOR -> 0x840;
                        case DEBUG -> 0x880;
                        case BREAKPOINT, NEUTRAL_VECTOR -> 0x980;
                        case BACK_VECTOR -> 0x9C0;
                        default -> (vector < VECTORS ? vector : 0) * STUB_BYTES;
                    };
        }

        private static final Map<String, byte[]> ALL = new HashMap<>();

        static byte[] of(CodeMode mode, boolean noteFlags) {
            return ALL.computeIfAbsent(mode + " " + noteFlags, _ -> code(mode, noteFlags));
        }

        private final Assembler a;
        private final boolean noteFlags;
        private final boolean is64;
        private final int bytes;
        private final Operand rax;

        private Handlers(Assembler a, CodeMode mode, boolean noteFlags) {
            this.a = a;
            this.noteFlags = noteFlags;
            is64 = mode == CodeMode.CODE64;
            bytes = is64 ? 8 : 4;
            rax = is64 ? RAX : EAX;
        }

        private static byte[] code(CodeMode mode, boolean noteFlags) {
            return Assembler.assemble(
                    mode, HANDLERS, a -> new Handlers(a, mode, noteFlags).write());
        }

        private Operand variable(long at) {
            return abs(bytes, at, bytes);
        }

        private Operand stack(int slot) {
            return is64 ? mem(8, RSP, 8L * slot) : mem(4, ESP, 4L * slot);
        }

        private Operand stack32(int slot) {
            return is64 ? mem(4, RSP, 8L * slot) : mem(4, ESP, 4L * slot);
        }

        private void add(Operand value) {
            a.op(Mnemonic.ADD, variable(SUM), value);
            a.op(Mnemonic.ROL, variable(SUM), imm(5));
        }

        private void addStack(int slot) {
            a.op(Mnemonic.MOV, rax, stack(slot));
            add(rax);
        }

        private void dropAuxiliary(int slot) {
            a.op(Mnemonic.AND, stack32(slot), imm(~(int) Rflags.AF));
        }

        private void write() {
            for (int vector = 0; vector < VECTORS; vector++) {
                a.at(HANDLERS + (long) vector * STUB_BYTES);
                if ((ERROR_CODES >>> vector & 1) == 0) {
                    a.op(Mnemonic.PUSH, imm(0));
                }
                a.op(Mnemonic.PUSH, imm(vector));
                a.jump(Mnemonic.JMP, "exception");
            }
            a.label("exception");
            exception();
            a.at(entry(NMI_VECTOR)).db(is64 ? 0x48 : 0x90, 0xCF); // iret
            a.at(entry(IRQ_VECTOR));
            a.op(Mnemonic.PUSH, rax);
            a.op(Mnemonic.MOV, AL, imm(END_OF_INTERRUPT));
            a.op(Mnemonic.OUT, imm(PORT), AL);
            a.op(Mnemonic.POP, rax);
            iret();
            a.at(entry(DEBUG));
            debug();
            a.at(entry(BREAKPOINT));
            dropAuxiliary(2);
            iret();
            a.at(entry(BACK_VECTOR));
            dropAuxiliary(2);
            toKernel();
            a.op(Mnemonic.JMP, variable(BACK));
            if (is64) {
                a.at(SYSCALL);
                a.op(Mnemonic.AND, R11, imm(~Rflags.AF));
                toKernel();
                a.op(Mnemonic.JMP, variable(BACK));
            }
        }

        private void iret() {
            if (is64) {
                a.db(0x48);
            }
            a.db(0xCF);
        }

        private void exception() {
            a.op(Mnemonic.MOV, variable(SAVED), rax);
            dropAuxiliary(4);
            addStack(0); // vector
            addStack(1); // error code
            addStack(2); // RIP
            if (noteFlags) {
                addStack(4); // RFLAGS
            }
            if (is64) {
                addStack(5); // RSP
            }
            a.op(Mnemonic.MOV, rax, CR2);
            add(rax);
            a.op(Mnemonic.MOV, rax, variable(SAVED));
            toKernel();
            a.op(Mnemonic.JMP, variable(RECOVERY));
        }

        private void toKernel() {
            a.op(Mnemonic.MOV, variable(SAVED_TOO), rax);
            a.op(Mnemonic.MOV, EAX, imm(Rig.DATA0));
            a.op(Mnemonic.MOV, DS, AX);
            a.op(Mnemonic.MOV, ES, AX);
            a.op(Mnemonic.MOV, SS, AX);
            a.op(Mnemonic.MOV, ESP, imm(STACK));
            a.op(Mnemonic.CLD);
            a.op(Mnemonic.MOV, rax, variable(SAVED_TOO));
        }

        /** Ends single-stepping after some time, and passes over instruction breakpoints. */
        private void debug() {
            a.op(Mnemonic.PUSH, rax);
            addStack(1); // RIP
            a.op(Mnemonic.MOV, rax, DR6);
            add(rax);
            a.op(Mnemonic.MOV, EAX, imm(0xFFFF_0FF0L));
            a.op(Mnemonic.MOV, DR6, rax);
            a.op(Mnemonic.OR, stack32(3), imm(Rflags.RF));
            a.op(Mnemonic.DEC, abs(4, STEPS, bytes));
            a.jump(Mnemonic.JNLE, "more");
            a.op(Mnemonic.AND, stack32(3), imm(~(int) Rflags.TF));
            a.label("more");
            a.op(Mnemonic.POP, rax);
            iret();
        }
    }
}
