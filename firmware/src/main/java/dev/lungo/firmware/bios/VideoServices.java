package dev.lungo.firmware.bios;

import java.util.Objects;

/**
 * INT 10h, the screen: AH = 00h to 13h, 1Ah to 1Ch and 4Fh. IBM PS/2 and PC BIOS Interface
 * Technical Reference, "Interrupt 10H". {@link VideoMode} says which modes there are, {@link Vbe}
 * has more.
 */
final class VideoServices implements Service {
    private static final int TEXT_80 = 3;
    private static final int KEEP_MEMORY = 0x80;
    private static final int NORMAL = 0x07;
    private static final int CURSOR_START = 0x0A;
    private static final int START_HIGH = 0x0C;
    private static final int CURSOR_HIGH = 0x0E;
    private static final int CLOCKING_MODE = 1; // of the sequencer
    private static final int SCREEN_OFF = 1 << 5;
    private static final int MEMORY_ENABLED = 1 << 1; // of the miscellaneous output register
    private static final int NO_CURSOR_EMULATION = 1; // of VIDEO_CONTROL
    private static final int KEEP_PALETTE = 1 << 3; // of VIDEO_OPTIONS
    private static final int GREYS = 1 << 1;
    private static final int LINES_400 = 2;
    private static final int COLOR_VGA = 8; // display combination code
    private static final int BELL = 7;

    private final SafeMemory memory;
    private final Bda bda;
    private final Ports ports;
    private final Screen screen;
    private final Palette palette;
    private final Fonts fonts;
    private final VideoState videoState;
    private final Vbe vbe;
    private final SerialConsole serial;

    VideoServices(SafeMemory memory, Bda bda, Ports ports, SerialConsole serial) {
        this.memory = memory;
        this.bda = bda;
        this.ports = ports;
        this.serial = serial;
        screen = new Screen(memory, bda, ports, Objects.requireNonNull(VideoMode.of(TEXT_80)));
        palette = new Palette(ports, memory, bda);
        fonts = new Fonts(memory, bda, ports, screen);
        videoState = new VideoState(memory, bda, ports, palette);
        vbe = new Vbe(memory, ports, videoState, this::setMode);
    }

    /** Fonts and tables into the video BIOS, and text on the screen. */
    void reset() {
        memory.u16(Layout.VIDEO_BASE, 0xAA55);
        memory.u8(Layout.VIDEO_BASE + 2, Layout.VIDEO_BYTES / 512);
        memory.u8(Layout.VIDEO_BASE + 3, 0xCB); // RETF: there is nothing to initialise
        fonts.writeTables();
        memory.write(Layout.VIDEO_BASE + Layout.FUNCTIONALITY, functionality());
        bda.u8(Bda.VIDEO_CONTROL, 0x60); // 256 KiB, colour
        bda.u8(Bda.VIDEO_SWITCHES, 0xF9);
        bda.u8(Bda.VIDEO_OPTIONS, 0x51); // a VGA, 400 lines
        bda.u8(Bda.DISPLAY_COMBINATION, COLOR_VGA);
        bda.u32(Bda.VIDEO_SAVE_POINTER, Layout.VIDEO_SEGMENT << 16 | Layout.SAVE_POINTERS);
        vbe.reset();
        setMode(TEXT_80);
        byte[] rom = memory.read(Layout.VIDEO_BASE, Layout.VIDEO_BYTES);
        int sum = 0;
        for (byte each : rom) {
            sum += each;
        }
        memory.u8(Layout.VIDEO_BASE + Layout.VIDEO_BYTES - 1, -sum);
    }

