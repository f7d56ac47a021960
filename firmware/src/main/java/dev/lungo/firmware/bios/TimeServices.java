package dev.lungo.firmware.bios;

/**
 * INT 1Ah: the tick count and the clock, AH = 00h to 07h. IBM PS/2 and PC BIOS Interface Technical
 * Reference, "Interrupt 1AH". {@link PciBios} has AH = B1h. Also what INT 08h and INT 70h do.
 */
final class TimeServices implements Service {
    /** At 1,193,182 Hz divided by 65,536. */
    private static final int TICKS_OF_A_DAY = 0x18_00B0;

    private static final long PIT_HZ = 1_193_182;

    private static final int CMOS = 0x70;
    private static final int STATUS_A = 0x0A;
    private static final int STATUS_B = 0x0B;
    private static final int STATUS_C = 0x0C;
    private static final int CENTURY = 0x32;
    private static final int HELD = 1 << 7; // B.SET
    private static final int ALARM = 1 << 5; // B.AIE and C.AF
    private static final int DAYLIGHT = 1;
    private static final int HOURS_24 = 1 << 1;

    private final Bda bda;
    private final Ports ports;
    private final PciBios pci;

    TimeServices(Bda bda, Ports ports, PciBios pci) {
        this.bda = bda;
        this.ports = ports;
        this.pci = pci;
    }

    /** The tick count from the clock. */
    void reset() {
        cmos(STATUS_B, cmos(STATUS_B) & ~HELD | HOURS_24);
        long seconds = binary(cmos(4)) * 3600L + binary(cmos(2)) * 60L + binary(cmos(0));
        bda.u32(Bda.TICKS, (int) (seconds * PIT_HZ / 65_536));
        bda.u8(Bda.MIDNIGHT, 0);
    }

    @Override
    public void serve(Registers regs) {
        switch (regs.ah()) {
            case 0x00 -> {
                int ticks = bda.u32(Bda.TICKS);
                regs.cx(ticks >>> 16);
                regs.dx(ticks);
                regs.al(bda.u8(Bda.MIDNIGHT));
                bda.u8(Bda.MIDNIGHT, 0);
                regs.succeed();
            }
            case 0x01 -> {
                bda.u32(Bda.TICKS, regs.cx() << 16 | regs.dx());
                bda.u8(Bda.MIDNIGHT, 0);
                regs.succeed();
            }
            case 0x02 -> {
                regs.ch(cmos(4));
                regs.cl(cmos(2));
                regs.dh(cmos(0));
                regs.dl(cmos(STATUS_B) & DAYLIGHT);
                regs.succeed();
            }
            case 0x03 ->
                    set(
                            regs,
                            () -> {
                                cmos(4, regs.ch());
                                cmos(2, regs.cl());
                                cmos(0, regs.dh());
                            });
            case 0x04 -> {
                regs.ch(cmos(CENTURY));
                regs.cl(cmos(9));
                regs.dh(cmos(8));
                regs.dl(cmos(7));
                regs.succeed();
            }
            case 0x05 ->
                    set(
                            regs,
                            () -> {
                                cmos(CENTURY, regs.ch());
                                cmos(9, regs.cl());
                                cmos(8, regs.dh());
                                cmos(7, regs.dl());
                            });
            case 0x06 -> setAlarm(regs);
            case 0x07 -> {
                cmos(STATUS_B, cmos(STATUS_B) & ~ALARM);
                regs.succeed();
            }
            case 0xB1 -> pci.serve(regs);
            default -> regs.failUnknown();
        }
    }

    private void set(Registers regs, Runnable fields) {
        int b = cmos(STATUS_B);
        cmos(STATUS_A, 0x26);
        cmos(STATUS_B, b | HELD);
        fields.run();
        cmos(STATUS_B, b & ~HELD);
        regs.succeed();
    }

    private void setAlarm(Registers regs) {
        if ((cmos(STATUS_B) & ALARM) != 0) {
            regs.carry(true); // it is set already
            return;
        }
        cmos(5, regs.ch());
        cmos(3, regs.cl());
        cmos(1, regs.dh());
        ports.out(0xA1, ports.in(0xA1) & ~1); // the clock's interrupt
        cmos(STATUS_B, cmos(STATUS_B) | ALARM);
        regs.succeed();
    }

    /** INT 08h. */
    void tick(Registers regs) {
        int ticks = bda.u32(Bda.TICKS) + 1;
        if (ticks >= TICKS_OF_A_DAY || ticks < 0) {
            ticks = 0;
            bda.u8(Bda.MIDNIGHT, bda.u8(Bda.MIDNIGHT) + 1);
        }
        bda.u32(Bda.TICKS, ticks);
    }

    /** INT 70h: whether the alarm rings is answered in AL. */
    void clockInterrupt(Registers regs) {
        boolean rings = (cmos(STATUS_C) & cmos(STATUS_B) & ALARM) != 0;
        regs.al(rings ? 1 : 0);
    }

    private int cmos(int register) {
        return ports.indexed(CMOS, register);
    }

    private void cmos(int register, int value) {
        ports.indexed(CMOS, register, value);
    }

    private static int binary(int bcd) {
        return (bcd >> 4) * 10 + (bcd & 0xF);
    }
}
