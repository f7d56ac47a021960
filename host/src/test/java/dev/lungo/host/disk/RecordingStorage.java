package dev.lungo.host.disk;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.LongPredicate;

/**
 * A file in memory that remembers what was done to it, to show what a disk might have of it when
 * the power fails: everything before the last flush that was over, and of what was written since,
 * any sectors in any order.
 */
final class RecordingStorage implements Storage {
    private static final int SECTOR = 512;

    /** How much of what is not flushed yet is there after a power cut. */
    enum Cut {
        NOTHING,
        ALL,
        ALL_BUT_ONE,
        ONLY_ONE,
        HALF_OF_THE_WRITES,
        HALF_OF_THE_SECTORS,
        FEW_OF_THE_SECTORS,
    }

    /** A write, or a flush. */
    private static final class Action {
        private static final Action FLUSH = new Action(-1, new byte[0]);

        private final long offset;
        private final byte[] bytes;

        Action(long offset, byte[] bytes) {
            this.offset = offset;
            this.bytes = bytes;
        }

        boolean isFlush() {
            return offset < 0;
        }
    }

    private final byte[] before;
    private final List<Action> actions = new ArrayList<>();
    private byte[] content;

    RecordingStorage(byte[] before) {
        this.before = before.clone();
        content = before.clone();
    }

    /** How much was done. */
    synchronized int actions() {
        return actions.size();
    }

    synchronized byte[] content() {
        return content.clone();
    }

    /** What the disk may have if the power fails when so much was done. */
    synchronized byte[] after(int count, Cut cut, Random random) {
        int flushed = count;
        while (flushed > 0 && !actions.get(flushed - 1).isFlush()) {
            flushed--;
        }
        byte[] disk = before.clone();
        for (int i = 0; i < flushed; i++) {
            disk = apply(disk, actions.get(i), _ -> true);
        }
        int one = flushed == count ? 0 : flushed + random.nextInt(count - flushed);
        for (int i = flushed; i < count; i++) {
            boolean chosen =
                    switch (cut) {
                        case NOTHING -> false;
                        case ALL, HALF_OF_THE_SECTORS, FEW_OF_THE_SECTORS -> true;
                        case ALL_BUT_ONE -> i != one;
                        case ONLY_ONE -> i == one;
                        case HALF_OF_THE_WRITES -> random.nextBoolean();
                    };
            if (chosen) {
                disk =
                        apply(
                                disk,
                                actions.get(i),
                                _ ->
                                        switch (cut) {
                                            case HALF_OF_THE_SECTORS -> random.nextBoolean();
                                            case FEW_OF_THE_SECTORS -> random.nextInt(8) == 0;
                                            default -> true;
                                        });
            }
        }
        return disk;
    }

    private static byte[] apply(byte[] disk, Action action, LongPredicate sectors) {
        if (action.isFlush()) {
            return disk;
        }
        byte[] bytes = action.bytes;
        byte[] result = disk;
        int done = 0;
        while (done < bytes.length) {
            long at = action.offset + done;
            int piece = Math.clamp(SECTOR - at % SECTOR, 0, bytes.length - done);
            if (sectors.test(at / SECTOR)) {
                if (at + piece > result.length) {
                    result = Arrays.copyOf(result, (int) at + piece);
                }
                System.arraycopy(bytes, done, result, (int) at, piece);
            }
            done += piece;
        }
        return result;
    }

    @Override
    public synchronized long bytes() {
        return content.length;
    }

    @Override
    public synchronized void read(long offset, byte[] into, int at, int bytes) {
        int there = Math.clamp(content.length - offset, 0, bytes);
        if (there > 0) {
            System.arraycopy(content, (int) offset, into, at, there);
        }
        Arrays.fill(into, at + there, at + bytes, (byte) 0);
    }

    @Override
    public synchronized void write(long offset, byte[] from, int at, int bytes) {
        Action action = new Action(offset, Arrays.copyOfRange(from, at, at + bytes));
        actions.add(action);
        content = apply(content, action, _ -> true);
    }

    @Override
    public synchronized void flush() {
        actions.add(Action.FLUSH);
    }

    @Override
    public synchronized void punch(long offset, long bytes) {
        int there = (int) Math.clamp(content.length - offset, 0, bytes);
        if (there > 0) {
            write(offset, new byte[there], 0, there);
        }
    }

    @Override
    public void zero(long offset, long bytes) {
        write(offset, new byte[(int) bytes], 0, (int) bytes);
    }

    @Override
    public void close() {}
}
