package dev.lungo.boot.smbios;

import static dev.lungo.boot.Images.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lungo.boot.MemoryMap;
import dev.lungo.boot.TestMemory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmbiosTest {
    /** A structure as a reader sees it. */
    private record Read(int type, int handle, ByteBuffer formatted, List<String> strings) {
        String string(int offset) {
            return strings.get(formatted.get(offset) - 1);
        }
    }

    private final TestMemory memory = new TestMemory(16 * MIB);

    @Test
    void bothEntryPointsLeadToTheTable() {
        Smbios.write(memory, MemoryMap.of(512 * MIB), 2);

        long entry3 = find("_SM3_");
        assertThat(sum(entry3, memory.getByte(entry3 + 6))).isZero();
        long table = memory.getLong(entry3 + 16);
        long entry2 = find("_SM_");
        assertThat(sum(entry2, memory.getByte(entry2 + 5))).isZero();
        assertThat(sum(entry2 + 16, 15)).isZero();
        assertThat(memory.u32(entry2 + 0x18)).isEqualTo(table);
        assertThat(memory.getShort(entry2 + 0x16)).isEqualTo((short) memory.getInt(entry3 + 12));
        assertThat(memory.getShort(entry2 + 0x1C)).isEqualTo((short) structures().size());
    }

    @Test
    void theTableTellsOfTheMachine() {
        Smbios.write(memory, MemoryMap.of(512 * MIB), 2);

        List<Read> all = structures();
        assertThat(all)
                .extracting(Read::type)
                .containsExactly(0, 1, 2, 3, 4, 4, 16, 17, 19, 32, 127);
        assertThat(all).extracting(Read::handle).doesNotHaveDuplicates();
        assertThat(all.get(0).string(4)).isEqualTo("Lungo");
        assertThat(all.get(1).string(5)).isEqualTo("Lungo PC");
        assertThat(all.get(5).string(4)).isEqualTo("CPU 1");
        assertThat(all.get(7).formatted().get(0x0D)).isEqualTo((byte) 2); // 512 MiB
    }

    @Test
    void formattedAreasAreAsLongAsTheVersionSays() {
        Smbios.write(memory, MemoryMap.of(512 * MIB), 1);

        assertThat(structures())
                .extracting(structure -> structure.formatted().capacity())
                .containsExactly(0x18, 0x1B, 0x0F, 0x16, 0x30, 0x17, 0x28, 0x1F, 0x0B, 4);
    }

    @Test
    void memoryAbove4GiBIsARangeOfItsOwn() {
        Smbios.write(memory, MemoryMap.of(8L << 30), 1);

        List<Read> ranges = structures().stream().filter(read -> read.type == 19).toList();
        assertThat(ranges).hasSize(2);
        assertThat(u32(ranges.get(0), 8)).isEqualTo((0xB000_0000L >> 10) - 1);
        assertThat(u32(ranges.get(1), 4)).isEqualTo(4L << 20);
        assertThat(u32(ranges.get(1), 8)).isEqualTo((0x2_5000_0000L >> 10) - 1);
    }

    /** The dump is as dmidecode itself makes one: the table follows its entry point. */
    @Test
    void dmidecodeReadsBothEntryPoints(@TempDir Path directory) throws Exception {
        assumeTrue(isInstalled("dmidecode"), "not run: dmidecode is not installed");
        Smbios.write(memory, MemoryMap.of(8L << 30), 4);
        long entry3 = find("_SM3_");
        byte[] table = memory.bytes(memory.getLong(entry3 + 16), memory.getInt(entry3 + 12));
        for (String anchor : List.of("_SM3_", "_SM_")) {
            byte[] dump = new byte[32 + table.length];
            System.arraycopy(memory.bytes(find(anchor), 32), 0, dump, 0, 32);
            moveTable(dump, anchor);
            System.arraycopy(table, 0, dump, 32, table.length);
            Path file = Files.write(directory.resolve(anchor), dump);

            String said = dmidecode(file);

            assertThat(said)
                    .contains("Product Name: Lungo PC", "Size: 8 GB", "Socket Designation: CPU 3")
                    .contains("End Of Table")
                    .doesNotContainIgnoringCase("bad")
                    .doesNotContainIgnoringCase("invalid")
                    .doesNotContain("<OUT OF SPEC>", "TRUNCATED", "Wrong");
        }
    }

    /** Makes the entry point say that the table is at 20h. */
    private static void moveTable(byte[] dump, String anchor) {
        ByteBuffer entry = ByteBuffer.wrap(dump).order(ByteOrder.LITTLE_ENDIAN);
        if (anchor.equals("_SM3_")) {
            entry.putLong(16, 32);
            sumToZero(dump, 0, 24, 5);
        } else {
            entry.putInt(0x18, 32);
            sumToZero(dump, 16, 31, 0x15);
            sumToZero(dump, 0, 31, 4);
        }
    }

    private static void sumToZero(byte[] bytes, int from, int to, int at) {
        bytes[at] = 0;
        int sum = 0;
        for (int i = from; i < to; i++) {
            sum += bytes[i];
        }
        bytes[at] = (byte) -sum;
    }

    private static boolean isInstalled(String program) {
        for (String directory : System.getenv("PATH").split(":", -1)) {
            if (Files.isExecutable(Path.of(directory, program))) {
                return true;
            }
        }
        return Files.isExecutable(Path.of("/usr/sbin", program));
    }

    private static String dmidecode(Path dump) throws Exception {
        Process process =
                new ProcessBuilder("dmidecode", "--from-dump", dump.toString())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    /** Looks for an anchor as operating systems do, on every paragraph of the BIOS segment. */
    private long find(String anchor) {
        for (long at = 0xF_0000; at < 0x10_0000; at += 16) {
            byte[] there = memory.bytes(at, anchor.length());
            if (new String(there, StandardCharsets.ISO_8859_1).equals(anchor)) {
                return at;
            }
        }
        throw new AssertionError("no " + anchor);
    }

    private List<Read> structures() {
        long entry = find("_SM3_");
        long at = memory.getLong(entry + 16);
        long end = at + memory.getInt(entry + 12);
        List<Read> all = new ArrayList<>();
        while (at < end) {
            int length = memory.getByte(at + 1);
            int type = memory.getByte(at);
            int handle = memory.getShort(at + 2);
            ByteBuffer formatted =
                    ByteBuffer.wrap(memory.bytes(at, length)).order(ByteOrder.LITTLE_ENDIAN);
            List<String> strings = new ArrayList<>();
            at += length;
            while (memory.getByte(at) != 0) {
                strings.add(memory.string(at));
                at += memory.string(at).length() + 1;
            }
            at += strings.isEmpty() ? 2 : 1;
            all.add(new Read(type, handle, formatted, strings));
        }
        assertThat(at).isEqualTo(end);
        return all;
    }

    private static long u32(Read structure, int offset) {
        return structure.formatted.getInt(offset) & 0xFFFF_FFFFL;
    }

    private int sum(long at, int length) {
        int sum = 0;
        for (byte b : memory.bytes(at, length)) {
            sum += b;
        }
        return sum & 0xFF;
    }
}
