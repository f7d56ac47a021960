package dev.lungo.firmware.bios;

/**
 * Where things are in the BIOS segment and in that of the video BIOS: offsets. Some places every
 * BIOS since the first has in common, and programs know them.
 */
final class Layout {
    static final int SEGMENT = 0xF000;
    static final long BASE = 0xF_0000;

    // spotless:off
    static final int MP_TABLE            = 0x8100;
    static final int PCI_ROUTING         = 0x9800;
    static final int CODE                = 0xA000; // what the stubs need
    static final int POWER_ON            = 0xE05B;
    static final int CONFIGURATION       = 0xE6F5; // INT 15h, AH = C0h
    static final int DISKETTE_PARAMETERS = 0xEFC7; // INT 1Eh
    static final int VIDEO_PARAMETERS    = 0xF0A4; // INT 1Dh
    static final int RETURN              = 0xFF53; // an IRET
    static final int RESET_VECTOR        = 0xFFF0;
    static final int DATE                = 0xFFF5;
    static final int MODEL               = 0xFFFE;

    static final int VIDEO_SEGMENT       = 0xC000;
    static final long VIDEO_BASE         = 0xC_0000;
    static final int VIDEO_BYTES         = 0x4000;
    static final int OEM_STRING          = 0x0100;
    static final int VBE_MODES           = 0x0180;
    static final int FUNCTIONALITY       = 0x0240;
    static final int SAVE_POINTERS       = 0x0260;
    static final int NO_REPLACEMENTS     = 0x02C0; // a list of glyphs that is empty
    static final int WINDOW_FUNCTION     = 0x02E0; // VBE 4F05 by a far call
    static final int PROTECTED_MODE      = 0x0300; // VBE 4F0A
    static final int FONT_16             = 0x0400;
    static final int FONT_14             = 0x1400;
    static final int FONT_8              = 0x2200;
    // spotless:on

    private Layout() {}
}
