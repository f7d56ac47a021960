package dev.lungo.kvm;

import dev.lungo.isa.Msr;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * All of a processor's registers, as KVM hands them out and takes them back. Those of interrupt
 * controllers and clocks inside KVM are not among them.
 */
record Snapshot(
        Memory regs,
        Memory sregs,
        Memory xsave,
        Memory xcrs,
        Memory debugregs,
        Memory events,
        Msrs msrs) {
    private static final int XCR_COUNT = Structs.XCRS.at("nr_xcrs");

    /** The memory type range registers, which not every KVM lists. */
    private static final int[] MTRRS =
            IntStream.of(
                            IntStream.range(Msr.IA32_MTRR_PHYSBASE0, Msr.IA32_MTRR_PHYSBASE0 + 16)
                                    .toArray())
                    .toArray();

    /**
     * Which MSRs belong to it: those that KVM lists, and the MTRRs, but the TSC, which goes on.
     *
     * @param listed by KVM
     */
    static int[] msrs(int[] listed) {
        IntStream fixed =
                IntStream.of(
                        Msr.IA32_MTRR_FIX64K_00000,
                        Msr.IA32_MTRR_FIX16K_80000,
                        Msr.IA32_MTRR_FIX16K_A0000);
        IntStream small =
                IntStream.rangeClosed(Msr.IA32_MTRR_FIX4K_C0000, Msr.IA32_MTRR_FIX4K_F8000);
        IntStream ranges =
                IntStream.concat(
                        Arrays.stream(MTRRS), IntStream.of(Msr.IA32_MTRR_DEF_TYPE, Msr.IA32_PAT));
        return IntStream.concat(
                        Arrays.stream(listed),
                        IntStream.concat(IntStream.concat(fixed, small), ranges))
                .filter(each -> each != Msr.IA32_TIME_STAMP_COUNTER && each != Msr.IA32_TSC_ADJUST)
                .distinct()
                .toArray();
    }

    static Snapshot of(Vcpu cpu, int[] msrs) {
        return new Snapshot(
                cpu.get(Ioctl.GET_REGS, Structs.REGS),
                cpu.get(Ioctl.GET_SREGS, Structs.SREGS),
                cpu.get(Ioctl.GET_XSAVE, Structs.XSAVE),
                cpu.get(Ioctl.GET_XCRS, Structs.XCRS),
                cpu.get(Ioctl.GET_DEBUGREGS, Structs.DEBUGREGS),
                cpu.get(Ioctl.GET_VCPU_EVENTS, Structs.VCPU_EVENTS),
                cpu.readMsrs(msrs));
    }

    /** Puts all of it into a processor; control registers first, since others depend on them. */
    void restore(Vcpu cpu) {
        cpu.call(Ioctl.SET_SREGS, sregs);
        if (xcrs.getInt(XCR_COUNT) > 0) {
            cpu.call(Ioctl.SET_XCRS, xcrs);
        }
        cpu.call(Ioctl.SET_XSAVE, xsave);
        cpu.writeMsrs(msrs);
        cpu.call(Ioctl.SET_REGS, regs);
        cpu.call(Ioctl.SET_DEBUGREGS, debugregs);
        cpu.call(Ioctl.SET_VCPU_EVENTS, events);
    }
}
