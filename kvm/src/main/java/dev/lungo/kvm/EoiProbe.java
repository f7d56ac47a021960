package dev.lungo.kvm;

import dev.lungo.host.HostMemory;
import dev.lungo.host.Raw;
import dev.lungo.isa.Cr0;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuRegisters.SegmentState;
import dev.lungo.machine.DeliveryMode;
import dev.lungo.machine.InterruptMessage;
import java.util.Arrays;

/**
 * Whether this KVM tells of an EOI at once. One that interprets ring 0, a thousand instructions at
 * a time, tells of it behind them; and if one of them was a HLT, not before something else wakes
 * the processor, so that a level-triggered interrupt that is still asserted does not.
 *
 * <p>A small guest in 32-bit protected mode ends an interrupt and writes to a port: which of the
 * two KVM comes with first is the answer.
 */
final class EoiProbe {
    private static final int MEMORY_BYTES = 64 << 10;
    private static final long CODE = 0x1000;

    // spotless:off
    private static final byte[] PROGRAM = {
        (byte) 0xC7, 0x05, (byte) 0xB0, 0, (byte) 0xE0, (byte) 0xFE, 0, 0, 0, 0, // mov dword [FEE000B0h],0
        (byte) 0xE6, (byte) 0x80,                                                // out 80h,al
    };
    // spotless:on

    private static final InterruptMessage ENDED =
            new InterruptMessage(0, false, DeliveryMode.FIXED, 0x40, true);

    // The local APIC: enabled, and this interrupt, of vector 40h, in service.
    private static final int SVR = 0xF0;
    private static final int ENABLED = 0x1FF;
    private static final int ISR_40 = 0x120;
    private static final int TMR_40 = 0x1A0;

    private static final int EXIT_REASON = Structs.RUN.at("exit_reason");
    private static final int CS = 1;

    /** Of the host, which does not change. */
    private static final class Answer {
        static final boolean AT_ONCE = ask();
    }

    private EoiProbe() {}

    static boolean tellsAtOnce() {
        return Answer.AT_ONCE;
    }

    private static boolean ask() {
        HostMemory memory = new HostMemory(MEMORY_BYTES);
        memory.write(CODE, PROGRAM);
        try {
            Vm vm = new Vm(Kvm.open(), memory, true);
            Vcpu cpu = new Vcpu(vm, 0);
            cpu.call(Ioctl.SET_CPUID2, vm.cpuid);
            if (vm.apics != null) {
                vm.apics.awaitEnd(0, ENDED);
            }
            prepare(cpu);
            while (!cpu.run()) {
                Thread.onSpinWait(); // a signal came
            }
            boolean atOnce = Raw.getInt(cpu.run + EXIT_REASON) == Exits.IOAPIC_EOI;
            // Taking a machine down can last far longer, and nobody waits for it.
            Thread.ofPlatform()
                    .daemon()
                    .start(() -> {
                        cpu.close();
                        memory.close();
                    });
            return atOnce;
        } catch (KvmException _) {
            return false; // then the machine itself will say what is wrong
        }
    }

    private static void prepare(Vcpu cpu) {
        Memory apic = cpu.get(Ioctl.GET_LAPIC, Structs.LAPIC_STATE);
        apic.putInt(SVR, ENABLED);
        apic.putInt(ISR_40, 1);
        apic.putInt(TMR_40, 1);
        cpu.call(Ioctl.SET_LAPIC, apic);

        CpuRegisters registers = new CpuRegisters();
        Arrays.fill(registers.segments, SegmentState.flatData(0x10));
        registers.segments[CS] = SegmentState.flatCode32(0x08);
        registers.tr = new SegmentState(0, 0, 0x67, 0x8B);
        registers.cr0 = Cr0.PE | Cr0.ET | Cr0.NE;
        registers.rip = CODE;
        Memory sregs = cpu.get(Ioctl.GET_SREGS, Structs.SREGS);
        RegisterTransfer.loadSystem(registers, sregs);
        cpu.call(Ioctl.SET_SREGS, sregs);
        Memory regs = new Memory(Structs.REGS);
        RegisterTransfer.loadGeneral(registers, regs);
        cpu.call(Ioctl.SET_REGS, regs);
    }
}
