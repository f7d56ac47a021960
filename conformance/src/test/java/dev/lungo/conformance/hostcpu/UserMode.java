package dev.lungo.conformance.hostcpu;

import dev.lungo.isa.Mnemonic;

/** Which instructions can be run alone, in user mode, to the same effect anywhere. */
final class UserMode {
    private UserMode() {}

    // spotless:off
    static boolean isIndependent(Mnemonic mnemonic) {
        return switch (mnemonic) {
            // What they do depends on where the code is, or they lead away from it.
            case CALLF, RETF, JMPF, INT, INT1, INT3, INTO, IRET, BOUND, SYSCALL, SYSRET,
                 SYSENTER, SYSEXIT -> false;
            // They load what the host needs: segments, TF and AC, keys.
            case LDS, LES, LFS, LGS, LSS, POPF, WRFSBASE, WRGSBASE, WRPKRU -> false;
            // They read what differs: time, entropy, the model, system registers, selectors' rights.
            case RDTSC, RDTSCP, RDPMC, RDPID, RDRAND, RDSEED, CPUID, RDFSBASE, RDGSBASE, RDPKRU,
                 XGETBV, SGDT, SIDT, SLDT, STR, SMSW, LAR, LSL, VERR, VERW -> false;
            // Whole states, in which each processor has bits of its own.
            case FXSAVE, FXRSTOR, XSAVE, XSAVEOPT, XSAVEC, XSAVES, XRSTOR, XRSTORS -> false;
            // For the system only, where Linux answers with a signal or does it itself.
            case IN, OUT, INS, OUTS, CLI, STI, CLAC, STAC, HLT, ARPL, LLDT, LTR, LGDT, LIDT, LMSW,
                 CLTS, INVD, WBINVD, WBNOINVD, INVLPG, INVPCID, RDMSR, WRMSR, SWAPGS, XSETBV,
                 MONITOR, MWAIT, RSM -> false;
            case VMCALL, VMLAUNCH, VMRESUME, VMXOFF, VMXON, VMFUNC, VMCLEAR, VMPTRLD, VMPTRST,
                 VMREAD, VMWRITE, INVEPT, INVVPID, VMRUN, VMMCALL, VMLOAD, VMSAVE, STGI, CLGI,
                 SKINIT, INVLPGA -> false;
            // Features that a host may have and no model has.
            case INCSSP, RDSSP, SAVEPREVSSP, RSTORSSP, WRSS, WRUSS, SETSSBSY, CLRSSBSY, SERIALIZE,
                 CLDEMOTE, PREFETCHWT1, ENDBR32, ENDBR64 -> false;
            default -> Accepted.isComparable(mnemonic);
        };
    }
    // spotless:on
}
