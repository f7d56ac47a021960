package dev.lungo.cpu.op.vector;

import dev.lungo.cpu.core.Processor;
import dev.lungo.host.Raw;

/** Integers extended to wider elements. SDM 2B, "PMOVSX", "PMOVZX". */
public final class Extensions {
    private Extensions() {}

    // spotless:off
    public static VectorOp op(Form form) {
        return switch (form.mnemonic) {
            case PMOVSXBW -> new Extend(form, 1, 2, true);
            case PMOVSXBD -> new Extend(form, 1, 4, true);
            case PMOVSXBQ -> new Extend(form, 1, 8, true);
            case PMOVSXWD -> new Extend(form, 2, 4, true);
            case PMOVSXWQ -> new Extend(form, 2, 8, true);
            case PMOVSXDQ -> new Extend(form, 4, 8, true);
            case PMOVZXBW -> new Extend(form, 1, 2, false);
            case PMOVZXBD -> new Extend(form, 1, 4, false);
            case PMOVZXBQ -> new Extend(form, 1, 8, false);
            case PMOVZXWD -> new Extend(form, 2, 4, false);
            case PMOVZXWQ -> new Extend(form, 2, 8, false);
            case PMOVZXDQ -> new Extend(form, 4, 8, false);
            default -> throw new IllegalArgumentException(form.mnemonic.name());
        };
    }
    // spotless:on

    private static final class Extend extends VectorOp {
        private final long to;
        private final Source b;
        private final int bytes;
        private final boolean vex;
        private final int from;
        private final int into;
        private final boolean signed;

        /**
         * @param from width of the source's elements in bytes
         * @param into width of the destination's
         */
        Extend(Form form, int from, int into, boolean signed) {
            to = form.to();
            b = form.source(1, false);
            bytes = form.bytes();
            vex = form.vex;
            this.from = from;
            this.into = into;
            this.signed = signed;
        }

        @Override
        public void execute(Processor cpu) {
            long source = b.fetch(cpu);
            // From the top down, so that a register may be extended into itself.
            for (int i = bytes / into - 1; i >= 0; i--) {
                long value = element(source + (long) i * from);
                long at = to + (long) i * into;
                switch (into) {
                    case 2 -> Raw.putShort(at, (int) value);
                    case 4 -> Raw.putInt(at, (int) value);
                    default -> Raw.putLong(at, value);
                }
            }
            if (vex) {
                clear(to, bytes);
            }
        }

        private long element(long at) {
            return switch (from) {
                case 1 -> signed ? (byte) Raw.getByte(at) : Raw.getByte(at);
                case 2 -> signed ? (short) Raw.getShort(at) : Raw.getShort(at);
                default -> signed ? Raw.getInt(at) : Raw.getInt(at) & 0xFFFF_FFFFL;
            };
        }
    }
}
