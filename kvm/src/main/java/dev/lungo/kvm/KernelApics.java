package dev.lungo.kvm;

import dev.lungo.machine.EngineApics;
import dev.lungo.machine.InterruptMessage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The local APICs inside KVM, with the 8259s and the I/O APIC outside, which are {@code machine}'s.
 * Messages go in by KVM_SIGNAL_MSI; the 8259's vectors by KVM_INTERRUPT, as ever. A processor exits
 * at an EOI that a pin of the I/O APIC awaits: those KVM knows by the routes of GSIs 0 to 23.
 * Documentation/virt/kvm/api.rst, "KVM_CAP_SPLIT_IRQCHIP", "KVM_EXIT_IOAPIC_EOI".
 */
final class KernelApics implements EngineApics {
    private static final Capability[] NEEDED = {
        Capability.SPLIT_IRQCHIP,
        Capability.IRQ_ROUTING,
        Capability.SIGNAL_MSI,
        Capability.MP_STATE,
        Capability.TSC_DEADLINE_TIMER
    };

    // Registers, and what virtual wire mode has in them. SDM 3A, "Local APIC Register Address Map".
    private static final int SVR = 0xF0;
    private static final int LVT_LINT0 = 0x350;
    private static final int LVT_LINT1 = 0x360;
    private static final int SOFTWARE_ENABLE = 1 << 8;
    private static final int LEVEL_TRIGGERED_EXT_INT = 1 << 15 | 0b111 << 8;
    private static final int NMI = 0b100 << 8;

    private final Irqchip chip;
    private final List<Vcpu> processors = new ArrayList<>();
    private final @Nullable InterruptMessage[] awaited = new InterruptMessage[Irqchip.IO_APIC_PINS];

    /** For a machine that has no processors yet, and for which KVM {@link #areThere}. */
    KernelApics(Vm vm) {
        chip = Irqchip.split(vm);
    }

    /** Whether this KVM has all that they need. */
    static boolean areThere(Kvm kvm) {
        for (Capability each : NEEDED) {
            if (!kvm.has(each)) {
                return false;
            }
        }
        return true;
    }

    /** The machine has another processor. */
    void add(Vcpu cpu) {
        processors.add(cpu);
    }

    @Override
    public boolean deliver(InterruptMessage message) {
        return chip.message(message.msiAddress(), message.msiData());
    }

    @Override
    public synchronized void awaitEnd(int pin, @Nullable InterruptMessage message) {
        InterruptMessage before = awaited[pin];
        if (before == null ? message == null : before.equals(message)) {
            return;
        }
        awaited[pin] = message;
        List<Irqchip.Route> routes = new ArrayList<>();
        for (int i = 0; i < awaited.length; i++) {
            InterruptMessage each = awaited[i];
            if (each != null) {
                routes.add(new Irqchip.Route.Message(i, each.msiAddress(), each.msiData()));
            }
        }
        chip.route(routes);
    }

    @Override
    public void virtualWire(int cpu) {
        Vcpu processor = processors.get(cpu);
        Memory apic = processor.get(Ioctl.GET_LAPIC, Structs.LAPIC_STATE);
        apic.putInt(SVR, apic.getInt(SVR) | SOFTWARE_ENABLE);
        apic.putInt(LVT_LINT0, LEVEL_TRIGGERED_EXT_INT);
        apic.putInt(LVT_LINT1, NMI);
        processor.call(Ioctl.SET_LAPIC, apic);
    }
}
