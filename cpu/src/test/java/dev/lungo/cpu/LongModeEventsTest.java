package dev.lungo.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.cpu.core.Segments;
import dev.lungo.isa.Rflags;
import dev.lungo.machine.VmExit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Interrupts and exceptions in IA-32e mode. */
class LongModeEventsTest {
    private static final long UD = 6;
    private static final long GP = 13;
    private static final int[] UD2 = {0x0F, 0x0B};
    private static final int[] IRETQ = {0x48, 0xCF};

    private final Rig rig = Rig.stepwise();

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void aFaultAtTheSameLevelPushesFiveWordsOnAnAlignedStack() {
        rig.longMode(0).handlers().code(UD2);
        rig.register(Rig.RSP, 0x7FFB);

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(Rig.handler((int) UD));
        assertThat(rig.register(Rig.RSP)).isEqualTo(0x7FF0 - 40);
        assertThat(rig.get64(0x7FF0 - 40)).isEqualTo(Rig.CODE);
        assertThat(rig.get64(0x7FF0 - 32)).isEqualTo(Rig.CODE0);
        assertThat(rig.get64(0x7FF0 - 24)).isEqualTo(Rflags.RF | 2);
        assertThat(rig.get64(0x7FF0 - 16)).isEqualTo(0x7FFB);
        assertThat(rig.get64(0x7FF0 - 8)).isEqualTo(Rig.DATA0);
        assertThat(rig.selector(Segments.SS)).isEqualTo(Rig.DATA0);
    }

    @Test
    void aFaultInUserCodeSwitchesToTheStackOfTheTssWithANullSelector() {
        rig.longMode(3).handlers().code(UD2);

        rig.run(1);

        assertThat(rig.cpu.cpl).isZero();
        assertThat(rig.selector(Segments.CS)).isEqualTo(Rig.CODE0);
        assertThat(rig.selector(Segments.SS)).isZero();
        assertThat(rig.register(Rig.RSP)).isEqualTo(Rig.INNER_STACK - 40);
        assertThat(rig.get64(Rig.INNER_STACK - 8)).isEqualTo(Rig.DATA3);
        assertThat(rig.get64(Rig.INNER_STACK - 16)).isEqualTo(Rig.STACK);
    }

    @Test
    void anInterruptStackIsTakenEvenAtTheSameLevel() {
        rig.longMode(0).handlers().code(UD2);
        rig.longGate(6, 0x8E, 2, Rig.CODE0, Rig.HANDLERS);
        rig.put64(Rig.TSS + 0x2C, 0x6000); // IST2

        rig.run(1);

        assertThat(rig.register(Rig.RSP)).isEqualTo(0x6000 - 40);
        assertThat(rig.selector(Segments.SS)).isEqualTo(Rig.DATA0);
    }

    @Test
    void iretqGoesBackToUserCodeWithAllOfItsFlags() {
        rig.longMode(3).handlers().code(UD2).bytes(Rig.handler((int) UD), IRETQ);
        rig.flags(Rflags.CF | Rflags.DF | Rflags.AC);

        rig.run(1);
        long inHandler = rig.flags();
        rig.run(1);

        assertThat(inHandler).isEqualTo(Rflags.CF | Rflags.DF | Rflags.AC | 2);
        assertThat(rig.cpu.cpl).isEqualTo(3);
        assertThat(rig.cpu.rip()).isEqualTo(Rig.CODE);
        assertThat(rig.selector(Segments.SS)).isEqualTo(Rig.DATA3);
        assertThat(rig.register(Rig.RSP)).isEqualTo(Rig.STACK);
        assertThat(rig.flags()).isEqualTo(Rflags.CF | Rflags.DF | Rflags.AC | Rflags.RF | 2);
    }

    @Test
    void intNThroughAGateOfAnInnerDplIsAProtectionFaultThatNamesTheVector() {
        rig.longMode(3).handlers().code(0xCD, 0x06); // INT 6

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(Rig.handler((int) GP));
        assertThat(rig.get64(rig.register(Rig.RSP))).isEqualTo(6 << 3 | 2);
        assertThat(rig.get64(rig.register(Rig.RSP) + 8)).isEqualTo(Rig.CODE);
    }

