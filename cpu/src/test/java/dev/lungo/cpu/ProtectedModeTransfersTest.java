package dev.lungo.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.cpu.core.Segments;
import dev.lungo.isa.Rflags;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Far JMP, CALL, RET and IRET, and events, in 32-bit protected mode. */
class ProtectedModeTransfersTest {
    private static final int IRET = 0xCF;
    private static final int RETF = 0xCB;
    private static final long TARGET = 0x5000;
    private static final long CODE32 = 0x00CF_9B00_0000_FFFFL;
    private static final long CONFORMING = 0x00CF_9F00_0000_FFFFL;
    private static final long PRESENT = 1L << 47;

    private final Rig rig = Rig.stepwise();

    @AfterEach
    void close() {
        rig.close();
    }

    private static int[] far(int opcode, int selector) {
        return new int[] {opcode, 0, (int) TARGET >> 8, 0, 0, selector & 0xFF, selector >> 8};
    }

    private static int[] jmp(int selector) {
        return far(0xEA, selector);
    }

    private static int[] call(int selector) {
        return far(0x9A, selector);
    }

    private void assertFault(int vector, long errorCode) {
        assertThat(rig.cpu.rip()).isEqualTo(Rig.handler(vector));
        assertThat(rig.get32(rig.register(Rig.RSP))).isEqualTo(errorCode);
    }

    private void push(long... values) {
        for (int i = 0; i < values.length; i++) {
            rig.put32(Rig.STACK + 4L * i, values[i]);
        }
    }

    @Test
    void aJumpKeepsThePrivilegeWhateverTheSelectorAsksFor() {
        rig.protectedMode(3).code(jmp(CODE3_RPL0));

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(TARGET);
        assertThat(rig.selector(Segments.CS)).isEqualTo(Rig.CODE3);
    }

    private static final int CODE3_RPL0 = Rig.CODE3 & ~3;

    @Test
    void userCodeCannotJumpToTheKernel() {
        rig.protectedMode(3).handlers().code(jmp(Rig.CODE0));

        rig.run(1);

        assertFault(13, Rig.CODE0);
    }

    @Test
    void aConformingSegmentRunsAtTheCallersPrivilege() {
        rig.protectedMode(3).code(jmp(Rig.FREE)).descriptor(Rig.FREE, CONFORMING);

        rig.run(1);

        assertThat(rig.cpu.cpl).isEqualTo(3);
        assertThat(rig.selector(Segments.CS)).isEqualTo(Rig.FREE | 3);
    }

    @Test
    void aTargetBeyondTheLimitIsAProtectionFault() {
        rig.protectedMode(0).handlers().code(jmp(Rig.FREE));
        rig.descriptor(Rig.FREE, 0x0040_9B00_0000_4FFFL);

        rig.run(1);

        assertFault(13, 0);
    }

    @Test
    void anAbsentCodeSegmentIsNotPresent() {
        rig.protectedMode(0).handlers().code(jmp(Rig.FREE));
        rig.descriptor(Rig.FREE, CODE32 & ~PRESENT);

        rig.run(1);

        assertFault(11, Rig.FREE);
    }

    @Test
    void aCallPushesSelectorAndOffset() {
        rig.protectedMode(0).code(call(Rig.CODE0));

        rig.run(1);

        assertThat(rig.register(Rig.RSP)).isEqualTo(Rig.STACK - 8);
        assertThat(rig.get32(Rig.STACK - 4)).isEqualTo(Rig.CODE0);
        assertThat(rig.get32(Rig.STACK - 8)).isEqualTo(Rig.CODE + 7);
    }

    @Test
    void aCallGateSwitchesStacksAndCopiesParameters() {
        rig.protectedMode(3).code(call(Rig.FREE));
        rig.descriptor(Rig.FREE, Rig.gate(0xEC, Rig.CODE0, 0x12_3450) | 2L << 32);
        push(0x1111_1111, 0x2222_2222);

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(0x12_3450);
        assertThat(rig.cpu.cpl).isZero();
        assertThat(rig.selector(Segments.SS)).isEqualTo(Rig.DATA0);
        assertThat(rig.register(Rig.RSP)).isEqualTo(Rig.INNER_STACK - 24);
        assertThat(rig.get32(Rig.INNER_STACK - 4)).isEqualTo(Rig.DATA3);
        assertThat(rig.get32(Rig.INNER_STACK - 8)).isEqualTo(Rig.STACK);
        assertThat(rig.get32(Rig.INNER_STACK - 12)).isEqualTo(0x2222_2222);
        assertThat(rig.get32(Rig.INNER_STACK - 16)).isEqualTo(0x1111_1111);
        assertThat(rig.get32(Rig.INNER_STACK - 20)).isEqualTo(Rig.CODE3);
        assertThat(rig.get32(Rig.INNER_STACK - 24)).isEqualTo(Rig.CODE + 7);
    }

