package dev.lungo.cpu.op;

import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.block.Place;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.StackPointer;
import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;
import dev.lungo.isa.RegisterKind;
import dev.lungo.isa.Width;

/** PUSH, POP, PUSHA, POPA, ENTER and LEAVE. SDM 2. */
public final class Stack {
    private static final int RSP = 4;
    private static final int RBP = 5;

    private Stack() {}

    public static Op lower(Lowering at, Instruction i) {
        int bytes = i.operandBytes();
        return switch (i.mnemonic()) {
            case PUSH, POP -> pushOrPop(at, i);
            case PUSHA -> new PushAll(bytes);
            case POPA -> new PopAll(bytes);
            case ENTER -> {
                long frame = ((Operand.Immediate) i.operand(0)).value() & 0xFFFF;
                int level = (int) ((Operand.Immediate) i.operand(1)).value() & 31;
                yield new Enter(bytes, frame, level);
            }
            case LEAVE -> new Leave(bytes);
            default -> throw new IllegalArgumentException("not of the stack: " + i.mnemonic());
        };
    }

    private static Op pushOrPop(Lowering at, Instruction i) {
        Operand operand = i.operand(0);
        if (operand instanceof Operand.Register r && r.kind() == RegisterKind.SEGMENT) {
            return SegmentLoads.lowerPushPop(at, i);
        }
        boolean push = i.mnemonic() == Mnemonic.PUSH;
        int bytes = i.operandBytes();
        if (at.is64() && bytes == 8 && !(operand instanceof Operand.Memory)) {
            long rsp = at.state(State.gpr(RSP));
            long cell = at.cell(operand);
            return push ? new Push64(rsp, cell) : new Pop64(rsp, cell);
        }
        Place place = at.place(operand, Width.ofBytes(bytes));
        return push ? new Push(place) : new Pop(place);
    }

    private abstract static class OnStack extends Op {
        @Override
        public final boolean addressesStack() {
            return true;
        }
    }

    private static final class Push64 extends OnStack {
        private final long rsp;
        private final long cell;

        Push64(long rsp, long cell) {
            this.rsp = rsp;
            this.cell = cell;
        }

        @Override
        public void execute(Processor cpu) {
            long to = Raw.getLong(rsp) - 8;
            cpu.mmu.store64(to, Raw.getLong(cell));
            Raw.putLong(rsp, to);
        }
    }

    private static final class Pop64 extends OnStack {
        private final long rsp;
        private final long cell;

        Pop64(long rsp, long cell) {
            this.rsp = rsp;
            this.cell = cell;
        }

        @Override
        public void execute(Processor cpu) {
            long from = Raw.getLong(rsp);
            long value = cpu.mmu.load64(from);
            Raw.putLong(rsp, from + 8);
            Raw.putLong(cell, value); // last, for POP RSP
        }
    }

    /** Two memory accesses, of which only one is to the stack for sure. */
    private abstract static class WithOperand extends Op {
        final Place place;

        /** Whether the access under way is the implicit one. */
        boolean onStack;

        WithOperand(Place place) {
            this.place = place;
        }

        @Override
        public final boolean addressesStack() {
            return onStack || super.addressesStack();
        }
    }

    private static final class Push extends WithOperand {
        Push(Place place) {
            super(place);
        }

        @Override
        public void execute(Processor cpu) {
            onStack = false;
            long value = place.get(cpu);
            onStack = true;
            StackPointer.push(cpu, place.width.bytes(), value);
        }
    }

    /** The address of a destination in memory is computed after rSP has moved. */
    private static final class Pop extends WithOperand {
        Pop(Place place) {
            super(place);
        }

        @Override
        public void execute(Processor cpu) {
            long rsp = cpu.state + State.gpr(RSP);
            long old = Raw.getLong(rsp);
            int bytes = place.width.bytes();
            onStack = true;
            long value = StackPointer.peek(cpu, bytes, 0);
            onStack = false;
            StackPointer.set(cpu, StackPointer.get(cpu) + bytes);
            if (!place.isMemory()) {
                place.set(cpu, value);
                return;
            }
            boolean done = false;
            try {
                place.set(cpu, value);
                done = true;
            } finally {
                if (!done) {
                    Raw.putLong(rsp, old);
                }
            }
        }
    }

