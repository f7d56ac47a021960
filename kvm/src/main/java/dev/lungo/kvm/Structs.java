package dev.lungo.kvm;

import java.util.List;

/**
 * The structures that requests take, as linux/kvm.h and asm/kvm.h of x86 state them, member by
 * member. A test holds them against the host's headers.
 */
final class Structs {
    // spotless:off
    static final Struct REGS = new Struct("kvm_regs")
        .u64("rax", "rbx", "rcx", "rdx")
        .u64("rsi", "rdi", "rsp", "rbp")
        .u64("r8",  "r9",  "r10", "r11")
        .u64("r12", "r13", "r14", "r15")
        .u64("rip", "rflags");

    static final Struct SEGMENT = new Struct("kvm_segment")
        .u64("base")
        .u32("limit")
        .u16("selector")
        .u8("type")
        .u8("present", "dpl", "db", "s", "l", "g", "avl")
        .u8("unusable")
        .u8("padding");

    static final Struct DTABLE = new Struct("kvm_dtable")
        .u64("base")
        .u16("limit")
        .bytes("padding", 6);

    static final Struct SREGS = new Struct("kvm_sregs")
        .parts(SEGMENT, "cs", "ds", "es", "fs", "gs", "ss")
        .parts(SEGMENT, "tr", "ldt")
        .parts(DTABLE, "gdt", "idt")
        .u64("cr0", "cr2", "cr3", "cr4", "cr8")
        .u64("efer")
        .u64("apic_base")
        .longs("interrupt_bitmap", 4);

    static final Struct FPU = new Struct("kvm_fpu")
        .bytes("fpr", 8 * 16)
        .u16("fcw")
        .u16("fsw")
        .u8("ftwx")
        .u8("pad1")
        .u16("last_opcode")
        .u64("last_ip")
        .u64("last_dp")
        .bytes("xmm", 16 * 16)
        .u32("mxcsr")
        .u32("pad2");

    static final Struct XSAVE = new Struct("kvm_xsave")
        .words("region", 1024);

    static final Struct XCR = new Struct("kvm_xcr")
        .u32("xcr")
        .u32("reserved")
        .u64("value");

    static final Struct XCRS = new Struct("kvm_xcrs")
        .u32("nr_xcrs")
        .u32("flags")
        .array("xcrs", XCR, 16)
        .longs("padding", 16);

    static final Struct DEBUGREGS = new Struct("kvm_debugregs")
        .longs("db", 4)
        .u64("dr6")
        .u64("dr7")
        .u64("flags")
        .longs("reserved", 9);

    static final Struct MSR_ENTRY = new Struct("kvm_msr_entry")
        .u32("index")
        .u32("reserved")
        .u64("data");

    static final Struct MSRS = new Struct("kvm_msrs")
        .u32("nmsrs")
        .u32("pad")
        .array("entries", MSR_ENTRY, 0);

    static final Struct MSR_LIST = new Struct("kvm_msr_list")
        .u32("nmsrs")
        .words("indices", 0);

    static final Struct MSR_FILTER_RANGE = new Struct("kvm_msr_filter_range")
        .u32("flags")
        .u32("nmsrs")
        .u32("base")
        .u64("bitmap");

    static final Struct MSR_FILTER = new Struct("kvm_msr_filter")
        .u32("flags")
        .array("ranges", MSR_FILTER_RANGE, 16);

    static final Struct CPUID_ENTRY2 = new Struct("kvm_cpuid_entry2")
        .u32("function")
        .u32("index")
        .u32("flags")
        .u32("eax")
        .u32("ebx")
        .u32("ecx")
        .u32("edx")
        .words("padding", 3);

    static final Struct CPUID2 = new Struct("kvm_cpuid2")
        .u32("nent")
        .u32("padding")
        .array("entries", CPUID_ENTRY2, 0);

    static final Struct LAPIC_STATE = new Struct("kvm_lapic_state")
        .bytes("regs", 0x400);

    static final Struct VCPU_EVENTS = new Struct("kvm_vcpu_events")
        .parts(new Struct("exception")
            .u8("injected")
            .u8("nr")
            .u8("has_error_code")
            .u8("pending")
            .u32("error_code"), "exception")
        .parts(new Struct("interrupt")
            .u8("injected")
            .u8("nr")
            .u8("soft")
            .u8("shadow"), "interrupt")
        .parts(new Struct("nmi")
            .u8("injected")
            .u8("pending")
            .u8("masked")
            .u8("pad"), "nmi")
        .u32("sipi_vector")
        .u32("flags")
        .parts(new Struct("smi")
            .u8("smm")
            .u8("pending")
            .u8("smm_inside_nmi")
            .u8("latched_init"), "smi")
        .parts(new Struct("triple_fault")
            .u8("pending"), "triple_fault")
        .bytes("reserved", 26)
        .u8("exception_has_payload")
        .u64("exception_payload");

    static final Struct MP_STATE = new Struct("kvm_mp_state")
        .u32("mp_state");

    static final Struct INTERRUPT = new Struct("kvm_interrupt")
        .u32("irq");

    static final Struct TRANSLATION = new Struct("kvm_translation")
        .u64("linear_address")
        .u64("physical_address")
        .u8("valid")
        .u8("writeable")
        .u8("usermode")
        .bytes("pad", 5);

    static final Struct GUEST_DEBUG = new Struct("kvm_guest_debug")
        .u32("control")
        .u32("pad")
        .parts(new Struct("kvm_guest_debug_arch")
            .longs("debugreg", 8), "arch");

    static final Struct USERSPACE_MEMORY_REGION = new Struct("kvm_userspace_memory_region")
        .u32("slot")
        .u32("flags")
        .u64("guest_phys_addr")
        .u64("memory_size")
        .u64("userspace_addr");

