package dev.lungo.cpu.core;

import dev.lungo.host.Raw;
import dev.lungo.isa.Cr0;
import dev.lungo.isa.Efer;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.Msr;

/**
 * The model-specific registers, by address. SDM 4, "Architectural MSRs" (table 2-2). One that is
 * not here does not exist: #GP.
 */
public final class Msrs {
    /** The microcode revision, in the high half: the highest, so that nobody loads a newer one. */
    private static final long MICROCODE_REVISION = 0xFFFF_FFFFL << 32;

    /** Locked, with VMX off. */
    private static final long FEATURE_CONTROL_LOCKED = 1;

    // IA32_SPEC_CTRL and IA32_PRED_CMD
    private static final long IBRS = 1;
    private static final long STIBP = 1 << 1;
    private static final long SSBD = 1 << 2;
    private static final long BHI_DIS_S = 1 << 10;
    private static final long SPEC_CTRL_WRITABLE = IBRS | STIBP | SSBD | BHI_DIS_S;
    private static final long IBPB = 1;

    // IA32_MISC_ENABLE
    private static final long FAST_STRINGS = 1;
    private static final long BTS_UNAVAILABLE = 1 << 11;
    private static final long PEBS_UNAVAILABLE = 1 << 12;
    private static final long LIMIT_CPUID = 1 << 22;
    private static final long XD_DISABLE = 1L << 34;

    /** Fast strings, thermal control, EIST, MONITOR, xTPR messages, and the two above. */
    private static final long MISC_WRITABLE =
            FAST_STRINGS | 1 << 3 | 1 << 16 | 1 << 18 | LIMIT_CPUID | 1 << 23 | XD_DISABLE;

    /** Performance monitoring available, and the two that say what is not. */
    private static final long MISC_READ_ONLY = 1 << 7 | BTS_UNAVAILABLE | PEBS_UNAVAILABLE;

    /** Single-stepping on branches; there are no last-branch records. */
    private static final long DEBUGCTL_BTF = 1 << 1;

    /**
     * Nothing is executed speculatively, so nothing leaks: RDCL_NO, IBRS_ALL, no L1 flush at VM
     * entry, SSB_NO, MDS_NO, PSCHANGE_MC_NO, TAA_NO, SBDR_SSDP_NO, FBSDP_NO, PSDP_NO, BHI_NO,
     * PBRSB_NO, GDS_NO, RFDS_NO, ITS_NO.
     */
    private static final long ARCH_CAPABILITIES =
            1 << 0 | 1 << 1 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 8 | 1 << 13 | 1 << 14
                    | 1 << 15 | 1 << 20 | 1 << 24 | 1 << 26 | 1 << 27 | 1L << 62;

    private final Processor cpu;
    private final SystemRegisters system;
    private final MemoryTypes types = new MemoryTypes();
    private final MachineCheck machineCheck = new MachineCheck();

    private long miscEnable;
    private long specCtrl;

    Msrs(Processor cpu) {
        this.cpu = cpu;
        this.system = cpu.system;
        reset();
    }

    /**
     * RESET#, for the registers that are kept here. Those of {@link SystemRegisters} are their
     * owner's to reset.
     */
    void reset() {
        types.reset();
        machineCheck.reset();
        miscEnable = FAST_STRINGS | BTS_UNAVAILABLE | PEBS_UNAVAILABLE;
        specCtrl = 0;
    }

    /** IA32_MISC_ENABLE makes CPUID end early. */
    boolean limitsCpuid() {
        return (miscEnable & LIMIT_CPUID) != 0;
    }

    /** IA32_MISC_ENABLE does not hide execute-disable. */
    boolean allowsNx() {
        return (miscEnable & XD_DISABLE) == 0;
    }

    // spotless:off

