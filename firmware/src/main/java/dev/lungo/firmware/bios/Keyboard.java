package dev.lungo.firmware.bios;

import dev.lungo.firmware.bios.Keys.Modifiers;

/**
 * INT 16h, and what INT 09h does with a scan code. IBM PS/2 and PC BIOS Interface Technical
 * Reference, "Interrupt 09H" and "Interrupt 16H".
 *
 * <p>Left out: Pause, SysRq, Alt with the keypad's digits, lights.
 */
final class Keyboard implements Service {
    // SHIFT_FLAGS
    private static final int RIGHT_SHIFT = 1;
    private static final int LEFT_SHIFT = 1 << 1;
    private static final int CONTROL = 1 << 2;
    private static final int ALT = 1 << 3;
    private static final int SCROLL_LOCK = 1 << 4;
    private static final int NUM_LOCK = 1 << 5;
    private static final int CAPS_LOCK = 1 << 6;

    // KEY_FLAGS_3
    private static final int LAST_WAS_E0 = 1 << 1;
    private static final int ENHANCED = 1 << 4;

    // Interrupts that keys call
    private static final int PRINT_SCREEN = 0x05;
    private static final int BREAK = 0x1B;

    private static final int EMPTY_BUFFER = 0x1E;
    private static final int FULL_BUFFER = 0x3E;

    private final Bda bda;
    private final Runnable poll;

    /**
     * @param poll asks other consoles for keys
     */
    Keyboard(Bda bda, Runnable poll) {
        this.bda = bda;
        this.poll = poll;
    }

    void reset() {
        bda.u16(Bda.KEY_HEAD, EMPTY_BUFFER);
        bda.u16(Bda.KEY_TAIL, EMPTY_BUFFER);
        bda.u16(Bda.KEY_BUFFER_START_AT, EMPTY_BUFFER);
        bda.u16(Bda.KEY_BUFFER_END_AT, FULL_BUFFER);
        bda.u8(Bda.KEY_FLAGS_3, ENHANCED);
    }

    @Override
    public void serve(Registers regs) {
        switch (regs.ah()) {
            case 0x00 -> take(regs, false);
            case 0x01 -> peek(regs, false);
            case 0x02 -> regs.al(bda.u8(Bda.SHIFT_FLAGS));
            case 0x03 -> repeat(regs);
            case 0x05 -> regs.al(store(regs.cx()) ? 0 : 1);
            case 0x09 -> regs.al(0x20); // AH = 10h to 12h are there
            case 0x0A -> regs.bx(0x41AB); // an enhanced keyboard
            case 0x10 -> take(regs, true);
            case 0x11 -> peek(regs, true);
            case 0x12 -> {
                regs.al(bda.u8(Bda.SHIFT_FLAGS));
                regs.ah(bda.u8(Bda.SHIFT_FLAGS_2));
            }
            default -> regs.unknown();
        }
    }

    /** Typematic rate and delay are the host's keyboard's affair: the default may be asked for. */
    private static void repeat(Registers regs) {
        if (regs.al() > 6) {
            regs.unknown();
        }
    }

    private void take(Registers regs, boolean extended) {
        int stroke = next(extended);
        if (stroke < 0) {
            regs.again();
        } else {
            advance();
            regs.ax(stroke);
        }
    }

    private void peek(Registers regs, boolean extended) {
        int stroke = next(extended);
        if (stroke >= 0) {
            regs.ax(stroke);
        }
        regs.zero(stroke < 0);
    }

    /** The first keystroke in the buffer as the caller knows it; others are dropped. */
    private int next(boolean extended) {
        poll.run();
        while (bda.u16(Bda.KEY_HEAD) != bda.u16(Bda.KEY_TAIL)) {
            int stroke = bda.u16(slot(bda.u16(Bda.KEY_HEAD)));
            int known = extended ? enhanced(stroke) : ordinary(stroke);
            if (known >= 0) {
                return known;
            }
            advance();
        }
        return Keys.NONE;
    }

    /** A keypad's arrow and a grey one differ for who knows both. */
    private static int enhanced(int stroke) {
        boolean international = (stroke & 0xFF) == 0xF0 && stroke >> 8 != 0;
        return international ? stroke & 0xFF00 : stroke;
    }

