package dev.lungo.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.sun.management.ThreadMXBean;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.boot.disk.ArrayDisk;
import dev.lungo.boot.fs.FileInfo;
import dev.lungo.boot.fs.FileNode;
import dev.lungo.boot.fs.FileTime;
import dev.lungo.boot.fs.Volume;
import dev.lungo.boot.fs.VolumeException;
import dev.lungo.boot.fs.Volumes;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any disk as a FAT or ISO 9660 volume, and what a guest may do with it: it is done or refused with
 * a {@link VolumeException}, in bounded time and memory, and nothing outside the disk is touched.
 *
 * <p>An input is what is to be done, {@value #REQUESTS} bytes, and the disk's beginning.
 */
class VolumeFuzz {
    private static final int REQUESTS = 12;
    private static final int DISK_BYTES = 96 << 10;
    private static final FileTime NOW = new FileTime(2026, 11, 21, 20, 15, 33, 0);

    /** A directory that is read again and again, sector by sector. */
    private static final long MOST_ALLOCATED = 512 << 20;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @MethodSource("seeds")
    @FuzzTest
    void anyDiskIsAVolumeOrNone(byte[] input) {
        if (input.length < REQUESTS) {
            return;
        }
        byte[] content =
                Arrays.copyOf(Arrays.copyOfRange(input, REQUESTS, input.length), DISK_BYTES);
        long before = threads.getCurrentThreadAllocatedBytes();
        use(new ArrayDisk(content, false), input);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(MOST_ALLOCATED);
    }

    private static void use(ArrayDisk disk, byte[] input) {
        Optional<Volume> volume;
        try {
            volume = Volumes.open(disk, () -> NOW);
        } catch (VolumeException e) {
            assertThat(e.getMessage()).endsWith(".");
            return;
        }
        if (volume.isEmpty()) {
            return;
        }
        for (int i = 0; i < REQUESTS; i++) {
            try {
                request(volume.get(), input[i] & 0xFF);
            } catch (VolumeException e) {
                assertThat(e.getMessage()).endsWith(".");
            }
        }
    }

    private static void request(Volume volume, int request) {
        FileNode node = volume.root().open(".");
        for (int depth = request & 3; depth > 0; depth--) { // into a directory, or to a file
            if (!node.isDirectory()) {
                break;
            }
            List<String> names = list(node);
            if (names.isEmpty()) {
                break;
            }
            node = node.open(names.get((request >> 2) % names.size()));
        }
        boolean isDirectory = node.isDirectory();
        switch (request >> 4) {
            case 0 -> volume.label();
            case 1 -> volume.freeBytes();
            case 2, 3 -> node.read((request & 0xC) * 300L, new byte[3000], 0, 3000);
            case 4, 5 -> node.write((request & 0xC) * 300L, new byte[3000], 0, 3000);
            case 6 -> node.resize((request & 0xC) * 100L);
            case 7 -> node.resize(60_000);
            case 8 -> node.delete();
            case 9 -> node.move(volume.root(), "A name that is a little longer" + request);
            case 10 -> node.move(node.parent(), "SHORT" + request);
            case 11 -> node.create("new file " + request, FileInfo.ARCHIVE).close();
            case 12 -> node.create("DIR" + request, FileInfo.DIRECTORY).close();
            case 13 -> {
                for (int i = 0; i < 20 && isDirectory; i++) {
                    node.create("some files with long names " + request + i, 0).close();
                }
            }
            case 14 -> volume.setLabel("LABEL" + request);
            default -> node.setTimes(NOW, FileTime.UNKNOWN, NOW);
        }
        node.info();
        node.flush();
        node.close();
    }

    private static List<String> list(FileNode directory) {
        List<String> names = new ArrayList<>();
        Optional<FileNode.Entry> entry = directory.entry(0);
        while (entry.isPresent() && names.size() < 100) {
            if (!entry.get().info().name().startsWith(".")) {
                names.add(entry.get().info().name());
            }
            entry = directory.entry(entry.get().next());
        }
        return names;
    }

    static List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        byte[] many = {
            0x21,
            0x45,
            0x52,
            0x61,
            0x75,
            (byte) 0xB0,
            (byte) 0xD1,
            0x11,
            0x21,
            (byte) 0x95,
            (byte) 0x81,
            (byte) 0xE0
        };
        byte[] others = {
            0x26,
            (byte) 0xC0,
            (byte) 0xB1,
            0x4B,
            (byte) 0xA5,
            (byte) 0xD2,
            0x7D,
            0x11,
            (byte) 0x82,
            0x26,
            0x32,
            (byte) 0xF1
        };
        for (byte[] disk : List.of(fat(false), fat(true), iso())) {
            seeds.add(new ByteWriter().bytes(many).bytes(disk).toBytes());
            seeds.add(new ByteWriter().bytes(others).bytes(disk).toBytes());
        }
        return seeds;
    }

    /** The smallest volume, of FAT12 or of FAT32, with files. */
    static byte[] fat(boolean isFat32) {
        ByteWriter boot = new ByteWriter().u8(0xEB).u8(0x3C).u8(0x90).text("mkdosfs\0");
        boot.u16(512).u8(1).u16(isFat32 ? 4 : 1).u8(2).u16(isFat32 ? 0 : 16);
        boot.u16(DISK_BYTES / 512).u8(0xF8).u16(isFat32 ? 0 : 1).u16(32).u16(8).zeros(8);
        if (isFat32) {
            boot.u32(2).zeros(4).u32(2).u16(1).u16(0).zeros(510 - boot.length()).u16(0xAA55);
            boot.u32(0x4161_5252).zeros(480).u32(0x6141_7272).u32(-1).u32(-1).zeros(16);
            boot.zeros(4 * 512 - boot.length());
            for (int copy = 0; copy < 2; copy++) {
                boot.u32(0x0FFF_FFF8).u32(0x0FFF_FFFF).u32(0x0FFF_FFFF).zeros(1024 - 12);
            }
        } else {
            boot.zeros(510 - boot.length()).u16(0xAA55);
            for (int copy = 0; copy < 2; copy++) {
                boot.u8(0xF8).u8(0xFF).u8(0xFF).zeros(509);
            }
        }
        byte[] content = Arrays.copyOf(boot.toBytes(), DISK_BYTES);
        ArrayDisk disk = new ArrayDisk(content, false);
        Volume volume = Volumes.open(disk, () -> NOW).orElseThrow();
        FileNode dir = volume.root().create("EFI", FileInfo.DIRECTORY);
        FileNode file = dir.create("a file with a long name.efi", 0);
        file.write(0, new byte[2000], 0, 2000);
        volume.root().create("PLAIN.TXT", 0).write(0, new byte[700], 0, 700);
        volume.flush();
        return Arrays.copyOf(content, 16 << 10);
    }

    /** The smallest disc with Rock Ridge. */
    private static byte[] iso() {
        ByteWriter disc = new ByteWriter().zeros(16 * 2048).u8(1).text("CD001").u8(1).zeros(73);
        disc.u32(24).zeros(44).u16(2048).zeros(26);
        record(disc, "\0", 2, 18, "").zeros(17 * 2048 - disc.length());
        disc.u8(255).text("CD001").zeros(18 * 2048 - disc.length());
        record(disc, "\0", 2, 18, "SP\7\1\u00BE\u00EF\0");
        record(disc, "\1", 2, 18, "");
        record(
                disc,
                "FILE.;1",
                0,
                20,
                "NM\11\1\0fileCE\34\1\23\0\0\0\0\0\0\23\0\0\0\0\0\0\0\0\20\0\0\0\0\0\0\20");
        record(disc, "DIR", 2, 18, "NM\10\1\0dir");
        disc.zeros(19 * 2048 - disc.length());
        return disc.text("NM\6\1\0xST\4\1").zeros(3 * 2048).toBytes();
    }

    private static ByteWriter record(
            ByteWriter to, String name, int flags, int block, String systemUse) {
        int padding = 1 - name.length() % 2;
        to.u8(33 + name.length() + padding + systemUse.length()).u8(0).u32(block).zeros(4);
        to.u32(2048).zeros(4).u8(126).u8(1).u8(1).zeros(4).u8(flags).zeros(6).u8(name.length());
        name.chars().forEach(to::u8);
        to.zeros(padding);
        systemUse.chars().forEach(to::u8);
        return to;
    }

    @Test
    void changedDisksAreVolumesOrNone() {
        SeededInputs.changed(4_000, seeds(), this::anyDiskIsAVolumeOrNone);
    }
}
