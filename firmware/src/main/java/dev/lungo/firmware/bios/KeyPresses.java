package dev.lungo.firmware.bios;

import dev.lungo.firmware.bios.Keys.Modifiers;

/**
 * What INT 09h does with scan codes. IBM PS/2 and PC BIOS Interface Technical Reference, "Interrupt
 * 09H". Left out: the keyboard's lights.
 */
final class KeyPresses {
    /** What the handler does beside ending the interrupt: calls one of these, or waits. */
    static final int PRINT_SCREEN = 0x05;

    static final int BREAK = 0x1B;
    static final int PAUSE = 0x01;
    static final int SYSTEM_REQUEST = 0x85;
    static final int SYSTEM_REQUEST_ENDS = 0x86;

    // SHIFT_FLAGS
    private static final int RIGHT_SHIFT = 1;
    private static final int LEFT_SHIFT = 1 << 1;
    private static final int CONTROL = 1 << 2;
    private static final int ALT = 1 << 3;
    private static final int SCROLL_LOCK = 1 << 4;
    private static final int NUM_LOCK = 1 << 5;
    private static final int CAPS_LOCK = 1 << 6;
    private static final int INSERT = 1 << 7;

    // SHIFT_FLAGS_2: keys that are down, but for PAUSED
    private static final int LEFT_CONTROL = 1;
    private static final int LEFT_ALT = 1 << 1;
    private static final int SYSTEM_REQUEST_DOWN = 1 << 2;
    private static final int PAUSED = 1 << 3;

    // KEY_FLAGS_3
    private static final int LAST_WAS_E1 = 1;
    private static final int LAST_WAS_E0 = 1 << 1;
    private static final int RIGHT_CONTROL = 1 << 2;
    private static final int RIGHT_ALT = 1 << 3;
    private static final int ENHANCED = 1 << 4;

    private static final int UP = 0x80;

    private final Bda bda;
    private final Keyboard keyboard;

    KeyPresses(Bda bda, Keyboard keyboard) {
        this.bda = bda;
        this.keyboard = keyboard;
    }

    void reset() {
        bda.u8(Bda.KEY_FLAGS_3, ENHANCED);
    }

    /** As INT 16h, AH = 12h has them: the left keys, the right ones, locks, and SysRq. */
    int extendedShifts() {
        int flags = bda.u8(Bda.SHIFT_FLAGS_2);
        int right = bda.u8(Bda.KEY_FLAGS_3) & (RIGHT_CONTROL | RIGHT_ALT);
        int left = flags & (LEFT_CONTROL | LEFT_ALT | SCROLL_LOCK | NUM_LOCK | CAPS_LOCK);
        return left | right | ((flags & SYSTEM_REQUEST_DOWN) != 0 ? 1 << 7 : 0);
    }

    /** A byte from the keyboard, in AL; AH becomes what is to be done for it, or 0. */
    void scanCode(Registers regs) {
        regs.ah(pressed(regs.al()));
    }

    private int pressed(int code) {
        int before = bda.u8(Bda.KEY_FLAGS_3);
        if (code == 0xE0 || code == 0xE1) {
            bda.u8(Bda.KEY_FLAGS_3, before | (code == 0xE0 ? LAST_WAS_E0 : LAST_WAS_E1));
            return 0;
        }
        if ((before & LAST_WAS_E1) != 0 && (code & ~UP) == 0x1D) { // in the middle of Pause
            return 0;
        }
        bda.u8(Bda.KEY_FLAGS_3, before & ~(LAST_WAS_E0 | LAST_WAS_E1));
        boolean down = code < UP;
        if ((before & LAST_WAS_E1) != 0) {
            return down && code == 0x45 ? pause() : 0;
        }
        return pressed(code & ~UP, (before & LAST_WAS_E0) != 0, down);
    }

    private int pressed(int key, boolean extended, boolean down) {
        boolean control = modifiers().control();
        if (key == 0x54) {
            set(Bda.SHIFT_FLAGS_2, SYSTEM_REQUEST_DOWN, down);
            return down ? SYSTEM_REQUEST : SYSTEM_REQUEST_ENDS;
        }
        if (down && key == 0x46 && (extended || control)) {
            bda.u8(Bda.BREAK, 0x80);
            keyboard.empty();
            keyboard.store(0);
            return BREAK;
        }
        if (down && key == 0x37 && extended && !control) {
            return PRINT_SCREEN;
        }
        if (down && key == 0x45 && control) {
            return pause();
        }
        if (!modifier(key, extended, down) && down) {
            type(key, extended);
        }
        return 0;
    }

