package dev.lungo.bench;

import dev.lungo.devices.virtio.VirtioBlock;
import dev.lungo.devices.virtio.VirtioNet;
import dev.lungo.host.HostWorkers;
import dev.lungo.host.disk.Disks;
import dev.lungo.host.disk.ImageFormat;
import dev.lungo.host.net.Switch;
import dev.lungo.machine.BlockBackend;
import dev.lungo.machine.NetBackend;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * What virtio devices do in a second, from the driver's ring to the host and back, without a guest.
 * For the time of one core: {@code taskset -c 0}.
 */
public final class DeviceBench {
    private static final int ROUNDS = 5;
    private static final long ROUND_NANOS = 2_000_000_000L;

    private static final long DISK_BYTES = 256 << 20;
    private static final int REQUEST_BYTES = 4096;
    private static final int DEPTH = 32;
    private static final int IN = 0;
    private static final int OUT = 1;

    private static final int FRAME_BYTES = 1514;
    private static final int FRAMES = 64;
    private static final int NET_HEADER_BYTES = 12;

    private DeviceBench() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        try (HostWorkers workers = new HostWorkers()) {
            Path file = Files.createTempFile(directory(arguments), "lungo-bench", ".img");
            try {
                block(file, workers);
            } finally {
                Files.delete(file);
            }
            net(workers);
        }
    }

    /** Where the image is to be: in memory, unless somebody wants to know of a file system. */
    private static Path directory(String[] arguments) {
        return Path.of(arguments.length > 0 ? arguments[0] : "/dev/shm");
    }

    private static void complain(String sentence) {
        System.err.println(sentence);
    }

    /** Random requests on a raw image that the host has in its cache. */
    private static void block(Path file, HostWorkers workers)
            throws IOException, InterruptedException {
        try (RandomAccessFile content = new RandomAccessFile(file.toFile(), "rw")) {
            byte[] piece = new byte[1 << 20];
            for (long at = 0; at < DISK_BYTES; at += piece.length) {
                content.write(piece);
            }
        }
        try (BlockBackend disk =
                        Disks.open(file, Optional.of(ImageFormat.RAW), /* readOnly= */ false);
                RingDriver driver =
                        new RingDriver(function ->
                                new VirtioBlock(
                                        function, disk, "", 1, workers, DeviceBench::complain))) {
            for (int i = 0; i < DEPTH; i++) {
                long header = RingDriver.BUFFERS + i * 0x2000L;
                driver.descriptor(0, 3 * i + 2, header + 16, 1, 2);
            }
            for (int type : new int[] {IN, OUT}) {
                String name = type == IN ? "reads" : "writes";
                for (int round = 0; round < ROUNDS; round++) {
                    System.out.printf(
                            Locale.ROOT,
                            "virtio block, %s of 4 KiB/s  %10.0f%n",
                            name,
                            requests(driver, type));
                }
            }
        }
    }

    private static double requests(RingDriver driver, int type) throws InterruptedException {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < DEPTH; i++) {
            long header = RingDriver.BUFFERS + i * 0x2000L;
            driver.descriptor(0, 3 * i, header, 16, 1);
            driver.descriptor(0, 3 * i + 1, header + 0x1000, REQUEST_BYTES, type == IN ? 3 : 1);
            driver.memory().putInt(header, type);
        }
        long done = 0;
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < ROUND_NANOS) {
            for (int i = 0; i < DEPTH; i++) {
                long sector = random.nextLong(DISK_BYTES / REQUEST_BYTES) * 8;
                driver.memory().putLong(RingDriver.BUFFERS + i * 0x2000L + 8, sector);
                driver.add(0, 3 * i);
            }
            driver.kick(0);
            driver.await(0, DEPTH);
            done += DEPTH;
        }
        return done * 1e9 / (System.nanoTime() - begun);
    }

    /** From one machine's adapter through a switch into the buffers of another's. */
    private static void net(HostWorkers workers) throws InterruptedException {
        try (NetBackend left = Switch.named("bench").plug();
                NetBackend right = Switch.named("bench").plug();
                RingDriver sender =
                        new RingDriver(f -> new VirtioNet(f, left, 0x0200_0000_0001L, 1, workers));
                RingDriver receiver =
                        new RingDriver(
                                f -> new VirtioNet(f, right, 0x0200_0000_0002L, 1, workers))) {
            for (int i = 0; i < FRAMES; i++) {
                long at = RingDriver.BUFFERS + 0x1000L * i;
                sender.descriptor(1, i, at, NET_HEADER_BYTES + FRAME_BYTES, 0);
                sender.memory().putLong(at + NET_HEADER_BYTES, 0x0002_0200_0000_0002L);
                sender.memory().putInt(at + NET_HEADER_BYTES + 8, 0x0100_0000);
                receiver.descriptor(0, i, at, NET_HEADER_BYTES + FRAME_BYTES, 2);
            }
            for (int round = 0; round < ROUNDS; round++) {
                System.out.printf(
                        Locale.ROOT,
                        "virtio net through the switch, frames of 1514 bytes/s  %10.0f%n",
                        frames(sender, receiver));
            }
        }
    }

    private static double frames(RingDriver sender, RingDriver receiver)
            throws InterruptedException {
        long done = 0;
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < ROUND_NANOS) {
            for (int i = 0; i < FRAMES; i++) {
                receiver.add(0, i);
                sender.add(1, i);
            }
            receiver.kick(0);
            sender.kick(1);
            sender.await(1, FRAMES);
            receiver.await(0, FRAMES);
            done += FRAMES;
        }
        return done * 1e9 / (System.nanoTime() - begun);
    }
}
