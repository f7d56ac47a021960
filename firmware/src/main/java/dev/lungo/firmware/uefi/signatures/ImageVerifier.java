package dev.lungo.firmware.uefi.signatures;

import dev.lungo.boot.BootException;
import dev.lungo.boot.Guid;
import dev.lungo.boot.pe.Authenticode;
import dev.lungo.boot.pe.PeImage;
import dev.lungo.boot.pe.PeImage.Range;
import dev.lungo.firmware.uefi.signatures.Der.Malformed;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Whether Secure Boot lets an image start. UEFI 2.10, "Using the EFI_IMAGE_EXECUTION_INFO_TABLE"
 * and "Authorization Process" (32.5.3.3); as EDK2 does: what dbx has is refused whatever db says,
 * and one signature that db has, or the image's hash in db, is enough.
 *
 * <p>Certificates that dbx revokes by their hash are revoked whenever the image was signed: time
 * stamps are not read.
 */
public final class ImageVerifier {
    private final Cryptography cryptography;

    private final List<SignatureList> db;
    private final List<SignatureList> dbx;

    public ImageVerifier(
            Cryptography cryptography, List<SignatureList> db, List<SignatureList> dbx) {
        this.cryptography = cryptography;
        this.db = db;
        this.dbx = dbx;
    }

    /** Empty if it may start, or else one sentence about why not. */
    public Optional<String> refusal(PeImage image) {
        String name = image.file().name();
        List<byte[]> signatures;
        List<Range> hashed;
        try {
            signatures = Authenticode.signatures(image);
            hashed = Authenticode.hashed(image);
        } catch (BootException e) {
            return Optional.of("Secure Boot refuses " + name + ": " + e.getMessage() + ".");
        }
        boolean isKnown = false;
        for (HashAlgorithm algorithm : HashAlgorithm.values()) {
            Guid type = hashType(algorithm);
            if (!SignatureList.has(db, type) && !SignatureList.has(dbx, type)) {
                continue;
            }
            byte[] hash = hash(image, hashed, algorithm);
            if (SignatureList.contains(dbx, type, hash)) {
                return refused(name, "its hash is in dbx");
            }
            isKnown |= SignatureList.contains(db, type, hash);
        }
        boolean isSound = false;
        for (byte[] encoded : signatures) {
            Optional<SignedData> signature = SignedData.read(encoded);
            if (signature.isEmpty() || !isOf(signature.get(), image, hashed)) {
                continue;
            }
            isSound = true;
            if (isRevoked(signature.get())) {
                return refused(name, "dbx revokes who has signed it");
            }
            isKnown |= isTrusted(signature.get());
        }
        if (isKnown) {
            return Optional.empty();
        }
        if (signatures.isEmpty()) {
            return refused(name, "it is not signed, and its hash is not in db");
        }
        return isSound
                ? refused(name, "nobody in db has signed it")
                : refused(name, "its signature is broken: the file was changed or is damaged");
    }

    private static Optional<String> refused(String name, String why) {
        return Optional.of("Secure Boot refuses " + name + ": " + why + ".");
    }

    private static Guid hashType(HashAlgorithm algorithm) {
        return switch (algorithm) {
            case SHA256 -> SignatureList.SHA256;
            case SHA384 -> SignatureList.SHA384;
            case SHA512 -> SignatureList.SHA512;
        };
    }

    private static Guid certificateType(HashAlgorithm algorithm) {
        return switch (algorithm) {
            case SHA256 -> SignatureList.X509_SHA256;
            case SHA384 -> SignatureList.X509_SHA384;
            case SHA512 -> SignatureList.X509_SHA512;
        };
    }

    private byte[] hash(PeImage image, List<Range> hashed, HashAlgorithm algorithm) {
        byte[][] pieces = new byte[hashed.size()][];
        for (int i = 0; i < pieces.length; i++) {
            Range range = hashed.get(i);
            pieces[i] = image.file().copy(range.offset(), (int) range.bytes());
        }
        return cryptography.digest(algorithm, pieces);
    }

    /** Whether it signs this image's hash. Authenticode, "SpcIndirectDataContent". */
    private boolean isOf(SignedData signature, PeImage image, List<Range> hashed) {
        if (signature.content().isEmpty()) {
            return false;
        }
        try {
            byte[] signed = Der.of(signature.content().get()).content(Der.SEQUENCE);
            Der content = Der.of(signed);
            content.skip();
            Der digestInfo = content.enter(Der.SEQUENCE);
            Optional<HashAlgorithm> algorithm =
                    HashAlgorithm.of(digestInfo.enter(Der.SEQUENCE).content(Der.OID));
            byte[] said = digestInfo.content(Der.OCTET_STRING);
            return algorithm.isPresent()
                    && Arrays.equals(said, hash(image, hashed, algorithm.get()))
                    && signature.isOf(signed, cryptography);
        } catch (Malformed e) {
            return false;
        }
    }

    private boolean isTrusted(SignedData signature) {
        for (Certificate anchor : SignatureList.certificates(db)) {
            if (signature.leadsTo(anchor, cryptography)) {
                return true;
            }
        }
        return false;
    }

    private boolean isRevoked(SignedData signature) {
        for (Certificate anchor : SignatureList.certificates(dbx)) {
            if (signature.leadsTo(anchor, cryptography)) {
                return true;
            }
        }
        for (Certificate certificate : signature.chain(cryptography)) {
            for (HashAlgorithm algorithm : HashAlgorithm.values()) {
                byte[] hash = cryptography.digest(algorithm, certificate.toBeSigned());
                if (SignatureList.contains(dbx, certificateType(algorithm), hash)) {
                    return true;
                }
            }
        }
        return false;
    }
}
