package dev.lungo.firmware.uefi.signatures;

import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.boot.bytes.Little;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * EFI_SIGNATURE_LIST, of which PK, KEK, db and dbx consist. UEFI 2.10, "Signature Database"
 * (32.4.1).
 *
 * @param header what the type wants in front, mostly nothing
 * @param signatures all of the same size, in bytes
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record SignatureList(Guid type, byte[] header, int signatureBytes, List<Entry> signatures) {
    /** EFI_SIGNATURE_DATA. */
    @SuppressWarnings("ArrayRecordComponent") // compared by isSame()
    public record Entry(Guid owner, byte[] data) {
        boolean isSame(Entry other) {
            return owner.equals(other.owner) && Arrays.equals(data, other.data);
        }
    }

    // spotless:off
    public static final Guid X509        = Guid.parse("a5c059a1-94e4-4aa7-87b5-ab155c2bf072");
    public static final Guid SHA256      = Guid.parse("c1c41626-504c-4092-aca9-41f936934328");
    public static final Guid SHA384      = Guid.parse("ff3e5307-9fd0-48c9-85f1-8ad56c701e01");
    public static final Guid SHA512      = Guid.parse("093e0fae-a6c4-4f50-9f1b-d41e2b89c19a");
    public static final Guid X509_SHA256 = Guid.parse("3bd2a492-96c0-4079-b420-fcf98ef103ed");
    public static final Guid X509_SHA384 = Guid.parse("7076876e-80c2-4ee6-aad2-28b349a6865b");
    public static final Guid X509_SHA512 = Guid.parse("446dbf63-2502-4cda-bcfa-2465d2b0fe9d");
    // spotless:on

    private static final int HEADER_BYTES = 28;

    /** All lists in a variable, or empty if it is not made of such. */
    public static Optional<List<SignatureList>> read(byte[] data) {
        List<SignatureList> lists = new ArrayList<>();
        int at = 0;
        while (at < data.length) {
            if (data.length - at < HEADER_BYTES) {
                return Optional.empty();
            }
            long bytes = Little.u32(data, at + 16);
            long headerBytes = Little.u32(data, at + 20);
            long signatureBytes = Little.u32(data, at + 24);
            long rest = bytes - HEADER_BYTES - headerBytes;
            if (bytes > data.length - at
                    || rest < 0
                    || signatureBytes <= Guid.BYTES
                    || rest % signatureBytes != 0) {
                return Optional.empty();
            }
            lists.add(read(data, at, (int) bytes, (int) headerBytes, (int) signatureBytes));
            at += (int) bytes;
        }
        return Optional.of(lists);
    }

    private static SignatureList read(
            byte[] data, int at, int bytes, int headerBytes, int signatureBytes) {
        int from = at + HEADER_BYTES + headerBytes;
        List<Entry> signatures = new ArrayList<>();
        for (int one = from; one < at + bytes; one += signatureBytes) {
            byte[] content = Arrays.copyOfRange(data, one + Guid.BYTES, one + signatureBytes);
            signatures.add(new Entry(Guid.of(data, one), content));
        }
        byte[] header = Arrays.copyOfRange(data, at + HEADER_BYTES, from);
        return new SignatureList(Guid.of(data, at), header, signatureBytes, signatures);
    }

    /** A list of one signature. */
    public static SignatureList of(Guid type, Guid owner, byte[] data) {
        List<Entry> one = List.of(new Entry(owner, data));
        return new SignatureList(type, new byte[0], Guid.BYTES + data.length, one);
    }

    public static byte[] write(List<SignatureList> lists) {
        ByteWriter out = new ByteWriter();
        for (SignatureList list : lists) {
            int bytes = list.signatures.size() * list.signatureBytes;
            out.bytes(list.type.toBytes());
            out.u32(HEADER_BYTES + (long) list.header.length + bytes);
            out.u32(list.header.length).u32(list.signatureBytes).bytes(list.header);
            for (Entry entry : list.signatures) {
                out.bytes(entry.owner.toBytes()).bytes(entry.data);
            }
        }
        return out.toBytes();
    }

    /** What of some lists is not in others yet, for appending. */
    public static List<SignatureList> without(
            List<SignatureList> lists, List<SignatureList> already) {
        List<SignatureList> left = new ArrayList<>();
        for (SignatureList list : lists) {
            List<Entry> signatures = new ArrayList<>(list.signatures);
            for (SignatureList other : already) {
                if (other.type.equals(list.type)) {
                    signatures.removeIf(entry -> isIn(entry, other.signatures));
                }
            }
            if (!signatures.isEmpty()) {
                left.add(
                        new SignatureList(list.type, list.header, list.signatureBytes, signatures));
            }
        }
        return left;
    }

    private static boolean isIn(Entry entry, List<Entry> entries) {
        for (Entry other : entries) {
            if (entry.isSame(other)) {
                return true;
            }
        }
        return false;
    }

    /** The certificates among the signatures. */
    public static List<Certificate> certificates(List<SignatureList> lists) {
        List<Certificate> certificates = new ArrayList<>();
        for (SignatureList list : lists) {
            if (list.type.equals(X509)) {
                for (Entry entry : list.signatures) {
                    Certificate.read(entry.data).ifPresent(certificates::add);
                }
            }
        }
        return certificates;
    }

    /** Whether there is a list of this type. */
    static boolean has(List<SignatureList> lists, Guid type) {
        for (SignatureList list : lists) {
            if (list.type.equals(type)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a list of this type has a signature that begins with these bytes. */
    public static boolean contains(List<SignatureList> lists, Guid type, byte[] data) {
        for (SignatureList list : lists) {
            if (list.type.equals(type)) {
                for (Entry entry : list.signatures) {
                    int count = Math.min(entry.data.length, data.length);
                    if (count == data.length
                            && Arrays.equals(Arrays.copyOf(entry.data, count), data)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }
}
