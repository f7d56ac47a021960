package dev.lungo.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;
import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class XSaveTest {
    // All on [RBX].
    private static final int[] FXSAVE = {0x0F, 0xAE, 0x03};
    private static final int[] FXRSTOR = {0x0F, 0xAE, 0x0B};
    private static final int[] FXSAVE64 = {0x48, 0x0F, 0xAE, 0x03};
    private static final int[] LDMXCSR = {0x0F, 0xAE, 0x13};
    private static final int[] XSAVE = {0x0F, 0xAE, 0x23};
    private static final int[] XRSTOR = {0x0F, 0xAE, 0x2B};
    private static final int[] XSAVEOPT = {0x0F, 0xAE, 0x33};
    private static final int[] XRSTORS = {0x0F, 0xC7, 0x1B};
    private static final int[] XSAVEC = {0x0F, 0xC7, 0x23};
    private static final int[] XGETBV = {0x0F, 0x01, 0xD0};

    private static final long AREA = 0x7000;
    private static final long XSTATE_BV = AREA + 512;
    private static final long XCOMP_BV = AREA + 520;
    private static final long COMPACTED = 1L << 63;

    private static final int UD = 6;
    private static final int NM = 7;
    private static final int GP = 13;

    private final Rig rig = Rig.stepwise();

    @BeforeEach
    void start() {
        rig.longMode(0).handlers();
        rig.cpu.system.cr4 |= Cr4.OSXSAVE | Cr4.OSFXSR;
        rig.cpu.control.setXcr0(0x207);
        rig.cpu.image.initX87();
        rig.register(Rig.RBX, AREA);
        for (int i = 0; i < 128; i++) {
            rig.put64(AREA + 8L * i, 0);
        }
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private void run(int[] code, long components) {
        rig.code(code);
        rig.cpu.setRip(Rig.CODE);
        rig.register(Rig.RAX, components);
        rig.register(Rig.RDX, 0);
        rig.run(1);
    }

    private void assertRan(int[] code) {
        assertThat(rig.cpu.rip()).isEqualTo(Rig.CODE + code.length);
    }

    private void assertFaulted(int vector) {
        assertThat(rig.cpu.rip()).isEqualTo(Rig.handler(vector));
    }

    private long at(int offset) {
        return rig.cpu.state + offset;
    }

    private void vector(int number, int quadword, long value) {
        Raw.putLong(at(State.vector(number)) + 8L * quadword, value);
    }

    private long vector(int number, int quadword) {
        return Raw.getLong(at(State.vector(number)) + 8L * quadword);
    }

    /** 1.0 in ST(0), which is R7, and nothing else. */
    private void loadOne() {
        Raw.putLong(at(State.X87 + 16 * 7), 1L << 63);
        Raw.putShort(at(State.X87 + 16 * 7 + 8), 0x3FFF);
        Raw.putInt(at(State.FSW), 7 << 11);
        Raw.putInt(at(State.FTW), 0x3FFF);
    }

    @Test
    void fxsaveStoresTheStackInItsOrderAndTagsInShort() {
        loadOne();
        Raw.putInt(at(State.FCS), 0x33);
        Raw.putLong(at(State.FIP), 0x1_2345_6789L);
        vector(15, 1, 0xABCD);

        run(FXSAVE, 0);

        assertThat(rig.get32(AREA)).isEqualTo(7L << 27 | 0x37F);
        assertThat(rig.get8(AREA + 4)).isEqualTo(0x80);
        assertThat(rig.get64(AREA + 8)).isEqualTo(0x33_2345_6789L);
        assertThat(rig.get64(AREA + 24)).isEqualTo(0xFFFF_0000_1F80L);
        assertThat(rig.get64(AREA + 32)).isEqualTo(1L << 63);
        assertThat(rig.get64(AREA + 40)).isEqualTo(0x3FFF);
        assertThat(rig.get64(AREA + 160 + 15 * 16 + 8)).isEqualTo(0xABCD);
    }

    @Test
    void fxsave64StoresAllOfTheInstructionPointer() {
        Raw.putInt(at(State.FCS), 0x33);
        Raw.putLong(at(State.FIP), 0x1_2345_6789L);

        run(FXSAVE64, 0);

        assertThat(rig.get64(AREA + 8)).isEqualTo(0x1_2345_6789L);
    }

    @Test
    void fxrstorFindsTheTagsAgain() {
        loadOne();
        run(FXSAVE, 0);
        rig.cpu.image.initX87();

        run(FXRSTOR, 0);

        assertThat(Raw.getInt(at(State.FTW))).isEqualTo(0x3FFF);
        assertThat(Raw.getInt(at(State.FSW))).isEqualTo(7 << 11);
        assertThat(Raw.getLong(at(State.X87 + 16 * 7))).isEqualTo(1L << 63);
    }

    @Test
    void fxrstorRefusesReservedBitsOfMxcsr() {
        run(FXSAVE, 0);
        rig.put32(AREA + 24, 0x1_1F80);
        vector(0, 0, 5);

        run(FXRSTOR, 0);

        assertFaulted(GP);
        assertThat(vector(0, 0)).isEqualTo(5);
    }

    @Test
    void fxsaveWantsSixteenByteAlignmentAndXsaveSixtyFour() {
        rig.register(Rig.RBX, AREA + 8);
        run(FXSAVE, 0);
        assertFaulted(GP);

        rig.register(Rig.RBX, AREA + 16);
        run(FXSAVE, 0);
        assertRan(FXSAVE);

        run(XSAVE, 7);
        assertFaulted(GP);
    }

    @Test
    void taskSwitchedStopsThemAll() {
        rig.cpu.system.cr0 |= Cr0.TS;
        rig.cpu.updateMode();

        run(FXSAVE, 0);
        assertFaulted(NM);
        run(XSAVE, 0);
        assertFaulted(NM);
        run(LDMXCSR, 0);
        assertFaulted(NM);
    }

    @Test
    void xsaveNeedsOsxsave() {
        rig.cpu.system.cr4 &= ~Cr4.OSXSAVE;

        run(XSAVE, 7);
        assertFaulted(UD);
        run(XGETBV, 0);
        assertFaulted(UD);
    }

    @Test
    void xsaveStoresWhatIsAskedForAndKeepsTheOtherHeaderBits() {
        rig.put64(XSTATE_BV, 0x201);
        vector(1, 0, 11);
        vector(1, 2, 22);

        run(XSAVE, 6);

        assertThat(rig.get64(XSTATE_BV)).isEqualTo(0x207);
        assertThat(rig.get16(AREA)).isZero(); // FCW was not asked for
        assertThat(rig.get64(AREA + 160 + 16)).isEqualTo(11);
        assertThat(rig.get64(AREA + 576 + 16)).isEqualTo(22);
    }

    @Test
    void xsaveSaysWhatIsInItsInitialConfiguration() {
        rig.put64(XSTATE_BV, 7);
        vector(1, 0, 11);

        run(XSAVE, 7);

        assertThat(rig.get64(XSTATE_BV)).isEqualTo(2);
    }

    @Test
    void xsaveoptLeavesOutWhatIsInitial() {
        rig.put64(AREA + 576, 99);
        vector(1, 0, 11);

        run(XSAVEOPT, 7);

        assertThat(rig.get64(XSTATE_BV)).isEqualTo(2);
        assertThat(rig.get64(AREA + 576)).isEqualTo(99);
        assertThat(rig.get32(AREA + 24)).isEqualTo(0x1F80);
    }

    @Test
    void xsavecClosesTheGaps() {
        rig.cpu.control.setPkru(0x55);
        vector(1, 0, 11);

        run(XSAVEC, 0x203);

        assertThat(rig.get64(XSTATE_BV)).isEqualTo(0x202);
        assertThat(rig.get64(XCOMP_BV)).isEqualTo(COMPACTED | 0x203);
        assertThat(rig.get64(AREA + 576)).isEqualTo(0x55);
    }

    @Test
    void xsavecCountsMxcsrAsSseState() {
        Raw.putInt(at(State.MXCSR), 0x1F00);

        run(XSAVEC, 7);

        assertThat(rig.get64(XSTATE_BV)).isEqualTo(2);
        assertThat(rig.get32(AREA + 24)).isEqualTo(0x1F00);
    }

    @Test
    void xrstorRestoresWhatIsThereAndInitializesTheRest() {
        vector(1, 0, 11);
        vector(1, 2, 22);
        run(XSAVE, 7);
        rig.put64(XSTATE_BV, 2);
        vector(1, 0, 33);
        loadOne();

        run(XRSTOR, 7);

        assertRan(XRSTOR);
        assertThat(vector(1, 0)).isEqualTo(11);
        assertThat(vector(1, 2)).isZero();
        assertThat(Raw.getInt(at(State.FTW))).isEqualTo(0xFFFF);
    }

    @Test
    void xrstorReadsTheCompactedForm() {
        rig.cpu.control.setPkru(0x55);
        vector(1, 2, 22);
        run(XSAVEC, 0x207);
        rig.cpu.control.setPkru(0);
        vector(1, 2, 0);
        Raw.putInt(at(State.MXCSR), 0x1F00);

        run(XRSTOR, 0x207);

        assertRan(XRSTOR);
        assertThat(rig.cpu.system.pkru).isEqualTo(0x55);
        assertThat(vector(1, 2)).isEqualTo(22);
        assertThat(Raw.getInt(at(State.MXCSR))).isEqualTo(0x1F80); // SSE was initial
    }

    @Test
    void xrstorRefusesBadHeaders() {
        rig.put64(XSTATE_BV, 8);
        run(XRSTOR, 7);
        assertFaulted(GP);

        rig.put64(XSTATE_BV, 0);
        rig.put64(XCOMP_BV, 1);
        run(XRSTOR, 7);
        assertFaulted(GP);

        rig.put64(XCOMP_BV, COMPACTED | 1);
        rig.put64(XSTATE_BV, 3); // SSE is not in the format
        run(XRSTOR, 7);
        assertFaulted(GP);

        rig.put64(XSTATE_BV, 1);
        rig.put64(AREA + 568, 1);
        run(XRSTOR, 7);
        assertFaulted(GP);

        rig.put64(AREA + 568, 0);
        run(XRSTOR, 7);
        assertRan(XRSTOR);
    }

    @Test
    void xrstorsTakesTheCompactedFormAlone() {
        run(XRSTORS, 7);
        assertFaulted(GP);

        rig.put64(XCOMP_BV, COMPACTED | 7);
        run(XRSTORS, 7);
        assertRan(XRSTORS);
    }

    @Test
    void xgetbvReadsXcr0OrWhatIsInUse() {
        vector(1, 2, 22);
        rig.register(Rig.RCX, 0);
        run(XGETBV, 0);
        long xcr0 = rig.register(Rig.RAX);
        rig.register(Rig.RCX, 1);
        run(XGETBV, 0);
        long inUse = rig.register(Rig.RAX);
        rig.register(Rig.RCX, 2);
        run(XGETBV, 0);

        assertThat(xcr0).isEqualTo(0x207);
        assertThat(inUse).isEqualTo(4);
        assertFaulted(GP);
    }

    @Test
    void ldmxcsrRefusesReservedBits() {
        rig.put32(AREA, 0x1_0000);

        run(LDMXCSR, 0);

        assertFaulted(GP);
    }
}
