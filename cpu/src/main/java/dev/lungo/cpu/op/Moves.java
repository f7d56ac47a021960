package dev.lungo.cpu.op;

import dev.lungo.cpu.block.Address;
import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.block.Place;
import dev.lungo.cpu.core.Flags;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;
import dev.lungo.isa.RegisterKind;
import dev.lungo.isa.Rflags;
import dev.lungo.isa.Width;

/** Moves between general registers and memory, and conversions of width. SDM 2. */
public final class Moves {
    private Moves() {}

    public static Op lower(Lowering at, Instruction i) {
        return switch (i.mnemonic()) {
            case MOV -> mov(at, i);
            case MOVNTI -> move(at, i);
            case MOVZX -> movzx(at, i);
            case MOVSX, MOVSXD -> new MoveSigned(at.place(i.operand(0)), at.place(i.operand(1)));
            case LEA -> lea(at, i);
            case XCHG -> xchg(at, i);
            case MOVBE -> new MoveSwapped(at.place(i.operand(0)), at.place(i.operand(1)));
            case BSWAP -> new ByteSwap(at.place(i.operand(0)));
            case XLAT -> new Translate(at.address((Operand.Memory) i.operand(0)), at);
            case LAHF -> new LoadFlags(at.state(State.GPR) + 1);
            case SAHF -> new StoreFlags(at.state(State.GPR) + 1);
            case CBW, CWDE, CDQE -> new ExtendAccumulator(at, i.operandBytes());
            case CWD, CDQ, CQO -> new SpreadSign(at, i.operandBytes());
            default ->
                    new ConditionalMove(
                            condition(i.mnemonic()),
                            at.place(i.operand(0)),
                            at.place(i.operand(1)));
        };
    }

    private static int condition(Mnemonic mnemonic) {
        return Conditions.of(mnemonic, "CMOV");
    }

    private static Op mov(Lowering at, Instruction i) {
        for (Operand operand : i.operands()) {
            if (operand instanceof Operand.Register register) {
                if (register.kind() == RegisterKind.SEGMENT) {
                    return SegmentLoads.lowerMove(at, i);
                }
                if (register.kind() == RegisterKind.CONTROL
                        || register.kind() == RegisterKind.DEBUG) {
                    return Privileged.lowerMove(at, i);
                }
            }
        }
        return move(at, i);
    }

    private static Op move(Lowering at, Instruction i) {
        Operand to = i.operand(0);
        Operand from = i.operand(1);
        if (to instanceof Operand.Memory memory) {
            Address address = at.address(memory);
            long source = at.cell(from);
            return switch (Width.ofBytes(memory.bytes())) {
                case BYTE -> new Store8(address, source);
                case WORD -> new Store16(address, source);
                case DWORD -> new Store32(address, source);
                case QWORD -> new Store64(address, source);
            };
        }
        long destination = at.cell(to);
        if (from instanceof Operand.Memory memory) {
            Address address = at.address(memory);
            return switch (Width.ofBytes(memory.bytes())) {
                case BYTE -> new Load8(destination, address);
                case WORD -> new Load16(destination, address);
                case DWORD -> new Load32(destination, address);
                case QWORD -> new Load64(destination, address);
            };
        }
        long source = at.cell(from);
        return switch (Width.ofBytes(to.bytes())) {
            case BYTE -> new Copy8(destination, source);
            case WORD -> new Copy16(destination, source);
            case DWORD -> new Copy32(destination, source);
            case QWORD -> new Copy64(destination, source);
        };
    }

    private static Op movzx(Lowering at, Instruction i) {
        Operand from = i.operand(1);
        if (from instanceof Operand.Memory memory && i.operand(0).bytes() >= 4) {
            long destination = at.cell(i.operand(0));
            Address address = at.address(memory);
            return memory.bytes() == 1
                    ? new LoadZero8(destination, address)
                    : new LoadZero16(destination, address);
        }
        return new MoveZero(at.place(i.operand(0)), at.place(from));
    }

    private static Op lea(Lowering at, Instruction i) {
        Address address = at.address((Operand.Memory) i.operand(1));
        long destination = at.cell(i.operand(0));
        return switch (Width.ofBytes(i.operand(0).bytes())) {
            case BYTE -> throw new IllegalArgumentException("LEA has no byte form");
            case WORD -> new Lea16(destination, address);
            case DWORD -> new Lea32(destination, address);
            case QWORD -> new Lea64(destination, address);
        };
    }

    private static Op xchg(Lowering at, Instruction i) {
        Place a = at.place(i.operand(0));
        Place b = at.place(i.operand(1));
        return a.isMemory() ? new Exchange(a, b) : new Exchange(b, a);
    }

