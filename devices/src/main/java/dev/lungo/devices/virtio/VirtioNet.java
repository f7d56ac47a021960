package dev.lungo.devices.virtio;

import dev.lungo.machine.NetBackend;
import dev.lungo.machine.Workers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A network adapter. Virtio 1.2, "Network Device" (section 5.1).
 *
 * <p>Frames to send are taken by a worker a queue. Those that arrive are put into the guest's
 * buffers by the thread that brings them; where there are no buffers, they are dropped. Each
 * connection keeps to one of the receive queues.
 *
 * <p>The driver may leave checksums and the segmentation of TCP to the device ({@link
 * Segmentation}): that saves the guest more than it costs the host. The other way it would not, as
 * nothing that arrives is larger than a frame.
 *
 * <p>Left out: VLAN filters, announcements, coalescing, RSS, hash reports. Of the receive filters,
 * multicast is always let through, and so is all unicast when the driver names further addresses.
 */
public final class VirtioNet implements VirtioDevice {
    private static final int NETWORK_CARD = 1;
    private static final int ETHERNET_CLASS = 0x020000;

    // "Feature bits" (section 5.1.3)
    private static final long CSUM = 1L;
    private static final long MAC = 1L << 5;
    private static final long HOST_TSO4 = 1L << 11;
    private static final long HOST_TSO6 = 1L << 12;
    private static final long HOST_ECN = 1L << 13;
    private static final long MRG_RXBUF = 1L << 15;
    private static final long STATUS = 1L << 16;
    private static final long CTRL_VQ = 1L << 17;
    private static final long CTRL_RX = 1L << 18;
    private static final long MQ = 1L << 22;
    private static final long CTRL_MAC_ADDR = 1L << 23;

    // "Device configuration layout" (section 5.1.4)
    private static final int CONFIGURATION_BYTES = 10;
    private static final int MAC_BYTES = 6;
    private static final int LINK_UP = 1;

    /** What precedes each frame: "Device Operation" (section 5.1.6). */
    static final int HEADER_BYTES = 12;

    private static final int NUM_BUFFERS = 10;

    // "Control Virtqueue" (section 5.1.6.5)
    private static final int CTRL_CLASS = 0;
    private static final int CTRL_COMMAND = 1;
    private static final int CTRL_DATA = 2;
    private static final int RX_PROMISC = 0x00_00;
    private static final int RX_ALLMULTI = 0x00_01;
    private static final int MAC_TABLE_SET = 0x01_00;
    private static final int MAC_ADDR_SET = 0x01_01;
    private static final int MQ_VQ_PAIRS_SET = 0x04_00;
    private static final int MOST_CONTROL_BYTES = 64 << 10;
    private static final int OK = 0;
    private static final int ERR = 1;

    private static final int QUEUE_SIZE = 256;
    private static final int CONTROL_QUEUE_SIZE = 64;

    /** An Ethernet header with a VLAN tag, and what it carries. */
    private static final int MOST_FRAME_BYTES = 18 + (64 << 10);

    private final VirtioFunction function;
    private final NetBackend network;
    private final byte[] initialMac;
    private final int mostPairs;
    private final QueueWorker[] senders;

    // Under the function's monitor.
    private byte[] mac;
    private boolean multiqueue;
    private boolean mergeable;
    private int pairs = 1;
    private boolean promiscuous;
    private boolean otherUnicast;
    private byte[] packet = new byte[2048];

    /**
     * A network adapter.
     *
     * @param mac 48 bits, the first byte highest
     * @param mostPairs of receive and transmit queues, 1 or more
     */
    public VirtioNet(
            VirtioFunction function, NetBackend network, long mac, int mostPairs, Workers workers) {
        this.function = function;
        this.network = network;
        initialMac = new byte[MAC_BYTES];
        for (int i = 0; i < MAC_BYTES; i++) {
            initialMac[i] = (byte) (mac >>> 8 * (MAC_BYTES - 1 - i));
        }
        this.mac = initialMac;
        this.mostPairs = mostPairs;
        senders = new QueueWorker[mostPairs];
        for (int i = 0; i < mostPairs; i++) {
            senders[i] = new QueueWorker(function, 2 * i + 1, workers, this::send);
        }
    }

    @Override
    public void connect() {
        network.onReceive(this::receive);
    }

    @Override
    public int deviceId() {
        return NETWORK_CARD;
    }

    @Override
    public String name() {
        return "virtio network device";
    }

    @Override
    public int classCode() {
        return ETHERNET_CLASS;
    }

    @Override
    public long features() {
        long offloads = CSUM | HOST_TSO4 | HOST_TSO6 | HOST_ECN;
        long control = CTRL_VQ | CTRL_RX | CTRL_MAC_ADDR | (mostPairs > 1 ? MQ : 0);
        return MAC | STATUS | MRG_RXBUF | offloads | control;
    }

    /** A receive and a transmit queue a pair, then the control queue. */
    @Override
    public int[] queueSizes() {
        int[] sizes = new int[2 * mostPairs + 1];
        Arrays.fill(sizes, QUEUE_SIZE);
        sizes[2 * mostPairs] = CONTROL_QUEUE_SIZE;
        return sizes;
    }

