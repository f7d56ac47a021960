package dev.lungo.firmware.uefi;

import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.boot.bytes.Little;
import dev.lungo.firmware.uefi.DevicePath.Node;
import java.util.ArrayList;
import java.util.List;

/**
 * Device paths as people write them. UEFI 2.10, "EFI Device Path Display Format Overview" (10.6).
 * Nodes that have no line here are written as {@code Path(type,subtype,data)}, which every node can
 * be.
 */
public final class DevicePathText {
    private static final int PNP_EISA = 0x41D0;
    private static final String DIGITS = "0123456789ABCDEF";

    private DevicePathText() {}

    // ---- To text

    public static String of(DevicePath path) {
        StringBuilder text = new StringBuilder();
        boolean first = true;
        for (Node node : path.nodes()) {
            if (node.type() == DevicePath.END) {
                text.append(',');
                first = true;
                continue;
            }
            if (!first) {
                text.append('/');
            }
            text.append(of(node));
            first = false;
        }
        return text.toString();
    }

    public static String of(Node node) {
        byte[] data = node.data();
        int kind = node.type() << 8 | node.subtype();
        return switch (isWhole(kind, data.length) ? kind : 0) {
            case 0x0101 -> call("Pci", hex(data[1] & 0xFF), hex(data[0]));
            case 0x0103 -> call("MemoryMapped", memoryMapped(data));
            case 0x0104 -> vendor("VenHw", data);
            case 0x0201 -> acpi(data);
            case 0x030A -> vendor("VenMsg", data);
            case 0x030B -> mac(data);
            case 0x030E -> uart(data);
            case 0x0312 ->
                    call(
                            "Sata",
                            hex(Little.u16(data, 0)),
                            hex(Little.u16(data, 2)),
                            hex(Little.u16(data, 4)));
            case 0x0401 -> hardDrive(data);
            case 0x0402 ->
                    call(
                            "CDROM",
                            hex(Little.u32(data, 0)),
                            hex(Little.u64(data, 4)),
                            hex(Little.u64(data, 12)));
            case 0x0403 -> vendor("VenMedia", data);
            case 0x0404 -> file(data);
            case 0x0406 -> call("FvFile", guid(data, 0));
            case 0x0407 -> call("Fv", guid(data, 0));
            case 0x0408 -> call("Offset", hex(Little.u64(data, 4)), hex(Little.u64(data, 12)));
            default -> call("Path", "" + node.type(), "" + node.subtype(), bytes(data, 0));
        };
    }

    /** Whether a node of this type and subtype has all the fields that are written. */
    private static boolean isWhole(int kind, int bytes) {
        return switch (kind) {
            case 0x0101 -> bytes == 2;
            case 0x0103, 0x0402, 0x0408 -> bytes == 20;
            case 0x0104, 0x030A, 0x0403 -> bytes >= 16;
            case 0x0201 -> bytes == 8;
            case 0x030B -> bytes == 33;
            case 0x030E -> bytes == 15;
            case 0x0312 -> bytes == 6;
            case 0x0401 -> bytes == 38;
            case 0x0406, 0x0407 -> bytes == 16;
            case 0x0404 -> true;
            default -> false;
        };
    }

    private static String call(String name, String... arguments) {
        return name + "(" + String.join(",", arguments) + ")";
    }

    private static String hex(long value) {
        return "0x" + Long.toHexString(value).toUpperCase(java.util.Locale.ROOT);
    }

    private static String bytes(byte[] data, int from) {
        StringBuilder text = new StringBuilder();
        for (int i = from; i < data.length; i++) {
            text.append(DIGITS.charAt(data[i] >> 4 & 0xF)).append(DIGITS.charAt(data[i] & 0xF));
        }
        return text.toString();
    }

    private static String guid(byte[] data, int at) {
        return Guid.of(data, at).toString().toUpperCase(java.util.Locale.ROOT);
    }

    private static String[] memoryMapped(byte[] data) {
        return new String[] {
            hex(Little.u32(data, 0)), hex(Little.u64(data, 4)), hex(Little.u64(data, 12))
        };
    }

    private static String vendor(String name, byte[] data) {
        return data.length == 16
                ? call(name, guid(data, 0))
                : call(name, guid(data, 0), bytes(data, 16));
    }

