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
        return i.mnemonic() == Mnemonic.CMPXCHG16B
                ? new WidePair(address, at.isLocked())
                : new Pair(address);
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

    /** CMPXCHG8B, atomic with or without a LOCK prefix. */
    private static final class Pair extends Op {
        private final Address address;

        Pair(Address address) {
            this.address = address;
        }

        @Override
        public void execute(Processor cpu) {
            long linear = address.forStore(cpu, 8);
            long a = cpu.state + State.gpr(0);
            long d = cpu.state + State.gpr(2);
            long expected = joined(a, d);
            long desired = joined(cpu.state + State.gpr(3), cpu.state + State.gpr(1));
            long old;
            do {
                old = cpu.mmu.loadForUpdate(linear, 8);
            } while (!cpu.mmu.compareAndStore(linear, 8, old, old == expected ? desired : old));
            if (old != expected) {
                Raw.putLong(a, old & 0xFFFF_FFFFL);
                Raw.putLong(d, old >>> 32);
            }
            Flags.setZero(cpu.state, old == expected);
        }

        private static long joined(long low, long high) {
            return Raw.getInt(low) & 0xFFFF_FFFFL | (long) Raw.getInt(high) << 32;
        }
    }

    /** CMPXCHG16B. Java has no atomic access so wide: where it must be atomic, the others stop. */
    private static final class WidePair extends Op {
        private final Address address;
        private final boolean locked;

        WidePair(Address address, boolean locked) {
            this.address = address;
            this.locked = locked;
        }

        @Override
        public void execute(Processor cpu) {
            long linear = address.forStore(cpu, 16);
            if ((linear & 15) != 0) {
                throw cpu.fault(ExceptionVector.GP, 0);
            }
            if (locked) {
                cpu.exclusively(() -> exchange(cpu, linear));
            } else {
                exchange(cpu, linear);
            }
        }

        private static boolean exchange(Processor cpu, long linear) {
            cpu.mmu.probeStore(linear, 16);
            long low = cpu.mmu.loadForUpdate(linear, 8);
            long high = cpu.mmu.loadForUpdate(linear + 8, 8);
            long a = cpu.state + State.gpr(0);
            long d = cpu.state + State.gpr(2);
            boolean equal = low == Raw.getLong(a) && high == Raw.getLong(d);
            if (equal) {
                cpu.mmu.store(linear, 8, Raw.getLong(cpu.state + State.gpr(3)));
                cpu.mmu.store(linear + 8, 8, Raw.getLong(cpu.state + State.gpr(1)));
            } else {
                cpu.mmu.store(linear, 8, low);
                cpu.mmu.store(linear + 8, 8, high);
                Raw.putLong(a, low);
                Raw.putLong(d, high);
            }
            Flags.setZero(cpu.state, equal);
            return equal;
        }
    }
}
