package dev.lungo.firmware.uefi.signatures;

import java.util.HexFormat;
import java.util.Optional;

/** FIPS 180-4. Object identifiers are those of PKCS #1 and NIST, as DER has their content. */
public enum HashAlgorithm {
    // spotless:off
    SHA256(32, "SHA-256", "608648016503040201", "2a864886f70d01010b"),
    SHA384(48, "SHA-384", "608648016503040202", "2a864886f70d01010c"),
    SHA512(64, "SHA-512", "608648016503040203", "2a864886f70d01010d");
    // spotless:on

    public final int bytes;

    /** As most libraries call it. */
    public final String title;

    private final String oid;
    private final String withRsa;

    HashAlgorithm(int bytes, String title, String oid, String withRsa) {
        this.bytes = bytes;
        this.title = title;
        this.oid = oid;
        this.withRsa = withRsa;
    }

    static Optional<HashAlgorithm> of(byte[] oid) {
        String text = hex(oid);
        for (HashAlgorithm algorithm : values()) {
            if (algorithm.oid.equals(text)) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }

    /** By the algorithm of a certificate's signature, sha256WithRSAEncryption and the like. */
    static Optional<HashAlgorithm> ofSignature(byte[] oid) {
        String text = hex(oid);
        for (HashAlgorithm algorithm : values()) {
            if (algorithm.withRsa.equals(text)) {
                return Optional.of(algorithm);
            }
        }
        return Optional.empty();
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
