package dev.lungo.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;
import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.machine.CpuRegisters;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When vector instructions are refused, and what is left behind when they fault. */
class VectorExceptionsTest {
    private static final int[] PXOR_X1_X1 = {0x66, 0x0F, 0xEF, 0xC9};
    private static final int[] PADDB_M1_M1 = {0x0F, 0xFC, 0xC9};
    private static final int[] VPXOR_X1_X1_X1 = {0xC5, 0xF1, 0xEF, 0xC9};
    private static final int[] DIVSD_X1_X2 = {0xF2, 0x0F, 0x5E, 0xCA};
    private static final int[] MOVAPS_STORE = {0x0F, 0x29, 0x0B}; // MOVAPS [RBX], XMM1
    private static final int[] MOVUPS_STORE = {0x0F, 0x11, 0x0B}; // MOVUPS [RBX], XMM1
    private static final int[] VZEROALL = {0xC5, 0xFC, 0x77};

    /** VPGATHERDD XMM1, [RBX + XMM2 * 4], XMM3. */
    private static final int[] VPGATHERDD = {0xC4, 0xE2, 0x61, 0x90, 0x0C, 0x93};

    private static final int SSE = 3;
    private static final int AVX = 7;
    private static final long OPERAND = 0x3000;

    /** The first page that user mode may not touch. */
    private static final long FORBIDDEN = 2 << 20;

    private static final int ALL_MASKED = 0x1F80;
    private static final int ZERO_DIVIDE_MASK = 1 << 9;
    private static final int ZE = 4;
    private static final long ONE = 0x3FF0_0000_0000_0000L;

    private final Rig rig = Rig.stepwise();

    @AfterEach
    void close() {
        rig.close();
    }

    private void longMode(int cpl, long cr0, long cr4, long xcr0) {
        rig.longMode(cpl).handlers();
        CpuRegisters registers = new CpuRegisters();
        rig.cpu.save(registers);
        registers.cr0 |= cr0;
        registers.cr4 |= cr4;
        rig.cpu.load(registers);
        rig.cpu.system.xcr0 = xcr0;
        rig.cpu.updateMode();
        Raw.putInt(rig.cpu.state + State.MXCSR, ALL_MASKED);
    }

    private void ready(int cpl) {
        longMode(cpl, 0, Cr4.OSFXSR | Cr4.OSXMMEXCPT | Cr4.OSXSAVE, AVX);
    }

    private long vector(int register, int part) {
        return Raw.getLong(rig.cpu.state + State.vector(register) + 8L * part);
    }

    private void vector(int register, int part, long value) {
        Raw.putLong(rig.cpu.state + State.vector(register) + 8L * part, value);
    }

    private void assertFaults(ExceptionVector vector) {
        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(Rig.handler(vector.vector()));
    }

    @Test
    void sseIsUndefinedUntilTheSystemSavesItsRegisters() {
        longMode(0, 0, 0, SSE);
        rig.code(PXOR_X1_X1);

        assertFaults(ExceptionVector.UD);
    }

    @Test
    void sseIsUndefinedWhileEmulated() {
        longMode(0, Cr0.EM, Cr4.OSFXSR, SSE);
        rig.code(PXOR_X1_X1);

        assertFaults(ExceptionVector.UD);
    }

    @Test
    void aSwitchedTaskHasNoVectors() {
        longMode(0, Cr0.TS, Cr4.OSFXSR, SSE);
        rig.code(PXOR_X1_X1);

        assertFaults(ExceptionVector.NM);
    }

    @Test
    void mmxNeedsNoSavingOfSse() {
        longMode(0, 0, 0, SSE);
        rig.code(PADDB_M1_M1);

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(Rig.CODE + PADDB_M1_M1.length);
    }

    @Test
    void mmxIsUndefinedWhileEmulated() {
        longMode(0, Cr0.EM, Cr4.OSFXSR, SSE);
        rig.code(PADDB_M1_M1);

        assertFaults(ExceptionVector.UD);
    }

    @Test
    void avxIsUndefinedUntilXcr0HasIt() {
        longMode(0, 0, Cr4.OSFXSR | Cr4.OSXSAVE, SSE);
        rig.code(VPXOR_X1_X1_X1);

        assertFaults(ExceptionVector.UD);
    }

