package dev.lungo.devices.virtio;

import dev.lungo.machine.Workers;
import java.util.function.Consumer;

/** A source of random bytes. Virtio 1.2, "Entropy Device" (section 5.4). */
public final class VirtioEntropy implements VirtioDevice {
    private static final int ENTROPY_SOURCE = 4;
    private static final int OTHER_CLASS = 0x00FF00;
    private static final int QUEUE_SIZE = 64;

    /** How much a request is given at most, which is as the specification lets the device. */
    private static final int MOST_BYTES = 4096;

    private final Consumer<byte[]> source;
    private final QueueWorker requests;

    /**
     * @param source fills an array, on a worker
     */
    public VirtioEntropy(VirtioFunction function, Consumer<byte[]> source, Workers workers) {
        this.source = source;
        requests = new QueueWorker(function, 0, workers, this::fill);
    }

    @Override
    public int deviceId() {
        return ENTROPY_SOURCE;
    }

    @Override
    public String name() {
        return "virtio entropy device";
    }

    @Override
    public int classCode() {
        return OTHER_CLASS;
    }

    @Override
    public long features() {
        return 0;
    }

    @Override
    public int[] queueSizes() {
        return new int[] {QUEUE_SIZE};
    }

    @Override
    public byte[] configuration() {
        return new byte[0];
    }

    @Override
    public void notified(int queue) {
        requests.notified();
    }

    @Override
    public void reset() {}

    private long fill(Chain chain, QueueWorker.Turn turn) {
        byte[] random = new byte[(int) Math.min(chain.writableBytes(), MOST_BYTES)];
        source.accept(random);
        chain.write(0, random, 0, random.length);
        return random.length;
    }
}
