package dev.lungo.devices.virtio;

import dev.lungo.devices.ResetControl;
import dev.lungo.devices.pci.PciHost;
import dev.lungo.isa.Width;
import dev.lungo.machine.MmioDevice;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.function.BiFunction;

/**
 * A driver of a virtio device, in slot 1 of a PCI bus of its own, in a machine of 16 MiB. Its rings
 * have eight descriptors; it adds buffers one at a time and finds what was used.
 */
final class TestDriver {
    static final int INDIRECT_DESC = 28;
    static final int EVENT_IDX = 29;
    static final int VERSION_1 = 32;
    static final int RING_PACKED = 34;

    static final int RING_SIZE = 8;
    static final int QUEUE_BYTES = 0x4000;
    static final long RINGS = 0x10_0000;
    static final long BUFFERS = 0x20_0000;
    private static final long BAR = 0xC000_0000L;

    /** A piece of a buffer. */
    record Piece(long address, int bytes, boolean writable) {
        static Piece readable(long address, int bytes) {
            return new Piece(address, bytes, false);
        }

        static Piece writable(long address, int bytes) {
            return new Piece(address, bytes, true);
        }
    }

    /** What the device gave back. */
    record Used(int id, int written) {}

    final TestMemory memory = new TestMemory(16 << 20);
    final List<String> told = new ArrayList<>();
    final List<Integer> messages = new ArrayList<>();
    final boolean[] wires = new boolean[8];

    /** What workers are to do; {@link #work} does it. */
    final Queue<Runnable> tasks = new ArrayDeque<>();

    final VirtioFunction function;
    final MmioDevice window;
    private final MmioDevice ecam;
    private final boolean packed;
    private final long features;
    private final int[] next = new int[8];
    private final int[] seen = new int[8];
    private final boolean[] lap = {true, true, true, true, true, true, true, true};
    private final boolean[] usedLap = {true, true, true, true, true, true, true, true};
    private final int[] slotsOf = new int[RING_SIZE];
    private int nextId;

    /**
     * @param device makes the device, whose workers and whose user this driver is
     */
    TestDriver(
            boolean packed,
            long extraFeatures,
            BiFunction<VirtioFunction, TestDriver, VirtioDevice> device) {
        this.packed = packed;
        features = extraFeatures | 1L << VERSION_1 | (packed ? 1L << RING_PACKED : 0);
        function =
                new VirtioFunction(
                        made -> device.apply(made, this),
                        memory,
                        (_, data) -> messages.add(data),
                        true,
                        told::add);
        PciHost host = new PciHost(new ResetControl(() -> {}), w -> level -> wires[w] = level);
        host.attach(1, 0, function.config());
        ecam = host.ecam();
        window = host.memoryWindow(BAR, 1 << 20);
        placeBar();
    }

    void placeBar() {
        writeConfig(0x10, Width.DWORD, BAR);
        writeConfig(0x04, Width.WORD, 0b110); // memory space, bus master
    }

    long readConfig(int register, Width width) {
        return ecam.read(1 << 15 | register, width);
    }

    void writeConfig(int register, Width width, long value) {
        ecam.write(1 << 15 | register, width, value);
    }

    /** The offset of the first capability of this kind, or of this virtio type if it is 9. */
    int capability(int id, int type) {
        for (int at = (int) readConfig(0x34, Width.BYTE);
                at != 0;
                at = (int) readConfig(at + 1, Width.BYTE)) {
            if (readConfig(at, Width.BYTE) == id
                    && (id != 9 || readConfig(at + 3, Width.BYTE) == type)) {
                return at;
            }
        }
        throw new AssertionError("no capability " + id);
    }

    private int structure(int type) {
        return (int) readConfig(capability(9, type) + 8, Width.DWORD);
    }

    long common(int register, Width width) {
        return window.read(structure(1) + register, width);
    }

    void setCommon(int register, Width width, long value) {
        window.write(structure(1) + register, width, value);
    }

    int isr() {
        return (int) window.read(structure(3), Width.BYTE);
    }

    long config(int register, Width width) {
        return window.read(structure(4) + register, width);
    }

    void setConfig(int register, Width width, long value) {
        window.write(structure(4) + register, width, value);
    }

    int status() {
        return (int) common(0x14, Width.BYTE);
    }

    void setStatus(int status) {
        setCommon(0x14, Width.BYTE, status);
    }

    long offered() {
        setCommon(0, Width.DWORD, 1);
        long high = common(4, Width.DWORD);
        setCommon(0, Width.DWORD, 0);
        return high << 32 | common(4, Width.DWORD);
    }

    /** Virtio 1.2, "Driver Requirements: Device Initialization" (section 3.1.1). */
    TestDriver start() {
        negotiate();
        for (int queue = 0; queue < common(0x12, Width.WORD); queue++) {
            place(queue, desc(queue), desc(queue) + 0x1000, desc(queue) + 0x2000);
        }
        setStatus(0xF);
        return this;
    }

    void negotiate() {
        setStatus(0);
        setStatus(1);
        setStatus(3);
        setCommon(8, Width.DWORD, 0);
        setCommon(0xC, Width.DWORD, features & 0xFFFF_FFFFL);
        setCommon(8, Width.DWORD, 1);
        setCommon(0xC, Width.DWORD, features >>> 32);
        setStatus(0xB);
        Arrays.fill(next, 0);
        Arrays.fill(seen, 0);
        Arrays.fill(lap, true);
        Arrays.fill(usedLap, true);
    }

