package dev.lungo.devices;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.isa.Width;
import org.junit.jupiter.api.Test;

class PcTestDeviceTest {
    private final boolean[] lines = new boolean[24];
    private final PcTestDevice device = new PcTestDevice(gsi -> level -> lines[gsi] = level);

    @Test
    void theRegisterIsReadBackAtAnyWidth() {
        device.data().write(0, Width.DWORD, 0x1234_5678);
        device.data().write(1, Width.BYTE, 0xAB);

        assertThat(device.data().read(0, Width.DWORD)).isEqualTo(0x1234_AB78);
        assertThat(device.data().read(2, Width.WORD)).isEqualTo(0x1234);
    }

    @Test
    void portsDriveInterruptLines() {
        device.lines().write(14, 1);
        assertThat(lines[14]).isTrue();

        device.lines().write(14, 0);
        assertThat(lines[14]).isFalse();
    }

    @Test
    void memoryKeepsWhatIsWritten() {
        device.memory().write(0xFFF8, Width.QWORD, 0x0123_4567_89AB_CDEFL);

        assertThat(device.memory().read(0xFFFC, Width.WORD)).isEqualTo(0x4567);
    }
}
