package dev.lungo.firmware.uefi;

import dev.lungo.isa.Width;
import dev.lungo.machine.PortBus;

/**
 * The two 8259s, which the firmware has no use for: its timer is not the guest's. 8259A datasheet,
 * "Initialization Command Words". Their vectors are where EDK II has them.
 */
final class LegacyInterrupts {
    private static final int MASTER = 0x20;
    private static final int SLAVE = 0xA0;
    private static final int ICW1_CASCADED = 0x11;
    private static final int ICW4_8086 = 0x01;
    private static final int MASTER_VECTOR = 0x68;
    private static final int SLAVE_VECTOR = 0x70;

    private final PortBus ports;

    LegacyInterrupts(PortBus ports) {
        this.ports = ports;
    }

    /** Initialises them, all lines masked. */
    void mask() {
        begin(MASTER, MASTER_VECTOR, 1 << 2);
        begin(SLAVE, SLAVE_VECTOR, 2);
    }

    private void begin(int at, int vector, int cascade) {
        ports.write(at, Width.BYTE, ICW1_CASCADED);
        ports.write(at + 1, Width.BYTE, vector);
        ports.write(at + 1, Width.BYTE, cascade);
        ports.write(at + 1, Width.BYTE, ICW4_8086);
        ports.write(at + 1, Width.BYTE, 0xFF);
    }
}
