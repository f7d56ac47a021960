package dev.lungo.kvm;

import java.lang.ref.Reference;
import java.util.List;

/**
 * One request to KVM. The number packs dir:2, size:14, type:8 and nr:8, as asm-generic/ioctl.h
 * says; what each does is in Documentation/virt/kvm/api.rst under its name.
 */
record Ioctl(String name, long number) {
    private static final int KVMIO = 0xAE;

    private static final int WRITE = 1;
    private static final int READ = 2;

    // spotless:off
    // Of /dev/kvm.
    static final Ioctl GET_API_VERSION        = none("KVM_GET_API_VERSION", 0x00);
    static final Ioctl CREATE_VM              = none("KVM_CREATE_VM", 0x01);
    static final Ioctl GET_MSR_INDEX_LIST     = both("KVM_GET_MSR_INDEX_LIST", 0x02, Structs.MSR_LIST);
    static final Ioctl CHECK_EXTENSION        = none("KVM_CHECK_EXTENSION", 0x03);
    static final Ioctl GET_VCPU_MMAP_SIZE     = none("KVM_GET_VCPU_MMAP_SIZE", 0x04);
    static final Ioctl GET_SUPPORTED_CPUID    = both("KVM_GET_SUPPORTED_CPUID", 0x05, Structs.CPUID2);

    // Of a machine.
    static final Ioctl CREATE_VCPU            = none("KVM_CREATE_VCPU", 0x41);
    static final Ioctl GET_DIRTY_LOG          = sends("KVM_GET_DIRTY_LOG", 0x42, Structs.DIRTY_LOG);
    static final Ioctl SET_USER_MEMORY_REGION = sends("KVM_SET_USER_MEMORY_REGION", 0x46, Structs.USERSPACE_MEMORY_REGION);
    static final Ioctl SET_TSS_ADDR           = none("KVM_SET_TSS_ADDR", 0x47);
    static final Ioctl SET_IDENTITY_MAP_ADDR  = sends("KVM_SET_IDENTITY_MAP_ADDR", 0x48, 8);
    static final Ioctl CREATE_IRQCHIP         = none("KVM_CREATE_IRQCHIP", 0x60);
    static final Ioctl IRQ_LINE               = sends("KVM_IRQ_LINE", 0x61, Structs.IRQ_LEVEL);
    static final Ioctl GET_IRQCHIP            = both("KVM_GET_IRQCHIP", 0x62, Structs.IRQCHIP);
    static final Ioctl SET_IRQCHIP            = gets("KVM_SET_IRQCHIP", 0x63, Structs.IRQCHIP); // so the header has it
    static final Ioctl SET_GSI_ROUTING        = sends("KVM_SET_GSI_ROUTING", 0x6A, Structs.IRQ_ROUTING);
    static final Ioctl IRQFD                  = sends("KVM_IRQFD", 0x76, Structs.IRQFD);
    static final Ioctl CREATE_PIT2            = sends("KVM_CREATE_PIT2", 0x77, Structs.PIT_CONFIG);
    static final Ioctl IOEVENTFD              = sends("KVM_IOEVENTFD", 0x79, Structs.IOEVENTFD);
    static final Ioctl SET_CLOCK              = sends("KVM_SET_CLOCK", 0x7B, Structs.CLOCK_DATA);
    static final Ioctl GET_CLOCK              = gets("KVM_GET_CLOCK", 0x7C, Structs.CLOCK_DATA);
    static final Ioctl GET_PIT2               = gets("KVM_GET_PIT2", 0x9F, Structs.PIT_STATE2);
    static final Ioctl SET_PIT2               = sends("KVM_SET_PIT2", 0xA0, Structs.PIT_STATE2);
    static final Ioctl ENABLE_CAP             = sends("KVM_ENABLE_CAP", 0xA3, Structs.ENABLE_CAP);
    static final Ioctl SIGNAL_MSI             = sends("KVM_SIGNAL_MSI", 0xA5, Structs.MSI);
    static final Ioctl X86_SET_MSR_FILTER     = sends("KVM_X86_SET_MSR_FILTER", 0xC6, Structs.MSR_FILTER);

