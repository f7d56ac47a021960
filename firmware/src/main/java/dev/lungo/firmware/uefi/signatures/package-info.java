/**
 * Signatures of images and variables: PKCS#7 and X.509, as far as Secure Boot has to do with them.
 * Mathematics is asked of a {@link dev.lungo.firmware.uefi.signatures.Cryptography}; what is
 * written in DER comes from anybody and is read here.
 */
package dev.lungo.firmware.uefi.signatures;
