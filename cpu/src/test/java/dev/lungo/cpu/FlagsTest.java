package dev.lungo.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.isa.Cr4;
import dev.lungo.isa.Rflags;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** PUSHF and POPF, and the instructions that change one flag, in protected and 64-bit mode. */
class FlagsTest {
    private static final int PUSHF = 0x9C;
    private static final int POPF = 0x9D;
    private static final int CLI = 0xFA;
    private static final int STI = 0xFB;
    private static final int[] STAC = {0x0F, 0x01, 0xCB};
    private static final long EVERY = Rflags.DEFINED & ~Rflags.TF | 2;

    private final Rig rig = Rig.stepwise();

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void popfAtLevel0ChangesAllButVmVifVipAndRf() {
        rig.longMode(0).code(POPF);
        rig.put64(Rig.STACK, EVERY);

        rig.run(1);

        assertThat(rig.flags())
                .isEqualTo(EVERY & ~(Rflags.VM | Rflags.VIF | Rflags.VIP | Rflags.RF));
    }

    @Test
    void popfOfUserCodeLeavesIfAndIopl() {
        rig.longMode(3).code(POPF);
        rig.put64(Rig.STACK, EVERY);

        rig.run(1);

        assertThat(rig.flags() & (Rflags.IF | Rflags.IOPL)).isZero();
        assertThat(rig.flags() & Rflags.AC).isNotZero();
    }

    @Test
    void popfWithIopl3ChangesIf() {
        rig.protectedMode(3).code(POPF);
        rig.flags(Rflags.IOPL);
        rig.put32(Rig.STACK, Rflags.IF);

        rig.run(1);

        assertThat(rig.flags()).isEqualTo(Rflags.IF | Rflags.IOPL | 2);
    }

    @Test
    void popfOf16BitsLeavesTheUpperHalf() {
        rig.longMode(0).code(0x66, POPF);
        rig.flags(Rflags.AC | Rflags.ID);
        rig.put64(Rig.STACK, Rflags.CF);

        rig.run(1);

        assertThat(rig.flags()).isEqualTo(Rflags.AC | Rflags.ID | Rflags.CF | 2);
        assertThat(rig.register(Rig.RSP)).isEqualTo(Rig.STACK + 2);
    }

    @Test
    void pushfShowsNeitherRfNorVm() {
        rig.longMode(0).code(PUSHF);
        rig.flags(Rflags.RF | Rflags.ZF);

        rig.run(1);

        assertThat(rig.get64(Rig.STACK - 8)).isEqualTo(Rflags.ZF | 2);
    }

    @Test
    void cliOfUserCodeIsAProtectionFault() {
        rig.longMode(3).handlers().code(CLI);

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(Rig.handler(13));
    }

    @Test
    void cliAndStiOfUserCodeChangeVifWithProtectedModeVirtualInterrupts() {
        rig.protectedMode(3).code(STI, CLI);
        rig.cpu.system.cr4 |= Cr4.PVI;

        rig.run(1);
        long behindSti = rig.flags();
        rig.run(1);

        assertThat(behindSti).isEqualTo(Rflags.VIF | 2);
        assertThat(rig.flags()).isEqualTo(2);
    }

    @Test
    void stacIsForTheKernelAlone() {
        rig.longMode(3).handlers().code(STAC);

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(Rig.handler(6));
    }

    @Test
    void stacSetsTheFlag() {
        rig.longMode(0).code(STAC);

        rig.run(1);

        assertThat(rig.flags()).isEqualTo(Rflags.AC | 2);
    }
}
