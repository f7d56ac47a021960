package dev.lungo.devices.virtio;

import dev.lungo.isa.Width;
import dev.lungo.machine.BackendException;
import dev.lungo.machine.BlockBackend;
import dev.lungo.machine.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * A disk. Virtio 1.2, "Block Device" (section 5.2).
 *
 * <p>A worker takes the requests of a queue one after the other; before one that may take long,
 * such as a flush, it has another go on with the queue. So requests overtake each other as the
 * specification lets them, and a flush covers what was completed before it was sent.
 *
 * <p>Left out: geometry, lifetime, secure erase, zones.
 */
public final class VirtioBlock implements VirtioDevice {
    private static final int BLOCK_DEVICE = 2;
    private static final int MASS_STORAGE_CLASS = 0x018000;

    // "Feature bits" (section 5.2.3)
    private static final long SEG_MAX = 1L << 2;
    private static final long RO = 1L << 5;
    private static final long BLK_SIZE = 1L << 6;
    private static final long FLUSH = 1L << 9;
    private static final long TOPOLOGY = 1L << 10;
    private static final long CONFIG_WCE = 1L << 11;
    private static final long MQ = 1L << 12;
    private static final long DISCARD = 1L << 13;
    private static final long WRITE_ZEROES = 1L << 14;

    // "Device configuration layout" (section 5.2.4)
    private static final int WRITEBACK = 32;
    private static final int CONFIGURATION_BYTES = 60;

    // "Device Operation" (section 5.2.6): types of requests, their header, and the status
    private static final int T_IN = 0;
    private static final int T_OUT = 1;
    private static final int T_FLUSH = 4;
    private static final int T_GET_ID = 8;
    private static final int T_DISCARD = 11;
    private static final int T_WRITE_ZEROES = 13;

    private static final int TYPE = 0;
    private static final int SECTOR = 8;
    private static final int HEADER_BYTES = 16;

    private static final int S_OK = 0;
    private static final int S_IOERR = 1;
    private static final int S_UNSUPP = 2;

    // A segment of T_DISCARD and T_WRITE_ZEROES
    private static final int SEGMENT_SECTOR = 0;
    private static final int SEGMENT_SECTORS = 8;
    private static final int SEGMENT_FLAGS = 12;
    private static final int SEGMENT_BYTES = 16;
    private static final int MOST_SEGMENTS = 64;
    private static final int MOST_SEGMENT_SECTORS = 1 << 22; // 2 GiB
    private static final int UNMAP = 1;

    private static final int ID_BYTES = 20;
    private static final int QUEUE_SIZE = 256;
    private static final int SECTOR_BYTES = BlockBackend.SECTOR_BYTES;
    private static final int PAGE_SECTORS_LOG2 = 3;

    /** How much is moved at a time, in bytes. */
    private static final int PIECE_BYTES = 256 << 10;

    private final BlockBackend disk;
    private final byte[] id = new byte[ID_BYTES];
    private final Consumer<String> tellUser;
    private final VirtioFunction function;
    private final QueueWorker[] queues;
    private final int queueCount;

    private volatile boolean writeback = true;
    private volatile boolean userWasTold;

    /**
     * Workers are made with the first notification.
     *
     * @param serial ASCII, of which 20 characters count
     * @param queueCount 1 or more
     * @param tellUser takes one sentence
     */
    public VirtioBlock(
            VirtioFunction function,
            BlockBackend disk,
            String serial,
            int queueCount,
            Workers workers,
            Consumer<String> tellUser) {
        this.function = function;
        this.disk = disk;
        this.tellUser = tellUser;
        for (int i = 0; i < Math.min(serial.length(), ID_BYTES); i++) {
            id[i] = (byte) serial.charAt(i);
        }
        this.queueCount = queueCount;
        queues = new QueueWorker[queueCount];
        for (int i = 0; i < queueCount; i++) {
            queues[i] = new QueueWorker(function, i, workers, this::handle);
        }
    }

