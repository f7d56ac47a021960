package dev.lungo.cpu.core;

import dev.lungo.cpu.block.Block;
import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.translate.Exit;
import dev.lungo.cpu.translate.Translator;
import dev.lungo.cpu.translate.Unit;
import dev.lungo.host.Raw;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.machine.VmExit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The loop that runs blocks. Whatever is not the next instruction of a block, it looks at on a
 * block's entry, and only when {@link State#PENDING} says that there is something.
 */
public final class Interpreter {
    private static final VmExit HALT = new VmExit.Halt();
    private static final VmExit SERVICE_CALL = new VmExit.ServiceCall();
    private static final VmExit KICKED = new VmExit.Kicked();
    private static final VmExit SHUTDOWN = new VmExit.Shutdown();

    /** Some ten microseconds' worth. */
    private static final int BLOCKS_PER_BEAT = 512;

    private final Processor cpu;
    private final long pending;
    private final long instructions;
    private final long rip;
    private final long codeBase;
    private final long recent;

    /**
     * How many blocks, or exits of translated code, until the clock is told that time passes; it
     * also numbers {@link Recent}.
     */
    private int untilBeat = BLOCKS_PER_BEAT;

    /**
     * It was only asked to look at something else for once: if that takes long, or the host has no
     * time for it, the guest is not to see so.
     */
    private boolean goesOn;

    /** Null where the host cannot, or nobody wants it. */
    private @Nullable Translator translator;

    /** Where it will come from; null once it is there. */
    private @Nullable Supplier<@Nullable Translator> coming;

    /** Without translation. */
    public Interpreter(Processor cpu) {
        this(cpu, (Translator) null);
    }

    public Interpreter(Processor cpu, @Nullable Translator translator) {
        this.cpu = cpu;
        this.translator = translator;
        if (translator != null) {
            translator.begin();
        }
        pending = cpu.state + State.PENDING;
        instructions = cpu.state + State.INSTRUCTIONS;
        rip = cpu.state + State.RIP;
        codeBase = cpu.state + State.segmentBase(Segments.CS);
        recent = cpu.state + State.RECENT;
    }

    /**
     * Without translation until there is a translator.
     *
     * @param coming has none, again and again, and then one
     */
    public Interpreter(Processor cpu, Supplier<@Nullable Translator> coming) {
        this(cpu, (Translator) null);
        this.coming = coming;
    }

    private void awaitTranslator() {
        if (coming != null) {
            translator = coming.get();
            if (translator != null) {
                translator.begin();
                coming = null;
            }
        }
    }

    /** Linear addresses of the blocks that were entered last, the oldest first. */
    public long[] recentBlocks() {
        return Recent.read(cpu, untilBeat);
    }

    /** Runs until there is something for the run loop to do. */
    public VmExit run() {
        cpu.inbox.enter();
        if (goesOn) {
            cpu.clock.beat();
        } else {
            cpu.clock.begin();
        }
        goesOn = false;
        try {
            awaitTranslator();
            if (translator != null) {
                translator.makeRoom();
            }
            VmExit exit = runGuest();
            goesOn = exit instanceof VmExit.Kicked;
            return exit;
        } finally {
            if (!goesOn) {
                cpu.clock.rest();
            }
            cpu.inbox.leave();
        }
    }

    private VmExit runGuest() {
        cpu.resume();
        for (; ; ) {
            try {
                VmExit exit = runBlocks();
                if (exit != null) {
                    return exit;
                }
            } catch (GuestFault fault) {
                if (!cpu.events.exception(fault)) {
                    return shutDown();
                }
            }
        }
    }

    private VmExit shutDown() {
        cpu.raise(Pending.ASLEEP);
        return SHUTDOWN;
    }

    /** Returns null only to be called again. A fault that it throws has RIP at its instruction. */
    private @Nullable VmExit runBlocks() {
        for (; ; ) {
            beatNowAndThen();
            int waiting = Raw.getIntOpaque(pending);
            if (cpu.mustHeed(waiting)) {
                VmExit exit = attend(waiting);
                if (exit != null) {
                    untilBeat++; // no block was entered
                    return exit;
                }
                if ((Raw.getIntOpaque(pending) & (Pending.STEP | Pending.SHADOW)) != 0) {
                    record(untilBeat);
                    step();
                    continue;
                }
            }
            record(untilBeat);
            Block block = cpu.enter();
            if (translator != null) {
                Unit unit = translator.unitOf(block);
                if (unit != null) {
                    runTranslated(translator, unit);
                    continue;
                }
            }
            Op op = block.first;
            try {
                for (; ; ) {
                    op.execute(cpu);
                    Op next = op.next;
                    if (next == null) {
                        if (!cpu.repeats) {
                            break;
                        }
                        cpu.repeats = false;
                        count(block.instructions);
                        next = block.first;
                    }
                    op = next;
                }
            } catch (GuestFault fault) {
                count(block.instructionsBefore(op));
                settle(fault, op);
                throw fault;
            }
            if (block.isLast(op)) {
                count(block.instructions);
            } else { // a store has hit this very block
                count(block.instructionsUpTo(op));
                cpu.continueAt(op.end());
            }
        }
    }

