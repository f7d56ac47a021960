package dev.lungo.cpu.translate;

import dev.lungo.cpu.block.Block;
import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.core.Mode;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.State;
import dev.lungo.cpu.op.FastCalls;
import dev.lungo.host.CodeMemory;
import dev.lungo.host.Raw;
import dev.lungo.host.SignalHandlers;
import dev.lungo.machine.Engine;
import dev.lungo.machine.EngineException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns guest code into host code, keeps it, and runs it. For one processor.
 *
 * <p>What has no emitter, and what misses in the TLB, is interpreted, one instruction at a time.
 */
public final class Translator {
    private static final int CODE_BYTES = 64 << 20;

    /** How often a block is interpreted before it is translated, where nothing else is said. */
    private static final int ENTRIES_BEFORE = Integer.getInteger("lungo.entriesBefore", 6);

    /** What it has done so far. */
    public final Statistics statistics;

    private final @Nullable ProfileMap map;
    private final @Nullable Checker checker;
    private final Processor cpu;
    private final int entriesBefore;
    private final CodeMemory memory;
    private final HostCode code = new HostCode();
    private final HostFeatures host;
    private final Stubs stubs;
    private final Catalog catalog;
    private final @Nullable TranslationFile file;

    private final ExitTable exits = new ExitTable();
    private final Draft.Tools tools;

    private final Generations generations;

    private final long first;

    /** The unit that is entered next, somewhere. */
    private @Nullable Unit running;

    public Translator(Processor cpu) {
        this(cpu, Set.of(), null);
    }

    /**
     * @param aids what it does beside translating
     * @param file where translations are kept from one run to the next
     */
    public Translator(Processor cpu, Set<Engine.Aid> aids, @Nullable Path file) {
        this(cpu, aids, ENTRIES_BEFORE, file, CODE_BYTES);
    }

    /** Translates a block when it is entered for the {@code entriesBefore}th time. */
    public Translator(Processor cpu, int entriesBefore) {
        this(cpu, Set.of(), entriesBefore, null, CODE_BYTES);
    }

    /**
     * Both.
     *
     * @param entriesBefore how often a block is entered before it is translated
     * @param codeBytes how much memory host code may have: some megabytes
     */
    public Translator(
            Processor cpu,
            Set<Engine.Aid> aids,
            int entriesBefore,
            @Nullable Path file,
            int codeBytes) {
        this.cpu = cpu;
        this.entriesBefore = entriesBefore;
        statistics = new Statistics(cpu, aids.contains(Engine.Aid.STATISTICS));
        checker = aids.contains(Engine.Aid.CHECK) ? new Checker(cpu) : null;
        map = aids.contains(Engine.Aid.PROFILE_MAP) ? ProfileMap.open() : null;
        memory = CodeMemory.map(codeBytes + Catalog.BYTES);
        Raw.putLong(cpu.state + State.CODE_TO_WRITABLE, memory.toWritable());
        catalog = new Catalog(memory.executable() + memory.toWritable() + codeBytes);
        generations = new Generations(memory.executable(), codeBytes);
        code.begin(generations.next());
        host = HostFeatures.of(cpu.model);
        stubs = new Stubs(code, host);
        if (map != null) {
            map.add(generations.next(), code.length(), "lungo stubs");
        }
        write();
        first = generations.next();
        tools = new Draft.Tools(cpu, code, stubs, host, statistics, checker != null, exits);
        boolean kept = file != null && !statistics.counts && checker == null; // other code
        this.file = kept ? new TranslationFile(file, cpu.model.title(), host.toString()) : null;
        load();
        long end = memory.executable() + codeBytes;
        Guard.protect(stubs.guarded, end - stubs.guarded, stubs.recover, cpu.state);
    }

    private void load() {
        if (file == null || !file.exists()) {
            return;
        }
        long code = memory.executable() + memory.toWritable();
        try {
            int begin = (int) (first - memory.executable());
            var extent = file.load(code, begin, generations.capacity(), catalog);
            generations.loaded(memory.executable() + extent.end());
            exits.reserve(extent.exits());
        } catch (TranslationFile.Unusable e) {
            catalog.clear();
            System.err.printf(
                    "lungo: the translations in %s are not used: %s%n",
                    file.path(), e.getMessage());
        }
    }

    /** To be called by the thread that runs the processor, before anything else. */
    public void begin() {
        if (exits.next() > Exit.FAULT + 1) { // there are some from a file
            cpu.code.keeper(this::fromFile);
        }
    }

