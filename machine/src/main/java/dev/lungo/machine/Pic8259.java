package dev.lungo.machine;

/**
 * One programmable interrupt controller. Intel 8259A datasheet; the edge/level control register is
 * the PC chipset's (82371AB datasheet, "ELCR1—Edge/Level Control Register") and stands in for LTIM.
 *
 * <p>A request that goes away before its INTA cycle becomes a spurious IR7, as the datasheet's
 * "Edge and Level Triggered Modes" says. Left out: buffered mode and the MCS-80 call sequence.
 */
final class Pic8259 implements PortDevice {
    private static final int NONE = -1;

    // ICW1, OCW2, OCW3 share the even port.
    private static final int ICW1 = 1 << 4;
    private static final int ICW1_SINGLE = 1 << 1;
    private static final int ICW1_IC4 = 1;
    private static final int OCW3 = 1 << 3;

    /** The pair, of which this is a part. */
    private final Object monitor;

    private final int cascade;
    private final int elcrWritable;
    private final Runnable changed;

    private int lines;
    private int irr;
    private int imr;
    private int isr;
    private int elcr;
    private int vectorBase;
    private int lowestPriority;
    private int initialization;
    private boolean single;
    private boolean needsIcw4;
    private boolean autoEoi;
    private boolean rotateOnAutoEoi;
    private boolean specialFullyNested;
    private boolean specialMask;
    private boolean readIsr;
    private boolean poll;

    /**
     * @param monitor taken by whoever calls anything here
     * @param cascade the IR line with another 8259 behind it, or -1
     * @param changed called when {@link #pending} may have changed
     */
    Pic8259(Object monitor, int cascade, int elcrWritable, Runnable changed) {
        this.monitor = monitor;
        this.cascade = cascade;
        this.elcrWritable = elcrWritable;
        this.changed = changed;
        initialize(0);
        initialization = 0;
    }

    @Override
    public Object lock() {
        return monitor;
    }

    void reset() {
        elcr = 0;
        vectorBase = 0;
        initialize(0);
        initialization = 0;
        changed.run();
    }

    private void initialize(int icw1) {
        irr = lines & elcr;
        imr = 0;
        isr = 0;
        lowestPriority = 7;
        autoEoi = false;
        rotateOnAutoEoi = false;
        specialFullyNested = false;
        specialMask = false;
        readIsr = false;
        poll = false;
        single = (icw1 & ICW1_SINGLE) != 0;
        needsIcw4 = (icw1 & ICW1_IC4) != 0;
        initialization = 2;
    }

    void setLine(int line, boolean asserted) {
        int bit = 1 << line;
        if (!asserted) {
            lines &= ~bit;
            irr &= ~bit;
        } else if ((lines & bit) == 0) {
            lines |= bit;
            irr |= bit;
        }
        changed.run();
    }

    /** The request that INTR is asserted for, or -1. */
    int pending() {
        int blocking = specialMask ? isr & ~imr : isr;
        for (int i = 1; i <= 8; i++) {
            int line = (lowestPriority + i) & 7;
            int bit = 1 << line;
            boolean nested = specialFullyNested && line == cascade;
            if ((blocking & bit) != 0 && !nested) {
                return NONE;
            }
            if ((irr & ~imr & bit) != 0) {
                return line;
            }
            if ((blocking & bit) != 0) {
                return NONE;
            }
        }
        return NONE;
    }

    /** An INTA sequence: the line now in service, or -1 if the request has gone. */
    int acknowledge() {
        int line = pending();
        if (line == NONE) {
            return NONE;
        }
        int bit = 1 << line;
        if ((elcr & bit) == 0) {
            irr &= ~bit;
        }
        if (!autoEoi) {
            isr |= bit;
        } else if (rotateOnAutoEoi) {
            lowestPriority = line;
        }
        return line;
    }

    /**
     * @param line as {@link #acknowledge} gave it; a spurious one is IR7
     */
    int vector(int line) {
        return vectorBase | (line == NONE ? 7 : line);
    }

    @Override
    public int read(int offset) {
        if (poll) {
            poll = false;
            int line = acknowledge();
            changed.run();
            return line == NONE ? 0 : 0x80 | line;
        }
        return (offset & 1) != 0 ? imr : readIsr ? isr : irr;
    }

    @Override
    public void write(int offset, int value) {
        if ((offset & 1) != 0) {
            writeOdd(value);
        } else if ((value & ICW1) != 0) {
            initialize(value);
        } else if ((value & OCW3) != 0) {
            operationCommand3(value);
        } else {
            operationCommand2(value >>> 5, value & 7);
        }
        changed.run();
    }

    private void writeOdd(int value) {
        switch (initialization) {
            case 2 -> {
                vectorBase = value & 0xF8;
                initialization = single ? afterIcw3() : 3;
            }
            case 3 -> initialization = afterIcw3(); // ICW3: how the board is wired
            case 4 -> {
                specialFullyNested = (value & 1 << 4) != 0;
                autoEoi = (value & 1 << 1) != 0;
                initialization = 0;
            }
            default -> imr = value; // OCW1
        }
    }

    private int afterIcw3() {
        return needsIcw4 ? 4 : 0;
    }

    private void operationCommand3(int value) {
        if ((value & 1 << 6) != 0) {
            specialMask = (value & 1 << 5) != 0;
        }
        poll = (value & 1 << 2) != 0;
        if ((value & 1 << 1) != 0) {
            readIsr = (value & 1) != 0;
        }
    }

    /**
     * @param command R, SL and EOI
     */
    private void operationCommand2(int command, int line) {
        switch (command) {
            case 0b000 -> rotateOnAutoEoi = false;
            case 0b100 -> rotateOnAutoEoi = true;
            case 0b001 -> endOfInterrupt(highestInService(), false);
            case 0b101 -> endOfInterrupt(highestInService(), true);
            case 0b011 -> endOfInterrupt(line, false);
            case 0b111 -> endOfInterrupt(line, true);
            case 0b110 -> lowestPriority = line;
            default -> {} // 010: no operation
        }
    }

    private void endOfInterrupt(int line, boolean rotate) {
        if (line == NONE) {
            return;
        }
        isr &= ~(1 << line);
        if (rotate) {
            lowestPriority = line;
        }
    }

    private int highestInService() {
        int candidates = specialMask ? isr & ~imr : isr;
        for (int i = 1; i <= 8; i++) {
            int line = (lowestPriority + i) & 7;
            if ((candidates & 1 << line) != 0) {
                return line;
            }
        }
        return NONE;
    }

    int elcr() {
        return elcr;
    }

    void setElcr(int value) {
        elcr = value & elcrWritable;
        irr = (irr & ~elcr) | (lines & elcr);
        changed.run();
    }
}
