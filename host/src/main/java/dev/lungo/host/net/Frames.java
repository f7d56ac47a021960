package dev.lungo.host.net;

import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Frames on their way to a thread that takes its time. There is room for so many; what comes when
 * it is full is dropped, as on any network.
 */
final class Frames {
    private static final int ROOM = 1024;

    /** Without its FCS, a frame has the addresses and the type at least. */
    static final int HEADER_BYTES = 14;

    /** With headers, what IP can carry; more is nobody's frame. */
    static final int MAX_BYTES = 66_000;

    /** Known by its length, which no frame has. */
    private static final byte[] END = new byte[0];

    private final ArrayBlockingQueue<byte[]> queue = new ArrayBlockingQueue<>(ROOM);

    static boolean isFrame(int bytes) {
        return bytes >= HEADER_BYTES && bytes <= MAX_BYTES;
    }

    /** Puts in a copy, or drops the frame. */
    void offer(byte[] frame, int at, int bytes) {
        if (isFrame(bytes)) {
            boolean _ = queue.offer(Arrays.copyOfRange(frame, at, at + bytes));
        }
    }

    /** Waits for the next one. Returns null at the end. */
    byte @Nullable [] take() {
        try {
            byte[] frame = queue.take();
            return frame.length == 0 ? null : frame;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    /** The next one, if it is there already and is not the end. */
    byte @Nullable [] poll() {
        byte[] next = queue.peek();
        return next == null || next.length == 0 ? null : queue.poll();
    }

    /** Drops what is in it, and ends it. */
    void end() {
        do {
            queue.clear();
        } while (!queue.offer(END));
    }
}
