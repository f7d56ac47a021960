package dev.lungo.firmware.uefi.protocol;

import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.firmware.uefi.console.TextDevice;
import dev.lungo.isa.Width;
import dev.lungo.machine.Clock;
import dev.lungo.machine.PortBus;
import org.jspecify.annotations.Nullable;

/**
 * A terminal on the first serial port: UTF-8 and ECMA-48's sequences each way, as xterm and its
 * like have them. UEFI 2.10, "Simple Text Input Protocol" (12.3) and "EFI Scan Codes for
 * EFI_SIMPLE_TEXT_INPUT_PROTOCOL" (table 12.1).
 */
public final class SerialTerminal implements TextDevice {
    // PC16550D datasheet, "Registers" (section 8.0)
    private static final int BASE = 0x3F8;
    private static final int DATA = BASE;
    private static final int INTERRUPT_ENABLE = BASE + 1;
    private static final int FIFO_CONTROL = BASE + 2;
    private static final int LINE_CONTROL = BASE + 3;
    private static final int MODEM_CONTROL = BASE + 4;
    private static final int LINE_STATUS = BASE + 5;
    private static final int DLAB = 0x80;
    private static final int EIGHT_BITS = 3;
    private static final int DATA_READY = 1;

    private static final int ESCAPE = 0x1B;

    /** Blue, green and red make up EFI's colours, red, green and blue the terminal's. */
    private static final int[] COLOURS = {0, 4, 2, 6, 1, 5, 3, 7};

    /** An escape that nothing follows for so long is the key. */
    private static final long ESCAPE_NANOS = 20_000_000;

    /**
     * A key.
     *
     * @param scan an EFI scan code, or 0
     * @param character UTF-16, or 0
     */
    public record Key(int scan, char character) {}

    private final PortBus ports;
    private final Clock clock;

    /** What has arrived and is not yet a key. */
    private final StringBuilder pending = new StringBuilder();

    private long pendingSince;

    public SerialTerminal(PortBus ports, Clock clock) {
        this.ports = ports;
        this.clock = clock;
    }

    /** 115,200 bauds, eight bits, no parity, FIFOs on, no interrupts. */
    public void reset() {
        out(INTERRUPT_ENABLE, 0);
        out(LINE_CONTROL, DLAB | EIGHT_BITS);
        out(DATA, 1);
        out(INTERRUPT_ENABLE, 0);
        out(LINE_CONTROL, EIGHT_BITS);
        out(FIFO_CONTROL, 0x07);
        out(MODEM_CONTROL, 0x03);
    }

    private void out(int port, int value) {
        ports.write(port, Width.BYTE, value);
    }

    @Override
    public void write(String text) {
        for (byte each : ByteWriter.utf8(text)) {
            out(DATA, each & 0xFF);
        }
    }

    // ECMA-48: "SGR", "ED" and "CUP" (8.3); xterm's DECTCEM

    @Override
    public void attribute(int value) {
        boolean bright = (value & 8) != 0;
        int foreground = 30 + COLOURS[value & 7];
        int background = 40 + COLOURS[value >> 4 & 7];
        write("\u001b[" + (bright ? 1 : 0) + ";" + foreground + ";" + background + "m");
    }

    /** The terminal may be larger than is said, so it is told where a line ends. */
    @Override
    public void clear(int columns, int rows) {
        write("\u001b[2J\u001b[1;1H");
    }

    @Override
    public void moveTo(int column, int row) {
        write("\u001b[" + (row + 1) + ";" + (column + 1) + "H");
    }

    @Override
    public void showCursor(boolean visible) {
        write(visible ? "\u001b[?25h" : "\u001b[?25l");
    }

    /** The next key that was pressed, or null. */
    public @Nullable Key read() {
        receive();
        if (pending.isEmpty()) {
            return null;
        }
        char first = pending.charAt(0);
        if (first != ESCAPE) {
            return key(first);
        }
        int length = sequenceLength();
        if (length == 0) {
            if (clock.nanos() - pendingSince < ESCAPE_NANOS) {
                return null;
            }
            length = 1;
        }
        String sequence = pending.substring(0, length);
        pending.delete(0, length);
        return sequence(sequence);
    }

    /** Whether a key may be there already or soon, so that it is worth another look. */
    public boolean hasPending() {
        receive();
        return !pending.isEmpty();
    }

    private void receive() {
        while ((ports.read(LINE_STATUS, Width.BYTE) & DATA_READY) != 0 && pending.length() < 4096) {
            pending.append((char) ports.read(DATA, Width.BYTE));
            pendingSince = clock.nanos();
        }
    }

    private @Nullable Key key(char first) {
        int more = first < 0xC0 ? 0 : first < 0xE0 ? 1 : 2;
        if (pending.length() <= more) {
            return null;
        }
        int code = more == 0 ? first : more == 1 ? first & 0x1F : first & 0xF;
        for (int i = 1; i <= more; i++) {
            code = code << 6 | pending.charAt(i) & 0x3F;
        }
        pending.delete(0, more + 1);
        return switch (code) {
            case 0x7F -> new Key(0, '\b');
            case '\n' -> new Key(0, '\r');
            default -> new Key(0, (char) code);
        };
    }

    /** How long the sequence at the beginning is; 0 if it may go on. */
    private int sequenceLength() {
        if (pending.length() == 1) {
            return 0;
        }
        char second = pending.charAt(1);
        if (second != '[' && second != 'O') {
            return 1;
        }
        for (int i = 2; i < pending.length(); i++) {
            char c = pending.charAt(i);
            if (c >= '@' && c <= '~' && !(i == 2 && c == '[')) {
                return i + 1;
            }
        }
        return 0;
    }

    private static Key sequence(String sequence) {
        int scan =
                switch (sequence.substring(1)) {
                    case "[A", "OA" -> 0x01; // up
                    case "[B", "OB" -> 0x02;
                    case "[C", "OC" -> 0x03; // right
                    case "[D", "OD" -> 0x04;
                    case "[H", "OH", "[1~", "[7~" -> 0x05; // home
                    case "[F", "OF", "[4~", "[8~" -> 0x06;
                    case "[2~", "[@" -> 0x07; // insert
                    case "[3~" -> 0x08;
                    case "[5~" -> 0x09; // page up
                    case "[6~" -> 0x0A;
                    case "OP", "[11~", "[[A" -> 0x0B; // F1
                    case "OQ", "[12~", "[[B" -> 0x0C;
                    case "OR", "[13~", "[[C" -> 0x0D;
                    case "OS", "[14~", "[[D" -> 0x0E;
                    case "[15~", "[[E" -> 0x0F;
                    case "[17~" -> 0x10;
                    case "[18~" -> 0x11;
                    case "[19~" -> 0x12;
                    case "[20~" -> 0x13;
                    case "[21~" -> 0x14;
                    case "[23~" -> 0x15;
                    case "[24~" -> 0x16;
                    default -> 0x17; // escape
                };
        return new Key(scan, (char) 0);
    }
}
