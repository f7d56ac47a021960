package dev.lungo.pc;

import dev.lungo.machine.RunLoopHost;
import dev.lungo.machine.Timers;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** A host whose clock goes on only while the machine sleeps. */
final class FakeHost implements RunLoopHost {
    private final Deque<Runnable> posted = new ArrayDeque<>();
    long now;

    @Override
    public void post(Runnable action) {
        posted.add(action);
    }

    @Override
    public @Nullable Runnable poll() {
        return posted.poll();
    }

    @Override
    public void start(int cpu, Runnable body) {
        throw new UnsupportedOperationException("one processor, on one thread");
    }

    @Override
    public void sleepUntil(int cpu, long nanos) {
        if (!posted.isEmpty()) {
            return;
        }
        if (nanos == Timers.NEVER) {
            throw new AssertionError("the machine would sleep for ever");
        }
        now = nanos;
    }

    @Override
    public void wake(int cpu) {}

    @Override
    public void alarm(int cpu, long nanos, Runnable ring) {}
}
