package dev.lungo.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.cpu.core.Fpu;
import dev.lungo.isa.Cr0;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.machine.CpuRegisters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When x87 exceptions are reported, and what handlers find in the environment. */
class X87ExceptionsTest {
    private static final int[] FNINIT = {0xDB, 0xE3};
    private static final int[] FLD1 = {0xD9, 0xE8};
    private static final int[] FLDZ = {0xD9, 0xEE};
    private static final int[] FWAIT = {0x9B};

    /** FDIVP: 1 ÷ 0 after FLD1 and FLDZ. */
    private static final int[] FDIVP = {0xDE, 0xF9};

    private static final int[] FNSTSW_AX = {0xDF, 0xE0};

    /** FLDCW [RBX] and FADD DWORD [RBX + 4]; [BX] would be another byte in 16-bit code. */
    private static final int[] FLDCW = {0xD9, 0x2B};

    private static final int[] FADD = {0xD8, 0x43, 0x04};
    private static final int[] FNSTENV = {0xD9, 0x33};
    private static final int[] FNSAVE = {0xDD, 0x33};
    private static final int[] FRSTOR = {0xDD, 0x23};

    private static final long OPERAND = 0x3000;
    private static final long UNMAPPED = 1L << 30;
    private static final int UNMASKED = 0x340;
    private static final int ZE = 4;

    private final Rig rig = Rig.stepwise();

    @AfterEach
    void close() {
        rig.close();
    }

    private void longMode(long cr0) {
        rig.longMode(0).handlers();
        setCr0(cr0);
        rig.register(Rig.RBX, OPERAND);
        rig.put16(OPERAND, UNMASKED);
    }

    private void setCr0(long bits) {
        CpuRegisters registers = new CpuRegisters();
        rig.cpu.save(registers);
        registers.cr0 |= bits;
        rig.cpu.load(registers);
    }

    /** Puts instructions one behind the other; returns where the last one is. */
    private long code(int[]... instructions) {
        long at = Rig.CODE;
        long last = at;
        for (int[] instruction : instructions) {
            rig.bytes(at, instruction);
            last = at;
            at += instruction.length;
        }
        return last;
    }

    private void assertFaultAt(ExceptionVector vector, long rip) {
        assertThat(rig.cpu.rip()).isEqualTo(Rig.handler(vector.vector()));
        assertThat(rig.get64(rig.register(Rig.RSP))).isEqualTo(rip);
    }

    @Test
    void anUnmaskedExceptionWaitsForTheNextWaitingInstruction() {
        longMode(Cr0.NE | Cr0.MP);
        long last = code(FNINIT, FLDCW, FLD1, FLDZ, FDIVP, FNSTSW_AX, FLD1);

        rig.run(7);

        assertFaultAt(ExceptionVector.MF, last);
        assertThat(rig.register(Rig.RAX) & 0xFF).isEqualTo(ZE | Fpu.SUMMARY);
    }

    @Test
    void fwaitReportsWhatIsPending() {
        longMode(Cr0.NE | Cr0.MP);
        long last = code(FNINIT, FLDCW, FLD1, FLDZ, FDIVP, FWAIT);

        rig.run(6);

        assertFaultAt(ExceptionVector.MF, last);
    }

    @Test
    void anUnmaskedDivisionByZeroLeavesItsOperands() {
        longMode(Cr0.NE | Cr0.MP);
        code(FNINIT, FLDCW, FLD1, FLDZ, FDIVP);

        rig.run(5);

        assertThat(rig.cpu.fpu.isEmpty(1)).isFalse();
        assertThat(rig.cpu.fpu.significand(0)).isZero();
    }

    @Test
    void aStoreThatFaultsPopsNothing() {
        longMode(Cr0.NE | Cr0.MP);
        rig.register(Rig.RBX, UNMAPPED);
        int[] fstp = {0xDD, 0x1B}; // FSTP QWORD [RBX]
        code(FNINIT, FLD1, fstp);

        rig.run(3);

        assertThat(rig.cpu.rip()).isEqualTo(Rig.handler(ExceptionVector.PF.vector()));
        assertThat(rig.cpu.fpu.top()).isEqualTo(7);
        assertThat(rig.cpu.fpu.isEmpty(0)).isFalse();
    }

