package dev.lungo.devices.virtio;

import dev.lungo.machine.NetBackend;
import java.util.Arrays;

/**
 * What a network adapter does for its driver on the way out: it completes checksums, and cuts a TCP
 * segment larger than a frame into those that fit. Virtio 1.2, "Packet Transmission" (section
 * 5.1.6.2).
 *
 * <p>Every offset here is the guest's. What does not fit together is dropped.
 */
final class Segmentation {
    // struct virtio_net_hdr
    private static final int FLAGS = 0;
    private static final int GSO_TYPE = 1;
    private static final int GSO_SIZE = 4;
    private static final int CSUM_START = 6;
    private static final int CSUM_OFFSET = 8;

    private static final int NEEDS_CSUM = 1;
    private static final int GSO_NONE = 0;
    private static final int GSO_TCPV4 = 1;
    private static final int GSO_TCPV6 = 4;
    private static final int GSO_ECN = 0x80;

    /** Where the network layer's header begins, when there is no VLAN tag before it. */
    private static final int ETHERNET_BYTES = 14;

    private static final int VLAN_BYTES = 4;
    private static final int ETHERTYPE = 12;
    private static final int ETHERTYPE_VLAN = 0x8100;

    // IPv4 and IPv6 headers
    private static final int IPV4_BYTES = 20;
    private static final int IPV4_LENGTH = 2;
    private static final int IPV4_ID = 4;
    private static final int IPV4_CHECKSUM = 10;
    private static final int IPV6_BYTES = 40;
    private static final int IPV6_LENGTH = 4;

    // TCP's header
    private static final int TCP_BYTES = 20;
    private static final int TCP_SEQUENCE = 4;
    private static final int TCP_DATA_OFFSET = 12;
    private static final int TCP_FLAGS = 13;
    private static final int TCP_CHECKSUM = 16;
    private static final int FIN_AND_PSH = 0b1001;
    private static final int CWR = 0x80;

    private Segmentation() {}

    /**
     * Sends what a driver has queued, in one frame or several.
     *
     * @param packet a virtio_net_hdr and a frame; it is overwritten
     * @param bytes of both
     */
    static void send(byte[] packet, int bytes, NetBackend network) {
        int frame = VirtioNet.HEADER_BYTES;
        int type = packet[GSO_TYPE] & 0xFF & ~GSO_ECN;
        boolean partial = (packet[FLAGS] & NEEDS_CSUM) != 0;
        int start = frame + LittleEndian.u16(packet, CSUM_START);
        int field = start + LittleEndian.u16(packet, CSUM_OFFSET);
        if (partial && (start >= bytes || field + 2 > bytes)) {
            return;
        }
        switch (type) {
            case GSO_NONE -> {
                if (partial) {
                    complete(packet, start, bytes, field);
                }
                network.send(packet, frame, bytes - frame);
            }
            case GSO_TCPV4, GSO_TCPV6 -> {
                if (partial) {
                    segment(packet, bytes, start, type == GSO_TCPV4, network);
                }
            }
            default -> {} // not offered
        }
    }

    /**
     * Completes the checksum, whose field already has that of the pseudo header. One that is zero
     * is sent as all ones, which is the same number, as UDP has another meaning for zero.
     */
    private static void complete(byte[] packet, int start, int end, int field) {
        int sum = fold(sum(packet, start, end));
        put16(packet, field, sum == 0xFFFF ? sum : ~sum);
    }

    private static void segment(
            byte[] packet, int bytes, int tcp, boolean ipv4, NetBackend network) {
        int frame = VirtioNet.HEADER_BYTES;
        int ip = frame + ETHERNET_BYTES;
        if (u16(packet, frame + ETHERTYPE) == ETHERTYPE_VLAN) {
            ip += VLAN_BYTES;
        }
        int mss = LittleEndian.u16(packet, GSO_SIZE);
        if (mss == 0 || tcp < ip + (ipv4 ? IPV4_BYTES : IPV6_BYTES) || tcp + TCP_BYTES > bytes) {
            return;
        }
        int data = tcp + ((packet[tcp + TCP_DATA_OFFSET] & 0xF0) >> 2);
        if (data < tcp + TCP_BYTES || data > bytes) {
            return;
        }
        // The pseudo header's sum without the length, which is different in each segment.
        long pseudo = u16(packet, tcp + TCP_CHECKSUM) + (0xFFFFL - fold(bytes - tcp));
        int flags = packet[tcp + TCP_FLAGS] & 0xFF;
        int sequence = u16(packet, tcp + TCP_SEQUENCE) << 16 | u16(packet, tcp + TCP_SEQUENCE + 2);
        int id = u16(packet, ip + IPV4_ID);
        int headers = data - frame;
        byte[] out = Arrays.copyOfRange(packet, frame, data + Math.min(mss, bytes - data));
        int outIp = ip - frame;
        int outTcp = tcp - frame;
        int from = data;
        do {
            int count = Math.min(mss, bytes - from);
            int length = headers + count;
            System.arraycopy(packet, from, out, headers, count);
            boolean first = from == data;
            boolean last = from + count == bytes;
            out[outTcp + TCP_FLAGS] =
                    (byte) (flags & ~(last ? 0 : FIN_AND_PSH) & ~(first ? 0 : CWR));
            put16(out, outTcp + TCP_SEQUENCE, sequence + (from - data) >>> 16);
            put16(out, outTcp + TCP_SEQUENCE + 2, sequence + (from - data));
            if (ipv4) {
                put16(out, outIp + IPV4_LENGTH, length - outIp);
                put16(out, outIp + IPV4_ID, id++);
                put16(out, outIp + IPV4_CHECKSUM, 0);
                put16(out, outIp + IPV4_CHECKSUM, ~fold(sum(out, outIp, outTcp)));
            } else {
                put16(out, outIp + IPV6_LENGTH, length - outIp - IPV6_BYTES);
            }
            put16(out, outTcp + TCP_CHECKSUM, fold(pseudo + (length - outTcp)));
            complete(out, outTcp, length, outTcp + TCP_CHECKSUM);
            network.send(out, 0, length);
            from += count;
        } while (from < bytes);
    }

    // ---- The Internet checksum: RFC 1071

    private static long sum(byte[] from, int start, int end) {
        long sum = 0;
        int at = start;
        for (; at + 1 < end; at += 2) {
            sum += u16(from, at);
        }
        return at < end ? sum + ((from[at] & 0xFF) << 8) : sum;
    }

    private static int fold(long sum) {
        long folded = sum;
        while (folded >>> 16 != 0) {
            folded = (folded & 0xFFFF) + (folded >>> 16);
        }
        return (int) folded;
    }

    /** Big-endian. */
    private static int u16(byte[] from, int at) {
        return (from[at] & 0xFF) << 8 | (from[at + 1] & 0xFF);
    }

    private static void put16(byte[] into, int at, int value) {
        into[at] = (byte) (value >>> 8);
        into[at + 1] = (byte) value;
    }
}
