package dev.lungo.firmware.bios;

/**
 * The interrupt controllers, the system timer and the tables that every program finds: what the
 * power-on self test leaves, without the test.
 */
final class Post {
    private static final int MASTER = 0x20;
    private static final int SLAVE = 0xA0;
    private static final int MASTER_VECTORS = 0x08;
    private static final int SLAVE_VECTORS = 0x70;

    // Initialisation command words of a PC: 8259A datasheet, "Initialization Command Words".
    private static final int ICW1_CASCADED = 0x11;
    private static final int ICW3_MASTER = 1 << 2;
    private static final int ICW3_SLAVE = 2;
    private static final int ICW4_8086 = 1;
    private static final int OPEN_ON_MASTER = 1 | 1 << 1 | 1 << 2; // timer, keyboard, cascade
    private static final int OPEN_ON_SLAVE = 1; // clock

    private static final int TIMER = 0x40;
    private static final int TIMER_CONTROL = 0x43;
    private static final int COUNTER_0_RATE_GENERATOR = 0x34;
    private static final int COUNTER_1_RATE_GENERATOR = 0x54;

    static final int EBDA_SEGMENT = 0x9FC0;
    private static final int EBDA_KIB = 1;
    private static final int BASE_KIB = 639;

    // Equipment: IBM PS/2 and PC BIOS Interface Technical Reference, "Interrupt 11H"
    private static final int HAS_FLOPPY = 1;
    private static final int HAS_COPROCESSOR = 1 << 1;
    private static final int HAS_POINTING_DEVICE = 1 << 2;
    private static final int TEXT_80_COLOR = 2 << 4;
    private static final int ONE_SERIAL_PORT = 1 << 9;
    private static final int ALWAYS = HAS_COPROCESSOR | HAS_POINTING_DEVICE | TEXT_80_COLOR;

    // spotless:off
    /** IBM Personal Computer Technical Reference, "Video Parameters": the 6845's registers, and more. */
    private static final int[] VIDEO_PARAMETERS = {
        0x38, 0x28, 0x2D, 0x0A, 0x1F, 0x06, 0x19, 0x1C, 0x02, 0x07, 0x06, 0x07, 0, 0, 0, 0, // 40 columns
        0x71, 0x50, 0x5A, 0x0A, 0x1F, 0x06, 0x19, 0x1C, 0x02, 0x07, 0x06, 0x07, 0, 0, 0, 0, // 80 columns
        0x38, 0x28, 0x2D, 0x0A, 0x7F, 0x06, 0x64, 0x70, 0x02, 0x01, 0x06, 0x07, 0, 0, 0, 0, // graphics
        0x61, 0x50, 0x52, 0x0F, 0x19, 0x06, 0x19, 0x19, 0x02, 0x0D, 0x0B, 0x0C, 0, 0, 0, 0, // monochrome
        0x00, 0x08, 0x00, 0x10, 0x00, 0x40, 0x00, 0x40, // bytes of each of these
        40, 40, 80, 80, 40, 40, 80, 80,                 // columns of each mode
        0x2C, 0x28, 0x2D, 0x29, 0x2A, 0x2E, 0x1E, 0x29, // mode control of each
    };
    // spotless:on

    private Post() {}

    /**
     * @param masterVectors the interrupt vector of line 0
     * @param slaveVectors that of line 8
     */
    static void initializePics(Ports ports, int masterVectors, int slaveVectors) {
        initialize(ports, MASTER, masterVectors, ICW3_MASTER, 0xFF);
        initialize(ports, SLAVE, slaveVectors, ICW3_SLAVE, 0xFF);
    }

    private static void initialize(Ports ports, int at, int vectors, int icw3, int mask) {
        ports.out(at, ICW1_CASCADED);
        ports.out(at + 1, vectors);
        ports.out(at + 1, icw3);
        ports.out(at + 1, ICW4_8086);
        ports.out(at + 1, mask);
    }