    /** Keeps what was translated for the next run; nothing can be run here any more. */
    public void close() {
        if (file == null || statistics.evictions() > 0 || !catalog.isWorthKeeping()) {
            return;
        }
        int begin = (int) (first - memory.executable());
        int end = (int) (generations.next() - memory.executable());
        long code = memory.executable() + memory.toWritable();
        try {
            file.save(code, new TranslationFile.Extent(begin, end, exits.next()), catalog);
        } catch (IOException e) {
            System.err.printf(
                    "lungo: the translations cannot be kept in %s: %s%n",
                    file.path(), e.getMessage());
        }
    }

    /** The translation of a block, which is made once the block has been entered often enough. */
    public @Nullable Unit unitOf(Block block) {
        if (block.translation instanceof Unit unit) {
            if (unit.isLive()) {
                return canRun(unit) ? unit : null;
            }
            block.translation = null;
            block.entries = 0;
        }
        if (++block.entries != entriesBefore || (block.mode & Mode.INNER) != 0) {
            return null;
        }
        Unit unit = translate(block);
        return unit != null && canRun(unit) ? unit : null;
    }

    /**
     * All of it must be in the code segment, and on the host's vector and x87 registers no
     * floating-point exception may be raised.
     */
    private boolean canRun(Unit unit) {
        return !(unit.isSegmented() && !cpu.fitsCodeSegment(unit.bytes()))
                && !(unit.usesVectors && !hasAll(State.MXCSR, VectorTransfer.MASKS))
                && !(unit.usesFpu && !hasAll(State.FCW, X87Transfer.MASKS));
    }

    private boolean hasAll(int at, int bits) {
        return (Raw.getInt(cpu.state + at) & bits) == bits;
    }

    // Running.

    /** The host address at which a unit is entered from the current instruction pointer. */
    public long enter(Unit unit) {
        long linear = cpu.linearIp();
        long key = Raw.getLong(cpu.state + State.JUMP_KEY);
        remember(State.JUMPS, Stubs.JUMPS, linear, key, unit.entry);
        rememberUnit(unit);
        running = unit;
        if (checker != null) {
            checker.begins(unit, 0);
        }
        return unit.entry;
    }

    /** One that is in the way is put beside it. */
    private void rememberUnit(Unit unit) {
        long slot = cpu.state + State.UNITS;
        slot += (long) Stubs.slot(unit.host, Stubs.UNITS) * Stubs.JUMP_BYTES;
        long there = Raw.getLong(slot);
        if (there != 0 && there != unit.host) {
            Raw.copy(slot, slot ^ Stubs.JUMP_BYTES, Stubs.JUMP_BYTES);
        }
        remember(State.UNITS, Stubs.UNITS, unit.host, unit.mode, unit.entry);
    }

    private void remember(int table, int entries, long address, long key, long entry) {
        long slot = cpu.state + table + (long) Stubs.slot(address, entries) * Stubs.JUMP_BYTES;
        Raw.putLong(slot, address);
        Raw.putLong(slot + Stubs.JUMP_KEY, key);
        Raw.putLong(slot + Stubs.JUMP_CODE, entry);
    }

    /** Runs translated code from a host address until it needs Java. */
    public Exit run(long at) {
        return checker == null ? runUnchecked(at) : checker.run(at, this::runUnchecked);
    }

    private Exit runUnchecked(long at) {
        moveRip(-unit(running).onPage()); // see Frame
        FlagsKind.toTranslated(cpu.state);
        int number = (int) CodeMemory.call(stubs.enter, cpu.state, at);
        FlagsKind.toInterpreter(cpu.state);
        if (Raw.getInt(cpu.state + State.MODE_CHANGED) != 0) {
            FastCalls.followModeChange(cpu);
        }
        X87Emitters.settlePointers(cpu);
        Exit exit = number == Exit.FAULT ? recover() : exits.get(number);
        moveRip(exit.onPage());
        statistics.left(exit);
        return exit;
    }

    /**
     * Translated code has faulted: has the instruction interpreted.
     *
     * @throws EngineException if the guest's state is lost
     */
    private Exit recover() {
        Unit unit = unitAt(Raw.getLong(cpu.state + State.FAULT_RIP));
        Exit exit = unit == null || !unit.isLive() ? null : recover(unit);
        String what =
                "%s at host address %x, to %x, in the translation of guest-physical %x at RIP %x"
                        .formatted(
                                signal(Raw.getInt(cpu.state + State.FAULT_SIGNAL)),
                                Raw.getLong(cpu.state + State.FAULT_RIP),
                                Raw.getLong(cpu.state + State.FAULT_ADDRESS),
                                unit == null ? 0 : unit.physical,
                                cpu.rip() + (unit == null ? 0 : unit.onPage()));
        if (exit == null) {
            throw new EngineException("translated code faulted, and the state is lost: " + what);
        }
        statistics.guarded(what);
        return exit;
    }