    void place(int queue, long desc, long driver, long device) {
        for (long at = RINGS + (long) queue * QUEUE_BYTES;
                at < RINGS + (queue + 1L) * QUEUE_BYTES;
                at += 8) {
            memory.putLong(at, 0);
        }
        setCommon(0x16, Width.WORD, queue);
        setCommon(0x18, Width.WORD, RING_SIZE);
        setCommon(0x20, Width.QWORD, desc);
        setCommon(0x28, Width.DWORD, driver);
        setCommon(0x2C, Width.DWORD, driver >>> 32);
        setCommon(0x30, Width.QWORD, device);
        setCommon(0x1C, Width.WORD, 1);
    }

    static long desc(int queue) {
        return RINGS + (long) queue * QUEUE_BYTES;
    }

    static long driverArea(int queue) {
        return desc(queue) + 0x1000;
    }

    static long deviceArea(int queue) {
        return desc(queue) + 0x2000;
    }

    /** Makes a buffer available. Returns what it is called. */
    int add(int queue, Piece... pieces) {
        return packed ? addPacked(queue, pieces) : addSplit(queue, pieces);
    }

    private int addSplit(int queue, Piece... pieces) {
        int head = nextId % RING_SIZE;
        for (int i = 0; i < pieces.length; i++) {
            int flags = (pieces[i].writable ? 2 : 0) | (i + 1 < pieces.length ? 1 : 0);
            descriptor(
                    desc(queue) + 16L * ((nextId + i) % RING_SIZE),
                    pieces[i],
                    flags,
                    (nextId + i + 1) % RING_SIZE);
        }
        nextId += pieces.length;
        offer(queue, head);
        return head;
    }

    void descriptor(long at, Piece piece, int flags, int nextIndex) {
        memory.putLong(at, piece.address);
        memory.putInt(at + 8, piece.bytes);
        memory.putShort(at + 12, (short) flags);
        memory.putShort(at + 14, (short) nextIndex);
    }

    /** Puts a head into the available ring of a split queue. */
    void offer(int queue, int head) {
        memory.putShort(driverArea(queue) + 4 + 2L * (next[queue] % RING_SIZE), (short) head);
        next[queue]++;
        memory.putShort(driverArea(queue) + 2, (short) next[queue]);
    }

    private int addPacked(int queue, Piece... pieces) {
        int id = nextId++ % RING_SIZE;
        slotsOf[id] = pieces.length;
        int first = next[queue];
        int firstFlags = 0;
        for (int i = 0; i < pieces.length; i++) {
            int flags =
                    (pieces[i].writable ? 2 : 0)
                            | (i + 1 < pieces.length ? 1 : 0)
                            | (lap[queue] ? 1 << 7 : 1 << 15);
            long at = desc(queue) + 16L * next[queue];
            memory.putLong(at, pieces[i].address);
            memory.putInt(at + 8, pieces[i].bytes);
            memory.putShort(at + 12, (short) id);
            if (i == 0) {
                firstFlags = flags;
            } else {
                memory.putShort(at + 14, (short) flags);
            }
            if (++next[queue] == RING_SIZE) {
                next[queue] = 0;
                lap[queue] = !lap[queue];
            }
        }
        memory.putShort(desc(queue) + 16L * first + 14, (short) firstFlags);
        return id;
    }

    boolean isPacked() {
        return packed;
    }

    /** Makes a table of descriptors available. */
    void addIndirect(int queue, long table, int bytes) {
        int id = add(queue, Piece.readable(table, bytes));
        long at = desc(queue) + 16L * id;
        int flags = packed ? 14 : 12;
        memory.putShort(at + flags, (short) (memory.getShort(at + flags) | 4));
    }

    void notify(int queue) {
        window.write(structure(2) + 4L * queue, Width.WORD, queue);
    }

    /** Has the workers do all they were given. */
    void work() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /** What was given back since this was last asked. */
    List<Used> used(int queue) {
        List<Used> found = new ArrayList<>();
        while (packed ? hasUsedPacked(queue) : hasUsedSplit(queue)) {
            found.add(packed ? takePacked(queue) : takeSplit(queue));
        }
        return found;
    }

    private boolean hasUsedSplit(int queue) {
        return memory.getShort(deviceArea(queue) + 2) != (short) seen[queue];
    }

    private Used takeSplit(int queue) {
        long at = deviceArea(queue) + 4 + 8L * (seen[queue]++ % RING_SIZE);
        return new Used(memory.getInt(at), memory.getInt(at + 4));
    }

    private boolean hasUsedPacked(int queue) {
        int flags = memory.getShort(desc(queue) + 16L * seen[queue] + 14);
        boolean used = (flags & 1 << 15) != 0;
        return (flags & 1 << 7) != 0 == used && used == usedLap[queue];
    }

    private Used takePacked(int queue) {
        long at = desc(queue) + 16L * seen[queue];
        Used taken = new Used(memory.getShort(at + 12), memory.getInt(at + 8));
        seen[queue] += slotsOf[taken.id];
        if (seen[queue] >= RING_SIZE) {
            seen[queue] -= RING_SIZE;
            usedLap[queue] = !usedLap[queue];
        }
        return taken;
    }
}
