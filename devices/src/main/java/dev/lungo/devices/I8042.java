package dev.lungo.devices;

import dev.lungo.machine.IrqLine;
import dev.lungo.machine.PortDevice;

/**
 * The keyboard controller at 60h (data) and 64h (status and command). IBM PS/2 Hardware Interface
 * Technical Reference, "Keyboard and Auxiliary Device Controller".
 *
 * <p>There are a keyboard and a mouse. Left out: the controller's RAM but for the command byte,
 * keyboard locks, passwords.
 */
public final class I8042 {
    // Status
    private static final int OUTPUT_BUFFER_FULL = 1;
    private static final int SYSTEM_FLAG = 1 << 2; // and in the command byte
    private static final int COMMAND_LAST = 1 << 3;
    private static final int NOT_LOCKED = 1 << 4;
    private static final int AUXILIARY_DATA = 1 << 5;

    // Command byte
    private static final int KEYBOARD_INTERRUPT = 1;
    private static final int AUXILIARY_INTERRUPT = 1 << 1;
    private static final int KEYBOARD_DISABLED = 1 << 4;
    private static final int AUXILIARY_DISABLED = 1 << 5;
    private static final int TRANSLATE = 1 << 6;

    // Output port
    private static final int NOT_RESET = 1;
    private static final int A20 = 1 << 1;

    private final IrqLine irq1;
    private final IrqLine irq12;
    private final A20Gate a20;
    private final Runnable resetMachine;
    private final Ps2Keyboard keyboard = new Ps2Keyboard();
    private final Ps2Mouse mouse = new Ps2Mouse();
    private final ScancodeTranslation translation = new ScancodeTranslation();

    private int commandByte;
    private int outputBuffer;
    private boolean full;
    private boolean fromAuxiliary;
    private boolean commandLast;

    /** The command that awaits its parameter at the data port, or 0. */
    private int awaiting;

    public I8042(IrqLine irq1, IrqLine irq12, A20Gate a20, Runnable resetMachine) {
        this.a20 = a20;
        this.irq1 = irq1;
        this.irq12 = irq12;
        this.resetMachine = resetMachine;
        clear();
    }

    public synchronized void reset() {
        clear();
        keyboard.reset();
        mouse.reset();
        update();
    }

    /** As firmware leaves it: the keyboard on, its interrupt on, translated. */
    private void clear() {
        commandByte = KEYBOARD_INTERRUPT | SYSTEM_FLAG | AUXILIARY_DISABLED | TRANSLATE;
        full = false;
        fromAuxiliary = false;
        commandLast = false;
        awaiting = 0;
        translation.reset();
    }

    /**
     * A key goes down or up.
     *
     * @param scancodes of set 2, as the keyboard sends them: E0h and F0h prefixes included. They
     *     are dropped together if the keyboard's buffer is full.
     */
    public synchronized void keyPressed(int... scancodes) {
        keyboard.send(scancodes);
        update();
    }

    /**
     * The mouse is moved, or a button is.
     *
     * @param right how far, in counts; {@code up} likewise
     * @param buttons those that are down: bit 0 the left one, 1 the right one, 2 the middle
     */
    public synchronized void mouseMoved(int right, int up, int buttons) {
        mouse.move(right, up, buttons);
        update();
    }

    /** Port 60h. */
    public PortDevice data() {
        return new PortDevice() {
            @Override
            public Object lock() {
                return I8042.this;
            }

            @Override
            public int read(int offset) {
                return takeOutput();
            }

            @Override
            public void write(int offset, int value) {
                writeData(value);
            }
        };
    }

    /** Port 64h. */
    public PortDevice command() {
        return new PortDevice() {
            @Override
            public Object lock() {
                return I8042.this;
            }

            @Override
            public int read(int offset) {
                return status();
            }

            @Override
            public void write(int offset, int value) {
                commandLast = true;
                command(value);
                update();
            }
        };
    }

    private int status() {
        return (full ? OUTPUT_BUFFER_FULL : 0)
                | (commandByte & SYSTEM_FLAG)
                | (commandLast ? COMMAND_LAST : 0)
                | NOT_LOCKED
                | (full && fromAuxiliary ? AUXILIARY_DATA : 0);
    }

    private int takeOutput() {
        int value = outputBuffer;
        if (full) {
            full = false;
            driveInterrupts(); // an edge for each byte
            update();
        }
        return value;
    }

    private void put(int value, boolean auxiliary) {
        outputBuffer = value;
        full = true;
        fromAuxiliary = auxiliary;
    }

    private void command(int value) {
        awaiting = 0;
        switch (value) {
            case 0x20 -> put(commandByte, false);
            case 0x60, 0xD1, 0xD2, 0xD3, 0xD4 -> awaiting = value;
            case 0xA7 -> commandByte |= AUXILIARY_DISABLED;
            case 0xA8 -> commandByte &= ~AUXILIARY_DISABLED;
            case 0xA9, 0xAB -> put(0x00, false); // no fault on either interface
            case 0xAA -> {
                commandByte |= SYSTEM_FLAG;
                put(0x55, false);
            }
            case 0xAD -> commandByte |= KEYBOARD_DISABLED;
            case 0xAE -> commandByte &= ~KEYBOARD_DISABLED;
            case 0xC0 -> put(0x80, false); // input port: the keyboard is not locked
            case 0xD0 ->
                    put(
                            NOT_RESET
                                    | (a20.isOpen() ? A20 : 0)
                                    | (full && !fromAuxiliary ? 1 << 4 : 0)
                                    | (full && fromAuxiliary ? 1 << 5 : 0),
                            false);
            case 0xDD -> a20.set(false); // these two many controllers have, if not IBM's
            case 0xDF -> a20.set(true);
            case 0xE0 -> put(0, false); // test inputs
            default -> {
                // Pulse the output port's low bits that are zero: bit 0 is RESET.
                if (value >= 0xF0 && (value & NOT_RESET) == 0) {
                    resetMachine.run();
                }
            }
        }
    }

    private void writeData(int value) {
        commandLast = false;
        int command = awaiting;
        awaiting = 0;
        switch (command) {
            case 0x60 -> commandByte = value & 0x77;
            case 0xD1 -> {
                a20.set((value & A20) != 0);
                if ((value & NOT_RESET) == 0) {
                    resetMachine.run();
                }
            }
            case 0xD2 -> put(value, false);
            case 0xD3 -> put(value, true);
            case 0xD4 -> mouse.receive(value);
            default -> {
                commandByte &= ~KEYBOARD_DISABLED;
                keyboard.receive(value);
            }
        }
        update();
    }

    /** Takes the next byte of the keyboard, or else of the mouse, if there is room for it. */
    private void update() {
        while (!full && (commandByte & KEYBOARD_DISABLED) == 0 && keyboard.hasByte()) {
            int value = keyboard.takeByte();
            if ((commandByte & TRANSLATE) != 0) {
                value = translation.translate(value);
                if (value < 0) {
                    continue;
                }
            }
            put(value, false);
        }
        if (!full && (commandByte & AUXILIARY_DISABLED) == 0 && mouse.hasByte()) {
            put(mouse.takeByte(), true);
        }
        driveInterrupts();
    }

    private void driveInterrupts() {
        irq1.set(full && !fromAuxiliary && (commandByte & KEYBOARD_INTERRUPT) != 0);
        irq12.set(full && fromAuxiliary && (commandByte & AUXILIARY_INTERRUPT) != 0);
    }
}
