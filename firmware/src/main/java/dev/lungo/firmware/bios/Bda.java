package dev.lungo.firmware.bios;

import java.util.Arrays;

/**
 * The BIOS data area, at 400h: what services keep where programs look for it. IBM Personal System/2
 * and Personal Computer BIOS Interface Technical Reference, "BIOS Data Area"; Ralf Brown's list of
 * memory locations has what came later.
 */
final class Bda {
    static final int SEGMENT = 0x40;
    private static final long BASE = 0x400;

    // spotless:off
    static final int COM_PORTS           = 0x00; // four words
    static final int LPT_PORTS           = 0x08; // three words
    static final int EBDA_SEGMENT        = 0x0E;
    static final int EQUIPMENT           = 0x10;
    static final int MEMORY_KIB          = 0x13;
    static final int SHIFT_FLAGS         = 0x17;
    static final int SHIFT_FLAGS_2       = 0x18;
    static final int ALT_KEYPAD          = 0x19;
    static final int KEY_HEAD            = 0x1A;
    static final int KEY_TAIL            = 0x1C;
    static final int KEY_BUFFER          = 0x1E;
    static final int KEY_BUFFER_END      = 0x3E;
    static final int FLOPPY_STATUS       = 0x41;
    static final int VIDEO_MODE          = 0x49;
    static final int COLUMNS             = 0x4A;
    static final int PAGE_BYTES          = 0x4C;
    static final int PAGE_START          = 0x4E;
    static final int CURSORS             = 0x50; // column and row of each of eight pages
    static final int CURSOR_SHAPE        = 0x60; // end line, start line
    static final int ACTIVE_PAGE         = 0x62;
    static final int CRTC_PORT           = 0x63;
    static final int CGA_MODE_CONTROL    = 0x65;
    static final int CGA_PALETTE         = 0x66;
    static final int TICKS               = 0x6C; // since midnight
    static final int MIDNIGHT            = 0x70;
    static final int BREAK               = 0x71;
    static final int RESET_FLAG          = 0x72;
    static final int DISK_STATUS         = 0x74;
    static final int DISK_COUNT          = 0x75;
    static final int LPT_TIMEOUTS        = 0x78;
    static final int COM_TIMEOUTS        = 0x7C;
    static final int KEY_BUFFER_START_AT = 0x80;
    static final int KEY_BUFFER_END_AT   = 0x82;
    static final int LAST_ROW            = 0x84;
    static final int CHARACTER_HEIGHT    = 0x85;
    static final int VIDEO_CONTROL       = 0x87;
    static final int VIDEO_SWITCHES      = 0x88;
    static final int VIDEO_OPTIONS       = 0x89;
    static final int DISPLAY_COMBINATION = 0x8A;
    static final int KEY_FLAGS_3         = 0x96;
    static final int KEY_FLAGS_4         = 0x97;
    static final int WAIT_FLAG_POINTER   = 0x98;
    static final int WAIT_MICROSECONDS   = 0x9C;
    static final int WAIT_ACTIVE         = 0xA0;
    static final int VIDEO_SAVE_POINTER  = 0xA8;
    // spotless:on

    /** Every byte that describes the screen. */
    static final int[] VIDEO_FIELDS =
            bytes(VIDEO_MODE, TICKS - 4, LAST_ROW, DISPLAY_COMBINATION + 1);

    private final SafeMemory memory;

    private static int[] bytes(int... ranges) {
        int[] fields = new int[64];
        int count = 0;
        for (int i = 0; i < ranges.length; i += 2) {
            for (int field = ranges[i]; field < ranges[i + 1]; field++) {
                fields[count++] = field;
            }
        }
        return Arrays.copyOf(fields, count);
    }

    Bda(SafeMemory memory) {
        this.memory = memory;
    }

    int u8(int field) {
        return memory.u8(BASE + field);
    }

    int u16(int field) {
        return memory.u16(BASE + field);
    }

    int u32(int field) {
        return memory.u32(BASE + field);
    }

    void u8(int field, int value) {
        memory.u8(BASE + field, value);
    }

    void u16(int field, int value) {
        memory.u16(BASE + field, value);
    }

    void u32(int field, int value) {
        memory.u32(BASE + field, value);
    }
}