    /** A register or a constant to a register. */
    private abstract static class Copy extends Op {
        final long to;
        final long from;

        Copy(long to, long from) {
            this.to = to;
            this.from = from;
        }
    }

    private static final class Copy8 extends Copy {
        Copy8(long to, long from) {
            super(to, from);
        }

        @Override
        public void execute(Processor cpu) {
            Raw.putByte(to, Raw.getByte(from));
        }
    }

    private static final class Copy16 extends Copy {
        Copy16(long to, long from) {
            super(to, from);
        }

        @Override
        public void execute(Processor cpu) {
            Raw.putShort(to, Raw.getShort(from));
        }
    }

    private static final class Copy32 extends Copy {
        Copy32(long to, long from) {
            super(to, from);
        }

        @Override
        public void execute(Processor cpu) {
            Raw.putLong(to, Raw.getInt(from) & 0xFFFF_FFFFL);
        }
    }

    private static final class Copy64 extends Copy {
        Copy64(long to, long from) {
            super(to, from);
        }

        @Override
        public void execute(Processor cpu) {
            Raw.putLong(to, Raw.getLong(from));
        }
    }

    /** Between a cell and memory. */
    private abstract static class Access extends Op {
        final long cell;
        final Address address;

        Access(long cell, Address address) {
            this.cell = cell;
            this.address = address;
        }
    }

    private static final class Load8 extends Access {
        Load8(long to, Address address) {
            super(to, address);
        }

        @Override
        public void execute(Processor cpu) {
            Raw.putByte(cell, cpu.mmu.load8(address.forLoad(cpu, 1)));
        }
    }

    private static final class Load16 extends Access {
        Load16(long to, Address address) {
            super(to, address);
        }

        @Override
        public void execute(Processor cpu) {
            Raw.putShort(cell, cpu.mmu.load16(address.forLoad(cpu, 2)));
        }
    }

    private static final class Load32 extends Access {
        Load32(long to, Address address) {
            super(to, address);
        }

        @Override
        public void execute(Processor cpu) {
            Raw.putLong(cell, cpu.mmu.load32(address.forLoad(cpu, 4)) & 0xFFFF_FFFFL);
        }
    }

    private static final class Load64 extends Access {
        Load64(long to, Address address) {
            super(to, address);
        }

        @Override
        public void execute(Processor cpu) {
            Raw.putLong(cell, cpu.mmu.load64(address.forLoad(cpu, 8)));
        }
    }

    private static final class LoadZero8 extends Access {
        LoadZero8(long to, Address address) {
            super(to, address);
        }

        @Override
        public void execute(Processor cpu) {
            Raw.putLong(cell, cpu.mmu.load8(address.forLoad(cpu, 1)));
        }
    }

    private static final class LoadZero16 extends Access {
        LoadZero16(long to, Address address) {
            super(to, address);
        }

        @Override
        public void execute(Processor cpu) {
            Raw.putLong(cell, cpu.mmu.load16(address.forLoad(cpu, 2)));
        }
    }

    private static final class Store8 extends Access {
        Store8(Address address, long from) {
            super(from, address);
        }

        @Override
        public void execute(Processor cpu) {
            cpu.mmu.store8(address.forStore(cpu, 1), Raw.getByte(cell));
        }
    }

    private static final class Store16 extends Access {
        Store16(Address address, long from) {
            super(from, address);
        }

        @Override
        public void execute(Processor cpu) {
            cpu.mmu.store16(address.forStore(cpu, 2), Raw.getShort(cell));
        }
    }

    private static final class Store32 extends Access {
        Store32(Address address, long from) {
            super(from, address);
        }

        @Override
        public void execute(Processor cpu) {
            cpu.mmu.store32(address.forStore(cpu, 4), Raw.getInt(cell));
        }
    }

    private static final class Store64 extends Access {
        Store64(Address address, long from) {
            super(from, address);
        }

        @Override
        public void execute(Processor cpu) {
            cpu.mmu.store64(address.forStore(cpu, 8), Raw.getLong(cell));
        }
    }

    private static final class Lea16 extends Access {
        Lea16(long to, Address address) {
            super(to, address);
        }

        @Override
        public void execute(Processor cpu) {
            Raw.putShort(cell, (int) address.offset());
        }
    }

    private static final class Lea32 extends Access {
        Lea32(long to, Address address) {
            super(to, address);
        }

        @Override
        public void execute(Processor cpu) {
            Raw.putLong(cell, address.offset() & 0xFFFF_FFFFL);
        }
    }

    private static final class Lea64 extends Access {
        Lea64(long to, Address address) {
            super(to, address);
        }

        @Override
        public void execute(Processor cpu) {
            Raw.putLong(cell, address.offset());
        }
    }

