package dev.lungo.boot;

/**
 * Where things are in the guest-physical and the I/O address space. The board maps its devices
 * here, and the tables tell the guest of them.
 */
public final class PhysicalMap {
    // Guest-physical addresses, and lengths in bytes.
    public static final long EBDA = 0x9_FC00;
    public static final long VGA = 0xA_0000;

    /** Of the VGA's memory, what is not RAM: its text is. */
    public static final long VGA_BYTES = 0x1_0000;

    public static final long BIOS = 0xF_0000;
    public static final long HIGH_MEMORY = 0x10_0000;

    /** RAM below 4 GiB ends here at the latest. */
    public static final long LOW_RAM_LIMIT = 0xB000_0000L;

    public static final long ECAM = 0xB000_0000L;
    public static final long ECAM_BYTES = 0x1000_0000;
    public static final long PCI_MMIO = 0xC000_0000L;
    public static final long PCI_MMIO_BYTES = 0x3EC0_0000;
    public static final long IO_APIC = 0xFEC0_0000L;
    public static final long HPET = 0xFED0_0000L;
    public static final long HPET_BYTES = 0x400;
    public static final long LOCAL_APIC = 0xFEE0_0000L;
    public static final long FOUR_GIB = 0x1_0000_0000L;

    /** The window for 64-bit BARs begins at a multiple of this, above all RAM, and is as long. */
    public static final long PCI_MMIO64_BYTES = 0x10_0000_0000L;

    // The BIOS segment: what firmware leaves there for the guest to find.
    public static final long RSDP = 0xF_0000;
    public static final long SMBIOS3_ENTRY = 0xF_0040;
    public static final long SMBIOS2_ENTRY = 0xF_0060;
    public static final long SMBIOS_TABLE = 0xF_0100;
    public static final long SMBIOS_TABLE_BYTES = 0x7F00;

    // The top of low RAM: ACPI tables, then the page of the FACS, which is NVS.
    public static final long ACPI_TABLE_BYTES = 0x1_F000;
    public static final long ACPI_NVS_BYTES = 0x1000;

    // I/O ports.
    public static final int PM1A_EVENT = 0x600;
    public static final int PM1A_CONTROL = 0x604;
    public static final int PM_TIMER = 0x608;
    public static final int GPE0 = 0x620;
    public static final int GPE0_BYTES = 4;
    public static final int RESET_CONTROL = 0xCF9;
    public static final int PCI_IO = 0xC000;
    public static final int PCI_IO_PORTS = 0x4000;

    /** The line that ACPI events arrive on: ISA IRQ and global system interrupt. */
    public static final int SCI = 9;

    private PhysicalMap() {}

    /**
     * Where the window for 64-bit BARs begins.
     *
     * @param ramEnd where RAM above 4 GiB ends, guest-physical
     */
    public static long pciMmio64(long ramEnd) {
        return (ramEnd + PCI_MMIO64_BYTES - 1) / PCI_MMIO64_BYTES * PCI_MMIO64_BYTES;
    }

    /**
     * The I/O APIC input of a PCI interrupt pin: 16 to 23.
     *
     * @param device 0 to 31, on bus 0
     * @param pin 0 for INTA# to 3 for INTD#
     */
    public static int pciGsi(int device, int pin) {
        return 16 + ((device + pin) & 7);
    }

    /** The line of the 8259s that a PCI interrupt pin shares: 10 or 11. Like {@link #pciGsi}. */
    public static int pciIrq(int device, int pin) {
        return 10 + ((device + pin) & 1);
    }
}
