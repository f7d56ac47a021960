package dev.lungo.cpu.core;

import dev.lungo.isa.Cr4;
import dev.lungo.machine.Frequencies;
import java.nio.charset.StandardCharsets;

/**
 * What CPUID answers. SDM 2A, "CPUID—CPU Identification".
 *
 * <p>The vendor is GenuineIntel, because systems believe leaves 15h and 16h, which spare them the
 * calibration of the TSC, of no other. The model, 06_F0h, is nobody's, so that no erratum's
 * workaround is applied; IA32_ARCH_CAPABILITIES says that there is nothing to mitigate, since
 * nothing is executed speculatively.
 *
 * <p>Left out: performance monitoring (leaf 0Ah is zero), MONITOR, and whatever {@link Feature}
 * does not name.
 */
public final class Cpuid {
    /** Family 6, model F0h, stepping 1; EDX has them after RESET# and INIT, too. */
    static final int SIGNATURE = 0x000F_0601;

    private static final int MAX_BASIC = 0x16;
    private static final int MAX_BASIC_LIMITED = 0x02;
    private static final int MAX_FEATURE_SUBLEAF = 2;
    private static final int HYPERVISOR = 0x4000_0000;
    private static final int MAX_HYPERVISOR = 0x4000_0010;
    private static final int EXTENDED = 0x8000_0000;
    private static final int MAX_EXTENDED = 0x8000_0008;

    private static final String VENDOR = "GenuineIntel";
    private static final String HYPERVISOR_VENDOR = "LungoLungo  ";

    // Bits that are not a feature of the model.
    private static final int HTT = 1 << 28;
    private static final int OSXSAVE = 1 << 27;
    private static final int OSPKE = 1 << 4;

    private static final int CLFLUSH_LINE = 64;
    private static final int LINEAR_BITS = 48;
    private static final int LINEAR_BITS_LA57 = 57;

    private final Processor cpu;
    private final CpuModel model;
    private final int processors;

    // The last answer.
    public int eax;
    public int ebx;
    public int ecx;
    public int edx;

    Cpuid(Processor cpu, CpuModel model) {
        this.cpu = cpu;
        this.model = model;
        this.processors = cpu.count;
    }

    /** Answers in the four fields. */
    public void query(int leaf, int subleaf) {
        set(0, 0, 0, 0);
        int known = known(leaf);
        features(known, subleaf);
        switch (known) {
            case 0x00 -> vendor(maxBasic(), VENDOR);
            case 0x01 -> versionAndFeatures();
            case 0x02 -> eax = 0x00FF_F001; // see leaf 4 for caches; 64-byte prefetch
            case 0x04 -> cache(subleaf);
            case 0x07 -> structuredFeatures(subleaf);
            case 0x0B -> topology(subleaf);
            case 0x0D -> extendedState(subleaf);
            case 0x15 -> set(1, 1, (int) Frequencies.APIC_BUS_HZ, 0);
            case 0x16 -> set(megahertz(), megahertz(), 100, 0);
            case HYPERVISOR -> vendor(MAX_HYPERVISOR, HYPERVISOR_VENDOR);
            case MAX_HYPERVISOR ->
                    set(
                            (int) (Frequencies.TSC_HZ / 1000),
                            (int) (Frequencies.APIC_BUS_HZ / 1000),
                            0,
                            0);
            case EXTENDED -> eax = MAX_EXTENDED;
            case EXTENDED + 1 -> edx &= cpu.is64() ? -1 : ~(1 << Feature.SYSCALL.bit);
            case EXTENDED + 2, EXTENDED + 3, EXTENDED + 4 -> brand(known - EXTENDED - 2);
            case EXTENDED + 6 -> ecx = 1024 << 16 | 6 << 12 | CLFLUSH_LINE; // L2: 1 MiB, 8 ways
            case EXTENDED + 8 ->
                    eax =
                            PageWalker.PHYSICAL_BITS
                                    | (model.has(Feature.LA57) ? LINEAR_BITS_LA57 : LINEAR_BITS)
                                            << 8;
            default -> {}
        }
    }

    /** A leaf that does not exist answers as the highest basic one does. */
    private int known(int leaf) {
        boolean exists =
                leaf >= 0
                        ? leaf <= maxBasic() || leaf >= HYPERVISOR && leaf <= MAX_HYPERVISOR
                        : leaf <= MAX_EXTENDED;
        return exists ? leaf : maxBasic();
    }

    private int maxBasic() {
        return cpu.msrs.limitsCpuid() ? MAX_BASIC_LIMITED : MAX_BASIC;
    }

