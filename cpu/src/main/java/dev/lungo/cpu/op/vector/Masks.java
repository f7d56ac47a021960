package dev.lungo.cpu.op.vector;

import dev.lungo.cpu.block.Address;
import dev.lungo.cpu.core.Processor;
import dev.lungo.host.Raw;
import dev.lungo.isa.RegisterKind;

/**
 * Sign bits gathered into a general register, and loads and stores of what a mask selects. SDM 2B,
 * "MOVMSKPD", "MOVMSKPS", "PMOVMSKB", "MASKMOVDQU", "MASKMOVQ"; SDM 2C, "VMASKMOV", "VPMASKMOV".
 */
public final class Masks {
    private Masks() {}

    // spotless:off
    public static VectorOp op(Form form) {
        return switch (form.mnemonic) {
            case PMOVMSKB -> new Signs(form, 1);
            case MOVMSKPS -> new Signs(form, 4);
            case MOVMSKPD -> new Signs(form, 8);
            case MASKMOVQ, MASKMOVDQU -> new StoreBytes(form);
            case VMASKMOVPS, VPMASKMOVD -> form.isMemory(0) ? new Store(form, 4) : new Load(form, 4);
            case VMASKMOVPD, VPMASKMOVQ -> form.isMemory(0) ? new Store(form, 8) : new Load(form, 8);
            default -> throw new IllegalArgumentException(form.mnemonic.name());
        };
    }
    // spotless:on

    private static final class Signs extends VectorOp {
        /** Moves the lowest bit of each of eight bytes to the top byte, in order. */
        private static final long GATHER = 0x0102_0408_1020_4080L;

        private final long to;
        private final long from;
        private final int bytes;
        private final int width;

        Signs(Form form, int width) {
            to = form.to();
            from = form.register(1);
            bytes = form.bytes(1);
            this.width = width;
        }

        @Override
        public void execute(Processor cpu) {
            long mask = 0;
            for (int i = 0; i < bytes; i += 8) {
                long signs = Raw.getLong(from + i);
                long eight =
                        switch (width) {
                            case 1 -> ((signs >>> 7 & 0x0101_0101_0101_0101L) * GATHER) >>> 56;
                            case 4 -> signs >>> 31 & 1 | signs >>> 63 << 1;
                            default -> signs >>> 63;
                        };
                mask |= eight << i / width;
            }
            Raw.putLong(to, mask);
        }
    }

    /** All the selected bytes are stored or, if one of them cannot be, none. */
    private static final class StoreBytes extends VectorOp {
        private final long from;
        private final long mask;
        private final int bytes;
        private final boolean mmx;
        private final Address address;

        StoreBytes(Form form) {
            from = form.register(0);
            mask = form.register(1);
            bytes = form.bytes();
            mmx = form.is(0, RegisterKind.MMX);
            address = form.address(2);
        }

        @Override
        public void execute(Processor cpu) {
            if (mmx) { // even if the store faults
                cpu.fpu.enterMmx();
            }
            long linear = address.forStore(cpu, bytes);
            for (int i = 0; i < bytes; i++) {
                if (selected(i)) {
                    cpu.mmu.probeStore(cpu.wrapLinear(linear + i), 1);
                }
            }
            for (int i = 0; i < bytes; i++) {
                if (selected(i)) {
                    cpu.mmu.store8(cpu.wrapLinear(linear + i), Raw.getByte(from + i));
                }
            }
        }

        private boolean selected(int i) {
            return (Raw.getByte(mask + i) & 0x80) != 0;
        }
    }

    /** Elements that are not selected are zero, and their memory is not looked at. */
    private static final class Load extends VectorOp {
        private final long to;
        private final long mask;
        private final Address address;
        private final int bytes;
        private final int width;
        private final long result;

        Load(Form form, int width) {
            to = form.to();
            mask = form.register(1);
            address = form.address(2);
            bytes = form.bytes();
            this.width = width;
            result = form.at.state(Source.result());
        }

        @Override
        public void execute(Processor cpu) {
            for (int i = 0; i < bytes; i += width) {
                boolean selected = (Raw.getByte(mask + i + width - 1) & 0x80) != 0;
                long value = 0;
                if (selected) {
                    value = cpu.mmu.load(address.linear(cpu, i, width, false), width);
                }
                if (width == 4) {
                    Raw.putInt(result + i, (int) value);
                } else {
                    Raw.putLong(result + i, value);
                }
            }
            Shapes.copy(result, to, bytes);
            clear(to, bytes);
        }
    }

    private static final class Store extends VectorOp {
        private final long from;
        private final long mask;
        private final Address address;
        private final int bytes;
        private final int width;

        Store(Form form, int width) {
            mask = form.register(1);
            from = form.register(2);
            address = form.address(0);
            bytes = form.bytes(1);
            this.width = width;
        }

        @Override
        public void execute(Processor cpu) {
            for (int i = 0; i < bytes; i += width) {
                if (selected(i)) {
                    cpu.mmu.probeStore(address.linear(cpu, i, width, true), width);
                }
            }
            for (int i = 0; i < bytes; i += width) {
                if (selected(i)) {
                    long linear = address.linear(cpu, i, width, true);
                    cpu.mmu.store(linear, width, Raw.getLong(from + i));
                }
            }
        }

        private boolean selected(int i) {
            return (Raw.getByte(mask + i + width - 1) & 0x80) != 0;
        }
    }
}
