package dev.lungo.metal.load;

import static dev.lungo.metal.load.CorebootTableTest.ints;
import static dev.lungo.metal.load.CorebootTableTest.longs;
import static dev.lungo.metal.load.CorebootTableTest.record;
import static dev.lungo.metal.load.CorebootTableTest.table;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FlashTest {
    private static final long TABLE = 0x500;
    private static final int MIB = 1 << 20;

    private final SparseMemory memory = new SparseMemory();

    private @Nullable Window archive(byte[]... records) {
        memory.put(TABLE, table(records));
        return Flash.archive(memory, requireNonNull(CorebootTable.find(memory)));
    }

    /** Of a flash of this many bytes. */
    private static byte[] media(long cbfsOffset, long cbfsBytes, long bytes) {
        return record(0x30, longs(0, cbfsOffset, cbfsBytes, bytes));
    }

    @Test
    void theFlashEndsAtFourGib() {
        Window archive = requireNonNull(archive(media(0x200, 16 * MIB - 0x200, 16 * MIB)));

        assertThat(archive.start()).isEqualTo(0xFF00_0200L);
        assertThat(archive.end()).isEqualTo(1L << 32);
    }

    @Test
    void aLargerFlashIsSeenThroughItsWindows() {
        byte[] windows =
                record(
                        0x29,
                        ints(
                                64 * MIB,
                                4096,
                                0,
                                2,
                                0,
                                0xF000_0000,
                                32 * MIB,
                                48 * MIB,
                                0xFF00_0000,
                                16 * MIB));

        assertThat(requireNonNull(archive(media(MIB, 4 * MIB, 64 * MIB), windows)).start())
                .isEqualTo(0xF010_0000L);
        assertThat(requireNonNull(archive(media(60 * MIB, 4 * MIB, 64 * MIB), windows)).start())
                .isEqualTo(0xFFC0_0000L);
    }

    @Test
    void whatIsNotInMemoryIsNotThere() {
        assertThat(archive(media(MIB, 4 * MIB, 64 * MIB))).isNull();
        assertThat(archive(media(15 * MIB, 4 * MIB, 16 * MIB))).isNull();
        assertThat(archive(media(-1, 4 * MIB, 16 * MIB))).isNull();
        assertThat(archive(media(0, Long.MAX_VALUE, Long.MAX_VALUE))).isNull();
    }

    @Test
    void withoutParametersTheLastFourBytesLeadToTheMasterHeader() {
        byte[] header = new byte[32];
        ByteBuffer.wrap(header)
                .putInt(0x4F52_4243) // magic and version
                .putInt(0x3131_3132)
                .putInt(4 * MIB)
                .putInt(0x1_0000) // the boot block's, which is not of the archive
                .putInt(64)
                .putInt(0x200);
        memory.put(0xFFFF_1000L, header);
        memory.put(0xFFFF_FFFCL, ints(-0xF000));

        Window archive = requireNonNull(archive(new byte[0]));

        assertThat(archive.start()).isEqualTo(0xFFC0_0200L);
        assertThat(archive.end()).isEqualTo(0xFFFF_0000L);
    }

    @Test
    void withoutAMasterHeaderThereIsNoArchive() {
        assertThat(archive(new byte[0])).isNull();
    }
}
