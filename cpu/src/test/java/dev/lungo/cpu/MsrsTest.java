package dev.lungo.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.cpu.core.Segments;
import dev.lungo.isa.Efer;
import dev.lungo.isa.Msr;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MsrsTest {
    private static final int[] RDMSR = {0x0F, 0x32};
    private static final int[] WRMSR = {0x0F, 0x30};
    private static final int[] RDTSC = {0x0F, 0x31};
    private static final int[] SWAPGS = {0x0F, 0x01, 0xF8};

    private final Rig rig = Rig.stepwise();

    @BeforeEach
    void start() {
        rig.longMode(0).handlers();
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private boolean run(int[] code) {
        rig.code(code);
        rig.cpu.setRip(Rig.CODE);
        rig.run(1);
        if (rig.cpu.rip() != Rig.CODE + code.length) {
            assertThat(rig.cpu.rip()).isEqualTo(Rig.handler(13));
            return false;
        }
        return true;
    }

    private boolean write(int msr, long value) {
        rig.register(Rig.RAX, value & 0xFFFF_FFFFL);
        rig.register(Rig.RDX, value >>> 32);
        rig.register(Rig.RCX, msr);
        return run(WRMSR);
    }

    private boolean canRead(int msr) {
        rig.register(Rig.RCX, msr);
        return run(RDMSR);
    }

    private long edxEax() {
        return rig.register(Rig.RDX) << 32 | rig.register(Rig.RAX);
    }

    private long read(int msr) {
        assertThat(canRead(msr)).isTrue();
        return edxEax();
    }

    @ParameterizedTest
    @CsvSource({
        // SYSENTER and SYSCALL
        "174, 0000000012345678",
        "175, 0000123456789ABC",
        "176, FFFF923456789ABC",
        "C0000081, FFFFFFFFFFFFFFFF",
        "C0000082, 0000123456789ABC",
        "C0000083, 0000123456789ABC",
        "C0000084, 00000000FFFFFFFF",
        "C0000100, 00F0123456789ABC", // 57 bits, whatever CR4.LA57 says
        "C0000101, 0000123456789ABC",
        "C0000102, 0000123456789ABC",
        "C0000103, 00000000FFFFFFFF",
        // Memory types
        "277, 0706050401000706",
        "200, 000000FFFFFFF006",
        "20F, 000000FFFFFFF800",
        "250, 0606060606060606",
        "26F, 0001040506000104",
        "2FF, 0000000000000C06",
        // Machine check, speculation, debugging
        "17A, 0000000000000007",
        "400, FFFFFFFFFFFFFFFF",
        "40E, AAAAAAAAAAAAAAAA",
        "48, 0000000000000007",
        "1D9, 0000000000000002",
        "DA0, 0000000000000000",
        "6E0, 0000000000000000",
        // MISC_ENABLE; bits 7, 11 and 12 say what is not there
        "1A0, 0000000400C51809",
    })
    void aValidValueIsReadBack(String address, String value) {
        int msr = Integer.parseUnsignedInt(address, 16);
        long wanted = Long.parseUnsignedLong(value, 16);

        boolean written = write(msr, wanted);

        assertThat(written).isTrue();
        assertThat(read(msr)).isEqualTo(wanted);
    }

    @ParameterizedTest
    @CsvSource({
        // Not canonical
        "175, AAAAAAAAAAAAAAAA",
        "176, AAAAAAAAAAAAAAAA",
        "C0000082, AAAAAAAAAAAAAAAA",
        "C0000083, AAAAAAAAAAAAAAAA",
        "C0000100, AAAAAAAAAAAAAAAA",
        "C0000101, 8000000000000000",
        "C0000102, AAAAAAAAAAAAAAAA",
        // Reserved bits
        "C0000084, 0000000100000000",
        "C0000103, 0000000100000000",
        "C0000080, 0000000000000002",
        "C0000080, 0000000000001D01", // SVME
        "1A0, 0000000000000002",
        "48, 0000000000000008",
        "1D9, 0000000000000001",
        "49, 0000000000000002",
        "DA0, 0000000000000100",
        "17A, 0000000000000008",
        "400, 0000000000000001", // all or nothing
        "401, 0000000000000001", // can only be cleared
        "200, 0000010000000006",
        "201, 0000000000000400",
        // Types that there are not
        "277, 0706050401000702",
        "277, 0706050401000708",
        "200, 0000000000000002",
        "250, 0600000000000007",
        "2FF, 0000000000000003",
        // Read-only, or locked
        "FE, 0000000000000508",
        "10A, 0000000000000000",
        "179, 0000000000000000",
        "3A, 0000000000000005",
        "17, 0000000000000000",
        // Not there
        "480, 0000000000000000",
        "410, 0000000000000000",
        "210, 0000000000000000",
        "251, 0000000000000000",
        "10B, 0000000000000001",
        "C0010015, 0000000000000000",
        "808, 0000000000000000", // not in x2APIC mode
    })
    void anInvalidValueIsRefused(String address, String value) {
        int msr = Integer.parseUnsignedInt(address, 16);

        boolean written = write(msr, Long.parseUnsignedLong(value, 16));

        assertThat(written).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"0", "C1", "34", "49", "10B", "414", "480", "802", "C0000104", "40000000"})
    void aRegisterThatIsNotThereCannotBeRead(String address) {
        boolean readable = canRead(Integer.parseUnsignedInt(address, 16));

        assertThat(readable).isFalse();
    }

    @Test
    void programsHaveNoMsrs() {
        rig.longMode(3).handlers();

        boolean readable = canRead(Msr.IA32_TIME_STAMP_COUNTER);

        assertThat(readable).isFalse();
    }

    @Test
    void lmaCannotBeWrittenAndLmeNotWhilePaging() {
        boolean same = write(Msr.IA32_EFER, Efer.LME | Efer.NXE);
        boolean withoutLme = write(Msr.IA32_EFER, Efer.NXE);

        assertThat(same).isTrue();
        assertThat(withoutLme).isFalse();
        assertThat(rig.cpu.system.efer).isEqualTo(Efer.LME | Efer.LMA | Efer.NXE);
    }

    @Test
    void theTscFollowsTheClockAndWritesMoveIt() {
        rig.nanos = 1_000;
        long before = read(Msr.IA32_TIME_STAMP_COUNTER);
        write(Msr.IA32_TIME_STAMP_COUNTER, 50_000);
        rig.nanos = 1_007;
        run(RDTSC);

        assertThat(before).isEqualTo(1_000);
        assertThat(edxEax()).isEqualTo(50_007);
        assertThat(read(Msr.IA32_TSC_ADJUST)).isEqualTo(49_000);
    }

    @Test
    void tscAdjustMovesTheTscByTheDifference() {
        rig.nanos = 1_000;
        write(Msr.IA32_TSC_ADJUST, 500);
        write(Msr.IA32_TSC_ADJUST, 200);

        assertThat(read(Msr.IA32_TIME_STAMP_COUNTER)).isEqualTo(1_200);
    }

    @Test
    void resetZeroesTheTsc() {
        rig.nanos = 1_000;
        write(Msr.IA32_TSC_ADJUST, 500);

        rig.cpu.reset();

        assertThat(rig.cpu.tsc.read()).isZero();
        assertThat(rig.cpu.msrs.read(Msr.IA32_TSC_ADJUST)).isZero();
        assertThat(rig.cpu.msrs.read(Msr.IA32_PAT)).isEqualTo(0x0007_0406_0007_0406L);
    }

    @Test
    void x2apicRegistersAppearWithTheMode() {
        write(Msr.IA32_APIC_BASE, read(Msr.IA32_APIC_BASE) | 1 << 10);

        boolean written = write(Msr.IA32_X2APIC_TPR, 0x40);
        boolean reserved = write(Msr.IA32_X2APIC_TPR, 0x100);

        assertThat(written).isTrue();
        assertThat(reserved).isFalse();
        assertThat(read(Msr.IA32_X2APIC_TPR)).isEqualTo(0x40);
        assertThat(rig.apic.cr8()).isEqualTo(4);
    }

    @Test
    void microcodeCannotBeImprovedOn() {
        boolean updated = write(Msr.IA32_BIOS_UPDT_TRIG, 0x1234);

        assertThat(updated).isTrue();
        assertThat(read(Msr.IA32_BIOS_SIGN_ID)).isEqualTo(0xFFFF_FFFF_0000_0000L);
    }

    @Test
    void swapgsExchangesTheBases() {
        write(Msr.IA32_GS_BASE, 0x1111);
        write(Msr.IA32_KERNEL_GS_BASE, 0x2222);

        run(SWAPGS);

        assertThat(rig.cpu.segments.base(Segments.GS)).isEqualTo(0x2222);
        assertThat(read(Msr.IA32_KERNEL_GS_BASE)).isEqualTo(0x1111);
    }
}