    @Override
    public void serve(Registers regs) {
        switch (regs.ah()) {
            case 0x00 -> setMode(regs);
            case 0x01 -> cursorShape(regs.cx());
            case 0x02 -> cursor(regs.bh(), regs.dh(), regs.dl());
            case 0x03 -> {
                regs.dh(row(regs.bh()));
                regs.dl(column(regs.bh()));
                regs.cx(bda.u16(Bda.CURSOR_SHAPE));
            }
            case 0x04 -> regs.ah(0); // no light pen was triggered
            case 0x05 -> page(regs.al());
            case 0x06, 0x07 -> scroll(regs);
            case 0x08 -> {
                regs.al(screen.character(regs.bh(), row(regs.bh()), column(regs.bh())));
                regs.ah(screen.attribute(regs.bh(), row(regs.bh()), column(regs.bh())));
            }
            case 0x09 -> write(regs.bh(), regs.al(), regs.bl(), regs.cx());
            case 0x0A -> write(regs.bh(), regs.al(), -1 - regs.bl(), regs.cx());
            case 0x0B -> palette.border(regs);
            case 0x0C -> screen.pixel(regs.bh(), regs.cx(), regs.dx(), regs.al());
            case 0x0D -> regs.al(screen.pixel(regs.bh(), regs.cx(), regs.dx()));
            case 0x0E -> teletype(bda.u8(Bda.ACTIVE_PAGE), regs.al(), -1 - regs.bl());
            case 0x0F -> {
                regs.al(bda.u8(Bda.VIDEO_MODE) | bda.u8(Bda.VIDEO_CONTROL) & KEEP_MEMORY);
                regs.ah(bda.u16(Bda.COLUMNS));
                regs.bh(bda.u8(Bda.ACTIVE_PAGE));
            }
            case 0x10 -> palette.serve(regs);
            case 0x11 -> {
                if (fonts.serve(regs)) {
                    cursorShape(0x0607);
                }
            }
            case 0x12 -> alternate(regs);
            case 0x13 -> string(regs);
            case 0x1A -> displayCombination(regs);
            case 0x1B -> state(regs);
            case 0x1C -> videoState.serve(regs);
            case 0x4F -> vbe.serve(regs);
            default -> regs.unknown();
        }
    }

    // ---- Modes

    private void setMode(Registers regs) {
        if (VideoMode.of(regs.al() & ~KEEP_MEMORY) == null) {
            regs.unknown(); // and the mode stays, as a program sees that asks for it
        } else {
            setMode(regs.al());
        }
        regs.al(screen.mode().isText() ? 0x30 : 0x20);
    }

    /** A mode of the VGA's; bit 7 keeps what is in memory. */
    private void setMode(int number) {
        VideoMode mode = VideoMode.of(number & 0x7F);
        if (mode == null) {
            return;
        }
        vbe.disable();
        screen.mode(mode);
        mode.program(ports);
        resetPalette(mode);
        boolean keep = (number & KEEP_MEMORY) != 0;
        bda.u8(Bda.VIDEO_MODE, mode.number());
        int emulation = bda.u8(Bda.VIDEO_CONTROL) & NO_CURSOR_EMULATION;
        bda.u8(Bda.VIDEO_CONTROL, 0x60 | emulation | (keep ? KEEP_MEMORY : 0));
        bda.u16(Bda.COLUMNS, mode.columns());
        bda.u16(Bda.PAGE_BYTES, mode.pageBytes());
        bda.u16(Bda.PAGE_START, 0);
        bda.u8(Bda.ACTIVE_PAGE, 0);
        bda.u16(Bda.CRTC_PORT, mode.crtcPort());
        bda.u8(Bda.LAST_ROW, mode.rows() - 1);
        bda.u16(Bda.CHARACTER_HEIGHT, mode.height());
        bda.u8(Bda.CGA_MODE_CONTROL, 0x29);
        bda.u8(Bda.CGA_PALETTE, 0x30);
        for (int page = 0; page < 8; page++) {
            bda.u16(Bda.CURSORS + 2 * page, 0);
        }
        cursorShape(0x0607);
        fonts.reset(mode);
        if (!keep) {
            screen.clear();
        }
        serial.clear();
    }

    private void resetPalette(VideoMode mode) {
        int options = bda.u8(Bda.VIDEO_OPTIONS);
        if ((options & KEEP_PALETTE) == 0) {
            palette.reset(mode);
            if ((options & GREYS) != 0) {
                palette.greys(0, 256);
            }
        }
    }

    private void page(int number) {
        if (number >= screen.pages()) {
            return;
        }
        int start = number * bda.u16(Bda.PAGE_BYTES);
        bda.u8(Bda.ACTIVE_PAGE, number);
        bda.u16(Bda.PAGE_START, start);
        crtc(START_HIGH, start / 2);
        showCursor();
    }

    // ---- The cursor

    private int row(int page) {
        return bda.u8(Bda.CURSORS + 2 * (page & 7) + 1);
    }

