package dev.lungo.fuzz.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.devices.ResetControl;
import dev.lungo.devices.pci.PciHost;
import dev.lungo.devices.virtio.VirtioDevice;
import dev.lungo.devices.virtio.VirtioFunction;
import dev.lungo.host.HostMemory;
import dev.lungo.isa.Width;
import dev.lungo.machine.MmioDevice;
import dev.lungo.machine.Workers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.function.BiFunction;

/**
 * Plays a driver that does what its input says: it begins as a driver should, with rings that may
 * lie over each other, and then takes steps of eight bytes, some sensible and some not. Whatever
 * they are, the device neither throws nor leaves work for ever, says at most one sentence, and can
 * be reset in the end.
 */
final class HostileDriver {
    private static final int MEMORY_BYTES = 1 << 20;
    private static final int STEP_BYTES = 8;
    private static final int RING_SIZE = 16;
    private static final int SLOT = 1 << 15;
    private static final long BAR = 0xC000_0000L;
    private static final int[] LENGTHS = {1, 512, 1024, 16, 1514, 4096, 8, 2048};
    private static final int MOST_TASKS = 100;
    private static final int MOST_TOLD = 2; // by the transport, and by the device

    /** Something that comes from the host's side. */
    interface Event {
        void happen(int value);
    }

    private final HostMemory memory;
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final List<String> told = new ArrayList<>();
    private final VirtioFunction function;
    private final MmioDevice ecam;
    private final MmioDevice window;
    private final Event event;
    private final int[] next = new int[16];
    private int style;
    private int queues = 1;

    private HostileDriver(
            HostMemory memory,
            boolean packed,
            BiFunction<VirtioFunction, Workers, VirtioDevice> device,
            Event event) {
        this.memory = memory;
        this.event = event;
        function =
                new VirtioFunction(
                        f -> device.apply(f, tasks::add), memory, (_, _) -> {}, packed, told::add);
        PciHost host = new PciHost(new ResetControl(() -> {}), _ -> _ -> {});
        host.attach(1, 0, function.config());
        ecam = host.ecam();
        window = host.memoryWindow(0, 1L << 32);
    }

