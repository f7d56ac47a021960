package dev.lungo.devices.virtio;

import dev.lungo.machine.GuestMemory;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/** Virtio 1.2, "Packed Virtqueues" (section 2.8). */
final class PackedRing implements Ring {
    // In a descriptor
    private static final int ID = 12;
    private static final int FLAGS = 14;

    // Its flags: those of a split ring, and
    private static final int AVAILABLE = 1 << 7;
    private static final int USED = 1 << 15;

    // The event suppression structure of either side: a descriptor's offset and lap, and flags
    private static final int EVENT_FLAGS = 2;
    private static final int EVENT_BYTES = 4;
    private static final int LAP = 1 << 15;
    private static final int ENABLE = 0;
    private static final int DISABLE = 1;
    private static final int AT_DESCRIPTOR = 2;

    private final GuestMemory memory;
    private final int size;
    private final long descriptors;
    private final long driver;
    private final long device;
    private final boolean eventIndex;

    /** Where the next buffer is taken, with {@link #LAP} for the wrap counter. */
    private int next = LAP;

    /** Where the next buffer is given back, with {@link #LAP} for the wrap counter. */
    private int nextUsed = LAP;

    /** Descriptors given back since the driver was asked whether it wants to know. */
    private int since;

    private boolean notificationsOff;

    /**
     * @param size at most 2^15
     * @param descriptors guest-physical
     * @param driver guest-physical: event suppression that the driver writes
     * @param device guest-physical: event suppression that the device writes
     * @param eventIndex whether VIRTIO_F_EVENT_IDX is negotiated
     */
    PackedRing(
            GuestMemory memory,
            int size,
            long descriptors,
            long driver,
            long device,
            boolean eventIndex)
            throws BrokenRing {
        if (size <= 0) {
            throw new BrokenRing("a packed ring of " + size);
        }
        Descriptors.checkArea(memory, descriptors, 16, Descriptors.BYTES * size);
        Descriptors.checkArea(memory, driver, 4, EVENT_BYTES);
        Descriptors.checkArea(memory, device, 4, EVENT_BYTES);
        this.memory = memory;
        this.size = size;
        this.descriptors = descriptors;
        this.driver = driver;
        this.device = device;
        this.eventIndex = eventIndex;
    }

    private static int index(int position) {
        return position & LAP - 1;
    }

    private int advanced(int position, int slots) {
        int index = index(position) + slots;
        return index < size ? position + slots : (position & LAP ^ LAP) | index - size;
    }

    private long at(int index) {
        return descriptors + (long) Descriptors.BYTES * index;
    }

    /** A descriptor is available when its two bits differ, and the first is that of this lap. */
    private boolean isEmpty() {
        int flags = memory.getShort(at(index(next)) + FLAGS);
        boolean lap = (next & LAP) != 0;
        return (flags & AVAILABLE) != 0 != lap || (flags & USED) != 0 == lap;
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
            memory.putShort(device + EVENT_FLAGS, (short) DISABLE);
        }
        VarHandle.acquireFence(); // the flags first, then the descriptor
        Chain chain = follow(index(next));
        next = advanced(next, chain.slots);
        return chain;
    }

    private void askForNotification() {
        if (eventIndex) {
            memory.putShort(device, (short) next);
            VarHandle.releaseFence();
            memory.putShort(device + EVENT_FLAGS, (short) AT_DESCRIPTOR);
        } else if (notificationsOff) {
            notificationsOff = false;
            memory.putShort(device + EVENT_FLAGS, (short) ENABLE);
        }
    }

    private Chain follow(int head) throws BrokenRing {
        Chain chain = new Chain(memory);
        int index = head;
        while (true) {
            long at = at(index);
            int flags = memory.getShort(at + FLAGS);
            chain.slots++;
            if ((flags & Descriptors.INDIRECT) != 0) {
                if (chain.slots > 1 || (flags & Descriptors.NEXT) != 0) {
                    throw new BrokenRing("an indirect descriptor where none may be");
                }
                addIndirect(chain, memory.getLong(at), memory.getInt(at + Descriptors.LENGTH));
            } else {
                Descriptors.add(memory, at, flags, chain);
            }
            if ((flags & Descriptors.NEXT) == 0) {
                chain.id = memory.getShort(at + ID) & 0xFFFF;
                return chain;
            }
            if (chain.slots == size) {
                throw new BrokenRing("a loop of descriptors");
            }
            index = index + 1 == size ? 0 : index + 1;
        }
    }

    private void addIndirect(Chain chain, long table, int length) throws BrokenRing {
        int count = Descriptors.indirectCount(memory, table, length);
        for (int i = 0; i < count; i++) {
            long at = table + (long) Descriptors.BYTES * i;
            Descriptors.add(memory, at, memory.getShort(at + FLAGS), chain);
        }
    }

    @Override
    public void giveBack(Chain chain, long written) {
        long at = at(index(nextUsed));
        int lap = (nextUsed & LAP) != 0 ? AVAILABLE | USED : 0;
        memory.putInt(at + Descriptors.LENGTH, (int) written);
        memory.putShort(at + ID, (short) chain.id);
        VarHandle.releaseFence(); // the flags last
        memory.putShort(at + FLAGS, (short) (lap | (written > 0 ? Descriptors.WRITE : 0)));
        nextUsed = advanced(nextUsed, chain.slots);
        since = Math.min(since + chain.slots, size);
    }

    @Override
    public boolean wantsInterrupt() {
        VarHandle.fullFence(); // the driver says what it waits for, then looks at the descriptor
        int passed = since;
        since = 0;
        int flags = memory.getShort(driver + EVENT_FLAGS) & 0b11;
        if (flags != AT_DESCRIPTOR || !eventIndex) {
            return passed != 0 && flags != DISABLE;
        }
        VarHandle.acquireFence();
        int event = memory.getShort(driver) & 0xFFFF;
        int behind = index(nextUsed) - index(event);
        if ((event & LAP) != (nextUsed & LAP)) {
            behind += size;
        }
        return behind > 0 && behind <= passed;
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
