package dev.lungo.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.util.concurrent.Semaphore;

/** Reads standard input on a thread of its own, no faster than it is taken. */
final class Stdin {
    private static final int CHUNK_BYTES = 1024;

    /** Takes some bytes, and says when more may come. */
    interface Taker {
        void take(byte[] bytes, int count, Runnable more);
    }

    private Stdin() {}

    /** Ends with the input, or with the process. */
    static void readTo(Taker taker) {
        Thread.ofPlatform().daemon().name("lungo-stdin").start(() -> read(taker));
    }

    private static void read(Taker taker) {
        byte[] chunk = new byte[CHUNK_BYTES];
        Semaphore turn = new Semaphore(1);
        try (FileInputStream in = new FileInputStream(FileDescriptor.in)) {
            while (true) {
                turn.acquire();
                int count = in.read(chunk);
                if (count < 0) {
                    return;
                }
                taker.take(chunk, count, turn::release);
            }
        } catch (IOException | InterruptedException _) {
            // no more input: the guest goes on without
        }
    }
}