    @Override
    public byte[] configuration() {
        byte[] config = new byte[CONFIGURATION_BYTES];
        System.arraycopy(mac, 0, config, 0, MAC_BYTES);
        LittleEndian.put(config, 6, 2, LINK_UP); // status
        LittleEndian.put(config, 8, 2, mostPairs); // max_virtqueue_pairs
        return config;
    }

    @Override
    public void negotiated(long features) {
        multiqueue = (features & MQ) != 0;
        mergeable = (features & MRG_RXBUF) != 0;
    }

    @Override
    public void notified(int queue) {
        // Who knows of one pair only has the control queue behind that.
        if (queue == (multiqueue ? 2 * mostPairs : 2)) {
            control(function.existing(queue));
        } else if (queue % 2 == 1) {
            senders[queue / 2].notified();
        }
    }

    @Override
    public void reset() {
        mac = initialMac;
        multiqueue = false;
        mergeable = false;
        pairs = 1;
        promiscuous = false;
        otherUnicast = false;
    }

    // ---- Sending, on workers

    private long send(Chain chain, QueueWorker.Turn turn) {
        long bytes = chain.readableBytes();
        if (bytes < HEADER_BYTES) {
            function.fail("a frame without its header");
        } else if (bytes <= HEADER_BYTES + MOST_FRAME_BYTES) {
            byte[] packet = turn.buffer(HEADER_BYTES + MOST_FRAME_BYTES);
            chain.read(0, packet, 0, (int) bytes);
            Segmentation.send(packet, (int) bytes, network);
        }
        return 0;
    }

    // ---- Receiving, on whatever thread the frame comes

    private void receive(byte[] frame, int at, int bytes) {
        if (bytes >= 2 * MAC_BYTES && bytes <= MOST_FRAME_BYTES) {
            synchronized (function.config()) {
                if (isWanted(frame, at)) {
                    deliver(
                            function.existing(2 * (flow(frame, at, bytes) % pairs)),
                            frame,
                            at,
                            bytes);
                }
            }
        }
    }

    private boolean isWanted(byte[] frame, int at) {
        boolean multicast = (frame[at] & 1) != 0;
        return multicast
                || promiscuous
                || otherUnicast
                || Arrays.equals(frame, at, at + MAC_BYTES, mac, 0, MAC_BYTES);
    }

    /** The same for all frames of a connection: made of IP's addresses and what follows them. */
    private int flow(byte[] frame, int at, int bytes) {
        int hash = 0;
        if (pairs > 1) {
            for (int i = 26; i < Math.min(bytes, 38); i++) {
                hash = 31 * hash + frame[at + i];
            }
        }
        return (hash ^ hash >>> 16) & 0x7FFF;
    }

    private void deliver(Virtqueue queue, byte[] frame, int at, int bytes) {
        int total = HEADER_BYTES + bytes;
        int position = queue.position();
        List<Chain> buffers = new ArrayList<>(1);
        long room = 0;
        while (room < total) {
            Chain next = room > 0 && !mergeable ? null : queue.take();
            if (next == null) {
                queue.rewind(position, buffers.size());
                return; // dropped
            }
            buffers.add(next);
            room += next.writableBytes();
        }
        if (packet.length < total) {
            packet = new byte[HEADER_BYTES + MOST_FRAME_BYTES];
        }
        Arrays.fill(packet, 0, HEADER_BYTES, (byte) 0);
        LittleEndian.put(packet, NUM_BUFFERS, 2, buffers.size());
        System.arraycopy(frame, at, packet, HEADER_BYTES, bytes);
        int done = 0;
        for (Chain each : buffers) {
            int count = (int) Math.min(each.writableBytes(), total - done);
            each.write(0, packet, done, count);
            queue.giveBack(each, count);
            done += count;
        }
        queue.interrupt();
    }

    // ---- Control

    private void control(Virtqueue queue) {
        for (Chain chain = queue.take(); chain != null; chain = queue.take()) {
            if (chain.writableBytes() == 0) {
                function.fail("a control command without an acknowledgement");
                queue.giveBack(chain, 0);
                return;
            }
            chain.writeByte(0, command(chain));
            queue.giveBack(chain, 1);
        }
        queue.interrupt();
    }

    private int command(Chain chain) {
        int bytes = (int) Math.min(chain.readableBytes(), MOST_CONTROL_BYTES);
        byte[] data = new byte[bytes];
        chain.read(0, data, 0, bytes);
        if (bytes < CTRL_DATA + 1) {
            return ERR;
        }
        switch (data[CTRL_CLASS] << 8 | data[CTRL_COMMAND]) {
            case RX_PROMISC -> promiscuous = data[CTRL_DATA] != 0;
            case RX_ALLMULTI -> {} // always
            case MAC_TABLE_SET -> {
                // the first of two tables is that of unicast addresses, and begins with its length
                otherUnicast = data[CTRL_DATA] != 0;
            }
            case MAC_ADDR_SET -> {
                if (bytes < CTRL_DATA + MAC_BYTES) {
                    return ERR;
                }
                mac = Arrays.copyOfRange(data, CTRL_DATA, CTRL_DATA + MAC_BYTES);
            }
            case MQ_VQ_PAIRS_SET -> {
                int wanted = bytes < CTRL_DATA + 2 ? 0 : LittleEndian.u16(data, CTRL_DATA);
                if (!multiqueue || wanted < 1 || wanted > mostPairs) {
                    return ERR;
                }
                pairs = wanted;
            }
            default -> {
                return ERR;
            }
        }
        return OK;
    }
}
