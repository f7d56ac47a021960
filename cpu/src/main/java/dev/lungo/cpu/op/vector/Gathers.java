package dev.lungo.cpu.op.vector;

import dev.lungo.cpu.block.Address;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;
import dev.lungo.isa.Operand;

/**
 * Loads of elements from addresses that a vector gives, as far as a mask selects them. SDM 2C,
 * "VGATHERDPD/VGATHERQPD" to "VPGATHERDQ/VPGATHERQQ".
 *
 * <p>Elements are loaded from the lowest up, and each is taken off the mask when it is done; so a
 * fault leaves what is needed to go on.
 */
public final class Gathers {
    private Gathers() {}

    // spotless:off
    public static VectorOp op(Form form) {
        return switch (form.mnemonic) {
            case VGATHERDPS, VPGATHERDD, VGATHERDPD, VPGATHERDQ -> new Gather(form, 4);
            case VGATHERQPS, VPGATHERQD, VGATHERQPD, VPGATHERQQ -> new Gather(form, 8);
            default -> throw new IllegalArgumentException(form.mnemonic.name());
        };
    }
    // spotless:on

    private static final class Gather extends VectorOp {
        private final long to;
        private final long mask;
        private final long index;
        private final Address address;
        private final int scale;

        /** Widths in bytes of an element and of an index. */
        private final int width;

        private final int indexWidth;
        private final int count;

        Gather(Form form, int indexWidth) {
            var memory = (Operand.Memory) form.operand(1);
            to = form.to();
            mask = form.register(2);
            index = form.at.state(State.vector(memory.index()));
            address = form.at.address(memory);
            scale = memory.scale();
            width = memory.bytes();
            this.indexWidth = indexWidth;
            count = Math.min(form.bytes() / width, memory.vectorIndex().bytes() / indexWidth);
        }

        @Override
        public void execute(Processor cpu) {
            for (int i = 0; i < count; i++) {
                if (sign(i)) {
                    long at = index + (long) i * indexWidth;
                    long offset = indexWidth == 4 ? Raw.getInt(at) : Raw.getLong(at);
                    long linear = address.linear(cpu, offset * scale, width, false);
                    put(to, i, cpu.mmu.load(linear, width));
                }
                put(mask, i, 0);
            }
            clear(to, count * width);
            clear(mask, 0);
        }

        private boolean sign(int i) {
            return Raw.getByte(mask + (long) (i + 1) * width - 1) >= 0x80;
        }

        private void put(long register, int i, long value) {
            if (width == 4) {
                Raw.putInt(register + 4L * i, (int) value);
            } else {
                Raw.putLong(register + 8L * i, value);
            }
        }
    }
}
