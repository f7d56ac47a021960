package dev.lungo.cpu.block;

import dev.lungo.cpu.core.GuestFault;
import dev.lungo.cpu.core.Mode;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.State;
import dev.lungo.cpu.op.Fusion;
import dev.lungo.isa.Decoded;
import dev.lungo.isa.Decoder;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;
import dev.lungo.isa.RegisterKind;
import dev.lungo.isa.Segment;
import dev.lungo.isa.Undecodable;
import dev.lungo.isa.Width;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes blocks: fetches and decodes instructions and turns each into an {@link Op} by the {@link
 * Families family} it belongs to. To them it is the context: the mode, where the instruction
 * stands, and where its operands are.
 */
public final class Lowering {
    static final int MAX_OPS = 48;
    private static final int MAX_INSTRUCTION_BYTES = 15;
    private static final int PAGE = 4096;

    private final Processor cpu;
    private final Constants constants = new Constants();
    private final byte[] bytes = new byte[MAX_INSTRUCTION_BYTES];

    private int mode;
    private int start;
    private int end;

    /** Whether the instruction accesses memory atomically, and whether it has such an operand. */
    private boolean locked;

    private boolean hasShared;

    /** Where the second page of an instruction that crosses into one is. */
    private long spill;

    /** What the decoder made of the bytes looked at last. */
    private Decoded decoded = Undecodable.INVALID;

    Lowering(Processor cpu) {
        this.cpu = cpu;
    }

    void clear() {
        constants.clear();
    }

    /** How many different constants are kept. */
    int constants() {
        return constants.size();
    }

    /**
     * Lowers the code at an address, up to {@code mostOps} instructions.
     *
     * @throws GuestFault if not even the first instruction can be fetched
     */
    Block block(long linear, long physical, int modeBits, int mostOps) {
        int most = mostOps;
        mode = modeBits;
        start = 0;
        spill = -1;
        List<Op> ops = new ArrayList<>();
        int left = PAGE - (int) (physical & (PAGE - 1));
        while (ops.size() < most && start < left) {
            Op op = next(linear, physical, left - start);
            if (op == null) {
                break;
            }
            op.place(start, end);
            if (!ops.isEmpty() && ops.getLast() instanceof Op.Shielding shield) {
                shield.follow();
                most = ops.size() + 1;
            }
            op = fuse(ops, op);
            ops.add(op);
            start = end;
            if (op instanceof Op.Ending) {
                return new Block(ops.toArray(new Op[0]), physical, spill, start, mode);
            }
        }
        end = start;
        Op fallThrough = new FallThrough(is64() ? -1 : 0xFFFF_FFFFL);
        fallThrough.place(start, start);
        ops.add(fallThrough);
        return new Block(ops.toArray(new Op[0]), physical, spill, start, mode);
    }

    /**
     * The instruction {@code offset} bytes behind an address, where none crosses into a page. There
     * was one when a unit was made of it; if another processor has just changed that, what comes
     * back leads there anew.
     */
    Op single(long physical, int offset, int modeBits) {
        mode = modeBits;
        start = offset;
        spill = -1;
        int left = PAGE - (int) (physical & (PAGE - 1));
        Op op = next(0, physical, left - offset);
        if (op == null) {
            op = new Gone();
            end = start;
        }
        op.place(start, end);
        return op;
    }

    /** The op, or one that also does what the last ones do, which are removed then. */
    private Op fuse(List<Op> ops, Op op) {
        Op result = op;
        while (!ops.isEmpty()) {
            Op fused = Fusion.of(ops.getLast(), result);
            if (fused == null) {
                break;
            }
            fused.place(start, end);
            ops.removeLast();
            result = fused;
        }
        return result;
    }

    /** The next instruction; none if it is not the block's first and would fault in the fetch. */
    private @org.jspecify.annotations.Nullable Op next(long linear, long physical, int onPage) {
        long limit = cpu.codeBytesLeft(start);
        int available = (int) Math.min(Math.min(onPage, limit), MAX_INSTRUCTION_BYTES);
        cpu.fetch(physical + start, bytes, 0, available);
        decoded = Decoder.decode(Mode.codeMode(mode), bytes, 0, available);
        if (decoded == Undecodable.TRUNCATED) {
            if (start != 0) {
                return null;
            }
            if (limit > available && onPage == available) {
                spill = cpu.mmu.translateForFetch(cpu.wrapLinear(linear + onPage));
                int more = (int) Math.min(limit, MAX_INSTRUCTION_BYTES) - available;
                cpu.fetch(spill, bytes, available, more);
                available += more;
                decoded = Decoder.decode(Mode.codeMode(mode), bytes, 0, available);
            }
            if (decoded == Undecodable.TRUNCATED) {
                throw cpu.fault(ExceptionVector.GP, 0);
            }
        }
        if (decoded instanceof Instruction instruction) {
            end = start + instruction.length();
            locked = instruction.has(Instruction.LOCK) || instruction.mnemonic() == Mnemonic.XCHG;
            hasShared = false;
            Op op = Families.lower(this, instruction);
            if (hasShared) {
                op = new Atomically(op);
            }
            op.hasStackOperand(hasStackOperand(instruction));
            return op;
        }
        if (start != 0) {
            return null;
        }
        end = start + available; // another of these bytes may make it an instruction
        return new Raise(decoded == Undecodable.TOO_LONG ? ExceptionVector.GP : ExceptionVector.UD);
    }

