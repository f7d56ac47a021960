package dev.lungo.firmware.uefi.console;

import dev.lungo.boot.bytes.Little;
import dev.lungo.firmware.text.CodePage437;
import dev.lungo.firmware.text.Font;
import dev.lungo.firmware.uefi.console.Display.Mode;

/**
 * Text on the display, eight pixels by sixteen a character, in the middle of the screen. It is
 * drawn over whatever else is there; what is not on the screen in a mode that somebody else has set
 * is not drawn, until the text is cleared, which brings the text's own mode back.
 */
public final class ScreenText implements TextDevice {
    /** {@link Display#MODES}: it has room for every text mode. */
    private static final int OWN_MODE = 0;

    private static final Font FONT = Font.HEIGHT_16;
    private static final int WIDTH = 8;
    private static final int HEIGHT = 16;
    private static final int PIXEL_BYTES = Display.PIXEL_BYTES;

    private static final int CURSOR_TOP = 13;
    private static final int CURSOR_BOTTOM = 15;

    /** A character in its place when there is none of its own. */
    private static final int UNKNOWN = '?';

    /** By attribute, red in bits 23:16. */
    private static final int[] COLOURS = {
        0x000000, 0x0000AA, 0x00AA00, 0x00AAAA, 0xAA0000, 0xAA00AA, 0xAA5500, 0xAAAAAA,
        0x555555, 0x5555FF, 0x55FF55, 0x55FFFF, 0xFF5555, 0xFF55FF, 0xFFFF55, 0xFFFFFF
    };

    private final Display display;
    private final Runnable modeChanged;
    private int columns = 80;
    private int rows = 25;
    private int attribute = 7;
    private int column;
    private int row;
    private boolean visible = true;

    /** Whether the cursor is drawn, and on which of {@link Display#changes}. */
    private boolean cursor;

    private int drawnOn;

    /**
     * @param modeChanged called when the display has got the text's own mode again
     */
    public ScreenText(Display display, Runnable modeChanged) {
        this.display = display;
        this.modeChanged = modeChanged;
    }

    @Override
    public void write(String text) {
        drawCursor(false);
        int at = 0;
        while (at < text.length()) {
            int end = at;
            while (end < text.length() && text.charAt(end) >= ' ' && column + end - at < columns) {
                end++;
            }
            if (end > at) {
                draw(text, at, end);
                column += end - at;
                at = end;
            } else {
                control(text.charAt(at++));
            }
        }
        drawCursor(visible);
    }

    private void control(char c) {
        switch (c) {
            case '\r' -> column = 0;
            case '\b' -> column = Math.max(column - 1, 0);
            case '\n' -> {
                if (row < rows - 1) {
                    row++;
                } else {
                    scroll();
                }
            }
            default -> {} // behind the last column
        }
    }

    @Override
    public void attribute(int value) {
        attribute = value;
    }

    @Override
    public void clear(int newColumns, int newRows) {
        columns = newColumns;
        rows = newRows;
        column = 0;
        row = 0;
        cursor = false;
        if (display.modeNumber() != OWN_MODE) {
            display.set(OWN_MODE);
            modeChanged.run();
        }
        Mode mode = display.mode();
        fill(0, 0, mode.width(), mode.height());
        drawCursor(visible);
    }

    @Override
    public void moveTo(int newColumn, int newRow) {
        drawCursor(false);
        column = newColumn;
        row = newRow;
        drawCursor(visible);
    }

    @Override
    public void showCursor(boolean on) {
        visible = on;
        drawCursor(on);
    }

    // ---- Pixels

    private int left() {
        return Math.max(0, (display.mode().width() - columns * WIDTH) / 2);
    }

    private int top() {
        return Math.max(0, (display.mode().height() - rows * HEIGHT) / 2);
    }

    private static int pixel(int color) {
        return COLOURS[color & 0xF];
    }

    private void fill(int x, int y, int width, int height) {
        byte[] line = new byte[width * PIXEL_BYTES];
        for (int i = 0; i < width; i++) {
            Little.put32(line, i * PIXEL_BYTES, pixel(attribute >> 4 & 7));
        }
        for (int i = 0; i < height; i++) {
            display.frameBuffer.write(display.at(x, y + i), line, 0, line.length);
        }
    }

    /** Part of a text at the cursor, on one row. */
    private void draw(String text, int from, int to) {
        int x = left() + column * WIDTH;
        int y = top() + row * HEIGHT;
        int most = (display.mode().width() - x) / WIDTH;
        int count = Math.min(to - from, most);
        if (count <= 0 || y + HEIGHT > display.mode().height()) {
            return;
        }
        byte[] line = new byte[count * WIDTH * PIXEL_BYTES];
        for (int i = 0; i < HEIGHT; i++) {
            for (int c = 0; c < count; c++) {
                int glyph = CodePage437.ofUnicode(text.charAt(from + c));
                int bits = FONT.row(glyph < 0 ? UNKNOWN : glyph, i);
                for (int dot = 0; dot < WIDTH; dot++) {
                    boolean set = (bits << dot & 0x80) != 0;
                    Little.put32(
                            line,
                            (c * WIDTH + dot) * PIXEL_BYTES,
                            pixel(set ? attribute & 0xF : attribute >> 4 & 7));
                }
            }
            display.frameBuffer.write(display.at(x, y + i), line, 0, line.length);
        }
    }

    /** Everything goes up by a row. */
    private void scroll() {
        int width = Math.min(columns * WIDTH, display.mode().width());
        int height = Math.min(rows * HEIGHT, display.mode().height());
        byte[] line = new byte[width * PIXEL_BYTES];
        for (int y = top(); y < top() + height - HEIGHT; y++) {
            display.frameBuffer.read(display.at(left(), y + HEIGHT), line, 0, line.length);
            display.frameBuffer.write(display.at(left(), y), line, 0, line.length);
        }
        fill(left(), top() + height - HEIGHT, width, HEIGHT);
    }

    /** Turns some rows of pixels over, or back. */
    private void drawCursor(boolean on) {
        int x = left() + column * WIDTH;
        int y = top() + row * HEIGHT;
        Mode mode = display.mode();
        cursor &= drawnOn == display.changes();
        drawnOn = display.changes();
        if (on == cursor || x + WIDTH > mode.width() || y + HEIGHT > mode.height()) {
            return;
        }
        cursor = on;
        byte[] line = new byte[WIDTH * PIXEL_BYTES];
        for (int i = CURSOR_TOP; i < CURSOR_BOTTOM; i++) {
            display.frameBuffer.read(display.at(x, y + i), line, 0, line.length);
            for (int at = 0; at < line.length; at++) {
                line[at] = (byte) ~line[at];
            }
            display.frameBuffer.write(display.at(x, y + i), line, 0, line.length);
        }
    }
}
