package dev.lungo.cli;

import dev.lungo.machine.Workers;
import dev.lungo.pc.Peripherals;
import dev.lungo.pc.Peripherals.Disk;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The host's end of a machine's disks, networks and consoles. */
final class Backends implements AutoCloseable {
    /** What is wanted. */
    record Settings(List<DiskTarget> disks) {}

    private final List<Disk> disks = new ArrayList<>();

    private Backends() {}

    static Backends open(Settings settings) {
        Backends backends = new Backends();
        try {
            settings.disks.forEach(each -> backends.disks.add(each.open()));
            return backends;
        } catch (RuntimeException e) {
            backends.close();
            throw e;
        }
    }

    Peripherals peripherals(Workers workers) {
        return new Peripherals(
                disks,
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                workers,
                sentence -> System.err.println("lungo: " + sentence));
    }

    /** Waits for what is under way, and writes back what there is. */
    @Override
    public void close() {
        disks.forEach(each -> each.backend().close());
    }
}