    @Test
    void aSwitchedTaskHasNoDevice() {
        longMode(Cr0.NE | Cr0.TS);
        long last = code(FLD1);

        rig.run(1);

        assertFaultAt(ExceptionVector.NM, last);
    }

    @Test
    void fwaitMindsTaskSwitchesOnlyWhenItMonitorsTheCoprocessor() {
        longMode(Cr0.NE | Cr0.TS);
        code(FWAIT, FWAIT);
        rig.run(1);
        assertThat(rig.cpu.rip()).isEqualTo(Rig.CODE + 1);

        setCr0(Cr0.MP);
        rig.run(1);

        assertFaultAt(ExceptionVector.NM, Rig.CODE + 1);
    }

    @Test
    void theEnvironmentNamesTheLastInstructionAndItsOperand() {
        rig.protectedMode(0);
        rig.register(Rig.RBX, OPERAND);
        rig.put16(OPERAND, 0x37F);
        long fadd = code(FNINIT, FLD1, FADD);
        rig.bytes(fadd + FADD.length, FNSTENV);

        rig.run(4);

        assertThat(rig.get32(OPERAND)).isEqualTo(0xFFFF_037FL);
        assertThat(rig.get32(OPERAND + 4)).isEqualTo(0xFFFF_3800L); // TOP is 7
        assertThat(rig.get32(OPERAND + 8)).isEqualTo(0xFFFF_3FFFL); // all but R7 empty
        assertThat(rig.get32(OPERAND + 12)).isEqualTo(fadd);
        assertThat(rig.get32(OPERAND + 16)).isEqualTo(0x0043L << 16 | Rig.CODE0);
        assertThat(rig.get32(OPERAND + 20)).isEqualTo(OPERAND + 4);
        assertThat(rig.get32(OPERAND + 24)).isEqualTo(0xFFFF_0000L | Rig.DATA0);
    }

    @Test
    void inRealModeTheEnvironmentHasLinearAddresses() {
        rig.realMode();
        int ds = 0x1200;
        rig.cpu.segments.set(3, ds, ds << 4, 0xFFFF, 0x93);
        rig.cpu.updateMode();
        rig.register(Rig.RBX, OPERAND);
        int[] fadd16 = {0xD8, 0x07}; // FADD DWORD [BX]
        int[] fnstenv16 = {0xD9, 0x37}; // FNSTENV [BX]
        long fadd = code(FNINIT, FLD1, fadd16);
        rig.bytes(fadd + fadd16.length, fnstenv16);
        long image = (ds << 4) + OPERAND;

        rig.run(4);

        assertThat(rig.get16(image)).isEqualTo(0x37F);
        assertThat(rig.get16(image + 6)).isEqualTo((int) fadd);
        assertThat(rig.get16(image + 8)).isEqualTo(0x007); // FIP 19:16 and the opcode
        assertThat(rig.get16(image + 10)).isEqualTo(0x5000); // 1_5000h is the operand
        assertThat(rig.get16(image + 12)).isEqualTo(0x1000);
    }

    @Test
    void whatFnsaveStoresFrstorBringsBack() {
        longMode(Cr0.NE | Cr0.MP);
        code(FNINIT, FLD1, FLDZ, FNSAVE, FRSTOR);
        rig.run(4);
        assertThat(rig.cpu.fpu.tagWord()).isEqualTo(0xFFFF);
        assertThat(rig.cpu.fpu.controlWord()).isEqualTo(0x37F);

        rig.run(1);

        assertThat(rig.cpu.fpu.top()).isEqualTo(6);
        assertThat(rig.cpu.fpu.isEmpty(0)).isFalse();
        assertThat(rig.cpu.fpu.significand(1)).isEqualTo(Long.MIN_VALUE);
        assertThat(rig.cpu.fpu.signExponent(1)).isEqualTo(0x3FFF);
        assertThat(rig.cpu.fpu.isEmpty(2)).isTrue();
    }
}
