package dev.lungo.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.isa.Width;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LocalApicTest {
    // Offsets of registers in the page
    private static final int ID = 0x20;
    private static final int VERSION = 0x30;
    private static final int TPR = 0x80;
    private static final int PPR = 0xA0;
    private static final int EOI = 0xB0;
    private static final int SVR = 0xF0;
    private static final int ISR = 0x100;
    private static final int IRR = 0x200;
    private static final int ESR = 0x280;
    private static final int ICR_LOW = 0x300;
    private static final int ICR_HIGH = 0x310;
    private static final int LVT_TIMER = 0x320;
    private static final int LVT_LINT0 = 0x350;
    private static final int LVT_ERROR = 0x370;
    private static final int INITIAL_COUNT = 0x380;
    private static final int CURRENT_COUNT = 0x390;
    private static final int DIVIDE = 0x3E0;

    private static final int DIVIDE_BY_1 = 0b1011;
    private static final int PERIODIC = 1 << 17;
    private static final int TSC_DEADLINE = 2 << 17;
    private static final int MASKED = 1 << 16;

    private static final long BASE = 0xFEE0_0000L;
    private static final long ENABLE = 1 << 11;
    private static final long X2 = 1 << 10;
    private static final long BSP = 1 << 8;

    private final ManualClock clock = new ManualClock();
    private final Timers timers = new Timers(clock);
    private final ApicBus bus = new ApicBus();
    private final RecordedSignals signals = new RecordedSignals();
    private final LocalApic apic = new LocalApic(0, bus, timers);

    @BeforeEach
    void enable() {
        apic.connect(signals);
        apic.writeMmio(SVR, 0x1FF);
    }

    private void selfIpi(int vector) {
        apic.writeMmio(ICR_LOW, 1 << 18 | vector);
    }

    @Test
    void isVersion14WithSixLvtEntries() {
        assertThat(apic.readMmio(VERSION)).isEqualTo(0x0005_0014);
    }

    @Test
    void aSelfIpiIsRequestedServicedAndEnded() {
        selfIpi(0x41);
        assertThat(signals.interrupts).isPositive();
        assertThat(apic.hasInterrupt()).isTrue();
        assertThat(apic.readMmio(IRR + 0x20)).isEqualTo(1 << 1); // 41h is bit 1 of the third word

        assertThat(apic.acknowledge()).isEqualTo(0x41);
        assertThat(apic.hasInterrupt()).isFalse();
        assertThat(apic.readMmio(IRR + 0x20)).isZero();
        assertThat(apic.readMmio(ISR + 0x20)).isEqualTo(1 << 1);

        apic.writeMmio(EOI, 0);
        assertThat(apic.readMmio(ISR + 0x20)).isZero();
    }

    @Test
    void anInterruptOfTheClassInServiceWaitsForItsEnd() {
        selfIpi(0x41);
        apic.acknowledge();

        selfIpi(0x4F);
        assertThat(apic.hasInterrupt()).isFalse();
        selfIpi(0x50);
        assertThat(apic.acknowledge()).isEqualTo(0x50);

        apic.writeMmio(EOI, 0);
        assertThat(apic.hasInterrupt()).isFalse();
        apic.writeMmio(EOI, 0);
        assertThat(apic.acknowledge()).isEqualTo(0x4F);
    }

    @Test
    void taskPriorityHoldsBackItsClassAndBelow() {
        apic.setCr8(5);

        selfIpi(0x5F);

        assertThat(apic.readMmio(TPR)).isEqualTo(0x50);
        assertThat(apic.readMmio(PPR)).isEqualTo(0x50);
        assertThat(apic.hasInterrupt()).isFalse();
        signals.interrupts = 0;
        apic.setCr8(4);
        assertThat(apic.hasInterrupt()).isTrue();
        assertThat(signals.interrupts).isPositive();
    }

    @Test
    void acknowledgingNothingGivesTheSpuriousVectorWithoutService() {
        assertThat(apic.acknowledge()).isEqualTo(0xFF);
        assertThat(apic.readMmio(ISR + 0x70)).isZero();
    }

    @Test
    void aVectorBelowSixteenIsAnErrorWithAnInterrupt() {
        apic.writeMmio(LVT_ERROR, 0xEE);

        selfIpi(0x0F);

        assertThat(apic.acknowledge()).isEqualTo(0xEE);
        apic.writeMmio(ESR, 0);
        assertThat(apic.readMmio(ESR)).isEqualTo(1 << 5); // send illegal vector
        apic.writeMmio(ESR, 0);
        assertThat(apic.readMmio(ESR)).isZero();
    }

    @Test
    void disabledBySoftwareItMasksItsLvtAndTakesNoInterrupt() {
        apic.writeMmio(LVT_TIMER, 0x40);
        apic.writeMmio(SVR, 0xFF);

        apic.writeMmio(LVT_ERROR, 0x41);
        selfIpi(0x50);

        assertThat(apic.readMmio(LVT_TIMER)).isEqualTo(MASKED | 0x40);
        assertThat(apic.readMmio(LVT_ERROR)).isEqualTo(MASKED | 0x41);
        assertThat(apic.hasInterrupt()).isFalse();
    }

    @Test
    void partsOfARegisterCanBeRead() {
        assertThat(apic.read(VERSION + 2, Width.BYTE)).isEqualTo(5);
        assertThat(apic.read(VERSION, Width.WORD)).isEqualTo(0x14);
    }

    // ---- Modes

    @Test
    void onlyTheTransitionsOfTheManualAreAccepted() {
        long x2 = BASE | BSP | ENABLE | X2;
        assertThat(apic.setBase(BASE | BSP | X2)).as("enabled to invalid").isFalse();

        assertThat(apic.setBase(x2)).isTrue();
        assertThat(apic.setBase(BASE | BSP | ENABLE)).as("x2APIC to xAPIC").isFalse();
        assertThat(apic.setBase(BASE | BSP | X2)).as("x2APIC to invalid").isFalse();

        assertThat(apic.setBase(BASE | BSP)).isTrue();
        assertThat(apic.setBase(x2)).as("disabled to x2APIC").isFalse();
        assertThat(apic.setBase(BASE | BSP | ENABLE)).isTrue();
        assertThat(apic.decodes()).isTrue();
    }

    @Test
    void reservedBitsOfTheBaseAreRefused() {
        assertThat(apic.setBase(BASE | BSP | ENABLE | 1)).isFalse();
        assertThat(apic.setBase(BASE | BSP | ENABLE | 1L << 40)).isFalse();

        apic.limit(false, 48);
        assertThat(apic.setBase(BASE | BSP | ENABLE | 1L << 40)).isTrue();
        assertThat(apic.setBase(BASE | BSP | ENABLE | X2)).isFalse();
    }

    @Test
    void cr8LivesOnWhileTheApicIsDisabled() {
        apic.setCr8(3);

        apic.setBase(BASE | BSP);

        assertThat(apic.decodes()).isFalse();
        assertThat(apic.cr8()).isEqualTo(3);
        apic.setCr8(12);
        assertThat(apic.cr8()).isEqualTo(12);
    }

    @Test
    void theXapicIdCanBeChangedAndComesBackWithReEnabling() {
        apic.writeMmio(ID, 7 << 24);
        assertThat(apic.readMmio(ID)).isEqualTo(7L << 24);

        apic.setBase(BASE | BSP);
        apic.setBase(BASE | BSP | ENABLE);

        assertThat(apic.readMmio(ID)).isZero();
    }

    @Test
    void x2ApicRegistersAreMsrsAndReservedBitsFault() {
        assertThat(apic.canReadMsr(0x803)).as("not in xAPIC mode").isFalse();
        assertThat(apic.writeMsr(0x808, 0)).as("not in xAPIC mode").isFalse();
        apic.setBase(BASE | BSP | ENABLE | X2);

        assertThat(apic.readMsr(0x803)).isEqualTo(0x0005_0014);
        assertThat(apic.readMsr(0x80D)).as("logical ID").isEqualTo(1);
        assertThat(apic.canReadMsr(0x80B)).as("EOI is write-only").isFalse();
        assertThat(apic.canReadMsr(0x80E)).as("no DFR").isFalse();
        assertThat(apic.canReadMsr(0x831)).as("no ICR high").isFalse();
        assertThat(apic.writeMsr(0x802, 0)).as("ID is read-only").isFalse();
        assertThat(apic.writeMsr(0x80B, 1)).as("EOI takes zero").isFalse();
        assertThat(apic.writeMsr(0x83F, 0x100)).as("self IPI takes eight bits").isFalse();
        assertThat(apic.writeMsr(0x808, 1L << 32)).isFalse();

        assertThat(apic.writeMsr(0x83F, 0x66)).isTrue();
        assertThat(apic.acknowledge()).isEqualTo(0x66);
        assertThat(apic.writeMsr(0x80B, 0)).isTrue();
    }

    @Test
    void initKeepsTheBaseTheModeAndTheId() {
        apic.setBase(0xFED4_0000L | BSP | ENABLE | X2);

        apic.init();

        assertThat(apic.baseMsr()).isEqualTo(0xFED4_0000L | BSP | ENABLE | X2);
        assertThat(apic.readMsr(0x80F)).as("spurious vector register").isEqualTo(0xFF);
        assertThat(apic.readMsr(0x80D)).as("logical ID").isEqualTo(1);
    }

    // ---- Timer

    @Test
    void oneShotCountsDownOnceAndStaysAtZero() {
        apic.writeMmio(DIVIDE, DIVIDE_BY_1);
        apic.writeMmio(LVT_TIMER, 0xEE);
        apic.writeMmio(INITIAL_COUNT, 1000);

        clock.advance(999, timers);
        assertThat(apic.readMmio(CURRENT_COUNT)).isEqualTo(1);
        assertThat(apic.hasInterrupt()).isFalse();

        clock.advance(1, timers);
        assertThat(apic.acknowledge()).isEqualTo(0xEE);
        assertThat(apic.readMmio(CURRENT_COUNT)).isZero();
        assertThat(timers.nextDeadline()).isEqualTo(Timers.NEVER);
    }

    @Test
    void theDividerSlowsTheCount() {
        apic.writeMmio(DIVIDE, 0); // by two
        apic.writeMmio(INITIAL_COUNT, 1000);

        clock.advance(1000, timers);

        assertThat(apic.readMmio(CURRENT_COUNT)).isEqualTo(500);
    }

    @Test
    void periodicBeginsAgainAndFastPeriodsThatWereMissedAreOneInterrupt() {
        apic.writeMmio(DIVIDE, DIVIDE_BY_1);
        apic.writeMmio(LVT_TIMER, PERIODIC | 0xEE);
        apic.writeMmio(INITIAL_COUNT, 1000);

        clock.advance(3250, timers);

        assertThat(apic.acknowledge()).isEqualTo(0xEE);
        assertThat(apic.hasInterrupt()).isFalse();
        assertThat(apic.readMmio(CURRENT_COUNT)).isEqualTo(750);
        assertThat(timers.nextDeadline()).isEqualTo(4000);
    }

    @Test
    void missedPeriodsAreMadeUpForFourTimesAsFast() {
        apic.writeMmio(DIVIDE, DIVIDE_BY_1);
        apic.writeMmio(LVT_TIMER, PERIODIC | 0xEE);
        apic.writeMmio(INITIAL_COUNT, 1_000_000);

        clock.advance(2_500_000, timers);
        assertThat(apic.acknowledge()).isEqualTo(0xEE);
        assertThat(apic.readMmio(CURRENT_COUNT)).isEqualTo(500_000);
        apic.writeMmio(EOI, 0);

        clock.advance(250_000, timers);
        assertThat(apic.acknowledge()).isEqualTo(0xEE);
        assertThat(timers.nextDeadline()).isEqualTo(3_000_000);
    }

    @Test
    void aChangeBetweenOneShotAndPeriodicKeepsTheCountGoing() {
        apic.writeMmio(DIVIDE, DIVIDE_BY_1);
        apic.writeMmio(LVT_TIMER, 0xEE);
        apic.writeMmio(INITIAL_COUNT, 1000);
        clock.advance(600, timers);

        apic.writeMmio(LVT_TIMER, PERIODIC | 0xEE);

        assertThat(apic.readMmio(CURRENT_COUNT)).isEqualTo(400);
        clock.advance(500, timers);
        assertThat(apic.readMmio(CURRENT_COUNT)).isEqualTo(900);
        apic.writeMmio(LVT_TIMER, 0xEE);
        clock.advance(900, timers);
        assertThat(apic.readMmio(CURRENT_COUNT)).isZero();
        apic.writeMmio(LVT_TIMER, PERIODIC | 0xEE);
        assertThat(apic.readMmio(CURRENT_COUNT)).as("stays at zero").isZero();
    }

    @Test
    void aPassedTscDeadlineFiresAtOnceAndIsCleared() {
        clock.advance(5000, timers);
        apic.writeMmio(LVT_TIMER, TSC_DEADLINE | 0xEF);

        apic.setTscDeadline(5000);

        assertThat(apic.acknowledge()).isEqualTo(0xEF);
        assertThat(apic.tscDeadline()).isZero();
    }

    @Test
    void aTscDeadlineIsInTheProcessorsOwnTsc() {
        apic.setTscOffset(1_000_000);
        apic.writeMmio(LVT_TIMER, TSC_DEADLINE | 0xEF);
        apic.setTscDeadline(1_000_500);

        clock.advance(499, timers);
        assertThat(apic.hasInterrupt()).isFalse();
        clock.advance(1, timers);
        assertThat(apic.hasInterrupt()).isTrue();
    }

    @Test
    void aTscDeadlineIsIgnoredInTheOtherModes() {
        apic.setTscDeadline(10);

        assertThat(apic.tscDeadline()).isZero();
        assertThat(timers.nextDeadline()).isEqualTo(Timers.NEVER);
    }

    // ---- Pins

    @Test
    void theEightFiftyNinesInterruptsComeThroughVirtualWire() {
        bus.connectInta(() -> 0x08);
        apic.reset();
        apic.lint0(true);
        assertThat(apic.hasInterrupt()).as("masked after reset").isFalse();

        apic.virtualWire();

        assertThat(apic.hasInterrupt()).isTrue();
        assertThat(apic.acknowledge()).isEqualTo(0x08);
        assertThat(apic.readMmio(ISR)).as("not in service here").isZero();
    }

    @Test
    void disabledThePinsGoStraightToTheProcessor() {
        bus.connectInta(() -> 0x08);
        apic.setBase(BASE | BSP);

        apic.lint0(true);
        apic.lint1(true);

        assertThat(apic.hasInterrupt()).isTrue();
        assertThat(apic.acknowledge()).isEqualTo(0x08);
        assertThat(signals.nmis).isEqualTo(1);
    }

    @Test
    void aLevelOnLint0IsServedAgainAfterItsEnd() {
        apic.writeMmio(LVT_LINT0, 1 << 15 | 0x60);
        apic.lint0(true);
        assertThat(apic.acknowledge()).isEqualTo(0x60);
        assertThat(apic.readMmio(LVT_LINT0) & 1 << 14).as("remote IRR").isNotZero();

        apic.writeMmio(EOI, 0);
        assertThat(apic.acknowledge()).isEqualTo(0x60);

        apic.lint0(false);
        apic.writeMmio(EOI, 0);
        assertThat(apic.hasInterrupt()).isFalse();
    }

    @Test
    void lint1IsNmiInVirtualWireMode() {
        apic.virtualWire();

        apic.lint1(true);
        apic.lint1(true);

        assertThat(signals.nmis).isEqualTo(1);
    }

    @Test
    void icrHighHoldsTheDestination() {
        apic.writeMmio(ICR_HIGH, 5 << 24);
        apic.writeMmio(ICR_LOW, 0x41);

        assertThat(apic.readMmio(ICR_HIGH)).isEqualTo(5L << 24);
        assertThat(apic.readMmio(ICR_LOW)).isEqualTo(0x41);
        assertThat(apic.hasInterrupt()).as("for number five").isFalse();
    }
}
