package dev.lungo.firmware.uefi.variables;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.boot.BootFile;
import dev.lungo.boot.Guid;
import dev.lungo.boot.Tools;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.boot.pe.PeFiles;
import dev.lungo.boot.pe.PeImage;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.signatures.Certificate;
import dev.lungo.firmware.uefi.signatures.JdkCryptography;
import dev.lungo.firmware.uefi.signatures.Keys;
import dev.lungo.firmware.uefi.signatures.SignatureList;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests signed by openssl and by efitools. */
class SecureBootTest {
    private static final Guid OWNER = Guid.parse("12345678-9abc-def0-1234-56789abcdef0");
    private static final int KEY = 0x27; // non-volatile, boot, runtime, time-based authenticated
    private static final int APPENDED = KEY | Variable.APPEND;
    private static final byte[] NOTHING = {};

    @TempDir Path directory;

    private final VariableStore store =
            new VariableStore(_ -> {}, Optional.of(new JdkCryptography()), true);
    private Keys keys;
    private Certificate pk;
    private Certificate kek;
    private Certificate db;

    @BeforeEach
    void makeKeys() {
        keys = new Keys(directory);
        pk = keys.self("pk");
        kek = keys.self("kek");
        db = keys.self("db");
        store.reset();
    }

    @Test
    void thePlatformKeyLeavesSetupModeAndItsDeletionEntersItAgain() {
        assertThat(global("SetupMode")).containsExactly(1);
        assertThat(global("SecureBoot")).containsExactly(0);

        assertThat(set("PK", "kek", 1, list(pk))).isEqualTo(EfiStatus.SECURITY_VIOLATION);
        assertThat(set("PK", "pk", 1, list(pk))).isEqualTo(EfiStatus.SUCCESS);

        assertThat(global("SetupMode")).containsExactly(0);
        assertThat(global("SecureBoot")).containsExactly(1);
        assertThat(set("PK", "kek", 2, NOTHING)).isEqualTo(EfiStatus.SECURITY_VIOLATION);
        assertThat(set("PK", "pk", 2, NOTHING)).isEqualTo(EfiStatus.SUCCESS);
        assertThat(global("SetupMode")).containsExactly(1);
    }

    @Test
    void aPlatformKeyLeadsFromAuditModeToDeployedModeAndNothingLeadsBack() {
        assertThat(mode("DeployedMode", 1)).isEqualTo(EfiStatus.WRITE_PROTECTED);
        assertThat(mode("AuditMode", 1)).isEqualTo(EfiStatus.SUCCESS);
        assertThat(global("AuditMode")).containsExactly(1);
        assertThat(mode("AuditMode", 0)).isEqualTo(EfiStatus.WRITE_PROTECTED);

        assertThat(set("PK", "pk", 1, list(pk))).isEqualTo(EfiStatus.SUCCESS);
        store.reset();

        assertThat(global("AuditMode")).containsExactly(0);
        assertThat(global("DeployedMode")).containsExactly(1);
        assertThat(global("SetupMode")).containsExactly(0);
        assertThat(mode("AuditMode", 1)).isEqualTo(EfiStatus.WRITE_PROTECTED);
        assertThat(mode("DeployedMode", 0)).isEqualTo(EfiStatus.WRITE_PROTECTED);
        assertThat(set("PK", "pk", 2, NOTHING)).isEqualTo(EfiStatus.SUCCESS);
        assertThat(global("DeployedMode")).containsExactly(0);
    }

    @Test
    void auditModeTakesThePlatformKeyOfUserModeAway() {
        assertThat(set("PK", "pk", 1, list(pk))).isEqualTo(EfiStatus.SUCCESS);

        assertThat(mode("AuditMode", 1)).isEqualTo(EfiStatus.SUCCESS);

        assertThat(global("SetupMode")).containsExactly(1);
        assertThat(global("SecureBoot")).containsExactly(0);
        assertThat(store.secureBoot().isEnforced()).isFalse();
    }

    @Test
    void modesAreNotChangedOnceBootServicesAreOver() {
        assertThat(set("PK", "pk", 1, list(pk))).isEqualTo(EfiStatus.SUCCESS);

        byte[] one = {1};
        assertThat(store.write("DeployedMode", Variable.GLOBAL, 6, one, true))
                .isEqualTo(EfiStatus.WRITE_PROTECTED);
        assertThat(mode("DeployedMode", 1)).isEqualTo(EfiStatus.SUCCESS);
        assertThat(store.write(SecureBoot.MODE, SecureBoot.OWN, 3, one, false))
                .isEqualTo(EfiStatus.WRITE_PROTECTED);
    }

    private long mode(String name, int value) {
        return store.write(name, Variable.GLOBAL, 6, new byte[] {(byte) value}, false);
    }