    private static String acpi(byte[] data) {
        long id = Little.u32(data, 0);
        String uid = hex(Little.u32(data, 4));
        int product = (int) (id >>> 16);
        if ((id & 0xFFFF) == PNP_EISA) {
            return switch (product) {
                case 0x0A03 -> call("PciRoot", uid);
                case 0x0A08 -> call("PcieRoot", uid);
                case 0x0604 -> call("Floppy", uid);
                case 0x0301 -> call("Keyboard", uid);
                case 0x0501 -> call("Serial", uid);
                case 0x0401 -> call("ParallelPort", uid);
                default -> call("Acpi", "PNP" + digits4(product), uid);
            };
        }
        return call("Acpi", hex(id), uid);
    }

    private static String digits4(int value) {
        StringBuilder text = new StringBuilder();
        for (int shift = 12; shift >= 0; shift -= 4) {
            text.append(DIGITS.charAt(value >> shift & 0xF));
        }
        return text.toString();
    }

    private static String mac(byte[] data) {
        int type = data[32] & 0xFF;
        byte[] address = java.util.Arrays.copyOf(data, type <= 1 ? 6 : 32);
        return call("MAC", bytes(address, 0), hex(type));
    }

    private static String uart(byte[] data) {
        long baud = Little.u64(data, 4);
        String parity = "DNEOMS";
        int which = data[13] & 0xFF;
        String[] stops = {"D", "1", "1.5", "2"};
        int stop = data[14] & 0xFF;
        return call(
                "Uart",
                baud == 0 ? "DEFAULT" : Long.toString(baud),
                data[12] == 0 ? "DEFAULT" : Integer.toString(data[12]),
                which < parity.length() ? parity.substring(which, which + 1) : "x",
                stop < stops.length ? stops[stop] : "x");
    }

    private static String hardDrive(byte[] data) {
        String number = Long.toString(Little.u32(data, 0));
        String start = hex(Little.u64(data, 4));
        String size = hex(Little.u64(data, 12));
        return switch (data[37]) {
            case 1 -> call("HD", number, "MBR", hex(Little.u32(data, 20)), start, size);
            case 2 -> call("HD", number, "GPT", guid(data, 20), start, size);
            default -> call("HD", number, Integer.toString(data[37]), "0", start, size);
        };
    }

