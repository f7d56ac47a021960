package dev.lungo.metal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ConfigurationTest {
    @Test
    void linesAreKeysAndValuesAndTheRestIsComment() {
        Configuration configuration =
                Configuration.of("# policy\r\n\r\nappend = console=ttyS0 a=b\r\n port=0x3f8");

        assertThat(configuration.get("append", "")).isEqualTo("console=ttyS0 a=b");
        assertThat(configuration.get("absent", "that")).isEqualTo("that");
        assertThat(configuration.number("port", 0)).isEqualTo(0x3F8);
        configuration.check();
    }

    @Test
    void numbersAreDecimalOrHexadecimal() {
        Configuration configuration = Configuration.of("a = 10\nb = 3F8h\nc = 0xFF\nd = x");

        assertThat(configuration.number("a", 0)).isEqualTo(10);
        assertThat(configuration.number("b", 0)).isEqualTo(0x3F8);
        assertThat(configuration.number("c", 0)).isEqualTo(0xFF);
        assertThat(configuration.number("e", 5)).isEqualTo(5);
        assertThatThrownBy(() -> configuration.number("d", 0))
                .hasMessage("line 4 of the configuration has a d that is no number");
    }

    @Test
    void aKeyThatNobodyAskedForIsNamedWithItsLine() {
        Configuration configuration = Configuration.of("next = a\n\ncolour = red");
        configuration.get("next", "");

        assertThatThrownBy(configuration::check)
                .hasMessage("line 3 of the configuration has an unknown key: colour");
    }

    @Test
    void aLineThatIsNoneAndAKeyThatComesTwiceAreRefusedAndTheOthersStand() {
        Configuration strange = Configuration.of("what is this\nnext = a");
        Configuration twice = Configuration.of("next = a\nnext = b");

        assertThat(strange.get("next", "")).isEqualTo("a");
        assertThat(twice.get("next", "")).isEqualTo("a");
        assertThatThrownBy(strange::check)
                .hasMessage("line 1 of the configuration is no key = value");
        assertThatThrownBy(twice::check)
                .hasMessage("line 2 of the configuration has next once more");
    }
}
