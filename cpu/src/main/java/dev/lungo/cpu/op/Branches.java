package dev.lungo.cpu.op;

import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.block.Place;
import dev.lungo.cpu.core.Flags;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.StackPointer;
import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;

/** Branches within the code segment. SDM 2; their width SDM 1, "Instruction Pointer". */
public final class Branches {
    private static final int RCX = 1;
    private static final int RSP = 4;

    private Branches() {}

    public static Op lower(Lowering at, Instruction i) {
        long mask = mask(i.operandBytes());
        long delta =
                i.operands().size() == 1 && i.operand(0) instanceof Operand.Relative relative
                        ? at.end() + relative.offset()
                        : 0;
        return switch (i.mnemonic()) {
            case JMP ->
                    i.operand(0) instanceof Operand.Relative
                            ? new Jump(delta, mask)
                            : new JumpIndirect(at.place(i.operand(0)));
            case CALL -> call(at, i, delta, mask);
            case RET -> ret(at, i);
            case LOOP, LOOPE, LOOPNE, JCXZ ->
                    new Loop(i.mnemonic(), i.addressBytes(), at.state(State.gpr(RCX)), delta, mask);
            default -> jcc(Conditions.of(i.mnemonic(), "J"), delta, mask);
        };
    }

    private static long mask(int bytes) {
        return bytes == 8 ? -1 : (1L << 8 * bytes) - 1;
    }

    private static Op call(Lowering at, Instruction i, long delta, long mask) {
        int bytes = i.operandBytes();
        if (!(i.operand(0) instanceof Operand.Relative)) {
            return new CallIndirect(at.place(i.operand(0)), bytes);
        }
        return at.is64()
                ? new Call64(at.state(State.gpr(RSP)), delta)
                : new Call(bytes, delta, mask);
    }

    private static Op ret(Lowering at, Instruction i) {
        long release =
                i.operands().isEmpty() ? 0 : ((Operand.Immediate) i.operand(0)).value() & 0xFFFF;
        return at.is64() && i.operandBytes() == 8
                ? new Return64(at.state(State.gpr(RSP)), 8 + release)
                : new Return(i.operandBytes(), release);
    }

    private static Op jcc(int condition, long delta, long mask) {
        return switch (condition) {
            case 4 -> new JumpZero(delta, mask);
            case 5 -> new JumpNotZero(delta, mask);
            case 2 -> new JumpCarry(delta, mask);
            case 3 -> new JumpNotCarry(delta, mask);
            default -> new JumpIf(condition, delta, mask);
        };
    }

    abstract static class Direct extends Op.Ending {
        final long delta;
        final long mask;

        Direct(long delta, long mask) {
            this.delta = delta;
            this.mask = mask;
        }

        final void branch(Processor cpu, boolean taken) {
            if (!taken) {
                cpu.branch(false, end, mask | 0xFFFF_FFFFL); // what is not taken cuts nothing
            } else if (delta != 0 || !cpu.repeat()) {
                cpu.branch(true, delta, mask);
            }
        }
    }

    private static final class Jump extends Direct {
        Jump(long delta, long mask) {
            super(delta, mask);
        }

        @Override
        public void execute(Processor cpu) {
            branch(cpu, true);
        }
    }

    /** Jcc. */
    abstract static class Conditional extends Direct {
        final int condition;

        Conditional(int condition, long delta, long mask) {
            super(delta, mask);
            this.condition = condition;
        }
    }

    private static final class JumpZero extends Conditional {
        JumpZero(long delta, long mask) {
            super(4, delta, mask);
        }

        @Override
        public void execute(Processor cpu) {
            branch(cpu, Flags.zf(cpu.state));
        }
    }

    private static final class JumpNotZero extends Conditional {
        JumpNotZero(long delta, long mask) {
            super(5, delta, mask);
        }

        @Override
        public void execute(Processor cpu) {
            branch(cpu, !Flags.zf(cpu.state));
        }
    }

    private static final class JumpCarry extends Conditional {
        JumpCarry(long delta, long mask) {
            super(2, delta, mask);
        }

        @Override
        public void execute(Processor cpu) {
            branch(cpu, Flags.cf(cpu.state));
        }
    }

    private static final class JumpNotCarry extends Conditional {
        JumpNotCarry(long delta, long mask) {
            super(3, delta, mask);
        }

