package dev.lungo.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource
class StringsTest {
    private final Rig rig;

    StringsTest(Rig.Tier tier) {
        rig = Rig.inBlocks(tier);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void aCountWithItsTopBitSetIsNotNegative() {
        rig.longMode(0).handlers().code(0xF3, 0xA4); // REP MOVSB
        rig.bytes(Rig.handler(14), 0xF4);
        rig.register(Rig.RCX, -1);
        rig.register(Rig.RSI, 0x3FFF_F000); // the last page that is mapped
        rig.register(Rig.RDI, 0x5_0000);

        rig.run();

        assertThat(rig.register(Rig.RSI)).isEqualTo(0x4000_0000);
        assertThat(rig.register(Rig.RCX)).isEqualTo(-1 - 0x1000);
    }
}
