package dev.lungo.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.isa.Cr4;
import dev.lungo.isa.Rflags;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Virtual-8086 mode: what IOPL and the virtual-mode extensions allow. */
class Vm86Test {
    private static final int[] INT_21 = {0xCD, 0x21};
    private static final int PUSHF = 0x9C;
    private static final int POPF = 0x9D;
    private static final int CLI = 0xFA;
    private static final int STI = 0xFB;
    private static final int IRET = 0xCF;
    private static final long IOPL3 = Rflags.IOPL;

    /** CS is 200h, so that this is where offset 0 is. */
    private static final long PROGRAM = 0x2000;

    /** SS is 400h and SP 1000h. */
    private static final long TOP = 0x5000;

    private final Rig rig = Rig.stepwise();

    @BeforeEach
    void start() {
        rig.protectedMode(0).handlers().code(IRET);
        rig.gate(0x21, 0xEE, Rig.CODE0, 0x6000);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    private void run(long flags, int... program) {
        long[] frame = {0, 0x200, Rflags.VM | flags | 2, 0x1000, 0x400, 0, 0, 0, 0};
        for (int i = 0; i < frame.length; i++) {
            rig.put32(Rig.STACK + 4L * i, frame[i]);
        }
        rig.bytes(PROGRAM, program);
        rig.run(2);
    }

    private void assertProtectionFault() {
        assertThat(rig.cpu.rip()).isEqualTo(Rig.handler(13));
        assertThat(rig.get32(rig.register(Rig.RSP))).isZero();
    }

    /** INT 21h is the program's own affair: its bit of the redirection map is clear. */
    private void redirect() {
        rig.cpu.system.cr4 |= Cr4.VME;
        rig.put16(Rig.TSS + 0x66, 0x88); // the map lies in the 32 bytes below
        rig.put32(4 * 0x21, 0x0300_0010); // 300h:10h
    }

    @Test
    void intNGoesToTheMonitorWhenIoplIs3() {
        run(IOPL3, INT_21);

        assertThat(rig.cpu.rip()).isEqualTo(0x6000);
        assertThat(rig.cpu.cpl).isZero();
        assertThat(rig.get32(rig.register(Rig.RSP))).isEqualTo(2);
    }

    @Test
    void intNWithoutIopl3IsAProtectionFault() {
        run(0, INT_21);

        assertProtectionFault();
    }

    @Test
    void int3NeedsNoIopl() {
        rig.gate(3, 0xEE, Rig.CODE0, 0x6000);

        run(0, 0xCC);

        assertThat(rig.cpu.rip()).isEqualTo(0x6000);
    }

    @Test
    void aRedirectedIntNStaysInVirtual8086Mode() {
        redirect();

        run(Rflags.VIF, INT_21);

        assertThat(rig.cpu.isVm86()).isTrue();
        assertThat(rig.cpu.linearIp()).isEqualTo(0x3010);
        assertThat(rig.get16(TOP - 6)).isEqualTo(2);
        assertThat(rig.get16(TOP - 4)).isEqualTo(0x200);
        assertThat(rig.get16(TOP - 2))
                .as("IF stands for VIF, IOPL shows 3")
                .isEqualTo((int) (Rflags.IF | Rflags.IOPL | 2));
        assertThat(rig.flags() & Rflags.VIF).isZero();
    }

    @Test
    void aSetBitOfTheRedirectionMapLeavesItToTheMonitor() {
        redirect();
        rig.bytes(Rig.TSS + 0x68 + 4, 2); // bit 21h

        run(0, INT_21);

        assertProtectionFault();
    }

    @Test
    void stiSetsVifWhereIfIsVirtual() {
        rig.cpu.system.cr4 |= Cr4.VME;

        run(0, STI);

        assertThat(rig.flags()).isEqualTo(Rflags.VM | Rflags.VIF | 2);
    }

    @Test
    void stiWithAnInterruptPendingTrapsToTheMonitor() {
        rig.cpu.system.cr4 |= Cr4.VME;

        run(Rflags.VIP, STI);

        assertProtectionFault();
    }

    @Test
    void cliWithoutExtensionsIsAProtectionFault() {
        run(0, CLI);

        assertProtectionFault();
    }

    @Test
    void pushfShowsVifAsIf() {
        rig.cpu.system.cr4 |= Cr4.VME;

        run(Rflags.VIF | Rflags.CF, PUSHF);

        assertThat(rig.get16(TOP - 2)).isEqualTo((int) (Rflags.IF | Rflags.IOPL | Rflags.CF | 2));
    }

    @Test
    void popfWithoutExtensionsIsAProtectionFault() {
        run(0, POPF);

        assertProtectionFault();
    }

    @Test
    void popfLoadsVifFromIf() {
        rig.cpu.system.cr4 |= Cr4.VME;
        rig.put16(TOP, Rflags.IF | Rflags.DF);

        run(0, POPF);

        assertThat(rig.flags()).isEqualTo(Rflags.VM | Rflags.VIF | Rflags.DF | 2);
    }

    @Test
    void popfWithATrapFlagTrapsToTheMonitor() {
        rig.cpu.system.cr4 |= Cr4.VME;
        rig.put16(TOP, Rflags.TF);

        run(0, POPF);

        assertProtectionFault();
        assertThat(rig.get32(rig.register(Rig.RSP) + 16)).as("pushed SP").isEqualTo(0x1000);
    }

    @Test
    void iretWithExtensionsLoadsVif() {
        rig.cpu.system.cr4 |= Cr4.VME;
        rig.put16(TOP, 0x100);
        rig.put16(TOP + 2, 0x300);
        rig.put16(TOP + 4, Rflags.IF | Rflags.CF);

        run(0, IRET);

        assertThat(rig.cpu.linearIp()).isEqualTo(0x3100);
        assertThat(rig.flags()).isEqualTo(Rflags.VM | Rflags.VIF | Rflags.CF | 2);
    }
}
