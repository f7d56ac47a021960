package dev.lungo.metal.load;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Tables laid out as in coreboot's coreboot_tables.h. */
class CorebootTableTest {
    private static final long FORWARDING = 0x500;
    private static final long TABLE = 0x1FE5_7000;
    private static final long COPY = 0x1EDF_F000;
    private static final int MAINBOARD = 3;
    private static final int MIB = 1 << 20;

    private final SparseMemory memory = new SparseMemory();

    private CorebootTable find() {
        return requireNonNull(CorebootTable.find(memory));
    }

    private void putTables(byte[] table) {
        memory.put(FORWARDING, table(record(0x11, longs(TABLE))));
        memory.put(TABLE, table);
    }

    private static byte[] machine() {
        return table(
                memoryMap(0, 0x1000, 16, 0x1000, 0x9F000, 1, MIB, 0x1FD5_7000, 1, TABLE, MIB, 16),
                record(MAINBOARD, "a board\0".getBytes(US_ASCII)),
                record(0x0F, ints(1, 0x2F8, 115200, 1, 0, 0)));
    }

    @Test
    void theTableIsFoundWhereTheLowOneLeads() {
        putTables(machine());

        assertThat(find().serialPort()).isEqualTo(0x2F8);
        assertThat(map(0, 0).count()).isEqualTo(4);
    }

    @Test
    void aSerialPortInMemoryIsNone() {
        putTables(table(record(0x0F, ints(2, 0xFE03_4000, 115200, 4, 0, 0))));

        assertThat(find().serialPort()).isZero();
        assertThat(find().has(CorebootTable.SERIAL)).isTrue();
    }

    @Test
    void theCopyHasTheHypervisorsRangeReservedAndAllFindIt() {
        putTables(machine());
        E820 map = map(0x1EE0_0000, 0x1FE0_0000);
        CorebootTable table = find();
        Window copy = new Window(memory, "the copy", COPY, table.copyBytes(map));
        map.reserve(COPY, COPY + 4096, CorebootTable.TABLE_MEMORY);

        table.copy(copy, map);

        E820 seen = map(0, 0);
        assertThat(describe(seen))
                .contains("1edff000-1ee00000 16", "1ee00000-1fe00000 2", "1fe00000-1fe57000 1")
                .contains("100000-1edff000 1", "1fe57000-1ff57000 16");
        assertThat(memory.get(FORWARDING + 24 + 8 + 1)).isEqualTo(0xF0); // COPY's second byte
        Window board = requireNonNull(find().record(MAINBOARD));
        assertThat(board.has(8, "a board\0")).isTrue();
        assertThat(find().serialPort()).isEqualTo(0x2F8);
    }

    @Test
    void aTableThatLiesInLowMemoryItselfBecomesOneThatLeadsToTheCopy() {
        memory.put(FORWARDING, machine());
        CorebootTable table = find();
        E820 map = map(0x1EE0_0000, 0x1FE0_0000);
        map.reserve(COPY, COPY + 4096, CorebootTable.TABLE_MEMORY);

        table.copy(new Window(memory, "the copy", COPY, table.copyBytes(map)), map);

        assertThat(describe(map(0, 0))).contains("1ee00000-1fe00000 2");
        assertThat(memory.get(FORWARDING + 24)).isEqualTo(0x11);
    }

    @Test
    void aTableWithAWrongCheckSumIsNone() {
        byte[] table = machine();
        table[60] ^= 1;
        putTables(table);

        assertThat(CorebootTable.find(memory)).isNull();
    }

    @Test
    void hostileTablesAreRefusedOrReadWithinTheirBounds() {
        byte[] good = machine();
        for (int seed = 0; seed < 3000; seed++) {
            Random random = new Random(seed);
            byte[] records = Arrays.copyOfRange(good, 24, good.length);
            for (int i = random.nextInt(6); i >= 0; i--) {
                records[random.nextInt(records.length)] =
                        (byte) (random.nextBoolean() ? random.nextInt() : random.nextInt(40));
            }
            putTables(table(records));
            try {
                CorebootTable table = find();
                E820 map = new E820(0x1EE0_0000, 0x1FE0_0000);
                table.serialPort();
                table.rsdp();
                Flash.archive(memory, table);
                table.addMemoryTo(map);
                long bytes = table.copyBytes(map);
                table.copy(new Window(memory, "the copy", COPY, bytes), map);
                assertThat(CorebootTable.find(memory)).as("seed " + seed).isNotNull();
            } catch (IllegalStateException refused) {
                assertThat(refused).hasMessageStartingWith("coreboot's table ");
            }
        }
    }

    private E820 map(long ownStart, long ownEnd) {
        E820 map = new E820(ownStart, ownEnd);
        find().addMemoryTo(map);
        return map;
    }

    private static String describe(E820 map) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < map.count(); i++) {
            text.append("%x-%x %d%n".formatted(map.base(i), map.end(i), map.type(i)));
        }
        return text.toString();
    }

    static byte[] table(byte[]... records) {
        int bytes = Arrays.stream(records).mapToInt(record -> record.length).sum();
        byte[] table = new byte[24 + bytes];
        ByteBuffer buffer = little(table).put("LBIO".getBytes(US_ASCII)).putInt(24).putInt(0);
        buffer.putInt(bytes).putInt(0).putInt(records.length);
        for (byte[] record : records) {
            buffer.put(record);
        }
        buffer.putInt(16, checksum(Arrays.copyOfRange(table, 24, 24 + bytes)));
        buffer.putInt(8, checksum(Arrays.copyOf(table, 24)));
        return table;
    }

    private static int checksum(byte[] bytes) {
        int sum = 0;
        for (int i = 0; i < bytes.length; i++) {
            sum += (bytes[i] & 0xFF) << (i % 2 * 8);
            sum = (sum & 0xFFFF) + (sum >>> 16);
        }
        return ~sum & 0xFFFF;
    }

    static byte[] record(int tag, byte[] content) {
        byte[] record = new byte[8 + content.length];
        little(record).putInt(tag).putInt(record.length).put(content);
        return record;
    }

    static byte[] longs(long... values) {
        byte[] bytes = new byte[8 * values.length];
        ByteBuffer buffer = little(bytes);
        Arrays.stream(values).forEach(buffer::putLong);
        return bytes;
    }

    static byte[] ints(int... values) {
        byte[] bytes = new byte[4 * values.length];
        ByteBuffer buffer = little(bytes);
        Arrays.stream(values).forEach(buffer::putInt);
        return bytes;
    }

    /** Start, bytes and type of each range. */
    private static byte[] memoryMap(long... ranges) {
        byte[] map = new byte[ranges.length / 3 * 20];
        ByteBuffer buffer = little(map);
        for (int i = 0; i < ranges.length; i += 3) {
            buffer.putLong(ranges[i]).putLong(ranges[i + 1]).putInt((int) ranges[i + 2]);
        }
        return record(1, map);
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
