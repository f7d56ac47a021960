package dev.lungo.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.cpu.core.Segments;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Dr7;
import dev.lungo.isa.Rflags;
import dev.lungo.machine.VmExit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Instructions that no other test of this room is about, in 64-bit mode. */
class PrivilegedTest {
    private static final int UD = 6;
    private static final int GP = 13;
    private static final int PF = 14;

    private static final int[] HLT = {0xF4};
    private static final int[] INVLPG = {0x0F, 0x01, 0x3B}; // [RBX]
    private static final int[] INVPCID = {0x66, 0x0F, 0x38, 0x82, 0x03}; // RAX, [RBX]
    private static final int[] MOV_RAX_RBX = {0x48, 0x8B, 0x03}; // the load
    private static final int[] WRFSBASE = {0xF3, 0x48, 0x0F, 0xAE, 0xD0}; // RAX
    private static final int[] RDFSBASE = {0xF3, 0x48, 0x0F, 0xAE, 0xC0};
    private static final int[] RDPKRU = {0x0F, 0x01, 0xEE};
    private static final int[] WRPKRU = {0x0F, 0x01, 0xEF};
    private static final int[] XSETBV = {0x0F, 0x01, 0xD1};
    private static final int[] RDTSC = {0x0F, 0x31};
    private static final int[] RDTSCP = {0x0F, 0x01, 0xF9};
    private static final int[] RDPID = {0xF3, 0x0F, 0xC7, 0xF8};
    private static final int[] RDPMC = {0x0F, 0x33};
    private static final int[] RDRAND = {0x48, 0x0F, 0xC7, 0xF0};
    private static final int[] RDRAND16 = {0x66, 0x0F, 0xC7, 0xF0};
    private static final int[] CLFLUSH = {0x0F, 0xAE, 0x3B};
    private static final int[] MOV_DR4 = {0x0F, 0x23, 0xE0};
    private static final int[] MOV_DR7 = {0x0F, 0x23, 0xF8};
    private static final int[] MOV_FROM_DR6 = {0x0F, 0x21, 0xF0};

    private static final long SUPERVISORS = 0x40_0000;

    private final Rig rig = Rig.stepwise();

