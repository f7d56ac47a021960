package dev.lungo.cpu.core;

/**
 * The registers that system software alone writes. Plain state; {@link Processor} gives it meaning.
 */
public final class SystemRegisters {
    public long cr0;
    public long cr2;
    public long cr3;
    public long cr4;
    public long efer;
    public long xcr0;
    public int pkru;
    public int pkrs;

    /** DR0 to DR3, DR6 and DR7 at their numbers. */
    public final long[] debug = new long[8];

    public long gdtBase;
    public int gdtLimit;
    public long idtBase;
    public int idtLimit;

    public long star;
    public long cstar;
    public long sysenterCs;
    public long sysenterEsp;
    public long sysenterEip;

    public long debugctl;
}