    private static final class PushAll extends OnStack {
        private final int bytes;

        PushAll(int bytes) {
            this.bytes = bytes;
        }

        @Override
        public void execute(Processor cpu) {
            long top = StackPointer.get(cpu);
            long value = Raw.getLong(cpu.state + State.gpr(RSP));
            for (int i = 7; i >= 0; i--) { // that all eight can be stored, before any is
                long to = top - bytes * (i + 1L);
                cpu.mmu.probeStore(StackPointer.linear(cpu, to, bytes, true), bytes);
            }
            for (int i = 0; i < 8; i++) {
                long each = i == RSP ? value : Raw.getLong(cpu.state + State.gpr(i));
                long to = top - bytes * (i + 1L);
                cpu.mmu.store(StackPointer.linear(cpu, to, bytes, true), bytes, each);
            }
            StackPointer.set(cpu, top - 8L * bytes);
        }
    }

    private static final class PopAll extends OnStack {
        private final int bytes;

        PopAll(int bytes) {
            this.bytes = bytes;
        }

        @Override
        public void execute(Processor cpu) {
            for (int i = 0; i < 8; i++) { // that all can be loaded, before any register changes
                var _ = StackPointer.peek(cpu, bytes, (long) bytes * i);
            }
            for (int i = 7; i >= 0; i--) {
                long value = StackPointer.peek(cpu, bytes, bytes * (7L - i));
                long at = cpu.state + State.gpr(i);
                if (i == RSP) {
                    continue;
                }
                if (bytes == 2) {
                    Raw.putShort(at, (int) value);
                } else {
                    Raw.putLong(at, value);
                }
            }
            StackPointer.set(cpu, StackPointer.get(cpu) + 8L * bytes);
        }
    }

    private static final class Enter extends OnStack {
        private final int bytes;
        private final long frame;
        private final int level;

        Enter(int bytes, long frame, int level) {
            this.bytes = bytes;
            this.frame = frame;
            this.level = level;
        }

        @Override
        public void execute(Processor cpu) {
            long rbp = cpu.state + State.gpr(RBP);
            long rsp = cpu.state + State.gpr(RSP);
            long saved = Raw.getLong(rsp);
            long oldFrame = Raw.getLong(rbp);
            boolean done = false;
            try {
                StackPointer.push(cpu, bytes, oldFrame);
                long newFrame = Raw.getLong(rsp);
                for (int i = 1; i < level; i++) {
                    long at = StackPointer.linear(cpu, oldFrame - (long) bytes * i, bytes, false);
                    StackPointer.push(cpu, bytes, cpu.mmu.load(at, bytes));
                }
                if (level > 0) {
                    StackPointer.push(cpu, bytes, newFrame);
                }
                long top = StackPointer.get(cpu) - frame;
                // The last thing ENTER does is to see that the new top could be written to.
                cpu.mmu.probeStore(StackPointer.linear(cpu, top, bytes, true), bytes);
                StackPointer.set(cpu, top);
                setFrame(rbp, newFrame);
                done = true;
            } finally {
                if (!done) {
                    Raw.putLong(rsp, saved);
                }
            }
        }

        private void setFrame(long rbp, long value) {
            switch (bytes) {
                case 2 -> Raw.putShort(rbp, (int) value);
                case 4 -> Raw.putLong(rbp, value & 0xFFFF_FFFFL);
                default -> Raw.putLong(rbp, value);
            }
        }
    }

    private static final class Leave extends OnStack {
        private final int bytes;

        Leave(int bytes) {
            this.bytes = bytes;
        }

        @Override
        public void execute(Processor cpu) {
            long rbp = cpu.state + State.gpr(RBP);
            long frame = Raw.getLong(rbp);
            long value = cpu.mmu.load(StackPointer.linear(cpu, frame, bytes, false), bytes);
            StackPointer.set(cpu, frame + bytes);
            if (bytes == 2) {
                Raw.putShort(rbp, (int) value);
            } else {
                Raw.putLong(rbp, value);
            }
        }
    }
}