    /** Lets a driver loose on a device. */
    static void play(
            byte[] input, BiFunction<VirtioFunction, Workers, VirtioDevice> device, Event event) {
        if (input.length < STEP_BYTES) {
            return;
        }
        try (HostMemory memory = new HostMemory(MEMORY_BYTES)) {
            ByteBuffer steps = ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN);
            long setUp = steps.getLong();
            HostileDriver driver = new HostileDriver(memory, (setUp & 1) != 0, device, event);
            driver.start(setUp);
            while (steps.remaining() >= STEP_BYTES) {
                driver.step(steps.getLong());
                assertThat(driver.tasks).hasSizeLessThan(MOST_TASKS);
            }
            driver.work();
            assertThat(driver.told).hasSizeLessThanOrEqualTo(MOST_TOLD);
            driver.function.reset();
        }
    }

    static byte[] randomSteps(Random random) {
        byte[] input = new byte[STEP_BYTES * (1 + random.nextInt(100))];
        random.nextBytes(input);
        return input;
    }

    private void config(int register, Width width, long value) {
        ecam.write(SLOT | register, width, value);
    }

    private void common(int register, Width width, long value) {
        window.write(BAR + register, width, value);
    }

    private void start(long setUp) {
        style = (int) (setUp >>> 34) & 3;
        config(0x10, Width.DWORD, BAR);
        config(0x04, Width.WORD, 0b110);
        common(0x14, Width.BYTE, 3);
        common(0x08, Width.DWORD, 0);
        long low = window.read(BAR + 0x04, Width.DWORD);
        common(0x0C, Width.DWORD, low & (setUp >>> 1 | 0xFFFF));
        common(0x08, Width.DWORD, 1);
        common(0x00, Width.DWORD, 1);
        common(0x0C, Width.DWORD, window.read(BAR + 0x04, Width.DWORD));
        common(0x14, Width.BYTE, 0xB);
        queues = Math.max(1, (int) window.read(BAR + 0x12, Width.WORD) & 0xF);
        for (int queue = 0; queue < queues; queue++) {
            common(0x16, Width.WORD, queue);
            common(0x18, Width.WORD, RING_SIZE);
            // On pages of their own, or, if the input says so, over each other.
            long ring = ring((setUp >>> 32 & 1) != 0 ? queue / 2 : queue);
            common(0x20, Width.QWORD, ring);
            common(0x28, Width.QWORD, ring + 0x400);
            common(0x30, Width.QWORD, ring + ((setUp >>> 33 & 1) != 0 ? 0x400 : 0x800));
            common(0x1C, Width.WORD, 1);
        }
        common(0x14, Width.BYTE, 0xF);
    }

    private static long ring(int queue) {
        return 0x1000L * (queue + 1);
    }

    private void step(long step) {
        int a = (int) (step >>> 8) & 0xFF;
        int b = (int) (step >>> 16) & 0xFFFF;
        int c = (int) (step >>> 32);
        int queue = a % queues;
        switch ((int) step & 0x1F) {
            case 0, 1, 2, 3, 4, 5, 6, 7, 8 -> offer(queue, a >> 3, b, c);
            case 9, 10 -> offerIndirect(queue, a >> 3, b, c);
            case 11, 12, 13, 14, 15, 16 ->
                    window.write(BAR + 0x3000 + 4L * queue, Width.WORD, queue);
            case 17, 18, 19, 20 -> {
                Runnable task = tasks.poll();
                if (task != null) {
                    task.run();
                }
            }
            case 21, 22, 23, 24 -> event.happen(c);
            case 25 -> memory.putInt((long) b << 2, c);
            case 26 -> memory.putInt(ring(queue) + (b & 0xFFC), c);
            case 27 -> window.write(BAR + (b & 0x3F), width(a), c);
            case 28 -> window.write(BAR + 0x2000 + (b & 0x3F), width(a), c);
            case 29 -> {
                config(b & 0xFF, width(a % 3), c);
                ecam.read(SLOT | b & 0xFF, width(a % 3));
            }
            case 30 -> window.write(BAR + (b & 0x7FFF), width(a), c);
            default -> restart(a, step);
        }
    }

    /** Resets in mid-request, or makes it work again. */
    private void restart(int how, long step) {
        switch (how % 4) {
            case 0 -> common(0x14, Width.BYTE, 0);
            case 1 -> {
                common(0x14, Width.BYTE, 0);
                work();
                start(step >>> 16);
            }
            case 2 -> {
                work();
                function.reset();
                start(step >>> 16);
            }
            default -> {
                config(0x10, Width.DWORD, how << 12); // over RAM
                config(0x10, Width.DWORD, BAR);
                config(0x04, Width.WORD, 0b110);
            }
        }
    }

    private void work() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    private static Width width(int choice) {
        return Width.ofBytes(1 << choice % 4);
    }

    /** Makes up to four descriptors, first some to read, then some to write, and offers them. */
    private void offer(int queue, int shape, int where, int value) {
        int head = next[queue];
        int count = 1 + shape % 4;
        int readable =
                switch (style) {
                    case 0 -> Math.max(1, count - 1); // a request: all but a status
                    case 1 -> Math.min(1, count - 1); // a request: a header alone
                    case 2 -> queue % 2 == 0 ? 0 : count; // a queue for each direction
                    default -> shape / 4 % 5;
                };
        long base = 0x8_0000L + ((where & ~1) << 3); // two quadwords fit there
        for (int i = 0; i < count; i++) {
            int choice = value >>> (8 + 4 * i);
            int length = (choice & 15) == 15 ? choice & 0xFFFF : LENGTHS[choice & 7];
            if (i == 0 && (value & 0xF0) != 0xF0) {
                length = 16; // a header
            } else if (i == count - 1 && (choice & 3) != 0) {
                length = 1; // a status
            }
            put(ring(queue), head + i, base + 0x1010L * i, length, i < count - 1, i >= readable);
        }
        memory.putInt(base, (value & 0x10) != 0 ? value & 0xF : value & 1);
        memory.putLong(base + 8, value >>> 4 & 0x7F);
        publish(queue, head, count);
    }

    private void offerIndirect(int queue, int count, int where, int value) {
        long table = 0x4_0000L + ((where & 0xFFFF) << 2);
        int head = next[queue];
        for (int i = 0; i < count % 8; i++) {
            put(table, i, 0x8_0000L + (value & 0xFFFFF), value & 0xFFF, true, i > 0);
        }
        put(ring(queue), head, table, 16 * (count % 8) + (value & 0x11), false, false);
        long at = ring(queue) + 16L * (head % RING_SIZE);
        memory.putShort(at + 12, (short) (memory.getShort(at + 12) | 4));
        memory.putShort(at + 14, (short) (memory.getShort(at + 14) | 4));
        publish(queue, head, 1);
    }

    /** A descriptor: flags where a split ring has them, and where a packed ring has them. */
    private void put(
            long table, int index, long address, int length, boolean more, boolean writable) {
        long at = table + 16L * (index % RING_SIZE);
        boolean lap = index / RING_SIZE % 2 == 0;
        int flags = (more ? 1 : 0) | (writable ? 2 : 0);
        memory.putLong(at, address);
        memory.putInt(at + 8, length);
        if (isPacked()) {
            memory.putShort(at + 12, (short) index);
            memory.putShort(at + 14, (short) (flags | (lap ? 1 << 7 : 1 << 15)));
        } else {
            memory.putShort(at + 12, (short) flags);
            memory.putShort(at + 14, (short) ((index + 1) % RING_SIZE));
        }
    }

    private boolean isPacked() {
        common(0x08, Width.DWORD, 1);
        return (window.read(BAR + 0x0C, Width.DWORD) & 1 << 2) != 0;
    }

    private void publish(int queue, int head, int slots) {
        next[queue] = head + slots;
        long available = ring(queue) + 0x400;
        int index = memory.getShort(available + 2) & 0xFFFF;
        memory.putShort(available + 4 + 2L * (index % RING_SIZE), (short) (head % RING_SIZE));
        memory.putShort(available + 2, (short) (index + 1));
    }
}
