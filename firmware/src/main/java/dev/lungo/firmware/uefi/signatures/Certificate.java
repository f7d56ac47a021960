package dev.lungo.firmware.uefi.signatures;

import dev.lungo.firmware.uefi.signatures.Der.Malformed;
import java.util.Arrays;
import java.util.Optional;

/**
 * An X.509 certificate, as far as it takes part in a chain. RFC 5280, "Basic Certificate Fields"
 * (4.1).
 *
 * <p>As EDK2 does, neither when it is valid nor what it is for is looked at: a firmware's clock is
 * no witness.
 */
public final class Certificate {
    private static final byte[] COMMON_NAME = {0x55, 4, 3};

    private final byte[] encoded;
    private final byte[] toBeSigned;
    private final byte[] serial;
    private final byte[] issuer;
    private final byte[] subject;
    private final byte[] publicKey;
    private final Optional<HashAlgorithm> algorithm;
    private final byte[] signature;

    private Certificate(byte[] encoded) {
        this.encoded = encoded;
        Der certificate = Der.of(encoded).enter(Der.SEQUENCE);
        toBeSigned = certificate.whole(Der.SEQUENCE);
        byte[] oid = certificate.enter(Der.SEQUENCE).content(Der.OID);
        algorithm = HashAlgorithm.ofSignature(oid);
        byte[] bits = certificate.content(Der.BIT_STRING);
        signature = Arrays.copyOfRange(bits, Math.min(1, bits.length), bits.length);
        Der fields = Der.of(toBeSigned).enter(Der.SEQUENCE);
        fields.skipIf(Der.CONTEXT_0); // the version
        serial = fields.content(Der.INTEGER);
        fields.skip(); // the algorithm again
        issuer = fields.whole(Der.SEQUENCE);
        fields.skip(); // from when until when
        subject = fields.whole(Der.SEQUENCE);
        publicKey = fields.whole(Der.SEQUENCE);
    }

    /** Empty if this is none. What is behind it is not looked at. */
    public static Optional<Certificate> read(byte[] encoded) {
        try {
            int length = Der.of(encoded).whole(Der.SEQUENCE).length;
            return Optional.of(new Certificate(Arrays.copyOf(encoded, length)));
        } catch (Malformed e) {
            return Optional.empty();
        }
    }

    /** Whether another one's key has signed this, and its name is what this says. */
    boolean isIssuedBy(Certificate other, Cryptography cryptography) {
        return Arrays.equals(issuer, other.subject)
                && algorithm.isPresent()
                && cryptography.verifyRsa(algorithm.get(), other.publicKey, toBeSigned, signature);
    }

    boolean is(byte[] issuerName, byte[] serialNumber) {
        return Arrays.equals(issuer, issuerName) && Arrays.equals(serial, serialNumber);
    }

    boolean isSelfIssued() {
        return Arrays.equals(issuer, subject);
    }

    public byte[] encoded() {
        return encoded;
    }

    public byte[] toBeSigned() {
        return toBeSigned;
    }

    byte[] publicKey() {
        return publicKey;
    }

    /** The first CommonName of the subject, in whatever it is written; empty without. */
    public byte[] commonName() {
        try {
            Der names = Der.of(subject).enter(Der.SEQUENCE);
            while (names.hasMore()) {
                Der name = names.enter(Der.SET).enter(Der.SEQUENCE);
                if (Arrays.equals(name.content(Der.OID), COMMON_NAME)) {
                    return name.content();
                }
            }
        } catch (Malformed e) {
            return new byte[0];
        }
        return new byte[0];
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Certificate c && Arrays.equals(encoded, c.encoded);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encoded);
    }
}