    @Override
    public int deviceId() {
        return BLOCK_DEVICE;
    }

    @Override
    public String name() {
        return "virtio block device";
    }

    @Override
    public int classCode() {
        return MASS_STORAGE_CLASS;
    }

    @Override
    public long features() {
        long writing = disk.isReadOnly() ? RO : DISCARD | WRITE_ZEROES;
        return SEG_MAX | BLK_SIZE | TOPOLOGY | FLUSH | CONFIG_WCE | MQ | writing;
    }

    @Override
    public int[] queueSizes() {
        int[] sizes = new int[queueCount];
        Arrays.fill(sizes, QUEUE_SIZE);
        return sizes;
    }

    @Override
    public byte[] configuration() {
        byte[] config = new byte[CONFIGURATION_BYTES];
        // spotless:off
        LittleEndian.put(config,  0, 8, disk.bytes() / SECTOR_BYTES); // capacity
        LittleEndian.put(config, 12, 4, QUEUE_SIZE - 2);              // seg_max
        LittleEndian.put(config, 20, 4, SECTOR_BYTES);                // blk_size
        LittleEndian.put(config, 24, 1, PAGE_SECTORS_LOG2);           // physical_block_exp
        LittleEndian.put(config, 26, 2, 1);                           // min_io_size
        LittleEndian.put(config, WRITEBACK, 1, writeback ? 1 : 0);
        LittleEndian.put(config, 34, 2, queueCount);                  // num_queues
        LittleEndian.put(config, 36, 4, MOST_SEGMENT_SECTORS);        // max_discard_sectors
        LittleEndian.put(config, 40, 4, MOST_SEGMENTS);               // max_discard_seg
        LittleEndian.put(config, 44, 4, 1 << PAGE_SECTORS_LOG2);      // discard_sector_alignment
        LittleEndian.put(config, 48, 4, MOST_SEGMENT_SECTORS);        // max_write_zeroes_sectors
        LittleEndian.put(config, 52, 4, MOST_SEGMENTS);               // max_write_zeroes_seg
        LittleEndian.put(config, 56, 1, 1);                           // write_zeroes_may_unmap
        // spotless:on
        return config;
    }

    @Override
    public void writeConfiguration(int offset, Width width, long value) {
        if (offset == WRITEBACK && width == Width.BYTE && (function.accepted() & CONFIG_WCE) != 0) {
            writeback = (value & 1) != 0;
        }
    }

    /** Who knows nothing of the cache finds none: every write is durable when it is completed. */
    @Override
    public void negotiated(long features) {
        writeback = (features & FLUSH) != 0;
    }

    @Override
    public void notified(int queue) {
        queues[queue].notified();
    }

    @Override
    public void reset() {
        writeback = true;
    }

    // ---- Requests, on workers

    private long handle(Chain request, QueueWorker.Turn turn) {
        if (request.readableBytes() < HEADER_BYTES || request.writableBytes() == 0) {
            function.fail("a request without header or status");
            return 0;
        }
        int status;
        try {
            status = serve(request, turn);
        } catch (BackendException e) {
            if (!userWasTold) {
                userWasTold = true;
                tellUser.accept(name() + ": " + e.getMessage());
            }
            status = S_IOERR;
        }
        request.writeByte(request.writableBytes() - 1, status);
        return request.writableBytes();
    }

    private int serve(Chain request, QueueWorker.Turn turn) {
        long sector = request.readLong(SECTOR);
        return switch (request.readInt(TYPE)) {
            case T_IN -> read(request, sector, turn);
            case T_OUT -> disk.isReadOnly() ? S_IOERR : write(request, sector, turn);
            case T_FLUSH -> {
                turn.handOver();
                disk.flush();
                yield S_OK;
            }
            case T_GET_ID -> {
                int bytes = (int) Math.min(ID_BYTES, request.writableBytes() - 1);
                request.write(0, id, 0, bytes);
                yield S_OK;
            }
            case T_DISCARD -> disk.isReadOnly() ? S_IOERR : discard(request, turn);
            case T_WRITE_ZEROES -> disk.isReadOnly() ? S_IOERR : writeZeroes(request, turn);
            default -> S_UNSUPP;
        };
    }

