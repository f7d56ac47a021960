package dev.lungo.devices.virtio;

import dev.lungo.machine.ConsoleBackend;
import dev.lungo.machine.Workers;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;

/**
 * Consoles: a port each. Virtio 1.2, "Console Device" (section 5.3).
 *
 * <p>What the guest writes is taken by a worker a port. What is typed waits until the guest has
 * opened the port and has a buffer for it, and whoever types waits as long.
 *
 * <p>Left out: the size of a console, emergency writes, names, ports that come and go.
 */
public final class VirtioConsole implements VirtioDevice {
    private static final int CONSOLE = 3;
    private static final int COMMUNICATION_CLASS = 0x078000;

    // "Feature bits" (section 5.3.3)
    private static final long MULTIPORT = 1L << 1;

    // "Virtqueues" (section 5.3.2): two of the first port, two for control, two of each other port
    private static final int CONTROL_RECEIVE = 2;
    private static final int CONTROL_TRANSMIT = 3;
    private static final int QUEUE_SIZE = 64;

    // "Device configuration layout" (section 5.3.4)
    private static final int MAX_NR_PORTS = 4;
    private static final int CONFIGURATION_BYTES = 8;

    // "Multiport Device Operation" (section 5.3.6.2): struct virtio_console_control, and events
    private static final int EVENT = 4;
    private static final int VALUE = 6;
    private static final int CONTROL_BYTES = 8;
    private static final int DEVICE_READY = 0;
    private static final int DEVICE_ADD = 1;
    private static final int PORT_READY = 3;
    private static final int CONSOLE_PORT = 4;
    private static final int PORT_OPEN = 6;

    /** No more messages of the driver's are taken while so many of ours wait. */
    private static final int MOST_WAITING = 128;

    private static final int PIECE_BYTES = 4096;

    private final VirtioFunction function;
    private final Port[] ports;

    // Under the function's monitor.
    private final ArrayDeque<byte[]> messages = new ArrayDeque<>();
    private boolean multiport;

    public VirtioConsole(VirtioFunction function, List<ConsoleBackend> consoles, Workers workers) {
        this.function = function;
        ports = new Port[consoles.size()];
        for (int i = 0; i < ports.length; i++) {
            ports[i] = new Port(i, consoles.get(i), workers);
        }
    }

    /** What was typed, and has not all been taken. */
    private static final class Typed {
        final byte[] bytes;
        final Runnable whenTaken;
        int taken;

        Typed(byte[] bytes, Runnable whenTaken) {
            this.bytes = bytes;
            this.whenTaken = whenTaken;
        }
    }

    /** One console. */
    private final class Port {
        private final ConsoleBackend console;
        private final int receiveQueue;
        private final QueueWorker sender;
        private final ArrayDeque<Typed> typed = new ArrayDeque<>();

        private boolean open;

        Port(int index, ConsoleBackend console, Workers workers) {
            this.console = console;
            receiveQueue = index == 0 ? 0 : 2 * index + 2;
            sender = new QueueWorker(function, receiveQueue + 1, workers, this::send);
        }

        private long send(Chain chain, QueueWorker.Turn turn) {
            byte[] piece = turn.buffer(PIECE_BYTES);
            for (long done = 0; done < chain.readableBytes(); ) {
                int count = (int) Math.min(chain.readableBytes() - done, PIECE_BYTES);
                chain.read(done, piece, 0, count);
                console.write(piece, 0, count);
                done += count;
            }
            return 0;
        }

        private void receive(byte[] bytes, Runnable whenTaken) {
            synchronized (function.config()) {
                typed.add(new Typed(bytes, whenTaken));
                give();
            }
        }

        void give() {
            Virtqueue queue = function.existing(receiveQueue);
            for (Typed first = typed.peek();
                    first != null && (open || !multiport);
                    first = typed.peek()) {
                if (first.taken < first.bytes.length && !give(first, queue)) {
                    break;
                }
                if (first.taken == first.bytes.length) {
                    typed.remove();
                    first.whenTaken.run();
                }
            }
            queue.interrupt();
        }

