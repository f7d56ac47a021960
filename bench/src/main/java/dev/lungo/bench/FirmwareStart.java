package dev.lungo.bench;

import dev.lungo.firmware.Board.Medium;
import dev.lungo.firmware.Report;
import dev.lungo.firmware.bios.Bios;
import dev.lungo.host.HostClock;
import dev.lungo.host.HostLoop;
import dev.lungo.host.HostMemory;
import dev.lungo.host.HostWorkers;
import dev.lungo.machine.BlockBackend;
import dev.lungo.machine.Engine;
import dev.lungo.machine.Tracer;
import dev.lungo.pc.MachineSpec;
import dev.lungo.pc.Pc;
import dev.lungo.pc.Peripherals;
import dev.lungo.pc.Platform;
import dev.lungo.pc.Start;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * How long a machine takes from RESET# to the first instruction of what its firmware loads: a boot
 * sector whose first instructions reset the machine again.
 */
public final class FirmwareStart {
    private static final int RESETS = 400;
    private static final int WARM = 200;
    private static final long RAM = 512L << 20;

    private static final byte[] RESET = {(byte) 0xB0, 1, (byte) 0xE6, (byte) 0x92, (byte) 0xF4};
    private static final byte[] END = {(byte) 0xB0, 1, (byte) 0xE6, (byte) 0xF4, (byte) 0xF4};

    private FirmwareStart() {}

    public static void main(String[] arguments) {
        Engine engine =
                ServiceLoader.load(Engine.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .filter(each -> each.name().equals("soft"))
                        .findFirst()
                        .orElseThrow();
        Sector sector = new Sector();
        HostClock clock = new HostClock();
        try (HostMemory memory = new HostMemory(RAM);
                HostLoop loop = new HostLoop(clock);
                HostWorkers workers = new HostWorkers()) {
            Peripherals peripherals =
                    new Peripherals(
                            List.of(new Peripherals.Disk(sector, Medium.HARD_DISK, "", false)),
                            List.of(),
                            List.of(),
                            Optional.empty(),
                            Optional.empty(),
                            workers,
                            System.err::println);
            Platform platform =
                    new Platform(
                            memory,
                            memory::clear,
                            clock,
                            () -> 0,
                            loop,
                            _ -> {},
                            Tracer.NONE,
                            peripherals);
            Bios.Settings settings =
                    new Bios.Settings(List.of(Medium.HARD_DISK), true, Report.NONE);
            new Pc(
                            new MachineSpec(
                                    RAM,
                                    1,
                                    engine.cpuModels().getFirst(),
                                    new Start.FromFirmware(board -> new Bios(board, settings)),
                                    MachineSpec.OnReset.REBOOT,
                                    MachineSpec.OnShutdown.CRASH),
                            engine,
                            platform)
                    .run();
        }
        System.out.printf(
                Locale.ROOT,
                "BIOS, reset to boot sector, ms: first %.3f, then %.3f, warm %.3f%n",
                sector.millis(0, 1),
                sector.millis(1, WARM),
                sector.millis(WARM, RESETS - 1));
    }

    /** A disk that is a boot sector, and knows when it was booted. */
    private static final class Sector implements BlockBackend {
        private final long[] readAt = new long[RESETS];
        private int reads;

        /** From one boot to the next, on average. */
        double millis(int from, int to) {
            return (readAt[to] - readAt[from]) / 1e6 / (to - from);
        }

        @Override
        public long bytes() {
            return 1 << 20;
        }

        @Override
        public boolean isReadOnly() {
            return true;
        }

        @Override
        public void read(long offset, byte[] into, int at, int bytes) {
            byte[] code = reads < RESETS ? RESET : END;
            System.arraycopy(code, 0, into, at, code.length);
            into[at + 510] = 0x55;
            into[at + 511] = (byte) 0xAA;
            if (reads == 0) { // for the geometry, when the machine is made
                reads++;
            } else {
                readAt[Math.min(reads - 1, RESETS - 1)] = System.nanoTime();
                reads++;
            }
        }

        @Override
        public void write(long offset, byte[] from, int at, int bytes) {}

        @Override
        public void flush() {}

        @Override
        public void discard(long offset, long bytes) {}

        @Override
        public void writeZeroes(long offset, long bytes, boolean mayUnmap) {}

        @Override
        public void close() {}
    }
}
