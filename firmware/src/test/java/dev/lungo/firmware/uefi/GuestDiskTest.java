package dev.lungo.firmware.uefi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.boot.Guid;
import dev.lungo.boot.Tools;
import dev.lungo.firmware.uefi.boottime.BootService;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A disk whose driver is the guest's, with blocks of 2048 bytes: the firmware's go on top of it.
 */
class GuestDiskTest {
    private static final Guid BLOCK_IO = Guid.parse("964e5b21-6459-11d2-8e39-00a0c969723b");
    private static final Guid DISK_IO = Guid.parse("ce345171-ba0b-11d2-8e4f-00a0c969723b");
    private static final Guid FILES = Guid.parse("964e5b22-6459-11d2-8e39-00a0c969723b");

    private static final int MEDIA_ID = 0x77;
    private static final int BLOCK = 2048;
    private static final int ALIGN = 4096;
    private static final long MEDIA = Rig.SCRATCH + 0x100;
    private static final long PROTOCOL = Rig.SCRATCH + 0x200;
    private static final long OUT = Rig.SCRATCH;
    private static final long BUFFER = Rig.SCRATCH + 0x3_0000;
    private static final long WRITING_NEW = 0x8000_0000_0000_0003L; // create, read, write

    @TempDir Path directory;

    private final Rig rig = new Rig();
    private byte[] disk = new byte[0];
    private long flushes;
    private boolean fails;
    private Runnable whileReading = () -> {};

    @BeforeEach
    void makeAVolume() throws IOException {
        Path image = Files.write(directory.resolve("disk"), new byte[1440 << 10]);
        Tools.run(directory, "", "mkfs.vfat", "-F", "12", "-n", "GUESTS", "disk");
        disk = Files.readAllBytes(image);
    }

    @Test
    void itsFilesAreReadAndWrittenThroughItsDriver() throws IOException {
        long handle = connect();

        long root = openVolume(handle);
        long file = open(root, "greeting.txt", WRITING_NEW);
        write(file, "hello, driver");
        call(file, 10, 0); // Flush()
        call(file, 2, 0); // Close()

        assertThat(flushes).isPositive();
        Files.write(directory.resolve("disk"), disk);
        assertThat(Tools.run(directory, "", "mtype", "-i", "disk", "::greeting.txt"))
                .isEqualTo("hello, driver");
        Tools.run(directory, "", "fsck.fat", "-n", "disk");
    }

    @Test
    void bytesInTheMiddleOfABlockAreChangedAlone() {
        long diskIo = protocol(connect(), DISK_IO);
        byte[] before = disk.clone();
        rig.memory.write(BUFFER, new byte[] {1, 2, 3});
        int offset = 100 * BLOCK + BLOCK - 1; // across two blocks

        long status = member(diskIo, 2, MEDIA_ID, offset, 3, BUFFER);

        assertThat(status).isEqualTo(EfiStatus.SUCCESS);
        assertThat(Arrays.copyOfRange(disk, offset, offset + 3)).containsExactly(1, 2, 3);
        System.arraycopy(before, offset, disk, offset, 3);
        assertThat(disk).isEqualTo(before);
    }

    @Test
    void aDriverThatFailsIsADeviceErrorAndToldOnce() {
        long diskIo = protocol(connect(), DISK_IO);
        fails = true;

        for (int i = 0; i < 3; i++) {
            assertThat(member(diskIo, 1, MEDIA_ID, 0, 512, BUFFER))
                    .isEqualTo(EfiStatus.DEVICE_ERROR);
        }

        assertThat(rig.told)
                .containsExactly("A disk failed whose driver was loaded, not the firmware's.");
    }

    @Test
    void aDriverThatCallsBackIntoTheVolumeItReadsForIsRefused() {
        long root = openVolume(connect());
        long file = open(root, "file", WRITING_NEW);
        write(file, "content");
        member(file, 7, 0); // SetPosition()
        long[] nested = new long[1];
        whileReading = () -> nested[0] = member(root, 9, OUT + 64); // GetPosition(), say

        assertThat(member(file, 4, OUT, BUFFER)).isEqualTo(EfiStatus.SUCCESS); // Read()

        assertThat(nested[0]).isEqualTo(EfiStatus.DEVICE_ERROR);
    }

