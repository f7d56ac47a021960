package dev.lungo.cpu.op.vector;

import dev.lungo.cpu.block.Place;
import dev.lungo.cpu.core.Processor;
import dev.lungo.host.Raw;
import dev.lungo.isa.Width;

/**
 * One element put into a vector or taken out of it. SDM 2B, "PINSRB/PINSRD/PINSRQ", "PINSRW",
 * "PEXTRB/PEXTRD/PEXTRQ", "PEXTRW"; SDM 2A, "EXTRACTPS", "INSERTPS".
 */
public final class Insertions {
    private Insertions() {}

    public static VectorOp op(Form form) {
        return switch (form.mnemonic) {
            case PINSRB -> new Insert(form, Width.BYTE);
            case PINSRW -> new Insert(form, Width.WORD);
            case PINSRD -> new Insert(form, Width.DWORD);
            case PINSRQ -> new Insert(form, Width.QWORD);
            case PEXTRB -> new Extract(form, Width.BYTE);
            case PEXTRW -> new Extract(form, Width.WORD);
            case PEXTRD, EXTRACTPS -> new Extract(form, Width.DWORD);
            case PEXTRQ -> new Extract(form, Width.QWORD);
            case INSERTPS -> new InsertSingle(form);
            default -> throw new IllegalArgumentException(form.mnemonic.name());
        };
    }

    private static final class Insert extends VectorOp {
        private final long to;
        private final long a;
        private final Place b;
        private final int bytes;
        private final boolean vex;
        private final int at;

        Insert(Form form, Width width) {
            to = form.to();
            a = form.first();
            b = form.at.place(form.operand(form.secondIndex()), width);
            bytes = form.bytes();
            vex = form.vex;
            at = width.bytes() * form.immediate() & (bytes - 1);
        }

        @Override
        public void execute(Processor cpu) {
            long value = b.get(cpu);
            Shapes.copy(a, to, bytes);
            switch (b.width) {
                case BYTE -> Raw.putByte(to + at, (int) value);
                case WORD -> Raw.putShort(to + at, (int) value);
                case DWORD -> Raw.putInt(to + at, (int) value);
                case QWORD -> Raw.putLong(to + at, value);
            }
            if (vex) {
                clear(to, bytes);
            }
        }
    }

    private static final class Extract extends VectorOp {
        private final Place to;
        private final long from;
        private final Width width;

        Extract(Form form, Width width) {
            // A register is written whole, the element zero-extended.
            to =
                    form.isMemory(0)
                            ? form.at.place(form.operand(0), width)
                            : form.at.place(form.operand(0), Width.QWORD);
            from = form.register(1) + (width.bytes() * form.immediate() & (form.bytes(1) - 1));
            this.width = width;
        }

        @Override
        public void execute(Processor cpu) {
            to.set(cpu, width.truncate(Raw.getLong(from & -8) >>> 8L * (from & 7)));
        }
    }

    /** One single moved from anywhere to anywhere, and any cleared. */
    private static final class InsertSingle extends VectorOp {
        private final long to;
        private final long a;
        private final Source b;
        private final boolean vex;
        private final int from;
        private final int at;
        private final int zeros;

        InsertSingle(Form form) {
            to = form.to();
            a = form.first();
            b = form.second();
            vex = form.vex;
            int control = form.immediate();
            from = b.isMemory() ? 0 : 4 * (control >> 6);
            at = 4 * (control >> 4 & 3);
            zeros = control & 0xF;
        }

        @Override
        public void execute(Processor cpu) {
            int value = Raw.getInt(b.fetch(cpu) + from);
            Shapes.copy(a, to, 16);
            Raw.putInt(to + at, value);
            for (int i = 0; i < 4; i++) {
                if ((zeros & 1 << i) != 0) {
                    Raw.putInt(to + 4L * i, 0);
                }
            }
            if (vex) {
                clear(to, 16);
            }
        }
    }
}
