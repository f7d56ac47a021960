package dev.lungo.firmware.bios;

import dev.lungo.machine.Clock;

/**
 * INT 14h, serial ports. IBM PS/2 and PC BIOS Interface Technical Reference, "Interrupt 14H". There
 * is one port; the line is always fast enough, so only receiving waits.
 */
final class SerialServices implements Service {
    static final int COM1 = 0x3F8;

    private static final int TIMED_OUT = 1 << 7;
    private static final int DATA_READY = 1;
    private static final int DLAB = 1 << 7;
    private static final int DTR_RTS = 3;
    private static final long TIMEOUT_UNIT_NANOS = 1_000_000_000;

    // Register offsets
    private static final int LCR = 3;
    private static final int MCR = 4;
    private static final int LSR = 5;
    private static final int MSR = 6;

    private static final int[] DIVISORS = {1047, 768, 384, 192, 96, 48, 24, 12};
    private static final int[] EXTENDED_DIVISORS = {1047, 768, 384, 192, 96, 48, 24, 12, 6};

    private final Bda bda;
    private final Ports ports;
    private final Clock clock;

    /** When receiving gives up, in nanoseconds of the clock; 0 while nobody waits. */
    private long receiveEnd;

    SerialServices(Bda bda, Ports ports, Clock clock) {
        this.bda = bda;
        this.ports = ports;
        this.clock = clock;
    }

    void reset() {
        receiveEnd = 0;
    }

    @Override
    public void serve(Registers regs) {
        int base = regs.dx() < 4 ? bda.u16(Bda.COM_PORTS + 2 * regs.dx()) : 0;
        if (base == 0) {
            regs.ah(TIMED_OUT);
            return;
        }
        switch (regs.ah()) {
            case 0x00 -> {
                initialize(base, DIVISORS[regs.al() >> 5], regs.al() & 0x1F);
                status(regs, base);
            }
            case 0x01 -> {
                ports.out(base, regs.al());
                regs.ah(ports.in(base + LSR));
            }
            case 0x02 -> receive(regs, base);
            case 0x03 -> status(regs, base);
            case 0x04 -> extended(regs, base);
            case 0x05 -> modemControl(regs, base);
            default -> {
                regs.unknown();
                regs.ah(TIMED_OUT);
            }
        }
    }

    private void initialize(int base, int divisor, int line) {
        ports.out(base + LCR, DLAB);
        ports.out(base, divisor);
        ports.out(base + 1, divisor >> 8);
        ports.out(base + LCR, line);
        ports.out(base + 1, 0); // no interrupts
        ports.out(base + MCR, DTR_RTS);
    }

    private void status(Registers regs, int base) {
        regs.ah(ports.in(base + LSR));
        regs.al(ports.in(base + MSR));
    }

    private void receive(Registers regs, int base) {
        long now = clock.nanos();
        if (receiveEnd == 0) {
            receiveEnd = now + bda.u8(Bda.COM_TIMEOUTS + regs.dx()) * TIMEOUT_UNIT_NANOS;
        }
        int status = ports.in(base + LSR);
        if ((status & DATA_READY) == 0 && now < receiveEnd) {
            regs.againUntil(receiveEnd);
            return;
        }
        receiveEnd = 0;
        if ((status & DATA_READY) != 0) {
            regs.al(ports.in(base));
            regs.ah(status & 0x1E);
        } else {
            regs.ah(TIMED_OUT | status);
        }
    }

    private void extended(Registers regs, int base) {
        int rate = regs.cl();
        if (rate >= EXTENDED_DIVISORS.length || regs.bh() > 4 || regs.bl() > 1 || regs.ch() > 3) {
            regs.ah(TIMED_OUT);
            return;
        }
        int parity = new int[] {0, 0x08, 0x18, 0x28, 0x38}[regs.bh()];
        int line = regs.ch() | regs.bl() << 2 | parity | (regs.al() == 1 ? 1 << 6 : 0);
        initialize(base, EXTENDED_DIVISORS[rate], line);
        status(regs, base);
    }

    private void modemControl(Registers regs, int base) {
        switch (regs.al()) {
            case 0 -> regs.bl(ports.in(base + MCR));
            case 1 -> ports.out(base + MCR, regs.bl());
            default -> regs.unknown();
        }
        status(regs, base);
    }
}
