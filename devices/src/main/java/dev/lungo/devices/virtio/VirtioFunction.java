package dev.lungo.devices.virtio;

import dev.lungo.devices.pci.ConfigSpace;
import dev.lungo.devices.pci.FunctionLevelReset;
import dev.lungo.devices.pci.MessageBus;
import dev.lungo.devices.pci.Msix;
import dev.lungo.isa.Width;
import dev.lungo.machine.GuestMemory;
import dev.lungo.machine.MmioDevice;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A virtio device as a PCI function: virtio 1.2, "Virtio Over PCI Bus" (section 4.1) and "Device
 * Initialization" (section 3.1). What the device is, is its {@link VirtioDevice}'s affair.
 *
 * <p>Its monitor is its {@link ConfigSpace}, which the PCI bridge holds around every access.
 * Whoever comes from elsewhere, with a frame or the end of a request, takes it by {@link #locked}.
 *
 * <p>A driver that puts something impossible into a ring is told DEVICE_NEEDS_RESET, and the device
 * does nothing more until it is reset; the user is told once. A reset is not finished, as the
 * driver sees it, before the last request that was under way.
 *
 * <p>Left out: the legacy interface, queue reset, notification data, shared memory.
 */
public final class VirtioFunction {
    // Feature bits that are not of a type of device: "Reserved Feature Bits" (section 6)
    private static final long INDIRECT_DESC = 1L << 28;
    private static final long EVENT_IDX = 1L << 29;
    private static final long VERSION_1 = 1L << 32;
    private static final long RING_PACKED = 1L << 34;

    // "Device Status Field" (section 2.1)
    private static final int ACKNOWLEDGE = 1;
    private static final int DRIVER = 1 << 1;
    private static final int DRIVER_OK = 1 << 2;
    private static final int FEATURES_OK = 1 << 3;
    private static final int DEVICE_NEEDS_RESET = 1 << 6;
    private static final int FAILED = 1 << 7;
    private static final int BY_DRIVER = ACKNOWLEDGE | DRIVER | DRIVER_OK | FEATURES_OK | FAILED;

    // "PCI Device Discovery" (section 4.1.2)
    private static final int VENDOR = 0x1AF4;
    private static final int FIRST_DEVICE = 0x1040;
    private static final int SUBSYSTEM = 0x1100;

    // The BAR: a page for each structure, and one for each half of MSI-X
    private static final int BAR = 0;
    private static final int PAGE_SHIFT = 12;
    private static final int COMMON = 0;
    private static final int ISR = 1;
    private static final int DEVICE_CONFIG = 2;
    private static final int NOTIFY = 3;
    private static final int MSIX_TABLE = 4;
    private static final int MSIX_PBA = 5;
    private static final int BAR_BYTES = 8 << PAGE_SHIFT;
    private static final int NOTIFY_MULTIPLIER = 4;

    // ISR status
    private static final int QUEUE_INTERRUPT = 1;
    private static final int CONFIG_INTERRUPT = 1 << 1;

    private final VirtioDevice device;
    private final GuestMemory memory;
    private final Consumer<String> tellUser;
    private final long offered;
    private final ConfigSpace config;
    private final Msix msix;
    private final MmioDevice msixTable;
    private final MmioDevice msixPendingBits;
    private final CommonConfiguration common = new CommonConfiguration(this);
    private final Virtqueue[] queues;

    private int status;
    private long accepted;
    private int configVector = Virtqueue.NO_VECTOR;
    private int isr;
    private int generation;
    private boolean resetting;
    private boolean userWasTold;

    /**
     * @param make makes the device that it is
     * @param packed whether packed rings are offered, too
     * @param tellUser takes one sentence
     */
    public VirtioFunction(
            Function<VirtioFunction, VirtioDevice> make,
            GuestMemory memory,
            MessageBus messages,
            boolean packed,
            Consumer<String> tellUser) {
        this.memory = memory;
        this.tellUser = tellUser;
        device = make.apply(this);
        offered =
                device.features()
                        | INDIRECT_DESC
                        | EVENT_IDX
                        | VERSION_1
                        | (packed ? RING_PACKED : 0);
        int[] sizes = device.queueSizes();
        queues = new Virtqueue[sizes.length];
        for (int i = 0; i < sizes.length; i++) {
            queues[i] = new Virtqueue(this, sizes[i]);
        }

        config = new ConfigSpace(VENDOR, FIRST_DEVICE + device.deviceId(), 1, device.classCode());
        config.subsystem(VENDOR, SUBSYSTEM);
        config.interruptPin(1);
        config.memoryBar(BAR, BAR_BYTES, false, false, bar());
        msix =
                new Msix(
                        config,
                        sizes.length + 1,
                        BAR,
                        MSIX_TABLE << PAGE_SHIFT,
                        MSIX_PBA << PAGE_SHIFT,
                        messages);
        msixTable = msix.table();
        msixPendingBits = msix.pendingBits();
        VirtioCapability.add(config, VirtioCapability.COMMON, BAR, COMMON << PAGE_SHIFT, 0x1000);
        VirtioCapability.add(config, VirtioCapability.ISR, BAR, ISR << PAGE_SHIFT, 0x1000);
        VirtioCapability.add(
                config, VirtioCapability.DEVICE, BAR, DEVICE_CONFIG << PAGE_SHIFT, 0x1000);
        VirtioCapability.addNotify(config, BAR, NOTIFY << PAGE_SHIFT, 0x1000, NOTIFY_MULTIPLIER);
        VirtioCapability.addWindow(config, BAR, BAR_BYTES, bar());
        new FunctionLevelReset(config, this::isResetting, this::resetFunction);
        device.connect();
    }

    /** To be attached to the bridge. */
    public ConfigSpace config() {
        return config;
    }

    GuestMemory memory() {
        return memory;
    }

    /** Does something under the function's monitor. */
    public void locked(Runnable action) {
        synchronized (config) {
            action.run();
        }
    }

    /** A queue, or null if there is none of this number. */
    public @Nullable Virtqueue queue(int index) {
        return index >= 0 && index < queues.length ? queues[index] : null;
    }

    /** A queue that the device knows it has. */
    Virtqueue existing(int index) {
        return queues[index];
    }

    // ---- Reset

    /** RST#. Waits for requests under way. */
    public void reset() {
        synchronized (config) {
            resetFunction();
            while (resetting) {
                try {
                    config.wait();
                } catch (InterruptedException _) {
                    // then for the rest all the same
                }
            }
        }
    }

    /** Resets all but what has to wait for requests under way. */
    private void resetFunction() {
        config.reset();
        msix.reset();
        resetDevice();
    }

    private void resetDevice() {
        resetting = true;
        gaveBack();
    }

    private boolean isResetting() {
        return resetting;
    }

    /** A buffer was given back; if it was the last one that a reset had to wait for, it is done. */
    void gaveBack() {
        if (!resetting) {
            return;
        }
        for (Virtqueue queue : queues) {
            if (queue.hasBuffersOut()) {
                return;
            }
        }
        resetting = false;
        status = 0;
        accepted = 0;
        configVector = Virtqueue.NO_VECTOR;
        setIsr(0);
        common.reset();
        for (Virtqueue queue : queues) {
            queue.reset();
        }
        device.reset();
        config.notifyAll();
    }

    // ---- Negotiation

    long offered() {
        return offered;
    }

    long accepted() {
        return accepted;
    }

    void accept(long features) {
        if ((status & FEATURES_OK) == 0) {
            accepted = features;
        }
    }

    int status() {
        return status;
    }

    /** Whether the device may touch memory. */
    boolean isRunning() {
        return (status & (DRIVER_OK | DEVICE_NEEDS_RESET)) == DRIVER_OK
                && !resetting
                && config.isBusMaster();
    }

    void setStatus(int value) {
        if (value == 0) {
            resetDevice();
            return;
        }
        if (resetting) {
            return;
        }
        int risen = value & ~status & BY_DRIVER;
        status |= risen & ~(FEATURES_OK | DRIVER_OK);
        if ((risen & FEATURES_OK) != 0
                && (accepted & ~offered) == 0
                && (accepted & VERSION_1) != 0) {
            status |= FEATURES_OK;
            device.negotiated(accepted);
        }
        if ((risen & DRIVER_OK) != 0 && (status & FEATURES_OK) != 0) {
            status |= DRIVER_OK;
            for (int i = 0; i < queues.length; i++) {
                notified(i);
            }
        }
    }

    /**
     * The device cannot go on: the driver has asked for what cannot be. For any thread.
     *
     * @param what that is
     */
    void fail(String what) {
        synchronized (config) {
            needReset();
            if (!userWasTold) {
                userWasTold = true;
                tellUser.accept(
                        device.name() + ": the driver is broken, and has to reset it: " + what);
            }
        }
    }

    /** The device cannot go on. */
    void needReset() {
        status |= DEVICE_NEEDS_RESET;
        if ((status & DRIVER_OK) != 0) {
            interruptConfig();
        }
    }

    void enable(Virtqueue queue) {
        if ((status & FEATURES_OK) == 0 || resetting) {
            return;
        }
        boolean events = (accepted & EVENT_IDX) != 0;
        try {
            queue.enable(
                    (accepted & RING_PACKED) != 0
                            ? new PackedRing(
                                    memory,
                                    queue.size,
                                    queue.descriptors,
                                    queue.driver,
                                    queue.device,
                                    events)
                            : new SplitRing(
                                    memory,
                                    queue.size,
                                    queue.descriptors,
                                    queue.driver,
                                    queue.device,
                                    events));
        } catch (BrokenRing e) {
            fail(e.getMessage());
        }
    }

    int queueCount() {
        return queues.length;
    }

    private void notified(int index) {
        if (isRunning() && index < queues.length && queues[index].isEnabled()) {
            device.notified(index);
        }
    }

    // ---- Interrupts

    int configVector() {
        return configVector;
    }

    void setConfigVector(int vector) {
        configVector = existingVector(vector);
    }

    /** The vector, or none if there is no such vector, which the driver reads back. */
    int existingVector(int vector) {
        return (vector & 0xFFFF) < msix.vectors() ? vector & 0xFFFF : Virtqueue.NO_VECTOR;
    }

    int generation() {
        return generation;
    }

    /** The device has changed its configuration structure. */
    void configurationChanged() {
        generation = (generation + 1) & 0xFF;
        if ((status & DRIVER_OK) != 0) {
            interruptConfig();
        }
    }

    private void interruptConfig() {
        interrupt(CONFIG_INTERRUPT, configVector);
    }

    void interrupt(Virtqueue queue) {
        interrupt(QUEUE_INTERRUPT, queue.vector);
    }

    private void interrupt(int cause, int vector) {
        if (!msix.isEnabled()) {
            setIsr(isr | cause);
        } else if (vector != Virtqueue.NO_VECTOR) {
            msix.raise(vector);
        }
    }

    private void setIsr(int value) {
        isr = value;
        config.intx(value != 0);
    }

    // ---- Memory

    private MmioDevice bar() {
        return new MmioDevice() {
            @Override
            public long read(long offset, Width width) {
                int within = (int) offset & (1 << PAGE_SHIFT) - 1;
                return switch ((int) offset >> PAGE_SHIFT) {
                    case COMMON -> common.read(within, width);
                    case ISR -> within == 0 ? takeIsr() : 0;
                    case DEVICE_CONFIG -> readConfiguration(within, width);
                    case MSIX_TABLE -> msixTable.read(within, width);
                    case MSIX_PBA -> msixPendingBits.read(within, width);
                    default -> 0;
                };
            }

            @Override
            public void write(long offset, Width width, long value) {
                int within = (int) offset & (1 << PAGE_SHIFT) - 1;
                switch ((int) offset >> PAGE_SHIFT) {
                    case COMMON -> common.write(within, width, value);
                    case DEVICE_CONFIG -> device.writeConfiguration(within, width, value);
                    case NOTIFY -> notified(within / NOTIFY_MULTIPLIER);
                    case MSIX_TABLE -> msixTable.write(within, width, value);
                    default -> {}
                }
            }
        };
    }

    /** Reading it acknowledges the interrupt. */
    private int takeIsr() {
        int value = isr;
        setIsr(0);
        return value;
    }

    private long readConfiguration(int offset, Width width) {
        byte[] bytes = device.configuration();
        long value = 0;
        for (int i = 0; i < width.bytes() && offset + i < bytes.length; i++) {
            value |= (bytes[offset + i] & 0xFFL) << 8 * i;
        }
        return value;
    }
}
