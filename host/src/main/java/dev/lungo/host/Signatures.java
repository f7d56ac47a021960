package dev.lungo.host;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;

/** Digests and RSA signatures, by the JDK's providers. */
public final class Signatures {
    private static final int FEWEST_BITS = 2048;

    private Signatures() {}

    /**
     * The digest of all pieces, one after the other.
     *
     * @param hash as the JDK calls it: SHA-256, SHA-384, SHA-512
     */
    public static byte[] digest(String hash, byte[]... pieces) {
        try {
            MessageDigest digest = MessageDigest.getInstance(hash);
            for (byte[] piece : pieces) {
                digest.update(piece);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalArgumentException(hash, e);
        }
    }

    /**
     * Checks a signature, RSASSA-PKCS1-v1_5.
     *
     * @param key SubjectPublicKeyInfo in DER
     * @return false also for a key that is none, or shorter than 2048 bits
     */
    public static boolean verifyRsa(String hash, byte[] key, byte[] data, byte[] signature) {
        try {
            PublicKey read =
                    KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(key));
            if (((RSAPublicKey) read).getModulus().bitLength() < FEWEST_BITS) {
                return false;
            }
            Signature verifier = Signature.getInstance(hash.replace("-", "") + "withRSA");
            verifier.initVerify(read);
            verifier.update(data);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
