package dev.lungo.boot.acpi;

import dev.lungo.boot.PhysicalMap;
import dev.lungo.boot.bytes.ByteWriter;

/**
 * The Fixed ACPI Description Table. ACPI 6.4, §5.2.9 (table 5.9). The machine is always in ACPI
 * mode: there is no SMI command port.
 */
final class Fadt {
    private static final int REVISION = 6;
    private static final int MINOR_REVISION = 4;

    private static final int PM1_EVENT_BYTES = 4;
    private static final int PM1_CONTROL_BYTES = 2;
    private static final int PM_TIMER_BYTES = 4;

    /** Above 100 and 1000 microseconds: there is no C2 and no C3. */
    private static final int NO_C2 = 0x65;

    private static final int NO_C3 = 0x3E9;
    private static final int CENTURY = 0x32; // CMOS index

    // IAPC_BOOT_ARCH
    private static final int LEGACY_DEVICES = 1;
    private static final int HAS_8042 = 1 << 1;
    private static final int VGA_NOT_PRESENT = 1 << 2;

    // Flags. TMR_VAL_EXT is clear: the timer has 24 bits.
    private static final int WBINVD = 1;
    private static final int PROC_C1 = 1 << 2;
    private static final int SLP_BUTTON = 1 << 5; // there is none
    private static final int FIX_RTC = 1 << 6; // no wake status in fixed hardware
    private static final int RESET_REG_SUP = 1 << 10;

    private static final int RESET_VALUE = 6; // RST_CPU, SYS_RST

    private Fadt() {}

    static byte[] table(long facs, long dsdt) {
        ByteWriter out = new ByteWriter();
        out.u32(facs);
        out.u32(dsdt);
        out.u8(0); // reserved
        out.u8(0); // Preferred_PM_Profile: unspecified
        out.u16(PhysicalMap.SCI);
        out.u32(0); // SMI_CMD
        out.u8(0).u8(0); // ACPI_ENABLE, ACPI_DISABLE
        out.u8(0).u8(0); // S4BIOS_REQ, PSTATE_CNT
        out.u32(PhysicalMap.PM1A_EVENT).u32(0);
        out.u32(PhysicalMap.PM1A_CONTROL).u32(0);
        out.u32(0); // PM2_CNT_BLK
        out.u32(PhysicalMap.PM_TIMER);
        out.u32(PhysicalMap.GPE0).u32(0);
        out.u8(PM1_EVENT_BYTES).u8(PM1_CONTROL_BYTES);
        out.u8(0); // PM2_CNT_LEN
        out.u8(PM_TIMER_BYTES);
        out.u8(PhysicalMap.GPE0_BYTES).u8(0).u8(0); // GPE1_BLK_LEN, GPE1_BASE
        out.u8(0); // CST_CNT
        out.u16(NO_C2).u16(NO_C3);
        out.u16(0).u16(0); // FLUSH_SIZE, FLUSH_STRIDE
        out.u8(0).u8(0); // DUTY_OFFSET, DUTY_WIDTH
        out.u8(0).u8(0).u8(CENTURY); // DAY_ALRM, MON_ALRM
        out.u16(LEGACY_DEVICES | HAS_8042 | VGA_NOT_PRESENT);
        out.u8(0); // reserved
        out.u32(WBINVD | PROC_C1 | SLP_BUTTON | FIX_RTC | RESET_REG_SUP);
        GenericAddress.port(out, PhysicalMap.RESET_CONTROL, 8, GenericAddress.BYTE);
        out.u8(RESET_VALUE);
        out.u16(0); // ARM_BOOT_ARCH
        out.u8(MINOR_REVISION);
        out.u64(0); // X_FIRMWARE_CTRL: the 32-bit field counts
        out.u64(dsdt);
        extendedBlocks(out);
        return Sdt.table("FACP", REVISION, out);
    }

    private static void extendedBlocks(ByteWriter out) {
        GenericAddress.port(out, PhysicalMap.PM1A_EVENT, 8 * PM1_EVENT_BYTES, GenericAddress.WORD);
        GenericAddress.none(out); // X_PM1b_EVT_BLK
        GenericAddress.port(
                out, PhysicalMap.PM1A_CONTROL, 8 * PM1_CONTROL_BYTES, GenericAddress.WORD);
        GenericAddress.none(out); // X_PM1b_CNT_BLK
        GenericAddress.none(out); // X_PM2_CNT_BLK
        GenericAddress.port(out, PhysicalMap.PM_TIMER, 8 * PM_TIMER_BYTES, GenericAddress.DWORD);
        GenericAddress.port(out, PhysicalMap.GPE0, 8 * PhysicalMap.GPE0_BYTES, GenericAddress.BYTE);
        GenericAddress.none(out); // X_GPE1_BLK
        GenericAddress.none(out); // SLEEP_CONTROL_REG
        GenericAddress.none(out); // SLEEP_STATUS_REG
        out.u64(0); // hypervisor vendor identity
    }
}
