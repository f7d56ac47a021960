package dev.lungo.boot.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lungo.boot.BootException;
import dev.lungo.boot.Tools;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables made by util-linux' sfdisk and by sgdisk. */
class PartitionTableTest {
    private static final int DISK_BYTES = 8 << 20;
    private static final int LAST = DISK_BYTES / 512 - 1;

    private static final String TWO_IN_GPT =
            """
            label: gpt
            label-id: 01234567-89AB-CDEF-0123-456789ABCDEF
            start=2048, size=4096, type=U, name="EFI system", uuid=11111111-2222-3333-4444-555555555555
            start=8192, size=1000, type=L, name="Grüße", attrs=RequiredPartition
            """;

    @TempDir Path directory;

    @Test
    void readsPrimaryAndLogicalPartitions() throws IOException {
        ArrayDisk disk =
                sfdisk(
                        """
                        label: dos
                        label-id: 0x12345678
                        start=63, size=1985, type=83, bootable
                        start=2048, size=10240, type=5
                        start=12288, size=2048, type=ef
                        start=4096, size=100, type=c
                        start=6144, size=200, type=82
                        start=8192, size=300, type=83
                        """);

        Mbr mbr = (Mbr) PartitionTable.read(disk).orElseThrow();

        assertThat(mbr.signature()).isEqualTo(0x1234_5678);
        assertThat(mbr.partitions())
                .map(PartitionTableTest::brief)
                .containsExactly(
                        "1 83 63+1985 active",
                        "2 5 2048+10240",
                        "3 ef 12288+2048",
                        "5 c 4096+100",
                        "6 82 6144+200",
                        "7 83 8192+300");
        assertThat(mbr.efiSystem()).map(Partition::number).contains(3);
    }

    private static String brief(Partition.OfMbr partition) {
        return partition.number()
                + " "
                + Integer.toHexString(partition.type())
                + " "
                + partition.firstSector()
                + "+"
                + partition.sectors()
                + (partition.isActive() ? " active" : "");
    }

    @Test
    void readsAGuidPartitionTable() throws IOException {
        Gpt gpt = (Gpt) PartitionTable.read(sfdisk(TWO_IN_GPT)).orElseThrow();

        assertThat(gpt.disk()).hasToString("01234567-89ab-cdef-0123-456789abcdef");
        assertThat(gpt.isFromBackup()).isFalse();
        assertThat(gpt.partitions()).hasSize(2);
        Partition.OfGpt first = gpt.partitions().getFirst();
        assertThat(first.guids().unique()).hasToString("11111111-2222-3333-4444-555555555555");
        assertThat(first.name()).isEqualTo("EFI system");
        assertThat(first.firstSector()).isEqualTo(2048);
        assertThat(first.sectors()).isEqualTo(4096);
        assertThat(gpt.efiSystem()).contains(first);
        Partition.OfGpt second = gpt.partitions().get(1);
        assertThat(second.name()).isEqualTo("Grüße");
        assertThat(second.attributes()).isEqualTo(1);
        assertThat(second.isEfiSystem()).isFalse();
    }

    @Test
    void readsMoreEntriesThanUsual() throws IOException {
        Path image = directory.resolve("disk");
        Files.write(image, new byte[DISK_BYTES]);
        Tools.run(directory, "", "sgdisk", "-S", "256", "-n", "200:4096:+1M", "disk");

        Gpt gpt = (Gpt) PartitionTable.read(ArrayDisk.of(Files.readAllBytes(image))).orElseThrow();

        assertThat(gpt.partitions()).map(Partition::number).containsExactly(200);
    }

    @Test
    void takesTheBackupWhereThePrimaryIsBroken() throws IOException {
        for (int broken : List.of(512, 512 + 16, 1024 + 40)) { // signature, CRC, an entry
            ArrayDisk disk = sfdisk(TWO_IN_GPT);
            disk.content()[broken] ^= 1;

            Gpt gpt = (Gpt) PartitionTable.read(disk).orElseThrow();

            assertThat(gpt.isFromBackup()).isTrue();
            assertThat(gpt.partitions()).hasSize(2);
        }
    }

    @Test
    void takesTheBackupWhereItWasBeforeTheDiskGrew() throws IOException {
        byte[] grown = Arrays.copyOf(sfdisk(TWO_IN_GPT).content(), 2 * DISK_BYTES);
        grown[1024] ^= 1;

        Gpt gpt = (Gpt) PartitionTable.read(ArrayDisk.of(grown)).orElseThrow();

        assertThat(gpt.isFromBackup()).isTrue();
    }

    @Test
    void refusesATableThatIsBrokenTwice() throws IOException {
        ArrayDisk disk = sfdisk(TWO_IN_GPT);
        disk.content()[512] ^= 1;
        disk.content()[LAST * 512] ^= 1;

        assertThatThrownBy(() -> PartitionTable.read(disk))
                .isInstanceOf(BootException.class)
                .hasMessageContaining("and so is its backup; ");
    }

    @Test
    void followsAChainOfExtendedPartitionsThatIsARingToAnEnd() throws IOException {
        ArrayDisk disk =
                sfdisk(
                        """
                        label: dos
                        start=2048, size=10240, type=5
                        start=4096, size=100, type=c
                        """);
        int link = 2048 * 512 + 446 + 16; // the second entry, made to lead to its own sector
        System.arraycopy(disk.content(), 446, disk.content(), link, 16);
        Arrays.fill(disk.content(), link + 8, link + 12, (byte) 0);
        disk.content()[link + 8] = 0;

        assertThat(PartitionTable.read(disk).orElseThrow().partitions().size()).isLessThan(300);
    }

    @Test
    void aFileSystemOnTheWholeDiskIsNoTable() throws IOException {
        Path image = directory.resolve("disk");
        Files.write(image, new byte[1440 << 10]);
        Tools.run(directory, "", "mkfs.vfat", "disk");

        Optional<PartitionTable> table =
                PartitionTable.read(ArrayDisk.of(Files.readAllBytes(image)));

        assertThat(table).isEmpty();
    }

    private ArrayDisk sfdisk(String script) throws IOException {
        Path image = directory.resolve("disk");
        Files.write(image, new byte[DISK_BYTES]);
        Tools.run(directory, script, "sfdisk", "disk");
        return ArrayDisk.of(Files.readAllBytes(image));
    }
}