    static void initializeDevices(Ports ports) {
        initializePics(ports, MASTER_VECTORS, SLAVE_VECTORS);
        ports.out(MASTER + 1, 0xFF & ~OPEN_ON_MASTER);
        ports.out(SLAVE + 1, 0xFF & ~OPEN_ON_SLAVE);
        ports.out(TIMER_CONTROL, COUNTER_0_RATE_GENERATOR);
        ports.out(TIMER, 0); // which stands for 10000h
        ports.out(TIMER, 0);
        ports.out(TIMER_CONTROL, COUNTER_1_RATE_GENERATOR); // memory refresh, once
        ports.out(TIMER + 1, 18);
    }

    static void fillDataArea(Bda bda, SafeMemory memory, Drives drives) {
        int floppies = drives.count(Drive.Kind.FLOPPY);
        int drivesField = floppies == 0 ? 0 : HAS_FLOPPY | Math.min(floppies, 4) - 1 << 6;
        bda.u16(Bda.COM_PORTS, SerialServices.COM1);
        bda.u16(Bda.EBDA_SEGMENT, EBDA_SEGMENT);
        bda.u16(Bda.EQUIPMENT, drivesField | ALWAYS | ONE_SERIAL_PORT);
        bda.u16(Bda.MEMORY_KIB, BASE_KIB);
        bda.u8(Bda.DISK_COUNT, drives.count(Drive.Kind.HARD_DISK));
        bda.u32(Bda.LPT_TIMEOUTS, 0x1414_1414);
        bda.u32(Bda.COM_TIMEOUTS, 0x0101_0101);
        memory.u8((long) EBDA_SEGMENT << 4, EBDA_KIB);
    }

    /** What has its place in the BIOS segment. */
    static void fillSegment(SafeMemory memory, Drives drives) {
        long base = Layout.BASE;
        memory.text(base + Layout.DATE, "11/21/26");
        memory.u8(base + Layout.MODEL, 0xFC); // a PC AT
        memory.u8(base + Layout.RETURN, 0xCF);
        configuration(memory, base + Layout.CONFIGURATION);
        disketteParameters(memory, base + Layout.DISKETTE_PARAMETERS, drives);
        write(memory, base + Layout.VIDEO_PARAMETERS, VIDEO_PARAMETERS);
        memory.u8(base + Layout.RESET_VECTOR, 0xEA); // a far jump
        memory.u16(base + Layout.RESET_VECTOR + 1, Layout.POWER_ON);
        memory.u16(base + Layout.RESET_VECTOR + 3, Layout.SEGMENT);
    }

    /** "Return System-Configuration Parameters". */
    private static void configuration(SafeMemory memory, long at) {
        memory.u16(at, 8); // bytes that follow
        memory.u8(at + 2, 0xFC); // model, submodel, revision
        memory.u8(at + 3, 0x01);
        memory.u8(at + 4, 0x00);
        // a second 8259, a real-time clock, INT 15h with AH = 4Fh and 41h, an extended data area
        memory.u8(at + 5, 1 << 6 | 1 << 5 | 1 << 4 | 1 << 3 | 1 << 2);
        memory.u8(at + 6, 1 << 6); // INT 16h, AH = 09h
    }

    /** "Diskette Parameters": for the first drive's medium, or 1.44 MB. */
    private static void disketteParameters(SafeMemory memory, long at, Drives drives) {
        Drive first = drives.get(0);
        int sectors = first == null ? 18 : first.geometry().sectors();
        int gap = sectors > 18 ? 0x53 : sectors > 9 ? 0x6C : 0x50;
        int[] table = {0xAF, 0x02, 0x25, 0x02, sectors, 0x1B, 0xFF, gap, 0xF6, 0x0F, 0x08, 79, 0};
        write(memory, at, table);
    }

    private static void write(SafeMemory memory, long at, int... bytes) {
        for (int i = 0; i < bytes.length; i++) {
            memory.u8(at + i, bytes[i]);
        }
    }
}
