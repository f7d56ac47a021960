package dev.lungo.boot.acpi;

import static dev.lungo.boot.acpi.Aml.device;
import static dev.lungo.boot.acpi.Aml.eisaId;
import static dev.lungo.boot.acpi.Aml.ifSet;
import static dev.lungo.boot.acpi.Aml.integer;
import static dev.lungo.boot.acpi.Aml.method;
import static dev.lungo.boot.acpi.Aml.name;
import static dev.lungo.boot.acpi.Aml.packageOf;
import static dev.lungo.boot.acpi.Aml.returnNamed;
import static dev.lungo.boot.acpi.Aml.scope;
import static dev.lungo.boot.acpi.Aml.storeFirstArgument;
import static dev.lungo.boot.acpi.Aml.string;

import dev.lungo.boot.MemoryMap;
import dev.lungo.boot.PhysicalMap;
import dev.lungo.boot.bytes.ByteWriter;
import java.util.function.IntBinaryOperator;

/**
 * The Differentiated System Description Table: the devices that cannot be found by asking them.
 * ACPI 6.4, §5.2.11.1, and "ACPI-Defined Devices and Device-Specific Objects" (§9).
 */
final class Dsdt {
    private static final int REVISION = 2; // integers have 64 bits

    private static final String HEX = "0123456789ABCDEF";
    private static final int PCI_SLOTS = 32;
    private static final int PCI_PINS = 4;
    private static final int CONFIG_ADDRESS = 0xCF8;

    private Dsdt() {}

    static byte[] table(MemoryMap map, int cpus) {
        ByteWriter out = new ByteWriter();
        out.bytes(softOff());
        out.bytes(name("PICM", integer(0)));
        out.bytes(method("_PIC", 1, storeFirstArgument("PICM")));
        out.bytes(scope("\\_SB", processors(cpus), motherboard(), hpet(), pciRoot(map)));
        out.bytes(scope("\\_SB.PCI0", serial(), clock(), keyboard()));
        return Sdt.table("DSDT", REVISION, out);
    }

    /** SLP_TYP of PM1a and PM1b control. */
    private static byte[] softOff() {
        return name("\\_S5", packageOf(integer(0), integer(0), integer(0), integer(0)));
    }

    private static byte[] processors(int cpus) {
        ByteWriter out = new ByteWriter();
        for (int i = 0; i < cpus; i++) {
            out.bytes(
                    device(
                            "C"
                                    + HEX.charAt(i >> 8)
                                    + HEX.charAt((i >> 4) & 0xF)
                                    + HEX.charAt(i & 0xF),
                            name("_HID", string("ACPI0007")),
                            name("_UID", integer(i))));
        }
        return out.toBytes();
    }

    /** What is nobody else's and yet must not be given to a device. */
    private static byte[] motherboard() {
        Resources resources =
                new Resources()
                        .io(0x20, 2) // 8259
                        .io(0xA0, 2)
                        .io(0x4D0, 2) // their edge and level control
                        .io(0x40, 4) // 8254
                        .io(0x61, 1)
                        .io(0x80, 16)
                        .io(0x92, 1)
                        .io(0xF4, 4) // debug exit
                        .io(0x510, 12) // fw_cfg
                        .io(PhysicalMap.PM1A_EVENT, 16)
                        .io(PhysicalMap.GPE0, PhysicalMap.GPE0_BYTES)
                        .memory32Fixed(PhysicalMap.ECAM, PhysicalMap.ECAM_BYTES)
                        .memory32Fixed(PhysicalMap.IO_APIC, 0x1000)
                        .memory32Fixed(PhysicalMap.LOCAL_APIC, 0x10_0000);
        return device("MBRD", name("_HID", eisaId("PNP0C02")), name("_CRS", resources.toBuffer()));
    }

    private static byte[] hpet() {
        Resources resources =
                new Resources().memory32Fixed(PhysicalMap.HPET, PhysicalMap.HPET_BYTES);
        return device("HPET", name("_HID", eisaId("PNP0103")), name("_CRS", resources.toBuffer()));
    }

    private static byte[] pciRoot(MemoryMap map) {
        long mmio64 = PhysicalMap.pciMmio64(map.highRamEnd());
        Resources windows =
                new Resources()
                        .wordBusNumber(0, 0xFF)
                        .io(CONFIG_ADDRESS, 8)
                        .wordIo(0, CONFIG_ADDRESS - 1)
                        .wordIo(CONFIG_ADDRESS + 8, PhysicalMap.PCI_IO - 1)
                        .wordIo(
                                PhysicalMap.PCI_IO,
                                PhysicalMap.PCI_IO + PhysicalMap.PCI_IO_PORTS - 1)
                        .dwordMemory(PhysicalMap.VGA, 0xB_FFFF)
                        .dwordMemory(
                                PhysicalMap.PCI_MMIO,
                                PhysicalMap.PCI_MMIO + PhysicalMap.PCI_MMIO_BYTES - 1)
                        .qwordMemory(mmio64, mmio64 + PhysicalMap.PCI_MMIO64_BYTES - 1);
        return device(
                "PCI0",
                name("_HID", eisaId("PNP0A08")), // PCI Express
                name("_CID", eisaId("PNP0A03")), // PCI
                name("_SEG", integer(0)),
                name("_BBN", integer(0)),
                name("_UID", integer(0)),
                name("_CRS", windows.toBuffer()),
                name("PRTP", interruptRouting(PhysicalMap::pciIrq)),
                name("PRTA", interruptRouting(PhysicalMap::pciGsi)),
                method("_PRT", 0, ifSet("PICM", returnNamed("PRTA")), returnNamed("PRTP")));
    }

    /**
     * ACPI 6.4, "_PRT (PCI Routing Table)" (§6.2.13): every pin to a line of the 8259s, or to an
     * I/O APIC input once a system has said by _PIC that it uses those.
     */
    private static byte[] interruptRouting(IntBinaryOperator line) {
        byte[][] routes = new byte[PCI_SLOTS * PCI_PINS][];
        for (int i = 0; i < routes.length; i++) {
            int slot = i / PCI_PINS;
            int pin = i % PCI_PINS;
            routes[i] =
                    packageOf(
                            integer(slot << 16 | 0xFFFF),
                            integer(pin),
                            integer(0),
                            integer(line.applyAsInt(slot, pin)));
        }
        return packageOf(routes);
    }

    private static byte[] serial() {
        return device(
                "COM1",
                name("_HID", eisaId("PNP0501")),
                name("_UID", integer(1)),
                name("_CRS", new Resources().io(0x3F8, 8).irqNoFlags(4).toBuffer()));
    }

    private static byte[] clock() {
        return device(
                "RTC",
                name("_HID", eisaId("PNP0B00")),
                name("_CRS", new Resources().io(0x70, 2).irqNoFlags(8).toBuffer()));
    }

    private static byte[] keyboard() {
        return device(
                "KBD",
                name("_HID", eisaId("PNP0303")),
                name("_CRS", new Resources().io(0x60, 1).io(0x64, 1).irqNoFlags(1).toBuffer()));
    }
}
