package dev.lungo.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.isa.Width;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IoApicTest {
    private static final int LEVEL = 1 << 15;
    private static final int MASKED = 1 << 16;
    private static final int REMOTE_IRR = 1 << 14;
    private static final int TMR_60 = 0x180 + 0x30; // the word with vectors 60h to 7Fh
    private static final int PIN = 14;

    private final ApicBus bus = new ApicBus();
    private final LocalApic cpu = new LocalApic(0, bus, new Timers(() -> 0));
    private final IoApic ioApic = new IoApic(0, bus);

    @BeforeEach
    void enable() {
        cpu.writeMmio(0xF0, 0x1FF);
    }

    private int register(int index) {
        ioApic.write(0, Width.DWORD, index);
        return (int) ioApic.read(0x10, Width.DWORD);
    }

    private void setRegister(int index, int value) {
        ioApic.write(0, Width.DWORD, index);
        ioApic.write(0x10, Width.DWORD, value);
    }

    private void redirect(int low) {
        setRegister(0x10 + 2 * PIN, low);
    }

    private int redirection() {
        return register(0x10 + 2 * PIN);
    }

    private void eoi() {
        cpu.writeMmio(0xB0, 0);
    }

    @Test
    void versionIsReadOnlyAndOfTheIdFourBitsAreNot() {
        setRegister(1, -1);
        setRegister(0, -1);

        assertThat(register(1)).isEqualTo(0x0017_0020);
        assertThat(register(0)).isEqualTo(0x0F00_0000);
        assertThat(register(2)).as("arbitration ID").isEqualTo(0x0F00_0000);
    }

    @Test
    void anEdgeIsOneInterruptHoweverShortItIs() {
        redirect(0x76);

        ioApic.set(PIN, true);
        ioApic.set(PIN, false);

        assertThat(cpu.acknowledge()).isEqualTo(0x76);
        assertThat(cpu.readMmio(TMR_60) & 1 << 0x16).isZero();
        eoi();
        assertThat(cpu.hasInterrupt()).isFalse();
    }

    @Test
    void aLevelIsServedUntilItIsGone() {
        redirect(LEVEL | 0x77);

        ioApic.set(PIN, true);
        assertThat(redirection() & REMOTE_IRR).isNotZero();
        assertThat(cpu.acknowledge()).isEqualTo(0x77);
        assertThat(cpu.readMmio(TMR_60) & 1 << 0x17).isNotZero();
        eoi();
        assertThat(cpu.acknowledge()).isEqualTo(0x77);

        ioApic.set(PIN, false);
        eoi();
        assertThat(cpu.hasInterrupt()).isFalse();
        assertThat(redirection() & REMOTE_IRR).isZero();
    }

    @Test
    void aMaskedEdgeIsLostAndAMaskedLevelIsNot() {
        redirect(MASKED | 0x76);
        ioApic.set(PIN, true);
        redirect(0x76);
        assertThat(cpu.hasInterrupt()).isFalse();

        redirect(MASKED | LEVEL | 0x77);
        redirect(LEVEL | 0x77);
        assertThat(cpu.acknowledge()).isEqualTo(0x77);
    }

    @Test
    void theEoiRegisterEndsAnInterruptByVector() {
        redirect(LEVEL | 0x77);
        ioApic.set(PIN, true);
        ioApic.set(PIN, false);

        ioApic.write(0x40, Width.DWORD, 0x77);

        assertThat(redirection() & REMOTE_IRR).isZero();
    }

    @Test
    void switchingToEdgeForgetsRemoteIrr() {
        redirect(LEVEL | 0x77);
        ioApic.set(PIN, true);

        redirect(MASKED | 0x77);

        assertThat(redirection()).isEqualTo(MASKED | 0x77);
    }

    @Test
    void remoteIrrCannotBeWritten() {
        redirect(LEVEL | MASKED | REMOTE_IRR | 0x77);
        assertThat(redirection() & REMOTE_IRR).isZero();
    }

    @Test
    void anInterruptUnderWayEndsHoweverItsEntryIsRedirected() {
        redirect(LEVEL | 0x84);
        ioApic.set(PIN, true);
        ioApic.set(PIN, false);

        setRegister(0x11 + 2 * PIN, 1 << 24); // to processor 1, which is not there
        assertThat(cpu.acknowledge()).isEqualTo(0x84);
        eoi();

        assertThat(redirection() & REMOTE_IRR).isZero();
    }
}
