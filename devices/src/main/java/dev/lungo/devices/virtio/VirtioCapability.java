package dev.lungo.devices.virtio;

import dev.lungo.devices.pci.ConfigSpace;
import dev.lungo.isa.Width;
import dev.lungo.machine.MmioDevice;

/**
 * The vendor-specific capabilities that say where in which BAR a structure is. Virtio 1.2, "Virtio
 * Structure PCI Capabilities" (section 4.1.4).
 */
final class VirtioCapability {
    // cfg_type
    static final int COMMON = 1;
    static final int NOTIFY = 2;
    static final int ISR = 3;
    static final int DEVICE = 4;
    static final int WINDOW = 5;

    private static final int VENDOR_SPECIFIC = 0x09;

    // struct virtio_pci_cap, from id and next pointer on
    private static final int CAP_LEN = 2;
    private static final int CFG_TYPE = 3;
    private static final int BAR = 4;
    private static final int OFFSET = 8;
    private static final int LENGTH = 12;
    private static final int BYTES = 16;

    // What some have behind it
    private static final int NOTIFY_OFF_MULTIPLIER = 16;
    private static final int PCI_CFG_DATA = 16;
    private static final int LONG_BYTES = 20;

    private VirtioCapability() {}

    static void add(ConfigSpace config, int type, int bar, int offset, int length) {
        define(config, BYTES, type, bar, offset, length);
    }

    static void addNotify(ConfigSpace config, int bar, int offset, int length, int multiplier) {
        int at = define(config, LONG_BYTES, NOTIFY, bar, offset, length);
        config.define(at + NOTIFY_OFF_MULTIPLIER, Width.DWORD, multiplier, 0);
    }

    private static int define(
            ConfigSpace config, int bytes, int type, int bar, int offset, int length) {
        int at = config.capability(VENDOR_SPECIFIC, bytes - 2);
        config.define(at + CAP_LEN, Width.BYTE, bytes, 0);
        config.define(at + CFG_TYPE, Width.BYTE, type, 0);
        config.define(at + BAR, Width.BYTE, bar, 0);
        config.define(at + OFFSET, Width.DWORD, offset, 0);
        config.define(at + LENGTH, Width.DWORD, length, 0);
        return at;
    }

    /**
     * The way to a BAR for who cannot reach it in memory: "PCI configuration access capability"
     * (section 4.1.4.9).
     */
    static void addWindow(ConfigSpace config, int bar, int barBytes, MmioDevice memory) {
        int at = define(config, LONG_BYTES, WINDOW, 0, 0, 0);
        config.define(at + BAR, Width.BYTE, 0, 0xFF);
        config.define(at + OFFSET, Width.DWORD, 0, -1);
        config.define(at + LENGTH, Width.DWORD, 0, -1);
        config.define(at + PCI_CFG_DATA, Width.DWORD, 0, -1);
        config.listen(
                at + PCI_CFG_DATA,
                4,
                new ConfigSpace.Listener() {
                    @Override
                    public void reading(int offset, int bytes) {
                        if (isValid()) {
                            long value = memory.read(offset(), width());
                            config.set(at + PCI_CFG_DATA, Width.DWORD, (int) value);
                        }
                    }

                    @Override
                    public void written(int offset, int bytes) {
                        if (isValid()) {
                            int value = config.read(at + PCI_CFG_DATA, width());
                            memory.write(offset(), width(), width().truncate(value));
                        }
                    }

                    private boolean isValid() {
                        int length = config.read(at + LENGTH, Width.DWORD);
                        return config.read(at + BAR, Width.BYTE) == bar
                                && (length == 1 || length == 2 || length == 4)
                                && offset() % length == 0
                                && offset() <= barBytes - length;
                    }

                    private long offset() {
                        return config.read(at + OFFSET, Width.DWORD) & 0xFFFF_FFFFL;
                    }

                    private Width width() {
                        return Width.ofBytes(config.read(at + LENGTH, Width.DWORD));
                    }
                });
    }
}
