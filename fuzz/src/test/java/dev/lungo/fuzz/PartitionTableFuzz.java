package dev.lungo.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lungo.boot.BootException;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.boot.bytes.Crc32;
import dev.lungo.boot.bytes.Little;
import dev.lungo.boot.disk.ArrayDisk;
import dev.lungo.boot.disk.ElTorito;
import dev.lungo.boot.disk.Gpt;
import dev.lungo.boot.disk.Mbr;
import dev.lungo.boot.disk.PartitionTable;
import dev.lungo.machine.BlockBackend;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any disk as one with partitions or a boot catalog: what it is told to have is inside it, or it is
 * refused. The checksums of a GUID partition table are put right first.
 */
class PartitionTableFuzz {
    private static final int SECTORS = 80;
    private static final int CATALOG = 18 * 2048;

    @MethodSource("seeds")
    @FuzzTest
    void whatAnyDiskHasIsInsideIt(byte[] input) {
        byte[] content = Arrays.copyOf(input, SECTORS * 512);
        correct(content);
        ArrayDisk disk = new ArrayDisk(content, true);
        try {
            PartitionTable.read(disk)
                    .ifPresent(table -> {
                        table.partitions().forEach(each -> read(each.of(disk)));
                        table.efiSystem();
                        int count =
                                switch (table) {
                                    case Mbr mbr -> mbr.partitions().size();
                                    case Gpt gpt -> gpt.partitions().size();
                                };
                        assertThat(count).isLessThan(40_000);
                    });
        } catch (BootException e) {
            assertThat(e).hasMessageContaining("; ");
        }
        try {
            ElTorito.read(disk)
                    .ifPresent(catalog ->
                            catalog.entries().forEach(each -> each.of(disk).ifPresent(this::read)));
        } catch (BootException e) {
            assertThat(e).hasMessageContaining("; ");
        }
    }

    private void read(BlockBackend part) {
        byte[] sector = new byte[512];
        if (part.bytes() > 0) {
            part.read(0, sector, 0, 512);
            part.read(part.bytes() - 512, sector, 0, 512);
        }
    }

    private static void correct(byte[] disk) {
        long entries = Little.u32(disk, 512 + 72) * 512;
        long bytes = Little.u32(disk, 512 + 80) * Little.u32(disk, 512 + 84);
        if (entries >= 0 && bytes >= 0 && entries + bytes <= disk.length) {
            Little.put32(disk, 512 + 88, Crc32.of(disk, (int) entries, (int) bytes));
        }
        long headerBytes = Little.u32(disk, 512 + 12);
        if (headerBytes <= 512) {
            Little.put32(disk, 512 + 16, 0);
            Little.put32(disk, 512 + 16, Crc32.of(disk, 512, (int) headerBytes));
        }
    }

    static List<byte[]> seeds() {
        ByteWriter gpt = mbr(0xEE, 1, SECTORS - 1, 0, 0, 0);
        gpt.text("EFI PART").u32(0x1_0000).u32(92).zeros(8).u64(1).u64(SECTORS - 1L).u64(4);
        gpt.u64(SECTORS - 2L).u64(1).u64(2).u64(2).u32(4).u32(128).zeros(4 + 420);
        gpt.u64(1).u64(2).u64(3).u64(4).u64(5).u64(20).u64(0).text("n\0").zeros(70 + 384);

        ByteWriter extended = mbr(0x83, 2, 10, 5, 20, 30);
        extended.zeros(20 * 512 - extended.length()).bytes(mbr(0x83, 1, 4, 5, 10, 5).toBytes());
        extended.zeros(30 * 512 - extended.length()).bytes(mbr(0x0B, 1, 4, 0, 0, 0).toBytes());

        ByteWriter disc = new ByteWriter().zeros(16 * 2048).u8(1).text("CD001").zeros(2042);
        disc.u8(0).text("CD001").u8(1).text("EL TORITO SPECIFICATION").zeros(71 - 30).u32(18);
        disc.zeros(CATALOG - disc.length());
        disc.u8(1).zeros(29).u16(0xAA55).setU16(CATALOG + 28, 0x55AA);
        disc.u8(0x88).u8(0).zeros(4).u16(4).u32(19).zeros(20);
        disc.u8(0x91).u8(0xEF).u16(2).zeros(28);
        disc.u8(0x88).u8(0x24).zeros(4).u16(1).u32(19).zeros(20);
        disc.u8(0x44).zeros(31).u8(0x88).u8(2).zeros(4).u16(1).u32(1).zeros(20);
        disc.setU16(CATALOG + 28, -(0xAA55 + 1));
        return List.of(gpt.toBytes(), extended.toBytes(), disc.toBytes());
    }

    private static ByteWriter mbr(
            int type, int first, int count, int type2, int first2, int count2) {
        ByteWriter mbr = new ByteWriter().zeros(446);
        mbr.u8(0).zeros(3).u8(type).zeros(3).u32(first).u32(count);
        mbr.u8(0).zeros(3).u8(type2).zeros(3).u32(first2).u32(count2);
        return mbr.zeros(32).u16(0xAA55);
    }

    @Test
    void changedDisksAreInsideThemselves() {
        SeededInputs.changed(20_000, seeds(), this::whatAnyDiskHasIsInsideIt);
    }
}
