package dev.lungo.cpu.op;

import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.core.Flags;
import dev.lungo.cpu.core.Processor;
import dev.lungo.host.Raw;
import org.jspecify.annotations.Nullable;

/**
 * A comparison and the conditional branch behind it as one op: loops are made of them, and half of
 * what an interpreter spends goes into getting from one op to the next.
 *
 * <p>What stands before the branch works on registers and constants, so that only the branch can
 * fault, and the op's address is the branch's.
 */
public final class Fusion {
    private Fusion() {}

    /** One op for both, if there is such a form. */
    public static @Nullable Op of(Op first, Op second) {
        return switch (second) {
            case Branches.Conditional branch -> withBranch(first, branch);
            case CompareBranch64 pair when first instanceof Arithmetic.Add64 step ->
                    new StepCompareBranch64(step, pair);
            case SubBranch64 pair when first instanceof Arithmetic.Add64 step ->
                    new StepSubBranch64(step, pair);
            default -> null;
        };
    }

    private static @Nullable Op withBranch(Op first, Branches.Conditional branch) {
        return switch (first) {
            case Arithmetic.Cmp64 c -> new CompareBranch64(c.to, c.from, branch);
            case Arithmetic.Cmp32 c -> new CompareBranch32(c.to, c.from, branch);
            case Arithmetic.Test64 c -> new TestBranch64(c.to, c.from, branch);
            case Arithmetic.Test32 c -> new TestBranch32(c.to, c.from, branch);
            case Arithmetic.Cmp8 c -> new CompareBranch8(c.to, c.from, branch);
            case Arithmetic.Test8 c -> new TestBranch8(c.to, c.from, branch);
            case Arithmetic.Sub64 c -> new SubBranch64(c.to, c.from, branch);
            case Arithmetic.Sub32 c -> new SubBranch32(c.to, c.from, branch);
            case Arithmetic.Add64 c -> new AddBranch64(c.to, c.from, branch);
            default -> null;
        };
    }

    private abstract static class Pair extends Branches.Direct {
        final long to;
        final long from;
        private final int condition;

        Pair(long to, long from, Branches.Conditional branch) {
            this(to, from, branch.condition, branch);
        }

        private Pair(long to, long from, int condition, Branches.Direct branch) {
            super(branch.delta, branch.mask);
            this.to = to;
            this.from = from;
            this.condition = condition;
        }

        /** After a subtraction, whose flags are set. */
        final void branchOnDifference(Processor cpu, long a, long b) {
            boolean holds =
                    switch (condition >> 1) {
                        case 1 -> Long.compareUnsigned(a, b) < 0;
                        case 2 -> a == b;
                        case 3 -> Long.compareUnsigned(a, b) <= 0;
                        case 6 -> a < b;
                        case 7 -> a <= b;
                        default -> Flags.condition(cpu.state, condition & ~1);
                    };
            branch(cpu, holds ^ (condition & 1) != 0);
        }

        /** After any instruction with this result, sign-extended, whose flags are set. */
        final void branchOnResult(Processor cpu, long result) {
            boolean holds =
                    switch (condition >> 1) {
                        case 2 -> result == 0;
                        case 4 -> result < 0;
                        default -> Flags.condition(cpu.state, condition & ~1);
                    };
            branch(cpu, holds ^ (condition & 1) != 0);
        }

        @Override
        public int instructions() {
            return 2;
        }
    }

    /** The end of a counting loop: an addition, whose flags nobody sees, and a pair. */
    private abstract static class Step extends Pair {
        private final long counter;
        private final long step;

        Step(Arithmetic.Add64 add, Pair pair) {
            super(pair.to, pair.from, pair.condition, pair);
            counter = add.to;
            step = add.from;
        }

        final void add() {
            Raw.putLong(counter, Raw.getLong(counter) + Raw.getLong(step));
        }

        @Override
        public final int instructions() {
            return 3;
        }
    }

    private static final class StepCompareBranch64 extends Step {
        StepCompareBranch64(Arithmetic.Add64 add, CompareBranch64 pair) {
            super(add, pair);
        }

        @Override
        public void execute(Processor cpu) {
            add();
            long a = Raw.getLong(to);
            long b = Raw.getLong(from);
            Flags.sub64(cpu.state, a, b, a - b);
            branchOnDifference(cpu, a, b);
        }
    }

