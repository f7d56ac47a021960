package dev.lungo.metal.core;

/** Whom an interrupt command means. SDM 3A, "Determining IPI Destination". */
final class ApicDestination {
    private static final int LOGICAL = 1 << 11;
    private static final int NO_SHORTHAND = 0;
    private static final int ALL_BUT_SELF = 3;
    private static final int FLAT = 0xF;
    private static final int ALL_X = 0xFF;
    private static final int ALL_X2 = -1;

    private ApicDestination() {}

    /**
     * Whether an INIT or SIPI is for a processor. The shorthands that would include the sender are
     * not valid for these two, and mean nobody.
     *
     * @param low the lower half of the command
     * @param destination its destination field: 8 bits, or 32 of an x2APIC
     * @param logicalId LDR of the one that may be meant, which an x2APIC derives from its ID
     * @param logicalFormat its DFR, which an x2APIC does not have
     * @param self whether it is the sender
     */
    static boolean includes(
            int low,
            int destination,
            boolean x2,
            int apicId,
            int logicalId,
            int logicalFormat,
            boolean self) {
        int shorthand = low >>> 18 & 3;
        if (shorthand != NO_SHORTHAND) {
            return shorthand == ALL_BUT_SELF && !self;
        }
        if (destination == (x2 ? ALL_X2 : ALL_X)) {
            return true;
        }
        if ((low & LOGICAL) == 0) {
            return apicId == destination;
        }
        if (x2) {
            return destination >>> 16 == apicId >>> 4 && (destination >>> (apicId & 15) & 1) != 0;
        }
        int id = logicalId >>> 24;
        if (logicalFormat >>> 28 == FLAT) {
            return (id & destination) != 0;
        }
        int cluster = destination >>> 4;
        return (cluster == id >>> 4 || cluster == 0xF) && (id & destination & 0xF) != 0;
    }
}
