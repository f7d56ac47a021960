package dev.lungo.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What connects local APICs, I/O APICs and everybody who sends message-signalled interrupts. SDM
 * 3A, "System and APIC Bus Architectures".
 *
 * <p>The arbitration for lowest-priority delivery takes the lowest processor priority and, among
 * equals, takes turns; focus processors are not looked for. The wire from the 8259's INTR to every
 * LINT0 is here too, and the INTA cycle back. An engine may take over all local APICs: see {@link
 * LocalApic#handOver}.
 *
 * <p>Messages and lines are for any thread that holds no local APIC's monitor. What is attached is
 * attached before the first of them.
 */
public final class ApicBus {
    private final List<LocalApic> localApics = new ArrayList<>();
    private final List<IoApic> ioApics = new ArrayList<>();
    private @Nullable IntSupplier inta;

    /** Null unless an engine has local APICs of its own. */
    private @Nullable EngineApics engine;

    /** Where the next arbitration begins; for who holds this monitor. */
    private int turn;

    void attach(LocalApic apic) {
        localApics.add(apic);
    }

    void attach(IoApic apic) {
        ioApics.add(apic);
    }

    void handOver(EngineApics apics) {
        engine = apics;
    }

    @Nullable EngineApics engine() {
        return engine;
    }

    /** Who answers an INTA cycle with a vector: {@link Pic8259Pair#acknowledge}. */
    public void connectInta(IntSupplier acknowledge) {
        inta = acknowledge;
    }

    /** The 8259's INTR output, wired to LINT0 of every processor. */
    public void lint0(boolean asserted) {
        for (LocalApic apic : localApics) {
            apic.lint0(asserted);
        }
    }

    /** The NMI line, wired to LINT1 of every processor. */
    public void lint1(boolean asserted) {
        for (LocalApic apic : localApics) {
            apic.lint1(asserted);
        }
    }

    /** An INTA cycle: the 8259's vector, or {@code otherwise} if there is no 8259. */
    int inta(int otherwise) {
        return inta == null ? otherwise : inta.getAsInt();
    }

    /** Whether any local APIC has taken it. */
    public boolean deliver(InterruptMessage message) {
        return engine == null ? deliver(message, null) : engine.deliver(message);
    }

    /** A device's four-byte write to {@code address}, for which {@link InterruptMessage#isMsi}. */
    public void deliverMsi(long address, int data) {
        deliver(InterruptMessage.ofMsi(address, data));
    }

    boolean deliver(InterruptMessage message, @Nullable LocalApic except) {
        if (message.mode() == DeliveryMode.LOWEST_PRIORITY) {
            LocalApic lowest = arbitrate(message, except);
            return lowest != null && lowest.accept(message);
        }
        boolean taken = false;
        for (LocalApic apic : localApics) {
            if (apic != except && apic.matches(message)) {
                taken |= apic.accept(message);
            }
        }
        return taken;
    }

    private synchronized @Nullable LocalApic arbitrate(
            InterruptMessage message, @Nullable LocalApic except) {
        LocalApic lowest = null;
        for (int i = 0; i < localApics.size(); i++) {
            LocalApic apic = localApics.get((turn + i) % localApics.size());
            if (apic != except
                    && apic.isSoftwareEnabled()
                    && apic.matches(message)
                    && (lowest == null
                            || apic.arbitrationPriority() < lowest.arbitrationPriority())) {
                lowest = apic;
            }
        }
        turn = (localApics.indexOf(lowest) + 1) % Math.max(1, localApics.size());
        return lowest;
    }

    /** What a pin of an I/O APIC sends whose end it waits for; null if it does not wait. */
    void awaitEnd(int pin, @Nullable InterruptMessage message) {
        if (engine != null) {
            engine.awaitEnd(pin, message);
        }
    }

    /** The end of a level-triggered interrupt, told to every I/O APIC. */
    void endOfInterrupt(int vector) {
        for (IoApic apic : ioApics) {
            apic.endOfInterrupt(vector);
        }
    }
}
