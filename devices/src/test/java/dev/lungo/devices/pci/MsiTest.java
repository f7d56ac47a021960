package dev.lungo.devices.pci;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.devices.ResetControl;
import dev.lungo.isa.Width;
import dev.lungo.machine.MmioDevice;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MsiTest {
    private static final int SLOT = 1 << 15;
    private static final int COMMAND = 0x04;
    private static final int BUS_MASTER = 1 << 2;

    // Offsets in the capability
    private static final int CONTROL = 2;
    private static final int ADDRESS = 4;
    private static final int DATA = 12;
    private static final int MASK = 16;
    private static final int PENDING = 20;

    private final List<String> sent = new ArrayList<>();
    private final ConfigSpace config = new ConfigSpace(0x1AF4, 0x1041, 1, 0x020000);
    private final Msi msi =
            new Msi(config, 4, (address, data) -> sent.add(Long.toHexString(address) + " " + data));
    private final MmioDevice ecam;
    private final int at;

    MsiTest() {
        PciHost host = new PciHost(new ResetControl(() -> {}), _ -> _ -> {});
        host.attach(1, 0, config);
        ecam = host.ecam();
        at = (int) ecam.read(SLOT | 0x34, Width.BYTE);
        write(COMMAND, Width.WORD, BUS_MASTER);
        write(at + ADDRESS, Width.QWORD, 0x1_FEE0_1000L);
        write(at + DATA, Width.WORD, 0x41);
    }

    private void write(int register, Width width, long value) {
        ecam.write(SLOT | register, width, value);
    }

    private long read(int register, Width width) {
        return ecam.read(SLOT | register, width);
    }

    /** Enables it with 1 &lt;&lt; {@code log2} of the four vectors. */
    private void enable(int log2) {
        write(at + CONTROL, Width.WORD, log2 << 4 | 1);
    }

    @Test
    void saysWhatItCan() {
        assertThat(read(at, Width.BYTE)).isEqualTo(5);
        // four vectors, 64-bit addresses, a mask a vector
        assertThat(read(at + CONTROL, Width.WORD)).isEqualTo(2 << 1 | 1 << 7 | 1 << 8);
    }

    @Test
    void nothingIsSentUnlessItIsEnabled() {
        msi.raise(0);
        assertThat(msi.isEnabled()).isFalse();
        assertThat(sent).isEmpty();
    }

    @Test
    void theLowBitsOfDataTellVectorsApart() {
        enable(2);
        msi.raise(3);
        msi.raise(0);
        assertThat(sent).containsExactly("1fee01000 67", "1fee01000 64");
    }

    @Test
    void withFewerVectorsTheyShareMessages() {
        enable(0);
        msi.raise(3);
        assertThat(sent).containsExactly("1fee01000 65");
    }

    @Test
    void aMaskedVectorWaits() {
        enable(2);
        write(at + MASK, Width.DWORD, 0b0010);
        msi.raise(1);
        assertThat(sent).isEmpty();
        assertThat(read(at + PENDING, Width.DWORD)).isEqualTo(0b0010);

        write(at + MASK, Width.DWORD, 0);
        assertThat(sent).containsExactly("1fee01000 65");
        assertThat(read(at + PENDING, Width.DWORD)).isZero();
    }

    @Test
    void whoIsNoBusMasterWaitsToo() {
        enable(0);
        write(COMMAND, Width.WORD, 0);
        msi.raise(0);
        assertThat(sent).isEmpty();
        assertThat(read(at + PENDING, Width.DWORD)).isEqualTo(1);
    }
}
