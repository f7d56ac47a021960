package dev.lungo.firmware.uefi.signatures;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.boot.BootFile;
import dev.lungo.boot.Guid;
import dev.lungo.boot.pe.Authenticode;
import dev.lungo.boot.pe.PeFiles;
import dev.lungo.boot.pe.PeImage;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images that sbsign has signed. */
class ImageVerifierTest {
    private static final List<SignatureList> NOTHING = List.of();
    private static final byte[] PLAIN = PeFiles.application().toBytes();

    @TempDir Path directory;

    private final Cryptography cryptography = new JdkCryptography();
    private Keys keys;
    private Certificate ca;
    private Certificate vendor;
    private byte[] signed;

    @BeforeEach
    void sign() {
        keys = new Keys(directory);
        ca = keys.self("ca");
        vendor = keys.signedBy("ca", "vendor");
        signed = keys.signImage("vendor", PLAIN);
    }

    @Test
    void startsWhatTheSignerOrItsIssuerInDbHasSigned() {
        assertThat(refusal(signed, certificates(vendor), NOTHING)).isEmpty();
        assertThat(refusal(signed, certificates(ca), NOTHING)).isEmpty();
    }

    @Test
    void startsWhatHasOneGoodSignatureOfTwo() {
        keys.self("other");
        byte[] twice = keys.signImage("other", signed);

        assertThat(Authenticode.signatures(image(twice))).hasSize(2);
        assertThat(refusal(twice, certificates(ca), NOTHING)).isEmpty();
    }

    @Test
    void refusesWhoIsNotInDb() {
        Certificate other = keys.self("other");

        assertThat(refusal(signed, certificates(other), NOTHING))
                .isEqualTo("Secure Boot refuses test.efi: nobody in db has signed it.");
        assertThat(refusal(PLAIN, certificates(ca), NOTHING))
                .isEqualTo(
                        "Secure Boot refuses test.efi: it is not signed, and its hash is not in"
                                + " db.");
    }

    @Test
    void refusesWhatWasChangedAfterwards() {
        for (int at : new int[] {PeFiles.TEXT, PeFiles.OPTIONAL + 16}) {
            byte[] changed = signed.clone();
            changed[at] ^= 1;

            assertThat(refusal(changed, certificates(ca), NOTHING))
                    .contains("its signature is broken");
        }
        byte[] broken = signed.clone();
        broken[broken.length - 20] ^= 1; // in the signature itself
        assertThat(refusal(broken, certificates(ca), NOTHING)).contains("broken");
    }

    @Test
    void takesHashes() {
        byte[] hash = hash(PLAIN);
        List<SignatureList> hashes =
                List.of(SignatureList.of(SignatureList.SHA256, Guid.ZERO, hash));

        assertThat(refusal(PLAIN, hashes, NOTHING)).isEmpty();
        assertThat(refusal(PLAIN, hashes, hashes)).contains("its hash is in dbx");
    }

    @Test
    void dbxWinsOverDb() {
        assertThat(refusal(signed, certificates(ca), certificates(vendor))).contains("revokes");
        assertThat(refusal(signed, certificates(vendor), certificates(ca))).contains("revokes");
        byte[] revoked = new byte[32 + 16]; // and when it was revoked
        byte[] hash = cryptography.digest(HashAlgorithm.SHA256, vendor.toBeSigned());
        System.arraycopy(hash, 0, revoked, 0, 32);
        List<SignatureList> byHash =
                List.of(SignatureList.of(SignatureList.X509_SHA256, Guid.ZERO, revoked));
        assertThat(refusal(signed, certificates(ca), byHash)).contains("revokes");
    }

    @Test
    void aSignatureOfAnotherImageIsWorthNothing() {
        byte[] other = PeFiles.application().setU8(PeFiles.TEXT, 0x90).toBytes();
        byte[] transplanted = keys.signImage("vendor", other);
        System.arraycopy(signed, PeFiles.TEXT, transplanted, PeFiles.TEXT, 8);
        transplanted[PeFiles.TEXT + 1] = 0x55;

        assertThat(refusal(transplanted, certificates(ca), NOTHING)).contains("broken");
    }

    private byte[] hash(byte[] file) {
        PeImage image = image(file);
        byte[][] pieces =
                Authenticode.hashed(image).stream()
                        .map(range -> image.file().copy(range.offset(), (int) range.bytes()))
                        .toArray(byte[][]::new);
        return cryptography.digest(HashAlgorithm.SHA256, pieces);
    }

    private String refusal(byte[] file, List<SignatureList> db, List<SignatureList> dbx) {
        return new ImageVerifier(cryptography, db, dbx).refusal(image(file)).orElse("");
    }

    private static PeImage image(byte[] file) {
        return PeImage.read(new BootFile("test.efi", file));
    }

    private static List<SignatureList> certificates(Certificate certificate) {
        return List.of(SignatureList.of(SignatureList.X509, Guid.ZERO, certificate.encoded()));
    }
}
