package dev.lungo.kvm;

import static dev.lungo.isa.Mnemonic.HLT;
import static dev.lungo.isa.Mnemonic.JMP;
import static dev.lungo.isa.Mnemonic.MOV;
import static dev.lungo.isa.Mnemonic.OUT;
import static dev.lungo.isa.Mnemonic.STI;
import static dev.lungo.isa.Operands.AL;
import static dev.lungo.isa.Operands.ESP;
import static dev.lungo.isa.Operands.abs;
import static dev.lungo.isa.Operands.imm;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.isa.Assembler;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** KVM's own interrupt controllers, and events in and out of them. */
class IrqchipTest {
    private static final long APIC = 0xFEE0_0000L;
    private static final long IO_APIC = 0xFEC0_0000L;
    private static final int VECTOR = 0x40;
    private static final int READY = 0x80;
    private static final int TAKEN = 0x81;
    private static final int LEVEL_TRIGGERED = 1 << 15;

    /** Enables the APIC, says so, and waits for interrupts, of which each is told. */
    private static KvmGuest guest(Consumer<Vm> chips, Consumer<Assembler> further) {
        KvmGuest guest = new KvmGuest(chips);
        guest.code(
                KvmGuest.CODE,
                a -> {
                    a.op(MOV, abs(4, APIC + 0xF0, 4), imm(0x1FF));
                    further.accept(a);
                    a.op(OUT, imm(READY), AL).op(STI).label("wait").op(HLT).jump(JMP, "wait");
                });
        guest.handle(
                VECTOR,
                a -> { // without an IRET, which not every KVM can interpret
                    a.op(OUT, imm(TAKEN), AL).op(MOV, abs(4, APIC + 0xB0, 4), imm(0));
                    a.op(MOV, ESP, imm(KvmGuest.STACK))
                            .op(STI)
                            .label("wait")
                            .op(HLT)
                            .jump(JMP, "wait");
                });
        assertThat(guest.nextPort()).isEqualTo(READY);
        return guest;
    }

    /** An entry of the I/O APIC, for processor 0; the 8259s are kept out. */
    private static void redirect(Assembler a, int pin, int low) {
        a.op(MOV, AL, imm(0xFF)).op(OUT, imm(0x21), AL).op(OUT, imm(0xA1), AL);
        a.op(MOV, abs(4, IO_APIC, 4), imm(0x10 + 2 * pin));
        a.op(MOV, abs(4, IO_APIC + 0x10, 4), imm(low));
        a.op(MOV, abs(4, IO_APIC, 4), imm(0x11 + 2 * pin));
        a.op(MOV, abs(4, IO_APIC + 0x10, 4), imm(0));
    }

    @Test
    void aLineInterruptsThroughTheIoApic() {
        Irqchip[] chips = new Irqchip[1];
        try (KvmGuest guest =
                guest(vm -> chips[0] = Irqchip.whole(vm), a -> redirect(a, 5, VECTOR))) {
            chips[0].line(5, true);
            chips[0].line(5, false);

            assertThat(guest.nextPort()).isEqualTo(TAKEN);
        }
    }

    @Test
    void anEventIsAnEdge() {
        Irqchip[] chips = new Irqchip[1];
        try (KvmGuest guest =
                        guest(vm -> chips[0] = Irqchip.whole(vm), a -> redirect(a, 7, VECTOR));
                EventFile event = new EventFile()) {
            chips[0].connect(event, 7, true);

            event.signal();
            int first = guest.nextPort();
            event.signal();
            int second = guest.nextPort();

            assertThat(first).isEqualTo(TAKEN);
            assertThat(second).isEqualTo(TAKEN);
        }
    }

    @Test
    void aLevelEndsWithItsEndOfInterrupt() {
        Irqchip[] chips = new Irqchip[1];
        try (KvmGuest guest =
                        guest(
                                vm -> chips[0] = Irqchip.whole(vm),
                                a -> redirect(a, 9, VECTOR | LEVEL_TRIGGERED));
                EventFile event = new EventFile();
                EventFile ended = new EventFile()) {
            chips[0].connectLevel(event, ended, 9);

            event.signal();
            int first = guest.nextPort();
            event.signal(); // the guest goes on, and tells of the second when the first is over
            int second = guest.nextPort();

            assertThat(first).isEqualTo(TAKEN);
            assertThat(second).isEqualTo(TAKEN);
            assertThat(ended.take()).isPositive();
        }
    }

    @Test
    void messagesReachLocalApicsWithTheOtherChipsOutside() {
        Irqchip[] chips = new Irqchip[1];
        try (KvmGuest guest = guest(vm -> chips[0] = Irqchip.split(vm), _ -> {});
                EventFile event = new EventFile()) {
            chips[0].route(List.of(new Irqchip.Route.Message(3, APIC, VECTOR)));
            chips[0].connect(event, 3, true);

            boolean taken = chips[0].message(APIC, VECTOR);
            int first = guest.nextPort();
            event.signal();
            int second = guest.nextPort();

            assertThat(taken).isTrue();
            assertThat(first).isEqualTo(TAKEN);
            assertThat(second).isEqualTo(TAKEN);
        }
    }

    @Test
    void theTimerTicks() {
        Irqchip[] chips = new Irqchip[1];
        Consumer<Vm> whole =
                vm -> {
                    chips[0] = Irqchip.whole(vm);
                    chips[0].addPit();
                };
        try (KvmGuest guest =
                guest(
                        whole,
                        a -> {
                            redirect(a, 0, VECTOR); // where GSI 0 leads unless told otherwise
                            a.op(MOV, AL, imm(0x34)).op(OUT, imm(0x43), AL);
                            a.op(MOV, AL, imm(0)).op(OUT, imm(0x40), AL);
                            a.op(MOV, AL, imm(0x40)).op(OUT, imm(0x40), AL);
                        })) {
            int first = guest.nextPort();
            int second = guest.nextPort();

            assertThat(first).isEqualTo(TAKEN);
            assertThat(second).isEqualTo(TAKEN);
            assertThat(chips[0].pit().getInt(Structs.PIT_STATE2.at("channels"))).isEqualTo(0x4000);
        }
    }

    @Test
    void stateGoesOutAndIn() {
        Irqchip[] chips = new Irqchip[1];
        try (KvmGuest guest =
                guest(vm -> chips[0] = Irqchip.whole(vm), a -> redirect(a, 5, VECTOR))) {
            Memory ioApic = chips[0].chip(2);
            Memory lapic = guest.cpu.get(Ioctl.GET_LAPIC, Structs.LAPIC_STATE);

            chips[0].setChip(ioApic);
            guest.cpu.call(Ioctl.SET_LAPIC, lapic);

            assertThat(chips[0].chip(2).toBytes()).isEqualTo(ioApic.toBytes());
            assertThat(lapic.getInt(0xF0)).isEqualTo(0x1FF);
        }
    }
}
