package dev.lungo.firmware.uefi.signatures;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Signatures that openssl has made. */
class SignedDataTest {
    private static final byte[] DATA = "what is signed".getBytes(StandardCharsets.US_ASCII);

    @TempDir Path directory;

    private final Cryptography cryptography = new JdkCryptography();

    @Test
    void aSignatureIsOfWhatWasSignedAndNothingElse() {
        Keys keys = new Keys(directory);
        keys.self("one");

        for (String option : new String[] {"", "-noattr"}) {
            SignedData signature = SignedData.read(keys.sign("one", DATA, option)).orElseThrow();

            assertThat(signature.algorithm()).isEqualTo(HashAlgorithm.SHA256);
            assertThat(signature.content()).isEmpty();
            assertThat(signature.isOf(DATA, cryptography)).isTrue();
            byte[] other = DATA.clone();
            other[3] ^= 1;
            assertThat(signature.isOf(other, cryptography)).isFalse();
        }
    }

    @Test
    void leadsToItsSignerAndToWhoeverHasSignedThat() {
        Keys keys = new Keys(directory);
        Certificate root = keys.self("root");
        Certificate middle = keys.signedBy("root", "middle");
        Certificate leaf = keys.signedBy("middle", "leaf");
        Certificate other = keys.self("other");
        SignedData whole =
                SignedData.read(keys.sign("leaf", DATA, "-certfile middle.pem")).orElseThrow();
        SignedData alone = SignedData.read(keys.sign("leaf", DATA)).orElseThrow();

        assertThat(whole.chain(cryptography)).containsExactly(leaf, middle);
        assertThat(whole.leadsTo(leaf, cryptography)).isTrue();
        assertThat(whole.leadsTo(middle, cryptography)).isTrue();
        assertThat(whole.leadsTo(root, cryptography)).isTrue();
        assertThat(whole.leadsTo(other, cryptography)).isFalse();
        assertThat(alone.leadsTo(middle, cryptography)).isTrue();
        assertThat(alone.leadsTo(root, cryptography)).isFalse();
    }

    @Test
    void aForgedIssuerIsNotBelieved() {
        Keys keys = new Keys(directory);
        Certificate real = keys.self("root");
        new Keys(directory).self("root"); // another key with the same name
        keys.signedBy("root", "leaf");
        SignedData signature = SignedData.read(keys.sign("leaf", DATA)).orElseThrow();

        assertThat(signature.leadsTo(real, cryptography)).isFalse();
    }

    @Test
    void tellsTheCommonName() {
        Certificate certificate = new Keys(directory).self("A");

        assertThat(certificate.commonName()).asString().isEqualTo("A");
    }

    @Test
    void whatIsCutShortOrChangedIsNoSignature() {
        Keys keys = new Keys(directory);
        keys.self("one");
        byte[] whole = keys.sign("one", DATA);

        for (int length = 0; length < whole.length; length++) {
            assertThat(SignedData.read(Arrays.copyOf(whole, length))).isEmpty();
        }
        for (int at = 0; at < whole.length; at++) {
            byte[] changed = whole.clone();
            changed[at] ^= (byte) 0x81;
            SignedData.read(changed)
                    .ifPresent(
                            signature -> signature.isOf(DATA, cryptography)); // and does not throw
        }
    }
}