    /**
     * RDMSR.
     *
     * @throws GuestFault #GP(0) if there is no such register, or it cannot be read
     */
    public long read(int msr) {
        return switch (msr) {
            case Msr.IA32_TIME_STAMP_COUNTER -> cpu.tsc.read();
            case Msr.IA32_PLATFORM_ID        -> 0;
            case Msr.IA32_APIC_BASE          -> cpu.apic.baseMsr();
            case Msr.IA32_FEATURE_CONTROL    -> FEATURE_CONTROL_LOCKED;
            case Msr.IA32_TSC_ADJUST         -> cpu.tsc.adjust();
            case Msr.IA32_SPEC_CTRL          -> specCtrl;
            case Msr.IA32_BIOS_SIGN_ID       -> MICROCODE_REVISION;
            case Msr.IA32_MTRRCAP            -> MemoryTypes.capabilities();
            case Msr.IA32_ARCH_CAPABILITIES  -> ARCH_CAPABILITIES;
            case Msr.IA32_SYSENTER_CS        -> system.sysenterCs;
            case Msr.IA32_SYSENTER_ESP       -> system.sysenterEsp;
            case Msr.IA32_SYSENTER_EIP       -> system.sysenterEip;
            case Msr.IA32_MCG_CAP            -> MachineCheck.capabilities();
            case Msr.IA32_MCG_STATUS         -> machineCheck.globalStatus();
            case Msr.IA32_MCG_CTL            -> machineCheck.globalControl();
            case Msr.IA32_MISC_ENABLE        -> miscEnable;
            case Msr.IA32_DEBUGCTL           -> system.debugctl;
            case Msr.IA32_PAT                -> types.pat();
            case Msr.IA32_MTRR_DEF_TYPE      -> types.defaultType();
            case Msr.IA32_TSC_DEADLINE       -> cpu.apic.tscDeadline();
            case Msr.IA32_PKRS               -> system.pkrs & 0xFFFF_FFFFL;
            case Msr.IA32_XSS                -> 0;
            case Msr.IA32_EFER               -> system.efer;
            case Msr.IA32_STAR               -> system.star;
            case Msr.IA32_LSTAR              -> Raw.getLong(cpu.state + State.LSTAR);
            case Msr.IA32_CSTAR              -> system.cstar;
            case Msr.IA32_FMASK              -> Raw.getLong(cpu.state + State.FMASK);
            case Msr.IA32_FS_BASE            -> cpu.segments.base(Segments.FS);
            case Msr.IA32_GS_BASE            -> cpu.segments.base(Segments.GS);
            case Msr.IA32_KERNEL_GS_BASE     -> Raw.getLong(cpu.state + State.KERNEL_GS_BASE);
            case Msr.IA32_TSC_AUX            -> cpu.tsc.aux();
            default                          -> readRange(msr);
        };
    }

