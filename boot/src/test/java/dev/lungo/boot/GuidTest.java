package dev.lungo.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class GuidTest {
    /** EFI_GLOBAL_VARIABLE, in memory as in UEFI's own text. */
    private static final String GLOBAL = "8be4df61-93ca-11d2-aa0d-00e098032b8c";

    private static final String BYTES = "61dfe48bca93d211aa0d00e098032b8c";

    @Test
    void theFirstThreeFieldsAreLittleEndian() {
        assertThat(HexFormat.of().formatHex(Guid.parse(GLOBAL).toBytes())).isEqualTo(BYTES);
        assertThat(Guid.of(HexFormat.of().parseHex(BYTES), 0)).hasToString(GLOBAL);
    }

    @Test
    void refusesWhatIsNoGuid() {
        for (String text : new String[] {"", GLOBAL + "0", GLOBAL.replace('-', '_'), "8be4df6"}) {
            assertThatThrownBy(() -> Guid.parse(text)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