        private boolean give(Typed first, Virtqueue queue) {
            Chain chain = queue.take();
            if (chain == null) {
                return false;
            }
            int count = (int) Math.min(chain.writableBytes(), first.bytes.length - first.taken);
            chain.write(0, first.bytes, first.taken, count);
            first.taken += count;
            queue.giveBack(chain, count);
            return true;
        }
    }

    @Override
    public void connect() {
        for (Port port : ports) {
            port.console.onReceive(port::receive);
        }
    }

    @Override
    public int deviceId() {
        return CONSOLE;
    }

    @Override
    public String name() {
        return "virtio console device";
    }

    @Override
    public int classCode() {
        return COMMUNICATION_CLASS;
    }

    @Override
    public long features() {
        return MULTIPORT;
    }

    @Override
    public int[] queueSizes() {
        int[] sizes = new int[2 * ports.length + 2];
        Arrays.fill(sizes, QUEUE_SIZE);
        return sizes;
    }

    @Override
    public byte[] configuration() {
        byte[] config = new byte[CONFIGURATION_BYTES];
        LittleEndian.put(config, MAX_NR_PORTS, 4, ports.length);
        return config;
    }

    @Override
    public void negotiated(long features) {
        multiport = (features & MULTIPORT) != 0;
    }

    @Override
    public void notified(int queue) {
        switch (queue) {
            case CONTROL_RECEIVE, CONTROL_TRANSMIT -> control();
            default -> {
                Port port = ports[queue < CONTROL_RECEIVE ? 0 : queue / 2 - 1];
                if (queue % 2 == 0) {
                    port.give();
                } else {
                    port.sender.notified();
                }
            }
        }
    }

    @Override
    public void reset() {
        messages.clear();
        multiport = false;
        for (Port port : ports) {
            port.open = false;
        }
    }

    // ---- Control

    private void control() {
        Virtqueue queue = function.existing(CONTROL_TRANSMIT);
        tell();
        while (messages.size() < MOST_WAITING) {
            Chain chain = queue.take();
            if (chain == null) {
                break;
            }
            if (chain.readableBytes() >= CONTROL_BYTES) {
                byte[] message = new byte[CONTROL_BYTES];
                chain.read(0, message, 0, CONTROL_BYTES);
                obey(message);
            }
            queue.giveBack(chain, 0);
            tell();
        }
        queue.interrupt();
    }

    private void obey(byte[] message) {
        long id = LittleEndian.u32(message, 0);
        int event = LittleEndian.u16(message, EVENT);
        int value = LittleEndian.u16(message, VALUE);
        if (event == DEVICE_READY && value == 1) {
            for (int i = 0; i < ports.length; i++) {
                add(i, DEVICE_ADD);
            }
        } else if (id < ports.length) {
            if (event == PORT_READY && value == 1) {
                add((int) id, CONSOLE_PORT);
                add((int) id, PORT_OPEN);
            } else if (event == PORT_OPEN) {
                ports[(int) id].open = value == 1;
                ports[(int) id].give();
            }
        }
    }

    private void add(int port, int event) {
        byte[] message = new byte[CONTROL_BYTES];
        LittleEndian.put(message, 0, 4, port);
        LittleEndian.put(message, EVENT, 2, event);
        LittleEndian.put(message, VALUE, 2, 1);
        messages.add(message);
    }

    /** Passes messages on to the driver, as far as it has buffers for them. */
    private void tell() {
        Virtqueue queue = function.existing(CONTROL_RECEIVE);
        while (!messages.isEmpty()) {
            Chain chain = queue.take();
            if (chain == null) {
                break;
            }
            int count = (int) Math.min(chain.writableBytes(), CONTROL_BYTES);
            chain.write(0, messages.remove(), 0, count);
            queue.giveBack(chain, count);
        }
        queue.interrupt();
    }
}
