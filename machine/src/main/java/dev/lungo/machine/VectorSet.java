package dev.lungo.machine;

import java.util.Arrays;

/** A set of interrupt vectors, as ISR, TMR and IRR are: eight registers of 32 bits. */
final class VectorSet {
    private static final int NONE = -1;

    private final int[] words = new int[8];

    int word(int index) {
        return words[index];
    }

    boolean contains(int vector) {
        return (words[vector >>> 5] & 1 << (vector & 31)) != 0;
    }

    void add(int vector) {
        words[vector >>> 5] |= 1 << (vector & 31);
    }

    void remove(int vector) {
        words[vector >>> 5] &= ~(1 << (vector & 31));
    }

    void set(int vector, boolean present) {
        if (present) {
            add(vector);
        } else {
            remove(vector);
        }
    }

    void clear() {
        Arrays.fill(words, 0);
    }

    /** The highest vector, or -1. */
    int highest() {
        for (int i = 7; i >= 0; i--) {
            if (words[i] != 0) {
                return 32 * i + 31 - Integer.numberOfLeadingZeros(words[i]);
            }
        }
        return NONE;
    }
}