    private static final class StepSubBranch64 extends Step {
        StepSubBranch64(Arithmetic.Add64 add, SubBranch64 pair) {
            super(add, pair);
        }

        @Override
        public void execute(Processor cpu) {
            add();
            long a = Raw.getLong(to);
            long b = Raw.getLong(from);
            Raw.putLong(to, a - b);
            Flags.sub64(cpu.state, a, b, a - b);
            branchOnDifference(cpu, a, b);
        }
    }

    private static final class CompareBranch64 extends Pair {
        CompareBranch64(long to, long from, Branches.Conditional branch) {
            super(to, from, branch);
        }

        @Override
        public void execute(Processor cpu) {
            long a = Raw.getLong(to);
            long b = Raw.getLong(from);
            Flags.sub64(cpu.state, a, b, a - b);
            branchOnDifference(cpu, a, b);
        }
    }

    private static final class CompareBranch32 extends Pair {
        CompareBranch32(long to, long from, Branches.Conditional branch) {
            super(to, from, branch);
        }

        @Override
        public void execute(Processor cpu) {
            int a = Raw.getInt(to);
            int b = Raw.getInt(from);
            Flags.sub32(cpu.state, a, b, a - b);
            branchOnDifference(cpu, a, b); // sign extension keeps both orders
        }
    }

    private static final class CompareBranch8 extends Pair {
        CompareBranch8(long to, long from, Branches.Conditional branch) {
            super(to, from, branch);
        }

        @Override
        public void execute(Processor cpu) {
            byte a = (byte) Raw.getByte(to);
            byte b = (byte) Raw.getByte(from);
            Flags.sub(cpu.state, 8, a, b, a - b);
            branchOnDifference(cpu, a, b); // sign extension keeps both orders
        }
    }

    private static final class TestBranch8 extends Pair {
        TestBranch8(long to, long from, Branches.Conditional branch) {
            super(to, from, branch);
        }

        @Override
        public void execute(Processor cpu) {
            byte result = (byte) (Raw.getByte(to) & Raw.getByte(from));
            Flags.logic(cpu.state, result);
            branchOnResult(cpu, result);
        }
    }

    private static final class TestBranch64 extends Pair {
        TestBranch64(long to, long from, Branches.Conditional branch) {
            super(to, from, branch);
        }

        @Override
        public void execute(Processor cpu) {
            long result = Raw.getLong(to) & Raw.getLong(from);
            Flags.logic(cpu.state, result);
            branchOnResult(cpu, result);
        }
    }

    private static final class TestBranch32 extends Pair {
        TestBranch32(long to, long from, Branches.Conditional branch) {
            super(to, from, branch);
        }

        @Override
        public void execute(Processor cpu) {
            int result = Raw.getInt(to) & Raw.getInt(from);
            Flags.logic(cpu.state, result);
            branchOnResult(cpu, result);
        }
    }

    private static final class SubBranch64 extends Pair {
        SubBranch64(long to, long from, Branches.Conditional branch) {
            super(to, from, branch);
        }

        @Override
        public void execute(Processor cpu) {
            long a = Raw.getLong(to);
            long b = Raw.getLong(from);
            Raw.putLong(to, a - b);
            Flags.sub64(cpu.state, a, b, a - b);
            branchOnDifference(cpu, a, b);
        }
    }

    private static final class SubBranch32 extends Pair {
        SubBranch32(long to, long from, Branches.Conditional branch) {
            super(to, from, branch);
        }

        @Override
        public void execute(Processor cpu) {
            int a = Raw.getInt(to);
            int b = Raw.getInt(from);
            Raw.putLong(to, a - b & 0xFFFF_FFFFL);
            Flags.sub32(cpu.state, a, b, a - b);
            branchOnDifference(cpu, a, b);
        }
    }

    private static final class AddBranch64 extends Pair {
        AddBranch64(long to, long from, Branches.Conditional branch) {
            super(to, from, branch);
        }

        @Override
        public void execute(Processor cpu) {
            long a = Raw.getLong(to);
            long b = Raw.getLong(from);
            Raw.putLong(to, a + b);
            Flags.add64(cpu.state, a, b, a + b);
            branchOnResult(cpu, a + b);
        }
    }
}
