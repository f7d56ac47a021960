package dev.lungo.conformance.guests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lungo.host.ExecutableMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Translated code that is kept from one run to the next, and files of it that are of no use. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class TranslationsTest {
    private static final String SUM_OF_A_LOOP =
            "BC00002000" // mov esp,200000h
                    + "B980969800" // mov ecx,10000000: it takes a while until there is a translator
                    + "31C0" // xor eax,eax
                    + "01C8" // next: add eax,ecx
                    + "E80B000000" // call twice
                    + "49" // dec ecx
                    + "75F6" // jnz next
                    + "3CDA" // cmp al,DAh
                    + "0F94C0" // sete al
                    + "E6F4" // out F4h,al
                    + "F4"
                    + "8D0440" // twice: lea eax,[eax+eax*2]
                    + "25FFFFFF0F" // and eax,FFFFFFFh
                    + "C3"; // ret

    private static final String NOT_USED = "are not used: ";

    @TempDir private Path directory;

    private Path file;
    private int status;

    @BeforeEach
    void runForTheFirstTime() throws Exception {
        assumeTrue(ExecutableMemory.isSupported(), "the host runs no x86-64 code under Linux");
        SmallGuest.write(directory.resolve("guest"), SUM_OF_A_LOOP);
        file = directory.resolve("translations");
        try (Lungo lungo = run()) {
            status = lungo.status();
            assertThat(lungo.standardError()).isEmpty();
        }
        assertThat(file).isNotEmptyFile();
    }

    @Test
    void areUsedTheNextTime() throws Exception {
        byte[] kept = Files.readAllBytes(file);
        try (Lungo lungo = run()) {
            assertThat(lungo.status()).isEqualTo(status);
            assertThat(lungo.standardError()).isEmpty();
        }
        assertThat(file).as("there is nothing to add").hasBinaryContent(kept);
    }

    @Test
    void areForTheUserAlone() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        isMadeAnew("others can write it");
    }

    @Test
    void areMadeAnewWhereOneBitIsWrong() throws Exception {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 4;
        Files.write(file, bytes);
        isMadeAnew("it is damaged");
    }

    @Test
    void areMadeAnewWhereTheFileIsCut() throws Exception {
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 3));
        isMadeAnew("it is damaged");
    }

    @Test
    void areMadeAnewWhereTheFileIsSomethingElse() throws Exception {
        Files.writeString(file, "a shopping list\n".repeat(10));
        isMadeAnew("it is no file of translations");
    }

    @Test
    void areMadeAnewForAnotherProcessor() throws Exception {
        try (Lungo lungo = run("--cpu", "x86-64-v3")) {
            assertThat(lungo.status()).isEqualTo(status);
            assertThat(lungo.standardError())
                    .contains(NOT_USED + "another build, processor model or host made it");
        }
    }

    private void isMadeAnew(String reason) throws Exception {
        try (Lungo lungo = run()) {
            assertThat(lungo.status()).isEqualTo(status);
            assertThat(lungo.standardError()).contains(NOT_USED + reason).hasLineCount(1);
        }
        try (Lungo lungo = run()) {
            assertThat(lungo.status()).isEqualTo(status);
            assertThat(lungo.standardError()).isEmpty();
        }
    }

    private Lungo run(String... options) throws IOException {
        String[] words = {
            "--kernel",
            directory.resolve("guest").toString(),
            "--tier",
            "native",
            "--timeout",
            "20",
            "--translations",
            file.toString()
        };
        String[] all = Arrays.copyOf(words, words.length + options.length);
        System.arraycopy(options, 0, all, words.length, options.length);
        return Lungo.run(all);
    }
}
