package dev.lungo.devices;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.devices.pci.ConfigSpace;
import dev.lungo.devices.pci.PciHost;
import dev.lungo.isa.Width;
import dev.lungo.machine.ApicBus;
import dev.lungo.machine.IoApic;
import dev.lungo.machine.IrqRouter;
import dev.lungo.machine.LocalApic;
import dev.lungo.machine.MmioBus;
import dev.lungo.machine.MmioDevice;
import dev.lungo.machine.Pic8259Pair;
import dev.lungo.machine.PortBus;
import dev.lungo.machine.Timers;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a guest does to the devices of a PC, the host goes on. */
class HostileGuestTest {
    private static final int STEPS = 100_000;

    private final ManualClock clock = new ManualClock();
    private final Timers timers = new Timers(clock);
    private final PortBus ports = new PortBus();
    private final MmioBus mmio = new MmioBus();
    private final ApicBus bus = new ApicBus();
    private final List<LocalApic> apics = new ArrayList<>();
    private final List<int[]> portRanges = new ArrayList<>();
    private final List<Runnable> resets = new ArrayList<>();
    private final Uart16550 uart;
    private final I8042 keyboard;

    HostileGuestTest() {
        for (int i = 0; i < 3; i++) {
            apics.add(new LocalApic(i, bus, timers));
        }
        Pic8259Pair pic = new Pic8259Pair(bus::lint0);
        bus.connectInta(pic::acknowledge);
        IoApic ioApic = new IoApic(0, bus);
        mmio.map(0xFEC0_0000L, IoApic.BYTES, ioApic);
        IrqRouter router = new IrqRouter(pic, ioApic);
        Hpet hpet = new Hpet(router::gsi, timers);
        mmio.map(0xFED0_0000L, Hpet.BYTES, hpet);
        Pit8254 pit = new Pit8254(hpet.pit(), timers);
        Cmos cmos = new Cmos(0, hpet.rtc(), timers);
        uart = new Uart16550(value -> {}, router.isa(4), timers);
        keyboard = new I8042(router.isa(1), router.isa(12), new A20Gate(_ -> {}), () -> {});
        AcpiPm pm = new AcpiPm(router.isa(9), timers, () -> {});
        PcTestDevice test = new PcTestDevice(router::gsi);
        PciHost pci = pciHost(router);

        map(0x20, 2, () -> ports.map(0x20, 2, pic.master()));
        map(0xA0, 2, () -> ports.map(0xA0, 2, pic.slave()));
        map(0x4D0, 2, () -> ports.map(0x4D0, 2, pic.elcr()));
        map(0x40, 4, () -> ports.map(0x40, Pit8254.PORTS, pit));
        map(0x61, 1, () -> ports.map(0x61, 1, pit.portB()));
        map(0x70, 2, () -> ports.map(0x70, Cmos.PORTS, cmos));
        map(0x3F8, 8, () -> ports.map(0x3F8, Uart16550.PORTS, uart));
        map(0x60, 1, () -> ports.map(0x60, 1, keyboard.data()));
        map(0x64, 1, () -> ports.map(0x64, 1, keyboard.command()));
        map(0x600, 16, () -> ports.map(0x600, AcpiPm.PORTS, pm));
        map(0x620, 4, () -> ports.map(0x620, AcpiPm.GPE_PORTS, pm.gpe()));
        map(0xE0, 12, () -> ports.map(0xE0, PcTestDevice.DATA_PORTS, test.data()));
        map(0x2000, 24, () -> ports.map(0x2000, PcTestDevice.LINE_PORTS, test.lines()));
        map(0xCF8, 8, () -> ports.map(0xCF8, PciHost.CONFIG_PORTS, pci.configPorts()));
        map(0xC000, 256, () -> ports.map(0xC000, 0x4000, pci.portWindow(0xC000)));
        map(0x510, 2, () -> ports.map(0x510, FwCfg.PORTS, new FwCfg()));
        mmio.map(0xB000_0000L, PciHost.ECAM_BYTES, pci.ecam());
        mmio.map(0xC000_0000L, 0x10_0000, pci.memoryWindow(0xC000_0000L, 0x10_0000));
        resets.addAll(
                List.of(
                        pic::reset,
                        ioApic::reset,
                        hpet::reset,
                        pit::reset,
                        cmos::reset,
                        uart::reset,
                        keyboard::reset,
                        pm::reset,
                        pci::reset));
    }

