package dev.lungo.cpu.translate;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The exits of all units, by the number that translated code leaves with. */
final class ExitTable {
    /** Null for those of units from a file that nobody has come to yet. */
    private @Nullable Exit[] exits = new Exit[1 << 12];

    private int count;

    ExitTable() {
        clear();
    }

    /** Only those of no unit are left. */
    void clear() {
        Arrays.fill(exits, null);
        count = 0;
        int leave = add(new Exit(Exit.Kind.LEAVE, null, 0));
        int fault = add(new Exit(Exit.Kind.FAULT, null, 0));
        assert leave == Exit.LEAVE && fault == Exit.FAULT;
    }

    int count() {
        return count;
    }

    /** Returns its number. */
    int add(Exit exit) {
        if (count == exits.length) {
            exits = Arrays.copyOf(exits, 2 * count);
        }
        exits[count] = exit;
        return count++;
    }

    /** Has the numbers below this one taken. */
    void reserve(int numbers) {
        exits = Arrays.copyOf(exits, numbers + exits.length);
        count = numbers;
    }

    void set(int number, Exit exit) {
        exits[number] = exit;
    }

    Exit get(int number) {
        Exit exit = exits[number];
        if (exit == null) {
            throw new IllegalStateException("code of a unit that nobody has entered");
        }
        return exit;
    }

    /** Null if it is not there yet. */
    @Nullable Exit find(int number) {
        return exits[number];
    }

    /** Forgets those from this number on. */
    void truncate(int to) {
        Arrays.fill(exits, to, count, null);
        count = to;
    }
}
