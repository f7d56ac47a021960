package dev.lungo.cpu.op;

import dev.lungo.cpu.block.Address;
import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.core.Flags;
import dev.lungo.cpu.core.Mode;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;
import dev.lungo.isa.Rflags;

/**
 * MOVS, CMPS, STOS, LODS and SCAS, alone and repeated. SDM 2, "REP/REPE/REPZ/REPNE/REPNZ".
 *
 * <p>A repetition can be interrupted after any element: the registers are then as far as it got,
 * and RIP stays. Pages that the TLB knows are copied and filled in one go.
 */
public final class Strings {
    private static final int RSI = 6;
    private static final int RDI = 7;
    private static final int RCX = 1;
    private static final int PAGE = 4096;

    /** How many elements go by before a repetition looks for interrupts, and at its own code. */
    private static final int PATIENCE = 1024;

    private Strings() {}

    public static Op lower(Lowering at, Instruction i) {
        Step step =
                switch (i.mnemonic()) {
                    case MOVS -> new Move(at, i);
                    case CMPS -> new Compare(at, i);
                    case STOS -> new Store(at, i);
                    case LODS -> new Load(at, i);
                    default -> new Scan(at, i);
                };
        if (!i.has(Instruction.REP) && !i.has(Instruction.REPNE)) {
            return new Once(step);
        }
        boolean compares = i.mnemonic() == Mnemonic.CMPS || i.mnemonic() == Mnemonic.SCAS;
        Until until =
                !compares ? Until.COUNT : i.has(Instruction.REPNE) ? Until.EQUAL : Until.NOT_EQUAL;
        return new Repeated(step, until, at, i.addressBytes());
    }

    private enum Until {
        COUNT,
        EQUAL,
        NOT_EQUAL
    }

    /** One element's worth. */
    private abstract static class Step {
        final int bytes;
        private final int addressBytes;

        Step(int bytes, Instruction i) {
            this.bytes = bytes;
            this.addressBytes = i.addressBytes();
        }

        /** Does it, and moves the pointers. */
        abstract void perform(Processor cpu);

        /** Does up to so many at once, if that is possible; returns how many. */
        int performMany(Processor cpu, long most) {
            return 0;
        }

        final void advance(Processor cpu, int register, long elements) {
            long at = cpu.state + State.gpr(register);
            long moved = Raw.getLong(at) + (goesDown(cpu) ? -elements * bytes : elements * bytes);
            put(at, moved, addressBytes);
        }

        static final boolean goesDown(Processor cpu) {
            return (Raw.getLong(cpu.state + State.RFLAGS) & Rflags.DF) != 0;
        }

        /** How many elements there are from this one to the end of the page, on the way. */
        final long onPage(Processor cpu, long linear) {
            long offset = linear & PAGE - 1;
            if (!goesDown(cpu)) {
                return (PAGE - offset) / bytes;
            }
            return offset + bytes <= PAGE ? offset / bytes + 1 : 0;
        }

        /** Where so many elements begin, of which the first on the way is here. */
        final long lowest(Processor cpu, long first, long count) {
            return goesDown(cpu) ? first - (count - 1) * bytes : first;
        }
    }

    /** Writes a register at the address size. */
    private static void put(long at, long value, int addressBytes) {
        switch (addressBytes) {
            case 2 -> Raw.putShort(at, (int) value);
            case 4 -> Raw.putLong(at, value & 0xFFFF_FFFFL);
            default -> Raw.putLong(at, value);
        }
    }

    private static Address address(Lowering at, Operand operand) {
        return at.address((Operand.Memory) operand);
    }

    /** Whether linear addresses follow offsets without checks, so that a page is one piece. */
    private static boolean isPlain(Lowering at, Instruction i, Address address) {
        return (at.mode() & Mode.FLAT) != 0
                && i.addressBytes() >= 4
                && (at.is64() || address.segment() < 4);
    }

    private static final class Move extends Step {
        private final Address to;
        private final Address from;
        private final boolean plain;

        Move(Lowering at, Instruction i) {
            super(i.operand(0).bytes(), i);
            to = address(at, i.operand(0));
            from = address(at, i.operand(1));
            plain = isPlain(at, i, to) && isPlain(at, i, from);
        }

        @Override
        void perform(Processor cpu) {
            long value = cpu.mmu.load(from.forLoad(cpu, bytes), bytes);
            cpu.mmu.store(to.forStore(cpu, bytes), bytes, value);
            advance(cpu, RSI, 1);
            advance(cpu, RDI, 1);
        }

        @Override
        int performMany(Processor cpu, long most) {
            if (!plain) {
                return 0;
            }
            long source = from.forLoad(cpu, bytes);
            long target = to.forStore(cpu, bytes);
            long count = Math.min(most, Math.min(onPage(cpu, source), onPage(cpu, target)));
            long sourceHost = cpu.mmu.hostForLoad(source);
            long targetHost = cpu.mmu.hostForStore(target);
            if (sourceHost == 0 || targetHost == 0 || count == 0) {
                return 0;
            }
            long length = count * bytes;
            long ahead = goesDown(cpu) ? sourceHost - targetHost : targetHost - sourceHost;
            if (ahead > 0 && ahead < length) {
                return 0; // each element may be one just copied
            }
            Raw.copy(lowest(cpu, sourceHost, count), lowest(cpu, targetHost, count), length);
            advance(cpu, RSI, count);
            advance(cpu, RDI, count);
            return (int) count;
        }
    }

    private static final class Store extends Step {
        private final Address to;
        private final boolean plain;

