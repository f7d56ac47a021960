package dev.lungo.firmware.uefi.protocol;

import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.LinearMemory;
import dev.lungo.firmware.uefi.console.TextDevice;
import java.util.List;

/** EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL. UEFI 2.10, "Simple Text Output Protocol" (12.4). */
public final class SimpleTextOutput {
    public static final Guid GUID = Guid.parse("387477c2-69c7-11d2-8e39-00a0c969723b");

    /** Columns and rows of the modes; the first two are the specification's. */
    private static final int[][] MODES = {{80, 25}, {80, 50}, {100, 31}, {132, 43}};

    private static final int ATTRIBUTES = 0x7F;
    private static final int LIGHT_GRAY = 0x07;

    // SIMPLE_TEXT_OUTPUT_MODE
    private static final int MODE = 4;
    private static final int ATTRIBUTE = 8;
    private static final int CURSOR_COLUMN = 12;
    private static final int CURSOR_ROW = 16;
    private static final int CURSOR_VISIBLE = 20;

    /** In the order of the interface. */
    private enum Member {
        // spotless:off
        Reset, OutputString, TestString, QueryMode, SetMode, SetAttribute, ClearScreen,
        SetCursorPosition, EnableCursor
        // spotless:on
    }

    private final List<TextDevice> devices;
    private final LinearMemory memory;
    private final long address;
    private final long modeAt;
    private int mode;
    private int attribute = LIGHT_GRAY;
    private int column;
    private int row;
    private boolean visible = true;

    /**
     * @param devices all of which show everything; they may change
     */
    public SimpleTextOutput(Protocols protocols, List<TextDevice> devices) {
        this.devices = devices;
        memory = protocols.memory();
        long[] members =
                protocols.members("EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL", Member.values(), this::call);
        modeAt = protocols.place(new ByteWriter().u32(MODES.length).zeros(20));
        address = protocols.place(Protocols.pointers(new ByteWriter(), members).u64(modeAt));
        tell();
    }

    public long address() {
        return address;
    }

    private int columns() {
        return MODES[mode][0];
    }

    private int rows() {
        return MODES[mode][1];
    }

    private void tell() {
        memory.putInt(modeAt + MODE, mode);
        memory.putInt(modeAt + ATTRIBUTE, attribute);
        memory.putInt(modeAt + CURSOR_COLUMN, column);
        memory.putInt(modeAt + CURSOR_ROW, row);
        memory.putByte(modeAt + CURSOR_VISIBLE, visible ? 1 : 0);
    }

    private long call(Member member, Call call) {
        long status =
                switch (member) {
                    case Reset -> reset();
                    case OutputString -> outputString(call);
                    case TestString -> testString(call);
                    case QueryMode -> queryMode(call);
                    case SetMode -> setMode(call.argument(1));
                    case SetAttribute -> setAttribute(call.argument(1));
                    case ClearScreen -> clearScreen();
                    case SetCursorPosition -> setCursorPosition(call.argument(1), call.argument(2));
                    case EnableCursor -> enableCursor(call.bool(1));
                };
        tell();
        return status;
    }

    private long reset() {
        mode = 0;
        setAttribute(LIGHT_GRAY);
        enableCursor(true);
        return clearScreen();
    }

    private long outputString(Call call) {
        if (call.argument(1) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        write(call.memory().text16(call.argument(1)));
        return EfiStatus.SUCCESS;
    }

    /** Writes text of the firmware's own. */
    public void print(String text) {
        write(text);
        tell();
    }

    private void write(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\n' -> {
                    out.append('\n');
                    row = Math.min(row + 1, rows() - 1);
                }
                case '\r' -> {
                    out.append('\r');
                    column = 0;
                }
                case '\b' -> {
                    if (column > 0) {
                        out.append('\b');
                        column--;
                    }
                }
                case 0xFFF0, 0xFFF1 -> {} // narrow and wide characters follow
                default -> put(out, c);
            }
        }
        devices.forEach(each -> each.write(out.toString()));
    }

    private void put(StringBuilder out, char c) {
        if (c < ' ') {
            return;
        }
        out.append(c);
        if (++column == columns()) {
            out.append("\r\n");
            column = 0;
            row = Math.min(row + 1, rows() - 1);
        }
    }

    private static long testString(Call call) {
        if (call.argument(1) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        String text = call.memory().text16(call.argument(1));
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                return EfiStatus.UNSUPPORTED;
            }
        }
        return EfiStatus.SUCCESS;
    }

    private static long queryMode(Call call) {
        long number = call.argument(1);
        if (number < 0 || number >= MODES.length) {
            return EfiStatus.UNSUPPORTED;
        }
        call.memory().putLong(call.argument(2), MODES[(int) number][0]);
        call.memory().putLong(call.argument(3), MODES[(int) number][1]);
        return EfiStatus.SUCCESS;
    }

    private long setMode(long number) {
        if (number < 0 || number >= MODES.length) {
            return EfiStatus.UNSUPPORTED;
        }
        mode = (int) number;
        return clearScreen();
    }

    private long setAttribute(long value) {
        if ((value & ~ATTRIBUTES) != 0) {
            return EfiStatus.UNSUPPORTED;
        }
        if (value != attribute) {
            attribute = (int) value;
            devices.forEach(each -> each.attribute(attribute));
        }
        return EfiStatus.SUCCESS;
    }

    private long clearScreen() {
        devices.forEach(each -> each.clear(columns(), rows()));
        column = 0;
        row = 0;
        return EfiStatus.SUCCESS;
    }

    private long setCursorPosition(long newColumn, long newRow) {
        if (newColumn < 0 || newColumn >= columns() || newRow < 0 || newRow >= rows()) {
            return EfiStatus.UNSUPPORTED;
        }
        if (newColumn != column || newRow != row) {
            column = (int) newColumn;
            row = (int) newRow;
            devices.forEach(each -> each.moveTo(column, row));
        }
        return EfiStatus.SUCCESS;
    }

    private long enableCursor(boolean on) {
        if (on != visible) {
            visible = on;
            devices.forEach(each -> each.showCursor(on));
        }
        return EfiStatus.SUCCESS;
    }
}
