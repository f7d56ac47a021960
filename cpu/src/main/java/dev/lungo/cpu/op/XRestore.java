package dev.lungo.cpu.op;

import dev.lungo.cpu.block.Address;
import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.StateImage;
import dev.lungo.cpu.core.XState;
import dev.lungo.host.Raw;
import dev.lungo.isa.Instruction;

/** XRSTOR and XRSTORS. SDM 1, "Operation of XRSTOR" and "Operation of XRSTORS". */
final class XRestore extends Op {
    private final Instruction instruction;
    private final Address area;
    private final boolean wide;
    private final boolean supervisor;

    XRestore(Instruction instruction, Address area, boolean wide, boolean supervisor) {
        this.instruction = instruction;
        this.area = area;
        this.wide = wide;
        this.supervisor = supervisor;
    }

    @Override
    public void execute(Processor cpu) {
        long requested = XSave.requested(cpu, instruction, supervisor);
        long linear = ExtendedState.aligned(cpu, area.forLoad(cpu, XState.EXTENDED), 64);
        StateImage image = cpu.image;
        cpu.mmu.copyIn(linear, XState.EXTENDED, image.host);
        long present = Raw.getLong(image.host + StateImage.XSTATE_BV);
        long format = Raw.getLong(image.host + StateImage.XCOMP_BV);
        boolean compacted = (format & XState.COMPACTED) != 0;
        if (!headerIsValid(cpu, present, format)) {
            throw SystemOp.generalProtection(cpu);
        }
        long loaded = requested & present;
        boolean mxcsr =
                compacted
                        ? (loaded & XState.SSE) != 0
                        : (requested & (XState.SSE | XState.AVX)) != 0;
        if (mxcsr && !image.mxcsrIsValid()) {
            throw SystemOp.generalProtection(cpu);
        }
        for (int i = 2; i < 63; i++) {
            if ((loaded >>> i & 1) != 0) {
                int offset = offset(compacted, format, i);
                cpu.mmu.copyIn(
                        XSave.at(cpu, linear, offset),
                        image.accessibleBytes(i),
                        image.host + offset);
            }
        }
        restoreLegacy(image, requested, loaded);
        if (mxcsr) {
            image.restoreMxcsr();
        } else if (compacted && (requested & XState.SSE) != 0) {
            image.initMxcsr();
        }
        for (int i = 2; i < 63; i++) {
            if ((loaded >>> i & 1) != 0) {
                image.restoreComponent(i, offset(compacted, format, i));
            } else if ((requested >>> i & 1) != 0) {
                image.initComponent(i);
            }
        }
    }

    private boolean headerIsValid(Processor cpu, long present, long format) {
        long host = cpu.image.host;
        long known = cpu.system.xcr0;
        long reserved = 0;
        for (int i = StateImage.XCOMP_BV + 8; i < XState.EXTENDED; i += 8) {
            reserved |= Raw.getLong(host + i);
        }
        if ((format & XState.COMPACTED) != 0) {
            long components = format & ~XState.COMPACTED;
            return (components & ~known) == 0 && (present & ~components) == 0 && reserved == 0;
        }
        // Of the standard form only bytes 23:8 are looked at.
        long looked = Raw.getLong(host + StateImage.XCOMP_BV + 8);
        return !supervisor && (present & ~known) == 0 && format == 0 && looked == 0;
    }

    private static int offset(boolean compacted, long format, int component) {
        return compacted
                ? XState.compactedOffset(format & ~XState.COMPACTED, component)
                : XState.offset(component);
    }

    private void restoreLegacy(StateImage image, long requested, long loaded) {
        if ((loaded & XState.X87) != 0) {
            image.restoreX87(wide);
        } else if ((requested & XState.X87) != 0) {
            image.initX87();
        }
        if ((loaded & XState.SSE) != 0) {
            image.restoreXmm();
        } else if ((requested & XState.SSE) != 0) {
            image.initXmm();
        }
    }
}
