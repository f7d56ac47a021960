package dev.lungo.conformance.engines;

import static dev.lungo.isa.Mnemonic.HLT;
import static dev.lungo.isa.Mnemonic.INC;
import static dev.lungo.isa.Mnemonic.JMP;
import static dev.lungo.isa.Mnemonic.MOV;
import static dev.lungo.isa.Mnemonic.STI;
import static dev.lungo.isa.Operands.EBX;
import static dev.lungo.isa.Operands.RSI;
import static dev.lungo.isa.Operands.imm;
import static dev.lungo.isa.Operands.mem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.devices.ResetControl;
import dev.lungo.devices.pci.PciHost;
import dev.lungo.devices.virtio.VirtioEntropy;
import dev.lungo.devices.virtio.VirtioFunction;
import dev.lungo.host.HostWorkers;
import dev.lungo.isa.Width;
import dev.lungo.machine.Workers;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A guest and a virtio device over PCI, on every engine and tier. */
class VirtioTest {
    private static final long ECAM = 0xB000_0000L;
    private static final long BAR = 0xC000_0000L;
    private static final long APIC = 0xFEE0_0000L;
    private static final int EOI = 0xB0;
    private static final int VECTOR = 0x41;

    // The queue: one buffer, of which the guest tells first, and the test from then on.
    private static final long DESCRIPTORS = 0x4_0000;
    private static final long AVAILABLE = 0x4_1000;
    private static final long USED = 0x4_2000;
    private static final long BUFFER = 0x4_3000;
    private static final int BUFFER_BYTES = 16;

    @ParameterizedTest
    @EnumSource
    void aDeviceIsNotifiedAndInterruptsByMessage(Way way) {
        way.assumeOneBoard();
        int rounds = 20;
        try (Bench bench = new Bench(way).longMode(0);
                HostWorkers workers = new HostWorkers()) { // which end before the memory does
            Driver driver = new Driver(bench, workers);
            driver.begin();
            bench.code(a -> {
                a.op(MOV, RSI, imm(driver.notification)).op(MOV, mem(2, RSI), imm(0));
                a.op(STI).label("wait").op(HLT).jump(JMP, "wait");
            });
            bench.handle(
                    VECTOR,
                    a -> {
                        a.op(INC, EBX);
                        a.op(MOV, RSI, imm(APIC)).op(MOV, mem(4, RSI, EOI), imm(0));
                        a.db(0x48).op(dev.lungo.isa.Mnemonic.IRET);
                    });

            for (int i = 1; i <= rounds; i++) {
                bench.memory.putShort(AVAILABLE + 2, (short) i);
                if (i > 1) {
                    bench.mmio.write(driver.notification, Width.WORD, 0);
                }
                for (int patience = 0;
                        bench.register(Bench.RBX) < i && patience < 1000;
                        patience++) {
                    bench.run();
                }
            }

            assertThat(bench.register(Bench.RBX)).isEqualTo(rounds);
            assertThat((int) bench.memory.getShort(USED + 2)).isEqualTo(rounds);
            assertThat(bench.memory.getInt(BUFFER)).isEqualTo(0x5A5A_5A5A);
        }
    }

    /** What a driver does before it uses the device. Virtio 1.2, "Device Initialization". */
    private static final class Driver {
        private final PciHost pci = new PciHost(new ResetControl(() -> {}), _ -> _ -> {});
        private final Bench bench;
        private final long common;

        /** Guest-physical. */
        final long notification;

        Driver(Bench bench, Workers workers) {
            this.bench = bench;
            VirtioFunction function =
                    new VirtioFunction(
                            made ->
                                    new VirtioEntropy(
                                            made,
                                            bytes -> Arrays.fill(bytes, (byte) 0x5A),
                                            workers),
                            bench.memory,
                            bench.bus::deliverMsi,
                            /* packed= */ false,
                            _ -> {});
            pci.attach(1, 0, function.config());
            bench.mmio.map(ECAM, 1 << 20, pci.ecam());
            bench.mmio.map(BAR, 1 << 20, pci.memoryWindow(BAR, 1 << 20));
            common = BAR + config(capability(9, 1) + 8, Width.DWORD);
            notification = BAR + config(capability(9, 2) + 8, Width.DWORD);
        }

        private long config(int register, Width width) {
            return bench.mmio.read(ECAM + (1 << 15) + register, width);
        }

        private void setConfig(int register, Width width, long value) {
            bench.mmio.write(ECAM + (1 << 15) + register, width, value);
        }

        private int capability(int id, int type) {
            int at = (int) config(0x34, Width.BYTE);
            while (config(at, Width.BYTE) != id || id == 9 && config(at + 3, Width.BYTE) != type) {
                at = (int) config(at + 1, Width.BYTE);
            }
            return at;
        }

        private void set(int register, Width width, long value) {
            bench.mmio.write(common + register, width, value);
        }

        void begin() {
            setConfig(0x10, Width.DWORD, BAR);
            setConfig(0x04, Width.WORD, 0b110); // memory space, bus master
            int msix = capability(0x11, 0);
            long entry = BAR + (config(msix + 4, Width.DWORD) & ~7L);
            bench.mmio.write(entry, Width.DWORD, APIC);
            bench.mmio.write(entry + 8, Width.DWORD, VECTOR);
            bench.mmio.write(entry + 12, Width.DWORD, 0); // not masked
            setConfig(msix + 2, Width.WORD, 1 << 15);

            for (int status : new int[] {0, 1, 3}) {
                set(0x14, Width.BYTE, status);
            }
            set(8, Width.DWORD, 1);
            set(0xC, Width.DWORD, 1); // VERSION_1
            set(0x14, Width.BYTE, 0xB);
            set(0x16, Width.WORD, 0);
            set(0x18, Width.WORD, 1); // a queue of one
            set(0x1A, Width.WORD, 0); // the first message
            set(0x20, Width.QWORD, DESCRIPTORS);
            set(0x28, Width.QWORD, AVAILABLE);
            set(0x30, Width.QWORD, USED);
            set(0x1C, Width.WORD, 1);
            set(0x14, Width.BYTE, 0xF);
            bench.memory.putLong(DESCRIPTORS, BUFFER);
            bench.memory.putInt(DESCRIPTORS + 8, BUFFER_BYTES);
            bench.memory.putShort(DESCRIPTORS + 12, (short) 2); // the device writes to it
        }
    }
}
