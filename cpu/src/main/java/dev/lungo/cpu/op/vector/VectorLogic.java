package dev.lungo.cpu.op.vector;

import dev.lungo.cpu.core.Flags;
import dev.lungo.cpu.core.Processor;
import dev.lungo.host.Raw;
import dev.lungo.isa.Rflags;

/**
 * Bitwise logic, and the tests that set ZF and CF. SDM 2B, "PAND" to "PXOR", "PTEST", "VTESTPS".
 */
public final class VectorLogic {
    private static final long ALL = -1;

    private VectorLogic() {}

    // spotless:off
    public static VectorOp op(Form form) {
        return switch (form.mnemonic) {
            case PAND, ANDPS, ANDPD    -> form.binary((a, b) -> a & b);
            case PANDN, ANDNPS, ANDNPD -> form.binary((a, b) -> ~a & b);
            case POR, ORPS, ORPD       -> form.binary((a, b) -> a | b);
            case PXOR, XORPS, XORPD    -> form.binary((a, b) -> a ^ b);
            case PTEST   -> new Test(form, ALL);
            case VTESTPS -> new Test(form, Packed.DWORDS.top());
            case VTESTPD -> new Test(form, Long.MIN_VALUE);
            default -> throw new IllegalArgumentException(form.mnemonic.name());
        };
    }
    // spotless:on

    /** ZF: no bit in common; CF: none in the second alone. The other status flags are cleared. */
    private static final class Test extends VectorOp {
        private final long a;
        private final Source b;
        private final int bytes;
        private final long mask;

        Test(Form form, long mask) {
            a = form.to();
            b = form.source(1);
            bytes = form.bytes();
            this.mask = mask;
        }

        @Override
        public void execute(Processor cpu) {
            long second = b.fetch(cpu);
            long common = 0;
            long alone = 0;
            for (int i = 0; i < bytes; i += 8) {
                common |= Raw.getLong(a + i) & Raw.getLong(second + i);
                alone |= ~Raw.getLong(a + i) & Raw.getLong(second + i);
            }
            long zf = (common & mask) == 0 ? Rflags.ZF : 0;
            long cf = (alone & mask) == 0 ? Rflags.CF : 0;
            Flags.setStatus(cpu.state, zf | cf);
        }
    }
}