    @Test
    void inSetupModeOtherKeysNeedNoSignature() {
        assertThat(set("KEK", "", 1, list(kek))).isEqualTo(EfiStatus.SUCCESS);
        assertThat(set("db", "", 1, list(db))).isEqualTo(EfiStatus.SUCCESS);

        assertThat(database("db")).isEqualTo(list(db));
    }

    @Test
    void thePlatformKeySignsKekAndThatSignsDatabases() {
        enroll();

        assertThat(set("KEK", "kek", 2, list(db))).isEqualTo(EfiStatus.SECURITY_VIOLATION);
        assertThat(set("KEK", "", 2, list(db))).isEqualTo(EfiStatus.SECURITY_VIOLATION);
        assertThat(set("KEK", "pk", 2, list(kek))).isEqualTo(EfiStatus.SUCCESS);
        assertThat(set("db", "db", 2, list(pk))).isEqualTo(EfiStatus.SECURITY_VIOLATION);
        assertThat(set("db", "kek", 2, list(pk))).isEqualTo(EfiStatus.SUCCESS);
        assertThat(database("db")).isEqualTo(list(pk));
        assertThat(set("dbx", "kek", 1, list(db))).isEqualTo(EfiStatus.SUCCESS);
    }

    @Test
    void anOlderRequestIsAReplay() {
        enroll();
        assertThat(set("db", "kek", 5, list(pk))).isEqualTo(EfiStatus.SUCCESS);

        assertThat(set("db", "kek", 5, list(db))).isEqualTo(EfiStatus.SECURITY_VIOLATION);
        assertThat(set("db", "kek", 4, list(db))).isEqualTo(EfiStatus.SECURITY_VIOLATION);
        assertThat(set("db", "kek", APPENDED, 4, list(db))).isEqualTo(EfiStatus.SUCCESS);
        assertThat(set("db", "kek", 5, list(db))).isEqualTo(EfiStatus.SECURITY_VIOLATION);
    }

    @Test
    void appendingAddsOnlyWhatIsNew() {
        enroll();
        byte[] both = join(list(db), list(pk));

        assertThat(set("db", "kek", APPENDED, 2, both)).isEqualTo(EfiStatus.SUCCESS);

        assertThat(database("db")).isEqualTo(both);
    }

    @Test
    void aSignatureIsForOneNameOneContentAndTheseAttributes() {
        enroll();
        byte[] request = request("db", Variable.SECURITY_DATABASE, "kek", KEY, 2, list(pk));

        assertThat(store.write("dbx", Variable.SECURITY_DATABASE, KEY, request, false))
                .isEqualTo(EfiStatus.SECURITY_VIOLATION);
        request[request.length - 1] ^= 1;
        assertThat(store.write("db", Variable.SECURITY_DATABASE, KEY, request, false))
                .isEqualTo(EfiStatus.SECURITY_VIOLATION);
        assertThat(store.write("db", Variable.SECURITY_DATABASE, 7, list(pk), false))
                .isEqualTo(EfiStatus.INVALID_PARAMETER);
    }

    @Test
    void keysAreSignatureListsAndThePlatformHasOne() {
        assertThat(set("PK", "pk", 1, join(list(pk), list(kek))))
                .isEqualTo(EfiStatus.INVALID_PARAMETER);
        assertThat(set("db", "", 1, new byte[] {1, 2, 3})).isEqualTo(EfiStatus.INVALID_PARAMETER);
    }

    @Test
    void onlyWhoeverMadeAnAuthenticatedVariableChangesIt() {
        byte[] first = request("mine", OWNER, "db", KEY, 1, new byte[] {1});
        byte[] second = request("mine", OWNER, "db", KEY, 2, new byte[] {2});
        byte[] others = request("mine", OWNER, "kek", KEY, 3, new byte[] {3});
        byte[] deletion = request("mine", OWNER, "db", KEY, 4, NOTHING);

        assertThat(store.write("mine", OWNER, KEY, first, false)).isEqualTo(EfiStatus.SUCCESS);
        assertThat(store.write("mine", OWNER, KEY, second, false)).isEqualTo(EfiStatus.SUCCESS);
        assertThat(store.write("mine", OWNER, KEY, others, false))
                .isEqualTo(EfiStatus.SECURITY_VIOLATION);
        assertThat(store.write("mine", OWNER, 0, NOTHING, false))
                .isEqualTo(EfiStatus.WRITE_PROTECTED);
        assertThat(store.find("mine", OWNER).orElseThrow().data()).containsExactly(2);
        assertThat(store.write("mine", OWNER, KEY, deletion, false)).isEqualTo(EfiStatus.SUCCESS);
        assertThat(store.find("mine", OWNER)).isEmpty();
    }

    @Test
    void nobodyWritesWhatTheFirmwareSays() {
        for (String name : List.of("SetupMode", "SecureBoot", "SignatureSupport")) {
            assertThat(store.write(name, Variable.GLOBAL, 6, new byte[] {0}, false))
                    .isEqualTo(EfiStatus.WRITE_PROTECTED);
        }
    }

