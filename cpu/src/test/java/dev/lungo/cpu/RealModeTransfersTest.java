package dev.lungo.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.cpu.core.Segments;
import dev.lungo.isa.Rflags;
import dev.lungo.machine.VmExit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RealModeTransfersTest {
    private final Rig rig = Rig.stepwise();

    @BeforeEach
    void start() {
        rig.realMode();
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private void vector(int number, int segment, int offset) {
        rig.put32(4L * number, (long) segment << 16 | offset);
    }

    @Test
    void intNPushesFlagsSelectorAndOffset() {
        rig.code(0xCD, 0x21);
        vector(0x21, 0x1234, 0x10);
        rig.flags(Rflags.IF | Rflags.TF | Rflags.AC | Rflags.CF);

        rig.run(1);

        assertThat(rig.cpu.linearIp()).isEqualTo(0x12350);
        assertThat(rig.register(Rig.RSP)).isEqualTo(Rig.STACK - 6);
        assertThat(rig.get16(Rig.STACK - 6)).isEqualTo((int) Rig.CODE + 2);
        assertThat(rig.get16(Rig.STACK - 4)).isZero();
        assertThat(rig.get16(Rig.STACK - 2)).isEqualTo(0x303); // CF, bit 1, TF, IF
        assertThat(rig.flags()).isEqualTo(Rflags.CF | 2);
    }

    @Test
    void iretRestoresThem() {
        rig.code(0xCF);
        rig.put16(Rig.STACK, 0x20);
        rig.put16(Rig.STACK + 2, 0x300);
        rig.put16(Rig.STACK + 4, Rflags.IF | Rflags.IOPL | Rflags.NT | Rflags.ZF);

        rig.run(1);

        assertThat(rig.cpu.linearIp()).isEqualTo(0x3020);
        assertThat(rig.flags()).isEqualTo(Rflags.IF | Rflags.IOPL | Rflags.NT | Rflags.ZF | 2);
    }

    @Test
    void anExceptionPushesNoErrorCode() {
        rig.code(0x8B, 0x06, 0xFF, 0xFF); // MOV AX, [FFFFh]: beyond the limit
        vector(13, 0, 0x4000);

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(0x4000);
        assertThat(rig.register(Rig.RSP)).isEqualTo(Rig.STACK - 6);
        assertThat(rig.get16(Rig.STACK - 6)).isEqualTo((int) Rig.CODE);
    }

    @Test
    void aVectorBeyondTheTableIsAProtectionFault() {
        rig.code(0xCD, 0x21);
        rig.cpu.system.idtLimit = 0x21 * 4 + 2;
        vector(13, 0, 0x4000);

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(0x4000);
    }

    @Test
    void withoutATableAnExceptionShutsDown() {
        rig.code(0x0F, 0x0B);
        rig.cpu.system.idtLimit = 0;

        assertThat(rig.run()).isInstanceOf(VmExit.Shutdown.class);
    }

    @Test
    void aStackTooSmallForAnInterruptShutsDown() {
        rig.code(0xCD, 0x21);
        rig.register(Rig.RSP, 1);

        assertThat(rig.run()).isInstanceOf(VmExit.Shutdown.class);
    }

    @Test
    void aFarJumpSetsTheBaseOfCs() {
        rig.code(0xEA, 0x10, 0x00, 0x00, 0xF0);

        rig.run(1);

        assertThat(rig.cpu.linearIp()).isEqualTo(0xF0010);
        assertThat(rig.selector(Segments.CS)).isEqualTo(0xF000);
    }

    @Test
    void aFarCallReturnsBehindItself() {
        rig.code(0x9A, 0x00, 0x00, 0x00, 0x03).bytes(0x3000, 0xCB);

        rig.run(2);

        assertThat(rig.cpu.rip()).isEqualTo(Rig.CODE + 5);
        assertThat(rig.selector(Segments.CS)).isZero();
        assertThat(rig.register(Rig.RSP)).isEqualTo(Rig.STACK);
    }

    @Test
    void protectedModeIsUndefinedHereForItsOwnInstructions() {
        rig.code(0x0F, 0x00, 0xD8); // LTR AX
        vector(6, 0, 0x4000);

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(0x4000);
    }
}
