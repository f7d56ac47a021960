package dev.lungo.firmware.bios;

/** INT 16h. IBM PS/2 and PC BIOS Interface Technical Reference, "Interrupt 16H". */
final class Keyboard implements Service {
    private static final int EMPTY_BUFFER = 0x1E;
    private static final int FULL_BUFFER = 0x3E;

    private final Bda bda;
    private final Runnable poll;

    /** INT 09h. */
    final KeyPresses keyPresses;

    /**
     * @param poll asks other consoles for keys
     */
    Keyboard(Bda bda, Runnable poll) {
        this.bda = bda;
        this.poll = poll;
        keyPresses = new KeyPresses(bda, this);
    }

    void reset() {
        bda.u16(Bda.KEY_HEAD, EMPTY_BUFFER);
        bda.u16(Bda.KEY_TAIL, EMPTY_BUFFER);
        bda.u16(Bda.KEY_BUFFER_START_AT, EMPTY_BUFFER);
        bda.u16(Bda.KEY_BUFFER_END_AT, FULL_BUFFER);
        keyPresses.reset();
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
                regs.ah(keyPresses.extendedShifts());
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

    void empty() {
        bda.u16(Bda.KEY_HEAD, bda.u16(Bda.KEY_BUFFER_START_AT));
        bda.u16(Bda.KEY_TAIL, bda.u16(Bda.KEY_BUFFER_START_AT));
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
}