    private static String file(byte[] data) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i + 1 < data.length && Little.u16(data, i) != 0; i += 2) {
            text.append((char) Little.u16(data, i));
        }
        return text.toString();
    }

    // ---- From text

    /** A path; what has no meaning is the name of a file. */
    public static DevicePath path(String text) {
        DevicePath path = DevicePath.EMPTY;
        for (String part : split(text, '/')) {
            if (!part.isEmpty()) {
                path = path.with(node(part));
            }
        }
        return path;
    }

    /** At the separators outside parentheses. */
    private static List<String> split(String text, char separator) {
        List<String> parts = new ArrayList<>();
        StringBuilder part = new StringBuilder();
        int depth = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (c == separator && depth <= 0) {
                parts.add(part.toString());
                part.setLength(0);
            } else {
                part.append(c);
            }
        }
        parts.add(part.toString());
        return parts;
    }

    public static Node node(String text) {
        int open = text.indexOf('(');
        if (open > 0 && text.endsWith(")")) {
            List<String> arguments = split(text.substring(open + 1, text.length() - 1), ',');
            try {
                Node node = node(text.substring(0, open), arguments);
                if (node != null) {
                    return node;
                }
            } catch (IllegalArgumentException | IndexOutOfBoundsException _) {
                // not what it looks like: the name of a file
            }
        }
        return new Node(DevicePath.MEDIA, 4, LinearMemory.text16(text));
    }

    private static @org.jspecify.annotations.Nullable Node node(String name, List<String> of) {
        ByteWriter out = new ByteWriter();
        return switch (name) {
            case "Pci" ->
                    new Node(1, 1, out.u8((int) number(of, 1)).u8((int) number(of, 0)).toBytes());
            case "MemoryMapped" ->
                    new Node(
                            1,
                            3,
                            out.u32(number(of, 0)).u64(number(of, 1)).u64(number(of, 2)).toBytes());
            case "VenHw" -> vendor(1, 4, of);
            case "PciRoot" -> pnp(0x0A03, number(of, 0));
            case "PcieRoot" -> pnp(0x0A08, number(of, 0));
            case "Floppy" -> pnp(0x0604, number(of, 0));
            case "Keyboard" -> pnp(0x0301, number(of, 0));
            case "Serial" -> pnp(0x0501, number(of, 0));
            case "ParallelPort" -> pnp(0x0401, number(of, 0));
            case "Acpi" -> acpi(of);
            case "VenMsg" -> vendor(3, 10, of);
            case "MAC" -> mac(of);
            case "Uart" -> uart(of);
            case "Sata" ->
                    new Node(
                            3,
                            0x12,
                            out.u16((int) number(of, 0))
                                    .u16((int) number(of, 1))
                                    .u16((int) number(of, 2))
                                    .toBytes());
            case "HD" -> hardDrive(of);
            case "CDROM" ->
                    new Node(
                            4,
                            2,
                            out.u32(number(of, 0)).u64(number(of, 1)).u64(number(of, 2)).toBytes());
            case "VenMedia" -> vendor(4, 3, of);
            case "FvFile" -> new Node(4, 6, Guid.parse(of.get(0)).toBytes());
            case "Fv" -> new Node(4, 7, Guid.parse(of.get(0)).toBytes());
            case "Offset" ->
                    new Node(4, 8, out.u32(0).u64(number(of, 0)).u64(number(of, 1)).toBytes());
            case "Path" ->
                    new Node(
                            (int) number(of, 0),
                            (int) number(of, 1),
                            of.size() > 2 ? fromHex(of.get(2)) : new byte[0]);
            default -> null;
        };
    }

    private static long number(List<String> arguments, int index) {
        if (index >= arguments.size() || arguments.get(index).isEmpty()) {
            return 0;
        }
        String text = arguments.get(index);
        return text.startsWith("0x") || text.startsWith("0X")
                ? Long.parseUnsignedLong(text.substring(2), 16)
                : Long.parseUnsignedLong(text);
    }

    private static byte[] fromHex(String text) {
        byte[] bytes = new byte[text.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(text.substring(2 * i, 2 * i + 2), 16);
        }
        return bytes;
    }

    private static Node vendor(int type, int subtype, List<String> of) {
        ByteWriter out = new ByteWriter().bytes(Guid.parse(of.get(0)).toBytes());
        return new Node(
                type,
                subtype,
                out.bytes(of.size() > 1 ? fromHex(of.get(1)) : new byte[0]).toBytes());
    }

    private static Node pnp(int product, long uid) {
        return new Node(2, 1, new ByteWriter().u16(PNP_EISA).u16(product).u32(uid).toBytes());
    }

    private static Node acpi(List<String> of) {
        if (of.get(0).startsWith("PNP")) {
            return pnp(Integer.parseInt(of.get(0).substring(3), 16), number(of, 1));
        }
        return new Node(2, 1, new ByteWriter().u32(number(of, 0)).u32(number(of, 1)).toBytes());
    }

    private static Node mac(List<String> of) {
        byte[] address = java.util.Arrays.copyOf(fromHex(of.get(0)), 32);
        return new Node(3, 11, new ByteWriter().bytes(address).u8((int) number(of, 1)).toBytes());
    }

    private static Node uart(List<String> of) {
        boolean usual = of.get(0).equals("DEFAULT");
        ByteWriter out = new ByteWriter().u32(0).u64(usual ? 0 : number(of, 0));
        out.u8(of.get(1).equals("DEFAULT") ? 0 : (int) number(of, 1));
        out.u8(Math.max(0, "DNEOMS".indexOf(of.get(2))));
        out.u8(Math.max(0, List.of("D", "1", "1.5", "2").indexOf(of.get(3))));
        return new Node(3, 14, out.toBytes());
    }

    private static Node hardDrive(List<String> of) {
        boolean gpt = of.get(1).equals("GPT");
        ByteWriter out = new ByteWriter().u32(number(of, 0));
        out.u64(number(of, 3)).u64(number(of, 4));
        if (gpt) {
            out.bytes(Guid.parse(of.get(2)).toBytes());
        } else {
            out.u32(number(of, 2)).zeros(12);
        }
        int kind = gpt ? 2 : 1;
        return new Node(4, 1, out.u8(kind).u8(kind).toBytes());
    }
}
