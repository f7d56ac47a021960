package dev.lungo.firmware.bios;

/**
 * INT 15h, AH = C2h, and INT 74h: the mouse at the keyboard controller's auxiliary port. IBM PS/2
 * and PC BIOS Interface Technical Reference, "Pointing Device BIOS Interface". What is kept between
 * calls is in the extended BIOS data area, where others have it, too.
 */
final class PointingDevice {
    // The keyboard controller
    private static final int DATA = 0x60;
    private static final int STATUS = 0x64;
    private static final int FULL = 1;
    private static final int AUXILIARY_DATA = 1 << 5;
    private static final int READ_COMMAND_BYTE = 0x20;
    private static final int WRITE_COMMAND_BYTE = 0x60;
    private static final int WRITE_KEYBOARD_BUFFER = 0xD2;
    private static final int WRITE_AUXILIARY = 0xD4;
    private static final int KEYBOARD_INTERRUPT = 1;
    private static final int AUXILIARY_INTERRUPT = 1 << 1;
    private static final int KEYBOARD_DISABLED = 1 << 4;
    private static final int AUXILIARY_DISABLED = 1 << 5;

    private static final int SLAVE_MASK = 0xA1;
    private static final int LINE_12 = 1 << 4;
    private static final int ACK = 0xFA;

    // Status in AH
    private static final int NO_SUCH_FUNCTION = 1;
    private static final int BAD_INPUT = 2;
    private static final int INTERFACE_ERROR = 3;
    private static final int RESEND = 4;
    private static final int NO_HANDLER = 5;

    // In the extended BIOS data area
    private static final int HANDLER = 0x22; // where to call
    private static final int PLACE = 0x26; // of the next byte in its packet
    private static final int FLAGS = 0x27;
    private static final int PACKET = 0x28;
    private static final int HAS_HANDLER = 1 << 7;
    private static final int PACKET_BYTES = 7; // of FLAGS
    private static final int ORDINARY_PACKET = 3;

    private static final int[] RATES = {10, 20, 40, 60, 80, 100, 200};
    private static final long EBDA = (long) Post.EBDA_SEGMENT << 4;

    private final SafeMemory memory;
    private final Ports ports;

    PointingDevice(SafeMemory memory, Ports ports) {
        this.memory = memory;
        this.ports = ports;
    }

    void serve(Registers regs) {
        switch (regs.al()) {
            case 0x00 -> enable(regs);
            case 0x01 -> reset(regs);
            case 0x02 -> parameter(regs, 0xF3, RATES.length);
            case 0x03 -> parameter(regs, 0xE8, 4);
            case 0x04 -> {
                int[] answer = ask(1, 0xF2);
                if (finish(regs, answer)) {
                    regs.bh(answer[0]);
                }
            }
            case 0x05 -> {
                if (regs.bh() == 0 || regs.bh() > PACKET_BYTES) {
                    regs.fail(BAD_INPUT);
                } else {
                    set(PLACE, 0);
                    set(FLAGS, regs.bh());
                    reset(regs);
                }
            }
            case 0x06 -> status(regs);
            case 0x07 -> handler(regs);
            default -> {
                regs.unknown();
                regs.fail(NO_SUCH_FUNCTION);
            }
        }
    }

    private void enable(Registers regs) {
        if (regs.bh() > 1) {
            regs.fail(BAD_INPUT);
        } else if (regs.bh() == 1 && (get(FLAGS) & HAS_HANDLER) == 0) {
            regs.fail(NO_HANDLER);
        } else {
            finish(regs, ask(0, regs.bh() == 1 ? 0xF4 : 0xF5));
        }
    }

    private void reset(Registers regs) {
        int[] answer = ask(2, 0xFF);
        if (finish(regs, answer)) {
            regs.bl(answer[0]);
            regs.bh(answer[1]);
        }
    }

    private void parameter(Registers regs, int command, int values) {
        if (regs.bh() >= values) {
            regs.fail(BAD_INPUT);
        } else {
            int value = command == 0xE8 ? regs.bh() : RATES[regs.bh()];
            finish(regs, ask(0, command, value));
        }
    }

