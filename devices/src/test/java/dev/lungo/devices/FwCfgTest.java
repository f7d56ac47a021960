package dev.lungo.devices;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.isa.Width;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FwCfgTest {
    private final FwCfg fwCfg = new FwCfg();

    @BeforeEach
    void fourProcessors() {
        fwCfg.put(FwCfg.NB_CPUS, Width.WORD, 4);
    }

    @Test
    void anItemIsReadByteByByteAndThenZero() {
        fwCfg.write(0, Width.WORD, FwCfg.SIGNATURE);
        StringBuilder read = new StringBuilder();
        for (int i = 0; i < 4; i++) {
            read.append((char) fwCfg.read(1));
        }

        assertThat(read).hasToString("QEMU");
        assertThat(fwCfg.read(1)).isZero();
    }

    @Test
    void selectingBeginsAgain() {
        for (int i = 0; i < 2; i++) {
            fwCfg.write(0, Width.WORD, FwCfg.NB_CPUS);
            assertThat(fwCfg.read(1, Width.BYTE)).isEqualTo(4);
        }
    }

    @Test
    void anItemThatIsNotThereIsZero() {
        fwCfg.write(0, Width.WORD, 0x1234);
        assertThat(fwCfg.read(1)).isZero();
    }
}
