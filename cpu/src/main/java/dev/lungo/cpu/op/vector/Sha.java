package dev.lungo.cpu.op.vector;

import static java.lang.Integer.rotateLeft;
import static java.lang.Integer.rotateRight;

import dev.lungo.host.Raw;

/**
 * Rounds and message schedules of SHA-1 and SHA-256. SDM 2B, "SHA1RNDS4" to "SHA256MSG2"; FIPS
 * 180-4. The manual's first doubleword is the register's highest.
 */
public final class Sha {
    private static final int[] SHA1_K = {0x5A82_7999, 0x6ED9_EBA1, 0x8F1B_BCDC, 0xCA62_C1D6};

    private Sha() {}

    // spotless:off
    public static VectorOp op(Form form) {
        return switch (form.mnemonic) {
            case SHA1RNDS4   -> form.lanes(fourRounds(form.immediate() & 3));
            case SHA1NEXTE   -> form.lanes((to, a, b, _) -> nextE(to, a, b));
            case SHA1MSG1    -> form.lanes((to, a, b, _) -> sha1Message1(to, a, b));
            case SHA1MSG2    -> form.lanes((to, a, b, _) -> sha1Message2(to, a, b));
            case SHA256RNDS2 -> form.lanes(twoRounds(form.register(2)));
            case SHA256MSG1  -> form.lanes((to, a, b, _) -> sha256Message1(to, a, b));
            case SHA256MSG2  -> form.lanes((to, a, b, _) -> sha256Message2(to, a, b));
            default -> throw new IllegalArgumentException(form.mnemonic.name());
        };
    }
    // spotless:on

    /** The doubleword that the manual numbers so: 3 for bits 127:96. */
    private static int dword(long at, int i) {
        return Raw.getInt(at + 4L * i);
    }

    private static void put(long to, int d3, int d2, int d1, int d0) {
        Raw.putInt(to, d0);
        Raw.putInt(to + 4, d1);
        Raw.putInt(to + 8, d2);
        Raw.putInt(to + 12, d3);
    }

    private static int choose(int x, int y, int z) {
        return x & y ^ ~x & z;
    }

    private static int majority(int x, int y, int z) {
        return x & y ^ x & z ^ y & z;
    }

    private static LaneFunction fourRounds(int function) {
        return (to, state, words, _) -> {
            int a = dword(state, 3);
            int b = dword(state, 2);
            int c = dword(state, 1);
            int d = dword(state, 0);
            int e = 0; // the first word has it already
            for (int i = 3; i >= 0; i--) {
                int f =
                        switch (function) {
                            case 0 -> choose(b, c, d);
                            case 2 -> majority(b, c, d);
                            default -> b ^ c ^ d;
                        };
                int next = f + rotateLeft(a, 5) + dword(words, i) + e + SHA1_K[function];
                e = d;
                d = c;
                c = rotateLeft(b, 30);
                b = a;
                a = next;
            }
            put(to, a, b, c, d);
        };
    }

    private static void nextE(long to, long a, long b) {
        put(to, dword(b, 3) + rotateLeft(dword(a, 3), 30), dword(b, 2), dword(b, 1), dword(b, 0));
    }

    private static void sha1Message1(long to, long a, long b) {
        put(
                to,
                dword(a, 1) ^ dword(a, 3),
                dword(a, 0) ^ dword(a, 2),
                dword(b, 3) ^ dword(a, 1),
                dword(b, 2) ^ dword(a, 0));
    }

    private static void sha1Message2(long to, long a, long b) {
        int w16 = rotateLeft(dword(a, 3) ^ dword(b, 2), 1);
        int w17 = rotateLeft(dword(a, 2) ^ dword(b, 1), 1);
        int w18 = rotateLeft(dword(a, 1) ^ dword(b, 0), 1);
        int w19 = rotateLeft(dword(a, 0) ^ w16, 1);
        put(to, w16, w17, w18, w19);
    }

    private static LaneFunction twoRounds(long wordsPlusConstants) {
        return (to, cdgh, abef, _) -> {
            int a = dword(abef, 3);
            int b = dword(abef, 2);
            int c = dword(cdgh, 3);
            int d = dword(cdgh, 2);
            int e = dword(abef, 1);
            int f = dword(abef, 0);
            int g = dword(cdgh, 1);
            int h = dword(cdgh, 0);
            for (int i = 0; i < 2; i++) {
                int sigma1 = rotateRight(e, 6) ^ rotateRight(e, 11) ^ rotateRight(e, 25);
                int sigma0 = rotateRight(a, 2) ^ rotateRight(a, 13) ^ rotateRight(a, 22);
                int sum = choose(e, f, g) + sigma1 + dword(wordsPlusConstants, i) + h;
                h = g;
                g = f;
                f = e;
                e = sum + d;
                d = c;
                int next = sum + majority(a, b, c) + sigma0;
                c = b;
                b = a;
                a = next;
            }
            put(to, a, b, e, f);
        };
    }

    private static int smallSigma0(int x) {
        return rotateRight(x, 7) ^ rotateRight(x, 18) ^ x >>> 3;
    }

    private static int smallSigma1(int x) {
        return rotateRight(x, 17) ^ rotateRight(x, 19) ^ x >>> 10;
    }

    private static void sha256Message1(long to, long a, long b) {
        put(
                to,
                dword(a, 3) + smallSigma0(dword(b, 0)),
                dword(a, 2) + smallSigma0(dword(a, 3)),
                dword(a, 1) + smallSigma0(dword(a, 2)),
                dword(a, 0) + smallSigma0(dword(a, 1)));
    }

    private static void sha256Message2(long to, long a, long b) {
        int w16 = dword(a, 0) + smallSigma1(dword(b, 2));
        int w17 = dword(a, 1) + smallSigma1(dword(b, 3));
        int w18 = dword(a, 2) + smallSigma1(w16);
        int w19 = dword(a, 3) + smallSigma1(w17);
        put(to, w19, w18, w17, w16);
    }
}
