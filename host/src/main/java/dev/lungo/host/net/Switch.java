package dev.lungo.host.net;

import dev.lungo.machine.NetBackend;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/**
 * An Ethernet switch between machines of this process, and by a {@link Trunk} of others. It learns
 * who is where from the source of each frame, and sends a frame everywhere whose destination it
 * does not know. IEEE 802.1Q, "The forwarding process". Not done: ageing (who has moved is learnt
 * again when he speaks), spanning trees, VLANs.
 */
public final class Switch {
    /** A guest can invent addresses; this many are learnt. */
    private static final int MAX_ADDRESSES = 4096;

    private static final Map<String, Switch> NAMED = new ConcurrentHashMap<>();

    private final List<Port> ports = new CopyOnWriteArrayList<>();
    private final Map<Long, Port> learnt = new ConcurrentHashMap<>();

    /**
     * The switch of this name, which is the same for all who ask, in other processes of this user
     * as well.
     *
     * @throws dev.lungo.machine.BackendException when a switch cannot have this name
     */
    public static Switch named(String name) {
        return NAMED.computeIfAbsent(
                name,
                _ -> {
                    Switch network = new Switch();
                    Trunk _ = Trunk.join(network, name);
                    return network;
                });
    }

    /** A new port, to which frames come on a thread of its own. */
    public NetBackend plug() {
        Port port = new Port();
        ports.add(port);
        port.thread.start();
        return port;
    }

    private void forward(Port from, byte[] frame, int at, int bytes) {
        if (!Frames.isFrame(bytes)) {
            return;
        }
        learn(address(frame, at + 6), from);
        boolean isGroup = (frame[at] & 1) != 0;
        Port known = isGroup ? null : learnt.get(address(frame, at));
        if (known == null) {
            for (Port port : ports) {
                if (port != from) {
                    port.frames.offer(frame, at, bytes);
                }
            }
        } else if (known != from) {
            known.frames.offer(frame, at, bytes);
        }
    }

    private void learn(long source, Port from) {
        boolean isGroup = (source >> 40 & 1) != 0;
        if (!isGroup && learnt.get(source) != from && !from.closed) {
            if (learnt.size() >= MAX_ADDRESSES) {
                learnt.clear(); // those that are in use are learnt again
            }
            learnt.put(source, from);
        }
    }

    private static long address(byte[] frame, int at) {
        long address = 0;
        for (int i = 0; i < 6; i++) {
            address = address << 8 | frame[at + i] & 0xFF;
        }
        return address;
    }

    private final class Port implements NetBackend {
        private final Frames frames = new Frames();
        private final Thread thread =
                Thread.ofPlatform().daemon().name("lungo-switch").unstarted(this::deliver);
        private volatile @Nullable Receiver receiver;
        private volatile boolean closed;

        private void deliver() {
            byte[] frame = frames.take();
            while (frame != null) {
                Receiver current = receiver;
                if (current != null && !closed) {
                    current.receive(frame, 0, frame.length);
                }
                frame = frames.take();
            }
        }

        @Override
        public void send(byte[] frame, int at, int bytes) {
            if (!closed) {
                forward(this, frame, at, bytes);
            }
        }

        @Override
        public void onReceive(Receiver newReceiver) {
            receiver = newReceiver;
        }

        @Override
        public void close() {
            closed = true;
            ports.remove(this);
            learnt.values().removeIf(port -> port == this);
            frames.end();
        }
    }
}
