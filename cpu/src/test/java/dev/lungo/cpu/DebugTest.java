package dev.lungo.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.isa.Dr6;
import dev.lungo.isa.Dr7;
import dev.lungo.isa.Rflags;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Breakpoints and single-stepping, in 64-bit mode. */
class DebugTest {
    private static final int CLC = 0xF8;
    private static final int INT1 = 0xF1;
    private static final int[] POPFQ = {0x9D, CLC, CLC};
    private static final int[] MOV_SS_AX = {0x8E, 0xD0, CLC, CLC};

    /** MOV [RBX], AL. */
    private static final int[] STORE = {0x88, 0x03, CLC};

    private final Rig rig = Rig.stepwise();

    @BeforeEach
    void start() {
        rig.longMode(0).handlers();
        rig.cpu.debug.write(6, 0);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private void assertTrapAt(long rip, long cause) {
        assertThat(rig.cpu.rip()).isEqualTo(Rig.handler(1));
        assertThat(rig.get64(rig.register(Rig.RSP))).isEqualTo(rip);
        assertThat(rig.cpu.debug.read(6)).isEqualTo(Dr6.FIXED | cause);
    }

    private long pushedFlags() {
        return rig.get64(rig.register(Rig.RSP) + 16);
    }

    @Test
    void theFirstStepIsTheInstructionAfterPopf() {
        rig.code(POPFQ);
        rig.put64(Rig.STACK, Rflags.TF | 2);

        rig.run(2);

        assertTrapAt(Rig.CODE + 2, Dr6.BS);
        assertThat(pushedFlags()).isEqualTo(Rflags.TF | 2);
        assertThat(rig.flags() & Rflags.TF).isZero();
    }

    @Test
    void movToSsPutsTheStepOff() {
        rig.code(MOV_SS_AX);
        rig.register(Rig.RAX, Rig.DATA0);
        rig.flags(Rflags.TF);

        rig.run(2);

        assertTrapAt(Rig.CODE + 3, Dr6.BS);
    }

    @Test
    void anInstructionBreakpointIsAFaultAndRfPassesIt() {
        rig.code(CLC, CLC);
        rig.cpu.debug.write(0, Rig.CODE + 1);
        rig.cpu.debug.write(7, Dr7.G0);

        rig.run(1);
        rig.run(1); // of the handler: the breakpoint's own instruction never began
        long rip = rig.get64(Rig.STACK - 40);
        rig.flags(Rflags.RF);
        rig.cpu.setRip(Rig.CODE + 1);
        rig.run(1);

        assertThat(rip).isEqualTo(Rig.CODE + 1);
        assertThat(rig.cpu.debug.read(6)).isEqualTo(Dr6.FIXED | Dr6.B0);
        assertThat(rig.cpu.rip()).isEqualTo(Rig.CODE + 2);
        assertThat(rig.flags() & Rflags.RF).isZero();
    }

    @Test
    void aDataBreakpointTrapsBehindTheStore() {
        rig.code(STORE);
        rig.register(Rig.RBX, 0x5003);
        rig.cpu.debug.write(1, 0x5000);
        rig.cpu.debug.write(7, Dr7.L1 | 0xDL << 20); // writes of 4 bytes

        rig.run(1);

        assertTrapAt(Rig.CODE + 2, Dr6.B1);
        assertThat(pushedFlags() & Rflags.RF).isZero();
    }

    @Test
    void aStoreBesideADataBreakpointDoesNotTrap() {
        rig.code(STORE);
        rig.register(Rig.RBX, 0x5004);
        rig.cpu.debug.write(1, 0x5000);
        rig.cpu.debug.write(7, Dr7.L1 | 0xDL << 20);

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(Rig.CODE + 2);
    }

    @Test
    void int1TrapsWithoutATraceInDr6() {
        rig.code(INT1);
        rig.flags(Rflags.TF);

        rig.run(1);

        assertTrapAt(Rig.CODE + 1, 0);
    }

    @Test
    void aTrapBreakpointThatMovSsHitSurvivesIntN() {
        rig.code(0x8E, 0x13, 0xCD, 0x03); // MOV SS, [RBX]; INT 3
        rig.register(Rig.RBX, 0x5000);
        rig.put16(0x5000, Rig.DATA0);
        rig.cpu.debug.write(1, 0x5000);
        rig.cpu.debug.write(7, Dr7.L1 | 0xFL << 20); // reads and writes of 4 bytes

        rig.run(2);

        assertTrapAt(Rig.handler(3), Dr6.B1);
    }

    @Test
    void deliveryOfADebugExceptionClearsGeneralDetect() {
        rig.code(CLC);
        rig.cpu.debug.write(7, Dr7.GD);
        rig.flags(Rflags.TF);

        rig.run(1);

        assertTrapAt(Rig.CODE + 1, Dr6.BS);
        assertThat(rig.cpu.debug.read(7) & Dr7.GD).isZero();
    }

    @Test
    void sysretThatSetsTfTrapsBeforeTheFirstUserInstruction() {
        rig.code(0x48, 0x0F, 0x07).bytes(0x5000, CLC, CLC);
        rig.cpu.system.star = (long) (Rig.CODE3 - 16) << 48;
        rig.register(Rig.RCX, 0x5000);
        rig.register(Rig.R11, Rflags.TF | 2);

        rig.run(1);
        rig.run(1);

        assertThat(rig.get64(Rig.INNER_STACK - 40)).isEqualTo(0x5000);
        assertThat(rig.cpu.debug.read(6)).isEqualTo(Dr6.FIXED | Dr6.BS);
    }

    @Test
    void steppingByBranchesPassesStraightCode() {
        rig.code(CLC, 0xEB, 0x10).bytes(Rig.CODE + 0x13, CLC); // JMP +10h
        rig.cpu.system.debugctl = 2; // BTF
        rig.flags(Rflags.TF);

        rig.run(2);

        assertTrapAt(Rig.CODE + 0x13, Dr6.BS);
        assertThat(rig.cpu.system.debugctl).isZero();
    }

    @Test
    void eachIterationOfARepeatedStoreIsAStep() {
        rig.code(0xF3, 0xAA, CLC); // REP STOSB
        rig.register(Rig.RCX, 3);
        rig.register(Rig.RDI, 0x5000);
        rig.flags(Rflags.TF);

        rig.run(1);

        assertTrapAt(Rig.CODE, Dr6.BS);
        assertThat(rig.register(Rig.RCX)).isEqualTo(2);
        assertThat(pushedFlags() & Rflags.RF).isNotZero();
    }

    @Test
    void theLastIterationIsOneWithTheInstruction() {
        rig.code(0xF3, 0xAA, CLC);
        rig.register(Rig.RCX, 1);
        rig.register(Rig.RDI, 0x5000);
        rig.flags(Rflags.TF);

        rig.run(1);

        assertTrapAt(Rig.CODE + 2, Dr6.BS);
        assertThat(pushedFlags() & Rflags.RF).isZero();
    }
}
