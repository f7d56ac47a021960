package dev.lungo.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lungo.boot.Guid;
import dev.lungo.firmware.uefi.signatures.Certificate;
import dev.lungo.firmware.uefi.signatures.Cryptography;
import dev.lungo.firmware.uefi.signatures.HashAlgorithm;
import dev.lungo.firmware.uefi.signatures.SignatureList;
import dev.lungo.firmware.uefi.signatures.SignedData;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes as a signature, a certificate and a list of such: they are read, or are none. */
class SignedDataFuzz {
    /** Believes every other signature, so that chains are followed. */
    static final Cryptography GULLIBLE =
            new Cryptography() {
                @Override
                public byte[] digest(HashAlgorithm algorithm, byte[]... pieces) {
                    return new byte[algorithm.bytes];
                }

                @Override
                public boolean verifyRsa(
                        HashAlgorithm algorithm, byte[] key, byte[] data, byte[] signature) {
                    return signature.length % 2 == 0;
                }
            };

    @MethodSource("seeds")
    @FuzzTest
    void anyBytesAreASignatureOrNone(byte[] input) {
        SignedData.read(input)
                .ifPresent(signature -> {
                    signature.isOf(input, GULLIBLE);
                    List<Certificate> chain = signature.chain(GULLIBLE);
                    signature.leadsTo(chain.getLast(), GULLIBLE);
                });
        Certificate.read(input).ifPresent(Certificate::commonName);
        SignatureList.read(input)
                .ifPresent(lists -> {
                    SignatureList.certificates(lists);
                    SignatureList.write(SignatureList.without(lists, lists));
                });
    }

    static List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (String name : List.of("signature.p7", "attached.p7")) {
            seeds.add(resource("SignedDataFuzzInputs/" + name));
        }
        byte[] certificate = new byte[40];
        seeds.add(
                SignatureList.write(
                        List.of(SignatureList.of(SignatureList.X509, Guid.ZERO, certificate))));
        return seeds;
    }

    static byte[] resource(String name) {
        try (InputStream stream = SignedDataFuzz.class.getResourceAsStream(name)) {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void changedSignaturesAreReadOrNone() {
        SeededInputs.changed(100_000, seeds(), this::anyBytesAreASignatureOrNone);
    }
}
