package dev.lungo.cli;

import dev.lungo.boot.BootException;
import dev.lungo.boot.BootFile;
import dev.lungo.boot.Guid;
import dev.lungo.firmware.uefi.signatures.Cryptography;
import dev.lungo.firmware.uefi.signatures.HashAlgorithm;
import dev.lungo.firmware.uefi.signatures.SignatureList;
import dev.lungo.firmware.uefi.variables.VariableStore;
import dev.lungo.host.Signatures;
import dev.lungo.machine.BackendException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * What {@code --variables}, {@code --secure-boot} and {@code --key} say: where UEFI's variables are
 * kept, and whose images it starts.
 */
final class VariablesOption {
    private static final String EXTENSION = ".variables";

    /** Who the keys that the user gives are of: anybody's. */
    private static final Guid OWNER = Guid.parse("6c756e67-6f00-4000-8000-000000000001");

    private VariablesOption() {}

    /** The store, with what the file has and the keys that are given. */
    static VariableStore open(Arguments arguments, List<DiskTarget> disks) {
        Optional<Path> file = file(arguments, disks);
        boolean secure = arguments.has("--secure-boot");
        VariableStore store =
                new VariableStore(
                        kept -> file.ifPresent(path -> write(path, kept)),
                        Optional.of(cryptography()),
                        secure);
        if (file.isPresent() && Files.exists(file.get())) {
            BootFile kept = InputFile.read("--variables", file.get().toString());
            try {
                store.restore(kept.name(), kept.copy(0, kept.length()));
            } catch (BootException e) {
                throw new Refusal("--variables: " + e.getMessage());
            }
        }
        arguments.values("--key").forEach(each -> enroll(store, each));
        if (secure && store.secureBoot().isSetupMode()) {
            throw new Refusal(
                    "--secure-boot needs a platform key: give one by --key PK=F, and by --key db=F"
                            + " who may have signed what is started");
        }
        return store;
    }

    /** Beside the first disk that is written to, unless one is named. */
    private static Optional<Path> file(Arguments arguments, List<DiskTarget> disks) {
        Optional<String> named = arguments.value("--variables");
        if (named.isPresent()) {
            return named.get().equals("none")
                    ? Optional.empty()
                    : Optional.of(InputFile.path("--variables", named.get()));
        }
        return disks.stream()
                .filter(each -> !each.snapshot() && !each.readOnly())
                .findFirst()
                .map(each -> InputFile.path(each.option(), each.file() + EXTENSION));
    }

    /** As a whole: whenever the power fails, the file is the old one or the new one. */
    private static void write(Path file, byte[] content) {
        Path made = file.resolveSibling(file.getFileName() + ".new");
        try {
            try (FileChannel channel =
                    FileChannel.open(
                            made,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE)) {
                ByteBuffer left = ByteBuffer.wrap(content);
                while (left.hasRemaining()) {
                    channel.write(left);
                }
                channel.force(true);
            }
            Files.move(
                    made,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel directory = FileChannel.open(file.toAbsolutePath().getParent())) {
                directory.force(true);
            }
        } catch (IOException e) {
            throw new BackendException(
                    "UEFI's variables cannot be kept in " + file + Reason.of(e), e);
        }
    }

    /** PK, KEK, db or dbx, and a certificate or signature lists. */
    private static void enroll(VariableStore store, String text) {
        String[] parts = text.split("=", 2);
        if (parts.length < 2 || !List.of("PK", "KEK", "db", "dbx").contains(parts[0])) {
            throw new Refusal("--key takes PK=F, KEK=F, db=F or dbx=F, not \"" + text + "\"");
        }
        BootFile file = InputFile.read("--key", parts[1]);
        byte[] bytes = decoded(file.copy(0, file.length()));
        boolean certificate = bytes.length > 1 && bytes[0] == 0x30 && (bytes[1] & 0x80) != 0;
        List<SignatureList> lists =
                certificate
                        ? List.of(SignatureList.of(SignatureList.X509, OWNER, bytes))
                        : SignatureList.read(bytes)
                                .orElseThrow(() ->
                                        new Refusal(
                                                "--key: "
                                                        + parts[1]
                                                        + " is neither a certificate nor a"
                                                        + " signature list"));
        long status = store.secureBoot().enroll(parts[0], lists);
        if (status != 0) {
            throw new Refusal("--key: " + parts[1] + " cannot be enrolled");
        }
    }

    /** DER in PEM's clothes, or as it is. */
    private static byte[] decoded(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int begin = text.indexOf("-----BEGIN CERTIFICATE-----");
        int end = text.indexOf("-----END CERTIFICATE-----");
        if (begin < 0 || end < begin) {
            return bytes;
        }
        try {
            return Base64.getMimeDecoder()
                    .decode(text.substring(text.indexOf('\n', begin), end).strip());
        } catch (IllegalArgumentException _) {
            return bytes;
        }
    }

    private static Cryptography cryptography() {
        return new Cryptography() {
            @Override
            public byte[] digest(HashAlgorithm algorithm, byte[]... pieces) {
                return Signatures.digest(algorithm.title, pieces);
            }

            @Override
            public boolean verifyRsa(
                    HashAlgorithm algorithm, byte[] publicKey, byte[] data, byte[] signature) {
                return Signatures.verifyRsa(algorithm.title, publicKey, data, signature);
            }
        };
    }
}