    /** Runs translated code, and interprets what it leaves to us, until it does not go on. */
    private void runTranslated(Translator translator, Unit unit) {
        cpu.resume();
        long at = enter(translator, unit);
        while (at != 0) {
            Exit exit = translator.run(at);
            beatNowAndThen();
            record(untilBeat);
            if (!exit.interprets()) {
                at = translator.follow(exit);
                continue;
            }
            Op op = translator.op(exit);
            try {
                op.execute(cpu);
            } catch (GuestFault fault) {
                translator.abandon(exit, 0);
                settle(fault, op);
                throw fault;
            }
            if (op instanceof Op.Ending) {
                translator.abandon(exit, 1);
                at = enterNext(translator);
                continue;
            }
            at = translator.resume(exit);
            if (at == 0) {
                translator.abandon(exit, 1);
                cpu.continueAt(op.end());
            }
        }
    }

    private void beatNowAndThen() {
        if (--untilBeat == 0) {
            untilBeat = BLOCKS_PER_BEAT;
            cpu.clock.beat();
        }
    }

    /** Where to go on in translated code behind the end of a unit, or 0. */
    private long enterNext(Translator translator) {
        cpu.resume();
        if (cpu.mustHeed(Raw.getIntOpaque(pending))) {
            return 0;
        }
        Unit unit = translator.unitOf(cpu.code.current());
        if (unit == null) {
            return 0;
        }
        return enter(translator, unit);
    }

    private long enter(Translator translator, Unit unit) {
        cpu.enterTranslation(unit);
        Raw.putInt(cpu.state + State.HEEDED, heeded());
        return translator.enter(unit);
    }

    private void record(int block) {
        Raw.putLong(recent + Recent.slot(block), Raw.getLong(rip) + Raw.getLong(codeBase));
    }

    private void count(int executed) {
        Raw.putLong(instructions, Raw.getLong(instructions) + executed);
    }

    private void settle(GuestFault fault, Op op) {
        if (fault.nonCanonical && op.addressesStack()) {
            fault.vector = ExceptionVector.SS;
        }
        if (fault.settled) {
            cpu.resume();
        } else {
            cpu.continueAt(op.start());
        }
    }

    /** What could be dealt with now: interrupts and NMIs may have to wait. */
    private int heeded() {
        return ~((cpu.interruptsAllowed() ? 0 : Pending.INTERRUPT)
                | (cpu.nmiAllowed() ? 0 : Pending.NMI));
    }

    /** Deals with what is pending; returns an exit, or null to go on. */
    private @Nullable VmExit attend(int waiting) {
        if ((waiting & Pending.REQUEST) != 0) {
            cpu.lower(Pending.REQUEST);
            cpu.inbox.attend();
        }
        if ((waiting & Pending.A20) != 0) {
            cpu.lower(Pending.A20);
            cpu.takeA20();
        }
        if ((waiting & Pending.SERVICE) != 0) {
            cpu.lower(Pending.SERVICE);
            return SERVICE_CALL;
        }
        if ((waiting & Pending.KICK) != 0) {
            cpu.lower(Pending.KICK);
            return KICKED;
        }
        if ((waiting & (Pending.INIT | Pending.STARTUP)) != 0) {
            cpu.takeInitAndStartup();
            return (Raw.getIntOpaque(pending) & Pending.ASLEEP) != 0 ? HALT : null;
        }
        if ((waiting & Pending.SHADOW) != 0) {
            return null;
        }
        if ((waiting & Pending.NMI) != 0 && cpu.nmiAllowed()) {
            cpu.takeNmi();
            cpu.lower(Pending.ASLEEP);
            return cpu.events.nmi() ? null : shutDown();
        }
        if ((waiting & Pending.INTERRUPT) != 0 && cpu.interruptsAllowed()) {
            cpu.lower(Pending.INTERRUPT);
            if (cpu.apic.hasInterrupt()) {
                cpu.raise(Pending.INTERRUPT); // there may be more behind it
                int vector = cpu.apic.acknowledge();
                cpu.lower(Pending.ASLEEP);
                return cpu.events.interrupt(vector) ? null : shutDown();
            }
        }
        return (waiting & Pending.ASLEEP) != 0 ? HALT : null;
    }

    /** Runs one instruction, with all that only happens between two. */
    private void step() {
        cpu.debug.beforeInstruction();
        cpu.lower(Pending.SHADOW);
        Block block = cpu.enterSingle();
        Op op = block.first;
        long next = cpu.rip() + op.end();
        try {
            op.execute(cpu);
        } catch (GuestFault fault) {
            settle(fault, op);
            throw fault;
        }
        count(1);
        if (!(op instanceof Op.Ending)) {
            cpu.continueAt(op.end());
        }
        cpu.debug.afterInstruction(cpu.rip() != next);
    }
}
