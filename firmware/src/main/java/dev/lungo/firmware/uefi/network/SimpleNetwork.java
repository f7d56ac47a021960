package dev.lungo.firmware.uefi.network;

import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.LinearMemory;
import dev.lungo.firmware.uefi.protocol.Product;
import dev.lungo.firmware.uefi.protocol.Protocols;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * EFI_SIMPLE_NETWORK_PROTOCOL. UEFI 2.10, "Simple Network Protocol" (24.1).
 *
 * <p>A frame to be sent is copied, so its buffer is the caller's again at once. Left out, as the
 * specification allows: another station address, statistics, non-volatile memory, and receiving
 * what is for others.
 */
public final class SimpleNetwork {
    public static final Guid GUID = Guid.parse("a19832b9-ac25-11d3-9a2d-0090273fc14d");

    private static final int REVISION = 0x0001_0000;
    private static final int MEDIA_HEADER_BYTES = 14;
    private static final int MOST_PACKET_BYTES = VirtioNic.MOST_FRAME_BYTES - MEDIA_HEADER_BYTES;
    private static final int MAC_BYTES = VirtioNic.MAC_BYTES;
    private static final int MAC_ADDRESS_BYTES = 32;
    private static final int MOST_FILTERS = 16;
    private static final int ETHERNET = 1;

    // "ReceiveFilters()": the bits of a mask
    private static final int UNICAST = 0x01;
    private static final int MULTICAST = 0x02;
    private static final int BROADCAST = 0x04;
    private static final int PROMISCUOUS_MULTICAST = 0x10;
    private static final int FILTERS = UNICAST | MULTICAST | BROADCAST | PROMISCUOUS_MULTICAST;

    // "GetStatus()"
    private static final int RECEIVE_INTERRUPT = 1;
    private static final int TRANSMIT_INTERRUPT = 2;
    private static final int MOST_RECYCLED = 256;

    /** In the order of the interface. */
    private enum Member {
        // spotless:off
        Start, Stop, Initialize, Reset, Shutdown, ReceiveFilters, StationAddress, Statistics,
        MCastIpToMac, NvData, GetStatus, Transmit, Receive
        // spotless:on
    }

    /** EFI_SIMPLE_NETWORK_STATE. */
    private enum State {
        STOPPED(0),
        STARTED(1),
        INITIALIZED(2);

        final int number;

        State(int number) {
            this.number = number;
        }
    }

    private final VirtioNic nic;
    private final LinearMemory memory;
    private final byte[] mac;
    private final long modeAt;
    private final long address;
    private State state = State.STOPPED;
    private int filters;
    private byte[] multicast = new byte[0];

    /** Buffers that have been sent and not been told of. */
    private final ArrayDeque<Long> recycled = new ArrayDeque<>();

    public SimpleNetwork(Protocols protocols, VirtioNic nic) {
        this.nic = nic;
        mac = nic.mac();
        memory = protocols.memory();
        modeAt = protocols.place(mode());
        long event = protocols.events().createWaitable(this::hasFrame);
        long[] members =
                protocols.members("EFI_SIMPLE_NETWORK_PROTOCOL", Member.values(), this::call);
        ByteWriter out = Protocols.pointers(new ByteWriter().u64(REVISION), members);
        address = protocols.place(out.u64(event).u64(modeAt));
    }

    /** The protocol, for its handle. */
    public Product product() {
        return new Product(GUID, address, this::shutDown);
    }

    /** The station address and its kind, as a device path has them. */
    public byte[] macAddress() {
        return new ByteWriter().bytes(Arrays.copyOf(mac, MAC_ADDRESS_BYTES)).u8(ETHERNET).toBytes();
    }

    /** The device leaves memory alone from now on. */
    public void shutDown() {
        nic.stop();
        state = State.STOPPED;
    }

    /** EFI_SIMPLE_NETWORK_MODE. */
    private byte[] mode() {
        byte[] broadcast = new byte[MAC_ADDRESS_BYTES];
        Arrays.fill(broadcast, 0, MAC_BYTES, (byte) 0xFF);
        ByteWriter out = new ByteWriter().u32(state.number).u32(MAC_BYTES);
        out.u32(MEDIA_HEADER_BYTES).u32(MOST_PACKET_BYTES).u32(0).u32(0).u32(FILTERS).u32(filters);
        out.u32(MOST_FILTERS).u32(multicast.length / MAC_ADDRESS_BYTES);
        out.bytes(Arrays.copyOf(multicast, MOST_FILTERS * MAC_ADDRESS_BYTES));
        out.bytes(Arrays.copyOf(mac, MAC_ADDRESS_BYTES)).bytes(broadcast);
        out.bytes(Arrays.copyOf(mac, MAC_ADDRESS_BYTES)).u8(ETHERNET);
        // a changeable address, several frames to be sent at once, a link that is looked at
        return out.u8(0).u8(1).u8(1).u8(nic.isLinkUp() ? 1 : 0).alignTo(4).toBytes();
    }