    private void status(Registers regs) {
        switch (regs.bh()) {
            case 0 -> {
                int[] answer = ask(3, 0xE9);
                if (finish(regs, answer)) {
                    regs.bl(answer[0]);
                    regs.cl(answer[1]);
                    regs.dl(answer[2]);
                }
            }
            case 1, 2 -> finish(regs, ask(0, regs.bh() == 1 ? 0xE6 : 0xE7));
            default -> regs.fail(BAD_INPUT);
        }
    }

    /** ES:BX is called at each packet, or nobody is. */
    private void handler(Registers regs) {
        int pointer = regs.esBxPointer();
        memory.u32(EBDA + HANDLER, pointer);
        if (pointer != 0) {
            int bytes = get(FLAGS) & PACKET_BYTES;
            set(FLAGS, HAS_HANDLER | (bytes == 0 ? ORDINARY_PACKET : bytes));
            ports.out(SLAVE_MASK, ports.in(SLAVE_MASK) & ~LINE_12);
        } else {
            set(FLAGS, get(FLAGS) & ~HAS_HANDLER);
            ask(0, 0xF5);
        }
        regs.succeed();
    }

    private static boolean finish(Registers regs, int[] answer) {
        if (answer.length == 0) {
            regs.fail(RESEND);
            return false;
        }
        if (answer[0] < 0) {
            regs.fail(INTERFACE_ERROR);
            return false;
        }
        regs.succeed();
        return true;
    }

    // ---- The keyboard controller

    /**
     * Sends bytes to the mouse, each of which it acknowledges, and takes an answer.
     *
     * @return as many bytes, at least one element; -1 where none came; nothing if the mouse did not
     *     acknowledge
     */
    private int[] ask(int bytes, int... command) {
        int waiting = ports.in(STATUS);
        int key = (waiting & (FULL | AUXILIARY_DATA)) == FULL ? ports.in(DATA) : -1;
        if ((waiting & AUXILIARY_DATA) != 0) {
            ports.in(DATA); // of a packet that is no more
        }
        ports.out(STATUS, READ_COMMAND_BYTE);
        int before = ports.in(DATA);
        int quiet = before & ~(KEYBOARD_INTERRUPT | AUXILIARY_INTERRUPT | AUXILIARY_DISABLED);
        commandByte(quiet | KEYBOARD_DISABLED);
        int[] answer = exchange(bytes, command);
        commandByte(before & ~AUXILIARY_DISABLED | AUXILIARY_INTERRUPT);
        if (key >= 0) {
            ports.out(STATUS, WRITE_KEYBOARD_BUFFER);
            ports.out(DATA, key);
        }
        set(PLACE, 0);
        return answer;
    }

    private int[] exchange(int bytes, int... command) {
        for (int each : command) {
            ports.out(STATUS, WRITE_AUXILIARY);
            ports.out(DATA, each);
            if (take() != ACK) {
                return new int[0];
            }
        }
        int[] answer = new int[Math.max(bytes, 1)];
        for (int i = 0; i < bytes; i++) {
            answer[i] = take();
        }
        return answer;
    }

    /** The mouse's next byte, which is there at once, or -1. */
    private int take() {
        return (ports.in(STATUS) & FULL) != 0 ? ports.in(DATA) : -1;
    }

    private void commandByte(int value) {
        ports.out(STATUS, WRITE_COMMAND_BYTE);
        ports.out(DATA, value);
    }

    // ---- INT 74h

    /**
     * A byte came, in AL. When it is a packet's last, CF is set, and the handler is to be called
     * with BX, CX and DX, by the pointer in the segment that DS has then.
     */
    void arrived(Registers regs) {
        regs.carry(false);
        int flags = get(FLAGS);
        if ((flags & HAS_HANDLER) == 0) {
            return;
        }
        int place = get(PLACE) & PACKET_BYTES;
        set(PACKET + place, regs.al());
        if (place + 1 < (flags & PACKET_BYTES)) {
            set(PLACE, place + 1);
            return;
        }
        set(PLACE, 0);
        regs.bx(get(PACKET));
        regs.cx(get(PACKET + 1));
        regs.dx(get(PACKET + 2));
        regs.ds(Post.EBDA_SEGMENT);
        regs.carry(true);
    }

    private int get(int field) {
        return memory.u8(EBDA + field);
    }

    private void set(int field, int value) {
        memory.u8(EBDA + field, value);
    }
}