    private static boolean hasStackOperand(Instruction instruction) {
        for (Operand each : instruction.operands()) {
            if (each instanceof Operand.Memory memory && memory.segment() == Segment.SS) {
                return true;
            }
        }
        return false;
    }

    /** What the bytes lowered last are, of a block of one instruction. */
    Decoded decoded() {
        return decoded;
    }

    // What the families ask.

    public Processor cpu() {
        return cpu;
    }

    /** See {@link Mode}. */
    public int mode() {
        return mode;
    }

    public boolean is64() {
        return Mode.is64(mode);
    }

    /** Where the instruction begins, in bytes from the beginning of the block. */
    public int start() {
        return start;
    }

    /** Where the next one begins. */
    public int end() {
        return end;
    }

    /** The byte of the instruction's encoding at this place. */
    public int codeByte(int offset) {
        return bytes[offset] & 0xFF;
    }

    /** The absolute address of something in the processor's state. */
    public long state(int offset) {
        return cpu.state + offset;
    }

    /** The absolute address of a general, MMX or vector register. */
    public long register(Operand.Register register) {
        int number = register.number();
        return switch (register.kind()) {
            case GPR8, GPR16, GPR32, GPR64 -> state(State.gpr(number));
            case GPR8_HIGH -> state(State.gpr(number) + 1);
            case XMM, YMM -> state(State.vector(number));
            case MMX -> state(State.X87 + 16 * number);
            case SEGMENT, CONTROL, DEBUG, X87, BOUND ->
                    throw new IllegalArgumentException("no plain cell: " + register);
        };
    }

    /** The absolute address of eight bytes that hold this value for as long as the block lives. */
    public long constant(long value) {
        return constants.cell(value);
    }

    /** The absolute address of a register or an immediate. */
    public long cell(Operand operand) {
        return switch (operand) {
            case Operand.Register register -> register(register);
            case Operand.Immediate immediate -> constant(immediate.value());
            case Operand.Memory _, Operand.Relative _, Operand.FarPointer _ ->
                    throw new IllegalArgumentException("no plain cell: " + operand);
        };
    }

    /** An integer operand of any kind. */
    public Place place(Operand operand) {
        return place(operand, Width.ofBytes(operand.bytes()));
    }

    /** As {@link #place}, where the operand's own width is not the one that counts. */
    public Place place(Operand operand, Width width) {
        if (!(operand instanceof Operand.Memory memory)) {
            return new Place.Cell(width, cell(operand));
        }
        if (locked) {
            hasShared = true;
            return new Place.Shared(width, address(memory));
        }
        return new Place.Memory(width, address(memory));
    }

    /** Whether the instruction has a LOCK prefix, or works like one that has. */
    public boolean isLocked() {
        return locked;
    }

    public Address address(Operand.Memory memory) {
        long zero = state(State.ZERO);
        long displacement = memory.displacement();
        long base = zero;
        if (memory.base() == Operand.Memory.RIP) {
            base = state(State.RIP);
            displacement += end;
        } else if (memory.base() != Operand.Memory.NONE) {
            base = state(State.gpr(memory.base()));
        }
        boolean indexed =
                memory.index() != Operand.Memory.NONE && memory.vectorIndex() == RegisterKind.GPR64;
        long index = indexed ? state(State.gpr(memory.index())) : zero;
        int shift = Integer.numberOfTrailingZeros(memory.scale());
        Segment segment = memory.segment();
        boolean based = segment == Segment.FS || segment == Segment.GS;
        boolean checked = !is64() && (based || (mode & Mode.FLAT) == 0);
        int number = number(segment);
        long segmentBase = based ? state(State.segmentBase(number)) : zero;
        long mask = memory.addressBytes() == 8 ? -1 : (1L << 8 * memory.addressBytes()) - 1;
        return new Address(base, index, shift, displacement, mask, segmentBase, number, checked);
    }

    /** The encoding of a segment register. */
    public static int number(Segment segment) {
        return switch (segment) {
            case ES -> 0;
            case CS -> 1;
            case SS -> 2;
            case DS -> 3;
            case FS -> 4;
            case GS -> 5;
        };
    }

    /** Where an instruction was, and is none any more. */
    private static final class Gone extends Op.Ending {
        @Override
        public int instructions() {
            return 0;
        }

        @Override
        public void execute(Processor cpu) {
            cpu.continueAt(start);
        }
    }

    /** Where a block ends without a branch. */
    private static final class FallThrough extends Op.Ending {
        private final long mask;

        FallThrough(long mask) {
            this.mask = mask;
        }

        @Override
        public int instructions() {
            return 0;
        }

        @Override
        public void execute(Processor cpu) {
            cpu.branch(false, end, mask);
        }
    }

    /** An instruction that raises an exception, whatever the state. */
    public static final class Raise extends Op.Ending {
        private final ExceptionVector vector;

        public Raise(ExceptionVector vector) {
            this.vector = vector;
        }

        @Override
        public void execute(Processor cpu) {
            throw cpu.fault(vector, 0);
        }
    }
}
