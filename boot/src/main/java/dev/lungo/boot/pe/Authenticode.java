package dev.lungo.boot.pe;

import dev.lungo.boot.BootException;
import dev.lungo.boot.BootFile;
import dev.lungo.boot.pe.PeImage.Range;
import dev.lungo.boot.pe.PeImage.Section;
import java.util.ArrayList;
import java.util.List;

/**
 * What of an image its signatures are about, and where these are. Microsoft, "Windows Authenticode
 * Portable Executable Signature Format", "Calculating the PE Image Hash"; UEFI, "Image
 * Certificates" (32.2.4).
 */
public final class Authenticode {
    private static final int WIN_CERTIFICATE_BYTES = 8;
    private static final int CERT_TYPE_PKCS_SIGNED_DATA = 0x0002;
    private static final int SECURITY_DIRECTORY = 4;

    /** Images have one or two. */
    private static final int MOST_CERTIFICATES = 16;

    private Authenticode() {}

    /**
     * The pieces of the file that are hashed, one after the other: all but the checksum, where the
     * certificates are, and these.
     *
     * @throws BootException if the file is not one that has such a hash
     */
    public static List<Range> hashed(PeImage image) {
        BootFile file = image.file();
        List<Range> ranges = new ArrayList<>();
        ranges.add(new Range(0, image.checkSumOffset()));
        long from = image.checkSumOffset() + 4L;
        if (image.directories() > SECURITY_DIRECTORY) {
            long directory = image.directoryOffset() + 8L * SECURITY_DIRECTORY;
            ranges.add(new Range(from, directory - from));
            from = directory + 8;
        }
        ranges.add(new Range(from, image.headerBytes() - from));
        long hashed = image.headerBytes();
        for (Range raw : rawInOrder(image)) {
            ranges.add(raw);
            hashed += raw.bytes();
        }
        long end = file.length() - image.certificates().bytes();
        if (hashed > end) {
            throw PeImage.broken(file, "has sections that overlap");
        }
        if (hashed < end) {
            ranges.add(new Range(hashed, end - hashed));
        }
        return List.copyOf(ranges);
    }

    /** The whole raw data, with what memory has no place for. */
    private static List<Range> rawInOrder(PeImage image) {
        List<Range> raw = new ArrayList<>();
        for (Section section : image.sections()) {
            Range range = section.wholeRaw();
            if (range.bytes() != 0) {
                if (!image.file().has(range.offset(), range.bytes())) {
                    throw PeImage.broken(image.file(), "is cut short");
                }
                raw.add(range);
            }
        }
        raw.sort((a, b) -> Long.compare(a.offset(), b.offset()));
        return raw;
    }

    /**
     * The PKCS#7 SignedData in the certificate table, none if the image is not signed. The other
     * types, which nobody makes, are left out.
     *
     * @throws BootException if the table is broken
     */
    public static List<byte[]> signatures(PeImage image) {
        BootFile file = image.file();
        Range table = image.certificates();
        List<byte[]> signatures = new ArrayList<>();
        long at = table.offset();
        while (table.end() - at >= WIN_CERTIFICATE_BYTES && signatures.size() < MOST_CERTIFICATES) {
            long bytes = file.u32(at);
            int type = file.u16(at + 6);
            if (bytes < WIN_CERTIFICATE_BYTES || bytes > table.end() - at) {
                throw PeImage.broken(file, "has a certificate that does not end");
            }
            if (type == CERT_TYPE_PKCS_SIGNED_DATA) {
                int count = (int) bytes - WIN_CERTIFICATE_BYTES;
                signatures.add(file.copy(at + WIN_CERTIFICATE_BYTES, count));
            }
            at += (bytes + 7) & ~7L;
        }
        return List.copyOf(signatures);
    }
}
