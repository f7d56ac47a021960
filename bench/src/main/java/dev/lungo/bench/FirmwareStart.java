package dev.lungo.bench;

import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.boot.fs.FileInfo;
import dev.lungo.boot.fs.FileNode;
import dev.lungo.boot.fs.FileTime;
import dev.lungo.boot.fs.Volume;
import dev.lungo.boot.fs.Volumes;
import dev.lungo.firmware.Board.Medium;
import dev.lungo.firmware.Report;
import dev.lungo.firmware.bios.Bios;
import dev.lungo.firmware.uefi.Uefi;
import dev.lungo.firmware.uefi.variables.VariableStore;
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
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * How long a machine takes from RESET# to the first instruction of what its firmware loads: a boot
 * sector, or an EFI application on a FAT volume, whose first instructions reset the machine again.
 */
public final class FirmwareStart {
    private static final int RESETS = 400;
    private static final int WARM = 200;
    private static final long RAM = 512L << 20;
    private static final int DISK_BYTES = 1 << 20;

    /** {@code mov al, 1; out 92h, al; hlt}, and by another port the end of it all. */
    private static final byte[] RESET = {(byte) 0xB0, 1, (byte) 0xE6, (byte) 0x92, (byte) 0xF4};

    private static final byte[] END = {(byte) 0xB0, 1, (byte) 0xE6, (byte) 0xF4, (byte) 0xF4};

    private FirmwareStart() {}

    public static void main(String[] arguments) {
        Bios.Settings bios = new Bios.Settings(List.of(Medium.HARD_DISK), true, Report.NONE);
        tell(
                "BIOS, reset to boot sector",
                time(bootSector(), new Start.FromFirmware(board -> new Bios(board, bios))));
        Uefi.Settings uefi =
                new Uefi.Settings(
                        List.of(Medium.HARD_DISK),
                        Report.NONE,
                        new VariableStore(),
                        _ -> {},
                        Optional.empty());
        tell(
                "UEFI, reset to application",
                time(volume(), new Start.FromFirmware(board -> new Uefi(board, uefi))));
    }

    private static void tell(String what, long[] at) {
        System.out.printf(
                Locale.ROOT,
                "%s, ms: first %.3f, then %.3f, warm %.3f%n",
                what,
                millis(at, 0, 1),
                millis(at, 1, WARM),
                millis(at, WARM, RESETS));
    }

    /** From one reset to the next, on average. */
    private static double millis(long[] at, int from, int to) {
        return (at[to] - at[from]) / 1e6 / (to - from);
    }

