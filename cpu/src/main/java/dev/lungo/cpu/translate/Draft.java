package dev.lungo.cpu.translate;

import dev.lungo.cpu.block.Availability;
import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.core.Mode;
import dev.lungo.cpu.core.Processor;
import dev.lungo.host.Raw;
import dev.lungo.isa.Decoded;
import dev.lungo.isa.Decoder;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A unit while it is being made: decoded, looked through for where flags are needed, and emitted.
 */
final class Draft implements Emission.Exits {
    private static final int MOST_INSTRUCTIONS = 64;
    private static final int PAGE = 4096;

    /**
     * What it is made with.
     *
     * @param code where the translation is written
     * @param checks whether what the unit does will be checked
     */
    record Tools(
            Processor cpu,
            HostCode code,
            Stubs stubs,
            HostFeatures host,
            Statistics statistics,
            boolean checks,
            ExitTable exits) {
        boolean counts() {
            return statistics.counts || checks;
        }
    }

    private final Tools tools;
    private final Unit unit;
    final Emission emission;
    private final Emitters emitters;
    private final int onPage;

    /** The guest's code, as it was read once. */
    final byte[] bytes = new byte[(MOST_INSTRUCTIONS + 1) * Decoder.MAX_BYTES];

    private final List<Step> steps = new ArrayList<>();
    private int length;

    /** Of the guest's code. */
    final MovingFields moving;

    /** Those that the interpreter may have otherwise behind the instructions so far. */
    private long undefinedFlags;

    Draft(Tools tools, Unit unit) {
        this.tools = tools;
        this.unit = unit;
        onPage = unit.onPage();
        moving = new MovingFields(onPage);
        emission =
                new Emission(
                        tools.code,
                        tools.stubs,
                        tools.host,
                        this,
                        unit.mode,
                        onPage,
                        tools.counts(),
                        tools.checks);
        emitters = new Emitters(emission);
    }

    @Nullable Unit translate() {
        decode();
        if (steps.isEmpty() || steps.getFirst().isLast() && !steps.getFirst().isEmitted()) {
            return null;
        }
        unit.bytes(Math.min(length, unit.leftOnPage()));
        for (Step step : steps) {
            moving.add(step.instruction, bytes, step.start);
        }
        tools.code.note(moving);
        seeWhereFlagsLive();
        for (Step step : steps) {
            unit.usesVectors |= step.isEmitted() && Emitters.usesVectors(step.instruction);
            unit.usesFpu |= step.isEmitted() && Emitters.usesFpu(step.instruction);
        }
        emission.guest(bytes);
        if (unit.usesVectors) {
            emission.useVectors();
        }
        if (unit.usesFpu) {
            emission.useFpu();
        }
        emission.entry(Exit.LEAVE, length);
        for (Step step : steps) {
            emit(step);
        }
        if (!steps.getLast().isLast()) {
            emission.branching.endBefore(length);
        }
        emission.finishUnit();
        unit.deadEntry = tools.code.here();
        emission.leaveBy(dead());
        return unit;
    }

    private void decode() {
        int left = Math.min(unit.leftOnPage(), bytes.length);
        Raw.read(unit.host, bytes, 0, left);
        boolean goesOn = true;
        while (goesOn && length < left) {
            int available = Math.min(left - length, Decoder.MAX_BYTES);
            Decoded decoded = Decoder.decode(Mode.codeMode(unit.mode), bytes, length, available);
            Step step = decoded instanceof Instruction i ? step(i) : null;
            if (step == null) {
                break;
            }
            goesOn = !step.endsUnit() && !endsInShield() && steps.size() + 1 < MOST_INSTRUCTIONS;
            steps.add(step);
            length += step.instruction.length();
            goesOn |= endsInShield();
        }
        if (endsInShield()) { // what it shields must be in here
            length = steps.removeLast().start;
        }
        if (length == 0 && left < Decoder.MAX_BYTES && !emission.segmented && !tools.checks) {
            decodeAcross(left);
        }
    }

    /** One instruction, of which so many bytes are on the unit's page. */
    private void decodeAcross(int left) {
        long next = nextPage();
        if (next == 0) {
            return;
        }
        Raw.read(next, bytes, left, Decoder.MAX_BYTES - left);
        Decoded decoded = Decoder.decode(Mode.codeMode(unit.mode), bytes, 0, Decoder.MAX_BYTES);
        if (decoded instanceof Instruction i && i.length() > left) {
            Instruction available = Availability.of(i, tools.cpu.model).orElse(i);
            if (Emitters.has(available, emission)) {
                unit.crosses = true;
                steps.add(new Step(available, 0, null, Emitters.isLast(available)));
                length = i.length();
            }
        }
    }

