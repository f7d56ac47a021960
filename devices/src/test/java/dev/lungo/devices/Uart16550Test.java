package dev.lungo.devices;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.machine.Timers;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class Uart16550Test {
    private static final int RBR_THR = 0;
    private static final int IER = 1;
    private static final int IIR_FCR = 2;
    private static final int LCR = 3;
    private static final int MCR = 4;
    private static final int LSR = 5;
    private static final int MSR = 6;
    private static final int SCR = 7;

    private static final int OUT2 = 1 << 3;
    private static final int LOOP = 1 << 4;
    private static final int NOTHING = 0b0001;

    private final ManualClock clock = new ManualClock();
    private final Timers timers = new Timers(clock);
    private final StringBuilder sent = new StringBuilder();
    private boolean irq;
    private final Uart16550 uart =
            new Uart16550(value -> sent.append((char) value), level -> irq = level, timers);

    @BeforeEach
    void letInterruptsThrough() {
        uart.write(MCR, OUT2);
    }

    private void receive(String text) {
        text.chars().forEach(c -> uart.receive((byte) c));
    }

    @Test
    void whatIsWrittenIsSentAtOnce() {
        uart.write(RBR_THR, 'h');
        uart.write(RBR_THR, 'i');

        assertThat(sent).hasToString("hi");
        assertThat(uart.read(LSR)).isEqualTo(0x60); // THRE, TEMT
    }

    @Test
    void readingIirAcknowledgesTheTransmitter() {
        uart.write(IER, 0x02); // ETBEI
        uart.read(IIR_FCR);

        uart.write(RBR_THR, 'a');

        assertThat(irq).isTrue();
        assertThat(uart.read(IIR_FCR)).isEqualTo(0b0010); // THR empty
        assertThat(uart.read(IIR_FCR)).isEqualTo(NOTHING);
        assertThat(irq).isFalse();
    }

    @Test
    void enablingTheTransmittersInterruptRaisesItEachTime() {
        for (int i = 0; i < 2; i++) {
            uart.write(IER, 0x02);
            assertThat(uart.read(IIR_FCR)).isEqualTo(0b0010);
            uart.write(IER, 0);
            assertThat(uart.read(IIR_FCR)).isEqualTo(NOTHING);
        }
    }

    @Test
    void withoutOut2NoInterruptGetsOut() {
        uart.write(IER, 0x01);
        uart.write(MCR, 0);
        receive("x");
        assertThat(irq).isFalse();
        assertThat(uart.read(IIR_FCR)).isEqualTo(0b0100);

        uart.write(MCR, OUT2);
        assertThat(irq).isTrue();
    }

    @Test
    void aBareRegisterHoldsOneByteAndOverruns() {
        uart.write(IER, 0x05); // ERBFI, ELSI
        receive("a");
        assertThat(uart.canReceive()).isFalse();

        receive("b");

        assertThat(uart.read(IIR_FCR)).as("line status comes first").isEqualTo(0b0110);
        assertThat(uart.read(LSR)).isEqualTo(0x63); // OE, DR
        assertThat(uart.read(LSR)).as("OE is cleared by reading").isEqualTo(0x61);
        assertThat(uart.read(RBR_THR)).isEqualTo('b');
        assertThat(irq).isFalse();
    }

    @Test
    void theFifoInterruptsAtItsTriggerLevel() {
        uart.write(IIR_FCR, 0x81); // enable, trigger level 8
        uart.write(IER, 0x01);

        receive("1234567");
        assertThat(uart.read(IIR_FCR)).isEqualTo(0xC0 | NOTHING);
        receive("8");
        assertThat(uart.read(IIR_FCR)).isEqualTo(0xC0 | 0b0100);
        assertThat(uart.read(RBR_THR)).isEqualTo('1');
        assertThat(irq).isFalse();
    }

    @Test
    void aFewBytesTimeOutAfterFourCharacterTimes() {
        uart.write(LCR, 0x83); // DLAB, 8N1
        uart.write(RBR_THR, 1); // 115200 baud
        uart.write(LCR, 0x03);
        uart.write(IIR_FCR, 0x81);
        uart.write(IER, 0x01);
        receive("a");

        clock.advance(340_000, timers); // 4 * 10 bits are 347 microseconds
        assertThat(irq).isFalse();
        clock.advance(10_000, timers);
        assertThat(uart.read(IIR_FCR)).isEqualTo(0xC0 | 0b1100);
        uart.read(RBR_THR);
        assertThat(irq).isFalse();
    }

    @Test
    void aFullFifoTakesNoMoreAndSaysWhenItDoesAgain() {
        uart.write(IIR_FCR, 0x01);
        boolean[] room = new boolean[1];
        uart.onRoom(() -> room[0] = true);
        receive("0123456789abcdef");
        assertThat(uart.canReceive()).isFalse();

        uart.read(RBR_THR);

        assertThat(room[0]).isTrue();
        assertThat(uart.canReceive()).isTrue();
    }

    @Test
    void clearingTheFifoDropsWhatIsInIt() {
        uart.write(IIR_FCR, 0x01);
        receive("abc");

        uart.write(IIR_FCR, 0x03);

        assertThat(uart.read(LSR)).isEqualTo(0x60);
    }

    @Test
    void loopbackTurnsTheOutputsIntoTheModemsInputs() {
        uart.write(MCR, LOOP | 0x0A); // OUT2, RTS

        assertThat(uart.read(MSR) & 0xF0).isEqualTo(0x90); // DCD, CTS
        uart.write(RBR_THR, 0x55);
        assertThat(sent.toString()).isEmpty();
        assertThat(uart.read(RBR_THR)).isEqualTo(0x55);
        assertThat(irq).isFalse();
    }

    @Test
    void aModemInputThatChangesInterruptsOnce() {
        uart.write(IER, 0x08); // EDSSI
        uart.write(MCR, LOOP);
        uart.write(MCR, OUT2);

        assertThat(uart.read(IIR_FCR)).isEqualTo(0b0000);
        assertThat(uart.read(MSR)).isEqualTo(0xBB); // DCD, DSR, CTS are back
        assertThat(uart.read(MSR)).isEqualTo(0xB0);
        assertThat(irq).isFalse();
    }

    @Test
    void linuxFindsA16550A() {
        // drivers/tty/serial/8250/8250_port.c, autoconfig()
        uart.write(IER, 0);
        assertThat(uart.read(IER)).isZero();
        uart.write(IER, 0x0F);
        assertThat(uart.read(IER)).isEqualTo(0x0F);
        uart.write(IER, 0);
        uart.write(IIR_FCR, 0x01);
        assertThat(uart.read(IIR_FCR) >> 6).isEqualTo(3);
        uart.write(LCR, 0x80);
        uart.write(IIR_FCR, 0x21); // the 16750 has a 64-byte FIFO to enable
        assertThat(uart.read(IIR_FCR) >> 5).isEqualTo(6);
        uart.write(LCR, 0x03);
        uart.write(IER, 0x40); // the XScale's UUE
        assertThat(uart.read(IER)).isZero();
    }

    @Test
    void theDivisorAndTheScratchRegisterAreKept() {
        uart.write(LCR, 0x80);
        uart.write(RBR_THR, 0x34);
        uart.write(IER, 0x12);
        uart.write(SCR, 0xA5);

        assertThat(uart.read(RBR_THR)).isEqualTo(0x34);
        assertThat(uart.read(IER)).isEqualTo(0x12);
        assertThat(uart.read(SCR)).isEqualTo(0xA5);
    }
}
