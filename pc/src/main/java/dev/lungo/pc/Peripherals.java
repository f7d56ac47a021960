package dev.lungo.pc;

import dev.lungo.firmware.Board.Medium;
import dev.lungo.machine.BlockBackend;
import dev.lungo.machine.ConsoleBackend;
import dev.lungo.machine.NetBackend;
import dev.lungo.machine.Workers;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a machine has beside what every machine has. Whoever opened the backends closes them when
 * the machine has ended and the workers are done.
 *
 * @param consoles of one multiport console device
 * @param entropy fills an array with random bytes, for the guest's entropy device, if it has one
 * @param balloon the guest's balloon device, if it has one
 * @param tellUser takes one sentence about something that the guest or the host has done wrong
 */
public record Peripherals(
        List<Disk> disks,
        List<Network> networks,
        List<ConsoleBackend> consoles,
        Optional<Consumer<byte[]>> entropy,
        Optional<Balloon> balloon,
        Workers workers,
        Consumer<String> tellUser) {
    /** Nothing. */
    public static final Peripherals NONE =
            new Peripherals(
                    List.of(),
                    List.of(),
                    List.of(),
                    Optional.empty(),
                    Optional.empty(),
                    Runnable::run,
                    _ -> {});

    /**
     * A disk on virtio.
     *
     * @param medium what firmware takes it for
     * @param serial ASCII, of which 20 characters count
     * @param packed whether packed rings are offered
     */
    public record Disk(BlockBackend backend, Medium medium, String serial, boolean packed) {}

    /**
     * A network adapter on virtio.
     *
     * @param mac 48 bits, the first byte highest
     * @param packed whether packed rings are offered
     */
    public record Network(NetBackend backend, long mac, boolean packed) {}

    /**
     * A device by which the guest gives memory back.
     *
     * @param wantedBytes how much the guest is to do without from the beginning
     */
    public record Balloon(MemoryReturn host, long wantedBytes) {}

    /** Takes guest memory that the guest does not use. */
    @FunctionalInterface
    public interface MemoryReturn {
        /** What it held is lost, and it reads as zero until it is written again. */
        void giveBack(long guestPhysical, long bytes);
    }

    public Peripherals {
        disks = List.copyOf(disks);
        networks = List.copyOf(networks);
        consoles = List.copyOf(consoles);
    }
}