    private int column(int page) {
        return bda.u8(Bda.CURSORS + 2 * (page & 7));
    }

    private void cursor(int page, int row, int column) {
        bda.u8(Bda.CURSORS + 2 * (page & 7) + 1, row);
        bda.u8(Bda.CURSORS + 2 * (page & 7), column);
        if (page == bda.u8(Bda.ACTIVE_PAGE)) {
            showCursor();
        }
    }

    private void showCursor() {
        int page = bda.u8(Bda.ACTIVE_PAGE);
        int cell = row(page) * screen.columns() + column(page);
        crtc(CURSOR_HIGH, bda.u16(Bda.PAGE_START) / 2 + cell);
    }

    /** Shapes are in lines of a character eight high, and are stretched for a taller one. */
    private void cursorShape(int shape) {
        bda.u16(Bda.CURSOR_SHAPE, shape);
        int start = shape >> 8 & 0x3F;
        int end = shape & 0x1F;
        int height = bda.u8(Bda.CHARACTER_HEIGHT);
        boolean emulated = (bda.u8(Bda.VIDEO_CONTROL) & NO_CURSOR_EMULATION) == 0;
        if (emulated && height > 8 && end < 8 && start < 0x20) {
            end = end == start + 1 ? (end + 1) * height / 8 - 2 : (end + 1) * height / 8 - 1;
            start = start + 1 == (shape & 0x1F) ? end - 1 : (start + 1) * height / 8 - 1;
        }
        crtc(CURSOR_START, start << 8 | end);
    }

    /** Two registers, the first the high byte. */
    private void crtc(int index, int value) {
        int port = bda.u16(Bda.CRTC_PORT);
        ports.indexed(port, index, value >> 8);
        ports.indexed(port, index + 1, value);
    }

    // ---- Text

    private void scroll(Registers regs) {
        int page = bda.u8(Bda.ACTIVE_PAGE);
        boolean up = regs.ah() == 0x06;
        screen.scroll(page, up, regs.al(), regs.bh(), regs.ch(), regs.cl(), regs.dh(), regs.dl());
        boolean everything =
                regs.al() == 0
                        && regs.cx() == 0
                        && regs.dh() >= screen.rows() - 1
                        && regs.dl() >= screen.columns() - 1;
        if (everything) {
            serial.clear();
        }
    }

    /**
     * Writes a character several times from the cursor on, which stays.
     *
     * @param attribute if it is negative, text keeps its own, and graphics take the complement
     */
    private void write(int page, int character, int attribute, int count) {
        int row = row(page);
        int column = column(page);
        int most = Math.min(count, screen.rows() * screen.columns());
        for (int i = 0; i < most; i++) {
            put(page, row, column, character, attribute);
            if (++column >= screen.columns()) {
                column = 0;
                row++;
            }
        }
    }

    private void put(int page, int row, int column, int character, int attribute) {
        int used = attribute;
        if (attribute < 0) {
            boolean text = screen.mode().isText();
            used = text ? screen.attribute(page, row, column) : -1 - attribute;
        }
        screen.put(page, row, column, character, used);
        if (page == bda.u8(Bda.ACTIVE_PAGE)) {
            serial.put(row, column, character, screen.mode().isText() ? used : NORMAL);
        }
    }

    private void teletype(int page, int character, int attribute) {
        int row = row(page);
        int column = column(page);
        switch (character) {
            case BELL -> {}
            case '\b' -> column = Math.max(column - 1, 0);
            case '\r' -> column = 0;
            case '\n' -> row++;
            default -> {
                put(page, row, column, character, attribute);
                if (++column >= screen.columns()) {
                    column = 0;
                    row++;
                }
            }
        }
        boolean control = isControl(character);
        if (control) {
            serial.control(character, screen.rows());
        }
        if (row >= screen.rows()) {
            row = screen.rows() - 1;
            int fill = screen.mode().isText() ? screen.attribute(page, row, 0) : 0;
            screen.scroll(page, true, 1, fill, 0, 0, row, screen.columns() - 1);
            if (!control) {
                serial.scrolled();
            }
        }
        cursor(page, row, column);
    }

    private static boolean isControl(int character) {
        return character == BELL || character == '\b' || character == '\r' || character == '\n';
    }