    private long call(Member member, Call call) {
        long status =
                switch (member) {
                    case Start -> start();
                    case Stop -> stop();
                    case Initialize -> initialize();
                    case Reset -> running();
                    case Shutdown -> shutdown();
                    case ReceiveFilters -> receiveFilters(call);
                    case StationAddress -> stationAddress(call);
                    case MCastIpToMac -> multicastIpToMac(call);
                    case Statistics, NvData -> {
                        long running = running();
                        yield running == EfiStatus.SUCCESS ? EfiStatus.UNSUPPORTED : running;
                    }
                    case GetStatus -> getStatus(call);
                    case Transmit -> transmit(call);
                    case Receive -> receive(call);
                };
        memory.write(modeAt, mode());
        return status;
    }

    // ---- The state

    private long start() {
        if (state != State.STOPPED) {
            return EfiStatus.ALREADY_STARTED;
        }
        state = State.STARTED;
        filters = 0;
        multicast = new byte[0];
        return EfiStatus.SUCCESS;
    }

    /** What a call answers that needs the state before the last. */
    private long started() {
        return switch (state) {
            case STOPPED -> EfiStatus.NOT_STARTED;
            case STARTED -> EfiStatus.SUCCESS;
            case INITIALIZED -> EfiStatus.DEVICE_ERROR;
        };
    }

    /** What a call answers that needs the last state. */
    private long running() {
        return switch (state) {
            case STOPPED -> EfiStatus.NOT_STARTED;
            case STARTED -> EfiStatus.DEVICE_ERROR;
            case INITIALIZED -> EfiStatus.SUCCESS;
        };
    }

    private long stop() {
        long status = started();
        if (status == EfiStatus.SUCCESS) {
            state = State.STOPPED;
        }
        return status;
    }

    private long initialize() {
        long status = started();
        if (status != EfiStatus.SUCCESS) {
            return status;
        }
        if (!nic.start()) {
            nic.stop();
            return EfiStatus.DEVICE_ERROR;
        }
        recycled.clear();
        filters = UNICAST | BROADCAST;
        state = State.INITIALIZED;
        return EfiStatus.SUCCESS;
    }

    private long shutdown() {
        long status = running();
        if (status == EfiStatus.SUCCESS) {
            nic.stop();
            filters = 0;
            multicast = new byte[0];
            state = State.STARTED;
        }
        return status;
    }

    // ---- Addresses

    private long receiveFilters(Call call) {
        long status = running();
        if (status != EfiStatus.SUCCESS) {
            return status;
        }
        int enable = call.int32(1);
        int disable = call.int32(2);
        long count = call.argument(4);
        boolean adds = !call.bool(3) && count != 0;
        if ((enable & ~FILTERS) != 0
                || (disable & ~FILTERS) != 0
                || (adds && (count < 0 || count > MOST_FILTERS || call.argument(5) == 0))) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (call.bool(3)) {
            multicast = new byte[0];
        } else if (adds) {
            multicast = call.memory().read(call.argument(5), count * MAC_ADDRESS_BYTES);
        }
        filters = (filters | enable) & ~disable;
        return EfiStatus.SUCCESS;
    }

