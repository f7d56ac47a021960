package dev.lungo.firmware.uefi.signatures;

import dev.lungo.firmware.uefi.signatures.Der.Malformed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A signature with the certificates that belong to it. RFC 2315, PKCS #7, "Signed-data content
 * type" (9).
 *
 * <p>The first signer counts; Secure Boot's have one. Certificates that are not X.509, revocation
 * lists and what is not authenticated (time stamps, further signatures) are skipped.
 */
public final class SignedData {
    private static final String PKCS7_SIGNED_DATA = "2a864886f70d010702";
    private static final String MESSAGE_DIGEST = "2a864886f70d010904";
    private static final String RSA_ENCRYPTION = "2a864886f70d010101";

    /** Real chains have four; there is no need to look for longer ones. */
    private static final int LONGEST_CHAIN = 8;

    private static final int MOST_CERTIFICATES = 32;

    private final List<Certificate> certificates = new ArrayList<>();
    private final HashAlgorithm algorithm;
    private final Optional<byte[]> content;
    private final Certificate signer;
    private final Optional<byte[]> attributes;
    private final byte[] signature;

    private SignedData(byte[] encoded) {
        Der all = Der.of(encoded).enter(Der.SEQUENCE);
        if (all.isNext(Der.OID)) { // a ContentInfo around it, which variables may be without
            require(HashAlgorithm.hex(all.content(Der.OID)).equals(PKCS7_SIGNED_DATA));
            all = all.enter(Der.CONTEXT_0).enter(Der.SEQUENCE);
        }
        all.content(Der.INTEGER);
        all.content(Der.SET);
        Der contentInfo = all.enter(Der.SEQUENCE);
        contentInfo.content(Der.OID);
        content =
                contentInfo.isNext(Der.CONTEXT_0)
                        ? Optional.of(contentInfo.content(Der.CONTEXT_0))
                        : Optional.empty();
        if (all.isNext(Der.CONTEXT_0)) {
            Der list = all.enter(Der.CONTEXT_0);
            while (list.hasMore() && certificates.size() < MOST_CERTIFICATES) {
                Certificate.read(list.whole()).ifPresent(certificates::add);
            }
        }
        all.skipIf(Der.CONTEXT_1);
        Der info = all.enter(Der.SET).enter(Der.SEQUENCE);
        info.content(Der.INTEGER);
        Der name = info.enter(Der.SEQUENCE);
        signer = find(name.whole(Der.SEQUENCE), name.content(Der.INTEGER));
        algorithm =
                HashAlgorithm.of(info.enter(Der.SEQUENCE).content(Der.OID))
                        .orElseThrow(Malformed::new);
        attributes =
                info.isNext(Der.CONTEXT_0)
                        ? Optional.of(info.whole(Der.CONTEXT_0))
                        : Optional.empty();
        byte[] encryption = info.enter(Der.SEQUENCE).content(Der.OID);
        require(
                HashAlgorithm.hex(encryption).equals(RSA_ENCRYPTION)
                        || HashAlgorithm.ofSignature(encryption).equals(Optional.of(algorithm)));
        signature = info.content(Der.OCTET_STRING);
    }

    /** Empty if this is none, or none by RSA and SHA-2 whose signer's certificate is in it. */
    public static Optional<SignedData> read(byte[] encoded) {
        try {
            return Optional.of(new SignedData(encoded));
        } catch (Malformed e) {
            return Optional.empty();
        }
    }

    private static void require(boolean condition) {
        if (!condition) {
            throw new Malformed();
        }
    }

    private Certificate find(byte[] issuer, byte[] serial) {
        for (Certificate certificate : certificates) {
            if (certificate.is(issuer, serial)) {
                return certificate;
            }
        }
        throw new Malformed();
    }

    /** With which the content is hashed. */
    public HashAlgorithm algorithm() {
        return algorithm;
    }

    /** What is signed, if it is not elsewhere. */
    public Optional<byte[]> content() {
        return content;
    }

    /** Whether the signer has signed this. Whether anybody trusts the signer is another matter. */
    public boolean isOf(byte[] data, Cryptography cryptography) {
        if (attributes.isEmpty()) {
            return cryptography.verifyRsa(algorithm, signer.publicKey(), data, signature);
        }
        byte[] set = attributes.get().clone();
        set[0] = (byte) Der.SET; // as which they were hashed
        byte[] digest = cryptography.digest(algorithm, data);
        return messageDigest(set).filter(said -> Arrays.equals(said, digest)).isPresent()
                && cryptography.verifyRsa(algorithm, signer.publicKey(), set, signature);
    }

    private static Optional<byte[]> messageDigest(byte[] set) {
        try {
            Der all = Der.of(set).enter(Der.SET);
            while (all.hasMore()) {
                Der attribute = all.enter(Der.SEQUENCE);
                if (HashAlgorithm.hex(attribute.content(Der.OID)).equals(MESSAGE_DIGEST)) {
                    return Optional.of(attribute.enter(Der.SET).content(Der.OCTET_STRING));
                }
            }
        } catch (Malformed e) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    /** The signer, whoever has signed its certificate, and so on, as far as they are in here. */
    public List<Certificate> chain(Cryptography cryptography) {
        List<Certificate> chain = new ArrayList<>();
        Certificate at = signer;
        while (chain.size() < LONGEST_CHAIN) {
            chain.add(at);
            Certificate next = at.isSelfIssued() ? at : issuerOf(at, cryptography);
            if (chain.contains(next)) {
                break;
            }
            at = next;
        }
        return chain;
    }

    private Certificate issuerOf(Certificate certificate, Cryptography cryptography) {
        for (Certificate other : certificates) {
            if (certificate.isIssuedBy(other, cryptography)) {
                return other;
            }
        }
        return certificate;
    }

    /** Whether somebody is in the chain, or has signed a certificate in it. */
    public boolean leadsTo(Certificate anchor, Cryptography cryptography) {
        for (Certificate certificate : chain(cryptography)) {
            if (certificate.equals(anchor) || certificate.isIssuedBy(anchor, cryptography)) {
                return true;
            }
        }
        return false;
    }
}
