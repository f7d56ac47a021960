package dev.lungo.machine;

/**
 * How x87 errors are told as on a PC with a separate 80287, which is what processors do while
 * CR0.NE is clear: their FERR# pins raise IRQ 13, and a write to port F0h takes that back and
 * answers with IGNNE#, until FERR# is gone. SDM 1, "MS-DOS Compatibility Sub-mode" (section 8.7.2);
 * 82801 datasheets, "COPROC_ERR—Coprocessor Error Register".
 */
public final class CoprocessorError implements PortDevice {
    private IrqLine irq13 = _ -> {};

    /** A bit for each processor. */
    private long asserting;

    private boolean ignne;

    /** Nothing is interrupted before. */
    public void connect(IrqLine line) {
        irq13 = line;
    }

    public synchronized void reset() {
        asserting = 0;
        ignne = false;
        irq13.set(false);
    }

    /** The FERR# pin of a processor. */
    public synchronized void ferr(int cpu, boolean asserted) {
        long bit = 1L << cpu;
        asserting = asserted ? asserting | bit : asserting & ~bit;
        if (asserting == 0) {
            ignne = false;
        } else if (!ignne) {
            irq13.set(true);
        }
    }

    /** The IGNNE# pin of all processors: they are to go on in spite of the error. */
    public synchronized boolean ignne() {
        return ignne;
    }

    /** Port F0h, which cannot be read. */
    @Override
    public int read(int offset) {
        return 0xFF;
    }

    @Override
    public void write(int offset, int value) {
        irq13.set(false);
        ignne = asserting != 0;
    }
}
