package dev.lungo.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.sun.management.ThreadMXBean;
import dev.lungo.host.disk.Disks;
import dev.lungo.host.disk.Qcow2Maker;
import dev.lungo.machine.BackendException;
import dev.lungo.machine.BlockBackend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any file as a disk image, and a guest that uses the disk: requests are done, or refused with a
 * {@link BackendException}, in bounded time and memory.
 *
 * <p>An input is a byte that says what the image begins as, requests of three bytes, and then
 * either changes to a sound image, two bytes of offset and eight of what is there, or the whole
 * image.
 */
class DiskImageFuzz {
    private static final int REQUESTS = 6;
    private static final int HEADER_BYTES = 1 + 3 * REQUESTS;

    /** The largest clusters are 2 MiB, and a request may have to do with several. */
    private static final long MOST_ALLOCATED = 256 << 20;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @MethodSource("seeds")
    @FuzzTest
    void anyImageIsADiskOrRefused(byte[] input) throws IOException {
        if (input.length < HEADER_BYTES) {
            return;
        }
        Path file = Files.createTempFile("lungo", ".image");
        try {
            Files.write(file, image(input));
            long allocated = allocatedBy(() -> use(file, input));
            assertThat(allocated).isLessThan(MOST_ALLOCATED);
        } finally {
            Files.delete(file);
        }
    }

    private static byte[] image(byte[] input) {
        ByteBuffer rest = ByteBuffer.wrap(input).position(HEADER_BYTES).slice();
        int kind = input[0] & 0xFF;
        if ((kind & 0x80) != 0) {
            byte[] whole = new byte[rest.remaining()];
            rest.get(whole);
            return whole;
        }
        byte[] image = Qcow2Maker.empty(9 + (kind & 7), kind >> 3 & 6, 8 << 20);
        ByteBuffer patched = ByteBuffer.wrap(image);
        while (rest.remaining() >= 10) {
            int offset = rest.getShort() & 0xFFFF;
            long value = rest.getLong();
            if (offset <= image.length - 8) {
                patched.putLong(offset, value);
            }
        }
        return image;
    }

    private static void use(Path file, byte[] input) {
        boolean readOnly = (input[0] & 0x40) != 0;
        try (BlockBackend disk = Disks.open(file, Optional.empty(), readOnly)) {
            for (int i = 0; i < REQUESTS; i++) {
                int at = 1 + 3 * i;
                request(disk, input[at] & 0xFF, input[at + 1] & 0xFF, input[at + 2] & 0xFF);
            }
        } catch (BackendException e) {
            assertThat(e.getMessage()).endsWith(".");
        }
    }

    private static void request(BlockBackend disk, int kind, int where, int count) {
        long sectors = disk.bytes() / BlockBackend.SECTOR_BYTES;
        long offset = sectors / 256 * where * BlockBackend.SECTOR_BYTES;
        int bytes = (int) Math.min((1 + count) * 512L, disk.bytes() - offset);
        try {
            switch (kind % 6) {
                case 0, 1 -> disk.read(offset, new byte[bytes], 0, bytes);
                case 2, 3 -> disk.write(offset, new byte[bytes], 0, bytes);
                case 4 -> {
                    disk.discard(offset, bytes);
                    disk.flush();
                }
                default -> disk.writeZeroes(offset, bytes, count % 2 == 0);
            }
        } catch (BackendException e) {
            assertThat(e.getMessage()).endsWith(".");
        }
    }

    private long allocatedBy(Runnable action) {
        long before = threads.getCurrentThreadAllocatedBytes();
        action.run();
        return threads.getCurrentThreadAllocatedBytes() - before;
    }

    static List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (int kind = 0; kind < 64; kind += 5) {
            // Reads, writes, zeroes and discards at several places.
            ByteBuffer seed = ByteBuffer.allocate(HEADER_BYTES + 30);
            seed.put((byte) kind);
            for (int i = 0; i < REQUESTS; i++) {
                seed.put((byte) (i + 2)).put((byte) (i * 40)).put((byte) (20 * i));
            }
            seed.putShort((short) 72).putLong(kind % 2); // sound, or dirty
            int clusterBits = 9 + (kind & 7);
            long table = kind % 3 == 0 ? 1L << 63 : 5L << clusterBits; // nowhere, and its own
            seed.putShort((short) (3 << clusterBits)).putLong(table); // L1
            seed.putShort((short) (2 << clusterBits)).putLong(0x0001_0001_0001_0000L);
            seeds.add(seed.array());
        }
        byte[] image = Qcow2Maker.empty(9, 4, 1 << 20);
        seeds.add(
                ByteBuffer.allocate(HEADER_BYTES + image.length)
                        .put((byte) 0x80)
                        .put(HEADER_BYTES, image)
                        .array());
        return seeds;
    }

    @Timeout(120)
    @Test
    void seedsAndSomeChangesOfThemAreDisksOrRefused() {
        SeededInputs.changed(
                400,
                seeds(),
                input -> {
                    try {
                        anyImageIsADiskOrRefused(input);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }
}
