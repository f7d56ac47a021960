package dev.lungo.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr3;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Efer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ControlRegistersTest {
    private static final int[] MOV_CR0_RAX = {0x0F, 0x22, 0xC0};
    private static final int[] MOV_CR2_RAX = {0x0F, 0x22, 0xD0};
    private static final int[] MOV_CR3_RAX = {0x0F, 0x22, 0xD8};
    private static final int[] MOV_CR4_RAX = {0x0F, 0x22, 0xE0};
    private static final int[] MOV_CR8_RAX = {0x44, 0x0F, 0x22, 0xC0};
    private static final int[] MOV_RAX_CR0 = {0x0F, 0x20, 0xC0};
    private static final int[] MOV_RAX_CR8 = {0x44, 0x0F, 0x20, 0xC0};
    private static final int[] LMSW_AX = {0x0F, 0x01, 0xF0};
    private static final int[] SMSW_RAX = {0x48, 0x0F, 0x01, 0xE0};
    private static final int[] SMSW_MEMORY = {0x0F, 0x01, 0x23}; // [RBX]
    private static final int[] CLTS = {0x0F, 0x06};

    private static final int GP = 13;
    private static final long PDPTES = 0x30000;

    private final Rig rig = Rig.stepwise();

    @AfterEach
    void close() {
        rig.close();
    }

    private void run(int[] code, long rax) {
        rig.code(code);
        rig.cpu.setRip(Rig.CODE);
        rig.register(Rig.RAX, rax);
        rig.run(1);
    }

    private void assertRan(int[] code) {
        assertThat(rig.cpu.rip()).isEqualTo(Rig.CODE + code.length);
    }

    private void assertFaulted(int vector) {
        assertThat(rig.cpu.rip()).isEqualTo(Rig.handler(vector));
    }

    /** Runs MOV to a control register in 64-bit mode and expects #GP(0) and no change. */
    private void assertRefused(int[] code, long rax) {
        rig.longMode(0).handlers();
        long cr0 = rig.cpu.system.cr0;
        long cr3 = rig.cpu.system.cr3;
        long cr4 = rig.cpu.system.cr4;

        run(code, rax);

        assertFaulted(GP);
        assertThat(rig.get64(rig.register(Rig.RSP))).isZero();
        assertThat(rig.cpu.system.cr0).isEqualTo(cr0);
        assertThat(rig.cpu.system.cr3).isEqualTo(cr3);
        assertThat(rig.cpu.system.cr4).isEqualTo(cr4);
    }

    @Test
    void pagingNeedsProtection() {
        rig.realMode();
        run(new int[] {0x66, 0x0F, 0x22, 0xC0}, Cr0.PG);

        assertThat(rig.cpu.system.cr0).isEqualTo(Cr0.ET);
    }

    @Test
    void notWriteThroughNeedsCacheDisable() {
        assertRefused(MOV_CR0_RAX, Cr0.PG | Cr0.PE | Cr0.NW);
    }

    @Test
    void theUpperHalfOfCr0IsReserved() {
        assertRefused(MOV_CR0_RAX, 1L << 32 | Cr0.PG | Cr0.PE);
    }

    @Test
    void reservedBitsInTheLowerHalfOfCr0AreIgnored() {
        rig.longMode(0).handlers();

        run(MOV_CR0_RAX, Cr0.PG | Cr0.PE | 1 << 28 | 1 << 6);

        assertRan(MOV_CR0_RAX);
        assertThat(rig.cpu.system.cr0).isEqualTo(Cr0.PG | Cr0.PE | Cr0.ET);
    }

    @Test
    void pagingCannotBeSwitchedOffIn64BitMode() {
        assertRefused(MOV_CR0_RAX, Cr0.PE);
    }

    @Test
    void settingPagingWithLmeActivatesLongMode() {
        rig.longMode(0).handlers(); // for its page tables
        long cr3 = rig.cpu.system.cr3;
        rig.protectedMode(0).handlers();
        rig.cpu.system.cr3 = cr3;
        rig.cpu.system.cr4 = Cr4.PAE;
        rig.cpu.system.efer = Efer.LME;

        run(MOV_CR0_RAX, Cr0.PG | Cr0.PE);

        assertThat(rig.cpu.system.efer).isEqualTo(Efer.LME | Efer.LMA);
        assertThat(rig.cpu.isLong()).isTrue();
        assertThat(rig.codeSize()).isEqualTo(32);
    }

    @Test
    void longModeNeedsPae() {
        rig.protectedMode(0).handlers();
        rig.cpu.system.efer = Efer.LME;

        run(MOV_CR0_RAX, Cr0.PG | Cr0.PE);

        assertFaulted(GP);
        assertThat(rig.cpu.system.efer).isEqualTo(Efer.LME);
    }

    @Test
    void paeAndLa57AreFixedInLongMode() {
        assertRefused(MOV_CR4_RAX, 0);
        assertRefused(MOV_CR4_RAX, Cr4.PAE | Cr4.LA57);
    }

    @Test
    void bitsOfCr4WithoutAFeatureAreReserved() {
        assertRefused(MOV_CR4_RAX, Cr4.PAE | Cr4.VMXE);
        assertRefused(MOV_CR4_RAX, Cr4.PAE | Cr4.CET);
        assertRefused(MOV_CR4_RAX, Cr4.PAE | 1L << 15);
        assertRefused(MOV_CR4_RAX, Cr4.PAE | 1L << 40);
    }

    @Test
    void everyFeatureOfCr4CanBeSwitchedOn() {
        rig.longMode(0).handlers();
        long all =
                Cr4.VME
                        | Cr4.PVI
                        | Cr4.TSD
                        | Cr4.DE
                        | Cr4.PSE
                        | Cr4.PAE
                        | Cr4.MCE
                        | Cr4.PGE
                        | Cr4.PCE
                        | Cr4.OSFXSR
                        | Cr4.OSXMMEXCPT
                        | Cr4.UMIP
                        | Cr4.FSGSBASE
                        | Cr4.PCIDE
                        | Cr4.OSXSAVE
                        | Cr4.SMEP
                        | Cr4.PKE;

        run(MOV_CR4_RAX, all);

        assertRan(MOV_CR4_RAX);
        assertThat(rig.cpu.system.cr4).isEqualTo(all);
    }

    @Test
    void processContextsBeginWithContextZero() {
        rig.longMode(0).handlers();
        rig.cpu.system.cr3 |= Cr3.PWT;

        run(MOV_CR4_RAX, Cr4.PAE | Cr4.PCIDE);

        assertFaulted(GP);
    }

    @Test
    void processContextsNeedLongMode() {
        rig.protectedMode(0).handlers();

        run(MOV_CR4_RAX, Cr4.PCIDE);

        assertFaulted(GP);
    }

    @Test
    void theNoFlushBitIsReservedWithoutProcessContexts() {
        assertRefused(MOV_CR3_RAX, Cr3.NO_FLUSH | 0x20000);
    }

    @Test
    void theNoFlushBitIsNotKept() {
        rig.longMode(0).handlers();
        rig.cpu.system.cr4 |= Cr4.PCIDE;

        run(MOV_CR3_RAX, Cr3.NO_FLUSH | rig.cpu.system.cr3 | 5);

        assertRan(MOV_CR3_RAX);
        assertThat(rig.cpu.system.cr3 & Cr3.PCID).isEqualTo(5);
        assertThat(rig.cpu.system.cr3).isPositive();
    }

    @Test
    void cr3CannotPointBeyondPhysicalMemory() {
        assertRefused(MOV_CR3_RAX, 1L << 40);
    }

    @Test
    void cr2TakesAnything() {
        rig.longMode(0).handlers();

        run(MOV_CR2_RAX, 0x1234_5678_9ABC_DEF0L);

        assertThat(rig.cpu.system.cr2).isEqualTo(0x1234_5678_9ABC_DEF0L);
    }

    @Test
    void movToCr3LoadsThePdptes() {
        rig.protectedMode(0).handlers();
        rig.put64(PDPTES, 0x31001);
        rig.put64(0x31000, 0x83);
        rig.cpu.system.cr4 = Cr4.PAE;
        rig.cpu.system.cr3 = PDPTES;
        run(MOV_CR0_RAX, Cr0.PG | Cr0.PE);
        rig.put64(PDPTES + 0x20, 0x32001);
        rig.put64(0x32000, 0x83);

        run(MOV_CR3_RAX, PDPTES + 0x20);

        assertRan(MOV_CR3_RAX);
        assertThat(rig.cpu.walker.pdpte[0]).isEqualTo(0x32001);
    }

    @Test
    void reservedBitsOfAPdpteAreRefused() {
        rig.protectedMode(0).handlers();
        rig.put64(PDPTES, 0x31001);
        rig.put64(PDPTES + 8, 0x31003); // bit 1, writable elsewhere, is reserved here
        rig.cpu.system.cr4 = Cr4.PAE;
        rig.cpu.system.cr3 = PDPTES;

        run(MOV_CR0_RAX, Cr0.PG | Cr0.PE);

        assertFaulted(GP);
        assertThat(rig.cpu.system.cr0 & Cr0.PG).isZero();
        assertThat(rig.cpu.walker.pdpte[0]).isZero();
    }

    @Test
    void cr8IsTheTaskPriorityClass() {
        rig.longMode(0).handlers();

        run(MOV_CR8_RAX, 0xA);

        assertThat(rig.apic.cr8()).isEqualTo(0xA);
        run(MOV_RAX_CR8, 0);
        assertThat(rig.register(Rig.RAX)).isEqualTo(0xA);
        run(MOV_CR8_RAX, 0x10);
        assertFaulted(GP);
    }

    @Test
    void programsSeeNoControlRegister() {
        rig.longMode(3).handlers();

        run(MOV_RAX_CR0, 0);

        assertFaulted(GP);
    }

    @Test
    void lmswSetsProtectionButCannotClearIt() {
        rig.protectedMode(0).handlers();

        run(LMSW_AX, Cr0.TS | Cr0.EM);

        assertRan(LMSW_AX);
        assertThat(rig.cpu.system.cr0).isEqualTo(Cr0.ET | Cr0.PE | Cr0.TS | Cr0.EM);
    }

    @Test
    void cltsClearsTaskSwitched() {
        rig.longMode(0).handlers();
        rig.cpu.system.cr0 |= Cr0.TS;

        run(CLTS, 0);

        assertThat(rig.cpu.system.cr0 & Cr0.TS).isZero();
    }

    @Test
    void smswStoresAllOfCr0InARegisterAndAWordInMemory() {
        rig.longMode(3).handlers();
        rig.register(Rig.RBX, 0x7000);
        rig.put64(0x7000, -1);

        run(SMSW_RAX, 0);
        long register = rig.register(Rig.RAX);
        run(SMSW_MEMORY, 0);

        assertThat(register).isEqualTo(rig.cpu.system.cr0);
        assertThat(rig.get64(0x7000)).isEqualTo(-1L << 16 | rig.cpu.system.cr0 & 0xFFFF);
    }

    @Test
    void umipKeepsSmswFromPrograms() {
        rig.longMode(3).handlers();
        rig.cpu.system.cr4 |= Cr4.UMIP;

        run(SMSW_RAX, 0);

        assertFaulted(GP);
    }
}
