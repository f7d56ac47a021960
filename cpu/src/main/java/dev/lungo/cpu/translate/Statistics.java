package dev.lungo.cpu.translate;

import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;
import dev.lungo.isa.Mnemonic;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What one processor's translator has done since power-up. Units and bytes are always counted;
 * exits, falls and instructions only where that is wanted, since that costs some time.
 */
public final class Statistics {
    private static final int MOST_FALLS = 20;
    private static final int MOST_TOLD = 10;

    /** Whether everything is counted. */
    final boolean counts;

    private final long executed;
    private final Map<Exit.Kind, Tally> exits = new EnumMap<>(Exit.Kind.class);
    private final Map<Exit.Cause, Tally> causes = new EnumMap<>(Exit.Cause.class);
    private final Map<List<Enum<?>>, Fall> falls = new HashMap<>();

    private long units;
    private long evictions;
    private long guestBytes;
    private long hostBytes;
    private long guarded;

    Statistics(Processor cpu, boolean counts) {
        this.counts = counts;
        executed = cpu.state + State.TRANSLATED_INSTRUCTIONS;
    }

    void translated(Unit unit, int bytes) {
        units++;
        guestBytes += unit.bytes();
        hostBytes += bytes;
    }

    /** Translated code was left. */
    void left(Exit exit) {
        if (!counts) {
            return;
        }
        exits.computeIfAbsent(exit.kind, _ -> new Tally()).count++;
        if (exit.fall != null) {
            exit.fall.count++;
            exit.fall.ofCause.count++;
        }
    }

    /** Where falls of an instruction for the same cause are counted. */
    Fall fall(Mnemonic mnemonic, Exit.Cause cause) {
        return falls.computeIfAbsent(
                List.of(mnemonic, cause),
                _ -> new Fall(mnemonic, cause, causes.computeIfAbsent(cause, _ -> new Tally())));
    }

    static class Tally {
        long count;
    }

    /** An instruction that was interpreted for the same cause again and again. */
    static final class Fall extends Tally {
        private final Mnemonic mnemonic;
        private final Exit.Cause cause;
        private final Tally ofCause;

        private Fall(Mnemonic mnemonic, Exit.Cause cause, Tally ofCause) {
            this.mnemonic = mnemonic;
            this.cause = cause;
            this.ofCause = ofCause;
        }

        private String name() {
            return "%-12s %s".formatted(mnemonic, cause.title);
        }
    }

    /** A fault in translated code was recovered from. */
    void guarded(String what) {
        if (guarded++ < MOST_TOLD) {
            System.err.println("lungo: translated code faulted, and was interpreted: " + what);
        }
    }

    /** How many units have been made, beside those from a file. */
    public long translated() {
        return units;
    }

    /** The oldest part of what was translated has made room. */
    void evicted() {
        evictions++;
    }

    /** How often that was. */
    public long evictions() {
        return evictions;
    }

    /** How often translated code has faulted. */
    public long guarded() {
        return guarded;
    }

    /** So many instructions of a unit were executed, which it has not counted itself. */
    void executed(int instructions) {
        if (counts) {
            Raw.putLong(executed, instructions() + instructions);
        }
    }

    /** Executed by translated code, with those of it that were interpreted. */
    public long instructions() {
        return Raw.getLong(executed);
    }

    /** Instructions of translated code that were interpreted. */
    public long falls() {
        Tally falls = exits.get(Exit.Kind.INTERPRET);
        return falls == null ? 0 : falls.count;
    }

    /** Adds what there is to tell. */
    public void tell(Table table) {
        table.row("units translated", units);
        table.row("guest code translated", guestBytes, "bytes");
        table.row("parts of the code cache dropped", evictions);
        table.row("host code", hostBytes, "bytes");
        table.row("faults of host code", guarded);
        if (!counts) {
            return;
        }
        long all = exits.values().stream().mapToLong(each -> each.count).sum();
        table.row("exits from translated code", all);
        exits.forEach((kind, tally) -> table.row("  " + kind.title, tally.count));
        table.heading("interpreter falls by cause");
        causes.forEach((cause, tally) -> table.row("  " + cause.title, tally.count));
        table.heading("interpreter falls by instruction, the most frequent");
        falls.values().stream()
                .filter(each -> each.count != 0)
                .sorted(Comparator.comparingLong((Fall each) -> -each.count))
                .limit(MOST_FALLS)
                .forEach(each -> table.row("  " + each.name(), each.count));
    }

    /** Lines of a name and a number. */
    public static final class Table {
        private final StringBuilder text = new StringBuilder();

        /** With the first line. */
        public Table(String title) {
            text.append(title).append('\n');
        }

        void heading(String name) {
            text.append("  ").append(name).append('\n');
        }

        public void row(String name, long value) {
            row(name, value, "");
        }

        public void row(String name, long value, String unit) {
            text.append("  %-36s %,18d %s".formatted(name, value, unit).stripTrailing());
            text.append('\n');
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
