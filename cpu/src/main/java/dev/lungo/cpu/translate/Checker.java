package dev.lungo.cpu.translate;

import dev.lungo.cpu.core.Flags;
import dev.lungo.cpu.core.GuestFault;
import dev.lungo.cpu.core.Mmu;
import dev.lungo.cpu.core.Pending;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;
import dev.lungo.machine.EngineException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Has whatever translated code does done again by the interpreter, and stops at the first
 * difference.
 *
 * <p>Units are run one at a time, up to where they leave for Java: they jump to no other, and log
 * what they store over. Then registers and memory are put back, the same instructions are
 * interpreted, and both outcomes compared; it goes on with the interpreter's. Devices never hear of
 * it twice, since translated code does not reach them.
 */
final class Checker implements Mmu.StoreObserver {
    // The registers of the state, as the interpreter has them, without what others write to.
    private static final int REGISTERS_BYTES = State.SCRATCH;

    /** Those that every unit may change. */
    private static final int GENERAL_BYTES = State.X87;

    private final Processor cpu;
    private final long state;
    private final StoreLog stores;
    private final Registers before = new Registers();
    private final Registers translated = new Registers();

    // Where translated code is entered next.
    private @Nullable Unit unit;
    private int first;

    /** What the interpreter has stored to that translated code has not, or 0: a host address. */
    private long stray;

    Checker(Processor cpu) {
        this.cpu = cpu;
        state = cpu.state;
        stores = new StoreLog(cpu.state);
    }

    /** The next run begins with so many instructions of a unit behind it. */
    void begins(Unit at, int index) {
        unit = at;
        first = index;
    }

    /**
     * Runs translated code from a host address, and checks it.
     *
     * @throws EngineException if the tiers differ
     */
    Exit run(long at, LongFunction<Exit> translator) {
        Unit running = unit;
        if (running == null) {
            throw new IllegalStateException("a run of no unit");
        }
        boolean more = running.usesVectors || running.usesFpu;
        int bytes = more ? REGISTERS_BYTES : GENERAL_BYTES;
        before.save(state, bytes);
        stores.begin();
        long counted = Raw.getLong(state + State.TRANSLATED_INSTRUCTIONS);
        Exit exit = translator.apply(at);
        int end =
                exit.interprets()
                        ? exit.before
                        : (int) (Raw.getLong(state + State.TRANSLATED_INSTRUCTIONS) - counted);
        translated.save(state, bytes);
        stores.undo();
        before.restore(state, bytes);
        Plan plan = plan(running);
        String trouble = interpret(plan, Math.max(end, first), exit.interprets());
        if (trouble.isEmpty()) {
            trouble = difference(plan, Math.max(end, first), bytes);
        }
        if (!trouble.isEmpty()) {
            before.complete(state, bytes);
            translated.complete(state, bytes);
            System.err.print(
                    CheckReport.of(plan, first, end, before, Registers.of(state), translated));
            throw new EngineException("translated code and the interpreter differ: " + trouble);
        }
        translated.restoreHeeded(state);
        return exit;
    }

    private Plan plan(Unit of) {
        Plan plan = of.plan;
        if (plan == null) {
            plan = new Plan(cpu, of);
            of.plan = plan;
        }
        return plan;
    }

    /** Interprets instructions of a unit up to {@code end}; returns what has gone wrong. */
    private String interpret(Plan plan, int end, boolean staysInUnit) {
        boolean shadow = (Raw.getIntOpaque(state + State.PENDING) & Pending.SHADOW) != 0;
        stray = 0;
        long rip = cpu.rip();
        cpu.mmu.observeStores(this);
        try {
            for (int i = first; i < end; i++) {
                Plan.Step step = plan.step(i);
                do {
                    cpu.setRip(rip);
                    step.op().execute(cpu);
                } while (step.isEnding() && cpu.rip() == rip + step.start() && step.repeats());
                boolean last = i == end - 1 && !staysInUnit;
                if (last && !step.isEnding()) {
                    cpu.continueAt(step.end());
                } else if (!last && step.isEnding()) {
                    if (cpu.rip() != plan.wrap(rip + step.end())) {
                        return "it has not branched at " + step.instruction();
                    }
                    cpu.setRip(rip);
                }
            }
            if (first == plan.size() && !staysInUnit) {
                cpu.continueAt(plan.unit.bytes());
            }
        } catch (GuestFault fault) {
            return "it has not raised " + fault.vector;
        } finally {
            cpu.mmu.observeStores(null);
            cpu.resume();
            if (!shadow) {
                cpu.lower(Pending.SHADOW);
            }
        }
        return "";
    }

    private String difference(Plan plan, int end, int bytes) {
        String register = translated.difference(state, bytes);
        if (!register.isEmpty()) {
            return register;
        }
        long flags = Flags.status(translated.at) ^ Flags.status(state);
        if (flags != 0 && (flags & ~plan.undefinedFlags(first, end)) != 0) {
            return "status flags";
        }
        long host = stores.difference();
        if (host == 0) {
            host = stray;
        }
        return host == 0
                ? ""
                : "memory at guest-physical %x, which is %02x now"
                        .formatted(cpu.memory.physical(host), Raw.getByte(host));
    }

    @Override
    public void stored(long physical, int bytes) {
        long host = cpu.memory.host(physical);
        if (host != 0 && !stores.covers(host, bytes)) {
            stray = host;
        }
    }

    /** The registers of a processor at some time. */
    static final class Registers {
        private final MemorySegment memory = Arena.ofAuto().allocate(REGISTERS_BYTES, 8);
        final long at = memory.address();

        static Registers of(long state) {
            Registers registers = new Registers();
            registers.save(state, REGISTERS_BYTES);
            return registers;
        }

        /** The first so many bytes. */
        void save(long state, int bytes) {
            Raw.copy(state, at, bytes);
        }

        /** What has not been saved is still in the state. */
        void complete(long state, int bytes) {
            Raw.copy(state + bytes, at + bytes, REGISTERS_BYTES - bytes);
        }

        void restore(long state, int bytes) {
            Raw.copy(at, state, State.PENDING);
            int rest = State.INSTRUCTIONS;
            Raw.copy(at + rest, state + rest, bytes - rest);
        }

        /**
         * What CLI and STI of translated code have changed, which the interpreter does not keep.
         */
        void restoreHeeded(long state) {
            Raw.putInt(state + State.HEEDED, Raw.getInt(at + State.HEEDED));
        }

        /** The name of the first register that differs from the state's, or nothing. */
        String difference(long state, int bytes) {
            if (!same(state, 0, State.FLAGS_RESULT)
                    || !same(state, State.RFLAGS, State.PENDING)
                    || !same(state, State.SEGMENT_BASE, State.FLAGS_A)
                    || !same(state, State.X87, Math.min(bytes, State.VECTORS_IN_HOST))) {
                return CheckReport.firstDifference(at, state);
            }
            return "";
        }

        private boolean same(long state, int from, int to) {
            for (int i = from; i < to; i += 8) {
                if (Raw.getLong(at + i) != Raw.getLong(state + i)) {
                    return false;
                }
            }
            return true;
        }
    }
}
