package dev.lungo.cli;

import dev.lungo.host.HostWorkers;
import dev.lungo.machine.BackendException;
import dev.lungo.machine.ConsoleBackend;
import dev.lungo.pc.Peripherals;
import dev.lungo.pc.Peripherals.Balloon;
import dev.lungo.pc.Peripherals.Disk;
import dev.lungo.pc.Peripherals.MemoryReturn;
import dev.lungo.pc.Peripherals.Network;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The host's end of a machine's disks, networks and consoles. */
final class Backends implements AutoCloseable {
    /**
     * What is wanted.
     *
     * @param balloonBytes how much the guest is to do without, if it is to have a balloon
     */
    record Settings(
            List<DiskTarget> disks,
            List<NetTarget> networks,
            List<ConsoleTarget> consoles,
            boolean entropy,
            OptionalLong balloonBytes) {
        boolean hasStdio() {
            return consoles.contains(new ConsoleTarget.Stdio());
        }
    }

    private final Settings settings;
    private final List<Disk> disks = new ArrayList<>();
    private final List<Network> networks = new ArrayList<>();
    private final List<ConsoleBackend> consoles = new ArrayList<>();

    private final HostWorkers workers = new HostWorkers();

    private Backends(Settings settings) {
        this.settings = settings;
    }

    static Backends open(Settings settings, Outputs outputs) {
        Backends backends = new Backends(settings);
        try {
            settings.disks.forEach(each -> backends.disks.add(each.open()));
            settings.networks.forEach(each -> backends.networks.add(each.open()));
            settings.consoles.forEach(each -> backends.consoles.add(each.open()));
            return backends;
        } catch (RuntimeException e) {
            outputs.abandon();
            backends.close();
            throw e;
        }
    }

    /** What is typed on the terminal is for this, if it is for a console. */
    Optional<StreamConsole> stdio() {
        return consoles.stream()
                .filter(StreamConsole.class::isInstance)
                .map(StreamConsole.class::cast)
                .findFirst();
    }

    Peripherals peripherals(MemoryReturn memory) {
        SecureRandom random = new SecureRandom();
        return new Peripherals(
                disks,
                networks,
                consoles,
                settings.entropy ? Optional.of(random::nextBytes) : Optional.empty(),
                settings.balloonBytes.isPresent()
                        ? Optional.of(new Balloon(memory, settings.balloonBytes.getAsLong()))
                        : Optional.empty(),
                workers,
                sentence -> System.err.println("lungo: " + sentence));
    }

    /** Waits for what is under way, and writes back what there is. */
    @Override
    public void close() {
        workers.close();
        networks.forEach(each -> each.backend().close());
        consoles.forEach(ConsoleBackend::close);
        for (Disk each : disks) {
            try {
                each.backend().close();
            } catch (BackendException e) {
                System.err.println("lungo: " + e.getMessage());
            }
        }
    }
}
