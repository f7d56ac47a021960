package dev.lungo.conformance.engines;

import dev.lungo.isa.Cr0;
import dev.lungo.isa.Rflags;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuRegisters.SegmentState;
import dev.lungo.machine.VirtualCpu;
import dev.lungo.machine.VmExit;
import java.util.function.Consumer;

/**
 * Two processors that execute the same instructions, one at a time. After each their registers must
 * be the same, and their memory when they stop; else there is an {@link AssertionError} with both.
 *
 * <p>They need not count alike: one may stop after each repetition of a string instruction, or
 * after the first instruction of an interrupt's handler. So whoever is behind goes on, for a while.
 *
 * <p>RF is not compared, which is set in between at most.
 */
final class LockStepCpu implements VirtualCpu {
    private static final int RDX = 2;
    private static final int MOST_STEPS_BEHIND = 5000;

    private final LockStep.Twin twin;
    private final LockStep.Stops stopsFirst;
    private final LockStep.Stops stopsSecond;
    private final VirtualCpu first;
    private final VirtualCpu second;
    private final CpuRegisters before = new CpuRegisters();
    private final CpuRegisters ofFirst = new CpuRegisters();
    private final CpuRegisters ofSecond = new CpuRegisters();
    private VmExit firstExit = new VmExit.Kicked();
    private VmExit secondExit = new VmExit.Kicked();
    private long steps;

    /** What RDX is after a reset: family, model and stepping, which the two need not share. */
    private final long signatureOfFirst;

    private final long signatureOfSecond;
    private boolean kicked;

    LockStepCpu(LockStep.Twin twin, LockStep.Maker makeFirst, LockStep.Maker makeSecond) {
        this.twin = twin;
        stopsFirst = new LockStep.Stops(twin);
        stopsSecond = new LockStep.Stops(twin);
        first = makeFirst.make(stopsFirst);
        second = makeSecond.make(stopsSecond);
        stopsFirst.stop(first);
        stopsSecond.stop(second);
        twin.apics.getLast().connect(second.signals());
        first.save(ofFirst);
        second.save(ofSecond);
        signatureOfFirst = ofFirst.gpr[RDX];
        signatureOfSecond = ofSecond.gpr[RDX];
    }

    /** How many instructions the first has executed. */
    long steps() {
        return steps;
    }

    @Override
    public VmExit run() {
        twin.forget();
        twin.copyMemory();
        twin.catchUpBy(this::stepFirst);
        while (true) {
            if (kicked) {
                kicked = false;
                compareMemory();
                return new VmExit.Kicked();
            }
            first.save(before);
            stepFirst();
            boolean sleepsOn = firstExit instanceof VmExit.Halt && difference().isEmpty();
            if (!sleepsOn || ofFirst.rip != before.rip) {
                stepSecond();
            }
            meet();
            if (!(firstExit instanceof VmExit.Kicked)) {
                compareMemory();
                return firstExit;
            }
        }
    }

    private void stepFirst() {
        twin.firstRuns(true);
        firstExit = step(first, stopsFirst);
        twin.firstRuns(false);
        steps++;
    }

    private void stepSecond() {
        secondExit = step(second, stopsSecond);
    }

    /** One instruction, unless the processor sleeps; a kick that came too late is none. */
    private static VmExit step(VirtualCpu cpu, LockStep.Stops stops) {
        long count = stops.count();
        VmExit exit = cpu.run();
        while (exit instanceof VmExit.Kicked && stops.count() == count) {
            exit = cpu.run();
        }
        return exit;
    }

    /** Has whoever is behind go on until both are where they should be. */
    private void meet() {
        String difference = difference();
        for (int i = 0; !difference.isEmpty(); i++) {
            boolean repeats = ofSecond.rip == before.rip && ofFirst.rip != before.rip;
            boolean firstRests = !(firstExit instanceof VmExit.Kicked);
            boolean secondRests = !(secondExit instanceof VmExit.Kicked);
            if (i == MOST_STEPS_BEHIND || firstRests && secondRests) {
                throw new AssertionError(
                        "after %d instructions, at %x: %s\nfirst %s:\n%s\nsecond %s:\n%s"
                                .formatted(
                                        steps,
                                        before.rip,
                                        difference,
                                        firstExit,
                                        text(ofFirst),
                                        secondExit,
                                        text(ofSecond)));
            }
            if ((repeats || firstRests) && !secondRests) {
                stepSecond();
            } else {
                stepFirst();
            }
            difference = difference();
        }
    }

