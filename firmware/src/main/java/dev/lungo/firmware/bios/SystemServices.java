package dev.lungo.firmware.bios;

import dev.lungo.machine.Timers;

/**
 * INT 15h, what did not fit elsewhere. IBM PS/2 and PC BIOS Interface Technical Reference,
 * "Interrupt 15H"; Ralf Brown's interrupt list for what came later.
 *
 * <p>Left out: cassettes, joysticks, EISA; they answer that they are not there.
 */
final class SystemServices implements Service {
    private static final int PORT_A = 0x92;
    private static final int A20 = 1 << 1;
    private static final long MICROSECOND = 1000;

    private final SafeMemory memory;
    private final Bda bda;
    private final Ports ports;
    private final Timers timers;
    private final ExtendedMemory extended;
    private final PowerManagement power;
    private final PointingDevice pointing;
    private final ExternalEvent externalEvent;
    private final Timers.Timer event;

    /** When a wait ends, in nanoseconds of the clock; 0 while nobody waits. */
    private long waitEnd;

    SystemServices(
            SafeMemory memory,
            Bda bda,
            Ports ports,
            Timers timers,
            ExtendedMemory extended,
            PowerManagement power,
            PointingDevice pointing) {
        this.memory = memory;
        this.bda = bda;
        this.ports = ports;
        this.timers = timers;
        this.extended = extended;
        this.power = power;
        this.pointing = pointing;
        externalEvent = new ExternalEvent(memory, ports, timers.clock());
        event = timers.create(this, this::eventComes);
    }

    @Override
    public void serve(Registers regs) {
        switch (regs.ah()) {
            case 0x24 -> a20(regs);
            case 0x41 -> externalEvent.await(regs);
            case 0x4F -> regs.carry(true); // a key as it is
            case 0x52 -> regs.succeed(); // a medium may be ejected
            case 0x53 -> power.serve(regs);
            case 0x80, 0x81, 0x82, 0x85 -> regs.succeed(); // device open, close, program end, SysRq
            case 0x83 -> eventWait(regs);
            case 0x86 -> delay(regs);
            case 0x87 -> extended.move(regs);
            case 0x88 -> extended.size(regs);
            case 0x89 -> ProtectedMode.enter(regs, memory, ports);
            case 0x90, 0x91 -> regs.succeed(); // device busy, device done: nobody else may run
            case 0xC0 -> configuration(regs);
            case 0xC1 -> {
                regs.es(bda.u16(Bda.EBDA_SEGMENT));
                regs.carry(false);
            }
            case 0xC2 -> pointing.serve(regs);
            case 0xE8 -> extended.serve(regs);
            case 0xEC -> regs.succeed(); // the mode that the system will run in: it may
            default -> regs.failUnknown();
        }
    }

    private void a20(Registers regs) {
        switch (regs.al()) {
            case 0 -> {
                gate(false);
                regs.succeed();
            }
            case 1 -> {
                gate(true);
                regs.succeed();
            }
            case 2 -> {
                regs.al(ports.in(PORT_A) >> 1 & 1);
                regs.succeed();
            }
            case 3 -> {
                regs.bx(3); // by the keyboard controller, and by port 92h
                regs.succeed();
            }
            default -> regs.failUnknown();
        }
    }

    private void gate(boolean open) {
        int others = ports.in(PORT_A) & ~(A20 | 1); // bit 0 resets
        ports.out(PORT_A, others | (open ? A20 : 0));
    }

    private static long nanos(Registers regs) {
        return ((long) regs.cx() << 16 | regs.dx()) * MICROSECOND;
    }

    private void eventWait(Registers regs) {
        switch (regs.al()) {
            case 0 -> {
                if (event.isSet()) {
                    regs.fail(0x80); // one at a time
                    return;
                }
                bda.u32(Bda.WAIT_FLAG_POINTER, (int) regs.esBx());
                bda.u8(Bda.WAIT_ACTIVE, 1);
                event.at(timers.clock().nanos() + nanos(regs));
                regs.succeed();
            }
            case 1 -> {
                event.cancel();
                bda.u8(Bda.WAIT_ACTIVE, 0);
                regs.succeed();
            }
            default -> regs.failUnknown();
        }
    }

    private synchronized void eventComes() {
        long flag = bda.u32(Bda.WAIT_FLAG_POINTER) & 0xFFFF_FFFFL;
        memory.u8(flag, memory.u8(flag) | 0x80);
        bda.u8(Bda.WAIT_ACTIVE, 0);
    }

    private void delay(Registers regs) {
        long now = timers.clock().nanos();
        if (waitEnd == 0) {
            waitEnd = now + nanos(regs);
        }
        if (now < waitEnd) {
            regs.againUntil(waitEnd);
        } else {
            waitEnd = 0;
            regs.succeed();
        }
    }

    private static void configuration(Registers regs) {
        regs.es(Layout.SEGMENT);
        regs.bx(Layout.CONFIGURATION);
        regs.succeed();
    }

    void reset() {
        event.cancel();
        externalEvent.reset();
        waitEnd = 0;
    }
}