    /** From one place to another. */
    private abstract static class Move extends Op {
        final Place to;
        final Place from;

        Move(Place to, Place from) {
            this.to = to;
            this.from = from;
        }
    }

    private static final class MoveZero extends Move {
        MoveZero(Place to, Place from) {
            super(to, from);
        }

        @Override
        public void execute(Processor cpu) {
            to.set(cpu, from.get(cpu));
        }
    }

    private static final class MoveSigned extends Move {
        MoveSigned(Place to, Place from) {
            super(to, from);
        }

        @Override
        public void execute(Processor cpu) {
            to.set(cpu, from.width.signExtend(from.get(cpu)));
        }
    }

    private static final class MoveSwapped extends Move {
        MoveSwapped(Place to, Place from) {
            super(to, from);
        }

        @Override
        public void execute(Processor cpu) {
            to.set(cpu, Long.reverseBytes(from.get(cpu)) >>> 64 - from.width.bits());
        }
    }

    private static final class ConditionalMove extends Move {
        private final int condition;

        ConditionalMove(int condition, Place to, Place from) {
            super(to, from);
            this.condition = condition;
        }

        @Override
        public void execute(Processor cpu) {
            long value = from.get(cpu); // faults whatever the condition
            to.set(cpu, Flags.condition(cpu.state, condition) ? value : to.get(cpu));
        }
    }

    private static final class Exchange extends Move {
        Exchange(Place to, Place from) {
            super(to, from);
        }

        @Override
        public void execute(Processor cpu) {
            long old = to.getForUpdate(cpu);
            to.update(cpu, from.get(cpu));
            from.set(cpu, old);
        }
    }

    /** Of a 16-bit register the result is undefined; it becomes zero here, as on hardware. */
    private static final class ByteSwap extends Op {
        private final Place place;

        ByteSwap(Place place) {
            this.place = place;
        }

        @Override
        public void execute(Processor cpu) {
            switch (place.width) {
                case BYTE, WORD -> place.set(cpu, 0);
                case DWORD -> place.set(cpu, Integer.reverseBytes((int) place.get(cpu)));
                case QWORD -> place.set(cpu, Long.reverseBytes(place.get(cpu)));
            }
        }
    }

    private static final class Translate extends Op {
        private final Address table;
        private final long al;

        Translate(Address table, Lowering at) {
            this.table = table;
            this.al = at.state(State.GPR);
        }

        @Override
        public void execute(Processor cpu) {
            Raw.putByte(al, cpu.mmu.load8(table.linear(cpu, Raw.getByte(al), 1, false)));
        }
    }

    private static final class LoadFlags extends Op {
        private final long ah;

        LoadFlags(long ah) {
            this.ah = ah;
        }

        @Override
        public void execute(Processor cpu) {
            Raw.putByte(ah, (int) (Flags.status(cpu.state) | Rflags.FIXED));
        }
    }

    private static final class StoreFlags extends Op {
        private final long ah;

        StoreFlags(long ah) {
            this.ah = ah;
        }

        @Override
        public void execute(Processor cpu) {
            long overflow = Flags.of(cpu.state) ? Rflags.OF : 0;
            Flags.setStatus(cpu.state, Raw.getByte(ah) | overflow);
        }
    }

    /** AL to AX, AX to EAX, EAX to RAX. */
    private static final class ExtendAccumulator extends Op {
        private final long a;
        private final int bytes;

        ExtendAccumulator(Lowering at, int bytes) {
            this.a = at.state(State.GPR);
            this.bytes = bytes;
        }

        @Override
        public void execute(Processor cpu) {
            switch (bytes) {
                case 2 -> Raw.putShort(a, (byte) Raw.getByte(a));
                case 4 -> Raw.putLong(a, (short) Raw.getShort(a) & 0xFFFF_FFFFL);
                default -> Raw.putLong(a, Raw.getInt(a));
            }
        }
    }

    /** The sign of AX, EAX or RAX into all of DX, EDX or RDX. */
    private static final class SpreadSign extends Op {
        private final long a;
        private final long d;
        private final int bytes;

        SpreadSign(Lowering at, int bytes) {
            this.a = at.state(State.GPR);
            this.d = at.state(State.gpr(2));
            this.bytes = bytes;
        }

        @Override
        public void execute(Processor cpu) {
            switch (bytes) {
                case 2 -> Raw.putShort(d, (short) Raw.getShort(a) >> 15);
                case 4 -> Raw.putLong(d, (Raw.getInt(a) >> 31) & 0xFFFF_FFFFL);
                default -> Raw.putLong(d, Raw.getLong(a) >> 63);
            }
        }
    }
}
