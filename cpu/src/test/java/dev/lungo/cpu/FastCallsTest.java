package dev.lungo.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.cpu.core.Segments;
import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;
import dev.lungo.isa.Rflags;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FastCallsTest {
    private static final int[] SYSCALL = {0x0F, 0x05};
    private static final int[] SYSRET64 = {0x48, 0x0F, 0x07};
    private static final int[] SYSRET32 = {0x0F, 0x07};
    private static final int[] SYSENTER = {0x0F, 0x34};
    private static final int[] SYSEXIT32 = {0x0F, 0x35};
    private static final long ENTRY = 0x4000;

    private final Rig rig = Rig.stepwise();

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void syscallSavesTheReturnAddressAndFlagsAndMasksThem() {
        rig.longMode(3).code(SYSCALL);
        rig.flags(Rflags.CF | Rflags.DF);
        rig.cpu.system.star = 0x0008_0000_0000L;
        Raw.putLong(rig.cpu.state + State.LSTAR, ENTRY);
        Raw.putLong(rig.cpu.state + State.FMASK, Rflags.DF);

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(ENTRY);
        assertThat(rig.cpu.cpl).isZero();
        assertThat(rig.register(Rig.RCX)).isEqualTo(Rig.CODE + 2);
        assertThat(rig.register(Rig.R11)).isEqualTo(Rflags.CF | Rflags.DF | 2);
        assertThat(rig.flags()).isEqualTo(Rflags.CF | 2);
        assertThat(rig.selector(Segments.CS)).isEqualTo(8);
        assertThat(rig.selector(Segments.SS)).isEqualTo(16);
    }

    @Test
    void syscallIsUndefinedUnlessEnabled() {
        rig.longMode(3).handlers().code(SYSCALL);
        rig.cpu.system.efer &= ~1;

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(Rig.handler(6));
    }

    @Test
    void sysretGoesBackToUserCode() {
        rig.longMode(0).code(SYSRET64);
        rig.cpu.system.star = 0x0033L << 48;
        rig.register(Rig.RCX, ENTRY);
        rig.register(Rig.R11, Rflags.ZF | Rflags.IF | Rflags.RF | Rflags.VM);

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(ENTRY);
        assertThat(rig.cpu.cpl).isEqualTo(3);
        assertThat(rig.codeSize()).isEqualTo(64);
        assertThat(rig.selector(Segments.CS)).isEqualTo(0x43);
        assertThat(rig.selector(Segments.SS)).isEqualTo(0x3B);
        assertThat(rig.flags()).isEqualTo(Rflags.ZF | Rflags.IF | 2);
    }

    @Test
    void sysretWith32BitOperandsGoesToCompatibilityMode() {
        rig.longMode(0).code(SYSRET32);
        rig.cpu.system.star = 0x0033L << 48;
        rig.register(Rig.RCX, 0xFFFF_FFFF_0000_4000L);

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(ENTRY);
        assertThat(rig.codeSize()).isEqualTo(32);
        assertThat(rig.selector(Segments.CS)).isEqualTo(0x33);
    }

    @Test
    void sysretToANonCanonicalAddressFaultsInTheKernel() {
        rig.longMode(0).handlers().code(SYSRET64);
        rig.register(Rig.RCX, 1L << 47);

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(Rig.handler(13));
        assertThat(rig.get64(rig.register(Rig.RSP) + 16)).isEqualTo(Rig.CODE0);
    }

    @Test
    void sysenterTakesItsStackFromTheMsrAndClosesInterrupts() {
        rig.protectedMode(3).code(SYSENTER);
        rig.flags(Rflags.IF);
        rig.cpu.system.sysenterCs = 8;
        rig.cpu.system.sysenterEsp = 0x7000;
        rig.cpu.system.sysenterEip = ENTRY;

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(ENTRY);
        assertThat(rig.cpu.cpl).isZero();
        assertThat(rig.register(Rig.RSP)).isEqualTo(0x7000);
        assertThat(rig.flags()).isEqualTo(2);
    }

    @Test
    void sysenterWithoutASegmentIsAProtectionFault() {
        rig.protectedMode(0).handlers().code(SYSENTER);

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(Rig.handler(13));
    }

    @Test
    void sysexitTakesStackAndTargetFromRegisters() {
        rig.protectedMode(0).code(SYSEXIT32);
        rig.cpu.system.sysenterCs = 8;
        rig.register(Rig.RDX, ENTRY);
        rig.register(Rig.RCX, 0x5000);

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(ENTRY);
        assertThat(rig.cpu.cpl).isEqualTo(3);
        assertThat(rig.register(Rig.RSP)).isEqualTo(0x5000);
        assertThat(rig.selector(Segments.CS)).isEqualTo(8 + 16 | 3);
        assertThat(rig.selector(Segments.SS)).isEqualTo(8 + 24 | 3);
    }
}
