package dev.lungo.firmware.bios;

import dev.lungo.machine.Clock;

/**
 * INT 15h, AH = 41h: wait until a byte in memory or at a port is as wanted. IBM PS/2 and PC BIOS
 * Interface Technical Reference, "Wait for External Event".
 */
final class ExternalEvent {
    private static final int AT_PORT = 1 << 4;
    private static final int CONDITION = 7;
    private static final long TIMEOUT_UNIT_NANOS = 55_000_000;

    private final SafeMemory memory;
    private final Ports ports;
    private final Clock clock;

    /** When the wait ends at the latest, in nanoseconds of the clock; 0 while nobody waits. */
    private long end;

    ExternalEvent(SafeMemory memory, Ports ports, Clock clock) {
        this.memory = memory;
        this.ports = ports;
        this.clock = clock;
    }

    void reset() {
        end = 0;
    }

    void await(Registers regs) {
        int condition = regs.al() & CONDITION;
        if (condition > 4) {
            end = 0;
            regs.failUnknown();
            return;
        }
        long now = clock.nanos();
        boolean begins = end == 0;
        if (begins) {
            end = regs.bl() == 0 ? Long.MAX_VALUE : now + regs.bl() * TIMEOUT_UNIT_NANOS;
        }
        int value = (regs.al() & AT_PORT) != 0 ? ports.in(regs.dx()) : memory.u8(regs.esDi());
        boolean happened =
                switch (condition) {
                    case 0 -> !begins; // any interrupt
                    case 1 -> value == regs.bh();
                    case 2 -> value != regs.bh();
                    case 3 -> (value & regs.bh()) != 0;
                    default -> (value & regs.bh()) == 0;
                };
        if (happened || now >= end) {
            end = 0;
            regs.succeed();
        } else {
            regs.againUntil(end);
        }
    }
}
