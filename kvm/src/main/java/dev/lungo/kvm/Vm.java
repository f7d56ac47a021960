package dev.lungo.kvm;

import dev.lungo.host.HostMemory;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A machine of KVM's: memory slots over a guest's RAM, and processors.
 * Documentation/virt/kvm/api.rst, "VM ioctls".
 */
final class Vm implements AutoCloseable {
    // Where Intel processors that cannot run real mode keep what they need: KVM's own choice.
    private static final long IDENTITY_MAP = 0xFFFB_C000L;
    private static final long TSS = 0xFFFB_D000L;

    /** The bit that A20M# holds at zero, and the slot that covers it. */
    private static final long MEGABYTE = 1 << 20;

    private static final int NONE = -1;

    // For which accesses to MSRs a processor exits: api.rst, "KVM_CAP_X86_USER_SPACE_MSR".
    private static final int MSR_EXIT_INVALID = 1;
    private static final int MSR_EXIT_UNKNOWN = 2;
    private static final int MSR_EXIT_FILTER = 4;
    private static final int MSR_FILTER_READ = 1;
    private static final int MSR_FILTER_WRITE = 2;

    private static final int IOEVENTFD_PIO = 2;
    private static final int IOEVENTFD_DEASSIGN = 4;

    static final int MEM_LOG_DIRTY_PAGES = 1;
    static final int MEM_READONLY = 2;

    /** A memory slot. */
    private record Slot(long guestPhysical, long bytes, long host) {}

    final Kvm kvm;
    final Syscall calls = new Syscall();
    final int file;
    final HostMemory memory;

    /** What CPUID can answer: a structure kvm_cpuid2. */
    final Memory cpuid;

    /** Which MSRs a processor's state has. */
    final int[] msrs;

    /** Null if local APICs are {@code machine}'s. */
    final @Nullable KernelApics apics;

    private final List<Slot> slots = new ArrayList<>();

    /** What KVM has of memory of devices, in slots behind those of RAM; null where it has none. */
    private final List<HostMemory.@Nullable Region> ofDevices = new ArrayList<>();

    private final Runnable mapper = this::mapDevices;
    private int secondMegabyte = NONE;
    private int processors;
    private int flags;
    private boolean a20Open = true;

    /** A machine that has this memory as its RAM. It closes the KVM that it is of. */
    Vm(Kvm kvm, HostMemory memory) {
        this(kvm, memory, false);
    }

    /**
     * The same.
     *
     * @param withApics whether it has local APICs in KVM
     */
    Vm(Kvm kvm, HostMemory memory, boolean withApics) {
        this.kvm = kvm;
        this.memory = memory;
        cpuid = kvm.supportedCpuid();
        msrs = Snapshot.msrs(kvm.msrs());
        file = Ioctl.CREATE_VM.call(kvm.calls, kvm.file, 0);
        if (kvm.has(Capability.SET_IDENTITY_MAP_ADDR)) {
            Memory address = new Memory(8).putLong(0, IDENTITY_MAP);
            call(Ioctl.SET_IDENTITY_MAP_ADDR, address);
        }
        if (kvm.has(Capability.SET_TSS_ADDR)) {
            call(Ioctl.SET_TSS_ADDR, TSS);
        }
        if (kvm.has(Capability.X86_USER_SPACE_MSR)) {
            enable(Capability.X86_USER_SPACE_MSR, MSR_EXIT_INVALID | MSR_EXIT_UNKNOWN);
        }
        memory.regions().forEach(this::add);
        for (int i = 0; i < slots.size(); i++) {
            map(i);
        }
        memory.onMove(mapper);
        mapDevices();
        apics = withApics ? new KernelApics(this) : null;
    }

    /** Family, model and stepping, as CPUID.1:EAX has them. */
    int signature() {
        int first = Structs.CPUID2.at("entries");
        int count = cpuid.getInt(Structs.CPUID2.at("nent"));
        for (int i = 0; i < count; i++) {
            int at = first + i * Structs.CPUID_ENTRY2.bytes();
            if (cpuid.getInt(at) == 1) {
                return cpuid.getInt(at + Structs.CPUID_ENTRY2.at("eax"));
            }
        }
        return 0;
    }

