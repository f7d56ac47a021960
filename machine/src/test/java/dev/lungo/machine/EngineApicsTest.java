package dev.lungo.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.isa.Width;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A board whose engine has local APICs of its own. */
class EngineApicsTest {
    private static final int PIN = 9;
    private static final int LEVEL = 1 << 15;
    private static final InterruptMessage LEVEL_41 =
            new InterruptMessage(0, false, DeliveryMode.FIXED, 0x41, true);

    private final List<Object> log = new ArrayList<>();
    private final ApicBus bus = new ApicBus();
    private final LocalApic apic = new LocalApic(0, bus, new Timers(() -> 0));
    private final IoApic ioApic = new IoApic(0, bus);

    @BeforeEach
    void handOver() {
        apic.handOver(
                new EngineApics() {
                    @Override
                    public boolean deliver(InterruptMessage message) {
                        log.add(message);
                        return true;
                    }

                    @Override
                    public void awaitEnd(int pin, @Nullable InterruptMessage message) {
                        log.add("pin " + pin + ": " + message);
                    }

                    @Override
                    public void virtualWire(int cpu) {
                        log.add("virtual wire " + cpu);
                    }
                });
    }

    private void redirect(int low) {
        ioApic.write(0, Width.DWORD, 0x10 + 2 * PIN);
        ioApic.write(0x10, Width.DWORD, low);
    }

    @Test
    void aLevelIsSentAgainWhenTheEngineTellsOfItsEnd() {
        redirect(LEVEL | 0x41);

        ioApic.set(PIN, true);
        apic.ended(0x42);
        apic.ended(0x41);

        assertThat(log).containsExactly("pin 9: " + LEVEL_41, LEVEL_41, LEVEL_41);
    }

    @Test
    void theEndOfAnEdgeIsNotAwaited() {
        redirect(LEVEL | 0x41);
        redirect(0x41);

        assertThat(log).containsExactly("pin 9: " + LEVEL_41, "pin 9: null");
    }

    @Test
    void afterResetNoEndIsAwaited() {
        ioApic.reset();

        assertThat(log).hasSize(IoApic.PINS).contains("pin 9: null");
    }

    @Test
    void messagesOfDevicesGoToTheEngine() {
        bus.deliverMsi(0xFEE0_3004L, 0x4155);

        assertThat(log)
                .containsExactly(
                        new InterruptMessage(3, true, DeliveryMode.LOWEST_PRIORITY, 0x55, false));
    }

    @Test
    void virtualWireModeIsForTheEngineToSet() {
        apic.virtualWire();

        assertThat(log).containsExactly("virtual wire 0");
    }

    @Test
    void theWireFromThe8259LeadsToTheProcessorWhateverTheLocalApicsAre() {
        RecordedSignals signals = new RecordedSignals();
        apic.connect(signals);
        bus.connectInta(() -> 0x20);

        bus.lint0(true);

        assertThat(signals.interrupts).isEqualTo(1);
        assertThat(apic.hasInterrupt()).isTrue();
        assertThat(apic.acknowledge()).isEqualTo(0x20);
        bus.lint0(false);
        assertThat(apic.hasInterrupt()).isFalse();
    }

    @Test
    void aMessageIsWhatADeviceWouldWrite() {
        InterruptMessage message =
                new InterruptMessage(InterruptMessage.BROADCAST, true, DeliveryMode.NMI, 7, true);

        assertThat(message.msiAddress()).isEqualTo(0xFEEF_F004L);
        assertThat(message.msiData()).isEqualTo(0xC407);
        assertThat(InterruptMessage.ofMsi(message.msiAddress(), message.msiData()))
                .isEqualTo(message);
    }
}