    @Test
    void avxIsUndefinedWithoutXsave() {
        longMode(0, 0, Cr4.OSFXSR, AVX);
        rig.code(VPXOR_X1_X1_X1);

        assertFaults(ExceptionVector.UD);
    }

    @Test
    void aSwitchedTaskHasNoAvx() {
        longMode(0, Cr0.TS, Cr4.OSFXSR | Cr4.OSXSAVE, AVX);
        rig.code(VPXOR_X1_X1_X1);

        assertFaults(ExceptionVector.NM);
    }

    @Test
    void legacyInstructionsKeepTheUpperHalf() {
        ready(0);
        vector(1, 2, ONE);
        rig.code(PXOR_X1_X1);

        rig.run(1);

        assertThat(vector(1, 2)).isEqualTo(ONE);
    }

    @Test
    void vexEncodedInstructionsClearTheUpperHalf() {
        ready(0);
        vector(1, 2, ONE);
        rig.code(VPXOR_X1_X1_X1);

        rig.run(1);

        assertThat(vector(1, 2)).isZero();
    }

    @Test
    void anUnmaskedExceptionIsRecordedAndNothingElseWritten() {
        ready(0);
        Raw.putInt(rig.cpu.state + State.MXCSR, ALL_MASKED & ~ZERO_DIVIDE_MASK);
        vector(1, 0, ONE);
        vector(2, 0, 0);
        rig.code(DIVSD_X1_X2);

        assertFaults(ExceptionVector.XM);

        assertThat(vector(1, 0)).isEqualTo(ONE);
        assertThat(Raw.getInt(rig.cpu.state + State.MXCSR) & ZE).isEqualTo(ZE);
    }

    @Test
    void aSystemWithoutAHandlerForSimdExceptionsGetsAnUndefinedOpcode() {
        longMode(0, 0, Cr4.OSFXSR, SSE);
        Raw.putInt(rig.cpu.state + State.MXCSR, ALL_MASKED & ~ZERO_DIVIDE_MASK);
        vector(1, 0, ONE);
        vector(2, 0, 0);
        rig.code(DIVSD_X1_X2);

        assertFaults(ExceptionVector.UD);
    }

    @Test
    void anUnalignedOperandIsAGeneralProtectionFault() {
        ready(0);
        rig.register(Rig.RBX, OPERAND + 8);
        rig.code(MOVAPS_STORE);

        assertFaults(ExceptionVector.GP);
    }

    @Test
    void aStoreAcrossIntoAForbiddenPageWritesNothing() {
        ready(3);
        vector(1, 0, ONE);
        rig.register(Rig.RBX, FORBIDDEN - 8);
        rig.code(MOVUPS_STORE);

        assertFaults(ExceptionVector.PF);

        assertThat(rig.get64(FORBIDDEN - 8)).isZero();
        assertThat(rig.cpu.system.cr2).isEqualTo(FORBIDDEN);
    }

    @Test
    void aGatherThatFaultsKeepsWhatItHas() {
        ready(3);
        rig.register(Rig.RBX, FORBIDDEN - 8);
        rig.put32(FORBIDDEN - 8, 0x1234);
        rig.put32(FORBIDDEN - 4, 0x5678);
        vector(2, 0, 1L << 32); // indices 0, 1, 2, 3
        vector(2, 1, 3L << 32 | 2);
        vector(3, 0, -1);
        vector(3, 1, -1);
        rig.code(VPGATHERDD);

        assertFaults(ExceptionVector.PF);

        assertThat(vector(1, 0)).isEqualTo(0x5678_0000_1234L);
        assertThat(vector(3, 0)).isZero();
        assertThat(vector(3, 1)).isEqualTo(-1);
    }

    @Test
    void outside64BitModeVzeroallReachesEightRegisters() {
        rig.protectedMode(0);
        CpuRegisters registers = new CpuRegisters();
        rig.cpu.save(registers);
        registers.cr4 |= Cr4.OSFXSR | Cr4.OSXSAVE;
        rig.cpu.load(registers);
        rig.cpu.system.xcr0 = AVX;
        rig.cpu.updateMode();
        vector(7, 3, ONE);
        vector(8, 3, ONE);
        rig.code(VZEROALL);

        rig.run(1);

        assertThat(vector(7, 3)).isZero();
        assertThat(vector(8, 3)).isEqualTo(ONE);
    }
}
