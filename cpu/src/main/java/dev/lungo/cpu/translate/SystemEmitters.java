package dev.lungo.cpu.translate;

import static dev.lungo.cpu.translate.Frame.STATE;
import static dev.lungo.cpu.translate.Frame.T0;
import static dev.lungo.cpu.translate.Frame.T1;
import static dev.lungo.cpu.translate.HostCode.NOT_ZERO;
import static dev.lungo.cpu.translate.HostCode.RAX;
import static dev.lungo.cpu.translate.HostCode.RCX;
import static dev.lungo.cpu.translate.HostCode.RDX;
import static dev.lungo.cpu.translate.HostCode.SAR;
import static dev.lungo.cpu.translate.HostCode.SHL;
import static dev.lungo.cpu.translate.HostCode.SHR;
import static dev.lungo.cpu.translate.HostCode.ZERO;

import dev.lungo.cpu.core.Mode;
import dev.lungo.cpu.core.Segments;
import dev.lungo.cpu.core.State;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;

/**
 * The time stamp counter, and the bases of FS and GS. The TSC ticks with the nanoseconds of the
 * machine's clock, {@link dev.lungo.machine.Frequencies#TSC_HZ}. SDM 2B, "RDTSC", "RDTSCP",
 * "RDFSBASE/RDGSBASE"; SDM 2D, "WRFSBASE/WRGSBASE".
 */
final class SystemEmitters extends Emitter {

    /** In a canonical address these are like the one below, with either number of levels. */
    private static final int ABOVE_CANONICAL = 16;

    SystemEmitters(Emission to) {
        super(to);
    }

    /** Whether the instruction, one of these, can be emitted in this mode. */
    static boolean has(Instruction i, Emission to) {
        boolean time = i.mnemonic() == Mnemonic.RDTSC || i.mnemonic() == Mnemonic.RDTSCP;
        return time ? !to.checks : to.is64();
    }

    void emit(Instruction i) {
        to.flags.clobber();
        switch (i.mnemonic()) {
            case RDTSC -> readTsc(false);
            case RDTSCP -> readTsc(true);
            case RDFSBASE -> readBase(i, Segments.FS);
            case RDGSBASE -> readBase(i, Segments.GS);
            case WRFSBASE -> writeBase(i, Segments.FS);
            default -> writeBase(i, Segments.GS);
        }
    }

    private void readTsc(boolean andProcessor) {
        if ((to.mode & (Mode.USER | Mode.INNER)) != 0) {
            testCr4(Cr4.TSD);
            to.slow(NOT_ZERO);
        }
        code.call(to.stubs.time);
        to.slow(NOT_ZERO);
        code.rm(0x03, 8, T0, STATE, Frame.at(State.TSC_OFFSET)); // add
        to.flags.change(RAX);
        to.flags.change(RDX);
        code.mov32(RAX, T0);
        code.mov(RDX, T0);
        code.rr(0xC1, 8, SHR, RDX);
        code.u8(Integer.SIZE);
        if (andProcessor) {
            to.flags.change(RCX);
            code.rm(0x8B, 4, RCX, STATE, Frame.at(State.TSC_AUX)); // mov
        }
    }

    private void readBase(Instruction i, int segment) {
        testCr4(Cr4.FSGSBASE);
        to.slow(ZERO);
        int guest = number(i.operand(0));
        int bytes = i.operand(0).bytes();
        to.flags.change(guest);
        int target = Emission.target(guest, T0);
        code.rm(0x8B, bytes, target, STATE, Frame.at(State.segmentBase(segment))); // mov
        to.written(guest, bytes, target);
    }

    private void writeBase(Instruction i, int segment) {
        testCr4(Cr4.FSGSBASE);
        to.slow(ZERO);
        int base = to.read(number(i.operand(0)), T1);
        if (i.operand(0).bytes() == 4) {
            code.mov32(T0, base);
        } else {
            code.mov(T0, base);
            code.rr(0xC1, 8, SHL, T0);
            code.u8(ABOVE_CANONICAL);
            code.rr(0xC1, 8, SAR, T0);
            code.u8(ABOVE_CANONICAL);
            code.rr(0x3B, 8, T0, base); // cmp
            to.slow(NOT_ZERO); // it may be one of 57 bits
        }
        code.store(STATE, Frame.at(State.segmentBase(segment)), T0);
    }

    private void testCr4(long bit) {
        code.rm(0xF7, 4, 0, STATE, Frame.at(State.CR4)); // test
        code.u32((int) bit);
    }
}
