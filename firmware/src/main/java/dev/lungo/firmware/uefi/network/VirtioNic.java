package dev.lungo.firmware.uefi.network;

import dev.lungo.firmware.Board;
import dev.lungo.firmware.PciConfiguration;
import dev.lungo.firmware.uefi.boottime.MemoryType;
import dev.lungo.firmware.uefi.boottime.PageMap;
import dev.lungo.isa.Width;
import dev.lungo.machine.GuestMemory;
import dev.lungo.machine.MmioBus;
import org.jspecify.annotations.Nullable;

/**
 * A driver of a virtio network device, which looks for frames when it is asked, without interrupts:
 * Virtio 1.2, "Virtio Over PCI Bus" (section 4.1), "Split Virtqueues" (2.7), "Network Device"
 * (5.1). What its rings and buffers are in is the guest's, which may write there what it likes:
 * every number from there is checked.
 */
public final class VirtioNic {
    /** An Ethernet header and what it carries. */
    static final int MOST_FRAME_BYTES = 14 + 1500;

    static final int MAC_BYTES = 6;

    private static final int VENDOR_AND_DEVICE = 0x1041_1AF4;

    // Configuration space
    private static final int COMMAND = 0x04;
    private static final int BUS_MASTER_AND_MEMORY = 1 << 2 | 1 << 1;
    private static final int FIRST_BAR = 0x10;
    private static final int CAPABILITIES = 0x34;
    private static final int VENDOR_SPECIFIC = 9;
    private static final int MOST_CAPABILITIES = 48;

    // "Virtio Structure PCI Capabilities" (section 4.1.4)
    private static final int COMMON = 1;
    private static final int NOTIFICATION = 2;
    private static final int DEVICE = 4;

    // "Common configuration structure layout" (section 4.1.4.3)
    private static final int DEVICE_FEATURE_SELECT = 0x00;
    private static final int DEVICE_FEATURE = 0x04;
    private static final int DRIVER_FEATURE_SELECT = 0x08;
    private static final int DRIVER_FEATURE = 0x0C;
    private static final int STATUS = 0x14;
    private static final int QUEUE_SELECT = 0x16;
    private static final int QUEUE_SIZE = 0x18;
    private static final int QUEUE_ENABLE = 0x1C;
    private static final int QUEUE_NOTIFY_OFF = 0x1E;
    private static final int QUEUE_DESC = 0x20;
    private static final int QUEUE_DRIVER = 0x28;
    private static final int QUEUE_DEVICE = 0x30;

    private static final int ACKNOWLEDGE = 1;
    private static final int DRIVER = 2;
    private static final int DRIVER_OK = 4;
    private static final int FEATURES_OK = 8;
    private static final int NOBODY = 0xFF;
    private static final int MOST_POLLS = 1_000_000;

    private static final int MAC_AND_STATUS = 1 << 5 | 1 << 16;
    private static final int VERSION_1 = 1; // of the second word
    private static final int LINK_STATUS = 6;

    // A queue's page, and the buffers behind it
    private static final int RECEIVE = 0;
    private static final int TRANSMIT = 1;
    private static final int ENTRIES = 32;
    private static final int AVAILABLE = 0x400;
    private static final int USED = 0x800;
    private static final int BUFFER_BYTES = 2048;
    private static final int QUEUE_PAGES = 1 + ENTRIES * BUFFER_BYTES / PageMap.PAGE;
    private static final int WRITE = 2;
    private static final int NO_INTERRUPT = 1;
    private static final int HEADER_BYTES = 12;

    private final GuestMemory memory;
    private final MmioBus mmio;
    private final PageMap pages;
    private final PciConfiguration pci;
    private final int function;

    /** Guest-physical, of what the capabilities lead to; known from {@link #find} on. */
    private final long[] structures = new long[5];

    private long notifyMultiplier;
    private final long[] doorbells = new long[2];

    /** The pages of both queues, guest-physical; 0 before the first start. */
    private long queues;

    private boolean running;

    /** How many there have been, each modulo 2¹⁶. */
    private int sent;

    private int received;
    private int offered;

