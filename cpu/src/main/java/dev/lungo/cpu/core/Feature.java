package dev.lungo.cpu.core;

import static dev.lungo.cpu.core.Feature.Register.EAX;
import static dev.lungo.cpu.core.Feature.Register.EBX;
import static dev.lungo.cpu.core.Feature.Register.ECX;
import static dev.lungo.cpu.core.Feature.Register.EDX;

/**
 * What CPUID can say yes or no to: each feature has a bit of one register of one leaf. SDM 2A,
 * "Information Returned by CPUID Instruction" (table 3-8).
 *
 * <p>Only what the software CPU does is here, so that nothing else can be advertised. Bits that
 * follow a control register (OSXSAVE, OSPKE) or the topology (HTT) are {@link Cpuid}'s own.
 */
public enum Feature {
    // spotless:off
    FPU               (0x01, 0, EDX,  0),
    VME               (0x01, 0, EDX,  1),
    DE                (0x01, 0, EDX,  2),
    PSE               (0x01, 0, EDX,  3),
    TSC               (0x01, 0, EDX,  4),
    MSR               (0x01, 0, EDX,  5),
    PAE               (0x01, 0, EDX,  6),
    MCE               (0x01, 0, EDX,  7),
    CX8               (0x01, 0, EDX,  8),
    APIC              (0x01, 0, EDX,  9),
    SEP               (0x01, 0, EDX, 11),
    MTRR              (0x01, 0, EDX, 12),
    PGE               (0x01, 0, EDX, 13),
    MCA               (0x01, 0, EDX, 14),
    CMOV              (0x01, 0, EDX, 15),
    PAT               (0x01, 0, EDX, 16),
    PSE36             (0x01, 0, EDX, 17),
    CLFSH             (0x01, 0, EDX, 19),
    MMX               (0x01, 0, EDX, 23),
    FXSR              (0x01, 0, EDX, 24),
    SSE               (0x01, 0, EDX, 25),
    SSE2              (0x01, 0, EDX, 26),
    SS                (0x01, 0, EDX, 27),
    SSE3              (0x01, 0, ECX,  0),
    PCLMULQDQ         (0x01, 0, ECX,  1),
    SSSE3             (0x01, 0, ECX,  9),
    FMA               (0x01, 0, ECX, 12),
    CX16              (0x01, 0, ECX, 13),
    PCID              (0x01, 0, ECX, 17),
    SSE4_1            (0x01, 0, ECX, 19),
    SSE4_2            (0x01, 0, ECX, 20),
    X2APIC            (0x01, 0, ECX, 21),
    MOVBE             (0x01, 0, ECX, 22),
    POPCNT            (0x01, 0, ECX, 23),
    TSC_DEADLINE      (0x01, 0, ECX, 24),
    AES               (0x01, 0, ECX, 25),
    XSAVE             (0x01, 0, ECX, 26),
    AVX               (0x01, 0, ECX, 28),
    F16C              (0x01, 0, ECX, 29),
    RDRAND            (0x01, 0, ECX, 30),
    HYPERVISOR        (0x01, 0, ECX, 31),
    /** The APIC timer runs on in deep sleep. */
    ARAT              (0x06, 0, EAX,  2),
    FSGSBASE          (0x07, 0, EBX,  0),
    TSC_ADJUST        (0x07, 0, EBX,  1),
    BMI1              (0x07, 0, EBX,  3),
    AVX2              (0x07, 0, EBX,  5),
    SMEP              (0x07, 0, EBX,  7),
    BMI2              (0x07, 0, EBX,  8),
    /** Enhanced REP MOVSB and STOSB. */
    ERMS              (0x07, 0, EBX,  9),
    INVPCID           (0x07, 0, EBX, 10),
    RDSEED            (0x07, 0, EBX, 18),
    ADX               (0x07, 0, EBX, 19),
    SMAP              (0x07, 0, EBX, 20),
    CLFLUSHOPT        (0x07, 0, EBX, 23),
    CLWB              (0x07, 0, EBX, 24),
    SHA               (0x07, 0, EBX, 29),
    UMIP              (0x07, 0, ECX,  2),
    PKU               (0x07, 0, ECX,  3),
    LA57              (0x07, 0, ECX, 16),
    RDPID             (0x07, 0, ECX, 22),
    PKS               (0x07, 0, ECX, 31),
    /** Fast short REP MOVSB. */
    FSRM              (0x07, 0, EDX,  4),
    SERIALIZE         (0x07, 0, EDX, 14),
    /** IBRS and IBPB: IA32_SPEC_CTRL and IA32_PRED_CMD exist. */
    SPEC_CTRL         (0x07, 0, EDX, 26),
    STIBP             (0x07, 0, EDX, 27),
    ARCH_CAPABILITIES (0x07, 0, EDX, 29),
    SSBD              (0x07, 0, EDX, 31),
    /** IA32_SPEC_CTRL.BHI_DIS_S: spares systems clearing the branch history in software. */
    BHI_CTRL          (0x07, 2, EDX,  4),
    XSAVEOPT          (0x0D, 1, EAX,  0),
    XSAVEC            (0x0D, 1, EAX,  1),
    XGETBV1           (0x0D, 1, EAX,  2),
    XSAVES            (0x0D, 1, EAX,  3),
    LAHF              (0x8000_0001, 0, ECX,  0),
    LZCNT             (0x8000_0001, 0, ECX,  5),
    PREFETCHW         (0x8000_0001, 0, ECX,  8),
    SYSCALL           (0x8000_0001, 0, EDX, 11),
    NX                (0x8000_0001, 0, EDX, 20),
    PAGE_1GB          (0x8000_0001, 0, EDX, 26),
    RDTSCP            (0x8000_0001, 0, EDX, 27),
    LM                (0x8000_0001, 0, EDX, 29),
    /** The TSC ticks at one rate in every state. */
    INVARIANT_TSC     (0x8000_0007, 0, EDX,  8);
    // spotless:on

    /** In which CPUID answers. */
    public enum Register {
        EAX,
        EBX,
        ECX,
        EDX
    }

    public final int leaf;
    public final int subleaf;
    public final Register register;
    public final int bit;

    Feature(int leaf, int subleaf, Register register, int bit) {
        this.leaf = leaf;
        this.subleaf = subleaf;
        this.register = register;
        this.bit = bit;
    }
}