    static final Struct DIRTY_LOG = new Struct("kvm_dirty_log")
        .u32("slot")
        .u32("padding1")
        .u64("dirty_bitmap");

    static final Struct ENABLE_CAP = new Struct("kvm_enable_cap")
        .u32("cap")
        .u32("flags")
        .longs("args", 4)
        .bytes("pad", 64);

    static final Struct IRQ_LEVEL = new Struct("kvm_irq_level")
        .u32("irq")
        .u32("level");

    static final Struct IRQCHIP = new Struct("kvm_irqchip")
        .u32("chip_id")
        .u32("pad")
        .union(512, new Struct("chip").longs("dummy", 64));

    static final Struct IRQ_ROUTING_ENTRY = new Struct("kvm_irq_routing_entry")
        .u32("gsi")
        .u32("type")
        .u32("flags")
        .u32("pad")
        .parts(new Struct("u").union(32,
            new Struct("irqchip")
                .u32("irqchip")
                .u32("pin"),
            new Struct("msi")
                .u32("address_lo")
                .u32("address_hi")
                .u32("data")
                .u32("pad")), "u");

    static final Struct IRQ_ROUTING = new Struct("kvm_irq_routing")
        .u32("nr")
        .u32("flags")
        .array("entries", IRQ_ROUTING_ENTRY, 0);

    static final Struct IRQFD = new Struct("kvm_irqfd")
        .u32("fd")
        .u32("gsi")
        .u32("flags")
        .u32("resamplefd")
        .bytes("pad", 16);

    static final Struct IOEVENTFD = new Struct("kvm_ioeventfd")
        .u64("datamatch")
        .u64("addr")
        .u32("len")
        .u32("fd")
        .u32("flags")
        .bytes("pad", 36);

    static final Struct MSI = new Struct("kvm_msi")
        .u32("address_lo")
        .u32("address_hi")
        .u32("data")
        .u32("flags")
        .u32("devid")
        .bytes("pad", 12);

    static final Struct PIT_CONFIG = new Struct("kvm_pit_config")
        .u32("flags")
        .words("pad", 15);

    static final Struct PIT_CHANNEL_STATE = new Struct("kvm_pit_channel_state")
        .u32("count")
        .u16("latched_count")
        .u8("count_latched")
        .u8("status_latched")
        .u8("status")
        .u8("read_state")
        .u8("write_state")
        .u8("write_latch")
        .u8("rw_mode")
        .u8("mode")
        .u8("bcd")
        .u8("gate")
        .u64("count_load_time");

    static final Struct PIT_STATE2 = new Struct("kvm_pit_state2")
        .array("channels", PIT_CHANNEL_STATE, 3)
        .u32("flags")
        .words("reserved", 9);

    static final Struct CLOCK_DATA = new Struct("kvm_clock_data")
        .u64("clock")
        .u32("flags")
        .u32("pad0")
        .u64("realtime")
        .u64("host_tsc")
        .words("pad", 4);

    /** What a processor shares with who runs it; each kind of exit has its part of the union. */
    static final Struct RUN = new Struct("kvm_run")
        .u8("request_interrupt_window")
        .u8("immediate_exit")
        .bytes("padding1", 6)
        .u32("exit_reason")
        .u8("ready_for_interrupt_injection")
        .u8("if_flag")
        .u16("flags")
        .u64("cr8")
        .u64("apic_base")
        .union(256,
            new Struct("hw")
                .u64("hardware_exit_reason"),
            new Struct("fail_entry")
                .u64("hardware_entry_failure_reason")
                .u32("cpu"),
            new Struct("io")
                .u8("direction")
                .u8("size")
                .u16("port")
                .u32("count")
                .u64("data_offset"),
            new Struct("debug")
                .parts(new Struct("kvm_debug_exit_arch")
                    .u32("exception")
                    .u32("pad")
                    .u64("pc")
                    .u64("dr6")
                    .u64("dr7"), "arch"),
            new Struct("mmio")
                .u64("phys_addr")
                .bytes("data", 8)
                .u32("len")
                .u8("is_write"),
            new Struct("internal")
                .u32("suberror")
                .u32("ndata")
                .longs("data", 16),
            new Struct("emulation_failure")
                .u32("suberror")
                .u32("ndata")
                .u64("flags")
                .u8("insn_size")
                .bytes("insn_bytes", 15),
            new Struct("system_event")
                .u32("type")
                .u32("ndata")
                .longs("data", 16),
            new Struct("eoi")
                .u8("vector"),
            new Struct("msr")
                .u8("error")
                .bytes("pad", 7)
                .u32("reason")
                .u32("index")
                .u64("data"))
        .u64("kvm_valid_regs")
        .u64("kvm_dirty_regs")
        .bytes("s", 2048);

    /** All that have a name of their own in C. */
    static final List<Struct> ALL = List.of(
        REGS, SEGMENT, SREGS, FPU, XSAVE, XCR, XCRS, DEBUGREGS, MSR_ENTRY, MSRS, MSR_LIST,
        MSR_FILTER_RANGE, MSR_FILTER, CPUID_ENTRY2, CPUID2, LAPIC_STATE, VCPU_EVENTS, MP_STATE,
        INTERRUPT, TRANSLATION, GUEST_DEBUG, USERSPACE_MEMORY_REGION, DIRTY_LOG, ENABLE_CAP,
        IRQ_LEVEL, IRQCHIP, IRQ_ROUTING_ENTRY, IRQ_ROUTING, IRQFD, IOEVENTFD, MSI, PIT_CONFIG,
        PIT_CHANNEL_STATE, PIT_STATE2, CLOCK_DATA, RUN);
    // spotless:on

    private Structs() {}
}