    private void set(int newEax, int newEbx, int newEcx, int newEdx) {
        eax = newEax;
        ebx = newEbx;
        ecx = newEcx;
        edx = newEdx;
    }

    private void features(int leaf, int subleaf) {
        for (Feature each : model.features()) {
            boolean subleafFits = each.subleaf == subleaf || leaf == 1 || leaf < 0 || leaf == 6;
            if (each.leaf != leaf || !subleafFits) {
                continue;
            }
            int bit = 1 << each.bit;
            switch (each.register) {
                case EAX -> eax |= bit;
                case EBX -> ebx |= bit;
                case ECX -> ecx |= bit;
                case EDX -> edx |= bit;
            }
        }
        if (leaf == EXTENDED + 1 && !cpu.msrs.allowsNx()) {
            edx &= ~(1 << Feature.NX.bit);
        }
    }

    private void vendor(int max, String name) {
        byte[] letters = name.getBytes(StandardCharsets.US_ASCII);
        if (max == MAX_HYPERVISOR) {
            set(max, word(letters, 0), word(letters, 4), word(letters, 8));
        } else {
            set(max, word(letters, 0), word(letters, 8), word(letters, 4));
        }
    }

    private static int word(byte[] letters, int at) {
        int word = 0;
        for (int i = 0; i < 4; i++) {
            word |= (at + i < letters.length ? letters[at + i] & 0xFF : 0) << 8 * i;
        }
        return word;
    }

    private void versionAndFeatures() {
        eax = SIGNATURE;
        ebx = CLFLUSH_LINE / 8 << 8 | addressableIds() << 16 | cpu.index << 24;
        ecx |= (cpu.system.cr4 & Cr4.OSXSAVE) != 0 ? OSXSAVE : 0;
        edx |= processors > 1 ? HTT : 0;
        if (!cpu.apic.isEnabled()) {
            edx &= ~(1 << Feature.APIC.bit);
            ecx &= ~(1 << Feature.X2APIC.bit);
        }
    }

    private void structuredFeatures(int subleaf) {
        if (subleaf == 0) {
            eax = MAX_FEATURE_SUBLEAF;
            ecx |= (cpu.system.cr4 & Cr4.PKE) != 0 ? OSPKE : 0;
        }
    }

    /** How many APIC IDs the package takes: a power of two. */
    private int addressableIds() {
        return 1 << idBits();
    }

    private int idBits() {
        return 32 - Integer.numberOfLeadingZeros(processors - 1);
    }

    /** 32 KiB each of data and instructions, then 1 MiB for each core. */
    private void cache(int subleaf) {
        int cores = addressableIds() - 1;
        switch (subleaf) {
            case 0 -> cache(1, 1, 64, cores);
            case 1 -> cache(2, 1, 64, cores);
            case 2 -> cache(3, 2, 2048, cores);
            default -> {}
        }
    }

    /** Eight ways; {@code type} is 1 for data, 2 for instructions, 3 for both. */
    private void cache(int type, int level, int sets, int cores) {
        int selfInitializing = 1 << 8;
        set(
                type | level << 5 | selfInitializing | cores << 26,
                (CLFLUSH_LINE - 1) | (8 - 1) << 22,
                sets - 1,
                0);
    }

    /** One thread a core, all cores in one package. */
    private void topology(int subleaf) {
        switch (subleaf) {
            case 0 -> set(0, 1, 1 << 8, cpu.index);
            case 1 -> set(idBits(), processors, 1 | 2 << 8, cpu.index);
            default -> set(0, 0, subleaf & 0xFF, cpu.index);
        }
    }

    private void extendedState(int subleaf) {
        long supported = XState.supported(model);
        switch (subleaf) {
            case 0 ->
                    set(
                            (int) supported,
                            XState.areaBytes(cpu.system.xcr0),
                            XState.areaBytes(supported),
                            0);
            case 1 -> ebx = XState.compactedAreaBytes(cpu.system.xcr0);
            default -> {
                if (subleaf > 1 && subleaf < 63 && (supported >>> subleaf & 1) != 0) {
                    set(XState.bytes(subleaf), XState.offset(subleaf), 0, 0);
                }
            }
        }
    }

    private static int megahertz() {
        return (int) (Frequencies.TSC_HZ / 1_000_000);
    }

    private void brand(int part) {
        byte[] letters = ("Lungo " + model.title()).getBytes(StandardCharsets.US_ASCII);
        int at = 16 * part;
        set(
                word(letters, at),
                word(letters, at + 4),
                word(letters, at + 8),
                word(letters, at + 12));
    }
}
