package dev.lungo.cpu.core;

import dev.lungo.host.Raw;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.Rflags;

/**
 * RFLAGS as a whole, and who may change which of its bits. SDM 1, "EFLAGS Register"; SDM 2B,
 * "POPF/POPFD/POPFQ—Pop Stack Into EFLAGS Register"; SDM 3B, "Virtual Interrupts".
 */
public final class FlagsRegister {
    /** What anybody may change. */
    private static final long COMMON = Rflags.STATUS | Rflags.TF | Rflags.DF | Rflags.NT;

    private static final long HIGH = Rflags.AC | Rflags.ID;

    private final Processor cpu;
    private final long state;

    FlagsRegister(Processor cpu) {
        this.cpu = cpu;
        this.state = cpu.state;
    }

    public long read() {
        return Flags.rflags(state);
    }

    /** Sets the six status flags, and the others that the mask has. */
    public void write(long value, long mask) {
        Flags.setStatus(state, value);
        long others = mask & ~Rflags.STATUS;
        long old = Raw.getLong(state + State.RFLAGS);
        Raw.putLong(state + State.RFLAGS, old & ~others | value & others);
    }

    /** Sets and clears bits that are not status flags. */
    public void change(long clear, long set) {
        long old = Raw.getLong(state + State.RFLAGS);
        Raw.putLong(state + State.RFLAGS, old & ~clear | set);
    }

    /** Of those that are not status flags, any. */
    public boolean has(long flag) {
        return (Raw.getLong(state + State.RFLAGS) & flag) != 0;
    }

    public int iopl() {
        return (int) (Raw.getLong(state + State.RFLAGS) >>> Rflags.IOPL_SHIFT) & 3;
    }

    /**
     * The image that PUSHF pushes.
     *
     * @param bytes the operand size
     * @throws GuestFault #GP(0) in virtual-8086 mode, unless IOPL is 3 or VIF stands for IF
     */
    public long toPush(int bytes) {
        long image = read() & ~(Rflags.RF | Rflags.VM);
        if (!cpu.isVm86() || iopl() == 3) {
            return image;
        }
        if (bytes != 2 || (cpu.system.cr4 & Cr4.VME) == 0) {
            throw cpu.fault(ExceptionVector.GP, 0);
        }
        return virtualImage(image);
    }

    /** IF shows VIF, and IOPL 3. */
    long virtualImage(long image) {
        long vif = (image & Rflags.VIF) != 0 ? Rflags.IF : 0;
        return image & ~Rflags.IF | vif | Rflags.IOPL;
    }

    /** What POPF may change here: to be asked before the pop. It faults as {@link #toPush} does. */
    public long poppable(int bytes) {
        if (cpu.isVm86()) {
            if (iopl() != 3) {
                if (bytes != 2 || (cpu.system.cr4 & Cr4.VME) == 0) {
                    throw cpu.fault(ExceptionVector.GP, 0);
                }
                return COMMON | Rflags.VIF;
            }
            return COMMON | Rflags.IF | (bytes == 2 ? 0 : HIGH);
        }
        long mask = COMMON | (bytes == 2 ? 0 : HIGH);
        if (cpu.cpl <= iopl()) {
            mask |= Rflags.IF;
        }
        return cpu.cpl == 0 ? mask | Rflags.IOPL : mask;
    }

    /**
     * Does what POPF does with an image that has been popped.
     *
     * @param mask from {@link #poppable}
     * @throws GuestFault #GP(0) where virtual interrupts forbid the image
     */
    public void pop(long image, long mask, int bytes) {
        long value = image;
        if ((mask & Rflags.VIF) != 0) {
            checkVirtualInterrupts(image);
            value = image & 0xFFFF | ((image & Rflags.IF) != 0 ? Rflags.VIF : 0);
        }
        if (bytes > 2) {
            value &= ~Rflags.RF;
            mask |= Rflags.RF;
        }
        write(value, mask);
    }

    /** In virtual-8086 mode with VME: neither TF, nor IF while an interrupt is pending. */
    void checkVirtualInterrupts(long image) {
        if ((image & Rflags.TF) != 0 || (image & Rflags.IF) != 0 && has(Rflags.VIP)) {
            throw cpu.fault(ExceptionVector.GP, 0);
        }
    }
}
