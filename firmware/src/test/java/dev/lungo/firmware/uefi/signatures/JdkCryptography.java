package dev.lungo.firmware.uefi.signatures;

import dev.lungo.host.Signatures;

/** As the command line has it. */
public final class JdkCryptography implements Cryptography {
    @Override
    public byte[] digest(HashAlgorithm algorithm, byte[]... pieces) {
        return Signatures.digest(algorithm.title, pieces);
    }

    @Override
    public boolean verifyRsa(HashAlgorithm algorithm, byte[] key, byte[] data, byte[] signature) {
        return Signatures.verifyRsa(algorithm.title, key, data, signature);
    }
}
