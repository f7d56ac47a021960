package dev.lungo.machine;

import dev.lungo.machine.VmExit.Halt;
import dev.lungo.machine.VmExit.Kicked;
import dev.lungo.machine.VmExit.Shutdown;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Runs the processors of a machine, its timers and what the host posts, all on the thread that
 * calls {@link #run}. Processors take turns; one that sleeps is passed over until it is signalled,
 * and when all sleep the thread does, until the next deadline or host input.
 *
 * <p>Only {@link #post} and {@link #end} may be called from other threads. Devices therefore need
 * no locks.
 */
public final class RunLoop {
    /**
     * How long a processor runs before it is another's turn and the clock is looked at, which an
     * engine need not do by itself.
     */
    private static final long SLICE_NANOS = 1_000_000;

    private static final int NONE = -1;

    private final List<VirtualCpu> cpus;
    private final Timers timers;
    private final RunLoopHost host;
    private final IntConsumer onShutdown;
    private final boolean[] asleep;
    private final Runnable interruptRunning = this::interruptRunning;

    /** The index of the processor that runs, or {@link #NONE}. */
    private volatile int running = NONE;

    /** There is something to do before more instructions are run. */
    private volatile boolean attention;

    private volatile boolean ended;
    private boolean stopped;

    /** What the alarm is set to, while a processor runs. */
    private long alarm = Timers.NEVER;

    /**
     * @param onShutdown is told the index of a processor that went into shutdown state; it must
     *     reset the machine or end the loop, else the processor sleeps until it is signalled
     */
    public RunLoop(List<VirtualCpu> cpus, Timers timers, RunLoopHost host, IntConsumer onShutdown) {
        this.cpus = List.copyOf(cpus);
        this.timers = timers;
        this.host = host;
        this.onShutdown = onShutdown;
        asleep = new boolean[cpus.size()];
        timers.onEarlier(this::timerMovedForward);
    }

    /** What the local APIC of a processor is to signal, so that the loop learns who is awake. */
    public VirtualCpu.Signals signals(int cpu) {
        VirtualCpu.Signals signals = cpus.get(cpu).signals();
        return new VirtualCpu.Signals() {
            @Override
            public void interrupt() {
                signals.interrupt();
                awake();
            }

            @Override
            public void nmi() {
                signals.nmi();
                awake();
            }

            @Override
            public void init() {
                signals.init();
                awake();
            }

            @Override
            public void startup(int vector) {
                signals.startup(vector);
                awake();
            }

            private void awake() {
                asleep[cpu] = false;
                if (running != NONE && running != cpu) {
                    interruptRunning(); // who signals may well wait for what this one does now
                }
            }
        };
    }

    /** Has the loop do something between instructions; at once if it sleeps or is stopped. */
    public void post(Runnable action) {
        host.post(action);
        interruptRunning();
    }

    /** Makes {@link #run} return. */
    public void end() {
        ended = true;
        host.wake();
        interruptRunning();
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

    /** Every processor may run again, as after a reset of the machine. */
    public void wakeAll() {
        java.util.Arrays.fill(asleep, false);
    }

    /** Runs until somebody calls {@link #end}. */
    public void run() {
        int next = 0;
        while (true) {
            attention = false;
            doPosted();
            if (ended) {
                break;
            }
            if (stopped) {
                setAlarm(Timers.NEVER);
                host.sleepUntil(Timers.NEVER);
                continue;
            }
            timers.runDue();
            int cpu = firstAwake(next);
            if (cpu == NONE) {
                host.sleepUntil(timers.nextDeadline());
                continue;
            }
            next = (cpu + 1) % asleep.length;
            runFor(cpu);
        }
        host.alarm(Timers.NEVER, interruptRunning);
    }

    private void doPosted() {
        for (Runnable action = host.poll(); action != null; action = host.poll()) {
            action.run();
        }
    }

    /** The first processor that is awake, from this one on and around, or {@link #NONE}. */
    private int firstAwake(int from) {
        for (int i = 0; i < asleep.length; i++) {
            int cpu = (from + i) % asleep.length;
            if (!asleep[cpu]) {
                return cpu;
            }
        }
        return NONE;
    }

    private void runFor(int cpu) {
        long deadline = Math.min(timers.nextDeadline(), timers.clock().nanos() + SLICE_NANOS);
        setAlarm(deadline);
        VmExit exit;
        running = cpu;
        try {
            if (attention) {
                return; // it came before the one who calls could see who runs
            }
            exit = cpus.get(cpu).run();
        } finally {
            running = NONE;
        }
        // No default: a new kind of exit does not compile until it is answered here.
        switch (exit) {
            case Halt _ -> asleep[cpu] = true;
            case Kicked _ -> {}
            case Shutdown _ -> {
                asleep[cpu] = true;
                onShutdown.accept(cpu);
            }
        }
    }

    /** A device has set a timer, perhaps while a processor runs. */
    private void timerMovedForward() {
        if (running != NONE && timers.nextDeadline() < alarm) {
            setAlarm(timers.nextDeadline());
        }
    }

    private void setAlarm(long nanos) {
        if (nanos != alarm) {
            alarm = nanos;
            host.alarm(nanos, interruptRunning);
        }
    }

    /** For any thread. */
    private void interruptRunning() {
        attention = true;
        int current = running;
        if (current != NONE) {
            cpus.get(current).kick();
        }
    }
}
