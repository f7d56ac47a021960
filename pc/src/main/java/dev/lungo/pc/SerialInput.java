package dev.lungo.pc;

import dev.lungo.devices.Uart16550;
import java.util.ArrayDeque;

/** What the host has sent to a serial port and the guest has not yet taken. */
final class SerialInput {
    /** The host is asked to wait when more than this waits, in bytes. */
    private static final int ENOUGH = 4096;

    private final ArrayDeque<Byte> waiting = new ArrayDeque<>();
    private final Uart16550 uart;
    private Runnable onRoom = () -> {};

    SerialInput(Uart16550 uart) {
        this.uart = uart;
        uart.onRoom(this::give);
    }

    /**
     * @param whenTaken called once it may send more
     */
    void send(byte[] bytes, Runnable whenTaken) {
        for (byte each : bytes) {
            waiting.add(each);
        }
        onRoom = whenTaken;
        give();
    }

    private void give() {
        while (!waiting.isEmpty() && uart.canReceive()) {
            uart.receive(waiting.remove());
        }
        if (waiting.size() < ENOUGH) {
            Runnable told = onRoom;
            onRoom = () -> {};
            told.run();
        }
    }
}