    /** The host address of the page behind the one that the processor is on, or 0. */
    private long nextPage() {
        Processor cpu = tools.cpu;
        long linear = cpu.wrapLinear((cpu.linearIp() | PAGE - 1) + 1);
        return cpu.memory.host(cpu.mmu.translateForFetch(linear));
    }

    /** Whether the same unit may be of use in another run. */
    boolean isWorthKeeping() {
        return !unit.crosses || moving.isEmpty();
    }

    /** Whether the next instruction must come before any look at what is pending. */
    private boolean endsInShield() {
        return !steps.isEmpty() && steps.getLast().instruction.mnemonic() == Mnemonic.STI;
    }

    /** Null for what has to be looked at by Java before it is run. */
    private @Nullable Step step(Instruction decoded) {
        Instruction i = Availability.of(decoded, tools.cpu.model).orElse(decoded);
        boolean shown = undefinedFlags != 0 && FlagUse.showsAll(i);
        if (Emitters.has(i, emission) && !(shown && tools.checks)) {
            undefinedFlags = Plan.undefinedFlags(undefinedFlags, i);
            return new Step(i, length, null, Emitters.isLast(i));
        }
        undefinedFlags = 0;
        Op op = tools.cpu.code.op(unit.physical, length);
        return op instanceof Op.Shielding ? null : new Step(i, length, op, op instanceof Op.Ending);
    }

    private void seeWhereFlagsLive() {
        boolean live = true;
        for (int i = steps.size() - 1; i >= 0; i--) {
            Step step = steps.get(i);
            step.flagsLiveAfter = live;
            live = step.use.reads() || step.mayLeave() || live && !step.use.writes();
            step.flagsLiveBefore = live;
        }
    }

    private void emit(Step step) {
        int end = step.start + step.instruction.length();
        emission.next(step.start, end, step.use, step.flagsLiveBefore, step.flagsLiveAfter);
        if (unit.crosses) {
            emission.branching.checkNextPage(unit.leftOnPage(), end);
        }
        if (step.isEmitted()) {
            emitters.emit(step.instruction);
            emission.finish();
        } else if (step.isLast()) {
            emission.interpretLast();
        } else {
            emission.interpret();
        }
    }

    @Override
    public int interpret(int start, Exit.Cause cause) {
        Exit exit = new Exit(Exit.Kind.INTERPRET, unit, start);
        if (tools.counts()) {
            describe(exit, cause);
        }
        return tools.exits.add(exit);
    }

    private void describe(Exit exit, Exit.Cause cause) {
        while (steps.get(exit.before).start != exit.start) {
            exit.before++;
        }
        exit.fall = tools.statistics.fall(steps.get(exit.before).instruction.mnemonic(), cause);
    }

    @Override
    public int link(int place) {
        return tools.exits.add(new Exit(Exit.Kind.LINK, unit, place));
    }

    @Override
    public void resumesAt(int exit, long address) {
        tools.exits.get(exit).resume = address;
    }

    @Override
    public int dead() {
        return tools.exits.add(new Exit(Exit.Kind.DEAD, unit, 0));
    }

    /** An instruction of a unit. */
    private static final class Step {
        final Instruction instruction;
        final int start;

        /** What interprets it, if it has no emitter. */
        private final @Nullable Op op;

        private final boolean last;
        final FlagUse use;
        boolean flagsLiveBefore;
        boolean flagsLiveAfter;

        Step(Instruction instruction, int start, @Nullable Op op, boolean last) {
            this.instruction = instruction;
            this.start = start;
            this.op = op;
            this.last = last;
            use = op == null ? FlagUse.of(instruction) : FlagUse.CHANGES;
        }

        boolean isEmitted() {
            return op == null;
        }

        /** Whether control does not go on behind it. */
        boolean isLast() {
            return last;
        }

        boolean endsUnit() {
            return last || isEmitted() && Emitters.endsUnit(instruction);
        }

        /** Whether the guest's state may be looked at here. */
        boolean mayLeave() {
            return op != null || last || Emitters.mayLeave(instruction);
        }
    }
}
