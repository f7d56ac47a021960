package dev.lungo.machine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class Pic8259PairTest {
    private static final int EOI = 0x20;

    private boolean intr;
    private final Pic8259Pair pair = new Pic8259Pair(level -> intr = level);
    private final PortDevice master = pair.master();
    private final PortDevice slave = pair.slave();

    @BeforeEach
    void initialize() {
        initialize(master, 0x08, 4, 1);
        initialize(slave, 0x70, 2, 1);
    }

    private static void initialize(PortDevice pic, int icw2, int icw3, int icw4) {
        pic.write(0, 0x11);
        pic.write(1, icw2);
        pic.write(1, icw3);
        pic.write(1, icw4);
    }

    @Test
    void aRequestIsAcknowledgedWithItsVectorAndThenInService() {
        pair.set(4, true);
        assertThat(intr).isTrue();

        assertThat(pair.acknowledge()).isEqualTo(0x0C);

        assertThat(intr).isFalse();
        assertThat(master.read(0)).as("IRR").isZero();
        master.write(0, 0x0B); // OCW3: read ISR
        assertThat(master.read(0)).isEqualTo(1 << 4);
        master.write(0, EOI);
        assertThat(master.read(0)).isZero();
    }

    @Test
    void theSlavesRequestsComeThroughIr2() {
        pair.set(8, true);

        assertThat(pair.acknowledge()).isEqualTo(0x70);

        pair.set(9, true);
        assertThat(intr).as("8 is in service").isFalse();
        slave.write(0, EOI);
        assertThat(intr).as("IR2 is in service").isFalse();
        master.write(0, EOI);
        assertThat(intr).isTrue();
        assertThat(pair.acknowledge()).isEqualTo(0x71);
    }

    @Test
    void higherPriorityInterruptsAndLowerWaits() {
        pair.set(4, true);
        pair.acknowledge();

        pair.set(5, true);
        assertThat(intr).isFalse();
        pair.set(1, true);
        assertThat(pair.acknowledge()).isEqualTo(0x09);
    }

    @Test
    void theMaskHoldsARequestBack() {
        master.write(1, 0xFF);
        pair.set(4, true);
        assertThat(intr).isFalse();
        assertThat(master.read(0)).isEqualTo(1 << 4);

        master.write(1, 0xEF);
        assertThat(intr).isTrue();
        assertThat(master.read(1)).isEqualTo(0xEF);
    }

    @Test
    void aRequestThatGoesAwayIsSpurious() {
        pair.set(4, true);
        pair.set(4, false);

        assertThat(pair.acknowledge()).isEqualTo(0x0F);

        master.write(0, 0x0B);
        assertThat(master.read(0)).as("nothing in service").isZero();
    }

    @Test
    void anEdgeIsTakenOnceAndALevelUntilItIsGone() {
        pair.set(5, true);
        pair.acknowledge();
        master.write(0, EOI);
        assertThat(intr).as("still high, no new edge").isFalse();

        pair.elcr().write(0, 1 << 5);

        assertThat(intr).isTrue();
        pair.acknowledge();
        master.write(0, EOI);
        assertThat(intr).isTrue();
        pair.set(5, false);
        assertThat(intr).isFalse();
    }

    @Test
    void theSystemsOwnLinesAreEdgeTriggeredForEver() {
        pair.elcr().write(0, 0xFF);
        pair.elcr().write(1, 0xFF);

        assertThat(pair.elcr().read(0)).isEqualTo(0xF8);
        assertThat(pair.elcr().read(1)).isEqualTo(0xDE);
    }

    @Test
    void automaticEoiLeavesNothingInService() {
        initialize(master, 0x08, 4, 3);
        pair.set(4, true);
        pair.acknowledge();

        pair.set(5, true);

        assertThat(intr).isTrue();
    }

    @Test
    void rotationMakesTheServedLineTheLowest() {
        pair.set(0, true);
        pair.acknowledge();
        master.write(0, 0xA0); // rotate on non-specific EOI

        pair.set(0, false);
        pair.set(0, true);
        pair.set(7, true);

        assertThat(pair.acknowledge()).isEqualTo(0x0F);
    }

    @Test
    void specialMaskModeLetsLowerLinesThroughAMaskedOne() {
        pair.set(3, true);
        pair.acknowledge();
        pair.set(6, true);
        assertThat(intr).isFalse();

        master.write(1, 1 << 3);
        master.write(0, 0x68); // OCW3: ESMM, SMM

        assertThat(pair.acknowledge()).isEqualTo(0x0E);
    }

    @Test
    void aPollAcknowledges() {
        pair.set(4, true);

        master.write(0, 0x0C); // OCW3: poll

        assertThat(master.read(0)).isEqualTo(0x84);
        assertThat(intr).isFalse();
    }
}
