package dev.lungo.cpu.block;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A map from numbers without boxes, by open addressing: it is asked at most entries of code. */
final class LongTable<V> {
    private long[] keys;
    private @Nullable Object[] values;
    private int size;

    LongTable(int entries) {
        keys = new long[entries];
        values = new Object[entries];
    }

    int size() {
        return size;
    }

    @SuppressWarnings("unchecked") // only put stores, and it stores a V
    @Nullable V get(long key) {
        return (V) values[find(key)];
    }

    boolean contains(long key) {
        return values[find(key)] != null;
    }

    void put(long key, V value) {
        int slot = find(key);
        if (values[slot] == null) {
            if (2 * (size + 1) > keys.length) {
                grow();
                slot = find(key);
            }
            size++;
        }
        keys[slot] = key;
        values[slot] = value;
    }

    /** Does nothing if there is none. */
    void remove(long key) {
        int hole = find(key);
        if (values[hole] == null) {
            return;
        }
        size--;
        int mask = keys.length - 1;
        for (int next = hole + 1 & mask; values[next] != null; next = next + 1 & mask) {
            int home = home(keys[next]);
            if ((next - home & mask) >= (next - hole & mask)) { // it may move back as far
                keys[hole] = keys[next];
                values[hole] = values[next];
                hole = next;
            }
        }
        values[hole] = null;
    }

    /** In no order; the table must not be changed meanwhile. */
    @SuppressWarnings("unchecked") // as in get
    void forEach(Consumer<V> action) {
        for (Object value : values) {
            if (value != null) {
                action.accept((V) value);
            }
        }
    }

    void clear() {
        Arrays.fill(values, null);
        size = 0;
    }

    /** Where the key is, or would be put. */
    private int find(long key) {
        int mask = keys.length - 1;
        int slot = home(key);
        while (values[slot] != null && keys[slot] != key) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private int home(long key) {
        return (int) (key * 0x9E37_79B9_7F4A_7C15L >>> 40) & keys.length - 1;
    }

    private void grow() {
        long[] oldKeys = keys;
        @Nullable Object[] oldValues = values;
        keys = new long[2 * oldKeys.length];
        values = new Object[2 * oldKeys.length];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldValues[i] != null) {
                int slot = find(oldKeys[i]);
                keys[slot] = oldKeys[i];
                values[slot] = oldValues[i];
            }
        }
    }
}