    /** Whether these are sectors of this disk. */
    private boolean has(long sector, long bytes) {
        long sectors = bytes / SECTOR_BYTES;
        long capacity = disk.bytes() / SECTOR_BYTES;
        return bytes % SECTOR_BYTES == 0 && sector >= 0 && sector <= capacity - sectors;
    }

    private int read(Chain request, long sector, QueueWorker.Turn turn) {
        long bytes = request.writableBytes() - 1;
        if (!has(sector, bytes)) {
            return S_IOERR;
        }
        byte[] piece = turn.buffer((int) Math.min(bytes, PIECE_BYTES));
        for (long done = 0; done < bytes; ) {
            int count = (int) Math.min(bytes - done, PIECE_BYTES);
            disk.read(sector * SECTOR_BYTES + done, piece, 0, count);
            request.write(done, piece, 0, count);
            done += count;
        }
        return S_OK;
    }

    private int write(Chain request, long sector, QueueWorker.Turn turn) {
        long bytes = request.readableBytes() - HEADER_BYTES;
        if (!has(sector, bytes)) {
            return S_IOERR;
        }
        boolean stable = !writeback;
        byte[] piece = turn.buffer((int) Math.min(bytes, PIECE_BYTES));
        for (long done = 0; done < bytes; ) {
            int count = (int) Math.min(bytes - done, PIECE_BYTES);
            request.read(HEADER_BYTES + done, piece, 0, count);
            disk.write(sector * SECTOR_BYTES + done, piece, 0, count);
            done += count;
        }
        return stabilize(stable, turn);
    }

    private int stabilize(boolean wanted, QueueWorker.Turn turn) {
        if (wanted) {
            turn.handOver();
            disk.flush();
        }
        return S_OK;
    }

    private int discard(Chain request, QueueWorker.Turn turn) {
        List<Segment> segments = new ArrayList<>();
        int status = takeSegments(request, 0, segments);
        if (status == S_OK) {
            turn.handOver();
            for (Segment each : segments) {
                disk.discard(each.offset, each.bytes);
            }
        }
        return status;
    }

    private int writeZeroes(Chain request, QueueWorker.Turn turn) {
        boolean stable = !writeback;
        List<Segment> segments = new ArrayList<>();
        int status = takeSegments(request, UNMAP, segments);
        if (status == S_OK) {
            turn.handOver();
            for (Segment each : segments) {
                disk.writeZeroes(each.offset, each.bytes, each.mayUnmap);
            }
            stabilize(stable, turn);
        }
        return status;
    }

    /** In bytes. */
    private record Segment(long offset, long bytes, boolean mayUnmap) {}

    private int takeSegments(Chain request, int knownFlags, List<Segment> into) {
        long count = (request.readableBytes() - HEADER_BYTES) / SEGMENT_BYTES;
        if (request.readableBytes() != HEADER_BYTES + count * SEGMENT_BYTES
                || count > MOST_SEGMENTS) {
            return S_IOERR;
        }
        for (int i = 0; i < count; i++) {
            long at = HEADER_BYTES + (long) SEGMENT_BYTES * i;
            long sector = request.readLong(at + SEGMENT_SECTOR);
            long bytes = (request.readInt(at + SEGMENT_SECTORS) & 0xFFFF_FFFFL) * SECTOR_BYTES;
            int flags = request.readInt(at + SEGMENT_FLAGS);
            if ((flags & ~knownFlags) != 0) {
                return S_UNSUPP;
            }
            if (!has(sector, bytes)) {
                return S_IOERR;
            }
            into.add(new Segment(sector * SECTOR_BYTES, bytes, (flags & UNMAP) != 0));
        }
        return S_OK;
    }
}