    private long stationAddress(Call call) {
        long status = running();
        if (status != EfiStatus.SUCCESS) {
            return status;
        }
        if (call.bool(1)) {
            return EfiStatus.SUCCESS;
        }
        if (call.argument(2) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        boolean same = Arrays.equals(mac, call.memory().read(call.argument(2), (long) MAC_BYTES));
        return same ? EfiStatus.SUCCESS : EfiStatus.UNSUPPORTED;
    }

    /** RFC 1112, "Extensions to an Ethernet Local Network Module"; RFC 2464, section 7. */
    private long multicastIpToMac(Call call) {
        long status = running();
        if (status != EfiStatus.SUCCESS) {
            return status;
        }
        boolean six = call.bool(1);
        if (call.argument(2) == 0 || call.argument(3) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        byte[] ip = call.memory().read(call.argument(2), six ? 16L : 4L);
        boolean isMulticast = six ? (ip[0] & 0xFF) == 0xFF : (ip[0] & 0xF0) == 0xE0;
        if (!isMulticast) {
            return EfiStatus.INVALID_PARAMETER;
        }
        byte[] of =
                six
                        ? new byte[] {0x33, 0x33, ip[12], ip[13], ip[14], ip[15]}
                        : new byte[] {1, 0, 0x5E, (byte) (ip[1] & 0x7F), ip[2], ip[3]};
        call.memory().write(call.argument(3), Arrays.copyOf(of, MAC_ADDRESS_BYTES));
        return EfiStatus.SUCCESS;
    }

    // ---- Frames

    private long getStatus(Call call) {
        long status = running();
        long interrupts = call.argument(1);
        long buffer = call.argument(2);
        if (status != EfiStatus.SUCCESS) {
            return status;
        }
        if (interrupts == 0 && buffer == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (interrupts != 0) {
            int received = hasFrame() ? RECEIVE_INTERRUPT : 0;
            int sent = recycled.isEmpty() ? 0 : TRANSMIT_INTERRUPT;
            call.memory().putInt(interrupts, received | sent);
        }
        if (buffer != 0) {
            call.memory().putLong(buffer, recycled.isEmpty() ? 0 : recycled.element());
            recycled.poll();
        }
        return EfiStatus.SUCCESS;
    }

    private long transmit(Call call) {
        long status = running();
        long headerBytes = call.argument(1);
        long bytes = call.argument(2);
        long buffer = call.argument(3);
        long source = call.argument(4);
        long destination = call.argument(5);
        long protocol = call.argument(6);
        if (status != EfiStatus.SUCCESS) {
            return status;
        }
        if (buffer == 0
                || bytes > VirtioNic.MOST_FRAME_BYTES
                || (headerBytes != 0
                        && (headerBytes != MEDIA_HEADER_BYTES
                                || destination == 0
                                || protocol == 0))) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (bytes < MEDIA_HEADER_BYTES) {
            return EfiStatus.BUFFER_TOO_SMALL;
        }
        if (!nic.canSend() || recycled.size() >= MOST_RECYCLED) {
            return EfiStatus.NOT_READY;
        }
        if (headerBytes != 0) {
            byte[] header = new byte[MEDIA_HEADER_BYTES];
            call.memory().read(destination, header, 0, MAC_BYTES);
            if (source == 0) {
                System.arraycopy(mac, 0, header, MAC_BYTES, MAC_BYTES);
            } else {
                call.memory().read(source, header, MAC_BYTES, MAC_BYTES);
            }
            int type = call.memory().getShort(protocol);
            header[2 * MAC_BYTES] = (byte) (type >> 8);
            header[2 * MAC_BYTES + 1] = (byte) type;
            call.memory().write(buffer, header);
        }
        nic.send(call.memory().read(buffer, bytes));
        recycled.add(buffer);
        return EfiStatus.SUCCESS;
    }

    /** Whether there is a frame for the caller; those that are not are dropped. */
    private boolean hasFrame() {
        return next().length > 0;
    }

    /** The next frame, which stays; empty if there is none. */
    private byte[] next() {
        for (byte[] frame = nic.peek(); frame != null; frame = nic.peek()) {
            if (isWanted(frame)) {
                return frame;
            }
            nic.drop();
        }
        return new byte[0];
    }

    private boolean isWanted(byte[] frame) {
        if ((frame[0] & 1) == 0) {
            return (filters & UNICAST) != 0;
        }
        boolean broadcast = true;
        for (int i = 0; i < MAC_BYTES; i++) {
            broadcast &= frame[i] == (byte) 0xFF;
        }
        if (broadcast) {
            return (filters & BROADCAST) != 0;
        }
        if ((filters & PROMISCUOUS_MULTICAST) != 0) {
            return true;
        }
        for (int at = 0; at < multicast.length; at += MAC_ADDRESS_BYTES) {
            if (Arrays.equals(frame, 0, MAC_BYTES, multicast, at, at + MAC_BYTES)) {
                return (filters & MULTICAST) != 0;
            }
        }
        return false;
    }

    private long receive(Call call) {
        long status = running();
        long headerBytes = call.argument(1);
        long bytes = call.argument(2);
        long buffer = call.argument(3);
        if (status != EfiStatus.SUCCESS) {
            return status;
        }
        if (bytes == 0 || buffer == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        byte[] frame = next();
        if (frame.length == 0) {
            return EfiStatus.NOT_READY;
        }
        long room = call.memory().getLong(bytes);
        call.memory().putLong(bytes, frame.length);
        if (Long.compareUnsigned(room, frame.length) < 0) {
            return EfiStatus.BUFFER_TOO_SMALL;
        }
        call.memory().write(buffer, frame);
        if (headerBytes != 0) {
            call.memory().putLong(headerBytes, MEDIA_HEADER_BYTES);
        }
        put(call, 4, Arrays.copyOfRange(frame, MAC_BYTES, 2 * MAC_BYTES));
        put(call, 5, Arrays.copyOf(frame, MAC_BYTES));
        put(call, 6, new byte[] {frame[2 * MAC_BYTES + 1], frame[2 * MAC_BYTES]});
        nic.drop();
        return EfiStatus.SUCCESS;
    }

    /** What the caller asks for by a pointer; addresses have as many bytes as there is room for. */
    private static void put(Call call, int argument, byte[] value) {
        if (call.argument(argument) != 0) {
            int room = value.length == MAC_BYTES ? MAC_ADDRESS_BYTES : value.length;
            call.memory().write(call.argument(argument), Arrays.copyOf(value, room));
        }
    }
}
