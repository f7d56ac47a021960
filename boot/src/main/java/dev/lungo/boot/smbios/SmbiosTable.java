package dev.lungo.boot.smbios;

import dev.lungo.boot.MemoryMap;
import dev.lungo.boot.PhysicalMap;
import dev.lungo.boot.bytes.ByteWriter;

/**
 * The structures, in the order of their types. SMBIOS 3.0, "Structure definitions" (§7); the
 * comments at their fields are the specification's names where the value does not speak for itself.
 */
final class SmbiosTable {
    private static final String VENDOR = "Lungo";
    private static final String PRODUCT = "Lungo PC";
    private static final String VERSION = "0.1";
    private static final String RELEASE_DATE = "01/01/2026";

    // Handles; processors follow their first.
    private static final int BIOS = 0x0000;
    private static final int SYSTEM = 0x0100;
    private static final int BASEBOARD = 0x0200;
    private static final int CHASSIS = 0x0300;
    private static final int PROCESSOR = 0x0400;
    private static final int MEMORY_ARRAY = 0x1000;
    private static final int MEMORY_DEVICE = 0x1100;
    private static final int MEMORY_RANGE = 0x1300;
    private static final int BOOT = 0x2000;
    private static final int END = 0x7F00;

    private static final int NO_HANDLE = 0xFFFF;
    private static final int NO_ERROR_INFORMATION = 0xFFFE;
    private static final int OTHER = 1;
    private static final int UNKNOWN = 2;
    private static final int SAFE = 3;

    private final ByteWriter out = new ByteWriter();
    private int structures;
    private int longest;

    SmbiosTable(MemoryMap map, int cpus) {
        bios();
        system();
        baseboard();
        chassis();
        for (int i = 0; i < cpus; i++) {
            processor(i);
        }
        memory(map);
        add(new Structure(32, BOOT).u32(0).u16(0).u8(0)); // no errors detected
        add(new Structure(127, END));
    }

    byte[] toBytes() {
        return out.toBytes();
    }

    int structures() {
        return structures;
    }

    /** The length of the longest structure with its strings, in bytes. */
    int longest() {
        return longest;
    }

    private void add(Structure structure) {
        byte[] bytes = structure.toBytes();
        out.bytes(bytes);
        structures++;
        longest = Math.max(longest, bytes.length);
    }

    private void bios() {
        Structure bios = new Structure(0, BIOS);
        bios.string(VENDOR).string(VERSION);
        bios.u16((int) (PhysicalMap.BIOS >> 4)); // starting segment
        bios.string(RELEASE_DATE);
        bios.u8(0); // ROM size: 64 KiB
        bios.u64(1 << 3); // characteristics: not told
        bios.u8(1); // ACPI
        bios.u8(1 << 4); // a virtual machine
        bios.u8(0).u8(1); // system BIOS release
        bios.u8(0xFF).u8(0xFF); // embedded controller release: there is none
        add(bios);
    }

    private void system() {
        Structure system = new Structure(1, SYSTEM);
        system.string(VENDOR).string(PRODUCT).string(VERSION).string("");
        system.u64(0).u64(0); // UUID: there is none
        system.u8(6); // woken by the power switch
        system.string("").string(""); // SKU number, family
        add(system);
    }

    private void baseboard() {
        Structure board = new Structure(2, BASEBOARD);
        board.string(VENDOR).string(PRODUCT).string(VERSION).string("").string("");
        board.u8(1); // a hosting board
        board.string("");
        board.u16(CHASSIS);
        board.u8(0xA); // motherboard
        board.u8(0); // contained objects
        add(board);
    }

    private void chassis() {
        Structure chassis = new Structure(3, CHASSIS);
        chassis.string(VENDOR).u8(OTHER).string(VERSION).string("").string("");
        chassis.u8(SAFE).u8(SAFE).u8(SAFE); // boot-up, power supply, thermal state
        chassis.u8(UNKNOWN); // security status
        chassis.u32(0); // OEM-defined
        chassis.u8(0).u8(0); // height, power cords
        chassis.u8(0).u8(0); // contained elements
        chassis.string(""); // SKU number
        add(chassis);
    }

    private void processor(int index) {
        Structure processor = new Structure(4, PROCESSOR + index);
        processor.string("CPU " + index);
        processor.u8(3); // central processor
        processor.u8(OTHER); // family
        processor.string(VENDOR);
        processor.u64(0); // processor ID
        processor.string(VERSION);
        processor.u8(0); // voltage
        processor.u16(0).u16(0).u16(0); // external clock, maximum and current speed
        processor.u8(0x41); // populated, enabled
        processor.u8(OTHER); // upgrade
        processor.u16(NO_HANDLE).u16(NO_HANDLE).u16(NO_HANDLE); // caches
        processor.string("").string("").string(""); // serial number, asset tag, part number
        processor.u8(1).u8(1).u8(1); // cores, enabled cores, threads
        processor.u16(1 << 2); // 64-bit capable
        processor.u16(OTHER); // family 2
        processor.u16(1).u16(1).u16(1);
        add(processor);
    }

    private void memory(MemoryMap map) {
        long kib = map.ramBytes() >> 10;
        Structure array = new Structure(16, MEMORY_ARRAY);
        array.u8(3).u8(3).u8(3); // on the system board, system memory, no ECC
        array.u32(kib < 1L << 31 ? kib : 1L << 31);
        array.u16(NO_ERROR_INFORMATION);
        array.u16(1);
        array.u64(map.ramBytes());
        add(array);

        long mib = map.ramBytes() >> 20;
        Structure device = new Structure(17, MEMORY_DEVICE);
        device.u16(MEMORY_ARRAY).u16(NO_ERROR_INFORMATION);
        device.u16(64).u16(64); // widths in bits
        device.u16((int) Math.min(mib, 0x7FFF));
        device.u8(9); // DIMM
        device.u8(0); // set
        device.string("DIMM 0").string("");
        device.u8(7); // RAM
        device.u16(1 << 1); // type detail: other
        device.u16(0); // speed
        device.string(VENDOR).string("").string("").string("");
        device.u8(0); // attributes
        device.u32(mib < 0x7FFF ? 0 : mib);
        device.u16(0); // configured speed
        device.u16(0).u16(0).u16(0); // voltages
        add(device);

        memoryRange(0, 0, map.lowRamEnd());
        if (map.highRamEnd() > PhysicalMap.FOUR_GIB) {
            memoryRange(1, PhysicalMap.FOUR_GIB, map.highRamEnd());
        }
    }

    private void memoryRange(int index, long base, long end) {
        boolean extended = end >> 10 >= 0xFFFF_FFFFL;
        Structure range = new Structure(19, MEMORY_RANGE + index);
        range.u32(extended ? 0xFFFF_FFFFL : base >> 10);
        range.u32(extended ? 0xFFFF_FFFFL : (end >> 10) - 1);
        range.u16(MEMORY_ARRAY);
        range.u8(1); // partition width
        range.u64(extended ? base : 0).u64(extended ? end - 1 : 0);
        add(range);
    }
}
