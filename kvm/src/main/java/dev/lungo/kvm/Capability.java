package dev.lungo.kvm;

/** What a KVM may have, KVM_CAP_*; the meaning of each is in api.rst under its name. */
enum Capability {
    // spotless:off
    IRQCHIP(0), USER_MEMORY(3), SET_TSS_ADDR(4), EXT_CPUID(7), NR_VCPUS(9), MP_STATE(14),
    USER_NMI(22), SET_GUEST_DEBUG(23), IRQ_ROUTING(25), IRQFD(32), PIT2(33), IOEVENTFD(36),
    SET_IDENTITY_MAP_ADDR(37), ADJUST_CLOCK(39), VCPU_EVENTS(41), DEBUGREGS(50), XSAVE(55),
    XCRS(56), GET_TSC_KHZ(61), MAX_VCPUS(66), TSC_DEADLINE_TIMER(72), SIGNAL_MSI(77), READONLY_MEM(81),
    SPLIT_IRQCHIP(121), IMMEDIATE_EXIT(136), X86_USER_SPACE_MSR(188), X86_MSR_FILTER(189);
    // spotless:on

    final int number;

    Capability(int number) {
        this.number = number;
    }
}
