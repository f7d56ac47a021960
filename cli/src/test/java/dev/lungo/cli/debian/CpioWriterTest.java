package dev.lungo.cli.debian;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveInputStream;
import org.junit.jupiter.api.Test;

class CpioWriterTest {
    @Test
    void anotherReaderFindsEveryKindOfEntry() throws IOException {
        byte[] archive =
                new CpioWriter()
                        .directory("bin")
                        .executable("bin/tool", "contents".getBytes(US_ASCII))
                        .symbolicLink("bin/sh", "tool")
                        .characterDevice("console", 5, 1)
                        .finish();

        List<String> entries = new ArrayList<>();
        try (var in = new CpioArchiveInputStream(new ByteArrayInputStream(archive))) {
            for (CpioArchiveEntry each = in.getNextEntry();
                    each != null;
                    each = in.getNextEntry()) {
                entries.add(
                        "%o %s %d:%d %s"
                                .formatted(
                                        each.getMode(),
                                        each.getName(),
                                        each.getRemoteDeviceMaj(),
                                        each.getRemoteDeviceMin(),
                                        new String(in.readAllBytes(), US_ASCII)));
            }
        }

        assertThat(entries)
                .containsExactly(
                        "40755 bin 0:0 ",
                        "100755 bin/tool 0:0 contents",
                        "120777 bin/sh 0:0 tool",
                        "20600 console 5:1 ");
    }
}
