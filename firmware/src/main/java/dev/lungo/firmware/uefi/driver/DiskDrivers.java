package dev.lungo.firmware.uefi.driver;

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
import dev.lungo.firmware.uefi.GuestCalls;
import dev.lungo.firmware.uefi.boottime.DriverServices;
import dev.lungo.firmware.uefi.driver.Made.Child;
import dev.lungo.firmware.uefi.protocol.BlockDevice;
import dev.lungo.firmware.uefi.protocol.BlockIo;
import dev.lungo.firmware.uefi.protocol.DiskIo;
import dev.lungo.firmware.uefi.protocol.GuestDisk;
import dev.lungo.firmware.uefi.protocol.PartitionInformation;
import dev.lungo.firmware.uefi.protocol.PciIo;
import dev.lungo.firmware.uefi.protocol.Product;
import dev.lungo.firmware.uefi.protocol.Protocols;
import dev.lungo.firmware.uefi.protocol.SimpleFileSystem;
import dev.lungo.firmware.uefi.protocol.Transfers;
import dev.lungo.machine.BackendException;
import dev.lungo.machine.BlockBackend;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The drivers of disks and of what is on them. UEFI 2.10, "Media Device Path" (10.3.5), "Partition
 * Discovery" (13.3.2).
 */
public final class DiskDrivers {
    private static final int CD_BLOCK_BYTES = 2048;
    private static final int HARD_DRIVE = 1;
    private static final int CDROM = 2;

    private final Protocols protocols;
    private final DriverServices services;
    private final GuestCalls calls;
    private final List<Board.Disk> disks;
    private final PciIo pciIo;
    private final BlockIo blockIo;
    private final DiskIo diskIo;
    private final SimpleFileSystem fileSystem;
    private final PartitionInformation partitionInfo;
    private final Supplier<FileTime> clock;
    private final Consumer<String> tellUser;

    /** What the user was told: once is enough. */
    private final Set<String> told = new HashSet<>();

    public DiskDrivers(
            Protocols protocols,
            DriverServices services,
            GuestCalls calls,
            Board board,
            PciDriver pci,
            Supplier<FileTime> clock) {
        this.protocols = protocols;
        this.services = services;
        this.calls = calls;
        this.clock = clock;
        disks = board.disks();
        pciIo = pci.pciIo();
        tellUser = board.tellUser();
        Transfers transfers = new Transfers(protocols, this::tell);
        blockIo = new BlockIo(protocols, transfers);
        diskIo = new DiskIo(protocols, transfers);
        fileSystem = new SimpleFileSystem(protocols, this::tell);
        partitionInfo = new PartitionInformation(protocols);
    }

    // ---- Disks

    /** A virtio function that is a disk. */
    Maker.@Nullable Start disk(long controller) {
        int function = pciIo.function(protocols.handles().address(controller, PciIo.GUID));
        for (Board.Disk disk : disks) {
            if (function == disk.pciDevice() << 3) {
                boolean cdrom = disk.medium() == Medium.CDROM;
                int blockBytes = cdrom ? CD_BLOCK_BYTES : BlockBackend.SECTOR_BYTES;
                BlockDevice device = BlockDevice.disk(disk.backend(), blockBytes, cdrom);
                String name = cdrom ? "Virtio CD-ROM" : "Virtio Disk";
                return () -> Made.on(name, blockIo.make(device));
            }
        }
        return null;
    }

    /** A disk or part of one, by bytes; also one that a driver of the guest's has. */
    Maker.@Nullable Start bytes(long controller) {
        long address = protocols.handles().address(controller, BlockIo.GUID);
        BlockDevice own = blockIo.device(address);
        BlockDevice device = own != null ? own : GuestDisk.of(protocols, calls, address);
        return device == null ? null : () -> Made.on("", diskIo.make(device));
    }

    /** A file system. */
    Maker.@Nullable Start files(long controller) {
        BlockDevice device = diskIo.device(protocols.handles().address(controller, DiskIo.GUID));
        if (device == null) {
            return null;
        }
        try {
            Optional<Volume> volume = Volumes.open(device.backend(), clock);
            return volume.isEmpty()
                    ? null
                    : () ->
                            Made.on(
                                    ("File System " + volume.get().label()).strip(),
                                    List.of(fileSystem.make(volume.get())));
        } catch (VolumeException | BackendException e) {
            tell(String.valueOf(e.getMessage()));
            return null;
        }
    }

    private void tell(String message) {
        if (told.add(message)) {
            tellUser.accept(message);
        }
    }

    // ---- Partitions

