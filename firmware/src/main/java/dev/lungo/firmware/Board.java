package dev.lungo.firmware;

import dev.lungo.boot.MemoryMap;
import dev.lungo.machine.BlockBackend;
import dev.lungo.machine.DeviceMemory;
import dev.lungo.machine.GuestMemory;
import dev.lungo.machine.MmioBus;
import dev.lungo.machine.PortBus;
import dev.lungo.machine.Timers;
import dev.lungo.machine.VirtualCpu;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The machine as its firmware sees it. Devices without a part here are reached as the guest would:
 * by ports and memory addresses.
 *
 * @param timers of the first processor; an action is run by its thread between two instructions
 * @param disks in the order given
 * @param display what it has for a screen, if anything
 * @param reset asks for RESET#, which comes before the next instruction
 * @param powerOff likewise ends the machine
 * @param tellUser takes one sentence about something that the guest or the host has done wrong
 */
public record Board(
        GuestMemory memory,
        MemoryMap map,
        PortBus ports,
        MmioBus mmio,
        List<VirtualCpu> cpus,
        Timers timers,
        List<Disk> disks,
        Optional<Display> display,
        Guest guest,
        Runnable reset,
        Runnable powerOff,
        Consumer<String> tellUser) {
    /**
     * A disk that can be started from.
     *
     * @param pciDevice of the virtio device that the guest has for it: 0 to 31, on bus 0
     */
    public record Disk(BlockBackend backend, Medium medium, int pciDevice) {}

    /**
     * A display adapter as Bochs and QEMU have it.
     *
     * @param frameBuffer what its BAR 0 leads to
     * @param pciDevice 0 to 31, on bus 0
     */
    public record Display(DeviceMemory frameBuffer, int pciDevice) {}

    /** What is in a drive. */
    public enum Medium {
        HARD_DISK,
        CDROM
    }

    /** The guest, for services that call it. */
    @FunctionalInterface
    public interface Guest {
        /**
         * Lets the machine go on in the middle of {@link Firmware#call}, which may be entered again
         * meanwhile, until something holds that a call brings about. Registers are what they are:
         * who has a function called sets them before, and puts them back afterwards.
         */
        void runUntil(int cpu, BooleanSupplier holds);
    }

    public Board {
        cpus = List.copyOf(cpus);
        disks = List.copyOf(disks);
    }
}
