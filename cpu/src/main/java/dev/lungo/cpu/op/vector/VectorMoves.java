package dev.lungo.cpu.op.vector;

import dev.lungo.cpu.block.Address;
import dev.lungo.cpu.block.Place;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.RegisterKind;
import dev.lungo.isa.Width;

/**
 * Moves between vector registers, memory and general registers. SDM 2B, "MOVAPS" to "MOVUPS",
 * "MOVD", "MOVNTDQ" and their like, "LDDQU"; the non-temporal hint has no meaning here.
 */
public final class VectorMoves {
    private VectorMoves() {}

    // spotless:off
    public static VectorOp op(Form form) {
        return switch (form.mnemonic) {
            case MOVUPS, MOVUPD, MOVDQU, LDDQU -> whole(form, false);
            case MOVAPS, MOVAPD, MOVDQA, MOVNTPS, MOVNTPD, MOVNTDQ, MOVNTDQA -> whole(form, true);
            case MOVD, MOVQ, MOVNTQ, MOVQ2DQ, MOVDQ2Q -> integer(form);
            case EMMS -> new Nothing();
            case MOVSS -> scalar(form, 4);
            case MOVSD -> scalar(form, 8);
            case MOVLPS, MOVLPD -> half(form, 0);
            case MOVHPS, MOVHPD -> half(form, 8);
            case MOVHLPS -> new Halves(form, form.second(), 8, 0, form.first() + 8);
            case MOVLHPS -> new Halves(form, form.second(), 0, 8, form.first());
            default -> throw new IllegalArgumentException(form.mnemonic.name());
        };
    }
    // spotless:on

    /** EMMS, whose effect is that of {@link Vectors} on the x87 tag word. */
    private static final class Nothing extends VectorOp {
        @Override
        public void execute(Processor cpu) {}
    }

    private static VectorOp whole(Form form, boolean aligned) {
        boolean frequent = !form.vex && form.bytes() == 16;
        if (frequent && form.isMemory(0)) {
            return new Store128(form, aligned);
        }
        if (frequent) {
            return form.isMemory(1) ? new Load128(form, aligned) : new Copy128(form);
        }
        if (form.isMemory(0)) {
            return new Store(form, form.register(1), form.bytes(), aligned);
        }
        int bytes = form.bytes();
        return form.isMemory(1)
                ? new Load(form, bytes, aligned)
                : new Copy(form, form.register(1), bytes);
    }

    /** From within a register to the destination, register or memory. */
    static VectorOp move(Form form, long from, int bytes) {
        return form.isMemory(0) ? new Store(form, from, bytes, false) : new Copy(form, from, bytes);
    }

    /** MOVD and MOVQ in all their forms; what is loaded is zero-extended to the register. */
    private static VectorOp integer(Form form) {
        boolean quad = form.is(1, RegisterKind.GPR64) || form.is(0, RegisterKind.GPR64);
        if (form.isMemory(0)) {
            return new Store(form, form.register(1), form.bytes(), false);
        }
        if (form.is(0, RegisterKind.GPR32) || form.is(0, RegisterKind.GPR64)) {
            return new ToGeneral(form, quad ? Width.QWORD : Width.DWORD);
        }
        if (form.isMemory(1)) {
            return new Load(form, form.bytes(1), false);
        }
        if (form.is(1, RegisterKind.GPR32) || form.is(1, RegisterKind.GPR64)) {
            return new FromGeneral(form, quad ? Width.QWORD : Width.DWORD);
        }
        return new Copy(form, form.register(1), 8);
    }

    private static VectorOp scalar(Form form, int bytes) {
        if (form.isMemory(0)) {
            return new Store(form, form.register(1), bytes, false);
        }
        if (form.isMemory(1)) {
            return new Load(form, bytes, false);
        }
        return new Merge(form, bytes);
    }

    /** The half of a register that begins at this byte, to or from memory. */
    private static VectorOp half(Form form, int at) {
        return form.isMemory(0)
                ? new Store(form, form.register(1) + at, 8, false)
                : new Halves(form, form.second(), 0, at, form.first() + (8 - at));
    }

    private static final class Load128 extends VectorOp {
        private final long to;
        private final Address address;
        private final int misalignment;

        Load128(Form form, boolean aligned) {
            to = form.to();
            address = form.address(1);
            misalignment = aligned ? 15 : 0;
        }

        @Override
        public void execute(Processor cpu) {
            long linear = address.forLoad(cpu, 16);
            if ((linear & misalignment) != 0) {
                throw cpu.fault(ExceptionVector.GP, 0);
            }
            long low = cpu.mmu.load64(linear);
            long high = cpu.mmu.load64(cpu.wrapLinear(linear + 8));
            Raw.putLong(to, low);
            Raw.putLong(to + 8, high);
        }
    }

    private static final class Store128 extends VectorOp {
        private static final int LAST_ON_PAGE = 0xFF0;

        private final long from;
        private final Address address;
        private final int misalignment;

        Store128(Form form, boolean aligned) {
            from = form.register(1);
            address = form.address(0);
            misalignment = aligned ? 15 : 0;
        }

        @Override
        public void execute(Processor cpu) {
            long linear = address.forStore(cpu, 16);
            if ((linear & misalignment) != 0) {
                throw cpu.fault(ExceptionVector.GP, 0);
            }
            if ((linear & 0xFFF) <= LAST_ON_PAGE) { // the first store faults, or neither does
                cpu.mmu.store64(linear, Raw.getLong(from));
                cpu.mmu.store64(linear + 8, Raw.getLong(from + 8));
            } else {
                cpu.mmu.copyOut(linear, 16, from);
            }
        }
    }

    private static final class Copy128 extends VectorOp {
        private final long to;
        private final long from;

