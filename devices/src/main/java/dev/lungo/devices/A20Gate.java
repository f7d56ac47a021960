package dev.lungo.devices;

import java.util.function.Consumer;

/**
 * The gate that holds address line A20 low, so that addresses wrap at 1 MiB as an 8086's do. It has
 * two handles, the keyboard controller's output port and system control port A, and stands as
 * whichever was moved last left it.
 *
 * <p>It is open after a reset, as BIOSes leave it: what starts here has no BIOS to open it.
 */
public final class A20Gate {
    private final Consumer<Boolean> processors;
    private boolean open = true;

    /**
     * @param processors are told whenever it opens or closes
     */
    public A20Gate(Consumer<Boolean> processors) {
        this.processors = processors;
    }

    public synchronized void reset() {
        set(true);
    }

    public synchronized boolean isOpen() {
        return open;
    }

    synchronized void set(boolean wanted) {
        if (wanted != open) {
            open = wanted;
            processors.accept(wanted);
        }
    }
}