    @Test
    void mediaOfNoUseAreLeftAlone() {
        long handle = install();
        for (int blockBytes : new int[] {0, 1, 100, 256, 3000, 1 << 30, -512}) {
            rig.memory.putInt(MEDIA + 12, blockBytes);
            assertThat(connect(handle)).isEqualTo(EfiStatus.NOT_FOUND);
        }
        rig.memory.putInt(MEDIA + 12, BLOCK);
        for (long last : new long[] {-1, Long.MAX_VALUE, Long.MIN_VALUE}) {
            rig.memory.putLong(MEDIA + 24, last);
            assertThat(connect(handle)).isEqualTo(EfiStatus.NOT_FOUND);
        }
        rig.memory.putLong(PROTOCOL + 8, -16);
        assertThat(connect(handle)).isEqualTo(EfiStatus.NOT_FOUND);
    }

    // ---- The guest's driver

    private long install() {
        rig.memory.putInt(MEDIA, MEDIA_ID);
        rig.memory.putInt(MEDIA + 4, 0x0000_0100); // present, and nothing else
        rig.memory.putInt(MEDIA + 8, 0);
        rig.memory.putInt(MEDIA + 12, BLOCK);
        rig.memory.putInt(MEDIA + 16, ALIGN);
        rig.memory.putLong(MEDIA + 24, disk.length / BLOCK - 1);
        rig.memory.putLong(PROTOCOL, 0x1_0000);
        rig.memory.putLong(PROTOCOL + 8, MEDIA);
        rig.memory.putLong(PROTOCOL + 24, rig.function(_ -> transfer(/* writes= */ false)));
        rig.memory.putLong(PROTOCOL + 32, rig.function(_ -> transfer(/* writes= */ true)));
        rig.memory.putLong(PROTOCOL + 40, rig.function(_ -> flushes++ < 0 ? 1 : 0));
        rig.memory.putLong(OUT, 0);
        rig.boot(BootService.InstallProtocolInterface, OUT, rig.put(BLOCK_IO), 0, PROTOCOL);
        return rig.memory.getLong(OUT);
    }

    private long transfer(boolean writes) {
        if (fails) {
            return EfiStatus.DEVICE_ERROR;
        }
        assertThat(rig.argument(1)).isEqualTo(MEDIA_ID);
        int at = (int) rig.argument(2) * BLOCK;
        int bytes = (int) rig.argument(3);
        long buffer = rig.argument(4);
        assertThat(bytes % BLOCK).isZero();
        assertThat(buffer % ALIGN).isZero();
        if (writes) {
            rig.memory.read(buffer, disk, at, bytes);
        } else {
            whileReading.run();
            rig.memory.write(buffer, Arrays.copyOfRange(disk, at, at + bytes));
        }
        return EfiStatus.SUCCESS;
    }

    private long connect() {
        long handle = install();
        assertThat(connect(handle)).isEqualTo(EfiStatus.SUCCESS);
        return handle;
    }

    private long connect(long handle) {
        return rig.boot(BootService.ConnectController, handle, 0, 0, 1);
    }

    // ---- The guest as a user of protocols

    private long protocol(long handle, Guid guid) {
        assertThat(rig.boot(BootService.HandleProtocol, handle, rig.put(guid), OUT)).isZero();
        return rig.memory.getLong(OUT);
    }

    /** A member of an interface that begins with a revision. */
    private long member(long protocol, int index, long... arguments) {
        long[] all = new long[arguments.length + 1];
        all[0] = protocol;
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return rig.call(rig.memory.getLong(protocol + 8L * index), all);
    }

    private void call(long protocol, int index, long wanted) {
        assertThat(member(protocol, index)).isEqualTo(wanted);
    }

    private long openVolume(long handle) {
        assertThat(member(protocol(handle, FILES), 1, OUT)).isZero();
        return rig.memory.getLong(OUT);
    }

    private long open(long in, String name, long mode) {
        member(in, 1, OUT, rig.put(name), mode, 0);
        return rig.memory.getLong(OUT);
    }

    private void write(long file, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        rig.memory.write(BUFFER, bytes);
        rig.memory.putLong(OUT, bytes.length);
        assertThat(member(file, 5, OUT, BUFFER)).isZero();
    }
}
