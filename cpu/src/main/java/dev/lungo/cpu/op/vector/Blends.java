package dev.lungo.cpu.op.vector;

import dev.lungo.cpu.core.Processor;
import dev.lungo.host.Raw;

/**
 * Elements chosen from two sources, by an immediate or by the top bits of a third. SDM 2A,
 * "BLENDPS" to "BLENDVPS"; SDM 2B, "PBLENDVB", "PBLENDW"; SDM 2C, "VPBLENDD".
 */
public final class Blends {
    private Blends() {}

    // spotless:off
    public static VectorOp op(Form form) {
        int control = form.hasImmediate() ? form.immediate() : 0;
        return switch (form.mnemonic) {
            case PBLENDW           -> form.lanes(blend(2, control));
            case BLENDPS, VPBLENDD -> form.lanes(blend(4, control), blend(4, control >> 4));
            case BLENDPD           -> form.lanes(blend(8, control), blend(8, control >> 2));
            case PBLENDVB          -> new Variable(form, Packed.BYTES);
            case BLENDVPS          -> new Variable(form, Packed.DWORDS);
            case BLENDVPD          -> new Variable(form, new Packed(Long.MIN_VALUE, 64));
            default -> throw new IllegalArgumentException(form.mnemonic.name());
        };
    }
    // spotless:on

    private static LaneFunction blend(int width, int control) {
        return (to, a, b, bytes) -> {
            for (int i = 0; i < bytes; i += 2) {
                boolean second = (control >> i / width & 1) != 0;
                Raw.putShort(to + i, Raw.getShort((second ? b : a) + i));
            }
        };
    }

    private static final class Variable extends VectorOp {
        private final long to;
        private final long a;
        private final Source b;
        private final long selector;
        private final int bytes;
        private final boolean vex;
        private final Packed elements;

        Variable(Form form, Packed elements) {
            to = form.to();
            a = form.first();
            b = form.second();
            selector = form.register(form.secondIndex() + 1);
            bytes = form.bytes();
            vex = form.vex;
            this.elements = elements;
        }

        @Override
        public void execute(Processor cpu) {
            long second = b.fetch(cpu);
            for (int i = 0; i < bytes; i += 8) {
                long chosen = elements.fill(Raw.getLong(selector + i) & elements.top());
                long value = Raw.getLong(second + i) & chosen | Raw.getLong(a + i) & ~chosen;
                Raw.putLong(to + i, value);
            }
            if (vex) {
                clear(to, bytes);
            }
        }
    }
}
