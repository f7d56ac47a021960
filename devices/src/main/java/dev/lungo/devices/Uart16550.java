package dev.lungo.devices;

import dev.lungo.machine.CharBackend;
import dev.lungo.machine.IrqLine;
import dev.lungo.machine.PortDevice;
import dev.lungo.machine.Timers;

/**
 * A PC16550D UART on eight ports. PC16550D datasheet, "Registers" (section 8.0).
 *
 * <p>The line is infinitely fast: the transmitter is empty again as soon as it is written. The
 * divisor is kept, and times nothing but the character timeout. The modem is always there and
 * ready. Left out: DMA mode, the effect of word length and parity, and errors on the line.
 */
public final class Uart16550 implements PortDevice {
    /** The size of its range. */
    public static final int PORTS = 8;

    // Register offsets. DLL and DLM take the place of the first two while LCR.DLAB is set.
    private static final int RBR_THR = 0;
    private static final int IER = 1;
    private static final int IIR_FCR = 2;
    private static final int LCR = 3;
    private static final int MCR = 4;
    private static final int LSR = 5;
    private static final int MSR = 6;
    private static final int SCR = 7;

    // IER
    private static final int ERBFI = 1;
    private static final int ETBEI = 1 << 1;
    private static final int ELSI = 1 << 2;
    private static final int EDSSI = 1 << 3;

    // IIR: the table "Interrupt Control Functions", highest priority first.
    private static final int LINE_STATUS = 0b0110;
    private static final int RECEIVED_DATA = 0b0100;
    private static final int CHARACTER_TIMEOUT = 0b1100;
    private static final int TRANSMITTER_EMPTY = 0b0010;
    private static final int MODEM_STATUS = 0b0000;
    private static final int NO_INTERRUPT = 0b0001;
    private static final int FIFOS_ENABLED = 0xC0;

    // FCR
    private static final int FIFO_ENABLE = 1;
    private static final int RECEIVER_RESET = 1 << 1;
    private static final int[] TRIGGER_LEVELS = {1, 4, 8, 14};

    private static final int BREAK_CONTROL = 1 << 6; // LCR
    private static final int DLAB = 1 << 7; // LCR

    // MCR
    private static final int DTR = 1;
    private static final int RTS = 1 << 1;
    private static final int OUT1 = 1 << 2;
    private static final int OUT2 = 1 << 3;
    private static final int LOOP = 1 << 4;

    // LSR
    private static final int DATA_READY = 1;
    private static final int OVERRUN_ERROR = 1 << 1;
    private static final int BREAK_INTERRUPT = 1 << 4;
    private static final int THRE_AND_TEMT = 1 << 5 | 1 << 6;

    // MSR. The delta bits are four to the right; that of RI is its trailing edge.
    private static final int CTS = 1 << 4;
    private static final int DSR = 1 << 5;
    private static final int RI = 1 << 6;
    private static final int DCD = 1 << 7;

    private static final int FIFO_BYTES = 16;
    private static final long CRYSTAL_HZ = 1_843_200;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final CharBackend line;
    private final IrqLine irq;
    private final Timers timers;
    private final Timers.Timer timeout;
    private Runnable onRoom = () -> {};

    private final byte[] received = new byte[FIFO_BYTES];
    private int first;
    private int count;
    private boolean timedOut;

    private int ier;
    private int fcr;
    private int lcr;
    private int mcr;
    private int scr;
    private int divisor;
    private int lineErrors;
    private int modem;
    private int modemDeltas;
    private boolean emptied;

    public Uart16550(CharBackend line, IrqLine irq, Timers timers) {
        this.line = line;
        this.irq = irq;
        this.timers = timers;
        this.timeout = timers.create(this, this::timeOut);
        clear();
    }

    /** MR: table "UART Reset Functions". */
    public void reset() {
        clear();
        update();
    }

    private void clear() {
        timeout.cancel();
        count = 0;
        timedOut = false;
        ier = 0;
        fcr = 0;
        lcr = 0;
        mcr = 0;
        scr = 0;
        divisor = 12; // undefined in the datasheet; 9600 baud is what firmware leaves
        lineErrors = 0;
        modem = CTS | DSR | DCD;
        modemDeltas = 0;
        emptied = false;
    }

    // ---- Host input

    /** Whether {@link #receive} has a place to put a byte in. */
    public boolean canReceive() {
        return (mcr & LOOP) == 0 && count < capacity();
    }

    /** Called whenever {@link #canReceive} has become true. */
    public void onRoom(Runnable listener) {
        onRoom = listener;
    }

    /** A byte arrives from the host. It overruns if nobody asked {@link #canReceive}. */
    public void receive(byte value) {
        if ((mcr & LOOP) == 0) {
            arrive(value);
            update();
        }
    }

    private void arrive(byte value) {
        if (count == capacity()) {
            lineErrors |= OVERRUN_ERROR;
            if (hasFifos()) {
                return; // the FIFO keeps what it has; the bare register is overwritten
            }
            count = 0;
        }
        received[(first + count) % FIFO_BYTES] = value;
        count++;
        restartTimeout();
    }

    /** Four character times without a byte coming or going, while there are some. */
    private void restartTimeout() {
        timedOut = false;
        if (!hasFifos() || count == 0) {
            timeout.cancel();
            return;
        }
        int bits = 1 + 5 + (lcr & 3) + (lcr >> 3 & 1) + 1 + (lcr >> 2 & 1);
        long bitNanos = NANOS_PER_SECOND * 16 * Math.max(1, divisor) / CRYSTAL_HZ;
        timeout.at(timers.clock().nanos() + 4L * bits * bitNanos);
    }