    /** A disk with partitions, or a disc with images to boot from. */
    Maker.@Nullable Start partitions(long controller) {
        BlockDevice device = diskIo.device(protocols.handles().address(controller, DiskIo.GUID2));
        DevicePath path = services.devicePath(controller);
        if (device == null || device.partition() || path == null) {
            return null;
        }
        List<Partition> partitions = new ArrayList<>();
        List<ElTorito.Entry> images = new ArrayList<>();
        try {
            if (device.removable()) {
                ElTorito.read(device.backend()).ifPresent(each -> images.addAll(each.entries()));
            }
            Optional<PartitionTable> table = PartitionTable.read(device.backend());
            if (table.isPresent() && !(device.removable() && table.get() instanceof Mbr)) {
                partitions.addAll(table.get().partitions());
            }
        } catch (BootException | BackendException e) {
            tell(String.valueOf(e.getMessage()));
        }
        if (partitions.isEmpty() && images.isEmpty()) {
            return null;
        }
        return () -> {
            List<Child> children = new ArrayList<>();
            addImages(children, device, path, images);
            for (Partition each : partitions) {
                children.add(partition(device, path, each));
            }
            return Made.children("", children);
        };
    }

    private Child partition(BlockDevice disk, DevicePath path, Partition partition) {
        byte[] node = hardDrive(disk.backend(), partition);
        BlockBackend backend = partition.of(disk.backend());
        List<Product> products = new ArrayList<>();
        products.add(protocols.product(path.with(DevicePath.MEDIA, HARD_DRIVE, node)));
        products.addAll(blockIo.make(disk.piece(backend, BlockBackend.SECTOR_BYTES)));
        products.add(partitionInfo.make(disk.backend(), partition));
        String name =
                switch (partition) {
                    case Partition.OfGpt gpt -> gpt.name();
                    case Partition.OfMbr _ -> "";
                };
        return new Child(("Partition " + partition.number() + " " + name).strip(), products);
    }

    /** "Hard Drive Media Device Path" (table 10.47). */
    private static byte[] hardDrive(BlockBackend disk, Partition partition) {
        ByteWriter out = new ByteWriter().u32(partition.number());
        out.u64(partition.firstSector()).u64(partition.sectors());
        switch (partition) {
            case Partition.OfGpt gpt -> out.bytes(gpt.guids().unique().toBytes()).u8(2).u8(2);
            case Partition.OfMbr _ -> out.bytes(signature(disk)).zeros(12).u8(1).u8(1);
        }
        return out.toBytes();
    }

    private static byte[] signature(BlockBackend disk) {
        byte[] sector = new byte[BlockBackend.SECTOR_BYTES];
        try {
            disk.read(0, sector, 0, sector.length);
        } catch (BackendException _) {
            // no signature, then
        }
        return java.util.Arrays.copyOfRange(sector, 440, 444);
    }

    /** "ISO-9660 and El Torito" (13.3.2.1): the images for UEFI. */
    private void addImages(
            List<Child> children, BlockDevice disc, DevicePath path, List<ElTorito.Entry> entries) {
        int number = 0;
        for (ElTorito.Entry entry : entries) {
            Optional<BlockBackend> image = entry.of(disc.backend());
            if (image.isPresent() && entry.platform() == ElTorito.Platform.EFI) {
                long blocks = image.get().bytes() / CD_BLOCK_BYTES;
                ByteWriter node = new ByteWriter().u32(number).u64(entry.block()).u64(blocks);
                List<Product> products = new ArrayList<>();
                products.add(protocols.product(path.with(DevicePath.MEDIA, CDROM, node.toBytes())));
                products.addAll(blockIo.make(disc.piece(image.get(), CD_BLOCK_BYTES)));
                children.add(new Child("Boot Image " + number, products));
            }
            number++;
        }
    }

    // ---- For the boot manager

    /**
     * The device paths of all file systems: those on disks by the order of their media, a disk's
     * parts before the disk itself, and then what only the guest's drivers know.
     */
    public List<DevicePath> volumes(List<Medium> order) {
        List<DevicePath> left = new ArrayList<>();
        for (long handle : protocols.handles().with(SimpleFileSystem.GUID)) {
            DevicePath path = services.devicePath(handle);
            if (path != null) {
                left.add(path);
            }
        }
        left.sort((a, b) -> Integer.compare(b.nodeBytes(), a.nodeBytes()));
        List<DevicePath> found = new ArrayList<>();
        for (Medium medium : order) {
            for (Board.Disk disk : disks) {
                DevicePath of = DevicePath.pciRoot().pci(disk.pciDevice(), 0);
                for (DevicePath path : left) {
                    if (disk.medium() == medium && path.startsWith(of)) {
                        found.add(path);
                    }
                }
            }
        }
        left.removeIf(path -> isOnDisk(path));
        found.addAll(left);
        return found;
    }

    private boolean isOnDisk(DevicePath path) {
        for (Board.Disk disk : disks) {
            if (path.startsWith(DevicePath.pciRoot().pci(disk.pciDevice(), 0))) {
                return true;
            }
        }
        return false;
    }
}
