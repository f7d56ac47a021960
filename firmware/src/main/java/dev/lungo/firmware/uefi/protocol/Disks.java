package dev.lungo.firmware.uefi.protocol;

import dev.lungo.boot.BootException;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.boot.disk.ElTorito;
import dev.lungo.boot.disk.Mbr;
import dev.lungo.boot.disk.Partition;
import dev.lungo.boot.disk.PartitionTable;
import dev.lungo.boot.fs.FileTime;
import dev.lungo.boot.fs.Volume;
import dev.lungo.boot.fs.VolumeException;
import dev.lungo.boot.fs.Volumes;
import dev.lungo.firmware.Board;
import dev.lungo.firmware.Board.Medium;
import dev.lungo.firmware.uefi.DevicePath;
import dev.lungo.machine.BackendException;
import dev.lungo.machine.BlockBackend;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The handles of disks and of what is on them. UEFI 2.10, "Media Device Path" (10.3.5), "Partition
 * Discovery" (13.3.2).
 */
public final class Disks {
    private static final int CD_BLOCK_BYTES = 2048;
    private static final int HARD_DRIVE = 1;
    private static final int CDROM = 2;

    /**
     * A file system that there is.
     *
     * @param handle it is on
     */
    public record Found(long handle, DevicePath path, Board.Disk disk) {}

    private final Protocols protocols;
    private final BlockIo blockIo;
    private final DiskIo diskIo;
    private final SimpleFileSystem fileSystem;
    private final PartitionInformation partitionInfo;
    private final Supplier<FileTime> clock;
    private final Consumer<String> tellUser;
    private final List<Found> volumes = new ArrayList<>();

    public Disks(Protocols protocols, Supplier<FileTime> clock, Consumer<String> tellUser) {
        this.protocols = protocols;
        this.clock = clock;
        this.tellUser = tellUser;
        Transfers transfers = new Transfers(tellUser);
        blockIo = new BlockIo(protocols, transfers);
        diskIo = new DiskIo(protocols, transfers);
        fileSystem = new SimpleFileSystem(protocols, tellUser);
        partitionInfo = new PartitionInformation(protocols);
    }

    /** Makes the handles of a disk, its partitions and file systems. */
    public void add(Board.Disk disk, DevicePath path, long handle) {
        boolean cdrom = disk.medium() == Medium.CDROM;
        int blockBytes = cdrom ? CD_BLOCK_BYTES : BlockBackend.SECTOR_BYTES;
        install(handle, new BlockDevice(disk.backend(), blockBytes, cdrom, false));
        try {
            if (cdrom) {
                addImages(disk, path);
            }
            addVolume(disk, path, handle, disk.backend());
            Optional<PartitionTable> table = PartitionTable.read(disk.backend());
            if (table.isPresent() && !(cdrom && table.get() instanceof Mbr)) {
                addPartitions(disk, path, table.get());
            }
        } catch (BootException | BackendException | VolumeException e) {
            tellUser.accept(String.valueOf(e.getMessage()));
        }
    }

    private void install(long handle, BlockDevice device) {
        blockIo.install(handle, device);
        diskIo.install(handle, device);
    }

    private void addPartitions(Board.Disk disk, DevicePath path, PartitionTable table) {
        for (Partition partition : table.partitions()) {
            DevicePath of = path.with(DevicePath.MEDIA, HARD_DRIVE, hardDrive(disk, partition));
            long handle = protocols.handle(of);
            BlockBackend backend = partition.of(disk.backend());
            install(handle, new BlockDevice(backend, BlockBackend.SECTOR_BYTES, false, true));
            partitionInfo.install(handle, disk.backend(), partition);
            try {
                addVolume(disk, of, handle, backend);
            } catch (VolumeException | BackendException e) {
                tellUser.accept(String.valueOf(e.getMessage()));
            }
        }
    }

    /** "Hard Drive Media Device Path" (table 10.47). */
    private static byte[] hardDrive(Board.Disk disk, Partition partition) {
        ByteWriter out = new ByteWriter().u32(partition.number());
        out.u64(partition.firstSector()).u64(partition.sectors());
        switch (partition) {
            case Partition.OfGpt gpt -> out.bytes(gpt.guids().unique().toBytes()).u8(2).u8(2);
            case Partition.OfMbr _ -> out.bytes(signature(disk.backend())).zeros(12).u8(1).u8(1);
        }
        return out.toBytes();
    }

    private static byte[] signature(BlockBackend disk) {
        byte[] sector = new byte[BlockBackend.SECTOR_BYTES];
        disk.read(0, sector, 0, sector.length);
        return java.util.Arrays.copyOfRange(sector, 440, 444);
    }

    /** "ISO-9660 and El Torito" (13.3.2.1): the images for UEFI. */
    private void addImages(Board.Disk disk, DevicePath path) {
        Optional<ElTorito> catalog = ElTorito.read(disk.backend());
        if (catalog.isEmpty()) {
            return;
        }
        int number = 0;
        for (ElTorito.Entry entry : catalog.get().entries()) {
            Optional<BlockBackend> image = entry.of(disk.backend());
            if (image.isPresent() && entry.platform() == ElTorito.Platform.EFI) {
                long blocks = image.get().bytes() / CD_BLOCK_BYTES;
                ByteWriter node = new ByteWriter().u32(number).u64(entry.block()).u64(blocks);
                DevicePath of = path.with(DevicePath.MEDIA, CDROM, node.toBytes());
                long handle = protocols.handle(of);
                install(handle, new BlockDevice(image.get(), CD_BLOCK_BYTES, true, true));
                addVolume(disk, of, handle, image.get());
            }
            number++;
        }
    }

    private void addVolume(Board.Disk disk, DevicePath path, long handle, BlockBackend backend) {
        Optional<Volume> volume = Volumes.open(backend, clock);
        if (volume.isPresent()) {
            fileSystem.install(handle, volume.get());
            volumes.add(new Found(handle, path, disk));
        }
    }

    /** Every file system, in the order of the disks. */
    public List<Found> volumes() {
        return List.copyOf(volumes);
    }
}
