package dev.lungo.machine;

import org.jspecify.annotations.Nullable;

/**
 * Local APICs that an engine has itself, because KVM or hardware has them, in the place of {@link
 * LocalApic}s: see {@link LocalApic#handOver}. Everything is for any thread.
 */
public interface EngineApics {
    /** Whether any local APIC has taken it. */
    boolean deliver(InterruptMessage message);

    /**
     * Says of which level-triggered messages {@link LocalApic#ended} is to be told: those of the
     * pins of an I/O APIC.
     *
     * @param message that a pin sends, or null if that is edge-triggered
     */
    void awaitEnd(int pin, @Nullable InterruptMessage message);

    /** {@link LocalApic#virtualWire} for a processor, which does not run. */
    void virtualWire(int cpu);
}
