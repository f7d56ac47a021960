package dev.lungo.cpu.translate;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The exits of all units, by the number that translated code leaves with. Those of a generation
 * follow each other, so that they can go with it.
 */
final class ExitTable {
    private static final int GENERATION_SHIFT = 19;

    /** More than those of any unit. */
    private static final int ROOM = 1 << 12;

    /** Null for those of units from a file that nobody has come to yet. */
    private final @Nullable Exit[][] exits = new Exit[Generations.COUNT][1 << 8];

    private final int[] counts = new int[Generations.COUNT];
    private int current;

    ExitTable() {
        int leave = add(new Exit(Exit.Kind.LEAVE, null, 0));
        int fault = add(new Exit(Exit.Kind.FAULT, null, 0));
        assert leave == Exit.LEAVE && fault == Exit.FAULT;
    }

    /** Goes on with a generation, of which only exits of no unit are left. */
    void begin(int generation) {
        current = generation;
        int kept = generation == 0 ? Exit.FAULT + 1 : 0;
        Arrays.fill(exits[generation], kept, exits[generation].length, null);
        counts[generation] = kept;
    }

    boolean hasRoom() {
        return counts[current] + ROOM <= 1 << GENERATION_SHIFT;
    }

    /** The number that the next one will have. */
    int next() {
        return current << GENERATION_SHIFT | counts[current];
    }

    /** Returns its number. */
    int add(Exit exit) {
        int number = next();
        if (counts[current] == exits[current].length) {
            exits[current] = Arrays.copyOf(exits[current], 2 * counts[current]);
        }
        exits[current][counts[current]++] = exit;
        return number;
    }

    /** Has the numbers below this one taken. */
    void reserve(int numbers) {
        current = numbers >> GENERATION_SHIFT;
        for (int i = 0; i <= current; i++) {
            counts[i] = i < current ? 1 << GENERATION_SHIFT : index(numbers);
            exits[i] = Arrays.copyOf(exits[i], counts[i] + 1);
        }
    }

    private static int index(int number) {
        return number & (1 << GENERATION_SHIFT) - 1;
    }

    void set(int number, Exit exit) {
        exits[number >> GENERATION_SHIFT][index(number)] = exit;
    }

    Exit get(int number) {
        Exit exit = exits[number >> GENERATION_SHIFT][index(number)];
        if (exit == null) {
            throw new IllegalStateException("code of a unit that nobody has entered");
        }
        return exit;
    }

    /** Does something with each that there is, of one generation. */
    void forEach(int generation, Consumer<Exit> action) {
        for (int i = 0; i < counts[generation]; i++) {
            Exit exit = exits[generation][i];
            if (exit != null) {
                action.accept(exit);
            }
        }
    }

    /** Forgets those from this number on, which are the last. */
    void truncate(int to) {
        Arrays.fill(exits[current], index(to), counts[current], null);
        counts[current] = index(to);
    }
}
