package dev.lungo.toolchain.image;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorOutputStream;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorOutputStream.BlockSize;
import org.apache.commons.compress.compressors.lz4.FramedLZ4CompressorOutputStream.Parameters;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.LZMAOutputStream;

/**
 * How the parts of a payload are compressed in flash; the numbers are coreboot's. coreboot,
 * src/commonlib/bsd/include/commonlib/bsd/cbfs_serialized.h.
 */
public enum Compression {
    NONE(0),
    /** The LZMA format with its 13-byte header. */
    LZMA(1),
    /** LZ4 frames of blocks that do not need each other, without check sums. */
    LZ4(2);

    private static final int SAMPLE = 1 << 16;
    private static final int MAX_DICTIONARY = 1 << 22;

    final int number;

    Compression(int number) {
        this.number = number;
    }

    /** By a sample: what is compressed already would take long for nothing. */
    boolean isWorthwhile(byte[] bytes) {
        int middle = bytes.length / 2;
        byte[] sample = Arrays.copyOfRange(bytes, middle, Math.min(middle + SAMPLE, bytes.length));
        return apply(sample).length < sample.length * 0.9;
    }

    byte[] apply(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream compressor = compressor(out, bytes.length)) {
            compressor.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private OutputStream compressor(OutputStream out, int bytes) throws IOException {
        return switch (this) {
            case NONE -> out;
            case LZMA -> {
                LZMA2Options options = new LZMA2Options(9);
                options.setLc(1); // as cbfstool does it, for decoders with little memory
                options.setPb(0);
                options.setDictSize(Math.clamp(bytes, LZMA2Options.DICT_SIZE_MIN, MAX_DICTIONARY));
                yield new LZMAOutputStream(out, options, bytes);
            }
            case LZ4 ->
                    new FramedLZ4CompressorOutputStream(
                            out, new Parameters(BlockSize.M4, false, false, false));
        };
    }
}