    // Of a processor.
    static final Ioctl RUN                    = none("KVM_RUN", 0x80);
    static final Ioctl GET_REGS               = gets("KVM_GET_REGS", 0x81, Structs.REGS);
    static final Ioctl SET_REGS               = sends("KVM_SET_REGS", 0x82, Structs.REGS);
    static final Ioctl GET_SREGS              = gets("KVM_GET_SREGS", 0x83, Structs.SREGS);
    static final Ioctl SET_SREGS              = sends("KVM_SET_SREGS", 0x84, Structs.SREGS);
    static final Ioctl TRANSLATE              = both("KVM_TRANSLATE", 0x85, Structs.TRANSLATION);
    static final Ioctl INTERRUPT              = sends("KVM_INTERRUPT", 0x86, Structs.INTERRUPT);
    static final Ioctl GET_MSRS               = both("KVM_GET_MSRS", 0x88, Structs.MSRS);
    static final Ioctl SET_MSRS               = sends("KVM_SET_MSRS", 0x89, Structs.MSRS);
    static final Ioctl GET_FPU                = gets("KVM_GET_FPU", 0x8C, Structs.FPU);
    static final Ioctl SET_FPU                = sends("KVM_SET_FPU", 0x8D, Structs.FPU);
    static final Ioctl GET_LAPIC              = gets("KVM_GET_LAPIC", 0x8E, Structs.LAPIC_STATE);
    static final Ioctl SET_LAPIC              = sends("KVM_SET_LAPIC", 0x8F, Structs.LAPIC_STATE);
    static final Ioctl SET_CPUID2             = sends("KVM_SET_CPUID2", 0x90, Structs.CPUID2);
    static final Ioctl GET_CPUID2             = both("KVM_GET_CPUID2", 0x91, Structs.CPUID2);
    static final Ioctl GET_MP_STATE           = gets("KVM_GET_MP_STATE", 0x98, Structs.MP_STATE);
    static final Ioctl SET_MP_STATE           = sends("KVM_SET_MP_STATE", 0x99, Structs.MP_STATE);
    static final Ioctl NMI                    = none("KVM_NMI", 0x9A);
    static final Ioctl SET_GUEST_DEBUG        = sends("KVM_SET_GUEST_DEBUG", 0x9B, Structs.GUEST_DEBUG);
    static final Ioctl GET_VCPU_EVENTS        = gets("KVM_GET_VCPU_EVENTS", 0x9F, Structs.VCPU_EVENTS);
    static final Ioctl SET_VCPU_EVENTS        = sends("KVM_SET_VCPU_EVENTS", 0xA0, Structs.VCPU_EVENTS);
    static final Ioctl GET_DEBUGREGS          = gets("KVM_GET_DEBUGREGS", 0xA1, Structs.DEBUGREGS);
    static final Ioctl SET_DEBUGREGS          = sends("KVM_SET_DEBUGREGS", 0xA2, Structs.DEBUGREGS);
    static final Ioctl GET_TSC_KHZ            = none("KVM_GET_TSC_KHZ", 0xA3);
    static final Ioctl GET_XSAVE              = gets("KVM_GET_XSAVE", 0xA4, Structs.XSAVE);
    static final Ioctl SET_XSAVE              = sends("KVM_SET_XSAVE", 0xA5, Structs.XSAVE);
    static final Ioctl GET_XCRS               = gets("KVM_GET_XCRS", 0xA6, Structs.XCRS);
    static final Ioctl SET_XCRS               = sends("KVM_SET_XCRS", 0xA7, Structs.XCRS);

    static final List<Ioctl> ALL = List.of(
        GET_API_VERSION, CREATE_VM, GET_MSR_INDEX_LIST, CHECK_EXTENSION, GET_VCPU_MMAP_SIZE,
        GET_SUPPORTED_CPUID, CREATE_VCPU, GET_DIRTY_LOG, SET_USER_MEMORY_REGION, SET_TSS_ADDR,
        SET_IDENTITY_MAP_ADDR, CREATE_IRQCHIP, IRQ_LINE, GET_IRQCHIP, SET_IRQCHIP, SET_GSI_ROUTING,
        IRQFD, CREATE_PIT2, IOEVENTFD, SET_CLOCK, GET_CLOCK, GET_PIT2, SET_PIT2, ENABLE_CAP,
        SIGNAL_MSI, X86_SET_MSR_FILTER, RUN, GET_REGS, SET_REGS, GET_SREGS, SET_SREGS, TRANSLATE,
        INTERRUPT, GET_MSRS, SET_MSRS, GET_FPU, SET_FPU, GET_LAPIC, SET_LAPIC, SET_CPUID2,
        GET_CPUID2, GET_MP_STATE, SET_MP_STATE, NMI, SET_GUEST_DEBUG, GET_VCPU_EVENTS,
        SET_VCPU_EVENTS, GET_DEBUGREGS, SET_DEBUGREGS, GET_TSC_KHZ, GET_XSAVE, SET_XSAVE, GET_XCRS,
        SET_XCRS);
    // spotless:on

    /** _IO: the argument, if any, is a number. */
    private static Ioctl none(String name, int nr) {
        return of(name, 0, 0, nr);
    }

    /** _IOR: KVM fills in the structure. */
    private static Ioctl gets(String name, int nr, Struct argument) {
        return of(name, READ, argument.bytes(), nr);
    }

    /** _IOW: KVM reads the structure. */
    private static Ioctl sends(String name, int nr, Struct argument) {
        return of(name, WRITE, argument.bytes(), nr);
    }

    private static Ioctl sends(String name, int nr, int bytes) {
        return of(name, WRITE, bytes, nr);
    }

    /** _IOWR: both. */
    private static Ioctl both(String name, int nr, Struct argument) {
        return of(name, READ | WRITE, argument.bytes(), nr);
    }

    private static Ioctl of(String name, int direction, int bytes, int nr) {
        return new Ioctl(name, (long) direction << 30 | (long) bytes << 16 | KVMIO << 8 | nr);
    }

    /**
     * Makes the request: what it returns.
     *
     * @throws KvmException if it fails
     */
    int call(Syscall by, int file, long argument) {
        int result = by.ioctl(file, number, argument);
        if (result < 0) {
            throw new KvmException(name, by.errno());
        }
        return result;
    }

    /** The same with a structure, which stays where it is meanwhile. */
    int call(Syscall by, int file, Memory argument) {
        try {
            return call(by, file, argument.host());
        } finally {
            Reference.reachabilityFence(argument);
        }
    }
}
