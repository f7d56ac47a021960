package dev.lungo.toolchain.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes an image as coreboot keeps payloads in flash: a table of segments, then what is in them,
 * compressed. All numbers are big-endian. coreboot, cbfs_serialized.h, struct cbfs_payload_segment.
 */
public final class SelfPayload {
    private static final int CODE = 0x434F4445;
    private static final int ENTRY = 0x454E5452;
    private static final int SEGMENT_BYTES = 28;

    @SuppressWarnings("ArrayRecordComponent") // stays here
    private record Segment(int type, byte[] content, long address, long inMemory) {}

    private SelfPayload() {}

    /** The payload file's content. */
    public static byte[] of(LinkedImage image, Compression compression) {
        List<Segment> segments = new ArrayList<>();
        ByteArrayOutputStream loaded = new ByteArrayOutputStream();
        loaded.writeBytes(image.code());
        loaded.writeBytes(image.data());
        long start = image.base() + LinkedImage.HEADERS;
        segments.add(new Segment(CODE, loaded.toByteArray(), start, image.end() - start));
        byte[] relocations = BaseRelocations.of(image.addresses());
        segments.add(new Segment(CODE, relocations, image.end(), relocations.length));

        int table = (segments.size() + 1) * SEGMENT_BYTES;
        ByteBuffer headers = ByteBuffer.allocate(table);
        ByteArrayOutputStream contents = new ByteArrayOutputStream();
        for (Segment segment : segments) {
            byte[] compressed = compression.apply(segment.content);
            headers.putInt(segment.type).putInt(compression.number);
            headers.putInt(table + contents.size()).putLong(segment.address);
            headers.putInt(compressed.length).putInt((int) segment.inMemory);
            contents.writeBytes(compressed);
        }
        headers.putInt(ENTRY).putInt(0).putInt(0).putLong(image.entry()).putInt(0).putInt(0);

        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(headers.array());
        file.writeBytes(contents.toByteArray());
        return file.toByteArray();
    }
}
