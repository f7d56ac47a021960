package dev.lungo.isa;

import org.jspecify.annotations.Nullable;

/**
 * The exceptions that the processor itself raises. SDM 3A, "Protected-Mode Exceptions and
 * Interrupts" (table 7-1) and "Interrupt and Exception Classes" (table 7-4); APM 2 for {@code HV},
 * {@code VC} and {@code SX}.
 */
public enum ExceptionVector {
    // spotless:off
    DE( 0, false, Severity.CONTRIBUTORY, "divide error"),
    DB( 1, false, Severity.BENIGN,       "debug exception"),
    NMI(2, false, Severity.BENIGN,       "non-maskable interrupt"),
    BP( 3, false, Severity.BENIGN,       "breakpoint"),
    OF( 4, false, Severity.BENIGN,       "overflow"),
    BR( 5, false, Severity.BENIGN,       "bound range exceeded"),
    UD( 6, false, Severity.BENIGN,       "invalid opcode"),
    NM( 7, false, Severity.BENIGN,       "device not available"),
    DF( 8, true,  Severity.DOUBLE_FAULT, "double fault"),
    /** Vector 9, not raised since the 80387. */
    CSO(9, false, Severity.BENIGN,       "coprocessor segment overrun"),
    TS(10, true,  Severity.CONTRIBUTORY, "invalid TSS"),
    NP(11, true,  Severity.CONTRIBUTORY, "segment not present"),
    SS(12, true,  Severity.CONTRIBUTORY, "stack-segment fault"),
    GP(13, true,  Severity.CONTRIBUTORY, "general protection"),
    PF(14, true,  Severity.PAGE_FAULT,   "page fault"),
    MF(16, false, Severity.BENIGN,       "x87 floating-point error"),
    AC(17, true,  Severity.BENIGN,       "alignment check"),
    MC(18, false, Severity.BENIGN,       "machine check"),
    XM(19, false, Severity.BENIGN,       "SIMD floating-point exception"),
    VE(20, false, Severity.PAGE_FAULT,   "virtualization exception"),
    CP(21, true,  Severity.CONTRIBUTORY, "control protection exception"),
    HV(28, false, Severity.BENIGN,       "hypervisor injection exception"),
    VC(29, true,  Severity.CONTRIBUTORY, "VMM communication exception"),
    SX(30, true,  Severity.CONTRIBUTORY, "security exception");
    // spotless:on

    /** What a second exception during delivery makes of the first. */
    public enum Severity {
        BENIGN,
        CONTRIBUTORY,
        PAGE_FAULT,
        /** Any contributory or page fault on top of it shuts the processor down. */
        DOUBLE_FAULT
    }

    private static final @Nullable ExceptionVector[] BY_VECTOR = new ExceptionVector[32];

    static {
        for (ExceptionVector each : values()) {
            BY_VECTOR[each.vector] = each;
        }
    }

    private final int vector;
    private final boolean pushesErrorCode;
    private final Severity severity;
    private final String title;

    ExceptionVector(int vector, boolean pushesErrorCode, Severity severity, String title) {
        this.vector = vector;
        this.pushesErrorCode = pushesErrorCode;
        this.severity = severity;
        this.title = title;
    }

    public int vector() {
        return vector;
    }

    /** Whether delivery pushes an error code, in protected and long mode. */
    public boolean pushesErrorCode() {
        return pushesErrorCode;
    }

    public Severity severity() {
        return severity;
    }

    /** The manual's description, in lower case: "general protection". */
    public String title() {
        return title;
    }

    /**
     * Whether this exception, raised while {@code first} was being delivered, becomes a double
     * fault. SDM 3A, "Conditions for Generating a Double Fault" (table 7-5).
     */
    public boolean doublesFault(ExceptionVector first) {
        return switch (first.severity) {
            case BENIGN, DOUBLE_FAULT -> false;
            case CONTRIBUTORY -> severity == Severity.CONTRIBUTORY;
            case PAGE_FAULT -> severity == Severity.CONTRIBUTORY || severity == Severity.PAGE_FAULT;
        };
    }

    /**
     * The exception with this vector.
     *
     * @throws IllegalArgumentException if the vector is reserved or not an exception's
     */
    public static ExceptionVector of(int vector) {
        @Nullable ExceptionVector found = vector >= 0 && vector < 32 ? BY_VECTOR[vector] : null;
        if (found == null) {
            throw new IllegalArgumentException("no exception has vector " + vector);
        }
        return found;
    }
}
