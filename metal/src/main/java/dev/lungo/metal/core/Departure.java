package dev.lungo.metal.core;

import dev.lungo.isa.Msr;
import dev.lungo.metal.Vcpu;

/**
 * How a processor goes on without the hypervisor: it becomes what its guest is, from the
 * instruction after the call on, and virtualisation is off. The hypervisor's memory is then as any
 * other; who knows that all processors have left may use it.
 *
 * <p>Only 64-bit code of ring 0 with memory mapped to itself can go on like this; it has 16 bytes
 * below its stack overwritten.
 */
public final class Departure {
    // spotless:off
    // In the processor's block; metal.S has the same.
    private static final int CR0       = 0x200;
    private static final int CR3       = 0x208;
    private static final int CR4       = 0x210;
    private static final int EFER      = 0x218;
    private static final int GDTR      = 0x226;
    private static final int IDTR      = 0x236;
    private static final int SELECTORS = 0x240;
    private static final int DR6       = 0x250;
    private static final int DR7       = 0x258;
    // spotless:on

    private static final int CODE_L = 1 << 9;
    private static final int DPL = 3 << 5;
    private static final int FS = 4;
    private static final int GS = 5;

    /** Whether the firmware is still there, to which the machine can be given back. */
    private static boolean open;

    private Departure() {}

    /** From here on the guest may ask for it. */
    public static void open() {
        open = true;
    }

    static void close() {
        open = false;
    }

    static boolean isOpen() {
        return open;
    }

    /** Whether it is a processor's turn: the boot processor's is when all others have left. */
    static boolean mayLeave(Processor processor) {
        return processor.vcpu.index != 0 || Processors.present() == 1;
    }

    /** Does not return, unless the guest's code is none that could go on. */
    static void leave(Processor processor) {
        Vendor vendor = Engine.vendor();
        vendor.save(processor);
        MachineState state = processor.state;
        if ((state.attributes[MachineState.CS] & (CODE_L | DPL)) != CODE_L) {
            return;
        }
        Vcpu vcpu = processor.vcpu;
        long block = processor.block;
        Block.store(vcpu, block);
        Bare.put64(block, vcpu.rax);
        Bare.put64(block + 4 * 8, vcpu.rsp);
        Bare.put64(block + Block.RIP, vcpu.rip + vcpu.length);
        Bare.put64(block + Block.RFLAGS, vcpu.rflags);
        Bare.put64(block + CR0, state.cr0);
        Bare.put64(block + CR3, state.cr3);
        Bare.put64(block + CR4, state.cr4);
        Bare.put64(block + EFER, state.efer);
        Bare.put16(block + GDTR, state.gdtLimit);
        Bare.put64(block + GDTR + 2, state.gdtBase);
        Bare.put16(block + IDTR, state.idtLimit);
        Bare.put64(block + IDTR + 2, state.idtBase);
        for (int i = 0; i < state.selectors.length; i++) {
            Bare.put16(block + SELECTORS + 2L * i, state.selectors[i]);
        }
        Bare.put64(block + DR6, state.dr6);
        Bare.put64(block + DR7, state.dr7);
        Bare.setCr2(state.cr2);
        processor.absent = true;
        vendor.disable(processor);
        Bare.leave(block, Msr.IA32_FS_BASE, state.bases[FS], state.bases[GS], vendor.isAmd());
    }
}
