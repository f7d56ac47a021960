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

    /** The page of 4 KiB at this guest-physical address. */
    void writesToPage(long guestPhysical);
}