    /**
     * @param function device and function, as in bits 7:0 of the requester ID
     */
    public VirtioNic(Board board, PageMap pages, int function) {
        memory = board.memory();
        mmio = board.mmio();
        pci = new PciConfiguration(board.ports());
        this.pages = pages;
        this.function = function;
    }

    /** Whether there is such a device. */
    public boolean isThere() {
        return pci.read(function, 0) == VENDOR_AND_DEVICE && find();
    }

    /** Looks where everything is: the guest may have moved it. */
    private boolean find() {
        java.util.Arrays.fill(structures, 0);
        int at = pci.read(function, CAPABILITIES) & 0xFC;
        for (int i = 0; at != 0 && i < MOST_CAPABILITIES; i++) {
            int header = pci.read(function, at);
            int type = header >>> 24;
            if ((header & 0xFF) == VENDOR_SPECIFIC && type < structures.length) {
                int bar = pci.read(function, at + 4) & 0xFF;
                structures[type] = bar > 5 ? 0 : bar(bar) + pci.read(function, at + 8);
                if (type == NOTIFICATION) {
                    notifyMultiplier = pci.read(function, at + 16);
                }
            }
            at = header >> 8 & 0xFC;
        }
        return structures[COMMON] != 0 && structures[NOTIFICATION] != 0 && structures[DEVICE] != 0;
    }

    private long bar(int index) {
        int low = pci.read(function, FIRST_BAR + 4 * index);
        boolean wide = (low & 0b110) == 0b100 && index < 5;
        long high = wide ? pci.read(function, FIRST_BAR + 4 * index + 4) : 0;
        return high << 32 | low & 0xFFFF_FFF0L;
    }

    byte[] mac() {
        byte[] mac = new byte[MAC_BYTES];
        for (int i = 0; i < MAC_BYTES; i++) {
            mac[i] = (byte) mmio.read(structures[DEVICE] + i, Width.BYTE);
        }
        return mac;
    }

    boolean isLinkUp() {
        return (mmio.read(structures[DEVICE] + LINK_STATUS, Width.WORD) & 1) != 0;
    }

    private void common(int register, Width width, long value) {
        mmio.write(structures[COMMON] + register, width, value);
    }

    private long common(int register, Width width) {
        return mmio.read(structures[COMMON] + register, width);
    }

    // ---- From reset to reset

