package dev.lungo.firmware.bios;

import dev.lungo.firmware.text.CodePage437;

/**
 * The screen and the keyboard of INT 10h and INT 16h on the first serial port, for a terminal that
 * knows ECMA-48 and UTF-8. It lasts until a program takes the port for itself: sets DTR and RTS, or
 * switches the FIFOs on.
 *
 * <p>What is written line by line goes out as it is, so that a log is plain text. The cursor is
 * moved when a character comes at another place, and the screen cleared when the cursor first goes
 * up on one that was.
 */
final class SerialConsole {
    private static final int PORT = SerialServices.COM1;
    private static final int IIR = PORT + 2; // FCR when written
    private static final int FIFOS = 0xC0;
    private static final int LCR = PORT + 3;
    private static final int MCR = PORT + 4;
    private static final int LSR = PORT + 5;
    private static final int DLAB = 1 << 7;
    private static final int DATA_READY = 1;
    private static final int ESCAPE = 0x1B;
    private static final int NORMAL = 0x07;

    private static final int MOST_KEYS_AT_ONCE = 16;

    private final Ports ports;
    private final boolean wanted;
    private int row;
    private int column;
    private int attribute = NORMAL;
    private boolean clearing;

    SerialConsole(Ports ports, boolean wanted) {
        this.ports = ports;
        this.wanted = wanted;
    }

    /** The port as its users expect it after a BIOS: 115,200 baud, 8N1, nothing taken. */
    void reset() {
        row = 0;
        column = 0;
        attribute = NORMAL;
        clearing = false;
        ports.out(LCR, DLAB);
        ports.out(PORT, 1);
        ports.out(PORT + 1, 0);
        ports.out(LCR, 3);
        ports.out(PORT + 1, 0);
        ports.out(IIR, 0);
        ports.out(MCR, 0);
    }

    private boolean isOurs() {
        return wanted
                && ports.in(MCR) == 0
                && (ports.in(LCR) & DLAB) == 0
                && (ports.in(IIR) & FIFOS) == 0;
    }

    // ---- The screen

    /** A character of code page 437 appears. */
    void put(int atRow, int atColumn, int character, int withAttribute) {
        if (!isOurs()) {
            return;
        }
        moveTo(atRow, atColumn);
        color(withAttribute);
        utf8(CodePage437.unicode(character));
        column++;
    }

    /** The cursor goes back, to the beginning of the line, or down; or the bell rings. */
    void control(int character, int rows) {
        if (!isOurs()) {
            return;
        }
        color(NORMAL);
        send(character);
        if (character == '\r') {
            column = 0;
        } else if (character == '\b') {
            column = Math.max(column - 1, 0);
        } else if (character == '\n') {
            row = Math.min(row + 1, rows - 1);
        }
    }

    /** Everything went up by a row because the last was full; the terminal has not done so yet. */
    void scrolled() {
        row--;
    }

    /** The screen is empty, and its cursor in the corner. */
    void clear() {
        if (!isOurs()) {
            return;
        }
        if (column != 0) {
            color(NORMAL);
            text("\r\n");
        }
        row = 0;
        column = 0;
        clearing = true;
    }

    private void moveTo(int atRow, int atColumn) {
        if (atRow == row && atColumn == column) {
            return;
        }
        if (atColumn == 0 && atRow == row + 1) {
            text("\r\n");
        } else if (atColumn == 0 && atRow == row) {
            send('\r');
        } else {
            if (clearing) {
                text("\033[2J");
                clearing = false;
            }
            text("\033[" + (atRow + 1) + ";" + (atColumn + 1) + "H");
        }
        row = atRow;
        column = atColumn;
    }

    private void color(int wantedAttribute) {
        if (wantedAttribute == attribute) {
            return;
        }
        attribute = wantedAttribute;
        if (wantedAttribute == NORMAL) {
            text("\033[0m");
        } else {
            int bright = (wantedAttribute & 8) != 0 ? 1 : 0;
            text(
                    "\033[0;"
                            + (bright != 0 ? "1;" : "")
                            + (30 + ansi(wantedAttribute))
                            + ";"
                            + (40 + ansi(wantedAttribute >> 4))
                            + "m");
        }
    }

    /** Blue and red have changed places. */
    private static int ansi(int color) {
        return color >> 2 & 1 | color & 2 | (color & 1) << 2;
    }

    private void utf8(char character) {
        if (character < 0x80) {
            send(character);
        } else if (character < 0x800) {
            send(0xC0 | character >> 6);
            send(0x80 | character & 0x3F);
        } else {
            send(0xE0 | character >> 12);
            send(0x80 | character >> 6 & 0x3F);
            send(0x80 | character & 0x3F);
        }
    }

    private void text(String text) {
        for (int i = 0; i < text.length(); i++) {
            send(text.charAt(i));
        }
    }

    private void send(int value) {
        ports.out(PORT, value);
    }

    // ---- The keyboard

    /** Gives the keyboard what was typed. */
    void poll(Keyboard keyboard) {
        if (!isOurs()) {
            return;
        }
        for (int i = 0; i < MOST_KEYS_AT_ONCE; i++) {
            int character = receive();
            if (character < 0) {
                return;
            }
            int stroke = character == ESCAPE ? escape() : Keys.typing(character);
            if (stroke != Keys.NONE) {
                keyboard.store(stroke);
            }
        }
    }

    /** The next byte, or -1. */
    private int receive() {
        return (ports.in(LSR) & DATA_READY) == 0 ? -1 : ports.in(PORT);
    }

    /** What a terminal sends for keys without a character; an Escape with nothing behind is one. */
    private int escape() {
        int introducer = receive();
        if (introducer != '[' && introducer != 'O') {
            return introducer < 0 ? Keys.ESCAPE : Keys.NONE;
        }
        int number = 0;
        int last = receive();
        for (; last >= '0' && last <= '9' || last == ';'; last = receive()) {
            number = last == ';' ? 0 : (10 * number + last - '0') % 1000;
        }
        return switch (last) {
            case 'A' -> Keys.UP;
            case 'B' -> Keys.DOWN;
            case 'C' -> Keys.RIGHT;
            case 'D' -> Keys.LEFT;
            case 'H' -> Keys.HOME;
            case 'F' -> Keys.END;
            case 'P', 'Q', 'R', 'S' -> 0x3B + last - 'P' << 8; // F1 to F4
            case '~' -> numbered(number);
            default -> Keys.NONE;
        };
    }

    private static int numbered(int number) {
        return switch (number) {
            case 1, 7 -> Keys.HOME;
            case 2 -> Keys.INSERT;
            case 3 -> Keys.DELETE;
            case 4, 8 -> Keys.END;
            case 5 -> Keys.PAGE_UP;
            case 6 -> Keys.PAGE_DOWN;
            case 11, 12, 13, 14, 15 -> 0x3B + number - 11 << 8; // F1 to F5
            case 17, 18, 19, 20, 21 -> 0x40 + number - 17 << 8; // F6 to F10
            case 23, 24 -> 0x85 + number - 23 << 8; // F11, F12
            default -> Keys.NONE;
        };
    }
}
