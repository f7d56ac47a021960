package dev.lungo.devices.virtio;

import dev.lungo.isa.Width;
import dev.lungo.machine.MmioDevice;

/**
 * The registers by which a driver negotiates features and sets up queues. Virtio 1.2, "Common
 * configuration structure layout" (section 4.1.4.3). Every field is accessed at its own width, and
 * those of 64 bits by halves, too. A read of less gives the field's low bits: iPXE of 2019 and
 * before reads features so. Other accesses read zero and write nothing.
 */
final class CommonConfiguration implements MmioDevice {
    static final int BYTES = 0x38;

    // spotless:off
    private static final int DEVICE_FEATURE_SELECT = 0x00;
    private static final int DEVICE_FEATURE        = 0x04;
    private static final int DRIVER_FEATURE_SELECT = 0x08;
    private static final int DRIVER_FEATURE        = 0x0C;
    private static final int CONFIG_MSIX_VECTOR    = 0x10;
    private static final int NUM_QUEUES            = 0x12;
    private static final int DEVICE_STATUS         = 0x14;
    private static final int CONFIG_GENERATION     = 0x15;
    private static final int QUEUE_SELECT          = 0x16;
    private static final int QUEUE_SIZE            = 0x18;
    private static final int QUEUE_MSIX_VECTOR     = 0x1A;
    private static final int QUEUE_ENABLE          = 0x1C;
    private static final int QUEUE_NOTIFY_OFF      = 0x1E;
    private static final int QUEUE_DESC            = 0x20;
    private static final int QUEUE_DRIVER          = 0x28;
    private static final int QUEUE_DEVICE          = 0x30;
    // spotless:on

    private final VirtioFunction function;
    private int deviceFeatureSelect;
    private int driverFeatureSelect;
    private int queueSelect;

    CommonConfiguration(VirtioFunction function) {
        this.function = function;
    }

    void reset() {
        deviceFeatureSelect = 0;
        driverFeatureSelect = 0;
        queueSelect = 0;
    }

    private static int bytes(int offset) {
        if (offset >= QUEUE_DESC) {
            return 4; // a half
        }
        if (offset == DEVICE_STATUS || offset == CONFIG_GENERATION) {
            return 1;
        }
        return offset < CONFIG_MSIX_VECTOR ? 4 : 2;
    }

    @Override
    public long read(long offset, Width width) {
        int at = (int) offset;
        if (width == Width.QWORD && at >= QUEUE_DESC) {
            return read(at) | read(at + 4) << 32;
        }
        return width.bytes() <= bytes(at) ? width.truncate(read(at)) : 0;
    }

    private long read(int offset) {
        Virtqueue queue = function.queue(queueSelect);
        return switch (offset) {
            case DEVICE_FEATURE_SELECT -> deviceFeatureSelect;
            case DEVICE_FEATURE -> half(function.offered(), deviceFeatureSelect);
            case DRIVER_FEATURE_SELECT -> driverFeatureSelect;
            case DRIVER_FEATURE -> half(function.accepted(), driverFeatureSelect);
            case CONFIG_MSIX_VECTOR -> function.configVector();
            case NUM_QUEUES -> function.queueCount();
            case DEVICE_STATUS -> function.status();
            case CONFIG_GENERATION -> function.generation();
            case QUEUE_SELECT -> queueSelect;
            default -> queue == null ? 0 : read(offset, queue);
        };
    }

    private long read(int offset, Virtqueue queue) {
        return switch (offset) {
            case QUEUE_SIZE -> queue.size;
            case QUEUE_MSIX_VECTOR -> queue.vector;
            case QUEUE_ENABLE -> queue.isEnabled() ? 1 : 0;
            case QUEUE_NOTIFY_OFF -> queueSelect;
            case QUEUE_DESC -> half(queue.descriptors, 0);
            case QUEUE_DESC + 4 -> half(queue.descriptors, 1);
            case QUEUE_DRIVER -> half(queue.driver, 0);
            case QUEUE_DRIVER + 4 -> half(queue.driver, 1);
            case QUEUE_DEVICE -> half(queue.device, 0);
            case QUEUE_DEVICE + 4 -> half(queue.device, 1);
            default -> 0;
        };
    }

    @Override
    public void write(long offset, Width width, long value) {
        int at = (int) offset;
        if (width == Width.QWORD && at >= QUEUE_DESC) {
            write(at, (int) value);
            write(at + 4, (int) (value >>> 32));
        } else if (width.bytes() == bytes(at)) {
            write(at, (int) value);
        }
    }

    private void write(int offset, int value) {
        Virtqueue queue = function.queue(queueSelect);
        switch (offset) {
            case DEVICE_FEATURE_SELECT -> deviceFeatureSelect = value;
            case DRIVER_FEATURE_SELECT -> driverFeatureSelect = value;
            case DRIVER_FEATURE ->
                    function.accept(withHalf(function.accepted(), driverFeatureSelect, value));
            case CONFIG_MSIX_VECTOR -> function.setConfigVector(value);
            case DEVICE_STATUS -> function.setStatus(value);
            case QUEUE_SELECT -> queueSelect = value;
            default -> {
                if (queue != null) {
                    write(offset, value, queue);
                }
            }
        }
    }

    private void write(int offset, int value, Virtqueue queue) {
        if (offset == QUEUE_MSIX_VECTOR) {
            queue.vector = function.existingVector(value);
            return;
        }
        if (queue.isEnabled()) {
            return; // it is too late
        }
        switch (offset) {
            case QUEUE_SIZE -> queue.setSize(value);
            case QUEUE_ENABLE -> {
                if (value == 1) {
                    function.enable(queue);
                }
            }
            case QUEUE_DESC -> queue.descriptors = withHalf(queue.descriptors, 0, value);
            case QUEUE_DESC + 4 -> queue.descriptors = withHalf(queue.descriptors, 1, value);
            case QUEUE_DRIVER -> queue.driver = withHalf(queue.driver, 0, value);
            case QUEUE_DRIVER + 4 -> queue.driver = withHalf(queue.driver, 1, value);
            case QUEUE_DEVICE -> queue.device = withHalf(queue.device, 0, value);
            case QUEUE_DEVICE + 4 -> queue.device = withHalf(queue.device, 1, value);
            default -> {}
        }
    }

    /** The low (0) or high (1) 32 bits; there are no others. */
    private static long half(long value, int which) {
        return switch (which) {
            case 0 -> value & 0xFFFF_FFFFL;
            case 1 -> value >>> 32;
            default -> 0;
        };
    }

    private static long withHalf(long value, int which, int half) {
        return switch (which) {
            case 0 -> (value & ~0xFFFF_FFFFL) | (half & 0xFFFF_FFFFL);
            case 1 -> (value & 0xFFFF_FFFFL) | (long) half << 32;
            default -> value;
        };
    }
}
