package dev.lungo.cpu.op;

import dev.lungo.cpu.block.Address;
import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.block.Place;
import dev.lungo.cpu.core.Flags;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;

/** CMPXCHG, CMPXCHG8B, CMPXCHG16B. A destination in memory is written in any case. */
final class CompareExchange {
    private CompareExchange() {}

    static Op lower(Lowering at, Instruction i) {
        Place to = at.place(i.operand(0));
        Operand source = i.operand(1);
        return new Single(to, at.place(source), at.state(State.GPR));
    }

    static Op lowerPair(Lowering at, Instruction i) {
        Address address = at.address((Operand.Memory) i.operand(0));
        return new Pair(address, i.mnemonic() == Mnemonic.CMPXCHG16B ? 8 : 4);
    }

    private static final class Single extends Op {
        private final Place to;
        private final Place from;
        private final long accumulator;

        Single(Place to, Place from, long accumulator) {
            this.to = to;
            this.from = from;
            this.accumulator = accumulator;
        }

        @Override
        public void execute(Processor cpu) {
            int bits = to.width.bits();
            long old = to.getForUpdate(cpu);
            long expected = to.width.truncate(Raw.getLong(accumulator));
            boolean equal = old == expected;
            if (equal) {
                to.update(cpu, from.get(cpu));
            } else {
                if (to.isMemory()) { // a register is left alone, and not even zero-extended
                    to.update(cpu, old);
                }
                switch (to.width) {
                    case BYTE -> Raw.putByte(accumulator, (int) old);
                    case WORD -> Raw.putShort(accumulator, (int) old);
                    case DWORD, QWORD -> Raw.putLong(accumulator, old);
                }
            }
            Flags.sub(cpu.state, bits, expected, old, expected - old);
        }
    }

    private static final class Pair extends Op {
        private final Address address;
        private final int half;

        Pair(Address address, int half) {
            this.address = address;
            this.half = half;
        }

        @Override
        public void execute(Processor cpu) {
            long linear = address.forStore(cpu, 2 * half);
            if (half == 8 && (linear & 15) != 0) {
                throw cpu.fault(ExceptionVector.GP, 0);
            }
            cpu.mmu.probeStore(linear, 2 * half);
            long low = cpu.mmu.loadForUpdate(linear, half);
            long high = cpu.mmu.loadForUpdate(linear + half, half);
            long a = cpu.state + State.gpr(0);
            long d = cpu.state + State.gpr(2);
            boolean equal = low == cut(Raw.getLong(a)) && high == cut(Raw.getLong(d));
            if (equal) {
                cpu.mmu.store(linear, half, Raw.getLong(cpu.state + State.gpr(3)));
                cpu.mmu.store(linear + half, half, Raw.getLong(cpu.state + State.gpr(1)));
            } else {
                cpu.mmu.store(linear, half, low);
                cpu.mmu.store(linear + half, half, high);
                Raw.putLong(a, low);
                Raw.putLong(d, high);
            }
            Flags.setZero(cpu.state, equal);
        }

        private long cut(long value) {
            return half == 8 ? value : value & 0xFFFF_FFFFL;
        }
    }
}