    private static String signal(int number) {
        return switch (number) {
            case SignalHandlers.SIGILL -> "SIGILL";
            case SignalHandlers.SIGBUS -> "SIGBUS";
            case SignalHandlers.SIGFPE -> "SIGFPE";
            default -> "SIGSEGV";
        };
    }

    /** The unit whose translation has this host address. */
    private @Nullable Unit unitAt(long at) {
        Unit found = null;
        for (Unit each : units()) {
            if (each.entry <= at && (found == null || each.entry > found.entry)) {
                found = each;
            }
        }
        return found;
    }

    /** All there are, in no order. */
    Set<Unit> units() {
        Set<Unit> units = new HashSet<>();
        for (int i = 0; i < Generations.COUNT; i++) {
            units.addAll(units(i));
        }
        return units;
    }

    private Set<Unit> units(int generation) {
        Set<Unit> units = new HashSet<>();
        exits.forEach(
                generation,
                each -> {
                    if (each.unit != null) {
                        units.add(each.unit);
                    }
                });
        return units;
    }

    /** What leads from where translated code is executed to where it is written. */
    long toWritable() {
        return memory.toWritable();
    }

    /** The exit that the fault is, or null if the state is lost. Translates the unit once more. */
    private @Nullable Exit recover(Unit unit) {
        long deadEntry = unit.deadEntry;
        int before = exits.next();
        Recovery recovery = new Recovery();
        code.begin(unit.entry);
        Draft draft = new Draft(tools, unit);
        draft.emission.recovery = recovery;
        if (draft.translate() == null || unit.deadEntry != deadEntry) {
            throw new IllegalStateException("a unit is not translated as it was before");
        }
        int start = recovery.restore(code, unit.entry, cpu.state);
        Exit exit = start < 0 ? null : exits.get(draft.interpret(start, Exit.Cause.FAULT));
        exits.truncate(before);
        return exit;
    }

    /** A unit is not gone on with behind an exit, after so many of the exit's instructions. */
    public void abandon(Exit exit, int executed) {
        statistics.executed(exit.before + executed);
    }

    /**
     * Finds where an exit leads that moved the instruction pointer, and sees to it that the code
     * finds it itself next time: returns a host address, or 0 if it is not translated.
     */
    public long follow(Exit exit) {
        if (exit.kind == Exit.Kind.LEAVE) {
            return 0;
        }
        Unit from = exit.unit;
        if (exit.kind == Exit.Kind.DEAD && from != null && from.isLive()) {
            cpu.code.drop(from); // it has found out by itself
        }
        Block block = cpu.code.current();
        Unit to = unitOf(block);
        if (to == null) {
            return 0;
        }
        if (checker != null) {
            return enter(to);
        }
        if (exit.kind == Exit.Kind.LINK) {
            patch(exit.resume - 4, to.entry);
        } else if (from != null && from.physical == to.physical && from.mode == to.mode) {
            patch(from.entry + 1, to.entry);
        }
        return enter(to);
    }

    /** The instruction that an exit wants interpreted now. */
    public Op op(Exit exit) {
        Unit unit = unit(exit);
        cpu.enterTranslation(unit);
        if (unit.crosses) { // and may be another instruction by now
            return cpu.code.single().first;
        }
        Op op = exit.op;
        if (op == null) {
            op = cpu.code.op(unit.physical, exit.start);
            exit.op = op;
        }
        return op;
    }

    /** Where to go on behind an instruction that was interpreted, or 0 if its code has changed. */
    public long resume(Exit exit) {
        Unit unit = unit(exit);
        boolean goesOn = unit.isLive() && !unit.crosses && cpu.mode() == unit.mode && canRun(unit);
        running = unit;
        if (checker != null) {
            checker.begins(unit, exit.before + 1);
        }
        return goesOn ? exit.resume : 0;
    }

    private static Unit unit(Exit exit) {
        return unit(exit.unit);
    }

    private static Unit unit(@Nullable Unit unit) {
        if (unit == null) {
            throw new IllegalStateException("no unit is run");
        }
        return unit;
    }

    private void moveRip(int by) {
        long rip = cpu.rip() + by;
        cpu.setRip(cpu.is64() ? rip : rip & 0xFFFF_FFFFL);
    }

