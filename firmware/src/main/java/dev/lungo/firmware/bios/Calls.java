package dev.lungo.firmware.bios;

import dev.lungo.firmware.Report;
import dev.lungo.firmware.bios.Stubs.Stub;

/** How a call is named in the report. */
final class Calls {
    /** One call that is under way. */
    interface Call {
        void answered(Registers regs);
    }

    private static final Call NOT_RECORDED = _ -> {};

    private Calls() {}

    static Call of(Stub stub, Registers regs, Report report) {
        if (!report.isWanted() || stub.vector() >= 0 && !stub.byInterrupt()) {
            return NOT_RECORDED; // hardware's interrupts
        }
        String name = name(stub.vector(), regs.ax());
        String caller =
                stub.byInterrupt()
                        ? Report.hex(regs.callerSegment(), 4)
                                + ":"
                                + Report.hex(regs.callerOffset(), 4)
                        : "by a far call";
        return after -> report.called(name, caller, answer(after), !after.isUnknown());
    }

    private static String name(int vector, int ax) {
        String name = vector == Stubs.NO_VECTOR ? "APM" : "INT " + Report.hex(vector, 2) + "h";
        int ah = ax >> 8;
        boolean byAx =
                switch (vector) {
                    case 0x10 -> ah == 0x10 || ah == 0x11 || ah == 0x12 || ah == 0x4F;
                    case 0x13 -> ah == 0x4B;
                    case 0x15 -> ah == 0x24 || ah == 0x53 || ah == 0xE8 || ah == 0xEC;
                    case 0x1A -> ah == 0xB1;
                    default -> vector == Stubs.NO_VECTOR;
                };
        return switch (vector) {
            case 0x11, 0x12, 0x18, 0x19 -> name;
            default ->
                    byAx
                            ? name + " AX=" + Report.hex(ax, 4) + "h"
                            : name + " AH=" + Report.hex(ah, 2) + "h";
        };
    }

    private static String answer(Registers regs) {
        return regs.isFailed() ? "CF, AH=" + Report.hex(regs.ah(), 2) + "h" : "ok";
    }
}
