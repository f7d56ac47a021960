package dev.lungo.devices;

import dev.lungo.isa.Width;
import dev.lungo.machine.Frequencies;
import dev.lungo.machine.IrqLine;
import dev.lungo.machine.PortDevice;
import dev.lungo.machine.Timers;

/**
 * ACPI's fixed hardware, laid out as in the PIIX4's power management block: PM1a event at offset 0,
 * PM1a control at 4, the timer at 8. ACPI 6.4, "ACPI Register Model" (section 4.8.3); 82371AB
 * datasheet, "Power Management I/O Space". A general-purpose event block is there besides.
 *
 * <p>The machine is in ACPI mode for ever: SCI_EN reads one, and the FADT should say SMI_CMD = 0.
 * Power is cut by SLP_TYP 0 (S5, as in the PIIX4) with SLP_EN. Left out: the sleeping states, the
 * PIIX4's own registers from offset Ch on.
 */
public final class AcpiPm implements PortDevice {
    /** The size of its range. */
    public static final int PORTS = 16;

    /** The size of the general-purpose event block: two bytes of status, two of enables. */
    public static final int GPE_PORTS = 4;

    // Register offsets
    private static final int PM1_STS = 0;
    private static final int PM1_EN = 2;
    private static final int PM1_CNT = 4;
    private static final int PM_TMR = 8;

    // PM1 status and enable
    private static final int TMR = 1;
    private static final int GBL = 1 << 5;
    private static final int PWRBTN = 1 << 8;
    private static final int SLPBTN = 1 << 9;
    private static final int RTC = 1 << 10;
    private static final int WAK_STS = 1 << 15;
    private static final int EVENTS = TMR | GBL | PWRBTN | SLPBTN | RTC;

    // PM1 control
    private static final int SCI_EN = 1;
    private static final int SLP_TYP = 7 << 10;
    private static final int SLP_EN = 1 << 13;
    private static final int CNT_WRITABLE = 1 << 1 | SLP_TYP;

    private static final int TIMER_BITS = 24;
    private static final long HALF_PERIOD = 1 << (TIMER_BITS - 1);

    private final IrqLine sci;
    private final Timers timers;
    private final Timers.Timer carry;
    private final Runnable powerOff;

    private int status;
    private int enable;
    private int control;
    private long lastCarry;
    private int gpeStatus;
    private int gpeEnable;

    /**
     * @param sci IRQ9, active high and level-triggered unless the MADT overrides it
     */
    public AcpiPm(IrqLine sci, Timers timers, Runnable powerOff) {
        this.sci = sci;
        this.timers = timers;
        this.powerOff = powerOff;
        this.carry = timers.create(this, this::update);
    }

    public void reset() {
        status = 0;
        enable = 0;
        control = 0;
        gpeStatus = 0;
        gpeEnable = 0;
        lastCarry = ticks() / HALF_PERIOD;
        update();
    }

    /** The power button is pressed: the guest is asked to shut down. */
    public void pressPowerButton() {
        status |= PWRBTN;
        update();
    }

    /** Raises a general-purpose event, 0 to 15. */
    public void raiseGpe(int event) {
        gpeStatus |= 1 << event;
        update();
    }

    private long ticks() {
        return Frequencies.ticks(timers.clock().nanos(), Frequencies.PM_TIMER_HZ);
    }

    /** TMR_STS is set whenever the timer's highest bit has changed. */
    private void followTimer() {
        long carries = ticks() / HALF_PERIOD;
        if (carries != lastCarry) {
            lastCarry = carries;
            status |= TMR;
        }
    }

    private void update() {
        followTimer();
        sci.set((status & enable) != 0 || (gpeStatus & gpeEnable) != 0);
        boolean wanted = (enable & ~status & TMR) != 0;
        carry.at(
                wanted
                        ? Frequencies.nanos((lastCarry + 1) * HALF_PERIOD, Frequencies.PM_TIMER_HZ)
                        : Timers.NEVER);
    }

    private int read16(int offset) {
        return switch (offset) {
            case PM1_STS -> {
                followTimer();
                yield status;
            }
            case PM1_EN -> enable;
            case PM1_CNT -> control | SCI_EN;
            case PM_TMR -> (int) ticks() & 0xFFFF;
            case PM_TMR + 2 -> (int) (ticks() >>> 16) & 0xFF;
            default -> 0;
        };
    }

    @Override
    public int read(int offset) {
        return read16(offset & ~1) >> (8 * (offset & 1)) & 0xFF;
    }

    @Override
    public int read(int offset, Width width) {
        if (width == Width.DWORD && offset == PM_TMR) {
            return (int) ticks() & (1 << TIMER_BITS) - 1;
        }
        if (width == Width.WORD && (offset & 1) == 0) {
            return read16(offset);
        }
        return PortDevice.super.read(offset, width);
    }

    /** One byte of a register: those that a write leaves alone are written as they are. */
    @Override
    public void write(int offset, int value) {
        int shift = 8 * (offset & 1);
        int register = offset & ~1;
        int others = register == PM1_STS ? 0 : read16(register) & ~(0xFF << shift);
        write16(register, others | value << shift);
    }

    @Override
    public void write(int offset, Width width, int value) {
        if (width == Width.BYTE || (offset & 1) != 0) {
            PortDevice.super.write(offset, width, value);
            return;
        }
        write16(offset, value & 0xFFFF);
        if (width == Width.DWORD) {
            write16(offset + 2, value >>> 16);
        }
    }

    private void write16(int offset, int value) {
        switch (offset) {
            case PM1_STS -> {
                followTimer();
                status &= ~(value & (EVENTS | WAK_STS));
            }
            case PM1_EN -> enable = value & EVENTS;
            case PM1_CNT -> {
                control = value & CNT_WRITABLE;
                if ((value & (SLP_EN | SLP_TYP)) == SLP_EN) {
                    powerOff.run();
                }
            }
            default -> {}
        }
        update();
    }

    /** The general-purpose event block. ACPI 6.4, "General-Purpose Event Register Blocks". */
    public PortDevice gpe() {
        return new PortDevice() {
            @Override
            public Object lock() {
                return AcpiPm.this;
            }

            @Override
            public int read(int offset) {
                int register = offset < 2 ? gpeStatus : gpeEnable;
                return register >> (8 * (offset & 1)) & 0xFF;
            }

            @Override
            public void write(int offset, int value) {
                int shift = 8 * (offset & 1);
                if (offset < 2) {
                    gpeStatus &= ~(value << shift);
                } else {
                    gpeEnable = (gpeEnable & ~(0xFF << shift)) | value << shift;
                }
                update();
            }
        };
    }
}
