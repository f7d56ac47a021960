package dev.lungo.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.isa.Cr4;
import dev.lungo.isa.Msr;
import dev.lungo.machine.Frequencies;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CpuidTest {
    private static final int[] CPUID = {0x0F, 0xA2};

    private static final long NX = 1 << 20;
    private static final long OSXSAVE = 1 << 27;
    private static final long OSPKE = 1 << 4;
    private static final long APIC = 1 << 9;

    private final Rig rig = Rig.stepwise();

    @BeforeEach
    void start() {
        rig.longMode(3).handlers();
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private long[] cpuid(long leaf, int subleaf) {
        rig.code(CPUID);
        rig.cpu.setRip(Rig.CODE);
        rig.register(Rig.RAX, leaf);
        rig.register(Rig.RCX, 0xFFFF_FFFF_0000_0000L | subleaf);
        rig.run(1);
        return new long[] {
            rig.register(Rig.RAX),
            rig.register(Rig.RBX),
            rig.register(Rig.RCX),
            rig.register(Rig.RDX)
        };
    }

    private long[] cpuid(long leaf) {
        return cpuid(leaf, 0);
    }

    private static String text(long... words) {
        ByteBuffer letters = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
        for (long word : words) {
            letters.putInt((int) word);
        }
        return new String(letters.array(), StandardCharsets.US_ASCII).replace("\0", "");
    }

    @Test
    void vendorAndBrandAreSpelledOut() {
        long[] vendor = cpuid(0);
        long[] brand = cpuid(0x8000_0002L);
        long[] hypervisor = cpuid(0x4000_0000);

        assertThat(text(vendor[1], vendor[3], vendor[2])).isEqualTo("GenuineIntel");
        assertThat(text(brand)).isEqualTo("Lungo x86-64-v3");
        assertThat(text(hypervisor[1], hypervisor[2], hypervisor[3])).isEqualTo("LungoLungo  ");
    }

    @Test
    void theFeaturesOfV3AreThere() {
        long[] leaf1 = cpuid(1);
        long[] leaf7 = cpuid(7);
        long[] extended = cpuid(0x8000_0001L);

        // FMA, CX16, PCID, SSE4, x2APIC, MOVBE, POPCNT, AES, XSAVE, AVX, F16C, RDRAND ...
        assertThat(leaf1[2]).isEqualTo(0xF7FA_3203L);
        assertThat(leaf1[3] & 0x0780_0111).isEqualTo(0x0780_0111);
        // FSGSBASE, TSC_ADJUST, BMI1, AVX2, SMEP, BMI2, ERMS, INVPCID ...
        assertThat(leaf7[0]).isEqualTo(2);
        assertThat(leaf7[1]).isEqualTo(0x219C_07ABL);
        assertThat(extended[2]).isEqualTo(0x121);
        assertThat(extended[3]).isEqualTo(0x2C10_0800);
    }

    @Test
    void aLeafBeyondTheLastAnswersAsTheLast() {
        assertThat(cpuid(0x17)).isEqualTo(cpuid(0x16));
        assertThat(cpuid(0x8000_0009L)).isEqualTo(cpuid(0x16));
        assertThat(cpuid(0x4000_0011)).isEqualTo(cpuid(0x16));
    }

    @Test
    void theFrequencyOfTheTscIsStated() {
        long[] leaf = cpuid(0x15);

        assertThat(leaf[2] * leaf[1] / leaf[0]).isEqualTo(Frequencies.TSC_HZ);
    }

    @Test
    void addressWidthsAreStated() {
        assertThat(cpuid(0x8000_0008L)[0]).isEqualTo(57 << 8 | 40);
    }

    @Test
    void whatTheSystemHasSwitchedOnIsSaid() {
        long before = cpuid(1)[2];
        rig.cpu.system.cr4 |= Cr4.OSXSAVE | Cr4.PKE;

        assertThat(before & OSXSAVE).isZero();
        assertThat(cpuid(1)[2] & OSXSAVE).isNotZero();
        assertThat(cpuid(7)[2] & OSPKE).isNotZero();
    }

    @Test
    void anApicThatIsSwitchedOffIsNotThere() {
        rig.cpu.msrs.write(Msr.IA32_APIC_BASE, 0xFEE0_0100L);

        assertThat(cpuid(1)[3] & APIC).isZero();
    }

    @Test
    void miscEnableLimitsCpuidAndHidesExecuteDisable() {
        long nxBefore = cpuid(0x8000_0001L)[3] & NX;
        rig.cpu.msrs.write(Msr.IA32_MISC_ENABLE, 1L << 34 | 1 << 22);

        assertThat(nxBefore).isNotZero();
        assertThat(cpuid(0)[0]).isEqualTo(2);
        assertThat(cpuid(0x8000_0001L)[3] & NX).isZero();
    }

    @Test
    void sizesOfTheXsaveAreaFollowXcr0() {
        long[] withX87 = cpuid(0xD);
        rig.cpu.control.setXcr0(7);
        long[] withAvx = cpuid(0xD);
        long[] avx = cpuid(0xD, 2);
        long[] pkru = cpuid(0xD, 9);

        assertThat(withX87).containsExactly(0x207, 576, 840, 0);
        assertThat(withAvx[1]).isEqualTo(832);
        assertThat(cpuid(0xD, 1)[0]).isEqualTo(0xF);
        assertThat(avx).containsExactly(256, 576, 0, 0);
        assertThat(pkru).containsExactly(8, 832, 0, 0);
        assertThat(cpuid(0xD, 3)).containsOnly(0);
        assertThat(cpuid(0xD, 34)).containsOnly(0);
    }

    @Test
    void theTopologyEndsAfterTheCores() {
        assertThat(cpuid(0xB, 0)).containsExactly(0, 1, 0x100, 0);
        assertThat(cpuid(0xB, 1)).containsExactly(0, 1, 0x201, 0);
        assertThat(cpuid(0xB, 2)).containsExactly(0, 0, 2, 0);
    }
}
