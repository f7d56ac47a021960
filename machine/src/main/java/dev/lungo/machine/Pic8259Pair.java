package dev.lungo.machine;

/**
 * The two 8259s of a PC, the second behind the first's IR2, with the chipset's edge/level control
 * registers. Intel 8259A datasheet, "Cascade Mode"; 82371AB datasheet, "Interrupt Controller".
 *
 * <p>Three ranges of ports: {@link #master} at 20h, {@link #slave} at A0h, {@link #elcr} at 4D0h,
 * two ports each. The pair is one monitor.
 */
public final class Pic8259Pair {
    private static final int CASCADE = 2;

    // IRQ0, IRQ1, IRQ2, IRQ8 and IRQ13 are edge-triggered for ever.
    private static final int MASTER_ELCR = 0xF8;
    private static final int SLAVE_ELCR = 0xDE;

    private final IrqLine intr;
    private final Pic8259 master;
    private final Pic8259 slave;

    /**
     * @param intr the INTR output, which is {@link ApicBus#lint0}
     */
    public Pic8259Pair(IrqLine intr) {
        this.intr = intr;
        master = new Pic8259(this, CASCADE, MASTER_ELCR, this::driveIntr);
        slave = new Pic8259(this, -1, SLAVE_ELCR, this::driveCascade);
    }

    private void driveIntr() {
        intr.set(master.pending() >= 0);
    }

    private void driveCascade() {
        master.setLine(CASCADE, slave.pending() >= 0);
    }

    public synchronized void reset() {
        master.reset();
        slave.reset();
    }

    /** Drives an interrupt request line, 0 to 15 but for 2. */
    public synchronized void set(int irq, boolean asserted) {
        if (irq >= 8) {
            slave.setLine(irq - 8, asserted);
        } else if (irq != CASCADE) {
            master.setLine(irq, asserted);
        }
    }

    /** An INTA cycle: the vector, which is that of IR7 if there is no request any more. */
    public synchronized int acknowledge() {
        int line = master.acknowledge();
        int vector = master.vector(line);
        if (line == CASCADE) {
            int slaveLine = slave.acknowledge();
            vector = slave.vector(slaveLine);
            master.setLine(CASCADE, false); // INTR drops, and may rise again
            driveCascade();
        }
        driveIntr();
        return vector;
    }

    public PortDevice master() {
        return master;
    }

    public PortDevice slave() {
        return slave;
    }

    public PortDevice elcr() {
        return new PortDevice() {
            @Override
            public Object lock() {
                return Pic8259Pair.this;
            }

            @Override
            public int read(int offset) {
                return (offset == 0 ? master : slave).elcr();
            }

            @Override
            public void write(int offset, int value) {
                (offset == 0 ? master : slave).setElcr(value);
            }
        };
    }
}
