package dev.lungo.cpu.translate;

import dev.lungo.cpu.block.Availability;
import dev.lungo.cpu.core.CpuModel;
import dev.lungo.cpu.core.Feature;
import dev.lungo.host.CodeMemory;
import dev.lungo.host.Raw;
import dev.lungo.isa.Instruction;
import java.lang.foreign.Arena;
import java.util.EnumSet;
import java.util.Set;

/**
 * Which of the guest's instructions the host has, too. SDM 1, "Detection of AVX Instructions"; SDM
 * 2A, "CPUID—CPU Identification".
 */
final class HostFeatures {
    /** CPUID leaf 1, ECX: the system has enabled XGETBV. */
    private static final int OSXSAVE = 27;

    /** XCR0: the system keeps XMM and YMM. */
    private static final int XMM_AND_YMM = 0b110;

    private static final int CODE_BYTES = 4096;
    private static final int ANSWER_BYTES = 20;
    private static final int EXTENDED = 0x8000_0000;

    /** What both the model and the host have. */
    private final Set<Feature> common = EnumSet.noneOf(Feature.class);

    HostFeatures(CpuModel model, Set<Feature> host) {
        common.addAll(model.features());
        common.retainAll(host);
    }

    /** Of the model, what this host can run. */
    static HostFeatures of(CpuModel model) {
        return new HostFeatures(model, Host.FEATURES);
    }

    @Override
    public String toString() {
        return common.toString();
    }

    /** Whether the host may run VEX-encoded instructions for the guest. */
    boolean hasAvx() {
        return common.contains(Feature.AVX);
    }

    /** Whether the guest has this instruction and the host does the same at it. */
    boolean runs(Instruction i) {
        if (i.has(Instruction.VEX) && !hasAvx()) {
            return false;
        }
        Feature needed = Availability.feature(i);
        return needed == null || common.contains(needed);
    }

    /** The host's own CPUID, asked once. */
    private static final class Host {
        /** RDI: where the answer goes; RSI: the leaf, and the subleaf above it. */
        private static final int[] QUERY = {
            0x53, // push rbx
            0x49, 0x89, 0xF8, // mov r8, rdi
            0x89, 0xF0, // mov eax, esi
            0x48, 0x89, 0xF1, // mov rcx, rsi
            0x48, 0xC1, 0xE9, 0x20, // shr rcx, 32
            0x0F, 0xA2, // cpuid
            0x41, 0x89, 0x00, // mov [r8], eax
            0x41, 0x89, 0x58, 0x04, // mov [r8 + 4], ebx
            0x41, 0x89, 0x48, 0x08, // mov [r8 + 8], ecx
            0x41, 0x89, 0x50, 0x0C, // mov [r8 + 12], edx
            0x5B, // pop rbx
            0xC3, // ret
        };

        private static final int[] XCR0 = {
            0x31, 0xC9, // xor ecx, ecx
            0x0F, 0x01, 0xD0, // xgetbv
            0xC3, // ret
        };

        static final Set<Feature> FEATURES = ask();

        private static Set<Feature> ask() {
            CodeMemory memory = CodeMemory.map(CODE_BYTES);
            long query = memory.executable();
            long xcr0 = query + QUERY.length;
            write(memory, query, QUERY);
            write(memory, xcr0, XCR0);
            Set<Feature> found = EnumSet.noneOf(Feature.class);
            try (Arena arena = Arena.ofConfined()) {
                long answer = arena.allocate(ANSWER_BYTES).address();
                for (Feature each : Feature.values()) {
                    if (bit(query, answer, each)) {
                        found.add(each);
                    }
                }
                CodeMemory.call(query, answer, 1);
                boolean enabled = (Raw.getInt(answer + 8) >>> OSXSAVE & 1) != 0;
                if (!enabled || (CodeMemory.call(xcr0, 0, 0) & XMM_AND_YMM) != XMM_AND_YMM) {
                    found.removeAll(
                            EnumSet.of(Feature.AVX, Feature.AVX2, Feature.FMA, Feature.F16C));
                }
            }
            return found;
        }

        private static boolean bit(long query, long answer, Feature feature) {
            int highest = feature.leaf < 0 ? EXTENDED : 0;
            CodeMemory.call(query, answer, highest & 0xFFFF_FFFFL);
            if (Integer.compareUnsigned(Raw.getInt(answer), feature.leaf) < 0) {
                return false;
            }
            CodeMemory.call(
                    query, answer, feature.leaf & 0xFFFF_FFFFL | (long) feature.subleaf << 32);
            int at =
                    switch (feature.register) {
                        case EAX -> 0;
                        case EBX -> 4;
                        case ECX -> 8;
                        case EDX -> 12;
                    };
            int register = Raw.getInt(answer + at);
            return (register >>> feature.bit & 1) != 0;
        }

        private static void write(CodeMemory memory, long at, int[] code) {
            for (int i = 0; i < code.length; i++) {
                Raw.putByte(at + memory.toWritable() + i, code[i]);
            }
        }
    }
}