    /** Has whoever comes to a unit that is dead go to Java. */
    void seal(Unit unit) {
        Raw.putByte(unit.entry + memory.toWritable(), 0xE9);
        patch(unit.entry + 1, unit.deadEntry);
    }

    /** Has the jump whose displacement is at this host address go somewhere else. */
    private void patch(long displacement, long target) {
        Raw.putInt(displacement + memory.toWritable(), (int) (target - (displacement + 4)));
    }

    // Translating.

    private void write() {
        Raw.write(generations.next() + memory.toWritable(), code.bytes(), 0, code.length());
        generations.take(code.length());
    }

    /** Whether another unit can be made. */
    private boolean hasRoom() {
        if (generations.hasRoom() && exits.hasRoom()) {
            return true;
        }
        if (!generations.hasFresh()) {
            return false;
        }
        advance();
        return true;
    }

    private void advance() {
        generations.advance();
        exits.begin(generations.current());
    }

    /**
     * Drops what was translated longest ago if there is no room for more. Nothing may be running.
     */
    public void makeRoom() {
        if (hasRoom()) {
            return;
        }
        int oldest = (generations.current() + 1) % Generations.COUNT;
        for (Unit each : units(oldest)) {
            if (each.isLive()) {
                cpu.code.drop(each);
            }
        }
        for (int i = 0; i < Generations.COUNT; i++) {
            if (i != oldest) {
                exits.forEach(i, each -> leadAwayFrom(oldest, each));
            }
        }
        Raw.fill(cpu.state + State.UNITS, State.UNITS_BYTES, (byte) 0);
        cpu.translationsChanged(); // by which jumps and returns are kept
        catalog.clear(); // it would not be true any more
        statistics.evicted();
        advance();
        generations.skip(oldest == 0 ? first : 0);
    }

    /** Has a unit not go to what is dropped. */
    private void leadAwayFrom(int generation, Exit exit) {
        Unit unit = exit.unit;
        if (exit.kind == Exit.Kind.LINK && generations.of(target(exit.resume - 4)) == generation) {
            patch(exit.resume - 4, exit.resume);
        } else if (exit.kind == Exit.Kind.DEAD
                && unit != null
                && !unit.isLive()
                && generations.of(target(unit.entry + 1)) == generation) {
            patch(unit.entry + 1, unit.deadEntry);
        }
    }

    /** Where the jump leads whose displacement is at this host address. */
    private long target(long displacement) {
        return displacement + 4 + Raw.getInt(displacement + memory.toWritable());
    }

    /** Null if there is nothing to be won, or if room has to be made first. */
    private @Nullable Unit translate(Block block) {
        if (!hasRoom()) {
            return null;
        }
        long guest = cpu.memory.host(block.physical);
        if (guest == 0 || !cpu.code.holds(block.physical >>> 12)) {
            return null;
        }
        Unit kept = fromFile(block.physical, block.mode);
        if (kept != null) { // the block was lowered before the file was there
            cpu.code.add(block, kept);
            return kept;
        }
        code.begin(generations.next());
        int firstExit = exits.next();
        Draft draft =
                new Draft(
                        tools,
                        new Unit(this, block.physical, guest, block.mode, generations.next()));
        Unit unit = draft.translate();
        if (unit != null) {
            statistics.translated(unit, code.length());
            if (map != null) {
                map.add(unit, code.length(), cpu.linearIp());
            }
            write();
            if (file != null && statistics.evictions() == 0 && draft.isWorthKeeping()) {
                catalog.add(
                        unit,
                        draft.bytes,
                        memory.executable(),
                        exits,
                        firstExit,
                        draft.moving,
                        code);
            }
            cpu.code.add(block, unit);
        }
        return unit;
    }

    /** The translation of the same code in the file, if there is one. */
    private @Nullable Unit fromFile(long physical, int mode) {
        long guest = cpu.memory.host(physical);
        int record = catalog.take(physical, guest, mode);
        if (record == 0) {
            return null;
        }
        long entry = memory.executable() + catalog.entry(record);
        catalog.move(record, guest, entry + memory.toWritable());
        Unit unit = new Unit(this, physical, guest, mode, entry);
        catalog.describe(record, unit);
        for (int i = 0; i < catalog.exits(record); i++) {
            exits.set(catalog.firstExit(record) + i, catalog.exit(record, i, unit));
        }
        if (map != null) {
            map.add(unit, unit.deadEntry - entry, cpu.linearIp());
        }
        return unit;
    }
}
