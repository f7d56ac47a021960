package dev.lungo.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.cpu.core.Segments;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Rflags;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Instructions that look at descriptors, or keep the registers of their tables. */
class DescriptorsTest {
    private static final int[] LAR_EBX_EAX = {0x0F, 0x02, 0xD8};
    private static final int[] LSL_EBX_EAX = {0x0F, 0x03, 0xD8};
    private static final int[] VERR_AX = {0x0F, 0x00, 0xE0};
    private static final int[] VERW_AX = {0x0F, 0x00, 0xE8};
    private static final int[] SGDT_RBX = {0x0F, 0x01, 0x03};
    private static final int[] LGDT_RBX = {0x0F, 0x01, 0x13};
    private static final int[] SLDT_AX = {0x0F, 0x00, 0xC0};

    private final Rig rig = Rig.stepwise();

    @AfterEach
    void close() {
        rig.close();
    }

    private boolean ask(int[] code, int selector) {
        rig.code(code);
        rig.register(Rig.RAX, selector);
        rig.register(Rig.RBX, 0x5555);
        rig.run(1);
        return (rig.flags() & Rflags.ZF) != 0;
    }

    @Test
    void larGivesTheAccessRights() {
        rig.protectedMode(0);

        assertThat(ask(LAR_EBX_EAX, Rig.DATA3)).isTrue();
        assertThat(rig.register(Rig.RBX)).isEqualTo(0x00C0_F300);
    }

    @Test
    void larOfAnInnerSegmentLeavesTheDestination() {
        rig.protectedMode(3);

        assertThat(ask(LAR_EBX_EAX, Rig.DATA0)).isFalse();
        assertThat(rig.register(Rig.RBX)).isEqualTo(0x5555);
    }

    @Test
    void larKnowsCallGatesButNotInterruptGates() {
        rig.protectedMode(0);
        rig.descriptor(Rig.FREE, Rig.gate(0x8C, Rig.CODE0, 0));
        rig.descriptor(Rig.FREE + 8, Rig.gate(0x8E, Rig.CODE0, 0));

        assertThat(ask(LAR_EBX_EAX, Rig.FREE)).isTrue();
        rig.cpu.setRip(Rig.CODE);
        assertThat(ask(LAR_EBX_EAX, Rig.FREE + 8)).isFalse();
    }

    @Test
    void lslScalesTheLimit() {
        rig.protectedMode(0);

        assertThat(ask(LSL_EBX_EAX, Rig.CODE0)).isTrue();
        assertThat(rig.register(Rig.RBX)).isEqualTo(0xFFFF_FFFFL);
    }

    @Test
    void lslDoesNotKnowGates() {
        rig.protectedMode(0).descriptor(Rig.FREE, Rig.gate(0x8C, Rig.CODE0, 0));

        assertThat(ask(LSL_EBX_EAX, Rig.FREE)).isFalse();
    }

    @Test
    void verwRefusesReadOnlyDataThatVerrAllows() {
        rig.protectedMode(0).descriptor(Rig.FREE, 0x00CF_9100_0000_FFFFL);

        assertThat(ask(VERR_AX, Rig.FREE)).isTrue();
        rig.cpu.setRip(Rig.CODE);
        assertThat(ask(VERW_AX, Rig.FREE)).isFalse();
    }

    @Test
    void aSelectorBeyondTheTableIsMerelyNotAllowed() {
        rig.protectedMode(0);

        assertThat(ask(VERR_AX, 0x1000)).isFalse();
        assertThat(rig.cpu.rip()).isEqualTo(Rig.CODE + 3);
    }

    @Test
    void sgdtStoresTenBytesIn64BitMode() {
        rig.longMode(0).code(SGDT_RBX);
        rig.register(Rig.RBX, 0x5000);

        rig.run(1);

        assertThat(rig.get16(0x5000)).isEqualTo(0xFFF);
        assertThat(rig.get64(0x5002)).isEqualTo(Rig.GDT);
    }

    @Test
    void lgdtOf16BitsLoads24BitsOfBase() {
        rig.protectedMode(0).code(0x66, LGDT_RBX[0], LGDT_RBX[1], LGDT_RBX[2]);
        rig.register(Rig.RBX, 0x5000);
        rig.put16(0x5000, 0x7F);
        rig.put32(0x5002, 0x1234_5678);

        rig.run(1);

        assertThat(rig.cpu.system.gdtLimit).isEqualTo(0x7F);
        assertThat(rig.cpu.system.gdtBase).isEqualTo(0x34_5678);
    }

    @Test
    void lgdtOfANonCanonicalBaseIsAProtectionFault() {
        rig.longMode(0).handlers().code(LGDT_RBX);
        rig.register(Rig.RBX, 0x5000);
        rig.put64(0x5002, 1L << 60);

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(Rig.handler(13));
    }

    @Test
    void umipKeepsSldtFromUserCode() {
        rig.longMode(3).handlers().code(SLDT_AX);
        rig.cpu.system.cr4 |= Cr4.UMIP;

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(Rig.handler(13));
    }

    @Test
    void arplRaisesTheRequestedPrivilege() {
        rig.protectedMode(0).code(0x63, 0xD8); // ARPL AX, BX
        rig.register(Rig.RAX, 0x1008);
        rig.register(Rig.RBX, 3);

        rig.run(1);

        assertThat(rig.register(Rig.RAX)).isEqualTo(0x100B);
        assertThat(rig.flags() & Rflags.ZF).isNotZero();
    }

    @Test
    void ldsLoadsOffsetAndSegment() {
        rig.protectedMode(0).code(0xC5, 0x03); // LDS EAX, [EBX]
        rig.register(Rig.RBX, 0x5000);
        rig.put32(0x5000, 0x1234_5678);
        rig.put16(0x5004, Rig.DATA3);

        rig.run(1);

        assertThat(rig.register(Rig.RAX)).isEqualTo(0x1234_5678);
        assertThat(rig.selector(Segments.DS)).isEqualTo(Rig.DATA3);
    }

    @Test
    void boundRaisesBrOutsideTheBounds() {
        rig.protectedMode(0).handlers().code(0x62, 0x03); // BOUND EAX, [EBX]
        rig.register(Rig.RAX, 11);
        rig.register(Rig.RBX, 0x5000);
        rig.put32(0x5000, -10);
        rig.put32(0x5004, 10);

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(Rig.handler(5));
    }
}
