package dev.lungo.boot;

import dev.lungo.machine.AddressRange;
import java.util.ArrayList;
import java.util.List;

/**
 * What is where in the guest-physical address space, as E820h and its successors tell it: ACPI 6.4,
 * "System Address Map Interfaces" (§15).
 *
 * <p>The guest's memory is one piece from 0 to {@link #lowRamEnd()}, with the 384 KiB below 1 MiB
 * in it, and one from 4 GiB to {@link #highRamEnd()}.
 *
 * @param ranges ascending, and without overlap; a gap is nothing's, or a device's
 */
public record MemoryMap(long ramBytes, List<AddressRange> ranges) {
    private static final long LEAST = 2L << 20;
    private static final long PAGE = 4096;

    public MemoryMap {
        ranges = List.copyOf(ranges);
    }

    /** The map of a machine with this much RAM, a multiple of 4 KiB. */
    public static MemoryMap of(long ramBytes) {
        if (ramBytes < LEAST) {
            throw new BootException(
                    "a memory of " + ramBytes + " bytes is too small; give at least 2M");
        }
        if (ramBytes % PAGE != 0) {
            throw new BootException(
                    "a memory of " + ramBytes + " bytes is not whole pages; give a multiple of 4K");
        }
        long lowEnd = lowRamEnd(ramBytes);
        long nvs = lowEnd - PhysicalMap.ACPI_NVS_BYTES;
        long acpi = nvs - PhysicalMap.ACPI_TABLE_BYTES;

        List<AddressRange> ranges = new ArrayList<>();
        // spotless:off
        ranges.add(between(0,                       PhysicalMap.EBDA,        AddressRange.Type.RAM));
        ranges.add(between(PhysicalMap.EBDA,        PhysicalMap.VGA,         AddressRange.Type.RESERVED));
        ranges.add(between(PhysicalMap.BIOS,        PhysicalMap.HIGH_MEMORY, AddressRange.Type.RESERVED));
        ranges.add(between(PhysicalMap.HIGH_MEMORY, acpi,                    AddressRange.Type.RAM));
        ranges.add(between(acpi,                    nvs,                     AddressRange.Type.ACPI));
        ranges.add(between(nvs,                     lowEnd,                  AddressRange.Type.NVS));
        // spotless:on
        ranges.add(
                new AddressRange(
                        PhysicalMap.ECAM, PhysicalMap.ECAM_BYTES, AddressRange.Type.RESERVED));
        if (ramBytes > lowEnd) {
            ranges.add(
                    new AddressRange(
                            PhysicalMap.FOUR_GIB, ramBytes - lowEnd, AddressRange.Type.RAM));
        }
        return new MemoryMap(ramBytes, ranges);
    }

    /** Where RAM below 4 GiB ends, guest-physical. */
    public long lowRamEnd() {
        return lowRamEnd(ramBytes);
    }

    /** Where RAM above 4 GiB ends, guest-physical: 4 GiB if there is none. */
    public long highRamEnd() {
        return PhysicalMap.FOUR_GIB + ramBytes - lowRamEnd();
    }

    /** Where ACPI tables go, guest-physical. */
    public AddressRange acpiTables() {
        return first(AddressRange.Type.ACPI);
    }

    /** Where the FACS goes, guest-physical. */
    public AddressRange acpiNvs() {
        return first(AddressRange.Type.NVS);
    }

    /** The bytes of RAM in one piece from 1 MiB on that a guest may use. */
    public long extendedBytes() {
        for (AddressRange range : ranges) {
            if (range.type() == AddressRange.Type.RAM && range.base() == PhysicalMap.HIGH_MEMORY) {
                return range.length();
            }
        }
        return 0;
    }

    private AddressRange first(AddressRange.Type type) {
        for (AddressRange range : ranges) {
            if (range.type() == type) {
                return range;
            }
        }
        throw new IllegalStateException("this map has no range of type " + type);
    }

    private static long lowRamEnd(long ramBytes) {
        return Math.min(ramBytes, PhysicalMap.LOW_RAM_LIMIT);
    }

    private static AddressRange between(long base, long end, AddressRange.Type type) {
        return new AddressRange(base, end - base, type);
    }
}
