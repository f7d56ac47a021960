package dev.lungo.devices.pci;

import dev.lungo.isa.Width;
import dev.lungo.machine.MmioDevice;
import java.util.Arrays;
import java.util.BitSet;

/**
 * Message-signalled interrupts from a table in the function's memory. PCI Local Bus Specification
 * 3.0, "MSI-X Capability and Table Structures" (section 6.8.2). Under the function's monitor, as
 * the configuration space is.
 */
public final class Msix {
    private static final int CAPABILITY_ID = 0x11;
    private static final int MOST_VECTORS = 2048;

    // Offsets in the capability
    private static final int CONTROL = 2;
    private static final int TABLE = 4;
    private static final int PBA = 8;
    private static final int BYTES = 12;

    // CONTROL
    private static final int FUNCTION_MASK = 1 << 14;
    private static final int ENABLE = 1 << 15;

    // A vector's entry in the table, in units of four bytes
    private static final int ENTRY_DWORDS = 4;
    private static final int ADDRESS = 0;
    private static final int ADDRESS_HIGH = 1;
    private static final int DATA = 2;
    private static final int VECTOR_CONTROL = 3;
    private static final int MASKED = 1;

    private final ConfigSpace config;
    private final MessageBus messages;
    private final int at;
    private final int[] table;
    private final BitSet pending;

    /**
     * Adds the capability. The device has {@link #table} and {@link #pendingBits} answer where it
     * says here, in memory of its own.
     *
     * @param vectors 1 to 2048
     * @param bar which of the function's BARs has them
     * @param tableOffset bytes from the BAR's base, a multiple of 8
     * @param pbaOffset as well
     */
    public Msix(
            ConfigSpace config,
            int vectors,
            int bar,
            int tableOffset,
            int pbaOffset,
            MessageBus messages) {
        if (vectors < 1 || vectors > MOST_VECTORS) {
            throw new IllegalArgumentException("no MSI-X with " + vectors + " vectors");
        }
        this.config = config;
        this.messages = messages;
        table = new int[ENTRY_DWORDS * vectors];
        pending = new BitSet(vectors);
        at = config.capability(CAPABILITY_ID, BYTES - 2);
        config.define(at + CONTROL, Width.WORD, vectors - 1, ENABLE | FUNCTION_MASK);
        config.define(at + TABLE, Width.DWORD, tableOffset | bar, 0);
        config.define(at + PBA, Width.DWORD, pbaOffset | bar, 0);
        config.listen(at, BYTES, (_, _) -> sendPending());
        reset();
    }

    /** As after RST#: every vector masked. The configuration space is reset beside. */
    public void reset() {
        Arrays.fill(table, 0);
        for (int i = VECTOR_CONTROL; i < table.length; i += ENTRY_DWORDS) {
            table[i] = MASKED;
        }
        pending.clear();
    }

    public int vectors() {
        return table.length / ENTRY_DWORDS;
    }

    /** Whether the guest has chosen this over INTx. */
    public boolean isEnabled() {
        return (control() & ENABLE) != 0;
    }

    /** Interrupts; if the vector is masked, once it no longer is. */
    public void raise(int vector) {
        if (isEnabled()) {
            pending.set(vector);
            sendIfDue(vector);
        }
    }

    private void sendPending() {
        for (int v = pending.nextSetBit(0); v >= 0; v = pending.nextSetBit(v + 1)) {
            sendIfDue(v);
        }
    }

    private void sendIfDue(int vector) {
        int entry = ENTRY_DWORDS * vector;
        boolean open =
                (control() & (ENABLE | FUNCTION_MASK)) == ENABLE
                        && (table[entry + VECTOR_CONTROL] & MASKED) == 0
                        && config.isBusMaster();
        if (open && pending.get(vector)) {
            pending.clear(vector);
            long low = table[entry + ADDRESS] & 0xFFFF_FFFCL;
            messages.send((long) table[entry + ADDRESS_HIGH] << 32 | low, table[entry + DATA]);
        }
    }

    private int control() {
        return config.read(at + CONTROL, Width.WORD);
    }

    /** 16 bytes a vector, to be accessed four or eight at a time. */
    public MmioDevice table() {
        return new MmioDevice() {
            @Override
            public long read(long offset, Width width) {
                long value = dword(offset >> 2) & 0xFFFF_FFFFL;
                if (width == Width.QWORD) {
                    value |= dword((offset >> 2) + 1) << 32;
                }
                return width.truncate(value >>> 8 * (offset & 3));
            }

            private long dword(long index) {
                return index < table.length ? table[(int) index] : 0;
            }

            @Override
            public void write(long offset, Width width, long value) {
                if ((offset & 3) != 0 || width.bytes() < Width.DWORD.bytes()) {
                    return; // undefined
                }
                writeDword(offset >> 2, (int) value);
                if (width == Width.QWORD) {
                    writeDword((offset >> 2) + 1, (int) (value >>> 32));
                }
            }

            private void writeDword(long index, int value) {
                if (index < table.length) {
                    boolean control = index % ENTRY_DWORDS == VECTOR_CONTROL;
                    table[(int) index] = control ? value & MASKED : value;
                    sendIfDue((int) index / ENTRY_DWORDS);
                }
            }
        };
    }

    /** The pending bit array: a bit a vector, in units of eight bytes, read-only. */
    public MmioDevice pendingBits() {
        return new MmioDevice() {
            @Override
            public long read(long offset, Width width) {
                long value = 0;
                int first = (int) Math.min(8 * offset, MOST_VECTORS);
                for (int i = 0; i < 8 * width.bytes(); i++) {
                    value |= pending.get(first + i) ? 1L << i : 0;
                }
                return value;
            }

            @Override
            public void write(long offset, Width width, long value) {}
        };
    }
}