    @BeforeEach
    void start() {
        rig.longMode(0).handlers();
        rig.register(Rig.RBX, 0x7000);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private void run(int... code) {
        rig.code(code);
        rig.cpu.setRip(Rig.CODE);
        rig.run(1);
    }

    private void asProgram(int... code) {
        rig.longMode(3).handlers();
        run(code);
    }

    private void assertRan(int[] code) {
        assertThat(rig.cpu.rip()).isEqualTo(Rig.CODE + code.length);
    }

    private void assertFaulted(int vector) {
        assertThat(rig.cpu.rip()).isEqualTo(Rig.handler(vector));
    }

    /** HLT, INVD, WBINVD, CLTS, LMSW AX, INVLPG [RAX], SWAPGS, WRMSR, MOV DR7, MOV CR8. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "F4",
                "0F08",
                "0F09",
                "0F06",
                "0F01F0",
                "0F0138",
                "0F01F8",
                "0F30",
                "0F23F8",
                "440F22C0"
            })
    void programsAreRefused(String code) {
        int[] bytes = new int[code.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = Integer.parseInt(code.substring(2 * i, 2 * i + 2), 16);
        }

        asProgram(bytes);

        assertFaulted(GP);
    }

    /** RSM, MONITOR, MWAIT, VMCALL, VMXON, VMRUN, VMMCALL, UD2, WRSS. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "0FAA",
                "0F01C8",
                "0F01C9",
                "0F01C1",
                "F30FC733",
                "0F01D8",
                "0F01D9",
                "0F0B",
                "0F38F603"
            })
    void whatIsNotThereIsUndefined(String code) {
        int[] bytes = new int[code.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = Integer.parseInt(code.substring(2 * i, 2 * i + 2), 16);
        }

        run(bytes);

        assertFaulted(UD);
    }

    @Test
    void hltSleepsBehindItself() {
        rig.code(HLT);

        VmExit exit = rig.run();

        assertThat(exit).isInstanceOf(VmExit.Halt.class);
        assertThat(rig.cpu.rip()).isEqualTo(Rig.CODE + 1);
    }

    @Test
    void invlpgForgetsOnePage() {
        long entry = 0x22000 + 8 * 2; // of the third large page
        rig.register(Rig.RBX, SUPERVISORS);
        rig.put64(SUPERVISORS, 1);
        rig.put64(SUPERVISORS + 0x20_0000, 2);
        run(MOV_RAX_RBX);
        rig.put64(entry, rig.get64(entry) + 0x20_0000);
        run(MOV_RAX_RBX);
        long cached = rig.register(Rig.RAX);

        rig.register(Rig.RBX, SUPERVISORS + 0x12345);
        run(INVLPG);
        rig.register(Rig.RBX, SUPERVISORS);
        run(MOV_RAX_RBX);

        assertThat(cached).isEqualTo(1);
        assertThat(rig.register(Rig.RAX)).isEqualTo(2);
    }

    @Test
    void invlpgOfANonCanonicalAddressDoesNothing() {
        rig.register(Rig.RBX, 1L << 62);

        run(INVLPG);

        assertRan(INVLPG);
    }

    @Test
    void invpcidKnowsFourTypes() {
        for (int type = 0; type < 4; type++) {
            rig.register(Rig.RAX, type);
            run(INVPCID);
            assertRan(INVPCID);
        }
        rig.register(Rig.RAX, 4);
        run(INVPCID);
        assertFaulted(GP);
    }

    @Test
    void invpcidWithoutContextsKnowsContextZero() {
        rig.put64(0x7000, 1);
        rig.register(Rig.RAX, 1);
        run(INVPCID);
        assertFaulted(GP);

        rig.register(Rig.RAX, 2);
        run(INVPCID);
        assertRan(INVPCID);
    }

    @Test
    void invpcidChecksItsAddress() {
        rig.register(Rig.RAX, 0);
        rig.put64(0x7008, 1L << 62);
        run(INVPCID);
        assertFaulted(GP);

        rig.put64(0x7008, 1L << 55); // with 57 bits
        run(INVPCID);
        assertRan(INVPCID);
    }

    @Test
    void segmentBasesNeedFsgsbase() {
        asProgram(WRFSBASE);
        assertFaulted(UD);

        rig.longMode(3);
        rig.cpu.system.cr4 |= Cr4.FSGSBASE;
        rig.register(Rig.RAX, 0x1234);
        run(WRFSBASE);
        rig.register(Rig.RAX, 0);
        run(RDFSBASE);

        assertThat(rig.register(Rig.RAX)).isEqualTo(0x1234);
        assertThat(rig.cpu.segments.base(Segments.FS)).isEqualTo(0x1234);
        rig.register(Rig.RAX, 1L << 60);
        run(WRFSBASE);
        assertFaulted(GP);
    }

    @Test
    void pkruNeedsPkeAndCleanRegisters() {
        run(RDPKRU);
        assertFaulted(UD);

        rig.cpu.system.cr4 |= Cr4.PKE;
        rig.register(Rig.RAX, 0xFFFF_FFFF_5555_5554L);
        rig.register(Rig.RCX, 0);
        rig.register(Rig.RDX, 0);
        run(WRPKRU);
        rig.register(Rig.RDX, -1);
        run(RDPKRU);

        assertThat(rig.register(Rig.RAX)).isEqualTo(0x5555_5554L);
        assertThat(rig.register(Rig.RDX)).isZero();
        rig.register(Rig.RCX, 1);
        run(RDPKRU);
        assertFaulted(GP);
        rig.register(Rig.RCX, 0);
        rig.register(Rig.RDX, 1);
        run(WRPKRU);
        assertFaulted(GP);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 2, 5, 8, 0x8000_0000_0000_0001L})
    void xsetbvRefusesWhatIsIncomplete(long xcr0) {
        rig.cpu.system.cr4 |= Cr4.OSXSAVE;
        rig.register(Rig.RAX, xcr0 & 0xFFFF_FFFFL);
        rig.register(Rig.RDX, xcr0 >>> 32);
        rig.register(Rig.RCX, 0);

        run(XSETBV);

        assertFaulted(GP);
        assertThat(rig.cpu.system.xcr0).isEqualTo(1);
    }

    @Test
    void timeStampDisableHidesTheTscFromPrograms() {
        asProgram(RDTSC);
        assertRan(RDTSC);

        rig.longMode(3);
        rig.cpu.system.cr4 |= Cr4.TSD;
        run(RDTSC);
        assertFaulted(GP);
    }

    @Test
    void rdtscpAndRdpidTellTscAux() {
        rig.nanos = 0x1_0000_0005L;
        rig.cpu.msrs.write(0xC000_0103, 77); // IA32_TSC_AUX

        run(RDTSCP);
        assertThat(rig.register(Rig.RAX)).isEqualTo(5);
        assertThat(rig.register(Rig.RDX)).isEqualTo(1);
        assertThat(rig.register(Rig.RCX)).isEqualTo(77);

        run(RDPID);
        assertThat(rig.register(Rig.RAX)).isEqualTo(77);
    }

    @Test
    void thereAreNoPerformanceCounters() {
        run(RDPMC);

        assertFaulted(GP);
    }

    @Test
    void rdrandSetsCarryAlone() {
        rig.flags(Rflags.OF | Rflags.SF | Rflags.ZF | Rflags.AF | Rflags.PF);
        rig.register(Rig.RAX, 0);

        run(RDRAND);
        long first = rig.register(Rig.RAX);
        run(RDRAND);

        assertThat(rig.register(Rig.RAX)).isNotEqualTo(first);
        assertThat(rig.flags()).isEqualTo(Rflags.CF | 2);
        rig.register(Rig.RAX, 0xABCD_0000L);
        run(RDRAND16);
        assertThat(rig.register(Rig.RAX) >>> 16).isEqualTo(0xABCD);
    }

    @Test
    void clflushFaultsAsALoadWould() {
        rig.longMode(3).handlers();
        rig.register(Rig.RBX, SUPERVISORS);
        run(CLFLUSH);
        assertFaulted(PF);

        rig.longMode(3);
        rig.register(Rig.RBX, 0x7000);
        run(CLFLUSH);
        assertRan(CLFLUSH);
    }

    @Test
    void debugRegisterFourIsSixUnlessDebuggingExtensionsAreOn() {
        rig.register(Rig.RAX, 0);
        run(MOV_DR4);
        assertRan(MOV_DR4);
        run(MOV_FROM_DR6);
        assertThat(rig.register(Rig.RAX)).isEqualTo(0xFFFF_0FF0L);

        rig.cpu.system.cr4 |= Cr4.DE;
        run(MOV_DR4);
        assertFaulted(UD);
    }

    @Test
    void theUpperHalfOfDr7IsReserved() {
        rig.register(Rig.RAX, 1L << 32);

        run(MOV_DR7);

        assertFaulted(GP);
    }

    @Test
    void generalDetectGuardsTheDebugRegisters() {
        rig.register(Rig.RAX, Dr7.GD);
        run(MOV_DR7);

        run(MOV_FROM_DR6);

        assertFaulted(1);
        assertThat(rig.cpu.system.debug[7] & Dr7.GD).isZero();
    }
}
