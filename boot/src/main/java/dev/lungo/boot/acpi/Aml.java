package dev.lungo.boot.acpi;

import dev.lungo.boot.bytes.ByteWriter;

/**
 * Terms of the ACPI Machine Language. ACPI 6.4, "AML Grammar Definition" (§20.2). A term is its
 * encoded bytes, and terms are put together as they are in ASL: {@code device("COM1", name("_UID",
 * integer(1)))}.
 *
 * <p>Only what our tables need is here.
 */
final class Aml {
    private static final int NAME_OP = 0x08;
    private static final int BYTE_PREFIX = 0x0A;
    private static final int WORD_PREFIX = 0x0B;
    private static final int DWORD_PREFIX = 0x0C;
    private static final int STRING_PREFIX = 0x0D;
    private static final int QWORD_PREFIX = 0x0E;
    private static final int SCOPE_OP = 0x10;
    private static final int BUFFER_OP = 0x11;
    private static final int PACKAGE_OP = 0x12;
    private static final int METHOD_OP = 0x14;
    private static final int DUAL_NAME_PREFIX = 0x2E;
    private static final int EXT_OP_PREFIX = 0x5B;
    private static final int DEVICE_OP = 0x82;
    private static final int ARG0_OP = 0x68;
    private static final int STORE_OP = 0x70;
    private static final int IF_OP = 0xA0;
    private static final int RETURN_OP = 0xA4;

    private static final int NAME_SEGMENT = 4;

    private Aml() {}

    static byte[] scope(String path, byte[]... terms) {
        return withLength(SCOPE_OP, path(path), terms);
    }

    static byte[] device(String name, byte[]... terms) {
        return join(new byte[] {EXT_OP_PREFIX}, withLength(DEVICE_OP, path(name), terms));
    }

    static byte[] name(String path, byte[] value) {
        return new ByteWriter().u8(NAME_OP).bytes(path(path)).bytes(value).toBytes();
    }

    static byte[] method(String name, int arguments, byte[]... terms) {
        byte[] head = new ByteWriter().bytes(path(name)).u8(arguments).toBytes();
        return withLength(METHOD_OP, head, terms);
    }

    /** Keeps a method's argument under a name. */
    static byte[] storeFirstArgument(String to) {
        return new ByteWriter().u8(STORE_OP).u8(ARG0_OP).bytes(path(to)).toBytes();
    }

    /** The terms, if what has this name is not zero. */
    static byte[] ifSet(String name, byte[]... terms) {
        return withLength(IF_OP, path(name), terms);
    }

    static byte[] returnNamed(String name) {
        return new ByteWriter().u8(RETURN_OP).bytes(path(name)).toBytes();
    }

    /** The shortest encoding; the value is unsigned. */
    static byte[] integer(long value) {
        ByteWriter out = new ByteWriter();
        if (value == 0 || value == 1) {
            out.u8((int) value); // ZeroOp, OneOp
        } else if (value >>> 8 == 0) {
            out.u8(BYTE_PREFIX).u8((int) value);
        } else if (value >>> 16 == 0) {
            out.u8(WORD_PREFIX).u16((int) value);
        } else if (value >>> 32 == 0) {
            out.u8(DWORD_PREFIX).u32(value);
        } else {
            out.u8(QWORD_PREFIX).u64(value);
        }
        return out.toBytes();
    }

    static byte[] string(String ascii) {
        return new ByteWriter().u8(STRING_PREFIX).text(ascii).u8(0).toBytes();
    }

    /** At most 255 elements. */
    static byte[] packageOf(byte[]... elements) {
        return withLength(PACKAGE_OP, new byte[] {(byte) elements.length}, elements);
    }

    static byte[] buffer(byte[] content) {
        return withLength(BUFFER_OP, integer(content.length), content);
    }

    /**
     * A compressed EISA identifier, three letters and four hexadecimal digits. ACPI 6.4, "EISAID
     * (EISA ID String To Integer Conversion Macro)" (§19.6.37).
     */
    static byte[] eisaId(String id) {
        int letters = 0;
        for (int i = 0; i < 3; i++) {
            letters = letters << 5 | (id.charAt(i) - '@');
        }
        int product = Integer.parseInt(id.substring(3), 16);
        return integer(Integer.reverseBytes(letters << 16 | product) & 0xFFFF_FFFFL);
    }

    /** A name of one segment, or an absolute path of at most two. */
    private static byte[] path(String path) {
        ByteWriter out = new ByteWriter();
        String rest = path;
        if (rest.startsWith("\\")) {
            out.u8('\\');
            rest = rest.substring(1);
        }
        int dot = rest.indexOf('.');
        if (dot >= 0) {
            out.u8(DUAL_NAME_PREFIX);
            segment(out, rest.substring(0, dot));
            rest = rest.substring(dot + 1);
        }
        segment(out, rest);
        return out.toBytes();
    }

    private static void segment(ByteWriter out, String name) {
        for (int i = 0; i < NAME_SEGMENT; i++) {
            out.u8(i < name.length() ? name.charAt(i) : '_');
        }
    }

    private static byte[] withLength(int op, byte[] head, byte[]... rest) {
        byte[] content = join(head, join(rest));
        return new ByteWriter()
                .u8(op)
                .bytes(packageLength(content.length))
                .bytes(content)
                .toBytes();
    }

    /** ACPI 6.4, "Package Length Encoding" (§20.2.4): the length counts its own bytes. */
    private static byte[] packageLength(int content) {
        ByteWriter out = new ByteWriter();
        if (content + 1 < 1 << 6) {
            return out.u8(content + 1).toBytes();
        }
        int more = content + 2 < 1 << 12 ? 1 : content + 3 < 1 << 20 ? 2 : 3;
        int length = content + 1 + more;
        out.u8(more << 6 | (length & 0xF));
        for (int i = 0; i < more; i++) {
            out.u8(length >> (4 + 8 * i));
        }
        return out.toBytes();
    }

    static byte[] join(byte[]... parts) {
        ByteWriter out = new ByteWriter();
        for (byte[] part : parts) {
            out.bytes(part);
        }
        return out.toBytes();
    }
}
