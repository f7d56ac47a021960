package dev.lungo.devices.virtio;

import dev.lungo.isa.Width;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A device that gives every buffer back at once, with what was read in it written. */
final class Echo implements VirtioDevice {
    final List<String> log = new ArrayList<>();
    private final VirtioFunction function;

    /** Buffers are kept, to be given back by the test. */
    @Nullable List<Chain> kept;

    Echo(VirtioFunction function) {
        this.function = function;
    }

    boolean isOf(VirtioFunction other) {
        return function == other;
    }

    @Override
    public int deviceId() {
        return 42;
    }

    @Override
    public String name() {
        return "echo";
    }

    @Override
    public int classCode() {
        return 0xFF0000;
    }

    @Override
    public long features() {
        return 0b101;
    }

    @Override
    public int[] queueSizes() {
        return new int[] {8, 16};
    }

    @Override
    public byte[] configuration() {
        return new byte[] {1, 2, 3, 4, 5, 6};
    }

    @Override
    public void writeConfiguration(int offset, Width width, long value) {
        log.add("config " + offset + " " + width + " " + value);
    }

    @Override
    public void notified(int index) {
        Virtqueue queue = function.existing(index);
        for (Chain chain = queue.take(); chain != null; chain = queue.take()) {
            if (kept != null) {
                kept.add(chain);
            } else {
                int bytes = (int) Math.min(chain.readableBytes(), chain.writableBytes());
                byte[] data = new byte[bytes];
                chain.read(0, data, 0, bytes);
                chain.write(0, data, 0, bytes);
                queue.giveBack(chain, bytes);
            }
        }
        queue.interrupt();
    }

    @Override
    public void reset() {
        log.add("reset");
    }
}
