package dev.lungo.firmware;

/**
 * What a machine starts with that starts without a kernel. Its services stand in guest memory as
 * stubs of two instructions, which write to a port and return; the answer is given here.
 *
 * <p>Both methods run on the thread of the processor concerned, between two of its instructions.
 */
public interface Firmware {
    /**
     * RESET# is over: devices are as after power-up, memory is zero but for the ACPI and SMBIOS
     * tables, and the memory type ranges are set. Whatever was under way before is forgotten.
     *
     * <p>To set the registers of the first processor, the others wait for a start-up IPI.
     */
    void start();

    /**
     * RESET# is over for the processors; devices and memory are as they were. A program may have
     * had that done to get out of protected mode, and goes on then.
     *
     * @return whether it does; else the machine is reset, and {@link #start} comes
     */
    default boolean resume() {
        return false;
    }

    /**
     * A stub was executed: {@link dev.lungo.machine.VmExit.ServiceCall}. RIP, behind its OUT, tells
     * which; a guest can write to that port from anywhere, and is ignored then.
     *
     * <p>May be left by an exception that {@link Board#guest} throws, and must let that pass,
     * without another touch to the machine: it has been reset, or has ended.
     */
    void call(int cpu);
}
