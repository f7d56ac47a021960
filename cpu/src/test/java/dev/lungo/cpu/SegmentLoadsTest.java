package dev.lungo.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.cpu.core.Segments;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SegmentLoadsTest {
    private static final int[] MOV_ES_AX = {0x8E, 0xC0};
    private static final int[] MOV_SS_AX = {0x8E, 0xD0};
    private static final int[] MOV_FS_AX = {0x8E, 0xE0};
    private static final int[] LLDT_AX = {0x0F, 0x00, 0xD0};
    private static final int[] LTR_AX = {0x0F, 0x00, 0xD8};

    private static final long DATA = 0x00CF_9200_0000_FFFFL; // DPL 0, not yet accessed
    private static final long ABSENT = 1L << 47;

    private final Rig rig = Rig.stepwise();

    @AfterEach
    void close() {
        rig.close();
    }

    private void load(int[] code, int selector) {
        rig.handlers().code(code);
        rig.register(Rig.RAX, selector);
        rig.run(1);
    }

    private void assertFault(int vector, long errorCode) {
        assertThat(rig.cpu.rip()).isEqualTo(Rig.handler(vector));
        assertThat(rig.get32(rig.register(Rig.RSP))).isEqualTo(errorCode);
    }

    @Test
    void loadingMarksTheDescriptorAccessed() {
        rig.protectedMode(0).descriptor(Rig.FREE, DATA);

        load(MOV_ES_AX, Rig.FREE);

        assertThat(rig.selector(Segments.ES)).isEqualTo(Rig.FREE);
        assertThat(rig.get8(Rig.GDT + Rig.FREE + 5)).isEqualTo(0x93);
    }

    @Test
    void granularityScalesTheLimit() {
        rig.protectedMode(0).descriptor(Rig.FREE, 0x1280_9200_3456_0010L);

        load(MOV_ES_AX, Rig.FREE);

        assertThat(rig.cpu.segments.limit[Segments.ES]).isEqualTo(0x10_FFF);
        assertThat(rig.cpu.segments.base(Segments.ES)).isEqualTo(0x1200_3456);
    }

    @Test
    void aNullSelectorMakesTheSegmentUnusable() {
        rig.protectedMode(0);

        load(MOV_ES_AX, 3);

        assertThat(rig.selector(Segments.ES)).isEqualTo(3);
        assertThat(rig.cpu.segments.access[Segments.ES] & Segments.PRESENT).isZero();
    }

    @Test
    void beyondTheTableIsAProtectionFaultWithTheSelector() {
        rig.protectedMode(0);

        load(MOV_ES_AX, 0x1003);

        assertFault(13, 0x1000);
    }

    @Test
    void withoutALocalTableItsSelectorsAreProtectionFaults() {
        rig.protectedMode(0);

        load(MOV_ES_AX, 0xC);

        assertFault(13, 0xC);
    }

    @Test
    void anInnerSegmentIsNotForOuterCode() {
        rig.protectedMode(3).descriptor(Rig.FREE, DATA);
        rig.gate(13, 0xEE, Rig.CODE0, Rig.handler(13));

        load(MOV_ES_AX, Rig.FREE);

        assertFault(13, Rig.FREE);
    }

    @Test
    void anAbsentDataSegmentIsNotPresent() {
        rig.protectedMode(0).descriptor(Rig.FREE, DATA & ~ABSENT);

        load(MOV_ES_AX, Rig.FREE);

        assertFault(11, Rig.FREE);
    }

    @Test
    void anAbsentStackSegmentIsAStackFault() {
        rig.protectedMode(0).descriptor(Rig.FREE, DATA & ~ABSENT);

        load(MOV_SS_AX, Rig.FREE);

        assertFault(12, Rig.FREE);
    }

    @Test
    void theStackSegmentMustHaveTheVeryPrivilegeOfTheCode() {
        rig.protectedMode(0).descriptor(Rig.FREE, DATA);

        load(MOV_SS_AX, Rig.FREE | 1);

        assertFault(13, Rig.FREE);
    }

    @Test
    void aNullStackIsAllowedIn64BitKernels() {
        rig.longMode(0);

        load(MOV_SS_AX, 0);

        assertThat(rig.cpu.rip()).isEqualTo(Rig.CODE + 2);
        assertThat(rig.selector(Segments.SS)).isZero();
    }

    @Test
    void in64BitModeFsTakesItsBaseFromTheDescriptor() {
        rig.longMode(0).descriptor(Rig.FREE, 0x12CF_9234_5678_FFFFL);

        load(MOV_FS_AX, Rig.FREE);

        assertThat(rig.cpu.segments.base(Segments.FS)).isEqualTo(0x1234_5678);
    }

    @Test
    void aLocalTableOfLongModeHasA64BitBase() {
        rig.longMode(0).descriptor(Rig.FREE, 0x1200_8234_5678_0FFFL);
        rig.put64(Rig.GDT + Rig.FREE + 8, 0xFFFF_8000L);

        load(LLDT_AX, Rig.FREE);

        assertThat(rig.cpu.segments.base(Segments.LDTR)).isEqualTo(0xFFFF_8000_1234_5678L);
    }

    @Test
    void ltrMarksTheTaskBusy() {
        rig.protectedMode(0).descriptor(Rig.FREE, 0x0000_8901_3000_0067L);

        load(LTR_AX, Rig.FREE);

        assertThat(rig.selector(Segments.TR)).isEqualTo(Rig.FREE);
        assertThat(rig.get8(Rig.GDT + Rig.FREE + 5)).isEqualTo(0x8B);
    }

    @Test
    void ltrOfABusyTaskIsAProtectionFault() {
        rig.protectedMode(0);

        load(LTR_AX, Rig.TASK);

        assertFault(13, Rig.TASK);
    }

    @Test
    void realModeKeepsTheLimit() {
        rig.realMode();
        rig.cpu.segments.limit[Segments.ES] = -1;

        load(MOV_ES_AX, 0x1234);

        assertThat(rig.cpu.segments.base(Segments.ES)).isEqualTo(0x12340);
        assertThat(rig.cpu.segments.limit[Segments.ES]).isEqualTo(-1);
    }
}
