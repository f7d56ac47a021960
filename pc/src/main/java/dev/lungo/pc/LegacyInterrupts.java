package dev.lungo.pc;

import dev.lungo.isa.Width;
import dev.lungo.machine.GuestMemory;
import dev.lungo.machine.PortBus;

/**
 * The interrupts of the ISA bus as a BIOS leaves them: both 8259s initialised, the system timer
 * ticking 18.2 times a second, and real-mode vectors that lead to handlers which acknowledge and
 * return. Multiboot Specification, "Machine state" (section 3.2): what it does not name is left "as
 * initialized by the BIOS". The other boot protocols hand over with interrupts disabled as well.
 *
 * <p>Left out: every service, and the BIOS data area; the tick is not counted there.
 */
final class LegacyInterrupts {
    private static final int MASTER = 0x20;
    private static final int SLAVE = 0xA0;
    private static final int MASTER_VECTORS = 0x08;
    private static final int SLAVE_VECTORS = 0x70;
    private static final int LINES = 8;

    // Initialisation command words of a PC: 8259A datasheet, "Initialization Command Words".
    private static final int ICW1_CASCADED = 0x11;
    private static final int ICW3_MASTER = 1 << 2;
    private static final int ICW3_SLAVE = 2;
    private static final int ICW4_8086 = 1;
    private static final int ONLY_TIMER_AND_CASCADE = 0xFF & ~(1 | 1 << 2);
    private static final int NOTHING = 0xFF;

    private static final int TIMER = 0x40;
    private static final int TIMER_CONTROL = 0x43;
    private static final int COUNTER_0_RATE_GENERATOR = 0x34;

    // Offsets in segment F000h: two of them as in every BIOS since the first.
    private static final int SEGMENT = 0xF000;
    private static final int MASTER_HANDLER = 0xFEA5;
    private static final int SLAVE_HANDLER = 0xFEB0;
    private static final int RETURN = 0xFF53;
    private static final int VECTORS = 256;

    private LegacyInterrupts() {}

    static void set(PortBus ports, GuestMemory memory) {
        initialize(ports, MASTER, MASTER_VECTORS, ICW3_MASTER, ONLY_TIMER_AND_CASCADE);
        initialize(ports, SLAVE, SLAVE_VECTORS, ICW3_SLAVE, NOTHING);
        ports.write(TIMER_CONTROL, Width.BYTE, COUNTER_0_RATE_GENERATOR);
        ports.write(TIMER, Width.BYTE, 0); // which stands for 10000h
        ports.write(TIMER, Width.BYTE, 0);

        for (int vector = 0; vector < VECTORS; vector++) {
            memory.putInt(4L * vector, SEGMENT << 16 | handler(vector));
        }
        // push ax; mov al,20h; out 20h,al; pop ax; iret
        putCode(memory, MASTER_HANDLER, 0x50, 0xB0, 0x20, 0xE6, 0x20, 0x58, 0xCF);
        putCode(memory, SLAVE_HANDLER, 0x50, 0xB0, 0x20, 0xE6, 0xA0, 0xE6, 0x20, 0x58, 0xCF);
        putCode(memory, RETURN, 0xCF);
    }

    private static void initialize(PortBus ports, int at, int vectors, int icw3, int mask) {
        ports.write(at, Width.BYTE, ICW1_CASCADED);
        ports.write(at + 1, Width.BYTE, vectors);
        ports.write(at + 1, Width.BYTE, icw3);
        ports.write(at + 1, Width.BYTE, ICW4_8086);
        ports.write(at + 1, Width.BYTE, mask);
    }

    private static int handler(int vector) {
        if (vector >= MASTER_VECTORS && vector < MASTER_VECTORS + LINES) {
            return MASTER_HANDLER;
        }
        return vector >= SLAVE_VECTORS && vector < SLAVE_VECTORS + LINES ? SLAVE_HANDLER : RETURN;
    }

    private static void putCode(GuestMemory memory, int offset, int... bytes) {
        for (int i = 0; i < bytes.length; i++) {
            memory.putByte((SEGMENT << 4) + offset + i, (byte) bytes[i]);
        }
    }
}
