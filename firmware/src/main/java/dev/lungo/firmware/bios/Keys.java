package dev.lungo.firmware.bios;

/**
 * What a US keyboard's keys are in INT 16h: scan code in the high byte, character in the low one.
 * IBM PS/2 and PC BIOS Interface Technical Reference, "Interrupt 16H", tables of keystrokes.
 */
final class Keys {
    static final int NONE = -1;

    static final int UP = 0x48E0;
    static final int DOWN = 0x50E0;
    static final int LEFT = 0x4BE0;
    static final int RIGHT = 0x4DE0;
    static final int HOME = 0x47E0;
    static final int END = 0x4FE0;
    static final int PAGE_UP = 0x49E0;
    static final int PAGE_DOWN = 0x51E0;
    static final int INSERT = 0x52E0;
    static final int DELETE = 0x53E0;
    static final int ESCAPE = 0x011B;
    static final int BACKSPACE = 0x0E08;
    static final int ENTER = 0x1C0D;

    private static final int FIRST_FUNCTION_KEY = 0x3B;

    /** By scan code from 0 on: alone, and with Shift. A space is one that has no character. */
    // spotless:off
    private static final String PLAIN =
            " \0331234567890-=\b\tqwertyuiop[]\r asdfghjkl;'` \\zxcvbnm,./ * ";
    private static final String SHIFTED =
            " \033!@#$%^&*()_+\b\tQWERTYUIOP{}\r ASDFGHJKL:\"~ |ZXCVBNM<>? * ";

    /** The keypad, from 47h on: with Num Lock; with Ctrl, the high byte. */
    private static final String KEYPAD = "789-456+1230.";
    private static final int[] KEYPAD_CONTROL =
            {0x77, 0x8D, 0x84, 0x8E, 0x73, 0x8F, 0x74, 0x90, 0x75, 0x91, 0x76, 0x92, 0x93};
    // spotless:on

    private static final int SPACE = 0x39;
    private static final int KEYPAD_FIRST = 0x47;
    private static final int KEYPAD_LAST = 0x53;

    private Keys() {}

    /** The modifiers that are down. */
    record Modifiers(boolean shift, boolean control, boolean alt, boolean caps, boolean num) {}

    /**
     * The keystroke of a key that goes down, or {@link #NONE}.
     *
     * @param scanCode of set 1
     * @param extended whether E0h came before
     */
    static int stroke(int scanCode, boolean extended, Modifiers with) {
        if (scanCode >= KEYPAD_FIRST && scanCode <= KEYPAD_LAST) {
            return keypad(scanCode, extended, with);
        }
        if (scanCode >= FIRST_FUNCTION_KEY && scanCode < FIRST_FUNCTION_KEY + 10) {
            int group = with.alt ? 0x2D : with.control ? 0x23 : with.shift ? 0x19 : 0;
            return scanCode + group << 8;
        }
        if (scanCode == 0x57 || scanCode == 0x58) { // F11, F12
            int group = with.alt ? 6 : with.control ? 4 : with.shift ? 2 : 0;
            return scanCode + 0x2E + group << 8;
        }
        if (scanCode == SPACE) {
            return SPACE << 8 | ' ';
        }
        if (scanCode >= PLAIN.length() || PLAIN.charAt(scanCode) == ' ') {
            return NONE;
        }
        if (extended && PLAIN.charAt(scanCode) == '*') { // Print Screen
            return with.control ? 0x7200 : NONE;
        }
        if (extended) { // Enter and the slash of the keypad
            return 0xE000 | PLAIN.charAt(scanCode);
        }
        return main(scanCode, with);
    }

    private static int main(int scanCode, Modifiers with) {
        char plain = PLAIN.charAt(scanCode);
        boolean letter = plain >= 'a' && plain <= 'z';
        if (with.alt) {
            boolean digits = scanCode >= 0x02 && scanCode <= 0x0D;
            return scanCode + (digits ? 0x76 : 0) << 8;
        }
        if (with.control) {
            int code = control(plain);
            return code < 0 ? NONE : scanCode << 8 | code;
        }
        boolean upper = with.shift ^ (letter && with.caps);
        if (plain == '\t' && with.shift) {
            return scanCode << 8;
        }
        return scanCode << 8 | (upper ? SHIFTED : PLAIN).charAt(scanCode);
    }

    private static int control(char plain) {
        if (plain >= 'a' && plain <= 'z') {
            return plain & 0x1F;
        }
        return switch (plain) {
            case '2' -> 0;
            case '6' -> 0x1E;
            case '-' -> 0x1F;
            case '[' -> 0x1B;
            case ']' -> 0x1D;
            case '\\' -> 0x1C;
            case '\r' -> 0x0A;
            case '\b' -> 0x7F;
            case '\033' -> 0x1B;
            default -> NONE;
        };
    }

    private static int keypad(int scanCode, boolean extended, Modifiers with) {
        int index = scanCode - KEYPAD_FIRST;
        char digit = KEYPAD.charAt(index);
        if (with.alt) {
            return extended ? scanCode + 0x50 << 8 : NONE;
        }
        if (with.control) {
            return KEYPAD_CONTROL[index] << 8 | (extended ? 0xE0 : 0);
        }
        if (extended) {
            return scanCode << 8 | 0xE0;
        }
        boolean sign = digit == '-' || digit == '+';
        return scanCode << 8 | (sign || with.num ^ with.shift ? digit : 0);
    }

    /** The digit on a key of the keypad, or -1. */
    static int keypadDigit(int scanCode) {
        boolean onKeypad = scanCode >= KEYPAD_FIRST && scanCode <= KEYPAD_LAST;
        return onKeypad ? Character.digit(KEYPAD.charAt(scanCode - KEYPAD_FIRST), 10) : -1;
    }

    /** The keystroke that types a character, or {@link #NONE}. */
    static int typing(int character) {
        return switch (character) {
            case 0x08, 0x7F -> BACKSPACE;
            case '\n', '\r' -> ENTER;
            case ' ' -> SPACE << 8 | ' ';
            default -> {
                int scanCode = PLAIN.indexOf(character);
                if (scanCode < 0) {
                    scanCode = SHIFTED.indexOf(character);
                }
                if (scanCode < 0 && character > 0 && character < 0x20) { // Ctrl and a letter
                    scanCode = PLAIN.indexOf(character | 0x60);
                }
                yield scanCode < 0 ? NONE : scanCode << 8 | character;
            }
        };
    }
}
