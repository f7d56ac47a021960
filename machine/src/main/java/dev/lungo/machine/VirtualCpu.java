package dev.lungo.machine;

/**
 * One processor of the guest, whatever runs it.
 *
 * <p>Its {@link LocalApic} tells it of interrupts through {@link Signals}; those methods and {@link
 * #kick} may be called from any thread, all others only from the one that calls {@link #run}.
 */
public interface VirtualCpu {
    /** Runs guest instructions until there is something for the run loop to do. */
    VmExit run();

    /**
     * Whether it sleeps in {@link #run} when it has halted, and wakes by itself: there is never a
     * {@link VmExit.Halt}, and nobody has to keep it from running for long.
     */
    default boolean sleepsItself() {
        return false;
    }

    /** Makes {@link #run} return {@link VmExit.Kicked} soon, or at once when it is next called. */
    void kick();

    /** How interrupts get to the processor. */
    Signals signals();

    /** Copies the registers out. */
    void save(CpuRegisters into);

    /** Sets every register that {@link CpuRegisters} has; a processor that slept is awake. */
    void load(CpuRegisters from);

    /**
     * Does what WRMSR would, for who plays the firmware.
     *
     * @param msr its address, and the value as the manual lays it out
     * @throws IllegalArgumentException if the processor has no such register or refuses the value
     */
    void writeMsr(int msr, long value);

    /**
     * Its A20M# pin: while the gate is not open, bit 20 of every physical address is zero. SDM 3B,
     * "Address Translation in Real-Address Mode". Open after {@link #reset}.
     */
    void setA20(boolean open);

    /** The state after power-up or RESET#. SDM 3A, "Processor State After Reset" (table 10-1). */
    void reset();

    /**
     * Where it was of late: guest-linear addresses of the blocks of instructions it entered last,
     * the oldest first. Empty where the engine does not know.
     */
    default long[] recentBlocks() {
        return new long[0];
    }

    /** It is not used again: what the engine keeps of it for later is kept, the rest given back. */
    default void close() {}

    /** What it has done so far, in lines for people to read; empty where nobody counts. */
    default String statistics() {
        return "";
    }

    /** What a local APIC can do to its processor. */
    interface Signals {
        /** The answer of {@link LocalApic#hasInterrupt} may have become true. */
        void interrupt();

        void nmi();

        /** INIT: reset, less what INIT leaves alone, then wait for a start-up IPI. */
        void init();

        /** SIPI: begin in real mode at {@code vector << 12}, if it is waited for. */
        void startup(int vector);
    }
}
