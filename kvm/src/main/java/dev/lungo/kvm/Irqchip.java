package dev.lungo.kvm;

import java.util.List;

/**
 * The interrupt controllers that KVM has itself: the local APICs alone, or all of a PC's with its
 * interval timer. Documentation/virt/kvm/api.rst, "KVM_CREATE_IRQCHIP", "KVM_CAP_SPLIT_IRQCHIP",
 * "KVM_SET_GSI_ROUTING", "KVM_IRQFD".
 *
 * <p>It is there before the first processor is.
 */
final class Irqchip {
    /** How many pins the I/O APIC has. */
    static final int IO_APIC_PINS = 24;

    // Chips, and kinds of routes.
    private static final int PIC_MASTER = 0;
    private static final int PIC_SLAVE = 1;
    private static final int IO_APIC = 2;
    private static final int ROUTE_TO_CHIP = 1;
    private static final int ROUTE_TO_MSI = 2;

    private static final int IRQFD_DEASSIGN = 1;
    private static final int IRQFD_RESAMPLE = 2;

    private static final Struct ENTRY = Structs.IRQ_ROUTING_ENTRY;
    private static final int FIRST_ROUTE = Structs.IRQ_ROUTING.at("entries");

    private final Vm vm;

    private Irqchip(Vm vm) {
        this.vm = vm;
    }

    /** Both 8259s, the I/O APIC and local APICs. GSIs 0 to 15 are pins of both kinds of chip. */
    static Irqchip whole(Vm vm) {
        vm.call(Ioctl.CREATE_IRQCHIP, 0);
        return new Irqchip(vm);
    }

    /**
     * The local APICs; the others are the user's, whose processors exit at an EOI that an I/O APIC
     * with so many pins waits for.
     */
    static Irqchip split(Vm vm) {
        vm.enable(Capability.SPLIT_IRQCHIP, IO_APIC_PINS);
        return new Irqchip(vm);
    }

    /** The 8254, whose output is GSI 0. */
    void addPit() {
        vm.call(Ioctl.CREATE_PIT2, new Memory(Structs.PIT_CONFIG));
    }

    /** Drives a line. */
    void line(int gsi, boolean asserted) {
        Struct type = Structs.IRQ_LEVEL;
        Memory level = new Memory(type);
        level.putInt(type.at("irq"), gsi);
        level.putInt(type.at("level"), asserted ? 1 : 0);
        vm.call(Ioctl.IRQ_LINE, level);
    }

    /** Delivers a message: whether any local APIC has taken it. */
    boolean message(long address, int data) {
        Struct type = Structs.MSI;
        Memory msi = new Memory(type);
        msi.putInt(type.at("address_lo"), (int) address);
        msi.putInt(type.at("address_hi"), (int) (address >>> 32));
        msi.putInt(type.at("data"), data);
        try {
            return vm.call(Ioctl.SIGNAL_MSI, msi) > 0;
        } catch (KvmException e) {
            if (e.errno() == Syscall.EPERM) {
                return false; // it is addressed to nobody: what is returned then is -1
            }
            throw e;
        }
    }

    /** Where a GSI leads. */
    sealed interface Route {
        int gsi();

        /** To a pin of the I/O APIC. */
        record Pin(int gsi, int pin) implements Route {}

        /** To an input of the pair of 8259s. */
        record Input(int gsi, int irq) implements Route {}

        /** To local APICs, as a message. */
        record Message(int gsi, long address, int data) implements Route {}
    }

    /** Says where all GSIs lead, in place of what was said before. */
    void route(List<Route> routes) {
        Memory table = new Memory(Structs.IRQ_ROUTING, ENTRY, routes.size());
        table.putInt(Structs.IRQ_ROUTING.at("nr"), routes.size());
        for (int i = 0; i < routes.size(); i++) {
            put(table, FIRST_ROUTE + i * ENTRY.bytes(), routes.get(i));
        }
        vm.call(Ioctl.SET_GSI_ROUTING, table);
    }

    private static void put(Memory table, int at, Route route) {
        table.putInt(at + ENTRY.at("gsi"), route.gsi());
        switch (route) {
            case Route.Pin(_, int pin) -> putPin(table, at, IO_APIC, pin);
            case Route.Input(_, int irq) ->
                    putPin(table, at, irq < 8 ? PIC_MASTER : PIC_SLAVE, irq & 7);
            case Route.Message(_, long address, int data) -> {
                table.putInt(at + ENTRY.at("type"), ROUTE_TO_MSI);
                table.putInt(at + ENTRY.at("u.msi.address_lo"), (int) address);
                table.putInt(at + ENTRY.at("u.msi.address_hi"), (int) (address >>> 32));
                table.putInt(at + ENTRY.at("u.msi.data"), data);
            }
        }
    }

    private static void putPin(Memory table, int at, int chip, int pin) {
        table.putInt(at + ENTRY.at("type"), ROUTE_TO_CHIP);
        table.putInt(at + ENTRY.at("u.irqchip.irqchip"), chip);
        table.putInt(at + ENTRY.at("u.irqchip.pin"), pin);
    }

    /** Has each signal of an event be an edge of a GSI, without anybody's help; or no longer. */
    void connect(EventFile event, int gsi, boolean connected) {
        irqfd(event, gsi, connected ? 0 : IRQFD_DEASSIGN, -1);
    }

    /** Has a signal assert a level until its EOI, of which another event tells. */
    void connectLevel(EventFile event, EventFile ended, int gsi) {
        irqfd(event, gsi, IRQFD_RESAMPLE, ended.file);
    }

    private void irqfd(EventFile event, int gsi, int flags, int ended) {
        Struct type = Structs.IRQFD;
        Memory irqfd = new Memory(type);
        irqfd.putInt(type.at("fd"), event.file);
        irqfd.putInt(type.at("gsi"), gsi);
        irqfd.putInt(type.at("flags"), flags);
        irqfd.putInt(type.at("resamplefd"), ended);
        vm.call(Ioctl.IRQFD, irqfd);
    }

    // State.

    /** The state of a chip, 0 and 1 the 8259s and 2 the I/O APIC: a structure kvm_irqchip. */
    Memory chip(int number) {
        Memory chip = new Memory(Structs.IRQCHIP);
        chip.putInt(Structs.IRQCHIP.at("chip_id"), number);
        vm.call(Ioctl.GET_IRQCHIP, chip);
        return chip;
    }

    void setChip(Memory chip) {
        vm.call(Ioctl.SET_IRQCHIP, chip);
    }

    /** The state of the 8254: a structure kvm_pit_state2. */
    Memory pit() {
        Memory pit = new Memory(Structs.PIT_STATE2);
        vm.call(Ioctl.GET_PIT2, pit);
        return pit;
    }

    void setPit(Memory pit) {
        vm.call(Ioctl.SET_PIT2, pit);
    }
}
