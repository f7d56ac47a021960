package dev.lungo.host.net;

import dev.lungo.host.Descriptor;
import dev.lungo.host.HostException;
import dev.lungo.machine.BackendException;
import dev.lungo.machine.NetBackend;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A network interface of the host's whose other end is the machine. Linux,
 * Documentation/networking/tuntap.rst. Whoever has made it for a user lets him use it without
 * privileges.
 */
public final class Tap implements NetBackend {
    /** _IOW('T', 202, int) of linux/if_tun.h. */
    private static final long TUNSETIFF = 0x4004_54CAL;

    private static final short IFF_TAP = 0x0002;
    private static final short IFF_NO_PI = 0x1000;

    /** struct ifreq: a name of 16 bytes, its end included, and a union. */
    private static final int IFREQ_BYTES = 40;

    private static final int IFNAMSIZ = 16;

    /** How long a close may go unnoticed by the thread that waits for frames. */
    private static final int NOTICE_MILLIS = 500;

    private final Descriptor device;
    private volatile @Nullable Receiver receiver;

    /** Guarded by this, as is writing. */
    private boolean closed;

    private Tap(Descriptor device) {
        this.device = device;
        Thread.ofPlatform().daemon().name("lungo-tap").start(this::receiveAll);
    }

    /**
     * Attaches to an interface, and makes it if there is none and we may.
     *
     * @throws BackendException when the host refuses
     */
    public static Tap open(String name) {
        byte[] ascii = name.getBytes(StandardCharsets.US_ASCII);
        if (ascii.length == 0 || ascii.length >= IFNAMSIZ) {
            throw new BackendException(
                    "A network interface has a name of 1 to 15 characters, not \"" + name + "\".");
        }
        Descriptor device = null;
        try {
            device = Descriptor.open("/dev/net/tun", Descriptor.O_RDWR | Descriptor.O_NONBLOCK, 0);
            byte[] ifreq = new byte[IFREQ_BYTES];
            ByteBuffer.wrap(ifreq)
                    .order(ByteOrder.nativeOrder())
                    .put(0, ascii)
                    .putShort(IFNAMSIZ, (short) (IFF_TAP | IFF_NO_PI));
            device.control("attaching to the network interface", TUNSETIFF, ifreq);
            return new Tap(device);
        } catch (HostException e) {
            if (device != null) {
                device.close();
            }
            throw new BackendException(
                    "The network interface "
                            + name
                            + " cannot be used: "
                            + e.getMessage()
                            + "; as root, \"ip tuntap add "
                            + name
                            + " mode tap user USER\" makes one.",
                    e);
        }
    }

    private void receiveAll() {
        byte[] frame = new byte[Frames.MAX_BYTES];
        try {
            while (!isClosed()) {
                if (device.awaitInput(NOTICE_MILLIS)) {
                    int bytes = device.read(frame, 0, frame.length);
                    Receiver current = receiver;
                    if (current != null && Frames.isFrame(bytes) && !isClosed()) {
                        current.receive(frame, 0, bytes);
                    }
                }
            }
        } catch (HostException _) {
            // The interface is gone: a network that nobody is on.
        }
        synchronized (this) {
            closed = true;
            device.close();
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    @Override
    public synchronized void send(byte[] frame, int at, int bytes) {
        if (!closed && Frames.isFrame(bytes)) {
            try {
                int _ = device.write(frame, at, bytes);
            } catch (HostException _) {
                // Down, or gone: dropped, as by a cable that is not plugged in.
            }
        }
    }

    @Override
    public void onReceive(Receiver newReceiver) {
        receiver = newReceiver;
    }

    /** The thread that receives lets go of the interface, soon. */
    @Override
    public synchronized void close() {
        closed = true;
    }
}
