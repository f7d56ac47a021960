package dev.lungo.firmware.uefi.variables;

import dev.lungo.boot.BootException;
import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.boot.bytes.Crc32;
import dev.lungo.boot.bytes.Little;
import dev.lungo.firmware.uefi.variables.Variable.Authority;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * The file in which variables are kept: "LUNGOVAR", a version, the CRC of all behind it, how many
 * variables there are, and these. Integers are little-endian.
 */
final class VariableFile {
    private static final long MAGIC = 0x5241_564F_474E_554CL;
    private static final int VERSION = 1;
    private static final int CRC = 12;
    private static final int HEADER_BYTES = 20;

    /** Attributes, GUID, time, and the lengths of signer, name and data. */
    private static final int FIXED_BYTES = 4 + Guid.BYTES + 8 + 4 + 4 + 4;

    private VariableFile() {}

    static byte[] write(Collection<Variable> variables) {
        ByteWriter out = new ByteWriter().u64(MAGIC).u32(VERSION).u32(0).u32(variables.size());
        for (Variable each : variables) {
            out.u32(each.attributes()).bytes(each.guid().toBytes()).u64(each.authority().time());
            out.u32(each.authority().signer().length);
            out.u32(each.name().length()).u32(each.data().length);
            out.bytes(each.authority().signer());
            for (int i = 0; i < each.name().length(); i++) {
                out.u16(each.name().charAt(i));
            }
            out.bytes(each.data());
        }
        byte[] file = out.toBytes();
        Little.put32(file, CRC, crc(file));
        return file;
    }

    private static long crc(byte[] file) {
        return Crc32.of(file, CRC + 4, file.length - CRC - 4);
    }

    /**
     * Reads what {@link #write} has written.
     *
     * @param name how messages call the file
     * @throws BootException if it is anything else
     */
    static List<Variable> read(String name, byte[] file) {
        if (file.length < HEADER_BYTES || Little.u64(file, 0) != MAGIC) {
            throw new BootException(
                    name
                            + " has no UEFI variables in it; give another file, or a name that is"
                            + " not taken yet");
        }
        if (Little.u32(file, 8) != VERSION) {
            throw new BootException(
                    name
                            + " has been written by another version; use that, or give another"
                            + " file");
        }
        if (Little.u32(file, CRC) != crc(file)) {
            throw damaged(name);
        }
        List<Variable> variables = new ArrayList<>();
        long count = Little.u32(file, 16);
        int at = HEADER_BYTES;
        for (long i = 0; i < count; i++) {
            if (file.length - at < FIXED_BYTES) {
                throw damaged(name);
            }
            long signerBytes = Little.u32(file, at + 28);
            long nameLength = Little.u32(file, at + 32);
            long dataBytes = Little.u32(file, at + 36);
            int next = at + FIXED_BYTES;
            if (signerBytes + 2 * nameLength + dataBytes > file.length - next
                    || nameLength == 0
                    || dataBytes == 0) {
                throw damaged(name);
            }
            int nameAt = next + (int) signerBytes;
            int dataAt = nameAt + 2 * (int) nameLength;
            StringBuilder text = new StringBuilder();
            for (int c = nameAt; c < dataAt; c += 2) {
                text.append((char) Little.u16(file, c));
            }
            Authority authority =
                    new Authority(
                            Little.u64(file, at + 20), Arrays.copyOfRange(file, next, nameAt));
            byte[] data = Arrays.copyOfRange(file, dataAt, dataAt + (int) dataBytes);
            Guid guid = Guid.of(file, at + 4);
            int attributes = (int) Little.u32(file, at);
            variables.add(new Variable(text.toString(), guid, attributes, data, authority));
            at = dataAt + (int) dataBytes;
        }
        if (at != file.length) {
            throw damaged(name);
        }
        return variables;
    }

    private static BootException damaged(String name) {
        return new BootException(
                name
                        + " is damaged, and is left as it is; give another file, or move it away to"
                        + " begin anew");
    }
}