    @Test
    void aFarReturnReleasesParametersFromBothStacks() {
        rig.protectedMode(3).code(call(Rig.FREE)).bytes(TARGET, 0xCA, 8, 0); // RETF 8
        rig.descriptor(Rig.FREE, Rig.gate(0xEC, Rig.CODE0, TARGET) | 2L << 32);

        rig.run(2);

        assertThat(rig.cpu.cpl).isEqualTo(3);
        assertThat(rig.cpu.rip()).isEqualTo(Rig.CODE + 7);
        assertThat(rig.register(Rig.RSP)).isEqualTo(Rig.STACK + 8);
        assertThat(rig.selector(Segments.SS)).isEqualTo(Rig.DATA3);
    }

    @Test
    void a16BitCallGatePushesWords() {
        rig.protectedMode(3).code(call(Rig.FREE));
        rig.descriptor(Rig.FREE, Rig.gate(0xE4, Rig.CODE0, TARGET));

        rig.run(1);

        assertThat(rig.register(Rig.RSP)).isEqualTo(Rig.INNER_STACK - 8);
        assertThat(rig.get16(Rig.INNER_STACK - 8)).isEqualTo((int) Rig.CODE + 7);
    }

    @Test
    void aCallGateOfAnInnerDplIsForbidden() {
        rig.protectedMode(3).handlers().code(call(Rig.FREE));
        rig.descriptor(Rig.FREE, Rig.gate(0x8C, Rig.CODE0, TARGET));

        rig.run(1);

        assertFault(13, Rig.FREE);
    }

    @Test
    void aCallGateWithAnInvalidInnerStackIsAnInvalidTss() {
        rig.protectedMode(3).handlers().code(call(Rig.FREE));
        rig.descriptor(Rig.FREE, Rig.gate(0xEC, Rig.CODE0, TARGET));
        rig.gate(10, 0x8E, Rig.FREE + 8, Rig.handler(10));
        rig.descriptor(Rig.FREE + 8, CONFORMING);
        rig.put32(Rig.TSS + 8, Rig.DATA3);

        rig.run(1);

        assertFault(10, Rig.DATA3 & ~3);
    }

    @Test
    void aFarReturnToAnInnerLevelIsForbidden() {
        rig.protectedMode(3).handlers().code(RETF);
        push(TARGET, Rig.CODE0);

        rig.run(1);

        assertFault(13, Rig.CODE0);
    }

    @Test
    void aReturnToAnOuterLevelForgetsInnerDataSegments() {
        rig.protectedMode(0).code(RETF);
        push(TARGET, Rig.CODE3, 0x7000, Rig.DATA3);

        rig.run(1);

        assertThat(rig.cpu.cpl).isEqualTo(3);
        assertThat(rig.selector(Segments.DS)).isZero();
        assertThat(rig.selector(Segments.SS)).isEqualTo(Rig.DATA3);
        assertThat(rig.register(Rig.RSP)).isEqualTo(0x7000);
    }

    @Test
    void iretAtTheSameLevelPopsThreeWords() {
        rig.protectedMode(0).code(IRET);
        push(TARGET, Rig.CODE0, Rflags.CF | Rflags.IF | Rflags.RF | Rflags.IOPL | 2);

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(TARGET);
        assertThat(rig.register(Rig.RSP)).isEqualTo(Rig.STACK + 12);
        assertThat(rig.flags()).isEqualTo(Rflags.CF | Rflags.IF | Rflags.RF | Rflags.IOPL | 2);
    }

    @Test
    void iretOfUserCodeCannotChangeIfOrIopl() {
        rig.protectedMode(3).code(IRET);
        push(TARGET, Rig.CODE3, Rflags.IF | Rflags.IOPL | Rflags.DF | 2);

        rig.run(1);

        assertThat(rig.flags()).isEqualTo(Rflags.DF | 2);
    }

    @Test
    void iretToVirtual8086ModeLoadsAllSegments() {
        rig.protectedMode(0).code(IRET);
        push(0x100, 0x200, Rflags.VM | 2, 0x300, 0x400, 0x500, 0x600, 0x700, 0x800);

        rig.run(1);

        assertThat(rig.cpu.isVm86()).isTrue();
        assertThat(rig.cpu.cpl).isEqualTo(3);
        assertThat(rig.cpu.linearIp()).isEqualTo(0x2100);
        assertThat(rig.register(Rig.RSP)).isEqualTo(0x300);
        assertThat(rig.cpu.segments.base(Segments.SS)).isEqualTo(0x4000);
        assertThat(rig.selector(Segments.ES)).isEqualTo(0x500);
        assertThat(rig.selector(Segments.DS)).isEqualTo(0x600);
        assertThat(rig.selector(Segments.FS)).isEqualTo(0x700);
        assertThat(rig.selector(Segments.GS)).isEqualTo(0x800);
    }

