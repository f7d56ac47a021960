package dev.lungo.devices.virtio;

import dev.lungo.machine.GuestMemory;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** Virtio 1.2, "Split Virtqueues" (section 2.7). */
final class SplitRing implements Ring {
    // In a descriptor
    private static final int FLAGS = 12;
    private static final int NEXT_INDEX = 14;

    // The rings of either side: flags, index, and an entry for each descriptor
    private static final int INDEX = 2;
    private static final int ENTRIES = 4;
    private static final int AVAILABLE_ENTRY = 2;
    private static final int USED_ENTRY = 8;

    private static final int NO_INTERRUPT = 1;
    private static final int NO_NOTIFY = 1;

    private final GuestMemory memory;
    private final int size;
    private final long descriptors;
    private final long available;
    private final long used;
    private final boolean eventIndex;

    /** Of the next entry to take, counted modulo 2^16. */
    private int next;

    /** How many were given back, modulo 2^16, and how many the driver has been told of. */
    private int usedIndex;

    private int signalled;
    private boolean notificationsOff;

    /**
     * @param size a power of two, at most 2^15
     * @param descriptors guest-physical
     * @param available guest-physical: what the driver writes
     * @param used guest-physical: what the device writes
     * @param eventIndex whether VIRTIO_F_EVENT_IDX is negotiated
     */
    SplitRing(
            GuestMemory memory,
            int size,
            long descriptors,
            long available,
            long used,
            boolean eventIndex)
            throws BrokenRing {
        if (size <= 0 || Integer.bitCount(size) != 1) {
            throw new BrokenRing("a split ring of " + size);
        }
        Descriptors.checkArea(memory, descriptors, 16, Descriptors.BYTES * size);
        Descriptors.checkArea(memory, available, 2, usedEvent(size) + 2);
        Descriptors.checkArea(memory, used, 4, availableEvent(size) + 2);
        this.memory = memory;
        this.size = size;
        this.descriptors = descriptors;
        this.available = available;
        this.used = used;
        this.eventIndex = eventIndex;
    }

    /** Where the driver says which interrupt it waits for: behind its ring. */
    private static int usedEvent(int size) {
        return ENTRIES + AVAILABLE_ENTRY * size;
    }

    /** Where the device says which notification it waits for: behind its ring. */
    private static int availableEvent(int size) {
        return ENTRIES + USED_ENTRY * size;
    }

    private static int u16(int value) {
        return value & 0xFFFF;
    }

    private boolean isEmpty() throws BrokenRing {
        int count = u16(memory.getShort(available + INDEX) - next);
        if (count > size) {
            throw new BrokenRing(count + " available buffers in a ring of " + size);
        }
        return count == 0;
    }

    @Override
    public @Nullable Chain take() throws BrokenRing {
        if (isEmpty()) {
            askForNotification();
            VarHandle.fullFence(); // the driver adds a buffer, then looks whether it is to notify
            if (isEmpty()) {
                return null;
            }
        }
        if (!eventIndex && !notificationsOff) {
            notificationsOff = true;
            memory.putShort(used, (short) NO_NOTIFY);
        }
        VarHandle.acquireFence(); // the index first, then what it covers
        long entry = available + ENTRIES + (long) AVAILABLE_ENTRY * (next & size - 1);
        Chain chain = follow(u16(memory.getShort(entry)));
        next = u16(next + 1);
        return chain;
    }

    private void askForNotification() {
        if (eventIndex) {
            memory.putShort(used + availableEvent(size), (short) next);
        } else if (notificationsOff) {
            notificationsOff = false;
            memory.putShort(used, (short) 0);
        }
    }

    private Chain follow(int head) throws BrokenRing {
        Chain chain = new Chain(memory);
        chain.id = head;
        long table = descriptors;
        int count = size;
        int left = size;
        int index = head;
        while (true) {
            if (index >= count) {
                throw new BrokenRing("descriptor " + index + " of " + count);
            }
            if (left-- == 0) {
                throw new BrokenRing("a loop of descriptors");
            }
            long at = table + (long) Descriptors.BYTES * index;
            int flags = u16(memory.getShort(at + FLAGS));
            if ((flags & Descriptors.INDIRECT) != 0) {
                if (table != descriptors || (flags & Descriptors.NEXT) != 0) {
                    throw new BrokenRing("an indirect descriptor where none may be");
                }
                table = memory.getLong(at);
                count =
                        Descriptors.indirectCount(
                                memory, table, memory.getInt(at + Descriptors.LENGTH));
                left = count;
                index = 0;
                continue;
            }
            Descriptors.add(memory, at, flags, chain);
            if ((flags & Descriptors.NEXT) == 0) {
                return chain;
            }
            index = u16(memory.getShort(at + NEXT_INDEX));
        }
    }

    @Override
    public void giveBack(Chain chain, long written) {
        long entry = used + ENTRIES + (long) USED_ENTRY * (usedIndex & size - 1);
        memory.putInt(entry, chain.id);
        memory.putInt(entry + 4, (int) written);
        usedIndex = u16(usedIndex + 1);
        VarHandle.releaseFence(); // the entry first, then the index that covers it
        memory.putShort(used + INDEX, (short) usedIndex);
    }

    @Override
    public boolean wantsInterrupt() {
        VarHandle.fullFence(); // the driver says what it waits for, then looks at the index
        int since = u16(usedIndex - signalled);
        signalled = usedIndex;
        if (eventIndex) {
            int event = u16(memory.getShort(available + usedEvent(size)));
            return u16(usedIndex - event - 1) < since;
        }
        return since != 0 && (memory.getShort(available) & NO_INTERRUPT) == 0;
    }

    @Override
    public int position() {
        return next;
    }

    @Override
    public void rewind(int position) {
        next = position;
    }
}
