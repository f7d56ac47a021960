package dev.lungo.conformance.hostcpu;

import dev.lungo.host.Raw;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Rflags;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Runs the same cases on the software processor and on the host's, and compares all registers, the
 * flags that are defined, the the memory around the operands and the exception.
 */
final class SideBySide implements AutoCloseable {
    private static final int BATCH = 1024;
    private static final int SLOT = SoftProcessor.SLOT_BYTES;

    /** Around the memory operands: how many bytes are made anew for each case. */
    private static final int WINDOW_BYTES = 1024;

    private static final int MOST_REPORTED = 60;

    private final Arena arena = Arena.ofConfined();
    private final long in = arena.allocate((long) BATCH * Registers.BYTES, 64).address();
    private final long soft = arena.allocate((long) BATCH * Registers.BYTES, 64).address();
    private final long host = arena.allocate((long) BATCH * Registers.BYTES, 64).address();
    private final long softSlots = arena.allocate((long) BATCH * SLOT, 64).address();
    private final long before = arena.allocate(SLOT, 64).address();
    private final long initial = arena.allocate(SLOT, 64).address();
    private final SoftProcessor softProcessor;
    private final HostProcessor hostProcessor = new HostProcessor();
    private final SplittableRandom random;
    private final Values values;

    private record Case(Form form, Form.Instance instance, SoftProcessor.Outcome outcome) {}

    private int instructions;
    private final List<Case> cases = new ArrayList<>();

    // What came of it.
    private long compared;
    private long faulted;
    private long accepted;
    private long escaped;
    private long inexpressible;
    private long different;
    private final Map<String, Integer> casesOfForm = new TreeMap<>();
    private final Map<String, Integer> differentForms = new TreeMap<>();
    private final List<String> reports = new ArrayList<>();

    /** With translated code, or interpreted. */
    SideBySide(long seed, boolean translates) {
        softProcessor =
                translates
                        ? new TranslatingProcessor(BATCH, HostProcessor::forbid)
                        : new InterpretingProcessor(BATCH, HostProcessor::forbid);
        random = new SplittableRandom(seed);
        values = new Values(random);
        for (int i = 0; i < SLOT; i += 8) {
            Raw.putLong(before + i, random.nextLong());
        }
    }

    /** How many cases were compared. */
    long compared() {
        return compared;
    }

    /** The first differences of each form. */
    List<String> reports() {
        return reports;
    }

    String summary() {
        return """
        %d cases of %d forms compared, of which %d ended in an exception; %d differed, in %s.
        Not compared: %d for an accepted reason, %d reached outside of their slot, %d had \
        operands that could not be aimed.\
        """
                .formatted(
                        compared,
                        casesOfForm.size(),
                        faulted,
                        different,
                        differentForms,
                        accepted,
                        escaped,
                        inexpressible);
    }

    /** Runs one form with so many encodings and so many register contents for each. */
    void run(Form form, int encodings, int states) {
        for (int i = 0; i < encodings; i++) {
            Form.Instance instance = form.random(random);
            if (instance == null) {
                inexpressible++;
                continue;
            }
            long address = hostProcessor.add(instance.bytes);
            softProcessor.prepare(instance.bytes, address);
            instructions++;
            for (int j = 0; j < states; j++) {
                add(form, instance, address);
            }
            if (cases.size() + states > BATCH || instructions == HostProcessor.MOST_INSTRUCTIONS) {
                flush();
            }
        }
    }

    private void add(Form form, Form.Instance instance, long address) {
        int i = cases.size();
        long record = in + (long) i * Registers.BYTES;
        long slot = softProcessor.slot(i);
        values.record(record);
        Raw.putLong(record + Registers.TARGET, address);
        long taken = address + instance.bytes.length + HostCode.BRANCH_DISTANCE;
        if (!Operands.aim(values, instance.instruction, record, slot)) {
            inexpressible++;
            return;
        }
        values.vectors(before + Operands.MIDDLE - WINDOW_BYTES / 2, WINDOW_BYTES);
        values.vectors(before + SLOT - WINDOW_BYTES, WINDOW_BYTES);
        Raw.copy(before, slot, SLOT);
        Operands.aimBranch(instance.instruction, record, slot, taken);
        Raw.copy(slot, initial, SLOT);
        SoftProcessor.Outcome outcome =
                softProcessor.run(record, soft + (long) i * Registers.BYTES, slot);
        if (outcome.escaped()) {
            escaped++;
            return;
        }
        Raw.copy(slot, softSlots + (long) i * SLOT, SLOT);
        Raw.copy(initial, slot, SLOT);
        cases.add(new Case(form, instance, outcome));
    }

