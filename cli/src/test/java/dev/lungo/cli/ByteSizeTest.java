package dev.lungo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
    @ParameterizedTest
    @CsvSource({
        "512M, 536870912",
        "2g, 2147483648",
        "64K, 65536",
        "1T, 1099511627776",
        "4096, 4096",
        "16MiB, 16777216",
        "16MB, 16777216"
    })
    void unitsArePowersOf1024(String text, long bytes) {
        assertThat(ByteSize.parse("--memory", text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "M", "1.5G", "-1", "0x100", "512 M", "99999999999999999999"})
    void whatIsNoNumberIsRefused(String text) {
        assertThatThrownBy(() -> ByteSize.parse("--memory", text))
                .isInstanceOf(Refusal.class)
                .hasMessage("--memory takes a size such as 512M or 2G, not \"%s\"", text);
    }
}
