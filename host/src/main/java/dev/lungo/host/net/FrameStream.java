package dev.lungo.host.net;

import dev.lungo.machine.NetBackend;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Frames over a stream socket, each behind its length in four bytes, big-endian: what QEMU's {@code
 * -netdev stream} speaks, and passt. A thread sends, another receives.
 */
class FrameStream implements NetBackend {
    private static final int LENGTH_BYTES = 4;

    private final SocketChannel socket;
    private final Frames toSend = new Frames();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile @Nullable Receiver receiver;

    FrameStream(SocketChannel socket) {
        this.socket = socket;
        Thread.ofPlatform().daemon().name("lungo-net-send").start(this::sendAll);
        Thread.ofPlatform().daemon().name("lungo-net-receive").start(this::receiveAll);
    }

    private void sendAll() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(4 * (LENGTH_BYTES + Frames.MAX_BYTES));
        byte[] frame = toSend.take();
        try {
            while (frame != null) {
                while (frame != null && frame.length + LENGTH_BYTES <= buffer.remaining()) {
                    buffer.putInt(frame.length).put(frame);
                    frame = toSend.poll();
                }
                buffer.flip();
                while (buffer.hasRemaining()) {
                    int _ = socket.write(buffer);
                }
                buffer.clear();
                if (frame == null) {
                    frame = toSend.take();
                }
            }
        } catch (IOException _) {
            // The other end has gone: a network that nobody is on.
        }
    }

    private void receiveAll() {
        byte[] bytes = new byte[4 * (LENGTH_BYTES + Frames.MAX_BYTES)];
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        try {
            while (true) {
                if (socket.read(buffer) < 0) {
                    throw new EOFException();
                }
                buffer.flip();
                while (takeOne(buffer, bytes)) {}
                buffer.compact();
            }
        } catch (IOException _) {
            // As above.
        }
        ended.countDown();
    }

    /** Waits until the other end has gone, or this one is closed. */
    void awaitEnd() {
        try {
            ended.await();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean takeOne(ByteBuffer buffer, byte[] bytes) throws IOException {
        if (buffer.remaining() < LENGTH_BYTES) {
            return false;
        }
        int length = buffer.getInt(buffer.position());
        if (length < 0 || length > Frames.MAX_BYTES) {
            throw new IOException("no frame has " + length + " bytes");
        }
        if (buffer.remaining() < LENGTH_BYTES + length) {
            return false;
        }
        Receiver current = receiver;
        if (current != null && Frames.isFrame(length)) {
            current.receive(bytes, buffer.position() + LENGTH_BYTES, length);
        }
        buffer.position(buffer.position() + LENGTH_BYTES + length);
        return true;
    }

    @Override
    public void send(byte[] frame, int at, int bytes) {
        toSend.offer(frame, at, bytes);
    }

    @Override
    public void onReceive(Receiver newReceiver) {
        receiver = newReceiver;
    }

    @Override
    public void close() {
        toSend.end();
        try {
            socket.close(); // which ends both threads
        } catch (IOException _) {
            // It is no longer used.
        }
    }
}
