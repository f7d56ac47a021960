package dev.lungo.devices;

import dev.lungo.isa.Width;
import dev.lungo.machine.PortDevice;
import java.util.HashMap;
import java.util.Map;

/**
 * The firmware configuration device, by which firmware made for QEMU learns what machine it is on.
 * QEMU, docs/specs/fw_cfg.rst. Left out: the DMA interface, which the ID denies.
 */
public final class FwCfg implements PortDevice {
    /** The size of its range: the selector at 510h, the data port at 511h. */
    public static final int PORTS = 2;

    // Selector keys
    public static final int SIGNATURE = 0x00;
    public static final int ID = 0x01;
    public static final int RAM_SIZE = 0x03;
    public static final int NB_CPUS = 0x05;
    public static final int MAX_CPUS = 0x0F;
    public static final int FILE_DIR = 0x19;

    private static final int TRADITIONAL_INTERFACE = 1;

    private final Map<Integer, byte[]> items = new HashMap<>();
    private int selector;
    private int position;

    public FwCfg() {
        items.put(SIGNATURE, new byte[] {'Q', 'E', 'M', 'U'});
        put(ID, Width.DWORD, TRADITIONAL_INTERFACE);
        put(FILE_DIR, Width.DWORD, 0); // no files
    }

    public void reset() {
        selector = 0;
        position = 0;
    }

    /** Adds an item: a little-endian number. */
    public void put(int key, Width width, long value) {
        byte[] bytes = new byte[width.bytes()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (value >> (8 * i));
        }
        items.put(key, bytes);
    }

    /** The next byte of the item; zero after its end, and in an item that is not there. */
    @Override
    public int read(int offset) {
        byte[] item = items.get(selector);
        if (offset == 0 || item == null || position >= item.length) {
            return 0;
        }
        return item[position++] & 0xFF;
    }

    @Override
    public int read(int offset, Width width) {
        int value = 0;
        for (int i = 0; i < width.bytes(); i++) {
            value |= read(offset) << (8 * i);
        }
        return value;
    }

    @Override
    public void write(int offset, int value) {
        write(offset, Width.BYTE, value);
    }

    /** Selects an item. The data port cannot be written. */
    @Override
    public void write(int offset, Width width, int value) {
        if (offset == 0) {
            selector = value & 0xFFFF;
            position = 0;
        }
    }
}
