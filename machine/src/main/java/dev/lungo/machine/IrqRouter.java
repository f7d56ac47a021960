package dev.lungo.machine;

/**
 * Where the board's interrupt lines go: each to its pin of the I/O APIC, and those of ISA to the
 * 8259s as well, those of PCI to a line that they share there. ISA interrupts are the pins of the
 * same number but for IRQ0, which is pin 2, as the MADT's interrupt source override says. ACPI 6.4,
 * "Global System Interrupts" (section 5.2.13).
 *
 * <p>Several devices may share a line; it is asserted while any of them asserts it. Lines are for
 * any thread: they are driven under this monitor, so that controllers see levels in their order.
 */
public final class IrqRouter {
    private static final int ISA_LINES = 16;

    private final Pic8259Pair pic;
    private final IoApic ioApic;
    private final int[] sources = new int[IoApic.PINS];
    private final int[] picSources = new int[ISA_LINES];

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

    /**
     * A new source on a PCI interrupt wire: a global system interrupt beyond those of ISA, and, for
     * systems that know the 8259s only, one of their lines as well.
     */
    public IrqLine pci(int gsi, int irq) {
        if (gsi < ISA_LINES || gsi >= IoApic.PINS || irq < 3 || irq >= ISA_LINES) {
            throw new IllegalArgumentException("no PCI wire " + gsi + ", " + irq);
        }
        return source(gsi, irq);
    }

    private IrqLine source(int gsi) {
        return source(gsi, gsi == 2 ? 0 : gsi);
    }

    private IrqLine source(int gsi, int irq) {
        boolean[] asserted = new boolean[1];
        return level -> {
            synchronized (this) {
                if (asserted[0] != level) {
                    asserted[0] = level;
                    sources[gsi] += level ? 1 : -1;
                    ioApic.set(gsi, sources[gsi] != 0);
                    if (irq < ISA_LINES) {
                        picSources[irq] += level ? 1 : -1;
                        pic.set(irq, picSources[irq] != 0);
                    }
                }
            }
        };
    }
}
