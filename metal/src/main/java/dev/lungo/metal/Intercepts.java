package dev.lungo.metal;

/** What a {@link Hypervisor} wants to be asked about; all else passes through without an exit. */
public interface Intercepts {
    void readsOf(int msr);

    void writesOf(int msr);

    void port(int port);

    /** CR0, CR3 or CR4. */
    void writesOfControl(int register);

    void xsetbv();

    void exception(int vector);

    /** All external interrupts. */
    void interrupts();

    /**
     * {@link Hypervisor#timer} after about so many ticks of the time stamp counter, again and again
     * and on every processor. VT-x has a timer for it. AMD-V has none: there it is called at the
     * first exit after that time, and external interrupts become exits.
     */
    void timer(long ticks);

    /** The page of 4 KiB at this guest-physical address. */
    void writesToPage(long guestPhysical);
}