        Store(Lowering at, Instruction i) {
            super(i.operand(0).bytes(), i);
            to = address(at, i.operand(0));
            plain = isPlain(at, i, to);
        }

        @Override
        void perform(Processor cpu) {
            cpu.mmu.store(to.forStore(cpu, bytes), bytes, Raw.getLong(cpu.state + State.GPR));
            advance(cpu, RDI, 1);
        }

        @Override
        int performMany(Processor cpu, long most) {
            if (!plain) {
                return 0;
            }
            long target = to.forStore(cpu, bytes);
            long count = Math.min(most, onPage(cpu, target));
            long first = cpu.mmu.hostForStore(target);
            if (first == 0 || count == 0) {
                return 0;
            }
            long host = lowest(cpu, first, count);
            long value = Raw.getLong(cpu.state + State.GPR);
            if (bytes == 1 || value == 0) {
                Raw.fill(host, count * bytes, (byte) value);
            } else {
                fill(host, count * bytes, value);
            }
            advance(cpu, RDI, count);
            return (int) count;
        }

        /** Stores the first element, and copies what is there behind it until it is enough. */
        private void fill(long host, long length, long value) {
            switch (bytes) {
                case 2 -> Raw.putShort(host, (int) value);
                case 4 -> Raw.putInt(host, (int) value);
                default -> Raw.putLong(host, value);
            }
            for (long done = bytes; done < length; ) {
                long more = Math.min(done, length - done);
                Raw.copy(host, host + done, more);
                done += more;
            }
        }
    }

    private static final class Load extends Step {
        private final Address from;

        Load(Lowering at, Instruction i) {
            super(i.operand(0).bytes(), i);
            from = address(at, memoryOf(i));
        }

        @Override
        void perform(Processor cpu) {
            long value = cpu.mmu.load(from.forLoad(cpu, bytes), bytes);
            long a = cpu.state + State.GPR;
            switch (bytes) {
                case 1 -> Raw.putByte(a, (int) value);
                case 2 -> Raw.putShort(a, (int) value);
                default -> Raw.putLong(a, value);
            }
            advance(cpu, RSI, 1);
        }
    }

    private static Operand memoryOf(Instruction i) {
        for (Operand operand : i.operands()) {
            if (operand instanceof Operand.Memory) {
                return operand;
            }
        }
        throw new IllegalArgumentException("no memory operand: " + i);
    }

    private static final class Compare extends Step {
        private final Address left;
        private final Address right;

        /** The operands are DS:rSI, which ES:rDI is subtracted from. */
        Compare(Lowering at, Instruction i) {
            super(i.operand(0).bytes(), i);
            Operand.Memory first = (Operand.Memory) i.operand(0);
            boolean sourceFirst = first.base() == RSI;
            left = address(at, i.operand(sourceFirst ? 0 : 1));
            right = address(at, i.operand(sourceFirst ? 1 : 0));
        }

        @Override
        void perform(Processor cpu) {
            long a = cpu.mmu.load(left.forLoad(cpu, bytes), bytes);
            long b = cpu.mmu.load(right.forLoad(cpu, bytes), bytes);
            Flags.sub(cpu.state, 8 * bytes, a, b, a - b);
            advance(cpu, RSI, 1);
            advance(cpu, RDI, 1);
        }
    }

    private static final class Scan extends Step {
        private final Address at;

        Scan(Lowering lowering, Instruction i) {
            super(memoryOf(i).bytes(), i);
            at = address(lowering, memoryOf(i));
        }

        @Override
        void perform(Processor cpu) {
            long b = cpu.mmu.load(at.forLoad(cpu, bytes), bytes);
            long a = Raw.getLong(cpu.state + State.GPR);
            Flags.sub(cpu.state, 8 * bytes, a, b, a - b);
            advance(cpu, RDI, 1);
        }
    }

    private static final class Once extends Op {
        private final Step step;

        Once(Step step) {
            this.step = step;
        }

        @Override
        public void execute(Processor cpu) {
            step.perform(cpu);
        }
    }

    private static final class Repeated extends Op.Ending {
        private final Step step;
        private final Until until;
        private final long rcx;
        private final int addressBytes;
        private final long counterMask;
        private final long mask;

        Repeated(Step step, Until until, Lowering at, int addressBytes) {
            this.step = step;
            this.until = until;
            this.rcx = at.state(State.gpr(RCX));
            this.addressBytes = addressBytes;
            this.counterMask = addressBytes == 8 ? -1 : (1L << 8 * addressBytes) - 1;
            this.mask = at.is64() ? -1 : 0xFFFF_FFFFL;
        }

        @Override
        public void execute(Processor cpu) {
            boolean separately = cpu.debug.separatesIterations();
            int patience = separately ? 1 : PATIENCE;
            long count = Raw.getLong(rcx) & counterMask;
            while (count != 0) {
                boolean many = until == Until.COUNT && !separately;
                // The count is unsigned; no page has as many elements as this.
                int done = many ? step.performMany(cpu, count < 0 ? PAGE : count) : 0;
                if (done == 0) {
                    step.perform(cpu);
                    done = 1;
                }
                count -= done;
                put(rcx, count, addressBytes);
                if (until != Until.COUNT && Flags.zf(cpu.state) == (until == Until.EQUAL)) {
                    break;
                }
                patience -= done;
                if (patience <= 0 && count != 0) {
                    if (Raw.getIntOpaque(cpu.state + State.PENDING) != 0 || !cpu.isCodeLive()) {
                        cpu.leaveRepetition(start);
                        return;
                    }
                    patience = PATIENCE;
                }
            }
            cpu.branch(false, end, mask);
        }
    }
}
