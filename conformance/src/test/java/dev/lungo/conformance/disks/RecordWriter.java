package dev.lungo.conformance.disks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.lungo.host.disk.Disks;
import dev.lungo.machine.BlockBackend;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Random;
import java.util.zip.CRC32C;

/**
 * A process that writes records to a disk until it is killed, and says on standard output what it
 * is about to write and what it has flushed.
 *
 * <p>Each of its threads has every other slot of the disk. Each sector of a record says which
 * sector it is, which record it is of, and ends in a checksum.
 */
final class RecordWriter {
    static final int SECTOR = BlockBackend.SECTOR_BYTES;
    static final int SLOT_SECTORS = 96; // not a cluster
    static final int THREADS = 2;

    private RecordWriter() {}

    /** The image, the number of the first record, a seed. */
    public static void main(String[] arguments) throws InterruptedException {
        BlockBackend disk = Disks.open(Path.of(arguments[0]), Optional.empty(), false);
        Thread[] threads = new Thread[THREADS];
        for (int i = 0; i < THREADS; i++) {
            int mine = i;
            Random random = new Random(Long.parseLong(arguments[2]) * THREADS + i);
            long first = Long.parseLong(arguments[1]) + i;
            threads[i] = Thread.ofPlatform().start(() -> write(disk, mine, first, random));
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private static void write(BlockBackend disk, int mine, long first, Random random) {
        int slots = (int) (disk.bytes() / SECTOR / SLOT_SECTORS);
        long record = first;
        while (true) {
            for (int i = random.nextInt(6); i >= 0; i--) {
                int slot = random.nextInt(slots / THREADS) * THREADS + mine;
                int count = 1 + random.nextInt(SLOT_SECTORS);
                long sector = (long) slot * SLOT_SECTORS + random.nextInt(SLOT_SECTORS - count + 1);
                if (random.nextInt(8) == 0) {
                    say("discard " + mine + " " + sector + " " + count);
                    disk.discard(sector * SECTOR, (long) count * SECTOR);
                } else {
                    say("write " + mine + " " + sector + " " + count + " " + record);
                    byte[] bytes = record(sector, count, record);
                    disk.write(sector * SECTOR, bytes, 0, bytes.length);
                    record += THREADS;
                }
            }
            disk.flush();
            say("flushed " + mine);
        }
    }

    /** Says it at once, so that a line is there whole or not at all. */
    private static void say(String line) {
        byte[] bytes = (line + "\n").getBytes(US_ASCII);
        synchronized (RecordWriter.class) {
            System.out.write(bytes, 0, bytes.length);
            System.out.flush();
        }
    }

    private static byte[] record(long sector, int count, long record) {
        ByteBuffer bytes = ByteBuffer.allocate(count * SECTOR);
        for (int i = 0; i < count; i++) {
            int at = i * SECTOR;
            for (int word = at; word < at + SECTOR - 8; word += 8) {
                bytes.putLong(word, record * 0x9E37_79B9_7F4A_7C15L + word);
            }
            bytes.putLong(at, record).putLong(at + 8, sector + i);
            bytes.putLong(at + SECTOR - 8, checksum(bytes, at));
        }
        return bytes.array();
    }

    private static long checksum(ByteBuffer bytes, int at) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes.slice(at, SECTOR - 8));
        return checksum.getValue();
    }

    /** The number of the record that a sector is of; 0 if none was ever written there. */
    static long recordIn(ByteBuffer sectors, int at, long sector) {
        long record = sectors.getLong(at);
        if (record == 0 && sectors.getLong(at + 8) == 0) {
            return 0;
        }
        if (sectors.getLong(at + 8) != sector
                || sectors.getLong(at + SECTOR - 8) != checksum(sectors, at)) {
            throw new AssertionError("sector " + sector + " is damaged");
        }
        return record;
    }
}