    /** The second megabyte has a slot of its own, which {@link #setA20} moves. */
    private void add(HostMemory.Region region) {
        long at = region.guestPhysical();
        long end = at + region.bytes();
        while (at < end) {
            long next = at < MEGABYTE ? MEGABYTE : at < 2 * MEGABYTE ? 2 * MEGABYTE : end;
            long bytes = Math.min(next, end) - at;
            if (at == MEGABYTE) {
                secondMegabyte = slots.size();
            }
            slots.add(new Slot(at, bytes, region.host() + at - region.guestPhysical()));
            at += bytes;
        }
    }

    private void map(int slot) {
        Slot each = slots.get(slot);
        setRegion(slot, flags, each.guestPhysical, each.bytes, each.host);
    }

    private void setRegion(int slot, int slotFlags, long guestPhysical, long bytes, long host) {
        Struct type = Structs.USERSPACE_MEMORY_REGION;
        Memory region = new Memory(type);
        region.putInt(type.at("slot"), slot);
        region.putInt(type.at("flags"), slotFlags);
        region.putLong(type.at("guest_phys_addr"), guestPhysical);
        region.putLong(type.at("memory_size"), bytes);
        region.putLong(type.at("userspace_addr"), host);
        call(Ioctl.SET_USER_MEMORY_REGION, region);
    }

    /** Has memory of devices be where the guest is to see it. A slot that moves is made anew. */
    private synchronized void mapDevices() {
        List<HostMemory.@Nullable Region> wanted = memory.deviceRegions();
        for (int i = 0; i < wanted.size(); i++) {
            if (i == ofDevices.size()) {
                ofDevices.add(null);
            }
            HostMemory.Region old = ofDevices.get(i);
            HostMemory.Region now = wanted.get(i);
            if (Objects.equals(old, now)) {
                continue;
            }
            int slot = slots.size() + i;
            if (old != null) {
                setRegion(slot, 0, old.guestPhysical(), 0, old.host());
            }
            if (now != null) {
                setRegion(slot, 0, now.guestPhysical(), now.bytes(), now.host());
            }
            ofDevices.set(i, now);
        }
    }

    /**
     * While the gate is closed the second megabyte is the first. The odd megabytes above, which no
     * real-mode program reaches, are left as they are.
     */
    synchronized void setA20(boolean open) {
        if (open == a20Open || secondMegabyte == NONE) {
            return;
        }
        a20Open = open;
        Slot second = slots.get(secondMegabyte);
        setRegion(secondMegabyte, 0, MEGABYTE, 0, second.host); // no slot moves in the host
        setRegion(
                secondMegabyte,
                flags,
                MEGABYTE,
                second.bytes,
                open ? second.host : memory.hostAddress(0));
    }

    /** From now on KVM notes which pages the guest writes to, or no longer. */
    synchronized void logDirtyPages(boolean log) {
        flags = log ? MEM_LOG_DIRTY_PAGES : 0;
        for (int i = 0; i < slots.size(); i++) {
            map(i);
        }
    }

    /**
     * The guest-physical addresses of the pages that the guest has written to since it was last
     * asked, or since {@link #logDirtyPages}.
     */
    synchronized long[] dirtyPages() {
        List<Long> pages = new ArrayList<>();
        for (int i = 0; i < slots.size(); i++) {
            Slot slot = slots.get(i);
            long count = slot.bytes / HostMemory.PAGE_BYTES;
            Memory bitmap = new Memory((int) ((count + 63) / 64 * 8));
            Memory log = new Memory(Structs.DIRTY_LOG);
            log.putInt(Structs.DIRTY_LOG.at("slot"), i);
            log.putLong(Structs.DIRTY_LOG.at("dirty_bitmap"), bitmap.host());
            try {
                call(Ioctl.GET_DIRTY_LOG, log);
            } finally {
                Reference.reachabilityFence(bitmap);
            }
            for (int page = 0; page < count; page++) {
                if ((bitmap.getLong(page / 64 * 8) >>> page & 1) != 0) {
                    pages.add(slot.guestPhysical + page * HostMemory.PAGE_BYTES);
                }
            }
        }
        return pages.stream().mapToLong(Long::longValue).toArray();
    }

