package dev.lungo.machine;

import dev.lungo.isa.Width;
import java.util.Arrays;

/**
 * An I/O APIC with 24 pins. 82093AA datasheet, "Register Description" (section 3.0); the version is
 * 20h, which adds the EOI register of the I/O controller hubs (82801 datasheets, "EOI—EOI
 * Register").
 *
 * <p>Left out: the polarity bit is kept and not looked at, since a line here is asserted or not.
 * Edges on a masked pin are lost, as the datasheet says.
 *
 * <p>It is a monitor, and sends messages to local APICs under it.
 */
public final class IoApic implements MmioDevice {
    public static final int PINS = 24;

    /** The size of its range. */
    public static final int BYTES = 0x1000;

    // Offsets
    private static final int IOREGSEL = 0x00;
    private static final int IOWIN = 0x10;
    private static final int EOI = 0x40;

    // Indirect registers
    private static final int IOAPICID = 0x00;
    private static final int IOAPICVER = 0x01;
    private static final int IOAPICARB = 0x02;
    private static final int IOREDTBL = 0x10;

    private static final int VERSION = (PINS - 1) << 16 | 0x20;

    // Redirection entries
    private static final long LOGICAL = 1 << 11;
    private static final long REMOTE_IRR = 1 << 14;
    private static final long LEVEL = 1 << 15;
    private static final long MASKED = 1 << 16;
    private static final long WRITABLE = 0xFF00_0000_0001_AFFFL;
    private static final int DESTINATION_SHIFT = 56;

    private final ApicBus bus;
    private final int initialId;
    private int id;
    private int select;
    private final long[] redirection = new long[PINS];
    private final boolean[] asserted = new boolean[PINS];

    /**
     * @param id 0 to 15, as the MADT has it
     */
    public IoApic(int id, ApicBus bus) {
        this.initialId = id;
        this.bus = bus;
        bus.attach(this);
        reset();
    }

    /** The lines stay as their devices drive them. */
    public synchronized void reset() {
        id = initialId;
        select = 0;
        Arrays.fill(redirection, MASKED);
        for (int pin = 0; pin < PINS; pin++) {
            bus.awaitEnd(pin, null);
        }
    }

    /** Drives a pin. */
    public synchronized void set(int pin, boolean level) {
        if (asserted[pin] == level) {
            return;
        }
        asserted[pin] = level;
        if (!level) {
            return;
        }
        if ((redirection[pin] & LEVEL) != 0) {
            serviceLevel(pin);
        } else if ((redirection[pin] & MASKED) == 0) {
            deliver(pin);
        }
    }

    private void serviceLevel(int pin) {
        long entry = redirection[pin];
        if (asserted[pin] && (entry & (LEVEL | MASKED | REMOTE_IRR)) == LEVEL && deliver(pin)) {
            redirection[pin] |= REMOTE_IRR;
        }
    }

    private boolean deliver(int pin) {
        return bus.deliver(message(pin));
    }

    private InterruptMessage message(int pin) {
        long entry = redirection[pin];
        return new InterruptMessage(
                InterruptMessage.destination8((int) (entry >>> DESTINATION_SHIFT)),
                (entry & LOGICAL) != 0,
                DeliveryMode.of((int) entry),
                (int) entry & 0xFF,
                (entry & LEVEL) != 0);
    }

    /** A local APIC has ended a level-triggered interrupt; a line still asserted begins another. */
    synchronized void endOfInterrupt(int vector) {
        for (int pin = 0; pin < PINS; pin++) {
            if ((redirection[pin] & REMOTE_IRR) != 0 && (redirection[pin] & 0xFF) == vector) {
                redirection[pin] &= ~REMOTE_IRR;
                serviceLevel(pin);
            }
        }
    }

    @Override
    public long read(long offset, Width width) {
        return switch ((int) offset) {
            case IOREGSEL -> select;
            case IOWIN -> readIndirect() & 0xFFFF_FFFFL;
            default -> 0;
        };
    }

    @Override
    public void write(long offset, Width width, long value) {
        switch ((int) offset) {
            case IOREGSEL -> select = (int) value & 0xFF;
            case IOWIN -> writeIndirect((int) value);
            case EOI -> endOfInterrupt((int) value & 0xFF);
            default -> {}
        }
    }

    private int readIndirect() {
        return switch (select) {
            case IOAPICID, IOAPICARB -> id << 24;
            case IOAPICVER -> VERSION;
            default -> {
                int pin = (select - IOREDTBL) >> 1;
                if (pin < 0 || pin >= PINS) {
                    yield 0;
                }
                yield (int) ((select & 1) == 0 ? redirection[pin] : redirection[pin] >>> 32);
            }
        };
    }

    private void writeIndirect(int value) {
        if (select == IOAPICID) {
            id = value >>> 24 & 0xF;
            return;
        }
        int pin = (select - IOREDTBL) >> 1;
        if (pin < 0 || pin >= PINS) {
            return;
        }
        long written =
                (select & 1) == 0
                        ? (redirection[pin] & 0xFFFF_FFFF_0000_0000L) | (value & 0xFFFF_FFFFL)
                        : (redirection[pin] & 0xFFFF_FFFFL) | (long) value << 32;
        long remoteIrr = (written & LEVEL) == 0 ? 0 : redirection[pin] & REMOTE_IRR;
        redirection[pin] = (written & WRITABLE) | remoteIrr;
        bus.awaitEnd(pin, (written & LEVEL) == 0 ? null : message(pin));
        serviceLevel(pin);
    }
}
