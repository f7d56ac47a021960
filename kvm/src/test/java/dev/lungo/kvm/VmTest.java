package dev.lungo.kvm;

import static dev.lungo.isa.Mnemonic.HLT;
import static dev.lungo.isa.Mnemonic.MOV;
import static dev.lungo.isa.Mnemonic.NOP;
import static dev.lungo.isa.Mnemonic.OUT;
import static dev.lungo.isa.Mnemonic.RDMSR;
import static dev.lungo.isa.Operands.AL;
import static dev.lungo.isa.Operands.EAX;
import static dev.lungo.isa.Operands.ECX;
import static dev.lungo.isa.Operands.EDX;
import static dev.lungo.isa.Operands.abs;
import static dev.lungo.isa.Operands.imm;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lungo.host.Raw;
import dev.lungo.isa.Msr;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a machine of KVM's can do beside running code. */
class VmTest {
    private static final int DONE = 0x80;

    @Test
    void writtenPagesAreTold() {
        try (KvmGuest guest = new KvmGuest(_ -> {})) {
            guest.code(
                    KvmGuest.CODE,
                    a -> {
                        a.op(MOV, abs(4, 0x10_0004, 4), EAX).op(MOV, abs(4, 0x23_4560, 4), EAX);
                        a.op(OUT, imm(DONE), AL)
                                .op(MOV, abs(4, 0x5_0000, 4), EAX)
                                .op(OUT, imm(DONE), AL);
                    });
            guest.vm.logDirtyPages(true);

            guest.nextPort();
            long[] first = guest.vm.dirtyPages();
            guest.nextPort();
            long[] second = guest.vm.dirtyPages();
            long[] third = guest.vm.dirtyPages();

            assertThat(first).contains(0x10_0000, 0x23_4000).doesNotContain(0x5_0000);
            assertThat(second).contains(0x5_0000).doesNotContain(0x10_0000);
            assertThat(third).isEmpty();
        }
    }

    @Test
    void writesToAPortSignalAnEventWithoutAnExit() {
        try (KvmGuest guest = new KvmGuest(_ -> {});
                EventFile event = new EventFile()) {
            guest.code(
                    KvmGuest.CODE,
                    a -> {
                        a.op(OUT, imm(0x90), AL).op(OUT, imm(0x90), AL).op(OUT, imm(DONE), AL);
                    });
            guest.vm.signalAtPort(event, 0x90, 1, true);

            int port = guest.nextPort();

            assertThat(port).isEqualTo(DONE);
            assertThat(event.take()).isEqualTo(2);
            assertThat(event.take()).isZero();
        }
    }

    @Test
    void writesToAnAddressSignalAnEventWithoutAnExit() {
        try (KvmGuest guest = new KvmGuest(_ -> {});
                EventFile event = new EventFile()) {
            guest.code(
                    KvmGuest.CODE,
                    a -> {
                        a.op(MOV, abs(4, 0x8000_0010L, 4), EAX).op(OUT, imm(DONE), AL);
                    });
            guest.vm.signalAtAddress(event, 0x8000_0010L, 4, true);

            int port = guest.nextPort();

            assertThat(port).isEqualTo(DONE);
            assertThat(event.take()).isEqualTo(1);
        }
    }

    @Test
    void anMsrCanBeKeptFromKvm() {
        try (KvmGuest guest = new KvmGuest(_ -> {})) {
            guest.code(
                    KvmGuest.CODE,
                    a -> {
                        a.op(MOV, ECX, imm(Msr.IA32_SYSENTER_ESP))
                                .op(RDMSR)
                                .op(OUT, imm(DONE), AL)
                                .op(HLT);
                    });
            guest.vm.filterMsrs(Msr.IA32_SYSENTER_CS, true, false, true);

            int reason = guest.run();
            int msr = Raw.getInt(guest.cpu.run + Structs.RUN.at("msr.index"));
            Raw.putLong(guest.cpu.run + Structs.RUN.at("msr.data"), 0x1_2345_6789L);
            guest.nextPort();

            assertThat(reason).isEqualTo(Exits.RDMSR);
            assertThat(msr).isEqualTo(Msr.IA32_SYSENTER_ESP);
            Memory regs = guest.cpu.get(Ioctl.GET_REGS, Structs.REGS);
            assertThat(regs.getLong(Structs.REGS.at("rax"))).isEqualTo(0x2345_6789);
            assertThat(regs.getLong(Structs.REGS.at("rdx"))).isEqualTo(1);
        }
    }