    private static int ordinary(int stroke) {
        int low = stroke & 0xFF;
        int high = stroke >> 8;
        if (high == 0xE0) { // Enter and the slash of the keypad
            return low == '/' ? 0x3500 | low : 0x1C00 | low;
        }
        if (low == 0xF0 && high != 0 || high > 0x84) {
            return Keys.NONE;
        }
        return low == 0xE0 && high != 0 ? stroke & 0xFF00 : stroke;
    }

    private void advance() {
        bda.u16(Bda.KEY_HEAD, after(bda.u16(Bda.KEY_HEAD)));
    }

    /** Puts a keystroke into the buffer if it has room. */
    boolean store(int stroke) {
        int tail = bda.u16(Bda.KEY_TAIL);
        int next = after(tail);
        if (next == bda.u16(Bda.KEY_HEAD)) {
            return false;
        }
        bda.u16(slot(tail), stroke);
        bda.u16(Bda.KEY_TAIL, next);
        return true;
    }

    /** Pointers are the program's to change; what is no slot is the first. */
    private int slot(int pointer) {
        int start = bda.u16(Bda.KEY_BUFFER_START_AT);
        return pointer >= start && pointer < bda.u16(Bda.KEY_BUFFER_END_AT) ? pointer : start;
    }

    private int after(int pointer) {
        int next = slot(pointer) + 2;
        return next >= bda.u16(Bda.KEY_BUFFER_END_AT) ? bda.u16(Bda.KEY_BUFFER_START_AT) : next;
    }

    // ---- INT 09h

    /** A byte from the keyboard, in AL; AH becomes the interrupt to call for it, or 0. */
    void scanCode(Registers regs) {
        int code = regs.al();
        regs.ah(0);
        if (code == 0xE0) {
            bda.u8(Bda.KEY_FLAGS_3, bda.u8(Bda.KEY_FLAGS_3) | LAST_WAS_E0);
            return;
        }
        boolean extended = (bda.u8(Bda.KEY_FLAGS_3) & LAST_WAS_E0) != 0;
        bda.u8(Bda.KEY_FLAGS_3, bda.u8(Bda.KEY_FLAGS_3) & ~LAST_WAS_E0);
        boolean down = code < 0x80;
        if (down && code == 0x46 && (extended || modifiers().control())) {
            bda.u8(Bda.BREAK, 0x80);
            bda.u16(Bda.KEY_HEAD, bda.u16(Bda.KEY_BUFFER_START_AT));
            bda.u16(Bda.KEY_TAIL, bda.u16(Bda.KEY_BUFFER_START_AT));
            store(0);
            regs.ah(BREAK);
        } else if (down && code == 0x37 && extended && !modifiers().control()) {
            regs.ah(PRINT_SCREEN);
        } else if (!modifier(code & 0x7F, extended, down) && down) {
            int stroke = Keys.stroke(code, extended, modifiers());
            if (stroke != Keys.NONE) {
                store(stroke);
            }
        }
    }

    private boolean modifier(int code, boolean extended, boolean down) {
        switch (code) {
            case 0x2A -> hold(extended ? 0 : LEFT_SHIFT, down); // E0 2A comes with grey keys
            case 0x36 -> hold(extended ? 0 : RIGHT_SHIFT, down);
            case 0x1D -> hold(CONTROL, down);
            case 0x38 -> hold(ALT, down);
            case 0x46 -> toggle(SCROLL_LOCK, down);
            case 0x45 -> toggle(NUM_LOCK, down);
            case 0x3A -> toggle(CAPS_LOCK, down);
            default -> {
                return false;
            }
        }
        return true;
    }

    private void hold(int flag, boolean down) {
        int flags = bda.u8(Bda.SHIFT_FLAGS);
        bda.u8(Bda.SHIFT_FLAGS, down ? flags | flag : flags & ~flag);
    }

    private void toggle(int flag, boolean down) {
        if (down) {
            bda.u8(Bda.SHIFT_FLAGS, bda.u8(Bda.SHIFT_FLAGS) ^ flag);
        }
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