    /** Runs what has been collected on the host and compares. */
    void flush() {
        if (!cases.isEmpty()) {
            hostProcessor.run(in, host, cases.size());
        }
        for (int i = 0; i < cases.size(); i++) {
            compare(cases.get(i), i);
        }
        cases.clear();
        instructions = 0;
    }

    private void compare(Case each, int i) {
        long offset = (long) i * Registers.BYTES;
        var differences = new StringBuilder();
        Instruction instruction = each.instance.instruction;
        long signal = Raw.getLong(host + offset + Registers.SIGNAL);
        boolean agree = signal == each.outcome.signal();
        boolean pageFault = each.outcome.fault().equals("PF");
        if (signal == HostCode.SIGSEGV) {
            long code = Raw.getLong(host + offset + Registers.SIGNAL_CODE);
            agree &= pageFault == (code == HostCode.SEGV_MAPERR || code == HostCode.SEGV_ACCERR);
        }
        if (Undefined.hasUndefinedResult(instruction, in + offset)
                || !agree && Accepted.faultsHereOnly(instruction, each.outcome.fault())
                || !agree && each.outcome.signal() == 0 && Accepted.faultsThereOnly(instruction)) {
            accepted++;
            return;
        }
        compared++;
        casesOfForm.merge(each.form.key(), 1, Integer::sum);
        if (pageFault) {
            long mask = Accepted.faultAddress(instruction);
            word(differences, "fault address", offset, Registers.FAULT_ADDRESS, mask);
        }
        if (!agree) {
            differences.append(
                    "  exception: %s, host has signal %d%n"
                            .formatted(each.outcome.fault(), signal));
        }
        if (signal != 0) {
            faulted++;
        }
        long undefined = signal != 0 ? 0 : Undefined.flags(instruction, in + offset);
        if (Accepted.flags(instruction, in + offset, host + offset)) {
            undefined = Rflags.STATUS;
        }
        long status = Accepted.statusBits(instruction, in + offset, host + offset);
        for (int r = 0; r < 16; r++) {
            word(differences, "r" + r, offset, Registers.GPR + 8 * r, -1);
        }
        word(
                differences,
                "rflags",
                offset,
                Registers.RFLAGS,
                Rflags.STATUS & ~undefined | Rflags.DF);
        word(differences, "branch", offset, Registers.TAKEN, -1);
        for (int v = 0; v < 64; v++) {
            word(differences, "ymm" + v / 4 + "." + v % 4, offset, Registers.VECTOR + 8 * v, -1);
        }
        word(differences, "mxcsr", offset, Registers.MXCSR, 0xFFFF);
        word(differences, "fcw/fsw/tags", offset, Registers.FCW, 0xFF_FFFF_FFFFL & ~(status << 16));
        for (int s = 0; s < 8; s++) {
            word(differences, "st" + s, offset, Registers.ST + 16 * s, -1);
            word(differences, "st" + s + "e", offset, Registers.ST + 16 * s + 8, 0xFFFF);
        }
        memory(differences, i);
        if (!differences.isEmpty()) {
            different++;
            differentForms.merge(each.form.key(), 1, Integer::sum);
            if (reports.size() < MOST_REPORTED
                    && differentForms.getOrDefault(each.form.key(), 0) <= 2) {
                reports.add(
                        "%s: %s%n%s"
                                .formatted(
                                        each.form.key(),
                                        HexFormat.of().formatHex(each.instance.bytes),
                                        differences));
            }
        }
    }

    private void word(StringBuilder to, String name, long offset, int at, long mask) {
        long ours = Raw.getLong(soft + offset + at) & mask;
        long theirs = Raw.getLong(host + offset + at) & mask;
        if (ours != theirs) {
            to.append(
                    "  %s: %x became %x, host has %x%n"
                            .formatted(name, Raw.getLong(in + offset + at) & mask, ours, theirs));
        }
    }

    // SAFETY: both slots belong to this object's own memory.
    @SuppressWarnings("restricted")
    private void memory(StringBuilder to, int i) {
        var ours = MemorySegment.ofAddress(softSlots + (long) i * SLOT).reinterpret(SLOT);
        var theirs = MemorySegment.ofAddress(softProcessor.slot(i)).reinterpret(SLOT);
        long at = ours.mismatch(theirs);
        if (at >= 0) {
            at &= -8;
            to.append(
                    "  memory at slot + %x: %x, host has %x%n"
                            .formatted(
                                    at,
                                    Raw.getLong(ours.address() + at),
                                    Raw.getLong(theirs.address() + at)));
        }
    }

    @Override
    public void close() {
        softProcessor.close();
        hostProcessor.close();
        arena.close();
    }
}
