package dev.lungo.cpu.op.vector;

import dev.lungo.host.Raw;

/** Products of polynomials over GF(2). SDM 2B, "PCLMULQDQ". */
public final class CarrylessMultiplication {
    private CarrylessMultiplication() {}

    public static VectorOp op(Form form) {
        int fromA = (form.immediate() & 1) != 0 ? 8 : 0;
        int fromB = (form.immediate() & 1 << 4) != 0 ? 8 : 0;
        return form.lanes(
                (to, a, b, _) -> multiply(to, Raw.getLong(a + fromA), Raw.getLong(b + fromB)));
    }

    private static void multiply(long to, long x, long y) {
        long low = 0;
        long high = 0;
        for (int i = 0; i < 64; i++) {
            long chosen = -(y >>> i & 1);
            low ^= x << i & chosen;
            high ^= (x >>> 1) >>> (63 - i) & chosen;
        }
        Raw.putLong(to, low);
        Raw.putLong(to + 8, high);
    }
}
