package dev.lungo.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.cpu.core.Pending;
import dev.lungo.cpu.core.Segments;
import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;
import dev.lungo.isa.Rflags;
import dev.lungo.machine.VmExit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When interrupts come, run in blocks, instruction by instruction, and translated. */
class InterruptsTest {
    private static final int STI = 0xFB;
    private static final int CLI = 0xFA;
    private static final int CLC = 0xF8;
    private static final int HLT = 0xF4;
    private static final int[] IRETQ = {0x48, 0xCF};
    private static final int VECTOR = 0x40;
    private static final long HANDLER = 0x4000;

    /** How the processor runs. */
    enum Way {
        IN_BLOCKS,
        STEPWISE,
        TRANSLATED
    }

    private Rig rig = Rig.inBlocks();

    @BeforeEach
    void startInBlocks() {
        start(Way.IN_BLOCKS);
    }

    private void start(Way way) {
        rig.close();
        rig =
                switch (way) {
                    case IN_BLOCKS -> Rig.inBlocks();
                    case STEPWISE -> Rig.stepwise();
                    case TRANSLATED -> Rig.inBlocks(Rig.Tier.NATIVE);
                };
        rig.longMode(0).handlers();
        rig.longGate(VECTOR, 0x8E, 0, Rig.CODE0, HANDLER);
        rig.bytes(HANDLER, HLT);
        rig.bytes(Rig.handler(2), HLT);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private long pushedRip() {
        return rig.get64(Rig.STACK - 40);
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptWaitsForTheInstructionBehindSti(Way way) {
        start(way);
        rig.code(STI, CLC, CLI, HLT);
        rig.interrupt(VECTOR);

        rig.run();

        assertThat(rig.cpu.rip()).isEqualTo(HANDLER + 1);
        assertThat(pushedRip()).isEqualTo(Rig.CODE + 2);
    }

    @ParameterizedTest
    @EnumSource
    void stiAndCliSideBySideLetNothingIn(Way way) {
        start(way);
        rig.code(STI, CLI, HLT);
        rig.interrupt(VECTOR);

        VmExit exit = rig.run();

        assertThat(exit).isInstanceOf(VmExit.Halt.class);
        assertThat(rig.cpu.rip()).isEqualTo(Rig.CODE + 3);
    }

    @ParameterizedTest
    @EnumSource
    void hltBehindStiIsWokenAndReturnedBehind(Way way) {
        start(way);
        rig.code(STI, HLT);
        rig.interrupt(VECTOR);

        rig.run();

        assertThat(rig.cpu.rip()).isEqualTo(HANDLER + 1);
        assertThat(pushedRip()).isEqualTo(Rig.CODE + 2);
    }

    @ParameterizedTest
    @EnumSource
    void theInstructionBehindMovSsIsShielded(Way way) {
        start(way);
        rig.code(0x8E, 0xD0, CLC, CLC); // MOV SS, AX
        rig.register(Rig.RAX, Rig.DATA0);
        rig.flags(Rflags.IF);
        rig.cpu.raise(Pending.KICK);
        rig.run();
        rig.cpu.raise(Pending.SHADOW); // as if this were the second MOV SS
        rig.interrupt(VECTOR);

        rig.run();

        assertThat(pushedRip()).isEqualTo(Rig.CODE + 3);
    }

    @Test
    void anNmiKeepsOthersOutUntilIret() {
        rig.code(HLT);
        rig.bytes(Rig.handler(2), CLC, HLT, 0x48, 0xCF);
        rig.message(0x4_4400); // NMI

        rig.run();
        long first = rig.cpu.rip();
        rig.message(0x4_4400);
        rig.run();
        long second = rig.cpu.rip();

        assertThat(first).isEqualTo(Rig.handler(2) + 2);
        assertThat(second).isEqualTo(first);
        assertThat(rig.cpu.nmiBlocked).isTrue();
    }

    @Test
    void ofNmisThatCameTogetherTwoAreTaken() {
        rig.code(HLT);
        rig.bytes(Rig.handler(2), 0xFF, 0xC1, 0x48, 0xCF); // inc ecx; iretq
        rig.message(0x4_4400);
        rig.message(0x4_4400);
        rig.message(0x4_4400);

        rig.run();

        assertThat(rig.register(1)).isEqualTo(2);
    }

    @Test
    void iretOpensNmisAgain() {
        rig.code(HLT);
        rig.bytes(Rig.handler(2), IRETQ);
        rig.message(0x4_4400);

        rig.run();

        assertThat(rig.cpu.nmiBlocked).isFalse();
        assertThat(rig.cpu.rip()).isEqualTo(Rig.CODE + 1);
    }

    @Test
    void anApplicationProcessorWaitsForItsStartUpMessage() {
        try (Rig other = Rig.applicationProcessor()) {
            other.bytes(0x3_4000, HLT);

            VmExit waiting = other.run();
            other.interrupt(VECTOR);
            VmExit stillWaiting = other.run();
            other.cpu.startupVector = 0x34;
            other.cpu.raise(Pending.STARTUP);
            VmExit halted = other.run();

            assertThat(waiting).isInstanceOf(VmExit.Halt.class);
            assertThat(stillWaiting).isInstanceOf(VmExit.Halt.class);
            assertThat(halted).isInstanceOf(VmExit.Halt.class);
            assertThat(other.selector(Segments.CS)).isEqualTo(0x3400);
            assertThat(other.cpu.rip()).isEqualTo(1);
        }
    }

    @Test
    void initMakesAnApplicationProcessorWaitAgainAndKeepsItsMsrs() {
        try (Rig other = Rig.applicationProcessor()) {
            other.longMode(0).code(HLT);
            other.cpu.lower(Pending.ASLEEP);
            Raw.putLong(other.cpu.state + State.LSTAR, 0x1234);
            other.cpu.raise(Pending.INIT);

            VmExit exit = other.run();

            assertThat(exit).isInstanceOf(VmExit.Halt.class);
            assertThat(other.cpu.isReal()).isTrue();
            assertThat(other.cpu.linearIp()).isEqualTo(0xFFFF_FFF0L);
            assertThat(Raw.getLong(other.cpu.state + State.LSTAR)).isEqualTo(0x1234);
        }
    }

    @Test
    void aStartUpMessageToARunningProcessorIsIgnored() {
        rig.code(CLC, HLT);
        rig.cpu.startupVector = 0x34;
        rig.cpu.raise(Pending.STARTUP);

        rig.run();

        assertThat(rig.cpu.rip()).isEqualTo(Rig.CODE + 2);
    }
}