    @Test
    void intNReturnsToTheNextInstructionAndDoesNotSetRf() {
        rig.longMode(3).handlers().code(0xCD, 0x20);
        rig.longGate(0x20, 0xEE, 0, Rig.CODE0, Rig.HANDLERS);

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(Rig.HANDLERS);
        assertThat(rig.get64(Rig.INNER_STACK - 40)).isEqualTo(Rig.CODE + 2);
        assertThat(rig.get64(Rig.INNER_STACK - 24)).isEqualTo(2);
    }

    @Test
    void anAbsentHandlerOfAProtectionFaultMakesADoubleFault() {
        rig.longMode(0).handlers().code(0xCD, 0x30); // no such gate
        rig.longGate(13, 0x0E, 0, Rig.CODE0, Rig.HANDLERS); // not present

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(Rig.handler(8));
        assertThat(rig.get64(rig.register(Rig.RSP))).isZero();
    }

    @Test
    void aFaultWhileADoubleFaultIsDeliveredShutsDown() {
        rig.longMode(0).code(UD2);

        VmExit exit = rig.run();

        assertThat(exit).isInstanceOf(VmExit.Shutdown.class);
    }

    @Test
    void aHandlerInA32BitSegmentIsAProtectionFaultWithExt() {
        rig.longMode(0).handlers().code(UD2);
        int selector = rig.descriptor(Rig.FREE, 0x00CF_9B00_0000_FFFFL);
        rig.longGate(6, 0x8E, 0, selector, Rig.HANDLERS);

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(Rig.handler((int) GP));
        assertThat(rig.get64(rig.register(Rig.RSP))).isEqualTo(Rig.FREE | 1);
    }

    @Test
    void iretqToANullStackIsForTheKernelAlone() {
        rig.longMode(0).handlers().code(IRETQ);
        rig.put64(Rig.STACK, Rig.CODE + 0x100);
        rig.put64(Rig.STACK + 8, Rig.CODE0);
        rig.put64(Rig.STACK + 16, 2);
        rig.put64(Rig.STACK + 24, 0x5000);
        rig.put64(Rig.STACK + 32, 0);

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(Rig.CODE + 0x100);
        assertThat(rig.selector(Segments.SS)).isZero();
        assertThat(rig.register(Rig.RSP)).isEqualTo(0x5000);
    }

    @Test
    void iretqToANonCanonicalAddressIsAProtectionFault() {
        rig.longMode(0).handlers().code(IRETQ);
        rig.put64(Rig.STACK, 1L << 47);
        rig.put64(Rig.STACK + 8, Rig.CODE3);
        rig.put64(Rig.STACK + 16, 2);
        rig.put64(Rig.STACK + 24, 0x5000);
        rig.put64(Rig.STACK + 32, Rig.DATA3);

        rig.run(1);

        assertThat(rig.cpu.rip()).isEqualTo(Rig.handler((int) GP));
        assertThat(rig.get64(rig.register(Rig.RSP))).isZero();
        assertThat(rig.get64(rig.register(Rig.RSP) + 8)).isEqualTo(Rig.CODE);
    }

    @Test
    void iretqToCompatibilityModeRuns32BitCode() {
        rig.longMode(0).handlers().code(IRETQ);
        int code = rig.descriptor(Rig.FREE | 3, 0x00CF_FB00_0000_FFFFL);
        rig.put64(Rig.STACK, Rig.CODE + 0x100);
        rig.put64(Rig.STACK + 8, code);
        rig.put64(Rig.STACK + 16, 2);
        rig.put64(Rig.STACK + 24, 0x5000);
        rig.put64(Rig.STACK + 32, Rig.DATA3);

        rig.run(1);

        assertThat(rig.codeSize()).isEqualTo(32);
        assertThat(rig.cpu.cpl).isEqualTo(3);
        assertThat(rig.register(Rig.RSP)).isEqualTo(0x5000);
    }
}