        @Override
        public void execute(Processor cpu) {
            branch(cpu, !Flags.cf(cpu.state));
        }
    }

    private static final class JumpIf extends Conditional {
        JumpIf(int condition, long delta, long mask) {
            super(condition, delta, mask);
        }

        @Override
        public void execute(Processor cpu) {
            branch(cpu, Flags.condition(cpu.state, condition));
        }
    }

    /** LOOP, LOOPE, LOOPNE and JCXZ; the address size says how much of RCX counts. */
    private static final class Loop extends Direct {
        private final Mnemonic op;
        private final int counterBytes;
        private final long rcx;

        Loop(Mnemonic op, int counterBytes, long rcx, long delta, long mask) {
            super(delta, mask);
            this.op = op;
            this.counterBytes = counterBytes;
            this.rcx = rcx;
        }

        @Override
        public void execute(Processor cpu) {
            long count = Raw.getLong(rcx);
            long counterMask = mask(counterBytes);
            if (op == Mnemonic.JCXZ) {
                branch(cpu, (count & counterMask) == 0);
                return;
            }
            long left = count - 1 & counterMask;
            boolean taken =
                    left != 0
                            && (op == Mnemonic.LOOP
                                    || Flags.zf(cpu.state) == (op == Mnemonic.LOOPE));
            branch(cpu, taken); // first, since it can fault
            Raw.putLong(rcx, counterBytes == 2 ? count & ~0xFFFFL | left : left);
        }
    }

    private static final class JumpIndirect extends Op.Ending {
        private final Place target;

        JumpIndirect(Place target) {
            this.target = target;
        }

        @Override
        public void execute(Processor cpu) {
            cpu.jump(target.get(cpu));
        }
    }

    private abstract static class OnStack extends Op.Ending {
        @Override
        public final boolean addressesStack() {
            return true;
        }
    }

    private static final class Call64 extends OnStack {
        private final long rsp;
        private final long delta;

        Call64(long rsp, long delta) {
            this.rsp = rsp;
            this.delta = delta;
        }

        @Override
        public void execute(Processor cpu) {
            long top = Raw.getLong(rsp) - 8;
            long rip = cpu.rip();
            cpu.checkTarget(rip + delta);
            cpu.mmu.store64(top, rip + end);
            Raw.putLong(rsp, top);
            cpu.branch(true, delta, -1);
        }
    }

    private static final class Call extends OnStack {
        private final int bytes;
        private final long delta;
        private final long mask;

        Call(int bytes, long delta, long mask) {
            this.bytes = bytes;
            this.delta = delta;
            this.mask = mask;
        }

        @Override
        public void execute(Processor cpu) {
            cpu.checkTarget(cpu.rip() + delta & mask);
            StackPointer.push(cpu, bytes, cpu.rip() + end);
            cpu.branch(true, delta, mask);
        }
    }

    private static final class CallIndirect extends Op.Ending {
        private final Place target;
        private final int bytes;

        /** Whether the access under way is to the stack: the push, not the target's load. */
        private boolean pushes;

        CallIndirect(Place target, int bytes) {
            this.target = target;
            this.bytes = bytes;
        }

        @Override
        public void execute(Processor cpu) {
            pushes = false;
            long to = target.get(cpu);
            cpu.checkTarget(to);
            pushes = true;
            StackPointer.push(cpu, bytes, cpu.rip() + end);
            cpu.jump(to);
        }

        @Override
        public boolean addressesStack() {
            return pushes || super.addressesStack();
        }
    }

    private static final class Return64 extends OnStack {
        private final long rsp;
        private final long release;

        Return64(long rsp, long release) {
            this.rsp = rsp;
            this.release = release;
        }

        @Override
        public void execute(Processor cpu) {
            long top = Raw.getLong(rsp);
            cpu.jump(cpu.mmu.load64(top));
            Raw.putLong(rsp, top + release);
        }
    }

    private static final class Return extends OnStack {
        private final int bytes;
        private final long release;

        Return(int bytes, long release) {
            this.bytes = bytes;
            this.release = release;
        }

        @Override
        public void execute(Processor cpu) {
            cpu.jump(StackPointer.peek(cpu, bytes, 0));
            StackPointer.set(cpu, StackPointer.get(cpu) + bytes + release);
        }
    }
}
