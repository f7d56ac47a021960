package dev.lungo.firmware.uefi;

import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.boot.bytes.Little;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A device path: nodes with a type, a subtype and a length, up to the one that ends it all. UEFI
 * 2.10, "EFI Device Path Protocol" (10.2).
 */
public final class DevicePath {
    public static final Guid PROTOCOL = Guid.parse("09576e91-6d3f-11d2-8e39-00a0c969723b");

    // Node types
    public static final int HARDWARE = 1;
    public static final int ACPI = 2;
    public static final int MESSAGING = 3;
    public static final int MEDIA = 4;
    public static final int BBS = 5;
    public static final int END = 0x7F;

    private static final int END_ENTIRE = 0xFF;
    private static final int END_INSTANCE = 0x01;
    private static final int HEADER_BYTES = 4;

    /** The longest path that is taken from the guest. */
    private static final int MOST_BYTES = 1 << 16;

    /** No node at all. */
    public static final DevicePath EMPTY = new DevicePath(endNode());

    /**
     * One node.
     *
     * @param data what follows the header
     */
    @SuppressWarnings("ArrayRecordComponent") // compared as parts of paths
    public record Node(int type, int subtype, byte[] data) {
        /** With its header, in bytes. */
        public int length() {
            return HEADER_BYTES + data.length;
        }
    }

    private final byte[] bytes;

    private DevicePath(byte[] bytes) {
        this.bytes = bytes;
    }

    private static byte[] endNode() {
        return new byte[] {END, (byte) END_ENTIRE, HEADER_BYTES, 0};
    }

    /**
     * Reads a path that is terminated by its end node.
     *
     * @throws BadPointer if a node is shorter than its header, or the path endless
     */
    public static DevicePath read(LinearMemory memory, long linear) {
        for (int at = 0; at < MOST_BYTES; ) {
            int type = memory.getByte(linear + at);
            int subtype = memory.getByte(linear + at + 1);
            int length = memory.getShort(linear + at + 2);
            if (length < HEADER_BYTES) {
                throw BadPointer.INSTANCE;
            }
            at += length;
            if (type == END && subtype == END_ENTIRE) {
                return new DevicePath(memory.read(linear, (long) at));
            }
        }
        throw BadPointer.INSTANCE;
    }

    /** The same from an array; {@link #EMPTY} if it is not well-formed. */
    public static DevicePath of(byte[] from, int offset, int count) {
        int end = offset + count;
        for (int at = offset; at + HEADER_BYTES <= end; ) {
            int length = Little.u16(from, at + 2);
            if (length < HEADER_BYTES || length > end - at) {
                return EMPTY;
            }
            boolean last = (from[at] & 0xFF) == END && (from[at + 1] & 0xFF) == END_ENTIRE;
            at += length;
            if (last) {
                return new DevicePath(Arrays.copyOfRange(from, offset, at));
            }
        }
        return EMPTY;
    }

    // ---- Making paths

    /** With another node at its end. */
    public DevicePath with(int type, int subtype, byte[] data) {
        ByteWriter out = new ByteWriter().bytes(Arrays.copyOf(bytes, nodeBytes()));
        out.u8(type).u8(subtype).u16(HEADER_BYTES + data.length).bytes(data).bytes(endNode());
        return new DevicePath(out.toBytes());
    }

    public DevicePath with(Node node) {
        return with(node.type, node.subtype, node.data);
    }

    /** With all the nodes of another path. */
    public DevicePath with(DevicePath more) {
        ByteWriter out = new ByteWriter().bytes(Arrays.copyOf(bytes, nodeBytes()));
        return new DevicePath(out.bytes(more.bytes).toBytes());
    }

    /** With another instance behind those there are. */
    public DevicePath withInstance(DevicePath instance) {
        return with(END, END_INSTANCE, new byte[0]).with(instance);
    }

    /** PciRoot(0): "ACPI Device Path" (10.3.3), PNP0A03. */
    public static DevicePath pciRoot() {
        return EMPTY.with(ACPI, 1, new ByteWriter().u32(0x0A0341D0).u32(0).toBytes());
    }

    /** "PCI Device Path" (10.3.2.1). */
    public DevicePath pci(int device, int function) {
        return with(HARDWARE, 1, new byte[] {(byte) function, (byte) device});
    }

    /** "File Path Media Device Path" (10.3.5.4). */
    public DevicePath file(String name) {
        return with(MEDIA, 4, LinearMemory.text16(name));
    }

    /** "Vendor-Defined Messaging Device Path" and its like (10.3.4.16): subtype and GUID. */
    public DevicePath vendor(int type, int subtype, Guid guid) {
        return with(type, subtype, guid.toBytes());
    }

    // ---- Looking into paths

    public byte[] toBytes() {
        return bytes.clone();
    }

    /** With its end, in bytes. */
    public int length() {
        return bytes.length;
    }

    /** Without its end, in bytes. */
    public int nodeBytes() {
        return bytes.length - endLength();
    }

    private int endLength() {
        int at = 0;
        while (at + Little.u16(bytes, at + 2) < bytes.length) {
            at += Little.u16(bytes, at + 2);
        }
        return bytes.length - at;
    }

    public boolean isEmpty() {
        return nodeBytes() == 0;
    }

    /** All but the end, those between instances among them. */
    public List<Node> nodes() {
        List<Node> nodes = new ArrayList<>();
        int end = nodeBytes();
        for (int at = 0; at < end; at += Little.u16(bytes, at + 2)) {
            int next = at + Little.u16(bytes, at + 2);
            nodes.add(
                    new Node(
                            bytes[at] & 0xFF,
                            bytes[at + 1] & 0xFF,
                            Arrays.copyOfRange(bytes, at + HEADER_BYTES, next)));
        }
        return nodes;
    }

    /** What comes before the first end of an instance. */
    public DevicePath firstInstance() {
        return instances().getFirst();
    }

    /** What ends of instances divide it into: at least one. */
    public List<DevicePath> instances() {
        List<DevicePath> instances = new ArrayList<>();
        DevicePath current = EMPTY;
        for (Node node : nodes()) {
            if (node.type == END && node.subtype == END_INSTANCE) {
                instances.add(current);
                current = EMPTY;
            } else {
                current = current.with(node);
            }
        }
        instances.add(current);
        return instances;
    }

    /** Whether its first nodes are all those of another path. */
    public boolean startsWith(DevicePath other) {
        int count = other.nodeBytes();
        return count <= nodeBytes() && Arrays.equals(bytes, 0, count, other.bytes, 0, count);
    }

    /** What follows the nodes of a path that it starts with. */
    public DevicePath after(DevicePath prefix) {
        return new DevicePath(Arrays.copyOfRange(bytes, prefix.nodeBytes(), bytes.length));
    }

    /** The names of its file path nodes, put together; empty if there is none. */
    public String fileName() {
        StringBuilder name = new StringBuilder();
        for (Node node : nodes()) {
            if (node.type == MEDIA && node.subtype == 4) {
                if (!name.isEmpty() && name.charAt(name.length() - 1) != '\\') {
                    name.append('\\');
                }
                String part = text(node.data);
                boolean twice = !name.isEmpty() && part.startsWith("\\");
                name.append(twice ? part.substring(1) : part);
            }
        }
        return name.toString();
    }

    private static String text(byte[] data) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i + 1 < data.length && Little.u16(data, i) != 0; i += 2) {
            text.append((char) Little.u16(data, i));
        }
        return text.toString();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof DevicePath path && Arrays.equals(bytes, path.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }
}
