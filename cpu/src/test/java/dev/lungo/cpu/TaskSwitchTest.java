package dev.lungo.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.cpu.core.Segments;
import dev.lungo.isa.Cr0;
import dev.lungo.isa.Dr6;
import dev.lungo.isa.Rflags;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TaskSwitchTest {
    private static final int OTHER = Rig.FREE;
    private static final long OTHER_TSS = 0x14000;
    private static final long OTHER_CODE = 0x5000;
    private static final long OTHER_STACK = 0x6000;
    private static final int TASK_GATE = Rig.FREE + 8;

    private static final int[] JMP_OTHER = {0xEA, 0, 0, 0, 0, OTHER, 0};
    private static final int[] CALL_OTHER = {0x9A, 0, 0, 0, 0, OTHER, 0};
    private static final int IRET = 0xCF;

    private final Rig rig = Rig.stepwise();

    @BeforeEach
    void makeAnotherTask() {
        rig.protectedMode(0).handlers();
        rig.descriptor(OTHER, 0x0000_8900_0000_0067L | OTHER_TSS << 16);
        rig.descriptor(TASK_GATE, Rig.gate(0x85, OTHER, 0));
        rig.put32(OTHER_TSS + 0x20, OTHER_CODE);
        rig.put32(OTHER_TSS + 0x24, 2);
        rig.put32(OTHER_TSS + 0x28, 0x1234_5678); // EAX
        rig.put32(OTHER_TSS + 0x38, OTHER_STACK);
        for (int i = 0; i < 6; i++) {
            rig.put32(OTHER_TSS + 0x48 + 4L * i, i == 1 ? Rig.CODE0 : Rig.DATA0);
        }
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private int typeOf(int selector) {
        return rig.get8(Rig.GDT + selector + 5) & 0xF;
    }

    @Test
    void aJumpSavesTheOldTaskAndFreesIt() {
        rig.code(JMP_OTHER);
        rig.register(Rig.RBX, 0xBBBB);

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(OTHER_CODE);
        assertThat(rig.register(Rig.RAX)).isEqualTo(0x1234_5678);
        assertThat(rig.register(Rig.RSP)).isEqualTo(OTHER_STACK);
        assertThat(rig.selector(Segments.TR)).isEqualTo(OTHER);
        assertThat(rig.cpu.system.cr0 & Cr0.TS).isNotZero();
        assertThat(rig.flags()).isEqualTo(2);
        assertThat(rig.get32(Rig.TSS + 0x20)).isEqualTo(Rig.CODE + 7);
        assertThat(rig.get32(Rig.TSS + 0x34)).isEqualTo(0xBBBB);
        assertThat(rig.get16(Rig.TSS + 0x4C)).isEqualTo(Rig.CODE0);
        assertThat(typeOf(Rig.TASK)).isEqualTo(9);
        assertThat(typeOf(OTHER)).isEqualTo(11);
    }

    @Test
    void aCallNestsAndIretComesBack() {
        rig.code(CALL_OTHER).bytes(OTHER_CODE, IRET);

        rig.run(1);
        long nested = rig.flags();
        int link = rig.get16(OTHER_TSS);
        int caller = typeOf(Rig.TASK);
        rig.run(1);

        assertThat(nested).isEqualTo(Rflags.NT | 2);
        assertThat(link).isEqualTo(Rig.TASK);
        assertThat(caller).isEqualTo(11);
        assertThat(rig.cpu.rip()).isEqualTo(Rig.CODE + 7);
        assertThat(rig.selector(Segments.TR)).isEqualTo(Rig.TASK);
        assertThat(typeOf(OTHER)).isEqualTo(9);
        assertThat(rig.get32(OTHER_TSS + 0x24) & Rflags.NT).isZero();
    }

    @Test
    void aTaskGateLeadsToItsTask() {
        rig.code(0xEA, 0, 0, 0, 0, TASK_GATE, 0);

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(OTHER_CODE);
    }

    @Test
    void anExceptionThroughATaskGatePushesItsCodeOnTheNewStack() {
        rig.gate(13, 0x85, OTHER, 0);
        rig.code(0xCD, 0x60); // INT 60h, which has no gate

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(OTHER_CODE);
        assertThat(rig.register(Rig.RSP)).isEqualTo(OTHER_STACK - 4);
        assertThat(rig.get32(OTHER_STACK - 4)).isEqualTo(0x60 << 3 | 2);
        assertThat(rig.get32(Rig.TSS + 0x20)).isEqualTo(Rig.CODE);
        assertThat(rig.get32(Rig.TSS + 0x24)).isEqualTo(Rflags.RF | 2);
    }

    @Test
    void aBusyTaskCannotBeCalled() {
        rig.code(0x9A, 0, 0, 0, 0, Rig.TASK, 0);

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(Rig.handler(13));
        assertThat(rig.get32(rig.register(Rig.RSP))).isEqualTo(Rig.TASK);
    }

    @Test
    void aTssThatIsTooShortIsInvalid() {
        rig.descriptor(OTHER, 0x0000_8900_0000_0066L | OTHER_TSS << 16);
        rig.code(JMP_OTHER);

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(Rig.handler(10));
        assertThat(rig.get32(rig.register(Rig.RSP))).isEqualTo(OTHER);
        assertThat(rig.selector(Segments.TR)).isEqualTo(Rig.TASK);
    }

    @Test
    void anAbsentDataSegmentFaultsInTheNewTask() {
        int absent = rig.descriptor(Rig.FREE + 16, 0x00CF_1300_0000_FFFFL);
        rig.put32(OTHER_TSS + 0x54, absent); // DS
        rig.code(JMP_OTHER);

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(Rig.handler(11));
        assertThat(rig.selector(Segments.TR)).isEqualTo(OTHER);
        assertThat(rig.register(Rig.RSP)).isEqualTo(OTHER_STACK - 16);
        assertThat(rig.get32(OTHER_STACK - 16)).isEqualTo(absent);
        assertThat(rig.get32(OTHER_STACK - 12)).isEqualTo(OTHER_CODE);
    }

    @Test
    void theTrapFlagOfATssStopsBeforeTheFirstInstruction() {
        rig.put16(OTHER_TSS + 0x64, 1);
        rig.code(JMP_OTHER).bytes(OTHER_CODE, 0xF8);

        rig.run(2);

        assertThat(rig.cpu.system.debug[6]).isEqualTo(Dr6.FIXED | Dr6.BT);
        assertThat(rig.get32(OTHER_STACK - 12)).isEqualTo(OTHER_CODE);
    }

    @Test
    void a16BitTaskLeavesFsAndGsNull() {
        rig.descriptor(OTHER, 0x0000_8100_0000_002BL | OTHER_TSS << 16);
        rig.put16(OTHER_TSS + 0x0E, OTHER_CODE);
        rig.put16(OTHER_TSS + 0x10, 2);
        rig.put16(OTHER_TSS + 0x12, 0xAAAA);
        for (int i = 0; i < 4; i++) {
            rig.put16(OTHER_TSS + 0x22 + 2L * i, i == 1 ? Rig.CODE0 : Rig.DATA0);
        }
        rig.put16(OTHER_TSS + 0x2A, 0);
        rig.code(JMP_OTHER);

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(OTHER_CODE);
        assertThat(rig.register(Rig.RAX) & 0xFFFF).isEqualTo(0xAAAA);
        assertThat(rig.selector(Segments.FS)).isZero();
    }
}