    private void timeOut() {
        timedOut = true;
        update();
    }

    // ---- Registers

    @Override
    public int read(int offset) {
        int value =
                switch (offset) {
                    case RBR_THR -> divisorLatch() ? divisor & 0xFF : takeReceived();
                    case IER -> divisorLatch() ? divisor >> 8 : ier;
                    case IIR_FCR -> takeCause();
                    case LCR -> lcr;
                    case MCR -> mcr;
                    case LSR -> takeLineStatus();
                    case MSR -> takeModemStatus();
                    default -> scr;
                };
        update();
        return value;
    }

    @Override
    public void write(int offset, int value) {
        switch (offset) {
            case RBR_THR -> {
                if (divisorLatch()) {
                    divisor = (divisor & 0xFF00) | value;
                } else {
                    transmit((byte) value);
                }
            }
            case IER -> {
                if (divisorLatch()) {
                    divisor = (divisor & 0xFF) | value << 8;
                } else {
                    setInterruptEnable(value & 0xF);
                }
            }
            case IIR_FCR -> setFifoControl(value);
            case LCR -> setLineControl(value);
            case MCR -> setModemControl(value & 0x1F);
            case SCR -> scr = value;
            default -> {} // LSR and MSR: factory tests
        }
        update();
    }

    private boolean divisorLatch() {
        return (lcr & DLAB) != 0;
    }

    private boolean hasFifos() {
        return (fcr & FIFO_ENABLE) != 0;
    }

    private int capacity() {
        return hasFifos() ? FIFO_BYTES : 1;
    }

    private int takeReceived() {
        if (count == 0) {
            return received[(first + FIFO_BYTES - 1) % FIFO_BYTES] & 0xFF;
        }
        int value = received[first] & 0xFF;
        first = (first + 1) % FIFO_BYTES;
        count--;
        restartTimeout();
        if (canReceive()) {
            onRoom.run();
        }
        return value;
    }

    private void transmit(byte value) {
        emptied = true;
        if ((mcr & LOOP) != 0) {
            arrive(value);
        } else {
            line.write(value);
        }
    }

    /** The transmitter is empty at all times, so that enabling its interrupt raises it. */
    private void setInterruptEnable(int value) {
        if ((value & ~ier & ETBEI) != 0) {
            emptied = true;
        }
        ier = value;
    }

    private void setFifoControl(int value) {
        boolean toggled = ((value ^ fcr) & FIFO_ENABLE) != 0;
        fcr = (value & FIFO_ENABLE) == 0 ? 0 : value & (FIFO_ENABLE | 0xC8);
        if (toggled || (value & RECEIVER_RESET) != 0) {
            count = 0;
            restartTimeout();
            if (canReceive()) {
                onRoom.run();
            }
        }
    }

    private void setLineControl(int value) {
        boolean startsBreak = (value & ~lcr & BREAK_CONTROL) != 0;
        lcr = value;
        if (startsBreak && (mcr & LOOP) != 0) {
            lineErrors |= BREAK_INTERRUPT;
            arrive((byte) 0);
        }
    }

    /** In loopback the outputs are the modem's inputs. Datasheet, "Modem Control Register". */
    private void setModemControl(int value) {
        boolean wasLoop = (mcr & LOOP) != 0;
        mcr = value;
        int now = CTS | DSR | DCD;
        if ((value & LOOP) != 0) {
            now =
                    ((value & RTS) != 0 ? CTS : 0)
                            | ((value & DTR) != 0 ? DSR : 0)
                            | ((value & OUT1) != 0 ? RI : 0)
                            | ((value & OUT2) != 0 ? DCD : 0);
        }
        int changed = now ^ modem;
        modemDeltas |= ((changed & (CTS | DSR | DCD)) | (modem & ~now & RI)) >> 4;
        modem = now;
        if (wasLoop && canReceive()) {
            onRoom.run();
        }
    }

    private int takeLineStatus() {
        int value = THRE_AND_TEMT | (count > 0 ? DATA_READY : 0) | lineErrors;
        lineErrors = 0;
        return value;
    }

    private int takeModemStatus() {
        int value = modem | modemDeltas;
        modemDeltas = 0;
        return value;
    }

    // ---- Interrupts

    /** Reading IIR acknowledges the transmitter, and nothing else. */
    private int takeCause() {
        int cause = cause();
        if (cause == TRANSMITTER_EMPTY) {
            emptied = false;
        }
        return cause | (hasFifos() ? FIFOS_ENABLED : 0);
    }

    private int cause() {
        if ((ier & ELSI) != 0 && lineErrors != 0) {
            return LINE_STATUS;
        }
        if ((ier & ERBFI) != 0 && count > 0) {
            if (!hasFifos() || count >= TRIGGER_LEVELS[fcr >> 6]) {
                return RECEIVED_DATA;
            }
            if (timedOut) {
                return CHARACTER_TIMEOUT;
            }
        }
        if ((ier & ETBEI) != 0 && emptied) {
            return TRANSMITTER_EMPTY;
        }
        return (ier & EDSSI) != 0 && modemDeltas != 0 ? MODEM_STATUS : NO_INTERRUPT;
    }

    /** On a PC, OUT2 lets the interrupt through; in loopback its pin is inactive. */
    private void update() {
        irq.set((mcr & (OUT2 | LOOP)) == OUT2 && cause() != NO_INTERRUPT);
    }
}
