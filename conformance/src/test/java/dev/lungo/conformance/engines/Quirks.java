package dev.lungo.conformance.engines;

import static dev.lungo.isa.Mnemonic.HLT;
import static dev.lungo.isa.Mnemonic.INT;
import static dev.lungo.isa.Mnemonic.JMP;
import static dev.lungo.isa.Mnemonic.NOP;
import static dev.lungo.isa.Mnemonic.STI;
import static dev.lungo.isa.Operands.imm;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

/**
 * What a host's KVM does otherwise than processors do. Some have no hardware to rest on, run ring 3
 * natively and interpret ring 0, and look for interrupts there every thousand instructions only.
 */
final class Quirks {
    private static final int UD = 6;
    private static final int VECTOR = 0x40;

    private Quirks() {}

    /** Skips a test that counts instructions until an interrupt, where this cannot be done. */
    static void assumeInterruptsAreTakenAtOnce(Way way) {
        assumeFalse(
                way.isKvm() && takesInterruptsLate(),
                "this KVM interprets ring 0, and takes interrupts late there");
    }

    /** Skips a test where an NMI waits for another, if the two of a lock-step take it elsewhere. */
    static void assumeTwoNmisAreTakenAlike(Way way) {
        if (way == Way.LOCK_STEP) {
            assumeInterruptsAreTakenAtOnce(way);
        }
    }

    /** Skips a test of INT n where KVM interprets that, and only in real mode. */
    static void assumeGatesAreCalled(Way way) {
        if (!way.isKvm()) {
            return;
        }
        try (Bench bench = new Bench(Way.KVM).longMode(3)) {
            bench.code(a -> a.op(INT, imm(VECTOR)));
            bench.handle(VECTOR, a -> a.op(HLT));
            bench.handle(UD, a -> a.op(HLT));

            bench.run();

            assumeFalse(
                    bench.registers().rip == Bench.handler(UD) + 1,
                    "this KVM interprets INT n, and only in real mode");
        }
    }

    private static boolean takesInterruptsLate() {
        try (Bench bench = new Bench(Way.KVM).longMode(0)) {
            bench.code(a -> a.op(STI).op(NOP).op(NOP).label("here").jump(JMP, "here"));
            bench.handle(VECTOR, a -> a.op(HLT));
            bench.interrupt(VECTOR);

            bench.run();

            return bench.memory.getLong(Bench.STACK - 40) != Bench.CODE + 2;
        }
    }
}