    @Test
    void cpuidAnswersWhatItWasGiven() {
        try (KvmGuest guest = new KvmGuest(_ -> {})) {
            guest.code(
                    KvmGuest.CODE,
                    a -> {
                        a.op(MOV, EAX, imm(0))
                                .op(dev.lungo.isa.Mnemonic.CPUID)
                                .op(OUT, imm(DONE), AL);
                    });
            Memory cpuid = new Memory(Structs.CPUID2, Structs.CPUID_ENTRY2, 1);
            int first = Structs.CPUID2.at("entries");
            cpuid.putInt(Structs.CPUID2.at("nent"), 1);
            cpuid.putInt(first + Structs.CPUID_ENTRY2.at("edx"), 0x1234_5678);
            guest.cpu.call(Ioctl.SET_CPUID2, cpuid);

            guest.nextPort();

            Memory regs = guest.cpu.get(Ioctl.GET_REGS, Structs.REGS);
            assertThat(regs.getLong(Structs.REGS.at("rdx"))).isEqualTo(0x1234_5678);
        }
    }

    @Test
    void allRegistersGoOutAndIn() {
        try (KvmGuest guest = new KvmGuest(_ -> {})) {
            guest.code(
                    KvmGuest.CODE,
                    a -> {
                        a.op(MOV, EDX, imm(7)).op(OUT, imm(DONE), AL).op(MOV, EDX, imm(8));
                        a.op(OUT, imm(DONE), AL);
                    });
            guest.nextPort();
            guest.cpu.exitImmediately(true);
            guest.cpu.run(); // so that the access is complete
            guest.cpu.exitImmediately(false);
            guest.cpu.writeMsr(Msr.IA32_LSTAR, 0x1234);
            Snapshot before = Snapshot.of(guest.cpu, guest.vm.msrs);
            guest.nextPort();
            guest.cpu.writeMsr(Msr.IA32_LSTAR, 0x4321);

            before.restore(guest.cpu);
            Memory restored = guest.cpu.get(Ioctl.GET_REGS, Structs.REGS);
            guest.nextPort();

            assertThat(restored.toBytes()).isEqualTo(before.regs().toBytes());
            assertThat(guest.cpu.readMsr(Msr.IA32_LSTAR)).isEqualTo(0x1234);
            assertThat(guest.cpu.get(Ioctl.GET_XSAVE, Structs.XSAVE).toBytes())
                    .isEqualTo(before.xsave().toBytes());
        }
    }

    @Test
    void theGuestStopsAtBreakpointsAndStepByStep() {
        try (KvmGuest guest = new KvmGuest(_ -> {})) {
            guest.code(
                    KvmGuest.CODE,
                    a -> {
                        a.op(NOP).op(NOP).op(NOP).op(NOP).op(OUT, imm(DONE), AL);
                    });
            List<Long> stops = new ArrayList<>();

            GuestDebug.breakAt(guest.cpu, KvmGuest.CODE + 3, KvmGuest.CODE + 1);
            stops.add(stop(guest));
            GuestDebug.breakAt(guest.cpu, KvmGuest.CODE + 3);
            stops.add(stop(guest));
            GuestDebug.step(guest.cpu);
            stops.add(stop(guest));
            GuestDebug.off(guest.cpu);

            assertThat(stops)
                    .containsExactly(KvmGuest.CODE + 1, KvmGuest.CODE + 3, KvmGuest.CODE + 4);
            assertThat(guest.nextPort()).isEqualTo(DONE);
        }
    }

    private static long stop(KvmGuest guest) {
        assertThat(guest.run()).isEqualTo(Exits.DEBUG);
        return GuestDebug.stoppedBefore(guest.cpu);
    }

    @Test
    void theClockCanBeSet() {
        try (KvmGuest guest = new KvmGuest(_ -> {})) {
            guest.vm.setClock(5_000_000_000_000L);

            assertThat(guest.vm.clock()).isBetween(5_000_000_000_000L, 5_010_000_000_000L);
        }
    }

    @Test
    void aRequestThatFailsSaysWhichAndWhy() {
        try (KvmGuest guest = new KvmGuest(_ -> {})) {
            assertThatThrownBy(() -> guest.vm.call(Ioctl.CREATE_VCPU, 0))
                    .isInstanceOf(KvmException.class)
                    .hasMessage("KVM_CREATE_VCPU failed: it is there already (EEXIST)");
        }
    }
}