    private void map(int base, int count, Runnable mapping) {
        portRanges.add(new int[] {base, count});
        mapping.run();
    }

    private static PciHost pciHost(IrqRouter router) {
        PciHost pci = new PciHost(new ResetControl(() -> {}), wire -> router.gsi(16 + wire));
        ConfigSpace config = new ConfigSpace(0x1AF4, 0x1041, 1, 0x020000);
        config.memoryBar(
                0,
                0x1000,
                true,
                true,
                new MmioDevice() {
                    @Override
                    public long read(long offset, Width width) {
                        assertThat(offset).isBetween(0L, 0x1000L - width.bytes());
                        return 0;
                    }

                    @Override
                    public void write(long offset, Width width, long value) {
                        assertThat(offset).isBetween(0L, 0x1000L - width.bytes());
                    }
                });
        config.portBar(2, 0x20, new PortSink(0x20));
        config.interruptPin(1);
        pci.attach(1, 0, config);
        return pci;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void noAccessMakesTheHostThrow(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < STEPS; i++) {
            Width width = Width.ofBytes(1 << random.nextInt(3));
            switch (random.nextInt(12)) {
                case 0, 1 -> ports.read(port(random), width);
                case 2, 3, 4 -> ports.write(port(random), width, value(random));
                case 5 -> mmio.read(address(random, width), width);
                case 6, 7 -> mmio.write(address(random, width), width, random.nextLong());
                case 8 -> apicAccess(random, apics.get(random.nextInt(apics.size())));
                case 9 -> clock.advance(random.nextLong(1L << random.nextInt(20)), timers);
                case 10 -> hostInput(random);
                default -> rarely(random);
            }
        }
    }

    private int port(Random random) {
        int[] range = portRanges.get(random.nextInt(portRanges.size()));
        return range[0] + random.nextInt(range[1]);
    }

    /** As often as not a small number, which more registers understand. */
    private static int value(Random random) {
        return random.nextBoolean() ? random.nextInt() : random.nextInt(256);
    }

    private static long address(Random random, Width width) {
        long offset = random.nextInt(0x1000) & ~(width.bytes() - 1);
        return switch (random.nextInt(4)) {
            case 0 -> 0xFEC0_0000L + (offset & 0x50);
            case 1 -> 0xFED0_0000L + (offset & 0x3FF);
            case 2 -> 0xB000_0000L + (random.nextInt(1 << 17) & ~7) + (offset & 7);
            default -> 0xC000_0000L + offset;
        };
    }

    private static void apicAccess(Random random, LocalApic apic) {
        switch (random.nextInt(10)) {
            case 0 -> apic.readMmio(random.nextInt(0x1000));
            case 1, 2 -> apic.writeMmio(random.nextInt(0x1000) & ~0xF, value(random));
            case 3 -> apic.writeMsr(0x800 + random.nextInt(0x100), value(random));
            case 4 -> {
                int msr = 0x800 + random.nextInt(0x100);
                if (apic.canReadMsr(msr)) {
                    apic.readMsr(msr);
                }
            }
            case 5 -> {
                if (apic.hasInterrupt()) {
                    assertThat(apic.acknowledge()).isBetween(0, 255);
                }
            }
            case 6 -> apic.setCr8(random.nextInt(16));
            case 7 -> apic.setTscDeadline(random.nextLong());
            case 8 -> apic.setTscOffset(random.nextLong());
            default -> apic.setBase(random.nextInt() & 0xFFFF_FD00L);
        }
    }

    private void hostInput(Random random) {
        if (uart.canReceive()) {
            uart.receive((byte) random.nextInt());
        }
        keyboard.keyPressed(0xE0, random.nextInt(256));
    }

    private void rarely(Random random) {
        if (random.nextInt(1000) == 0) {
            resets.forEach(Runnable::run);
            apics.forEach(LocalApic::reset);
        }
    }
}
