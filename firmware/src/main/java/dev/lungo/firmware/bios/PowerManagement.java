package dev.lungo.firmware.bios;

/**
 * INT 15h, AH = 53h: Advanced Power Management BIOS Interface Specification 1.2, chapter 4. It can
 * switch the machine off; of other states it knows that they are not there.
 */
final class PowerManagement {
    private static final int SIGNATURE = 0x504D; // "PM"
    private static final int ALL_DEVICES = 1;
    private static final int OFF = 3;

    // Error codes: appendix A
    private static final int DISABLED = 0x01;
    private static final int ALREADY_CONNECTED = 0x02;
    private static final int NOT_CONNECTED = 0x03;
    private static final int NO_SUCH_DEVICE = 0x09;
    private static final int OUT_OF_RANGE = 0x0A;
    private static final int NO_SUCH_STATE = 0x60;
    private static final int NO_EVENT = 0x80;

    private static final int FLAGS = 3; // 16-bit and 32-bit protected mode
    private static final int VERSION = 0x0102;

    private final Runnable powerOff;
    private int entry16;
    private int entry32;
    private boolean connected;
    private boolean enabled = true;
    private int version = 0x0100;

    PowerManagement(Runnable powerOff) {
        this.powerOff = powerOff;
    }

    /**
     * @param code16 offset of the procedure for 16-bit protected mode, in the BIOS segment
     */
    void reset(int code16, int code32) {
        entry16 = code16;
        entry32 = code32;
        connected = false;
        enabled = true;
        version = 0x0100;
    }

    void serve(Registers regs) {
        switch (regs.al()) {
            case 0x00 -> present(regs);
            case 0x01 -> connect(regs);
            case 0x02 -> {
                if (connect(regs)) {
                    regs.ax(Layout.SEGMENT);
                    regs.bx(entry16);
                    regs.cx(Layout.SEGMENT);
                    regs.si(0xFFFF);
                    regs.di(0xFFFF);
                }
            }
            case 0x03 -> {
                if (connect(regs)) {
                    regs.ax(Layout.SEGMENT);
                    regs.ebx(entry32);
                    regs.cx(Layout.SEGMENT);
                    regs.dx(Layout.SEGMENT);
                    regs.esi(0xFFFF_FFFF);
                    regs.di(0xFFFF);
                }
            }
            case 0x04 -> disconnect(regs);
            case 0x05, 0x06 -> ifConnected(regs, regs::succeed); // idle, busy
            case 0x07 -> ifConnected(regs, () -> setState(regs));
            case 0x08 -> ifConnected(regs, () -> enable(regs));
            case 0x0A -> status(regs);
            case 0x0B -> ifConnected(regs, () -> regs.fail(NO_EVENT));
            case 0x0C -> ifConnected(regs, () -> state(regs));
            case 0x0E -> negotiate(regs);
            default -> {
                regs.unknown();
                regs.fail(0x0C); // function not supported
            }
        }
    }

    private static boolean isBios(Registers regs) {
        if (regs.bx() == 0) {
            return true;
        }
        regs.fail(NO_SUCH_DEVICE);
        return false;
    }

    private static void present(Registers regs) {
        if (isBios(regs)) {
            regs.ax(VERSION);
            regs.bx(SIGNATURE);
            regs.cx(FLAGS);
            regs.carry(false);
        }
    }

    private boolean connect(Registers regs) {
        if (!isBios(regs)) {
            return false;
        }
        if (connected) {
            regs.fail(ALREADY_CONNECTED);
            return false;
        }
        connected = true;
        regs.succeed();
        return true;
    }

    private void disconnect(Registers regs) {
        ifConnected(
                regs,
                () -> {
                    if (isBios(regs)) {
                        connected = false;
                        version = 0x0100;
                        regs.succeed();
                    }
                });
    }

    private void ifConnected(Registers regs, Runnable then) {
        if (connected) {
            then.run();
        } else {
            regs.fail(NOT_CONNECTED);
        }
    }

    private void setState(Registers regs) {
        if (regs.bx() != ALL_DEVICES) {
            regs.fail(NO_SUCH_DEVICE);
        } else if (!enabled) {
            regs.fail(DISABLED);
        } else if (regs.cx() == OFF) {
            regs.succeed();
            powerOff.run();
        } else if (regs.cx() < OFF) {
            regs.fail(NO_SUCH_STATE);
        } else {
            regs.fail(OUT_OF_RANGE);
        }
    }

    private void enable(Registers regs) {
        if (regs.bx() != ALL_DEVICES && regs.bx() != 0xFFFF) {
            regs.fail(NO_SUCH_DEVICE);
        } else if (regs.cx() > 1) {
            regs.fail(OUT_OF_RANGE);
        } else {
            enabled = regs.cx() == 1;
            regs.succeed();
        }
    }

    /** On the line, and without a battery. */
    private static void status(Registers regs) {
        if (regs.bx() != ALL_DEVICES) {
            regs.fail(NO_SUCH_DEVICE);
            return;
        }
        regs.bx(0x01FF);
        regs.cx(0x80FF);
        regs.dx(0xFFFF);
        regs.si(0);
        regs.succeed();
    }

    private static void state(Registers regs) {
        if (regs.bx() != ALL_DEVICES) {
            regs.fail(NO_SUCH_DEVICE);
            return;
        }
        regs.cx(0); // ready
        regs.succeed();
    }

    private void negotiate(Registers regs) {
        if (isBios(regs)) {
            version = Math.min(regs.cx(), VERSION);
            regs.ax(version);
            regs.carry(false);
        }
    }
}
