package dev.lungo.machine;

/**
 * Where the board's interrupt lines go: each to its pin of the I/O APIC, and those of ISA to the
 * 8259s as well. ISA interrupts are the pins of the same number but for IRQ0, which is pin 2, as
 * the MADT's interrupt source override says. ACPI 6.4, "Global System Interrupts" (section 5.2.13).
 *
 * <p>Several devices may share a line; it is asserted while any of them asserts it. Lines are for
 * any thread: they are driven under this monitor, so that controllers see levels in their order.
 */
public final class IrqRouter {
    private static final int ISA_LINES = 16;

    private final Pic8259Pair pic;
    private final IoApic ioApic;
    private final int[] sources = new int[IoApic.PINS];

    public IrqRouter(Pic8259Pair pic, IoApic ioApic) {
        this.pic = pic;
        this.ioApic = ioApic;
    }

    /** A new source on an ISA line, 0 to 15. */
    public IrqLine isa(int irq) {
        if (irq < 0 || irq >= ISA_LINES || irq == 2) {
            throw new IllegalArgumentException("no ISA interrupt " + irq);
        }
        return source(irq == 0 ? 2 : irq);
    }

    /**
     * A new source on a global system interrupt: a pin of the I/O APIC.
     *
     * @param gsi 0 to 23; those of ISA devices reach the 8259s too
     */
    public IrqLine gsi(int gsi) {
        if (gsi < 0 || gsi >= IoApic.PINS) {
            throw new IllegalArgumentException("no global system interrupt " + gsi);
        }
        return source(gsi);
    }

    private IrqLine source(int gsi) {
        boolean[] asserted = new boolean[1];
        return level -> {
            synchronized (this) {
                if (asserted[0] != level) {
                    asserted[0] = level;
                    sources[gsi] += level ? 1 : -1;
                    drive(gsi, sources[gsi] != 0);
                }
            }
        };
    }

    private void drive(int gsi, boolean asserted) {
        if (gsi == 2) {
            pic.set(0, asserted);
        } else if (gsi > 0 && gsi < ISA_LINES) {
            pic.set(gsi, asserted);
        }
        ioApic.set(gsi, asserted);
    }
}