    /**
     * Switches something on that is off otherwise.
     *
     * @throws KvmException if this KVM has it not
     */
    void enable(Capability capability, long argument) {
        Struct type = Structs.ENABLE_CAP;
        Memory cap = new Memory(type);
        cap.putInt(type.at("cap"), capability.number);
        cap.putLong(type.at("args"), argument);
        call(Ioctl.ENABLE_CAP, cap);
    }

    /**
     * Has a processor exit at accesses to MSRs of a range, in place of KVM answering.
     *
     * @param base of the range
     * @param allowed which of it KVM goes on to answer
     */
    void filterMsrs(int base, boolean... allowed) {
        enable(
                Capability.X86_USER_SPACE_MSR,
                MSR_EXIT_INVALID | MSR_EXIT_UNKNOWN | MSR_EXIT_FILTER);
        Memory bitmap = new Memory((allowed.length + 63) / 64 * 8);
        for (int i = 0; i < allowed.length; i++) {
            if (allowed[i]) {
                bitmap.putByte(i / 8, bitmap.getByte(i / 8) | 1 << i % 8);
            }
        }
        Struct type = Structs.MSR_FILTER;
        Struct range = Structs.MSR_FILTER_RANGE;
        Memory filter = new Memory(type);
        int at = type.at("ranges");
        filter.putInt(at + range.at("flags"), MSR_FILTER_READ | MSR_FILTER_WRITE);
        filter.putInt(at + range.at("nmsrs"), allowed.length);
        filter.putInt(at + range.at("base"), base);
        filter.putLong(at + range.at("bitmap"), bitmap.host());
        try {
            call(Ioctl.X86_SET_MSR_FILTER, filter);
        } finally {
            Reference.reachabilityFence(bitmap);
        }
    }

    /**
     * Has a guest's writes of so many bytes to a port signal an event, without an exit; or no
     * longer.
     */
    void signalAtPort(EventFile event, int port, int bytes, boolean connected) {
        signalAt(event, port, bytes, IOEVENTFD_PIO | (connected ? 0 : IOEVENTFD_DEASSIGN));
    }

    /** The same, of writes to a guest-physical address where there is no memory. */
    void signalAtAddress(EventFile event, long guestPhysical, int bytes, boolean connected) {
        signalAt(event, guestPhysical, bytes, connected ? 0 : IOEVENTFD_DEASSIGN);
    }

    private void signalAt(EventFile event, long address, int bytes, int ioeventfdFlags) {
        Struct type = Structs.IOEVENTFD;
        Memory ioeventfd = new Memory(type);
        ioeventfd.putLong(type.at("addr"), address);
        ioeventfd.putInt(type.at("len"), bytes);
        ioeventfd.putInt(type.at("fd"), event.file);
        ioeventfd.putInt(type.at("flags"), ioeventfdFlags);
        call(Ioctl.IOEVENTFD, ioeventfd);
    }

    /** The nanoseconds that KVM's clock shows a guest: api.rst, "KVM_GET_CLOCK". */
    long clock() {
        Memory clock = new Memory(Structs.CLOCK_DATA);
        call(Ioctl.GET_CLOCK, clock);
        return clock.getLong(Structs.CLOCK_DATA.at("clock"));
    }

    void setClock(long nanos) {
        Memory clock = new Memory(Structs.CLOCK_DATA);
        call(Ioctl.SET_CLOCK, clock.putLong(Structs.CLOCK_DATA.at("clock"), nanos));
    }

    /** A new processor, whose number is also its APIC ID: a descriptor. */
    synchronized int createProcessor(int id) {
        int processor = call(Ioctl.CREATE_VCPU, id);
        processors++;
        return processor;
    }

    /** A processor is no more; the machine goes with the last. */
    synchronized void processorClosed() {
        processors--;
        if (processors == 0) {
            close();
        }
    }

    synchronized int call(Ioctl request, Memory argument) {
        return request.call(calls, file, argument);
    }

    synchronized int call(Ioctl request, long argument) {
        return request.call(calls, file, argument);
    }

    @Override
    public synchronized void close() {
        memory.ignoreMoves(mapper);
        calls.close(file);
        kvm.close();
    }
}