    private void string(Registers regs) {
        int page = regs.bh();
        int savedRow = row(page);
        int savedColumn = column(page);
        cursor(page, regs.dh(), regs.dl());
        boolean withAttributes = (regs.al() & 2) != 0;
        long at = regs.esBp();
        for (int i = 0; i < regs.cx(); i++) {
            int character = memory.u8(at++);
            int attribute = withAttributes ? memory.u8(at++) : regs.bl();
            teletype(page, character, attribute);
        }
        if ((regs.al() & 1) == 0) {
            cursor(page, savedRow, savedColumn);
        }
    }

    // ---- What the adapter is

    private void alternate(Registers regs) {
        switch (regs.bl()) {
            case 0x10 -> {
                regs.bh(screen.mode().crtcPort() == 0x3D4 ? 0 : 1);
                regs.bl(3); // 256 KiB
                regs.cx(bda.u8(Bda.VIDEO_SWITCHES) & 0xF);
            }
            case 0x20 -> {} // the BIOS prints no screens
            case 0x30 -> {
                if (regs.al() == LINES_400) {
                    regs.al(0x12);
                } else {
                    regs.unknown();
                }
            }
            case 0x31 -> flag(regs, Bda.VIDEO_OPTIONS, KEEP_PALETTE, regs.al() == 1);
            case 0x32 -> {
                int misc = ports.in(0x3CC) & ~MEMORY_ENABLED;
                ports.out(0x3C2, misc | (regs.al() == 0 ? MEMORY_ENABLED : 0));
                regs.al(0x12);
            }
            case 0x33 -> flag(regs, Bda.VIDEO_OPTIONS, GREYS, regs.al() == 0);
            case 0x34 -> flag(regs, Bda.VIDEO_CONTROL, NO_CURSOR_EMULATION, regs.al() == 1);
            case 0x36 -> {
                int clocking = ports.indexed(0x3C4, CLOCKING_MODE) & ~SCREEN_OFF;
                ports.indexed(0x3C4, CLOCKING_MODE, clocking | (regs.al() == 1 ? SCREEN_OFF : 0));
                regs.al(0x12);
            }
            default -> regs.unknown();
        }
    }

    private void flag(Registers regs, int field, int flag, boolean set) {
        bda.u8(field, bda.u8(field) & ~flag | (set ? flag : 0));
        regs.al(0x12);
    }

    private void displayCombination(Registers regs) {
        switch (regs.al()) {
            case 0 -> {
                regs.bx(bda.u8(Bda.DISPLAY_COMBINATION));
                regs.al(0x1A);
            }
            case 1 -> {
                bda.u8(Bda.DISPLAY_COMBINATION, regs.bl());
                regs.al(0x1A);
            }
            default -> regs.unknown();
        }
    }

    private static byte[] functionality() {
        byte[] table = new byte[16];
        table[0] = (byte) 0xFF; // modes 0 to 7, 0Dh to 13h
        table[1] = (byte) 0xE0;
        table[2] = 0x0F;
        table[7] = 7; // lines: 200, 350, 400
        table[8] = 2; // character blocks
        table[9] = 1;
        table[10] = (byte) 0xE7;
        table[11] = 0x0C;
        return table;
    }

    private void state(Registers regs) {
        if (regs.bx() != 0) {
            regs.unknown();
            return;
        }
        long at = regs.esDi();
        memory.write(at, new byte[64]);
        memory.u32(at, Layout.VIDEO_SEGMENT << 16 | Layout.FUNCTIONALITY);
        for (int i = 0; i < 0x1E; i++) { // from the mode on, as in the BIOS data area
            memory.u8(at + 4 + i, bda.u8(Bda.VIDEO_MODE + i));
        }
        memory.u8(at + 0x22, screen.rows());
        memory.u16(at + 0x23, bda.u16(Bda.CHARACTER_HEIGHT));
        memory.u8(at + 0x25, bda.u8(Bda.DISPLAY_COMBINATION));
        memory.u16(at + 0x27, screen.mode().isText() ? 16 : 1 << screen.mode().bits());
        memory.u8(at + 0x29, screen.pages());
        memory.u8(at + 0x2A, 2); // 400 lines
        memory.u8(at + 0x31, 3); // 256 KiB
        regs.al(0x1B);
    }
}
