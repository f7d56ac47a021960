package dev.lungo.cpu;

import dev.lungo.cpu.core.GuestFault;
import dev.lungo.cpu.core.Interpreter;
import dev.lungo.cpu.core.Pending;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.State;
import dev.lungo.cpu.translate.Statistics;
import dev.lungo.cpu.translate.Translator;
import dev.lungo.host.Raw;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuSetup;
import dev.lungo.machine.Engine;
import dev.lungo.machine.VirtualCpu;
import dev.lungo.machine.VmExit;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** A software processor behind the border that all engines share. */
final class SoftCpu implements VirtualCpu {
    private final Processor cpu;
    private final Interpreter interpreter;

    /**
     * Null if everything is interpreted. It is made by a thread of its own, since that takes long.
     */
    private final @Nullable FutureTask<Translator> translator;

    /** Whether somebody makes the translator. */
    private boolean asked;

    /** Whether everything is counted that {@link #statistics} can have. */
    private final boolean counts;

    /** Time in {@link #run}, where it is counted. */
    private long nanos;

    SoftCpu(CpuSetup setup, boolean translates, Set<Engine.Aid> aids, @Nullable Path file) {
        cpu = new Processor(setup);
        counts = aids.contains(Engine.Aid.STATISTICS);
        if (translates) {
            FutureTask<Translator> made = new FutureTask<>(() -> new Translator(cpu, aids, file));
            translator = made;
            interpreter = new Interpreter(cpu, () -> come(made, !aids.isEmpty()));
        } else {
            translator = null;
            interpreter = new Interpreter(cpu);
        }
    }

    /** Null until it is there; it is begun with when the guest is, so as not to hold that up. */
    private @Nullable Translator come(FutureTask<Translator> made, boolean atOnce) {
        if (!asked) {
            asked = true;
            Thread.ofPlatform().name("lungo-translator").daemon().start(made);
        }
        return made.isDone() || atOnce ? result(made) : null;
    }

    private static Translator result(FutureTask<Translator> made) {
        try {
            return made.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("there is no translator", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the translator is made", e);
        }
    }

    @Override
    public void close() {
        if (translator != null && translator.isDone()) {
            result(translator).close();
        }
    }

    @Override
    public VmExit run() {
        if (!counts) {
            return interpreter.run();
        }
        long begun = System.nanoTime();
        try {
            return interpreter.run();
        } finally {
            nanos += System.nanoTime() - begun;
        }
    }

    @Override
    public String statistics() {
        var table = new Statistics.Table("processor " + cpu.index);
        long inBlocks = Raw.getLong(cpu.state + State.INSTRUCTIONS);
        if (counts) {
            long all = inBlocks;
            long interpreted = inBlocks;
            if (translator != null && translator.isDone()) {
                all += result(translator).statistics.instructions();
                interpreted += result(translator).statistics.falls();
            }
            table.row("time in the guest", nanos / 1_000_000, "ms");
            table.row("guest instructions", all);
            table.row("  interpreted", interpreted);
            table.row("guest speed", nanos == 0 ? 0 : all * 1000 / nanos, "MIPS");
        }
        table.row("blocks lowered", cpu.code.lowered());
        table.row("page walks", cpu.mmu.walks());
        if (translator != null && translator.isDone()) {
            result(translator).statistics.tell(table);
        }
        return table.toString();
    }

    @Override
    public void kick() {
        cpu.raise(Pending.KICK);
    }

    @Override
    public Signals signals() {
        return new Signals() {
            @Override
            public void interrupt() {
                cpu.raise(Pending.INTERRUPT);
            }

            @Override
            public void nmi() {
                cpu.raiseNmi();
            }

            @Override
            public void init() {
                cpu.raise(Pending.INIT);
            }

            @Override
            public void startup(int vector) {
                cpu.startupVector = vector;
                cpu.raise(Pending.STARTUP);
            }
        };
    }

    @Override
    public void save(CpuRegisters into) {
        cpu.save(into);
    }

    @Override
    public void load(CpuRegisters from) {
        cpu.load(from);
        cpu.lower(Pending.ASLEEP);
    }

    @Override
    public void writeMsr(int msr, long value) {
        try {
            cpu.msrs.write(msr, value);
        } catch (GuestFault fault) {
            throw new IllegalArgumentException("MSR %x cannot be %x".formatted(msr, value), fault);
        }
    }

    @Override
    public void setA20(boolean open) {
        cpu.setA20(open);
    }

    @Override
    public void reset() {
        cpu.reset();
    }

    @Override
    public long[] recentBlocks() {
        return interpreter.recentBlocks();
    }
}
