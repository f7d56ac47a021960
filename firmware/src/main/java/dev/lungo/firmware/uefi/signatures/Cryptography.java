package dev.lungo.firmware.uefi.signatures;

/** What has to be computed to check signatures, by whoever can. */
public interface Cryptography {
    /** The digest of all pieces, one after the other. */
    byte[] digest(HashAlgorithm algorithm, byte[]... pieces);

    /**
     * Checks a signature, RSASSA-PKCS1-v1_5.
     *
     * @param publicKey SubjectPublicKeyInfo in DER; may be anything
     * @param data what is hashed
     * @return false also for a key that is none, or not of RSA, or shorter than 2048 bits
     */
    boolean verifyRsa(HashAlgorithm algorithm, byte[] publicKey, byte[] data, byte[] signature);
}
