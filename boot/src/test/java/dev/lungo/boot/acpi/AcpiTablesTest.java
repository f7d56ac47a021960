package dev.lungo.boot.acpi;

import static dev.lungo.boot.Images.MIB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lungo.boot.MemoryMap;
import dev.lungo.boot.TestMemory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AcpiTablesTest {
    private static final MemoryMap MAP = MemoryMap.of(64 * MIB);

    private final TestMemory memory = new TestMemory(64 * MIB);

    @Test
    void theRsdpIsWhereOperatingSystemsLookForIt() {
        long rsdp = AcpiTables.write(memory, MAP, 1);

        assertThat(rsdp).isBetween(0xE_0000L, 0xF_FFF0L);
        assertThat(rsdp % 16).isZero();
        assertThat(text(rsdp, 8)).isEqualTo("RSD PTR ");
        assertThat(memory.getByte(rsdp + 15)).isEqualTo((byte) 2);
        assertThat(sum(rsdp, 20)).isZero();
        assertThat(sum(rsdp, 36)).isZero();
    }

    @Test
    void xsdtAndRsdtTellOfTheSameTables() {
        long rsdp = AcpiTables.write(memory, MAP, 1);

        List<Long> xsdt = entries(memory.getLong(rsdp + 24), 8);
        assertThat(entries(memory.u32(rsdp + 16), 4)).isEqualTo(xsdt);
        assertThat(xsdt)
                .extracting(at -> text(at, 4))
                .containsExactly("FACP", "APIC", "HPET", "MCFG");
    }

    @Test
    void everyTableHasItsChecksumAndLiesInTheRangeForIt() {
        for (Map.Entry<String, Long> table : tables(255).entrySet()) {
            long at = table.getValue();
            int length = memory.getInt(at + 4);

            assertThat(sum(at, length)).as(table.getKey()).isZero();
            assertThat(at).isGreaterThanOrEqualTo(MAP.acpiTables().base());
            assertThat(at + length).isLessThanOrEqualTo(MAP.acpiTables().end());
        }
    }

    @Test
    void theFadtDescribesThePowerManagementBlock() {
        long fadt = tables(1).get("FACP");

        assertThat(memory.getInt(fadt + 4)).isEqualTo(276); // as long as revision 6 is
        assertThat(memory.getShort(fadt + 46)).isEqualTo((short) 9); // SCI_INT
        assertThat(memory.getInt(fadt + 56)).isEqualTo(0x600); // PM1a_EVT_BLK
        assertThat(memory.getInt(fadt + 64)).isEqualTo(0x604); // PM1a_CNT_BLK
        assertThat(memory.getInt(fadt + 76)).isEqualTo(0x608); // PM_TMR_BLK
        assertThat(memory.getInt(fadt + 80)).isEqualTo(0x620); // GPE0_BLK
        assertThat(memory.getInt(fadt + 112) & 1 << 10).isNotZero(); // RESET_REG_SUP
        assertThat(memory.getLong(fadt + 120)).isEqualTo(0xCF9); // RESET_REG
        assertThat(memory.getByte(fadt + 128)).isEqualTo((byte) 6); // RESET_VALUE
        assertThat(memory.getLong(fadt + 152)).isEqualTo(0x600); // X_PM1a_EVT_BLK
        assertThat(text(memory.u32(fadt + 36), 4)).isEqualTo("FACS");
        assertThat(memory.u32(fadt + 36) % 64).isZero();
        assertThat(memory.u32(fadt + 40)).isEqualTo(memory.getLong(fadt + 140)); // DSDT
    }

    @Test
    void theMadtListsEveryProcessor() {
        long madt = tables(3).get("APIC");

        assertThat(memory.bytes(madt + 44, 24))
                .containsExactly(
                        0, 8, 0, 0, 1, 0, 0, 0, 0, 8, 1, 1, 1, 0, 0, 0, 0, 8, 2, 2, 1, 0, 0, 0);
        assertThat(memory.bytes(madt + 68, 12))
                .containsExactly(1, 12, 0, 0, 0, 0, 0xC0, 0xFE, 0, 0, 0, 0); // I/O APIC
        assertThat(memory.bytes(madt + 80, 10))
                .containsExactly(2, 10, 0, 0, 2, 0, 0, 0, 0, 0); // IRQ 0 is on input 2
        assertThat(memory.bytes(madt + 90, 10))
                .containsExactly(2, 10, 0, 9, 9, 0, 0, 0, 0xD, 0); // SCI: high, level
        assertThat(memory.bytes(madt + 100, 6)).containsExactly(4, 6, 0xFF, 0, 0, 1); // LINT1
    }

    @Test
    void processorsThatNoXapicCouldNameAreX2apics() {
        long madt = tables(256).get("APIC");

        assertThat(memory.bytes(madt + 44 + 255 * 8, 16))
                .containsExactly(9, 16, 0, 0, 0xFF, 0, 0, 0, 1, 0, 0, 0, 0xFF, 0, 0, 0);
    }

    @Test
    void packageLengthsCountTheirOwnBytes() {
        assertThat(Aml.buffer(new byte[2])).startsWith(0x11, 5, 0x0A, 2);
        assertThat(Aml.buffer(new byte[60])).startsWith(0x11, 63, 0x0A, 60);
        assertThat(Aml.buffer(new byte[61])).startsWith(0x11, 0x41, 4, 0x0A, 61); // 65
        assertThat(Aml.buffer(new byte[4096])).startsWith(0x11, 0x86, 0, 1, 0x0B); // 4102
    }

    @Test
    void eisaIdentifiersAreCompressed() {
        assertThat(Aml.eisaId("PNP0A03")).containsExactly(0x0C, 0x41, 0xD0, 0x0A, 0x03);
    }

    /** ACPICA's compiler takes each table apart and together again. */
    @Test
    void acpicaAcceptsEveryTable(@TempDir Path directory) throws Exception {
        assumeTrue(
                Files.exists(Path.of("/usr/bin/iasl")), "not run: acpica-tools is not installed");
        for (int cpus : new int[] {1, 4, 300}) {
            for (Map.Entry<String, Long> table : tables(cpus).entrySet()) {
                Path aml = directory.resolve(table.getKey() + ".aml");
                Path dsl = directory.resolve(table.getKey() + ".dsl");
                long at = table.getValue();
                byte[] bytes = memory.bytes(at, memory.getInt(at + 4));
                Files.write(aml, bytes);

                String apart = run(directory, "iasl", "-d", aml.toString());
                String together = run(directory, "iasl", "-vs", dsl.toString());

                assertThat(apart).doesNotContainIgnoringCase("error").doesNotContain("Warning");
                assertThat(together).contains("Compilation successful. 0 Errors, 0 Warnings");
                if (!table.getKey().equals("DSDT")) {
                    // The compiler writes its own name and revision into the header.
                    assertThat(rest(Files.readAllBytes(aml))).isEqualTo(rest(bytes));
                }
            }
        }
    }

    private static byte[] rest(byte[] table) {
        return java.util.Arrays.copyOfRange(table, 36, table.length);
    }

    private static String run(Path directory, String... command)
            throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    /** Writes the tables, and finds them as an operating system does. */
    private Map<String, Long> tables(int cpus) {
        long rsdp = AcpiTables.write(memory, MAP, cpus);
        Map<String, Long> tables = new LinkedHashMap<>();
        for (long at : entries(memory.getLong(rsdp + 24), 8)) {
            tables.put(text(at, 4), at);
        }
        tables.put("DSDT", memory.u32(tables.get("FACP") + 40));
        return tables;
    }

    private List<Long> entries(long table, int bytes) {
        List<Long> entries = new ArrayList<>();
        for (long at = table + 36; at < table + memory.getInt(table + 4); at += bytes) {
            entries.add(bytes == 8 ? memory.getLong(at) : memory.u32(at));
        }
        return entries;
    }

    private String text(long at, int length) {
        return new String(memory.bytes(at, length), StandardCharsets.US_ASCII);
    }

    private int sum(long at, int length) {
        int sum = 0;
        for (byte b : memory.bytes(at, length)) {
            sum += b;
        }
        return sum & 0xFF;
    }
}
