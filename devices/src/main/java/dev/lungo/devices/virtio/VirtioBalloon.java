package dev.lungo.devices.virtio;

import dev.lungo.isa.Width;
import dev.lungo.machine.Workers;

/**
 * A balloon: memory that the driver does without, and free pages that it reports. Either is given
 * back to the host until it is touched again. Virtio 1.2, "Traditional Memory Balloon Device"
 * (section 5.5).
 *
 * <p>Left out: statistics, hints for migration, poison.
 */
public final class VirtioBalloon implements VirtioDevice {
    /** Takes guest memory that the guest does not use. */
    @FunctionalInterface
    public interface MemoryReturn {
        /** What these bytes held is lost; they are whole pages, and RAM. */
        void giveBack(long guestPhysical, long bytes);
    }

    private static final int MEMORY_BALLOON = 5;
    private static final int OTHER_CLASS = 0x00FF00;

    // "Feature bits" (section 5.5.3)
    private static final long DEFLATE_ON_OOM = 1L << 2;
    private static final long PAGE_REPORTING = 1L << 5;

    // "Virtqueues" (section 5.5.2). Reporting is number 4; a driver that does not count the queues
    // of features that are not offered has it at 2, where there is nothing else.
    private static final int INFLATE = 0;
    private static final int REPORTING_COUNTED = 2;
    private static final int REPORTING = 4;
    private static final int QUEUES = 5;
    private static final int QUEUE_SIZE = 128;

    // "Device configuration layout" (section 5.5.4)
    private static final int NUM_PAGES = 0;
    private static final int ACTUAL = 4;
    private static final int CONFIGURATION_BYTES = 8;

    private static final int PAGE_SHIFT = 12;
    private static final long PAGE_BYTES = 1 << PAGE_SHIFT;
    private static final int ENTRY_BYTES = 4;
    private static final int PIECE_BYTES = 4096;

    private final VirtioFunction function;
    private final MemoryReturn host;
    private final QueueWorker[] workers = new QueueWorker[QUEUES];

    // Under the function's monitor; in pages of 4 KiB.
    private long wanted;
    private long actual;

    /**
     * @param wantedBytes how much the driver is to do without
     */
    public VirtioBalloon(
            VirtioFunction function, MemoryReturn host, long wantedBytes, Workers workers) {
        this.function = function;
        this.host = host;
        wanted = wantedBytes >> PAGE_SHIFT;
        for (int i = 0; i < QUEUES; i++) {
            QueueWorker.Handler handler =
                    switch (i) {
                        case INFLATE -> this::inflate;
                        case REPORTING, REPORTING_COUNTED -> this::report;
                        default -> (_, _) -> 0; // deflating is told, and nothing is to be done
                    };
            this.workers[i] = new QueueWorker(function, i, workers, handler);
        }
    }

    /** Has the driver do without so much memory, in bytes. For any thread. */
    public void setWanted(long bytes) {
        synchronized (function.config()) {
            wanted = bytes >> PAGE_SHIFT;
            function.configurationChanged();
        }
    }

    /** How much memory the driver says that it does without, in bytes. For any thread. */
    public long actualBytes() {
        synchronized (function.config()) {
            return actual << PAGE_SHIFT;
        }
    }

    @Override
    public int deviceId() {
        return MEMORY_BALLOON;
    }

    @Override
    public String name() {
        return "virtio balloon device";
    }

    @Override
    public int classCode() {
        return OTHER_CLASS;
    }

    @Override
    public long features() {
        return DEFLATE_ON_OOM | PAGE_REPORTING;
    }

    @Override
    public int[] queueSizes() {
        int[] sizes = new int[QUEUES];
        java.util.Arrays.fill(sizes, QUEUE_SIZE);
        return sizes;
    }

    @Override
    public byte[] configuration() {
        byte[] config = new byte[CONFIGURATION_BYTES];
        LittleEndian.put(config, NUM_PAGES, 4, wanted);
        LittleEndian.put(config, ACTUAL, 4, actual);
        return config;
    }

    @Override
    public void writeConfiguration(int offset, Width width, long value) {
        if (offset == ACTUAL && width == Width.DWORD) {
            actual = value;
        }
    }

    @Override
    public void notified(int queue) {
        workers[queue].notified();
    }

    @Override
    public void reset() {
        actual = 0;
    }

    // ---- On workers

    /** The buffer has page numbers; those that follow each other are given back together. */
    private long inflate(Chain chain, QueueWorker.Turn turn) {
        byte[] piece = turn.buffer(PIECE_BYTES);
        long first = 0;
        long count = 0;
        long bytes = chain.readableBytes() & -ENTRY_BYTES;
        for (long done = 0; done < bytes; ) {
            int taken = (int) Math.min(bytes - done, PIECE_BYTES);
            chain.read(done, piece, 0, taken);
            for (int at = 0; at < taken; at += ENTRY_BYTES) {
                long page = LittleEndian.u32(piece, at);
                if (page != first + count) {
                    giveBack(first, count);
                    first = page;
                    count = 0;
                }
                count++;
            }
            done += taken;
        }
        giveBack(first, count);
        return 0;
    }

    private void giveBack(long firstPage, long pages) {
        if (pages > 0 && function.memory().contains(firstPage << PAGE_SHIFT, pages << PAGE_SHIFT)) {
            host.giveBack(firstPage << PAGE_SHIFT, pages << PAGE_SHIFT);
        }
    }

    /** The buffer is the memory itself. */
    private long report(Chain chain, QueueWorker.Turn turn) {
        chain.forEachWritable((address, bytes) -> {
            long begin = address + PAGE_BYTES - 1 & -PAGE_BYTES;
            long end = address + bytes & -PAGE_BYTES;
            if (begin < end) {
                host.giveBack(begin, end - begin);
            }
        });
        return 0;
    }
}
