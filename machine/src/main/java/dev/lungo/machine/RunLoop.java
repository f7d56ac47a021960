package dev.lungo.machine;

import dev.lungo.machine.VmExit.Halt;
import dev.lungo.machine.VmExit.Kicked;
import dev.lungo.machine.VmExit.ServiceCall;
import dev.lungo.machine.VmExit.Shutdown;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs the processors of a machine, each on a thread, with its timers. The first has the thread
 * that calls {@link #run}, which also does what the host posts: between instructions, while no
 * other processor runs. A processor that halted sleeps until it is signalled or a timer is due.
 *
 * <p>{@link #post}, {@link #end} and the signals are for any thread; what is posted may call all
 * else.
 */
public final class RunLoop {
    /**
     * The longest turn of a processor. One that loops without ever calling anybody would not say
     * that time passes: see {@link Clock#beat}.
     */
    private static final long SLICE_NANOS = 1_000_000;

    private final List<Runner> runners = new ArrayList<>();
    private final RunLoopHost host;
    private final Listener listener;

    private volatile boolean ended;

    /** Another one after each reset: a service that began in an earlier life is given up. */
    private volatile Object life = new Object();

    /** For what is posted. */
    private boolean stopped;

    // For who holds this monitor, under which nobody takes another.

    /** The first thread wants to be alone, or is. */
    private boolean held;

    /** How many of the other threads are in a turn. */
    private int active;

    /** How many of them have not ended. */
    private int alive;

    private @Nullable Throwable failure;

    /** Who is told what a processor did that is not the loop's affair, on that one's thread. */
    public interface Listener {
        /**
         * A processor went into shutdown state: if this does not have the machine reset or end the
         * loop, the processor sleeps until it is signalled.
         */
        void shutdown(int cpu);

        /** A processor wants a service of the firmware: see {@link VmExit.ServiceCall}. */
        default void serviceCall(int cpu) {}
    }

    /** Thrown through a service that will never end, since the machine was reset or has ended. */
    private static final class Abandoned extends RuntimeException {
        private static final long serialVersionUID = 1;

        Abandoned() {
            super("the machine does not go on", null, false, false);
        }
    }

    /**
     * @param timers of each processor; an action is run by its thread
     */
    public RunLoop(
            List<VirtualCpu> cpus, List<Timers> timers, RunLoopHost host, Listener listener) {
        this.host = host;
        this.listener = listener;
        for (int i = 0; i < cpus.size(); i++) {
            runners.add(new Runner(i, cpus.get(i), timers.get(i)));
        }
    }

    /** What the local APIC of a processor is to signal, so that the loop learns who is awake. */
    public VirtualCpu.Signals signals(int cpu) {
        Runner runner = runners.get(cpu);
        VirtualCpu.Signals signals = runner.cpu.signals();
        return new VirtualCpu.Signals() {
            @Override
            public void interrupt() {
                signals.interrupt();
                runner.signal();
            }

            @Override
            public void nmi() {
                signals.nmi();
                runner.signal();
            }

            @Override
            public void init() {
                signals.init();
                runner.signal();
            }

            @Override
            public void startup(int vector) {
                signals.startup(vector);
                runner.signal();
            }
        };
    }

    /** Has something done while no processor executes instructions; at once if all sleep. */
    public void post(Runnable action) {
        host.post(action);
        runners.getFirst().interrupt();
    }

    /** Makes {@link #run} return. */
    public void end() {
        ended = true;
        runners.getFirst().interrupt();
    }

    /** No guest instruction is executed and no timer runs until {@link #proceed}. */
    public void stop() {
        stopped = true;
    }

    public void proceed() {
        stopped = false;
    }

    public boolean isStopped() {
        return stopped;
    }

    /** The machine was reset: services under way are given up, and every processor may run. */
    public void restart() {
        life = new Object();
        runners.forEach(Runner::signal);
    }

    /**
     * Goes on with everything in the middle of a {@link Listener#serviceCall}, until something
     * holds that the guest brings about. Does not return if the machine is reset or ends before.
     *
     * @param cpu the processor that called
     */
    public void runUntil(int cpu, BooleanSupplier holds) {
        Runner runner = runners.get(cpu);
        Object before = life;
        runner.halted = false; // if it was, then where an earlier one of these has left it
        while (!holds.getAsBoolean()) {
            if (cpu == 0) {
                doPosted();
            }
            if (ended || !life.equals(before)) {
                throw new Abandoned();
            }
            if (cpu == 0) {
                runFirst();
            } else {
                finish();
                runOther(runner);
                beginAgain(runner);
            }
        }
    }

    /**
     * Runs until somebody calls {@link #end}. What goes wrong on any processor's thread ends it,
     * too, and is thrown here.
     */
    public void run() {
        try {
            startOthers();
            while (true) {
                doPosted();
                if (ended) {
                    break;
                }
                runFirst();
            }
        } finally {
            endOthers();
        }
        rethrow();
    }

    private void runFirst() {
        Runner first = runners.getFirst();
        if (stopped) {
            host.sleepUntil(first.index, Timers.NEVER);
        } else if (!first.turn()) {
            first.sleep();
        }
    }

    // What the first thread does about the others.

    private void startOthers() {
        for (Runner each : runners.subList(1, runners.size())) {
            host.start(each.index, () -> runAllOf(each));
            synchronized (this) {
                alive++;
            }
        }
    }

    private void doPosted() {
        Runnable action = host.poll();
        if (action == null && !stopped) {
            return;
        }
        hold();
        for (; action != null; action = host.poll()) {
            action.run();
        }
        if (!stopped) {
            release();
        }
    }

    /** Returns when no other thread is in a turn, nor begins one. */
    private void hold() {
        if (runners.size() == 1) {
            return;
        }
        synchronized (this) {
            held = true;
        }
        kickOthers();
        while (hasActive()) {
            host.sleepUntil(0, Timers.NEVER);
        }
    }

    private synchronized boolean hasActive() {
        return active != 0;
    }

    private void release() {
        synchronized (this) {
            held = false;
        }
        for (Runner each : runners.subList(1, runners.size())) {
            host.wake(each.index);
        }
    }

    private void kickOthers() {
        for (Runner each : runners.subList(1, runners.size())) {
            each.cpu.kick();
        }
    }

    private void endOthers() {
        ended = true;
        release();
        kickOthers();
        while (hasAlive()) {
            host.sleepUntil(0, Timers.NEVER);
        }
        for (Runner each : runners) {
            host.alarm(each.index, Timers.NEVER, each.kick);
        }
    }

    private synchronized boolean hasAlive() {
        return alive != 0;
    }

    private synchronized void rethrow() {
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
    }

    // What the others do.

    private void runAllOf(Runner runner) {
        try {
            while (!ended) {
                runOther(runner);
            }
        } catch (RuntimeException | Error e) {
            fail(e);
        } finally {
            synchronized (this) {
                alive--;
            }
            host.wake(0);
        }
    }

    private void runOther(Runner runner) {
        if (!begin(runner)) {
            return;
        }
        boolean awake;
        try {
            awake = runner.turn();
        } finally {
            finish();
        }
        if (!awake) {
            runner.sleep();
        }
    }

    /** Waits until the first thread does not want to be alone; false at the end. */
    private boolean begin(Runner runner) {
        while (!ended) {
            synchronized (this) {
                if (!held) {
                    active++;
                    return true;
                }
            }
            host.sleepUntil(runner.index, Timers.NEVER);
        }
        return false;
    }

    /** The same for one that is in a turn and has let go meanwhile, which ends also at the end. */
    private void beginAgain(Runner runner) {
        if (!begin(runner)) {
            synchronized (this) {
                active++;
            }
        }
    }

    private void finish() {
        boolean awaited;
        synchronized (this) {
            active--;
            awaited = held && active == 0;
        }
        if (awaited) {
            host.wake(0);
        }
    }

    private void fail(Throwable e) {
        synchronized (this) {
            if (failure == null) {
                failure = e;
            }
        }
        end();
    }

    /** One processor, and who runs it. */
    private final class Runner {
        final int index;
        final VirtualCpu cpu;
        final Timers timers;
        final Runnable kick;

        /** For its thread. */
        private boolean halted;

        /**
         * When the turn is over, at the latest. Written by its thread, before it announces that.
         */
        private volatile long turnEnd;

        /** It may have something to run. Set by any thread; cleared by its own before it looks. */
        private volatile boolean signalled;

        /** Its thread is in {@link VirtualCpu#run}, or about to be. Written by that thread. */
        private volatile boolean running;

        /** Its thread sleeps, or is about to: it looks at everything once more before. Likewise. */
        private volatile boolean sleeping;

        Runner(int index, VirtualCpu cpu, Timers timers) {
            this.index = index;
            this.cpu = cpu;
            this.timers = timers;
            kick = this::kickRunning;
            timers.onEarlier(this::deadlineMoved);
        }

        /** Runs what is due and then guest instructions; false if there is nothing to run. */
        boolean turn() {
            if (timers.runDue()) {
                halted = false; // an action may have sent the processor elsewhere
            }
            if (halted && !signalled) {
                return false;
            }
            signalled = false;
            running = true;
            VmExit exit;
            try {
                turnEnd = cpu.sleepsItself() ? Timers.NEVER : timers.clock().nanos() + SLICE_NANOS;
                timers.announce();
                exit = cpu.run();
            } finally {
                running = false;
            }
            // No default: a new kind of exit does not compile until it is answered here.
            switch (exit) {
                case Halt _ -> halted = true;
                case Kicked _ -> halted = false;
                case ServiceCall _ -> {
                    halted = false;
                    serve();
                    halted = false;
                }
                case Shutdown _ -> {
                    halted = true;
                    listener.shutdown(index);
                }
            }
            return true;
        }

        private void serve() {
            try {
                listener.serviceCall(index);
            } catch (Abandoned _) {
                // what the processor does now has nothing to do with the call
            }
        }

        /** Until it is signalled, a timer is due, or there is something else to do. */
        void sleep() {
            sleeping = true;
            if (!signalled && !ended) {
                host.sleepUntil(index, timers.nextDeadline());
            }
            sleeping = false;
        }

        // For any thread.

        void signal() {
            signalled = true;
            if (sleeping) {
                host.wake(index);
            }
        }

        /** Has its thread look at what there is to do. */
        void interrupt() {
            host.wake(index);
            cpu.kick();
        }

        /** Under the timers' monitor. */
        private void deadlineMoved() {
            if (running) {
                host.alarm(index, Math.min(timers.nextDeadline(), turnEnd), kick);
            }
            if (sleeping) {
                host.wake(index);
            }
        }

        /** What is due is run before the next turn if it is not under way. */
        private void kickRunning() {
            if (running) {
                cpu.kick();
            }
        }
    }
}
