package dev.lungo.cpu.translate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * The host code of each form of instruction is what it was when somebody last looked at it. {@code
 * -Dlungo.listing=update} writes it anew.
 */
class ListingTest {
    private static final Path FILE =
            Path.of("src/test/resources/dev/lungo/cpu/translate/listing.txt");

    @Test
    void eachFormBecomesTheHostCodeThatWasReviewed() throws IOException {
        String actual = Listing.write();
        if (System.getProperty("lungo.listing", "").equals("update")) {
            Files.createDirectories(FILE.getParent());
            Files.writeString(FILE, actual);
        }

        assertThat(actual.lines().toList())
                .as("mvn -pl cpu -am test -Dtest=ListingTest -Dlungo.listing=update rewrites it")
                .isEqualTo(Files.readString(FILE).lines().toList());
    }
}
