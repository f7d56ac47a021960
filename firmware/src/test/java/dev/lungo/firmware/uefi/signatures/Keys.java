package dev.lungo.firmware.uefi.signatures;

import dev.lungo.boot.Tools;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Keys and signatures that openssl and sbsign make. */
public final class Keys {
    private final Path directory;

    public Keys(Path directory) {
        this.directory = directory;
    }

    /** Makes NAME.key and a certificate for it, signed by itself, NAME.pem. */
    public Certificate self(String name) {
        openssl(
                "req -x509 -newkey rsa:2048 -nodes -sha256 -days 30 -subj /CN="
                        + name
                        + " -keyout "
                        + name
                        + ".key -out "
                        + name
                        + ".pem");
        return certificate(name);
    }

    /** The same, signed by another. */
    public Certificate signedBy(String issuer, String name) {
        openssl(
                "req -newkey rsa:2048 -nodes -sha256 -subj /CN="
                        + name
                        + " -keyout "
                        + name
                        + ".key -out "
                        + name
                        + ".csr");
        openssl(
                "x509 -req -sha256 -days 30 -in "
                        + name
                        + ".csr -CA "
                        + issuer
                        + ".pem -CAkey "
                        + issuer
                        + ".key -set_serial "
                        + name.hashCode()
                        + " -out "
                        + name
                        + ".pem");
        return certificate(name);
    }

    private Certificate certificate(String name) {
        openssl("x509 -in " + name + ".pem -outform der -out " + name + ".der");
        return Certificate.read(file(name + ".der")).orElseThrow();
    }

    /** A detached signature of some data. */
    public byte[] sign(String name, byte[] data, String... options) {
        write("data", data);
        openssl(
                "smime -sign -binary -md sha256 -outform der -in data -out data.p7 -signer "
                        + name
                        + ".pem -inkey "
                        + name
                        + ".key "
                        + String.join(" ", options));
        return file("data.p7");
    }

    /** An image with a signature more. */
    public byte[] signImage(String name, byte[] image) {
        write("image.efi", image);
        Tools.run(
                directory,
                "",
                "sbsign",
                "--key",
                name + ".key",
                "--cert",
                name + ".pem",
                "--output",
                "image.signed",
                "image.efi");
        return file("image.signed");
    }

    private void openssl(String options) {
        Tools.run(directory, "", ("openssl " + options.strip()).split(" +"));
    }

    private byte[] file(String name) {
        try {
            return Files.readAllBytes(directory.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(String name, byte[] content) {
        try {
            Files.write(directory.resolve(name), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
