package dev.lungo.devices.pci;

/** Where functions' message-signalled interrupts go. */
@FunctionalInterface
public interface MessageBus {
    /**
     * A four-byte write that is an interrupt if it goes to a local APIC. For any thread.
     *
     * @param address guest-physical, of the guest's choice
     */
    void send(long address, int data);
}