    /** Which registers differ; empty if none do. */
    private String difference() {
        first.save(ofFirst);
        second.save(ofSecond);
        // A HLT that is the first instruction of a handler may end a step like any other.
        boolean halted = firstExit instanceof VmExit.Halt && secondExit instanceof VmExit.Kicked;
        if (ofFirst.rip != ofSecond.rip || !halted && !firstExit.equals(secondExit)) {
            return "RIP, or how they stopped";
        }
        if (firstExit instanceof VmExit.Shutdown) {
            return ""; // some processors reset themselves then
        }
        if (ofFirst.gpr[RDX] == signatureOfFirst && ofSecond.gpr[RDX] == signatureOfSecond) {
            ofSecond.gpr[RDX] = signatureOfFirst;
        }
        for (int i = 0; i < 16; i++) {
            if (ofFirst.gpr[i] != ofSecond.gpr[i]) {
                return "general register " + i;
            }
        }
        for (int i = 0; i < 6; i++) {
            if (!isSame(ofFirst.segments[i], ofSecond.segments[i])) {
                return "segment register %d: %s, %s"
                        .formatted(i, ofFirst.segments[i], ofSecond.segments[i]);
            }
        }
        if (((ofFirst.rflags ^ ofSecond.rflags) & ~Rflags.RF) != 0) {
            return "RFLAGS";
        }
        boolean same =
                ofFirst.cr0 == ofSecond.cr0
                        && ofFirst.cr2 == ofSecond.cr2
                        && ofFirst.cr3 == ofSecond.cr3
                        && ofFirst.cr4 == ofSecond.cr4
                        && ofFirst.cr8 == ofSecond.cr8
                        && ofFirst.efer == ofSecond.efer;
        return same ? "" : "control registers";
    }

    /** What rights a segment has in real mode, nobody asks. */
    private boolean isSame(SegmentState one, SegmentState other) {
        boolean isReal = (ofFirst.cr0 & Cr0.PE) == 0;
        return one.selector() == other.selector()
                && one.base() == other.base()
                && one.limit() == other.limit()
                && (isReal || one.access() == other.access());
    }

    private void compareMemory() {
        long at = twin.difference();
        if (at >= 0) {
            throw new AssertionError("memory differs at %x".formatted(at));
        }
    }

    private static String text(CpuRegisters registers) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 16; i++) {
            text.append("r%d %x ".formatted(i, registers.gpr[i]));
        }
        return text.append(
                        "rip %x rflags %x cr0 %x cr2 %x cr3 %x cr4 %x cr8 %x efer %x"
                                .formatted(
                                        registers.rip,
                                        registers.rflags,
                                        registers.cr0,
                                        registers.cr2,
                                        registers.cr3,
                                        registers.cr4,
                                        registers.cr8,
                                        registers.efer))
                .toString();
    }

    /** Does to both what is done to the processor. */
    private void both(Consumer<VirtualCpu> action) {
        action.accept(first);
        action.accept(second);
    }

    /** What happens to the first processor's APIC is to happen to the second's. */
    void mirror(Runnable action) {
        twin.mirror(action);
    }

    LockStep.Twin twin() {
        return twin;
    }

    @Override
    public void kick() {
        kicked = true;
    }

    /** Of the first processor: the second hears from an APIC of its own. */
    @Override
    public Signals signals() {
        return first.signals();
    }

    @Override
    public void save(CpuRegisters into) {
        first.save(into);
    }

    @Override
    public void load(CpuRegisters from) {
        both(each -> each.load(from));
    }

    @Override
    public void writeMsr(int msr, long value) {
        both(each -> each.writeMsr(msr, value));
    }

    @Override
    public void setA20(boolean open) {
        both(each -> each.setA20(open));
    }

    @Override
    public void reset() {
        both(VirtualCpu::reset);
    }

    @Override
    public void close() {
        both(VirtualCpu::close);
        twin.memory.close(); // of all, and of no use to the others either
    }
}