    @Test
    void anExceptionInVirtual8086ModePushesTheSegmentsAndNullsThem() {
        rig.protectedMode(0).handlers().code(IRET).bytes(0x2100, 0x0F, 0x0B);
        push(0x100, 0x200, Rflags.VM | 2, 0x300, 0x400, 0x500, 0x600, 0x700, 0x800);

        rig.run(2);

        long esp = rig.register(Rig.RSP);
        assertThat(rig.cpu.rip()).isEqualTo(Rig.handler(6));
        assertThat(rig.cpu.isVm86()).isFalse();
        assertThat(esp).isEqualTo(Rig.INNER_STACK - 36);
        assertThat(rig.get32(esp)).isEqualTo(0x100);
        assertThat(rig.get32(esp + 4)).isEqualTo(0x200);
        assertThat(rig.get32(esp + 8)).isEqualTo(Rflags.VM | Rflags.RF | 2);
        assertThat(rig.get32(esp + 12)).isEqualTo(0x300);
        assertThat(rig.get32(esp + 16)).isEqualTo(0x400);
        assertThat(rig.get32(esp + 20)).isEqualTo(0x500);
        assertThat(rig.get32(esp + 32)).isEqualTo(0x800);
        assertThat(rig.selector(Segments.DS)).isZero();
    }

    @Test
    void intNInVirtual8086ModeNeedsIopl3() {
        rig.protectedMode(0).handlers().code(IRET).bytes(0x2100, 0xCD, 0x21);
        push(0x100, 0x200, Rflags.VM | 2, 0x300, 0x400, 0, 0, 0, 0);

        rig.run(2);

        assertFault(13, 0);
    }

    @Test
    void anInterruptGateClosesInterruptsAndATrapGateDoesNot() {
        rig.protectedMode(0).handlers().code(0xCC, 0xCC); // INT3
        rig.gate(3, 0x8F, Rig.CODE0, TARGET);
        rig.flags(Rflags.IF);

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(TARGET);
        assertThat(rig.flags()).isEqualTo(Rflags.IF | 2);
    }

    @Test
    void a16BitInterruptGatePushesWords() {
        rig.protectedMode(0).code(0xCC);
        rig.gate(3, 0x86, Rig.CODE0, TARGET);

        rig.run(1);

        assertThat(rig.register(Rig.RSP)).isEqualTo(Rig.STACK - 6);
        assertThat(rig.get16(Rig.STACK - 6)).isEqualTo((int) Rig.CODE + 1);
    }

    @Test
    void aStackThatIsFullMakesADoubleFaultOfAStackFault() {
        rig.protectedMode(0).handlers().code(0x50); // PUSH EAX
        rig.descriptor(Rig.FREE, 0x0040_9300_0000_0FFFL);
        rig.cpu.segments.limit[Segments.SS] = 0xFFF;
        rig.descriptor(Rig.FREE + 8, 0x0000_8900_0000_0067L | 0x14000L << 16);
        rig.gate(8, 0x85, Rig.FREE + 8, 0);
        rig.put32(0x14020, TARGET);
        rig.put32(0x14038, 0x6000);
        for (int i = 0; i < 6; i++) {
            rig.put32(0x14048 + 4L * i, i == 1 ? Rig.CODE0 : Rig.DATA0);
        }
        rig.cpu.updateMode();

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(TARGET);
        assertThat(rig.selector(Segments.TR)).isEqualTo(Rig.FREE + 8);
        assertThat(rig.get32(0x6000 - 4)).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void aWayBetweenBlocksIsForgottenWhenTheLimitOfCsShrinks(Rig.Tier tier) {
        try (Rig blocks = Rig.inBlocks(tier)) {
            blocks.protectedMode(0).handlers();
            int small = blocks.descriptor(Rig.FREE, 0x0040_9B00_0000_4FFFL);
            int[] jumpBeyond = {0xEB, 0x7E, 0xF4}; // JMP +7Eh, HLT
            blocks.bytes(0x4F80, jumpBeyond).bytes(0x5000, 0xEA, 0x80, 0x4F, 0, 0, small, 0);
            blocks.bytes(Rig.handler(13), 0xF4);
            blocks.cpu.setRip(0x4F80);

            blocks.run();

            assertThat(blocks.cpu.rip()).isEqualTo(Rig.handler(13) + 1);
            assertThat(blocks.get32(blocks.register(Rig.RSP) + 4)).isEqualTo(0x4F80);
        }
    }
}
