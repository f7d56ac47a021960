package dev.lungo.kvm;

import dev.lungo.machine.CpuSetup;
import dev.lungo.machine.Frequencies;
import java.util.ArrayList;
import java.util.List;

/**
 * What CPUID answers in a guest: what KVM supports, with what it leaves to its user filled in:
 * which processor this is and how many there are, how wide addresses are, and what its clocks tick
 * at. Documentation/virt/kvm/api.rst, "KVM_GET_SUPPORTED_CPUID"; SDM 2A and APM 3, "CPUID".
 *
 * <p>What needs a local APIC inside KVM is taken out where there is none: the TSC-deadline timer
 * and most of KVM's own services (Documentation/virt/kvm/x86/cpuid.rst).
 */
final class GuestCpuid {
    private static final int FIRST = Structs.CPUID2.at("entries");
    private static final int ENTRY_BYTES = Structs.CPUID_ENTRY2.bytes();
    private static final int FUNCTION = Structs.CPUID_ENTRY2.at("function");
    private static final int INDEX = Structs.CPUID_ENTRY2.at("index");
    private static final int FLAGS = Structs.CPUID_ENTRY2.at("flags");
    private static final int EAX = Structs.CPUID_ENTRY2.at("eax");
    private static final int EBX = Structs.CPUID_ENTRY2.at("ebx");
    private static final int ECX = Structs.CPUID_ENTRY2.at("ecx");
    private static final int EDX = Structs.CPUID_ENTRY2.at("edx");
    private static final int SIGNIFICANT_INDEX = 1;

    private static final int HYPERVISOR = 0x4000_0000;
    private static final int KVM_FEATURES = 0x4000_0001;
    private static final int HYPERVISOR_TIMING = 0x4000_0010;

    // Leaf 1.
    private static final int MONITOR = 1 << 3;
    private static final int X2APIC = 1 << 21;
    private static final int TSC_DEADLINE = 1 << 24;
    private static final int HYPERVISOR_PRESENT = 1 << 31;
    private static final int HTT = 1 << 28;
    private static final int CMP_LEGACY = 1 << 1; // of leaf 8000_0001h

    /** Clock sources, and no delay after port accesses. */
    private static final int SERVICES_WITHOUT_APIC = 1 | 1 << 1 | 1 << 3 | 1 << 24;

    private final CpuSetup setup;
    private final boolean apicInKvm;
    private final boolean msrsInUserSpace;
    private final int tscKhz;
    private final List<int[]> entries = new ArrayList<>();

    private GuestCpuid(CpuSetup setup, boolean apicInKvm, boolean msrsInUserSpace, int tscKhz) {
        this.setup = setup;
        this.apicInKvm = apicInKvm;
        this.msrsInUserSpace = msrsInUserSpace;
        this.tscKhz = tscKhz;
    }

    /**
     * The answers for one processor: a structure kvm_cpuid2.
     *
     * @param supported what KVM says
     * @param apicInKvm whether its local APIC is KVM's
     * @param msrsInUserSpace whether accesses to MSRs that KVM does not know come to us
     */
    static Memory of(
            Memory supported,
            CpuSetup setup,
            boolean apicInKvm,
            boolean msrsInUserSpace,
            int tscKhz) {
        GuestCpuid cpuid = new GuestCpuid(setup, apicInKvm, msrsInUserSpace, tscKhz);
        int count = supported.getInt(0);
        for (int i = 0; i < count; i++) {
            cpuid.add(supported, FIRST + i * ENTRY_BYTES);
        }
        cpuid.addTopology();
        cpuid.set(HYPERVISOR_TIMING, 0, 0, tscKhz, (int) (Frequencies.APIC_BUS_HZ / 1000), 0, 0);
        return cpuid.memory();
    }

    private void add(Memory supported, int at) {
        int function = supported.getInt(at + FUNCTION);
        int eax = supported.getInt(at + EAX);
        int ebx = supported.getInt(at + EBX);
        int ecx = supported.getInt(at + ECX);
        int edx = supported.getInt(at + EDX);
        switch (function) {
            case 0x01 -> {
                ebx = ebx & 0xFF00 | addressableIds() << 16 | setup.index() << 24;
                ecx = ecx & ~(MONITOR | TSC_DEADLINE) | HYPERVISOR_PRESENT;
                ecx |= apicInKvm ? TSC_DEADLINE : 0; // which KVM does not say
                if (!apicInKvm && !msrsInUserSpace) {
                    ecx &= ~X2APIC;
                }
                edx = setup.count() > 1 ? edx | HTT : edx & ~HTT;
            }
            case 0x04 -> eax = (eax & 31) == 0 ? eax : eax & 0x3FFF | addressableIds() - 1 << 26;
            case 0x0B, 0x1F -> {
                return; // see addTopology
            }
            case 0x15 -> {
                eax = (int) (Frequencies.APIC_BUS_HZ / 1000);
                ebx = tscKhz;
                ecx = (int) Frequencies.APIC_BUS_HZ;
            }
            case HYPERVISOR -> eax = HYPERVISOR_TIMING;
            case KVM_FEATURES -> eax &= apicInKvm ? -1 : SERVICES_WITHOUT_APIC;
            case 0x8000_0001 -> ecx = setup.count() > 1 ? ecx | CMP_LEGACY : ecx & ~CMP_LEGACY;
            case 0x8000_0008 -> {
                int bits = Math.min(eax & 0xFF, CpuSetup.PHYSICAL_ADDRESS_BITS);
                eax = eax & 0xFF00 | bits;
                ecx = idBits() << 12 | setup.count() - 1;
            }
            case 0x8000_001E -> {
                eax = setup.index();
                ebx = setup.index();
                ecx = 0;
            }
            default -> {}
        }
        entries.add(
                new int[] {
                    function,
                    supported.getInt(at + INDEX),
                    supported.getInt(at + FLAGS),
                    eax,
                    ebx,
                    ecx,
                    edx
                });
    }

    /** One thread a core, all cores in one package. */
    private void addTopology() {
        set(0x0B, 0, SIGNIFICANT_INDEX, 0, 1, 1 << 8, setup.index());
        set(0x0B, 1, SIGNIFICANT_INDEX, idBits(), setup.count(), 1 | 2 << 8, setup.index());
        set(0x0B, 2, SIGNIFICANT_INDEX, 0, 0, 2, setup.index());
    }

    private void set(int... entry) {
        entries.add(entry);
    }

    /** How many APIC IDs the package takes: a power of two. */
    private int addressableIds() {
        return 1 << idBits();
    }

    private int idBits() {
        return 32 - Integer.numberOfLeadingZeros(setup.count() - 1);
    }

    private Memory memory() {
        Memory memory = new Memory(Structs.CPUID2, Structs.CPUID_ENTRY2, entries.size());
        memory.putInt(Structs.CPUID2.at("nent"), entries.size());
        for (int i = 0; i < entries.size(); i++) {
            for (int field = 0; field < entries.get(i).length; field++) {
                memory.putInt(FIRST + i * ENTRY_BYTES + 4 * field, entries.get(i)[field]);
            }
        }
        return memory;
    }
}
