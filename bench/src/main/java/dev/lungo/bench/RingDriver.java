package dev.lungo.bench;

import dev.lungo.devices.ResetControl;
import dev.lungo.devices.pci.PciHost;
import dev.lungo.devices.virtio.VirtioDevice;
import dev.lungo.devices.virtio.VirtioFunction;
import dev.lungo.host.HostMemory;
import dev.lungo.isa.Width;
import dev.lungo.machine.GuestMemory;
import dev.lungo.machine.MmioDevice;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/**
 * A driver of one virtio device, with split rings and the event index, that keeps them as full as
 * it is told and sleeps until it is interrupted.
 */
final class RingDriver implements AutoCloseable {
    static final int RING_SIZE = 256;
    static final long BUFFERS = 16 << 20;
    private static final int MEMORY_BYTES = 64 << 20;
    private static final long BAR = 0xC000_0000L;
    private static final int MSIX_TABLE = 0x4000;
    private static final int SLOT = 1 << 15;

    private final HostMemory memory = new HostMemory(MEMORY_BYTES);
    private final Semaphore interrupts = new Semaphore(0);
    private final VirtioFunction function;
    private final MmioDevice ecam;
    private final MmioDevice window;
    private final int[] available = new int[16];
    private final int[] notified = new int[16];
    private final int[] seen = new int[16];

    RingDriver(Function<VirtioFunction, VirtioDevice> device) {
        function =
                new VirtioFunction(
                        device,
                        memory,
                        (_, _) -> interrupts.release(),
                        /* packed= */ false,
                        System.err::println);
        PciHost host = new PciHost(new ResetControl(() -> {}), _ -> _ -> {});
        host.attach(1, 0, function.config());
        ecam = host.ecam();
        window = host.memoryWindow(0, 1L << 32);
        start();
    }

    private void start() {
        ecam.write(SLOT | 0x10, Width.DWORD, BAR);
        ecam.write(SLOT | 0x04, Width.WORD, 0b110);
        ecam.write(SLOT | 0x42, Width.WORD, 1 << 15); // MSI-X, the first capability
        window.write(BAR + MSIX_TABLE + 12, Width.DWORD, 0);
        set(0x14, Width.BYTE, 3);
        set(0x08, Width.DWORD, 0);
        long offered = window.read(BAR + 0x04, Width.DWORD);
        set(0x0C, Width.DWORD, offered & (1 << 29 | 1 << 9)); // EVENT_IDX, VIRTIO_BLK_F_FLUSH
        set(0x08, Width.DWORD, 1);
        set(0x0C, Width.DWORD, 1); // VIRTIO_F_VERSION_1
        set(0x14, Width.BYTE, 0xB);
        int queues = (int) window.read(BAR + 0x12, Width.WORD);
        for (int queue = 0; queue < queues; queue++) {
            set(0x16, Width.WORD, queue);
            set(0x18, Width.WORD, RING_SIZE);
            set(0x1A, Width.WORD, 0); // all have the one vector
            set(0x20, Width.QWORD, ring(queue));
            set(0x28, Width.QWORD, ring(queue) + 0x1000);
            set(0x30, Width.QWORD, ring(queue) + 0x2000);
            set(0x1C, Width.WORD, 1);
        }
        set(0x14, Width.BYTE, 0xF);
    }

    private void set(int register, Width width, long value) {
        window.write(BAR + register, width, value);
    }

    private static long ring(int queue) {
        return 0x10_0000L + 0x4000L * queue;
    }

    GuestMemory memory() {
        return memory;
    }

    /** Writes a descriptor; flags are 1 for another to follow, 2 for one to be written. */
    void descriptor(int queue, int index, long address, int bytes, int flags) {
        long at = ring(queue) + 16L * index;
        memory.putLong(at, address);
        memory.putInt(at + 8, bytes);
        memory.putInt(at + 12, index + 1 << 16 | flags);
    }

    /** Makes a chain of descriptors available. */
    void add(int queue, int head) {
        long ring = ring(queue) + 0x1000;
        memory.putShort(ring + 4 + 2L * (available[queue]++ % RING_SIZE), (short) head);
    }

    /** Shows the device what was added, and notifies it if it wants to know. */
    void kick(int queue) {
        VarHandle.releaseFence();
        memory.putShort(ring(queue) + 0x1002, (short) available[queue]);
        VarHandle.fullFence();
        int event = memory.getShort(ring(queue) + 0x2004 + 8 * RING_SIZE) & 0xFFFF;
        int now = available[queue] & 0xFFFF;
        if ((now - event - 1 & 0xFFFF) < (now - notified[queue] & 0xFFFF)) {
            window.write(BAR + 0x3000 + 4L * queue, Width.WORD, queue);
        }
        notified[queue] = now;
    }

    /** Waits until so many buffers were given back. */
    void await(int queue, int count) throws InterruptedException {
        int wanted = seen[queue] + count & 0xFFFF;
        memory.putShort(ring(queue) + 0x1004 + 2 * RING_SIZE, (short) (wanted - 1));
        VarHandle.fullFence();
        while ((used(queue) - seen[queue] & 0xFFFF) < count) {
            interrupts.acquire();
        }
        VarHandle.acquireFence();
        seen[queue] = wanted;
    }

    private int used(int queue) {
        return memory.getShort(ring(queue) + 0x2002) & 0xFFFF;
    }

    @Override
    public void close() {
        function.reset(); // a worker may look for more
        memory.close();
    }
}