    private int pause() {
        if ((bda.u8(Bda.SHIFT_FLAGS_2) & PAUSED) != 0) {
            return 0;
        }
        set(Bda.SHIFT_FLAGS_2, PAUSED, true);
        return PAUSE;
    }

    private void type(int key, boolean extended) {
        if ((bda.u8(Bda.SHIFT_FLAGS_2) & PAUSED) != 0) { // which this ends, and nothing more
            set(Bda.SHIFT_FLAGS_2, PAUSED, false);
            return;
        }
        int digit = extended || !modifiers().alt() ? -1 : Keys.keypadDigit(key);
        if (digit >= 0) {
            bda.u8(Bda.ALT_KEYPAD, bda.u8(Bda.ALT_KEYPAD) * 10 + digit & 0xFF);
            return;
        }
        int stroke = Keys.stroke(key, extended, modifiers());
        if (stroke != Keys.NONE) {
            keyboard.store(stroke);
        }
    }

    private boolean modifier(int key, boolean extended, boolean down) {
        switch (key) {
            case 0x2A -> set(Bda.SHIFT_FLAGS, extended ? 0 : LEFT_SHIFT, down); // E0: of a grey key
            case 0x36 -> set(Bda.SHIFT_FLAGS, extended ? 0 : RIGHT_SHIFT, down);
            case 0x1D -> {
                side(extended, LEFT_CONTROL, RIGHT_CONTROL, down);
                set(Bda.SHIFT_FLAGS, CONTROL, isDown(LEFT_CONTROL, RIGHT_CONTROL));
            }
            case 0x38 -> {
                side(extended, LEFT_ALT, RIGHT_ALT, down);
                set(Bda.SHIFT_FLAGS, ALT, isDown(LEFT_ALT, RIGHT_ALT));
                typeNumber();
            }
            case 0x46 -> lock(SCROLL_LOCK, down);
            case 0x45 -> lock(NUM_LOCK, down);
            case 0x3A -> lock(CAPS_LOCK, down);
            case 0x52 -> {
                if (!modifiers().alt() && (extended || !modifiers().num())) {
                    lock(INSERT, down);
                }
                return false;
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /** What was typed on the keypad while Alt was down is a character. */
    private void typeNumber() {
        int character = bda.u8(Bda.ALT_KEYPAD);
        if (character != 0 && !modifiers().alt()) {
            bda.u8(Bda.ALT_KEYPAD, 0);
            keyboard.store(character);
        }
    }

    private void side(boolean extended, int left, int right, boolean down) {
        if (extended) {
            set(Bda.KEY_FLAGS_3, right, down);
        } else {
            set(Bda.SHIFT_FLAGS_2, left, down);
        }
    }

    private boolean isDown(int left, int right) {
        return (bda.u8(Bda.SHIFT_FLAGS_2) & left) != 0 || (bda.u8(Bda.KEY_FLAGS_3) & right) != 0;
    }

    /** A key that repeats turns its lock over once. */
    private void lock(int flag, boolean down) {
        if (down && (bda.u8(Bda.SHIFT_FLAGS_2) & flag) == 0) {
            bda.u8(Bda.SHIFT_FLAGS, bda.u8(Bda.SHIFT_FLAGS) ^ flag);
        }
        set(Bda.SHIFT_FLAGS_2, flag, down);
    }

    private void set(int at, int flag, boolean on) {
        bda.u8(at, on ? bda.u8(at) | flag : bda.u8(at) & ~flag);
    }

    private Modifiers modifiers() {
        int flags = bda.u8(Bda.SHIFT_FLAGS);
        return new Modifiers(
                (flags & (LEFT_SHIFT | RIGHT_SHIFT)) != 0,
                (flags & CONTROL) != 0,
                (flags & ALT) != 0,
                (flags & CAPS_LOCK) != 0,
                (flags & NUM_LOCK) != 0);
    }
}