    /** Says whether the device can be used. "Device Initialization" (section 3.1). */
    boolean start() {
        pci.write(function, COMMAND, pci.read(function, COMMAND) | BUS_MASTER_AND_MEMORY);
        if (queues == 0) {
            long at =
                    pages.allocate(
                            MemoryType.BOOT_SERVICES_DATA,
                            2 * QUEUE_PAGES,
                            Long.MAX_VALUE,
                            PageMap.PAGE);
            queues = Math.max(at, 0);
        }
        if (queues == 0 || !isThere() || !reset()) {
            return false;
        }
        common(STATUS, Width.BYTE, ACKNOWLEDGE | DRIVER);
        features(0, MAC_AND_STATUS);
        features(1, VERSION_1);
        common(STATUS, Width.BYTE, ACKNOWLEDGE | DRIVER | FEATURES_OK);
        if ((common(STATUS, Width.BYTE) & FEATURES_OK) == 0) {
            return false;
        }
        enable(RECEIVE);
        enable(TRANSMIT);
        common(STATUS, Width.BYTE, ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
        running = true;
        sent = 0;
        received = 0;
        offered = 0;
        for (int i = 0; i < ENTRIES; i++) {
            offer(i);
        }
        return true;
    }

    private void features(int word, int wanted) {
        common(DEVICE_FEATURE_SELECT, Width.DWORD, word);
        long has = common(DEVICE_FEATURE, Width.DWORD);
        common(DRIVER_FEATURE_SELECT, Width.DWORD, word);
        common(DRIVER_FEATURE, Width.DWORD, has & wanted);
    }

    private void enable(int queue) {
        long page = page(queue);
        memory.write(page, new byte[PageMap.PAGE]);
        memory.putShort(page + AVAILABLE, (short) NO_INTERRUPT);
        common(QUEUE_SELECT, Width.WORD, queue);
        common(QUEUE_SIZE, Width.WORD, ENTRIES);
        common(QUEUE_DESC, Width.QWORD, page);
        common(QUEUE_DRIVER, Width.QWORD, page + AVAILABLE);
        common(QUEUE_DEVICE, Width.QWORD, page + USED);
        doorbells[queue] =
                structures[NOTIFICATION] + common(QUEUE_NOTIFY_OFF, Width.WORD) * notifyMultiplier;
        common(QUEUE_ENABLE, Width.WORD, 1);
    }

    private long page(int queue) {
        return queues + (long) queue * QUEUE_PAGES * PageMap.PAGE;
    }

    private long buffer(int queue, int index) {
        return page(queue) + PageMap.PAGE + (long) index * BUFFER_BYTES;
    }

    /** Has the device leave memory alone. */
    void stop() {
        if (running) {
            running = false;
            find();
            boolean _ = reset();
        }
    }

    /** Waits until the device has done with what it had. */
    private boolean reset() {
        common(STATUS, Width.BYTE, 0);
        for (int i = 0; i < MOST_POLLS; i++) {
            long status = common(STATUS, Width.BYTE);
            if (status == 0 || status == NOBODY) {
                return status == 0;
            }
        }
        return false;
    }

    // ---- Frames

    private void makeAvailable(int queue, int index, int bytes, int flags, int count) {
        long descriptor = page(queue) + 16L * index;
        memory.putLong(descriptor, buffer(queue, index));
        memory.putInt(descriptor + 8, bytes);
        memory.putShort(descriptor + 12, (short) flags);
        long ring = page(queue) + AVAILABLE;
        memory.putShort(ring + 4 + 2L * (count % ENTRIES), (short) index);
        memory.putShort(ring + 2, (short) (count + 1));
        mmio.write(doorbells[queue], Width.WORD, queue);
    }

    private int used(int queue) {
        return memory.getShort(page(queue) + USED + 2) & 0xFFFF;
    }

    private void offer(int index) {
        makeAvailable(RECEIVE, index, BUFFER_BYTES, WRITE, offered);
        offered = offered + 1 & 0xFFFF;
    }

    /** Whether another frame can be sent now. */
    boolean canSend() {
        return running && (sent - used(TRANSMIT) & 0xFFFF) < ENTRIES;
    }

    /** Sends a frame of at most {@link #MOST_FRAME_BYTES}, if it {@link #canSend}. */
    void send(byte[] frame) {
        int index = sent % ENTRIES;
        byte[] packet = new byte[HEADER_BYTES + frame.length];
        System.arraycopy(frame, 0, packet, HEADER_BYTES, frame.length);
        memory.write(buffer(TRANSMIT, index), packet);
        makeAvailable(TRANSMIT, index, packet.length, 0, sent);
        sent = sent + 1 & 0xFFFF;
    }

    boolean hasReceived() {
        return running && used(RECEIVE) != received;
    }

    /** The frame that has been waiting longest, which goes on waiting; null if there is none. */
    byte @Nullable [] peek() {
        while (hasReceived()) {
            long entry = page(RECEIVE) + USED + 4 + 8L * (received % ENTRIES);
            int index = memory.getInt(entry);
            int bytes = memory.getInt(entry + 4) - HEADER_BYTES;
            if (index >= 0 && index < ENTRIES && bytes >= 14 && bytes <= MOST_FRAME_BYTES) {
                byte[] frame = new byte[bytes];
                memory.read(buffer(RECEIVE, index) + HEADER_BYTES, frame, 0, bytes);
                return frame;
            }
            drop();
        }
        return null;
    }

    /** Gives back the buffer of the frame that has been waiting longest. */
    void drop() {
        int index = memory.getInt(page(RECEIVE) + USED + 4 + 8L * (received % ENTRIES));
        received = received + 1 & 0xFFFF;
        if (index >= 0 && index < ENTRIES) {
            offer(index);
        }
    }
}