    /** When the machine was started, and when it was reset each time. */
    private static long[] time(byte[] content, Start start) {
        Engine engine =
                ServiceLoader.load(Engine.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .filter(each -> each.name().equals("soft"))
                        .findFirst()
                        .orElseThrow();
        long[] at = new long[RESETS + 1];
        int[] resets = new int[1];
        HostClock clock = new HostClock();
        try (HostMemory memory = HostMemory.ofPc(RAM);
                HostLoop loop = new HostLoop(clock);
                HostWorkers workers = new HostWorkers()) {
            Peripherals peripherals =
                    new Peripherals(
                            List.of(
                                    new Peripherals.Disk(
                                            new ArrayDisk(content), Medium.HARD_DISK, "", false)),
                            List.of(),
                            List.of(),
                            Optional.empty(),
                            Optional.empty(),
                            workers,
                            System.err::println);
            Runnable onReset =
                    () -> {
                        memory.clear();
                        at[++resets[0]] = System.nanoTime();
                        if (resets[0] == RESETS) {
                            System.arraycopy(END, 0, content, indexOf(RESET, content), END.length);
                        }
                    };
            Platform platform =
                    new Platform(
                            memory,
                            onReset,
                            clock,
                            () -> 0,
                            loop,
                            _ -> {},
                            Tracer.NONE,
                            peripherals);
            Pc pc =
                    new Pc(
                            new MachineSpec(
                                    RAM,
                                    1,
                                    engine.cpuModels().getFirst(),
                                    start,
                                    MachineSpec.OnReset.REBOOT,
                                    MachineSpec.OnShutdown.CRASH),
                            engine,
                            platform);
            at[0] = System.nanoTime();
            pc.run();
        }
        return at;
    }

    private static int indexOf(byte[] wanted, byte[] in) {
        int at = 0;
        while (!Arrays.equals(in, at, at + wanted.length, wanted, 0, wanted.length)) {
            at++;
        }
        return at;
    }

    private static byte[] bootSector() {
        ByteWriter sector = new ByteWriter().bytes(RESET).zeros(510 - RESET.length).u16(0xAA55);
        return sector.zeros(DISK_BYTES - sector.length()).toBytes();
    }

    /** A FAT12 volume with the default loader. */
    private static byte[] volume() {
        ByteWriter boot = new ByteWriter().u8(0xEB).u8(0x3C).u8(0x90).text("LUNGO   ");
        boot.u16(512).u8(1).u16(1).u8(2).u16(16); // sectors, clusters, FATs, root directory
        boot.u16(DISK_BYTES / 512).u8(0xF8).u16(6).u16(32).u16(8).zeros(8);
        boot.zeros(510 - boot.length()).u16(0xAA55);
        for (int copy = 0; copy < 2; copy++) {
            boot.u8(0xF8).u8(0xFF).u8(0xFF).zeros(6 * 512 - 3);
        }
        byte[] content = Arrays.copyOf(boot.toBytes(), DISK_BYTES);
        FileTime now = new FileTime(2026, 1, 1, 0, 0, 0, 0);
        Volume volume = Volumes.open(new ArrayDisk(content), () -> now).orElseThrow();
        FileNode directory =
                volume.root().create("EFI", FileInfo.DIRECTORY).create("BOOT", FileInfo.DIRECTORY);
        byte[] application = application();
        directory.create("BOOTX64.EFI", 0).write(0, application, 0, application.length);
        volume.flush();
        return content;
    }

    /** The smallest EFI application: Portable Executable Specification, one section. */
    private static byte[] application() {
        ByteWriter pe = new ByteWriter().u16(0x5A4D).zeros(58).u32(0x40).u32(0x4550);
        pe.u16(0x8664).u16(1).zeros(12).u16(240).u16(0x22);
        pe.u16(0x20B).zeros(14).u32(0x1000).u32(0x1000); // the entry and code
        pe.u64(0x40_0000).u32(0x1000).u32(0x200).zeros(16);
        pe.u32(0x2000).u32(0x200).u32(0).u16(10).u16(0); // an application
        pe.zeros(36).u32(16).zeros(16 * 8);
        pe.text(".text").zeros(3).u32(0x200).u32(0x1000).u32(0x200).u32(0x200);
        pe.zeros(12).u32(0x6000_0020);
        return pe.zeros(0x200 - pe.length()).bytes(RESET).zeros(0x200 - RESET.length).toBytes();
    }

    /** A disk in an array. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record ArrayDisk(byte[] content) implements BlockBackend {
        @Override
        public long bytes() {
            return content.length;
        }

        @Override
        public boolean isReadOnly() {
            return false;
        }

        @Override
        public void read(long offset, byte[] into, int at, int bytes) {
            System.arraycopy(content, (int) offset, into, at, bytes);
        }

        @Override
        public void write(long offset, byte[] from, int at, int bytes) {
            System.arraycopy(from, at, content, (int) offset, bytes);
        }

        @Override
        public void flush() {}

        @Override
        public void discard(long offset, long bytes) {}

        @Override
        public void writeZeroes(long offset, long bytes, boolean mayUnmap) {
            Arrays.fill(content, (int) offset, (int) (offset + bytes), (byte) 0);
        }

        @Override
        public void close() {}
    }
}
