package dev.lungo.host.disk;

import dev.lungo.host.zstd.MalformedException;
import dev.lungo.host.zstd.Zstd;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** How compressed clusters are. */
enum Compression {
    /** RFC 1951, without zlib's header. */
    DEFLATE {
        @Override
        boolean decompress(byte[] from, int at, int bytes, byte[] into) {
            try (Inflater inflater = new Inflater(/* nowrap= */ true)) {
                inflater.setInput(from, at, bytes);
                int done = 0;
                while (done < into.length) {
                    int more = inflater.inflate(into, done, into.length - done);
                    if (more == 0) {
                        return false; // wants more input, or has ended early
                    }
                    done += more;
                }
                return true;
            } catch (DataFormatException _) {
                return false;
            }
        }
    },

    /** RFC 8878. */
    ZSTD {
        @Override
        boolean decompress(byte[] from, int at, int bytes, byte[] into) {
            try {
                Zstd.decompress(from, at, bytes, into);
                return true;
            } catch (MalformedException _) {
                return false;
            }
        }
    };

    /**
     * Fills an array with what was compressed; what comes after is not looked at.
     *
     * @return false when it is damaged
     */
    abstract boolean decompress(byte[] from, int at, int bytes, byte[] into);
}