    /**
     * WRMSR.
     *
     * @throws GuestFault #GP(0) if there is no such register, it is read-only, or the value is not
     *     valid; nothing has changed then
     */
    public void write(int msr, long value) {
        switch (msr) {
            case Msr.IA32_TIME_STAMP_COUNTER -> cpu.tsc.write(value);
            case Msr.IA32_APIC_BASE          -> require(cpu.apic.setBase(value));
            case Msr.IA32_TSC_ADJUST         -> cpu.tsc.setAdjust(value);
            case Msr.IA32_SPEC_CTRL          -> specCtrl = within(value, SPEC_CTRL_WRITABLE);
            case Msr.IA32_PRED_CMD           -> within(value, IBPB);
            case Msr.IA32_BIOS_UPDT_TRIG,
                 Msr.IA32_BIOS_SIGN_ID       -> {} // microcode updates are taken, and do nothing
            case Msr.IA32_SYSENTER_CS        -> system.sysenterCs = value & 0xFFFF_FFFFL;
            case Msr.IA32_SYSENTER_ESP       -> system.sysenterEsp = canonical(value);
            case Msr.IA32_SYSENTER_EIP       -> system.sysenterEip = canonical(value);
            case Msr.IA32_MCG_STATUS         -> require(machineCheck.setGlobalStatus(value));
            case Msr.IA32_MCG_CTL            -> require(machineCheck.setGlobalControl(value));
            case Msr.IA32_MISC_ENABLE        -> setMiscEnable(value);
            case Msr.IA32_DEBUGCTL           -> system.debugctl = within(value, DEBUGCTL_BTF);
            case Msr.IA32_PAT                -> require(types.setPat(value));
            case Msr.IA32_MTRR_DEF_TYPE      -> require(types.setDefaultType(value));
            case Msr.IA32_TSC_DEADLINE       -> cpu.apic.setTscDeadline(value);
            case Msr.IA32_PKRS               -> cpu.control.setPkrs(value);
            case Msr.IA32_XSS                -> within(value, 0);
            case Msr.IA32_EFER               -> setEfer(value);
            case Msr.IA32_STAR               -> system.star = value;
            case Msr.IA32_LSTAR              -> Raw.putLong(cpu.state + State.LSTAR, canonical(value));
            case Msr.IA32_CSTAR              -> system.cstar = canonical(value);
            case Msr.IA32_FMASK              ->
                    Raw.putLong(cpu.state + State.FMASK, within(value, 0xFFFF_FFFFL));
            case Msr.IA32_FS_BASE            -> cpu.segments.setBase(Segments.FS, canonical(value));
            case Msr.IA32_GS_BASE            -> cpu.segments.setBase(Segments.GS, canonical(value));
            case Msr.IA32_KERNEL_GS_BASE     ->
                    Raw.putLong(cpu.state + State.KERNEL_GS_BASE, canonical(value));
            case Msr.IA32_TSC_AUX            -> cpu.tsc.setAux(within(value, 0xFFFF_FFFFL));
            default                          -> writeRange(msr, value);
        }
    }

    // spotless:on

    private long readRange(int msr) {
        if (isX2apic(msr) && cpu.apic.canReadMsr(msr)) {
            return cpu.apic.readMsr(msr);
        } else if (MemoryTypes.isVariable(msr)) {
            return types.variable(msr);
        } else if (MemoryTypes.isFixed(msr)) {
            return types.fixed(msr);
        } else if (MachineCheck.isBank(msr)) {
            return machineCheck.bank(msr);
        }
        throw generalProtection();
    }

    private void writeRange(int msr, long value) {
        boolean valid = false;
        if (isX2apic(msr)) {
            valid = cpu.apic.writeMsr(msr, value);
        } else if (MemoryTypes.isVariable(msr)) {
            valid = types.setVariable(msr, value);
        } else if (MemoryTypes.isFixed(msr)) {
            valid = types.setFixed(msr, value);
        } else if (MachineCheck.isBank(msr)) {
            valid = machineCheck.setBank(msr, value);
        }
        require(valid);
    }

    private static boolean isX2apic(int msr) {
        return msr >= Msr.IA32_X2APIC && msr <= Msr.IA32_X2APIC_LAST;
    }

    private void setMiscEnable(long value) {
        within(value, MISC_WRITABLE | MISC_READ_ONLY);
        miscEnable = value & MISC_WRITABLE | miscEnable & MISC_READ_ONLY;
    }

    /** SDM 3A, "Extended Feature Enable Register". LMA is the processor's own. */
    private void setEfer(long value) {
        within(value, Efer.SCE | Efer.LME | Efer.LMA | (allowsNx() ? Efer.NXE : 0));
        long changed = value ^ system.efer;
        if ((changed & Efer.LME) != 0 && (system.cr0 & Cr0.PG) != 0) {
            throw generalProtection();
        }
        system.efer = value & ~Efer.LMA | system.efer & Efer.LMA;
        if ((changed & Efer.NXE) != 0) {
            cpu.mmu.flush(false);
        }
        cpu.updateMode();
    }

    private long canonical(long linear) {
        require(cpu.isCanonicalBase(linear));
        return linear;
    }

    /** The value, which may have no other bits than these. */
    private long within(long value, long bits) {
        require((value & ~bits) == 0);
        return value;
    }

    private void require(boolean valid) {
        if (!valid) {
            throw generalProtection();
        }
    }

    private GuestFault generalProtection() {
        return cpu.fault(ExceptionVector.GP, 0);
    }
}
