package dev.lungo.devices.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lungo.devices.ResetControl;
import dev.lungo.isa.Width;
import dev.lungo.machine.MmioDevice;
import dev.lungo.machine.PortBus;
import dev.lungo.machine.PortDevice;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PciHostTest {
    private static final int CONFIG_ADDRESS = 0xCF8;
    private static final int CONFIG_DATA = 0xCFC;
    private static final int COMMAND = 0x04;
    private static final int BAR_0 = 0x10;
    private static final int BAR_2 = 0x18;
    private static final long WINDOW = 0xC000_0000L;

    /** A device that answers with the offset it was asked for. */
    private static final class Echo implements MmioDevice, PortDevice {
        private long written = -1;

        @Override
        public long read(long offset, Width width) {
            return offset;
        }

        @Override
        public void write(long offset, Width width, long value) {
            written = offset << 32 | value;
        }

        @Override
        public int read(int offset) {
            return offset;
        }

        @Override
        public void write(int offset, int value) {
            written = (long) offset << 32 | value;
        }
    }

    private int resets;
    private final boolean[] wires = new boolean[8];
    private final PciHost host =
            new PciHost(new ResetControl(() -> resets++), wire -> level -> wires[wire] = level);
    private final PortBus ports = new PortBus();
    private final MmioDevice ecam = host.ecam();
    private final Echo echo = new Echo();
    private final ConfigSpace config = new ConfigSpace(0x1AF4, 0x1041, 1, 0x020000);
    private int capability;
    private int capabilityWrites;

    @BeforeEach
    void aDeviceInSlotThree() {
        config.memoryBar(0, 0x1000, true, false, echo);
        config.portBar(2, 0x20, echo);
        config.interruptPin(1);
        capability = config.capability(0x09, 4);
        config.define(capability + 2, Width.DWORD, 0x3322_1106, 0x00FF_0000);
        config.listen(capability, 6, (offset, bytes) -> capabilityWrites++);
        host.attach(3, 0, config);
        ports.map(CONFIG_ADDRESS, PciHost.CONFIG_PORTS, host.configPorts());
    }

    private void select(int bus, int device, int register) {
        ports.write(CONFIG_ADDRESS, Width.DWORD, 0x8000_0000 | bus << 16 | device << 11 | register);
    }

    private int read(int device, int register, Width width) {
        select(0, device, register & ~3);
        return ports.read(CONFIG_DATA + (register & 3), width);
    }

    private void write(int device, int register, Width width, int value) {
        select(0, device, register & ~3);
        ports.write(CONFIG_DATA + (register & 3), width, value);
    }

    @Test
    void linuxFindsMechanism1AndAHostBridge() {
        // arch/x86/pci/direct.c, pci_check_type1()
        ports.write(0xCFB, Width.BYTE, 1);
        ports.write(CONFIG_ADDRESS, Width.DWORD, 0x8000_0000);
        assertThat(ports.read(CONFIG_ADDRESS, Width.DWORD)).isEqualTo(0x8000_0000);

        assertThat(read(0, 0x0A, Width.WORD)).as("host bridge").isEqualTo(0x0600);
        assertThat(read(0, 0x00, Width.DWORD)).isEqualTo(0x29C0_8086);
    }

    @Test
    void absentFunctionsReadAllOnes() {
        assertThat(read(4, 0, Width.DWORD)).isEqualTo(-1);
        select(7, 0, 0);
        assertThat(ports.read(CONFIG_DATA, Width.WORD)).isEqualTo(0xFFFF);
        assertThat(ecam.read(1 << 20, Width.DWORD)).isEqualTo(0xFFFF_FFFFL);
    }

    @Test
    void withoutTheEnableBitThereIsNoConfiguration() {
        ports.write(CONFIG_ADDRESS, Width.DWORD, 0);
        assertThat(ports.read(CONFIG_DATA, Width.DWORD)).isEqualTo(-1);
    }

    @Test
    void cf9BetweenTheAddressBytesResets() {
        ports.write(0xCF9, Width.BYTE, 0x06);
        assertThat(resets).isEqualTo(1);
        assertThat(ports.read(0xCF9, Width.BYTE)).isEqualTo(0x06);
    }

    @Test
    void bothWaysLeadToTheSameRegisters() {
        write(3, 0x3C, Width.BYTE, 11);

        assertThat(ecam.read(3 << 15 | 0x3C, Width.BYTE)).isEqualTo(11);
        ecam.write(3 << 15 | COMMAND, Width.WORD, 0x4);
        assertThat(read(3, COMMAND, Width.WORD)).isEqualTo(4);
        assertThat(ecam.read(3 << 15 | 0x100, Width.DWORD)).as("extended").isZero();
    }

    @Test
    void barsTellTheirSize() {
        write(3, BAR_0, Width.DWORD, -1);
        write(3, BAR_0 + 4, Width.DWORD, -1);
        write(3, BAR_2, Width.DWORD, -1);

        assertThat(read(3, BAR_0, Width.DWORD)).isEqualTo(0xFFFF_F004);
        assertThat(read(3, BAR_0 + 4, Width.DWORD)).isEqualTo(-1);
        assertThat(read(3, BAR_2, Width.DWORD)).isEqualTo(0xFFFF_FFE1);
    }

    @Test
    void memoryAnswersWhereTheGuestPlacesIt() {
        MmioDevice window = host.memoryWindow(WINDOW, 1 << 20);
        write(3, BAR_0, Width.DWORD, 0xC001_0000);
        assertThat(window.read(0x1_0008, Width.DWORD)).as("disabled").isEqualTo(0xFFFF_FFFFL);

        write(3, COMMAND, Width.WORD, 2);

        assertThat(window.read(0x1_0008, Width.DWORD)).isEqualTo(8);
        assertThat(window.read(0x1_1000, Width.DWORD)).isEqualTo(0xFFFF_FFFFL);
        window.write(0x1_0010, Width.DWORD, 5);
        assertThat(echo.written).isEqualTo(0x10L << 32 | 5);
    }

    @Test
    void portsAnswerWhereTheGuestPlacesThem() {
        PortDevice window = host.portWindow(0xC000);
        write(3, BAR_2, Width.DWORD, 0xC040);
        write(3, COMMAND, Width.WORD, 1);

        assertThat(window.read(0x47)).isEqualTo(7);
        assertThat(window.read(0x60)).isEqualTo(0xFF);
    }

    @Test
    void theInterruptPinIsWiredBySlotAndCanBeDisabled() {
        config.intx(true);
        assertThat(wires).containsExactly(false, false, false, true, false, false, false, false);
        assertThat(read(3, 0x06, Width.WORD) & 8).as("interrupt status").isNotZero();

        write(3, COMMAND, Width.WORD, 1 << 10);
        assertThat(wires[3]).isFalse();
        write(3, COMMAND, Width.WORD, 0);
        assertThat(wires[3]).isTrue();
    }

    @Test
    void capabilitiesAreListedAndHearOfWrites() {
        assertThat(read(3, 0x06, Width.WORD) & 1 << 4).isNotZero();
        assertThat(read(3, 0x34, Width.BYTE)).isEqualTo(capability);
        assertThat(read(3, capability, Width.DWORD)).isEqualTo(0x1106_0009);

        write(3, capability + 4, Width.WORD, 0x5555);

        assertThat(read(3, capability + 4, Width.WORD)).isEqualTo(0x3355);
        assertThat(capabilityWrites).isEqualTo(1);
    }

    @Test
    void resetTakesBackWhatTheGuestSet() {
        write(3, COMMAND, Width.WORD, 7);
        write(3, BAR_2, Width.DWORD, 0xC040);

        config.reset();

        assertThat(read(3, COMMAND, Width.WORD)).isZero();
        assertThat(read(3, BAR_2, Width.DWORD)).isEqualTo(1);
        assertThat(host.portWindow(0xC000).read(0x40)).isEqualTo(0xFF);
    }

    @Test
    void aSlotHoldsOneFunction() {
        ConfigSpace another = new ConfigSpace(1, 2, 3, 4);
        assertThatThrownBy(() -> host.attach(3, 0, another))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
