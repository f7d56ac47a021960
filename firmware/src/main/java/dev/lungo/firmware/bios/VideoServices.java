package dev.lungo.firmware.bios;

import dev.lungo.firmware.text.Font;
import java.util.Objects;

/**
 * INT 10h, the screen: AH = 00h to 13h, 1Ah to 1Ch and 4Fh. IBM PS/2 and PC BIOS Interface
 * Technical Reference, "Interrupt 10H". {@link VideoMode} says which modes there are, {@link Vbe}
 * has more.
 *
 * <p>Left out: fonts of a program's own, and saving the VGA's state.
 */
final class VideoServices implements Service {
    private static final int TEXT_80 = 3;
    private static final int KEEP_MEMORY = 0x80;
    private static final int NORMAL = 0x07;
    private static final int CURSOR_START = 0x0A;
    private static final int START_HIGH = 0x0C;
    private static final int CURSOR_HIGH = 0x0E;
    private static final int MAXIMUM_SCAN_LINE = 0x09;
    private static final int COLOR_VGA = 8; // display combination code
    private static final int BELL = 7;

    private final SafeMemory memory;
    private final Bda bda;
    private final Ports ports;
    private final Screen screen;
    private final Palette palette;
    private final Vbe vbe;
    private final SerialConsole serial;

    VideoServices(SafeMemory memory, Bda bda, Ports ports, SerialConsole serial) {
        this.memory = memory;
        this.bda = bda;
        this.ports = ports;
        this.serial = serial;
        screen = new Screen(memory, bda, Objects.requireNonNull(VideoMode.of(TEXT_80)));
        palette = new Palette(ports, memory, bda);
        vbe = new Vbe(memory, ports, palette, this::setMode);
    }

    /** Fonts and tables into the video BIOS, and text on the screen. */
    void reset() {
        memory.u16(Layout.VIDEO_BASE, 0xAA55);
        memory.u8(Layout.VIDEO_BASE + 2, Layout.VIDEO_BYTES / 512);
        memory.u8(Layout.VIDEO_BASE + 3, 0xCB); // RETF: there is nothing to initialise
        memory.write(Layout.VIDEO_BASE + Layout.FONT_16, Font.HEIGHT_16.toBytes());
        memory.write(Layout.VIDEO_BASE + Layout.FONT_14, Font.HEIGHT_14.toBytes());
        memory.write(Layout.VIDEO_BASE + Layout.FONT_8, Font.HEIGHT_8.toBytes());
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
            case 0x0C -> screen.pixel(regs.cx(), regs.dx(), regs.al());
            case 0x0D -> regs.al(screen.pixel(regs.cx(), regs.dx()));
            case 0x0E -> teletype(bda.u8(Bda.ACTIVE_PAGE), regs.al(), -1 - regs.bl());
            case 0x0F -> {
                regs.al(bda.u8(Bda.VIDEO_MODE) | bda.u8(Bda.VIDEO_CONTROL) & KEEP_MEMORY);
                regs.ah(bda.u16(Bda.COLUMNS));
                regs.bh(bda.u8(Bda.ACTIVE_PAGE));
            }
            case 0x10 -> palette.serve(regs);
            case 0x11 -> font(regs);
            case 0x12 -> alternate(regs);
            case 0x13 -> string(regs);
            case 0x1A -> displayCombination(regs);
            case 0x1B -> state(regs);
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
        palette.reset(mode);
        boolean keep = (number & KEEP_MEMORY) != 0;
        bda.u8(Bda.VIDEO_MODE, mode.number());
        bda.u8(Bda.VIDEO_CONTROL, 0x60 | (keep ? KEEP_MEMORY : 0));
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
        int graphicsFont = mode.height() == 8 ? Layout.FONT_8 : Layout.FONT_16;
        memory.u32(4 * 0x43, Layout.VIDEO_SEGMENT << 16 | graphicsFont);
        memory.u32(4 * 0x1F, Layout.VIDEO_SEGMENT << 16 | Layout.FONT_8 + 0x400);
        if (!keep) {
            screen.clear();
        }
        serial.clear();
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
        if (height > 8 && end < 8 && start < 0x20) {
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

    // ---- Fonts, and what the adapter is

    private void font(Registers regs) {
        switch (regs.al()) {
            case 0x01, 0x11 -> textHeight(14);
            case 0x02, 0x12 -> textHeight(8);
            case 0x03 -> {} // which of two fonts an attribute chooses: they are the same
            case 0x04, 0x14 -> textHeight(16);
            case 0x22 -> graphicsFont(Layout.FONT_14);
            case 0x23 -> graphicsFont(Layout.FONT_8);
            case 0x24 -> graphicsFont(Layout.FONT_16);
            case 0x30 -> fontInformation(regs);
            default -> regs.unknown();
        }
    }

    /** As many rows as fit into 400 lines, or into the height of the mode. */
    private void textHeight(int height) {
        if (!screen.mode().isText()) {
            return;
        }
        int port = bda.u16(Bda.CRTC_PORT);
        ports.indexed(
                port,
                MAXIMUM_SCAN_LINE,
                ports.indexed(port, MAXIMUM_SCAN_LINE) & ~0x1F | height - 1);
        int rows = 400 / height;
        bda.u16(Bda.CHARACTER_HEIGHT, height);
        bda.u8(Bda.LAST_ROW, rows - 1);
        bda.u16(Bda.PAGE_BYTES, rows * screen.columns() * 2 + 0xFF & ~0xFF);
        cursorShape(0x0607);
    }

    private void graphicsFont(int offset) {
        memory.u32(4 * 0x43, Layout.VIDEO_SEGMENT << 16 | offset);
    }

    private void fontInformation(Registers regs) {
        int offset =
                switch (regs.bh()) {
                    case 2 -> Layout.FONT_14;
                    case 3 -> Layout.FONT_8;
                    case 4 -> Layout.FONT_8 + 0x400;
                    case 6 -> Layout.FONT_16;
                    default -> -1;
                };
        if (offset >= 0) {
            regs.es(Layout.VIDEO_SEGMENT);
            regs.bp(offset);
        } else if (regs.bh() < 2) { // as the vectors have it
            int pointer = memory.u32(regs.bh() == 0 ? 4 * 0x1F : 4 * 0x43);
            regs.es(pointer >>> 16);
            regs.bp(pointer);
        } else {
            regs.unknown();
            return;
        }
        regs.cx(bda.u16(Bda.CHARACTER_HEIGHT));
        regs.dl(bda.u8(Bda.LAST_ROW));
    }

    private void alternate(Registers regs) {
        switch (regs.bl()) {
            case 0x10 -> {
                regs.bh(screen.mode().crtcPort() == 0x3D4 ? 0 : 1);
                regs.bl(3); // 256 KiB
                regs.cx(bda.u8(Bda.VIDEO_SWITCHES) & 0xF);
            }
            case 0x30, 0x31, 0x32, 0x33, 0x34, 0x36 ->
                    regs.al(0x12); // lines, palette, output: there they are
            default -> regs.unknown();
        }
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
        table[0] = (byte) 0xFF; // modes 0 to 7
        table[2] = 0x0A; // 11h and 13h
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
