package dev.lungo.conformance.disks;

import java.io.IOException;
import java.io.Reader;
import java.util.function.Consumer;

/** Listens to a writer of records until it is killed, some time after so many flushes. */
public final class Killer {
    private final Thread killer;
    private int flushesLeft;

    public Killer(ProcessHandle victim, int flushes, int delayMillis) {
        flushesLeft = flushes;
        killer =
                Thread.ofPlatform()
                        .unstarted(() -> {
                            pause(delayMillis);
                            // SIGKILL; unlike by the Process, what it said stays.
                            victim.destroyForcibly();
                        });
    }

    /**
     * Returns when it is dead: whether it had begun to say something. What has no end is no line.
     */
    public boolean listen(Reader from, Consumer<String> to)
            throws IOException, InterruptedException {
        StringBuilder line = new StringBuilder();
        boolean hasBegun = false;
        for (int next = from.read(); next >= 0; next = from.read()) {
            hasBegun = true;
            if (flushesLeft <= 0 && killer.getState() == Thread.State.NEW) {
                killer.start();
            }
            if (next != '\n') {
                line.append((char) next);
                continue;
            }
            if (line.indexOf("flushed ") == 0) {
                flushesLeft--;
            }
            to.accept(line.toString());
            line.setLength(0);
        }
        killer.join();
        return hasBegun;
    }

    private static void pause(int millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
