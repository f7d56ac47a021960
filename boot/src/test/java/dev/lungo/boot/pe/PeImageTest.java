package dev.lungo.boot.pe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lungo.boot.BootException;
import dev.lungo.boot.BootFile;
import dev.lungo.boot.TestMemory;
import dev.lungo.boot.Tools;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.boot.pe.PeImage.Range;
import dev.lungo.boot.pe.PeImage.Subsystem;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeImageTest {
    private static final long AT = 0x10_0000;

    @TempDir Path directory;

    private final TestMemory memory = new TestMemory(2 * AT);

    @Test
    void readsWhatAnImageIs() {
        PeImage image = read(PeFiles.application());

        assertThat(image.subsystem()).isEqualTo(Subsystem.APPLICATION);
        assertThat(image.entryPoint()).isEqualTo(0x1000);
        assertThat(image.imageBytes()).isEqualTo(0x3000);
        assertThat(image.sections()).map(PeImage.Section::name).containsExactly(".text", ".reloc");
        assertThat(image.sections().getFirst().isExecutable()).isTrue();
        assertThat(image.sections().getFirst().isWritable()).isFalse();
        assertThat(image.relocations().count()).isEqualTo(2);
    }

    @Test
    void placesSectionsAndAddsToAddressesInThem() {
        read(PeFiles.application()).load(memory, AT);

        assertThat(memory.getShort(AT)).isEqualTo((short) 0x5A4D);
        assertThat(memory.getLong(AT + 0x1000)).isEqualTo(0xC3);
        assertThat(memory.getLong(AT + 0x1008)).isEqualTo(AT + 0x1000);
        assertThat(memory.getInt(AT + 0x1010)).isEqualTo((int) AT + 0x1004);
        assertThat(memory.bytes(AT + 0x1200, 0xE00)).containsOnly(0); // not in the file
        assertThat(memory.getByte(AT + 0x3000)).isEqualTo((byte) 0xCC); // somebody else's
    }

    @Test
    void atItsOwnBaseNothingIsAdded() {
        PeImage image = read(PeFiles.application().setU64(PeFiles.OPTIONAL + 24, AT));

        image.load(memory, AT);

        assertThat(memory.getLong(AT + 0x1008)).isEqualTo(PeFiles.BASE + 0x1000);
    }

    @Test
    void aRuntimeDriversAddressesMoveUnlessItHasChangedThem() {
        PeImage driver = read(PeFiles.application().setU16(PeFiles.OPTIONAL + 68, 12));
        driver.load(memory, AT);
        long[] values = driver.relocations().values(memory, AT);
        memory.putInt(AT + 0x1010, 5);

        driver.relocations().move(memory, AT, 0x7000_0000_0000L, values);

        assertThat(driver.subsystem()).isEqualTo(Subsystem.RUNTIME_DRIVER);
        assertThat(memory.getLong(AT + 0x1008)).isEqualTo(0x7000_0000_0000L + AT + 0x1000);
        assertThat(memory.getInt(AT + 0x1010)).isEqualTo(5);
    }

    @Test
    void anImageWithoutRelocationsIsOnlyLoadedWhereItWasLinked() {
        ByteWriter stripped = PeFiles.application().setU16(PeFiles.OPTIONAL - 2, 0x23);

        assertThatThrownBy(() -> read(stripped).load(memory, AT))
                .isInstanceOf(BootException.class)
                .hasMessageContaining("140000000h");

        read(stripped.setU64(PeFiles.OPTIONAL + 24, AT)).load(memory, AT);
        assertThat(memory.getLong(AT + 0x1000)).isEqualTo(0xC3);
    }

    @Test
    void refusesWhatIsNotForThisMachine() {
        assertRefused(pe -> pe.setU16(0, 0), "is not a PE image");
        assertRefused(pe -> pe.setU16(0x44, 0xAA64), "for another machine");
        assertRefused(pe -> pe.setU16(PeFiles.OPTIONAL, 0x10B), "for another machine");
        assertRefused(pe -> pe.setU16(PeFiles.OPTIONAL + 68, 3), "of subsystem 3");
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertRefused(pe -> pe.setU32(PeFiles.OPTIONAL + 56, 0x2000), "section");
        assertRefused(pe -> pe.setU32(PeFiles.OPTIONAL + 60, 0x1_0000), "headers");
        assertRefused(pe -> pe.setU32(PeFiles.OPTIONAL + 16, 0x3000), "headers");
        assertRefused(pe -> pe.setU32(PeFiles.RELOC, 0x3000), "relocation beyond its end");
        assertRefused(pe -> pe.setU32(PeFiles.RELOC + 4, 7), "relocations that do not end");
        assertRefused(pe -> pe.setU16(PeFiles.RELOC + 8, 0x5000), "relocation of type 5");
        assertRefused(pe -> pe.setU32(PeFiles.OPTIONAL + 152, 0x5000), "in no section");
        assertRefused(
                pe ->
                        pe.setU32(PeFiles.OPTIONAL + 144, 0x700)
                                .setU32(PeFiles.OPTIONAL + 148, 0x200),
                "certificate");
    }

    private static void assertRefused(Consumer<ByteWriter> change, String because) {
        ByteWriter file = PeFiles.application();
        change.accept(file);

        assertThatThrownBy(() -> read(file))
                .isInstanceOf(BootException.class)
                .hasMessageContaining(because)
                .hasMessageContaining("; ");
    }

    /** The hash that sbsign put into its signature is ours. */
    @Test
    void hashesAsSbsignDoes() throws Exception {
        ByteWriter odd = PeFiles.application().text("and something after the last section");
        Files.write(directory.resolve("plain.efi"), odd.toBytes());
        Tools.run(
                directory,
                "",
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "rsa:2048",
                "-nodes",
                "-subj",
                "/CN=test",
                "-keyout",
                "key.pem",
                "-out",
                "cert.pem");
        Tools.run(
                directory,
                "",
                "sbsign",
                "--key",
                "key.pem",
                "--cert",
                "cert.pem",
                "--output",
                "signed.efi",
                "plain.efi");

        PeImage signed = read(Files.readAllBytes(directory.resolve("signed.efi")));

        assertThat(Authenticode.signatures(signed))
                .singleElement()
                .satisfies(
                        data -> assertThat(HexFormat.of().formatHex(data)).contains(hash(signed)));
        assertThat(Authenticode.signatures(read(PeFiles.application()))).isEmpty();
    }

    private static String hash(PeImage image) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Range range : Authenticode.hashed(image)) {
            bytes.write(image.file().copy(range.offset(), (int) range.bytes()));
        }
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray());
        return HexFormat.of().formatHex(hash);
    }

    private static PeImage read(ByteWriter file) {
        return read(file.toBytes());
    }

    private static PeImage read(byte[] file) {
        return PeImage.read(new BootFile("test.efi", Arrays.copyOf(file, file.length)));
    }
}