        Copy128(Form form) {
            to = form.to();
            from = form.register(1);
        }

        @Override
        public void execute(Processor cpu) {
            Raw.putLong(to, Raw.getLong(from));
            Raw.putLong(to + 8, Raw.getLong(from + 8));
        }
    }

    /** Memory to the low bytes of a register; the rest of its 128 bits becomes zero. */
    private static final class Load extends VectorOp {
        private final long to;
        private final Address address;
        private final int bytes;
        private final int cleared;
        private final boolean aligned;

        Load(Form form, int bytes, boolean aligned) {
            to = form.to();
            address = form.address(1);
            this.bytes = bytes;
            this.aligned = aligned;
            cleared = form.vex ? State.VECTOR_BYTES : form.bytes();
        }

        @Override
        public void execute(Processor cpu) {
            long linear = address.forLoad(cpu, bytes);
            if (aligned) {
                Source.checkAlignment(cpu, linear, bytes);
            }
            int from = 8;
            if (bytes == 16) {
                long low = cpu.mmu.load64(linear);
                long high = cpu.mmu.load64(cpu.wrapLinear(linear + 8));
                Raw.putLong(to, low);
                Raw.putLong(to + 8, high);
                from = 16;
            } else if (bytes <= 8) {
                Raw.putLong(to, cpu.mmu.load(linear, bytes));
            } else {
                long scratch = cpu.state + State.SCRATCH;
                cpu.mmu.copyIn(linear, bytes, scratch);
                Shapes.copy(scratch, to, bytes);
                from = bytes;
            }
            for (; from < cleared; from += 8) {
                Raw.putLong(to + from, 0);
            }
        }
    }

    private static final class Store extends VectorOp {
        private final long from;
        private final Address address;
        private final int bytes;
        private final boolean aligned;

        Store(Form form, long from, int bytes, boolean aligned) {
            this.from = from;
            address = form.address(0);
            this.bytes = bytes;
            this.aligned = aligned;
        }

        @Override
        public void execute(Processor cpu) {
            long linear = address.forStore(cpu, bytes);
            if (aligned) {
                Source.checkAlignment(cpu, linear, bytes);
            }
            if (bytes <= 8) {
                cpu.mmu.store(linear, bytes, Raw.getLong(from));
            } else if (bytes == 16 && (linear & 0xFFF) <= 0xFF0) {
                cpu.mmu.store64(linear, Raw.getLong(from));
                cpu.mmu.store64(linear + 8, Raw.getLong(from + 8));
            } else {
                cpu.mmu.copyOut(linear, bytes, from);
            }
        }
    }

    /**
     * Register to register; what lies above, up to 128 bits or with VEX to the end, becomes zero.
     */
    private static final class Copy extends VectorOp {
        private final long to;
        private final long from;
        private final int bytes;
        private final int cleared;

        Copy(Form form, long from, int bytes) {
            to = form.to();
            this.from = from;
            this.bytes = bytes;
            cleared = form.vex ? State.VECTOR_BYTES : form.bytes();
        }

        @Override
        public void execute(Processor cpu) {
            Shapes.copy(from, to, bytes);
            for (int i = bytes; i < cleared; i += 8) {
                Raw.putLong(to + i, 0);
            }
        }
    }

    /**
     * MOVSS and MOVSD between registers: the low element of the second source, the rest of the
     * first.
     */
    private static final class Merge extends VectorOp {
        private final long to;
        private final long a;
        private final long b;
        private final boolean single;
        private final boolean vex;

        Merge(Form form, int bytes) {
            to = form.to();
            a = form.first();
            b = form.register(form.secondIndex());
            single = bytes == 4;
            vex = form.vex;
        }

        @Override
        public void execute(Processor cpu) {
            long low = Raw.getLong(b);
            if (single) {
                low = low & 0xFFFF_FFFFL | Raw.getLong(a) & ~0xFFFF_FFFFL;
            }
            Raw.putLong(to + 8, Raw.getLong(a + 8));
            Raw.putLong(to, low);
            if (vex) {
                clear(to, 16);
            }
        }
    }

    /** One half of the result from the second source, the other from the first. */
    private static final class Halves extends VectorOp {
        private final long to;
        private final Source b;
        private final int from;
        private final int at;
        private final long other;
        private final boolean vex;

        /**
         * @param from where in the second source the half is
         * @param at where in the result it goes
         * @param other absolute address of the other half
         */
        Halves(Form form, Source b, int from, int at, long other) {
            to = form.to();
            this.b = b;
            this.from = from;
            this.at = at;
            this.other = other;
            vex = form.vex;
        }

        @Override
        public void execute(Processor cpu) {
            long half = Raw.getLong(b.fetch(cpu) + from);
            long rest = Raw.getLong(other);
            Raw.putLong(to + at, half);
            Raw.putLong(to + (8 - at), rest);
            if (vex) {
                clear(to, 16);
            }
        }
    }

    private static final class ToGeneral extends VectorOp {
        private final Place to;
        private final long from;

        ToGeneral(Form form, Width width) {
            to = form.at.place(form.operand(0), width);
            from = form.register(1);
        }

        @Override
        public void execute(Processor cpu) {
            to.set(cpu, Raw.getLong(from));
        }
    }

    private static final class FromGeneral extends VectorOp {
        private final long to;
        private final Place from;
        private final int cleared;

        FromGeneral(Form form, Width width) {
            to = form.to();
            from = form.at.place(form.operand(1), width);
            cleared = form.vex ? State.VECTOR_BYTES : form.bytes();
        }

        @Override
        public void execute(Processor cpu) {
            Raw.putLong(to, from.get(cpu));
            for (int i = 8; i < cleared; i += 8) {
                Raw.putLong(to + i, 0);
            }
        }
    }
}
