package dev.lungo.cpu.op;

import dev.lungo.cpu.block.Address;
import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.State;
import dev.lungo.cpu.core.StateImage;
import dev.lungo.cpu.core.XState;
import dev.lungo.host.Raw;
import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.Instruction;

/**
 * XSAVE, XSAVEOPT, XSAVEC and XSAVES. SDM 1, "Operation of XSAVE" to "Operation of XSAVES".
 *
 * <p>The init optimization is made, the modified optimization, which is optional, is not.
 */
final class XSave extends Op {
    /** What sets the four apart. */
    enum Form {
        /** Stores every component that is asked for. */
        PLAIN,
        /** Leaves out what is in its initial configuration. */
        OPTIMIZED,
        /** And stores the rest without gaps. */
        COMPACTED,
        /** And supervisor components, of which there are none. */
        SUPERVISOR
    }

    private static final int MXCSR_DEFAULT = 0x1F80;

    private final Instruction instruction;
    private final Address area;
    private final boolean wide;
    private final Form form;

    XSave(Instruction instruction, Address area, boolean wide, Form form) {
        this.instruction = instruction;
        this.area = area;
        this.wide = wide;
        this.form = form;
    }

    /** The checks of the whole family. Returns RFBM, the requested-feature bitmap. */
    static long requested(Processor cpu, Instruction instruction, boolean supervisor) {
        SystemOp.requireCr4(cpu, Cr4.OSXSAVE);
        if ((cpu.system.cr0 & Cr0.TS) != 0) {
            throw cpu.fault(ExceptionVector.NM, 0);
        }
        if (supervisor) {
            SystemOp.requireCpl0(cpu);
            cpu.intercept(instruction, 0);
        }
        return cpu.system.xcr0 & SystemOp.edxEax(cpu);
    }

    @Override
    public void execute(Processor cpu) {
        long requested = requested(cpu, instruction, form == Form.SUPERVISOR);
        boolean compacted = form == Form.COMPACTED || form == Form.SUPERVISOR;
        int bytes = compacted ? XState.compactedAreaBytes(requested) : XState.areaBytes(requested);
        long linear = ExtendedState.aligned(cpu, area.forStore(cpu, bytes), 64);
        cpu.mmu.probeStore(linear, bytes); // so that nothing below faults

        long inUse = XState.inUse(cpu);
        if (compacted && Raw.getInt(cpu.state + State.MXCSR) != MXCSR_DEFAULT) {
            inUse |= XState.SSE;
        }
        long stored = form == Form.PLAIN ? requested : requested & inUse;
        boolean mxcsr =
                compacted
                        ? (stored & XState.SSE) != 0
                        : (requested & (XState.SSE | XState.AVX)) != 0;
        storeLegacy(cpu, linear, stored, mxcsr);
        for (int i = 2; i < 63; i++) {
            if ((stored >>> i & 1) != 0) {
                int offset = compacted ? XState.compactedOffset(requested, i) : XState.offset(i);
                cpu.image.saveComponent(i, offset);
                copy(cpu, linear, offset, cpu.image.accessibleBytes(i));
            }
        }
        if (compacted) {
            cpu.mmu.store64(at(cpu, linear, StateImage.XSTATE_BV), requested & inUse);
            cpu.mmu.store64(at(cpu, linear, StateImage.XCOMP_BV), requested | XState.COMPACTED);
        } else {
            long header = at(cpu, linear, StateImage.XSTATE_BV);
            long before = cpu.mmu.load64(header);
            cpu.mmu.store64(header, before & ~requested | requested & inUse);
        }
    }

    private void storeLegacy(Processor cpu, long linear, long stored, boolean mxcsr) {
        if ((stored & XState.X87) != 0) {
            cpu.image.saveX87(wide);
            copy(cpu, linear, 0, 24);
            copy(cpu, linear, 32, 128);
        }
        if (mxcsr) {
            cpu.image.saveMxcsr();
            copy(cpu, linear, 24, 8);
        }
        if ((stored & XState.SSE) != 0) {
            cpu.image.saveXmm();
            copy(cpu, linear, StateImage.XMM0, 16 * cpu.image.registers());
        }
    }

    private static void copy(Processor cpu, long linear, int offset, int bytes) {
        cpu.mmu.copyOut(at(cpu, linear, offset), bytes, cpu.image.host + offset);
    }

    /** A place in the area, which can wrap around at 4 GiB. */
    static long at(Processor cpu, long linear, int offset) {
        return cpu.wrapLinear(linear + offset);
    }
}
