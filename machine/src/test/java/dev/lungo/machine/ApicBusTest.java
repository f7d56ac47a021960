package dev.lungo.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ApicBusTest {
    private static final int TPR = 0x80;
    private static final int LDR = 0xD0;
    private static final int DFR = 0xE0;
    private static final int SVR = 0xF0;
    private static final int ICR_LOW = 0x300;
    private static final int ICR_HIGH = 0x310;

    private static final int LOGICAL = 1 << 11;
    private static final int ALL_BUT_SELF = 3 << 18;
    private static final int INIT = 5 << 8;
    private static final int STARTUP = 6 << 8;
    private static final int NMI = 4 << 8;

    private final Timers timers = new Timers(() -> 0);
    private final ApicBus bus = new ApicBus();
    private final List<LocalApic> apics = new ArrayList<>();
    private final List<RecordedSignals> signals = new ArrayList<>();

    @BeforeEach
    void fourProcessors() {
        for (int i = 0; i < 4; i++) {
            LocalApic apic = new LocalApic(i, bus, timers);
            signals.add(new RecordedSignals());
            apic.connect(signals.get(i));
            apic.writeMmio(SVR, 0x1FF);
            apics.add(apic);
        }
    }

    private void send(int destination, int command) {
        apics.get(0).writeMmio(ICR_HIGH, destination << 24);
        apics.get(0).writeMmio(ICR_LOW, command);
    }

    /** The processors with an interrupt, which is taken and ended. */
    private List<Integer> interrupted() {
        List<Integer> found = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            if (apics.get(i).hasInterrupt()) {
                apics.get(i).acknowledge();
                apics.get(i).writeMmio(0xB0, 0);
                found.add(i);
            }
        }
        return found;
    }

    @Test
    void aPhysicalDestinationIsAnId() {
        send(2, 0x41);
        assertThat(interrupted()).containsExactly(2);

        send(9, 0x41);
        assertThat(interrupted()).isEmpty();
    }

    @Test
    void allOnesIsEverybody() {
        send(0xFF, 0x41);
        assertThat(interrupted()).containsExactly(0, 1, 2, 3);
    }

    @Test
    void shorthandsNeedNoDestination() {
        send(0, ALL_BUT_SELF | 0x41);
        assertThat(interrupted()).containsExactly(1, 2, 3);

        send(9, 2 << 18 | 0x41);
        assertThat(interrupted()).containsExactly(0, 1, 2, 3);
    }

    @Test
    void aFlatLogicalDestinationIsASetOfBits() {
        for (int i = 0; i < 4; i++) {
            apics.get(i).writeMmio(LDR, 1 << i << 24);
        }

        send(0b1010, LOGICAL | 0x41);

        assertThat(interrupted()).containsExactly(1, 3);
    }

    @Test
    void aClusterDestinationIsAClusterAndASetOfBits() {
        for (int i = 0; i < 4; i++) {
            apics.get(i).writeMmio(DFR, 0);
            apics.get(i).writeMmio(LDR, (((i / 2) << 4) | (1 << (i % 2))) << 24);
        }

        send(0x13, LOGICAL | 0x41);

        assertThat(interrupted()).containsExactly(2, 3);
    }

    @Test
    void x2ApicsAreAddressedLogicallyByClusterOfSixteen() {
        for (LocalApic apic : apics) {
            assertThat(apic.setBase(apic.baseMsr() | 1 << 10)).isTrue();
        }

        apics.get(0).writeMsr(0x830, 0b1101L << 32 | LOGICAL | 0x41);
        assertThat(apics.get(0).hasInterrupt()).isTrue();
        assertThat(apics.get(1).hasInterrupt()).isFalse();
        assertThat(apics.get(2).hasInterrupt()).isTrue();
        assertThat(apics.get(3).hasInterrupt()).isTrue();
    }

    @Test
    void lowestPriorityGoesToOneAndTakesTurnsAmongEquals() {
        apics.get(0).writeMmio(TPR, 0x20);
        for (int i = 0; i < 4; i++) {
            apics.get(i).writeMmio(LDR, 1 << i << 24);
        }
        List<Integer> targets = new ArrayList<>();

        for (int i = 0; i < 4; i++) {
            send(0x0F, LOGICAL | 1 << 8 | 0x41);
            targets.addAll(interrupted());
        }

        assertThat(targets).containsExactly(1, 2, 3, 1);
    }

    @Test
    void initAndStartupReachTheProcessor() {
        apics.get(1).writeMmio(LDR, 1 << 24);
        send(1, INIT | 1 << 14);
        send(1, STARTUP | 0x9A);

        assertThat(signals.get(1).inits).isEqualTo(1);
        assertThat(signals.get(1).startupVector).isEqualTo(0x9A);
        assertThat(apics.get(1).readMmio(LDR)).as("reset by INIT").isZero();
    }

    @Test
    void initLevelDeAssertDoesNothing() {
        send(1, INIT | 1 << 15);
        assertThat(signals.get(1).inits).isZero();
    }

    @Test
    void nmiReachesAProcessorDisabledBySoftware() {
        apics.get(3).writeMmio(SVR, 0xFF);
        send(3, NMI);
        assertThat(signals.get(3).nmis).isEqualTo(1);
    }

    @Test
    void aWriteToFeeIsAMessage() {
        long address = 0xFEE0_0000L | 2 << 12;
        assertThat(InterruptMessage.isMsi(address)).isTrue();
        assertThat(InterruptMessage.isMsi(0xFED0_0000L)).isFalse();

        bus.deliverMsi(address, 0x51);

        assertThat(apics.get(2).acknowledge()).isEqualTo(0x51);
    }

    @Test
    void aliasedIdsAllReceive() {
        apics.get(1).writeMmio(0x20, 0);

        send(0, 0x41);

        assertThat(interrupted()).containsExactly(0, 1);
    }
}
