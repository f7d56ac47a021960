package dev.lungo.devices;

import dev.lungo.machine.PortDevice;

/**
 * Ports that keep the last byte written and do nothing else: the POST code display at 80h, which
 * guests write to for a delay, and the DMA page registers beside it. A 1981 PC's DMA page register
 * has bytes nobody uses in just this way.
 */
public final class PortSink implements PortDevice {
    private final byte[] last;

    public PortSink(int ports) {
        last = new byte[ports];
    }

    /** What was last written there, 0 to FFh. */
    @Override
    public int read(int offset) {
        return last[offset] & 0xFF;
    }

    @Override
    public void write(int offset, int value) {
        last[offset] = (byte) value;
    }
}
