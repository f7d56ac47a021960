package dev.lungo.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lungo.isa.Width;
import org.junit.jupiter.api.Test;

class IrqRouterTest {
    private final ApicBus bus = new ApicBus();
    private final LocalApic cpu = new LocalApic(0, bus, new Timers(() -> 0));
    private final Pic8259Pair pic = new Pic8259Pair(bus::lint0);
    private final IoApic ioApic = new IoApic(0, bus);
    private final IrqRouter router = new IrqRouter(pic, ioApic);

    @Test
    void irq0IsPin2OfTheIoApic() {
        cpu.writeMmio(0xF0, 0x1FF);
        ioApic.write(0, Width.DWORD, 0x10 + 2 * 2);
        ioApic.write(0x10, Width.DWORD, 0x30);

        router.isa(0).set(true);

        assertThat(cpu.acknowledge()).isEqualTo(0x30);
    }

    @Test
    void irq0ReachesTheProcessorThroughThe8259InVirtualWireMode() {
        bus.connectInta(pic::acknowledge);
        cpu.virtualWire();
        for (int value : new int[] {0x20, 0x04, 0x01}) {
            if (value == 0x20) {
                pic.master().write(0, 0x11);
            }
            pic.master().write(1, value);
        }

        router.isa(0).set(true);

        assertThat(cpu.hasInterrupt()).isTrue();
        assertThat(cpu.acknowledge()).isEqualTo(0x20);
        assertThat(cpu.hasInterrupt()).isFalse();
    }

    @Test
    void aSharedLineIsAssertedWhileAnySourceAssertsIt() {
        cpu.writeMmio(0xF0, 0x1FF);
        ioApic.write(0, Width.DWORD, 0x10 + 2 * 17);
        ioApic.write(0x10, Width.DWORD, 1 << 15 | 0x61);
        IrqLine one = router.gsi(17);
        IrqLine other = router.gsi(17);

        one.set(true);
        one.set(true);
        other.set(true);
        one.set(false);
        cpu.acknowledge();
        cpu.writeMmio(0xB0, 0);
        assertThat(cpu.hasInterrupt()).isTrue();

        other.set(false);
        cpu.acknowledge();
        cpu.writeMmio(0xB0, 0);
        assertThat(cpu.hasInterrupt()).isFalse();
    }

    @Test
    void aPciWireIsALineOfThe8259sToo() {
        pic.slave().write(0, 0x11);
        for (int value : new int[] {0x70, 2, 1, 0}) {
            pic.slave().write(1, value);
        }
        pic.elcr().write(1, 1 << 2);
        IrqLine one = router.pci(16, 10);
        IrqLine other = router.pci(18, 10);

        one.set(true);
        other.set(true);
        one.set(false);

        assertThat(pic.slave().read(0) & 1 << 2).as("IRR, IRQ 10").isNotZero();
        other.set(false);
        assertThat(pic.slave().read(0) & 1 << 2).isZero();
    }

    @Test
    void thereIsNoIsaInterrupt2() {
        assertThatThrownBy(() -> router.isa(2)).isInstanceOf(IllegalArgumentException.class);
    }
}