    @Test
    void imagesAreVerifiedOnceThePlatformKeyIsThere() {
        byte[] signed = keys.signImage("db", PeFiles.application().toBytes());

        assertThat(store.refusal(image(PeFiles.application().toBytes()))).isEmpty();
        enroll();
        assertThat(store.refusal(image(PeFiles.application().toBytes()))).isPresent();
        assertThat(store.refusal(image(signed))).isEmpty();
        assertThat(set("dbx", "kek", 2, list(db))).isEqualTo(EfiStatus.SUCCESS);
        assertThat(store.refusal(image(signed)).orElseThrow()).contains("dbx");
    }

    @Test
    void theUsersKeysAreAddedOnce() {
        for (Certificate each : List.of(db, pk, db)) {
            List<SignatureList> lists =
                    List.of(SignatureList.of(SignatureList.X509, OWNER, each.encoded()));
            assertThat(store.secureBoot().enroll("db", lists)).isEqualTo(EfiStatus.SUCCESS);
        }

        assertThat(database("db")).isEqualTo(join(list(db), list(pk)));
    }

    /** Another's tools make the lists and sign them. */
    @Test
    void takesWhatEfitoolsMakes() throws Exception {
        String guid = OWNER.toString();
        for (String name : List.of("pk", "kek", "db")) {
            Tools.run(
                    directory,
                    "",
                    "cert-to-efi-sig-list",
                    "-g",
                    guid,
                    name + ".pem",
                    name + ".esl");
        }
        sign("pk", "PK", "pk");
        sign("pk", "KEK", "kek");
        sign("kek", "db", "db");
        assertThat(Files.readAllBytes(directory.resolve("db.esl"))).isEqualTo(list(db));

        assertThat(setFile("PK", Variable.GLOBAL)).isEqualTo(EfiStatus.SUCCESS);
        assertThat(setFile("KEK", Variable.GLOBAL)).isEqualTo(EfiStatus.SUCCESS);
        assertThat(setFile("db", Variable.SECURITY_DATABASE)).isEqualTo(EfiStatus.SUCCESS);
        assertThat(global("SecureBoot")).containsExactly(1);
    }

    private void sign(String by, String name, String list) {
        Tools.run(
                directory,
                "",
                "sign-efi-sig-list",
                "-k",
                by + ".key",
                "-c",
                by + ".pem",
                name,
                list + ".esl",
                name + ".auth");
    }

    private long setFile(String name, Guid guid) throws Exception {
        byte[] data = Files.readAllBytes(directory.resolve(name + ".auth"));
        return store.write(name, guid, KEY, data, false);
    }

    private void enroll() {
        assertThat(set("db", "", 1, list(db))).isEqualTo(EfiStatus.SUCCESS);
        assertThat(set("KEK", "", 1, list(kek))).isEqualTo(EfiStatus.SUCCESS);
        assertThat(set("PK", "pk", 1, list(pk))).isEqualTo(EfiStatus.SUCCESS);
    }

    private long set(String name, String signer, int second, byte[] payload) {
        return set(name, signer, KEY, second, payload);
    }

    private long set(String name, String signer, int attributes, int second, byte[] payload) {
        Guid guid = name.endsWith("K") ? Variable.GLOBAL : Variable.SECURITY_DATABASE;
        byte[] data = request(name, guid, signer, attributes, second, payload);
        return store.write(name, guid, attributes, data, false);
    }

    private byte[] request(
            String name, Guid guid, String signer, int attributes, int second, byte[] payload) {
        byte[] time =
                new ByteWriter().u16(2026).u8(11).u8(21).u8(20).u8(0).u8(second).zeros(9).toBytes();
        ByteWriter signed = new ByteWriter();
        name.chars().forEach(signed::u16);
        signed.bytes(guid.toBytes()).u32(attributes).bytes(time).bytes(payload);
        byte[] signature =
                signer.isEmpty() ? NOTHING : keys.sign(signer, signed.toBytes(), "-noattr");
        return new ByteWriter()
                .bytes(time)
                .u32(24 + signature.length)
                .u16(0x0200)
                .u16(0x0EF1)
                .bytes(Guid.parse("4aafd29d-68df-49ee-8aa9-347d375665a7").toBytes())
                .bytes(signature)
                .bytes(payload)
                .toBytes();
    }

    private byte[] global(String name) {
        return store.find(name, Variable.GLOBAL).orElseThrow().data();
    }

    private byte[] database(String name) {
        return store.find(name, Variable.SECURITY_DATABASE).orElseThrow().data();
    }

    private static byte[] list(Certificate certificate) {
        return SignatureList.write(
                List.of(SignatureList.of(SignatureList.X509, OWNER, certificate.encoded())));
    }

    private static byte[] join(byte[] first, byte[] second) {
        return new ByteWriter().bytes(first).bytes(second).toBytes();
    }

    private static PeImage image(byte[] file) {
        return PeImage.read(new BootFile("test.efi", file));
    }
}
