package dev.lungo.firmware.uefi.protocol;

import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.boot.fs.FileInfo;
import dev.lungo.boot.fs.FileNode;
import dev.lungo.boot.fs.Volume;
import dev.lungo.boot.fs.VolumeException;
import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.EfiTime;
import dev.lungo.firmware.uefi.LinearMemory;
import dev.lungo.machine.BackendException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * EFI_SIMPLE_FILE_SYSTEM_PROTOCOL and EFI_FILE_PROTOCOL. UEFI 2.10, "Simple File System Protocol"
 * (13.4), "File Protocol" (13.5).
 *
 * <p>The members of revision 2 are done before the call returns, and their events signalled.
 */
public final class SimpleFileSystem {
    public static final Guid GUID = Guid.parse("964e5b22-6459-11d2-8e39-00a0c969723b");

    private static final Guid FILE_INFO = Guid.parse("09576e92-6d3f-11d2-8e39-00a0c969723b");
    private static final Guid FILE_SYSTEM_INFO = Guid.parse("09576e93-6d3f-11d2-8e39-00a0c969723b");
    private static final Guid VOLUME_LABEL = Guid.parse("db47d7d3-fe81-11d3-9a35-0090273fc14d");

    private static final long REVISION = 0x0001_0000;
    private static final long FILE_REVISION = 0x0002_0000;

    // Open(): OpenMode
    private static final long READ = 1;
    private static final long WRITE = 2;
    private static final long CREATE = Long.MIN_VALUE;

    /** SetPosition(): the end of the file. */
    private static final long AT_END = -1;

    private static final int FILE_INFO_BYTES = 80;
    private static final int SYSTEM_INFO_BYTES = 36;
    private static final int VALID_ATTRIBUTES = 0x37;
    private static final int CHUNK = 1 << 18;

    /** As many files as may be open, so that no guest makes these grow without end. */
    private static final int MOST_FILES = 4096;

    private enum Member {
        OpenVolume
    }

    /** In the order of the interface. */
    private enum FileMember {
        // spotless:off
        Open, Close, Delete, Read, Write, GetPosition, SetPosition, GetInfo, SetInfo, Flush,
        OpenEx, ReadEx, WriteEx, FlushEx
        // spotless:on
    }

    /** An open file: a node with a position and an open mode. */
    private static final class OpenFile {
        final Volume volume;
        final FileNode node;
        final boolean writable;
        long position;

        OpenFile(Volume volume, FileNode node, boolean writable) {
            this.volume = volume;
            this.node = node;
            this.writable = writable;
        }
    }

    private final Protocols protocols;
    private final Consumer<String> tellUser;
    private final long[] members;
    private final long[] fileMembers;
    private final Map<Long, Volume> volumes = new HashMap<>();
    private final Map<Long, OpenFile> files = new HashMap<>();

    /** Volumes with a service under way. */
    private final Set<Volume> busy = new HashSet<>();

    public SimpleFileSystem(Protocols protocols, Consumer<String> tellUser) {
        this.protocols = protocols;
        this.tellUser = tellUser;
        members =
                protocols.members(
                        "EFI_SIMPLE_FILE_SYSTEM_PROTOCOL", Member.values(), this::openVolume);
        fileMembers =
                protocols.members("EFI_FILE_PROTOCOL", FileMember.values(), this::callGuarded);
    }

    /** Makes the protocol of a volume; with it, the volume's files are closed. */
    public Product make(Volume volume) {
        ByteWriter out = new ByteWriter().u64(REVISION);
        Product made = protocols.product(GUID, Protocols.pointers(out, members));
        volumes.put(made.address(), volume);
        return made.andThen(() -> {
            volumes.remove(made.address());
            files.values().removeIf(each -> each.volume.equals(volume));
        });
    }

    private long openVolume(Member member, Call call) {
        Volume volume = volumes.get(call.argument(0));
        if (volume == null || call.argument(1) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        call.memory().require(call.argument(1), 8);
        return guarded(
                volume, () -> give(call, 1, volume, volume.root().open("."), /* writable= */ true));
    }

    private long give(Call call, int argument, Volume volume, FileNode node, boolean writable) {
        if (files.size() >= MOST_FILES) {
            node.close();
            return EfiStatus.OUT_OF_RESOURCES;
        }
        ByteWriter out = new ByteWriter().u64(FILE_REVISION);
        long at = protocols.place(Protocols.pointers(out, fileMembers));
        files.put(at, new OpenFile(volume, node, writable));
        call.memory().putLong(call.argument(argument), at);
        return EfiStatus.SUCCESS;
    }

    private long callGuarded(FileMember member, Call call) {
        OpenFile file = files.get(call.argument(0));
        if (file == null) {
            return EfiStatus.INVALID_PARAMETER;
        }
        long status = guarded(file.volume, () -> call(member, call, file));
        return switch (member) {
            case OpenEx -> complete(call, 5, status);
            case ReadEx, WriteEx, FlushEx -> complete(call, 1, status);
            case Open,
                    Close,
                    Delete,
                    Read,
                    Write,
                    GetPosition,
                    SetPosition,
                    GetInfo,
                    SetInfo,
                    Flush ->
                    status;
        };
    }

    /**
     * A driver of the guest's that has the volume's disk and calls back while it reads or writes
     * gets an error.
     */
    private long guarded(Volume volume, LongSupplier service) {
        if (!busy.add(volume)) {
            return EfiStatus.DEVICE_ERROR;
        }
        try {
            return service.getAsLong();
        } catch (VolumeException e) {
            return status(e);
        } catch (BackendException e) {
            return failed(e);
        } finally {
            busy.remove(volume);
        }
    }

    private long failed(BackendException e) {
        tellUser.accept(String.valueOf(e.getMessage()));
        return EfiStatus.DEVICE_ERROR;
    }

    private static long status(VolumeException e) {
        return switch (e.reason()) {
            case NOT_FOUND, NOT_A_DIRECTORY -> EfiStatus.NOT_FOUND;
            case EXISTS, NOT_EMPTY, ACCESS_DENIED -> EfiStatus.ACCESS_DENIED;
            case IS_A_DIRECTORY -> EfiStatus.UNSUPPORTED;
            case BAD_NAME -> EfiStatus.INVALID_PARAMETER;
            case FULL -> EfiStatus.VOLUME_FULL;
            case WRITE_PROTECTED -> EfiStatus.WRITE_PROTECTED;
            case DELETED -> EfiStatus.DEVICE_ERROR;
            case CORRUPTED -> EfiStatus.VOLUME_CORRUPTED;
        };
    }

    private long call(FileMember member, Call call, OpenFile file) {
        return switch (member) {
            case Open, OpenEx -> open(call, file);
            case Close -> close(call, file);
            case Delete -> delete(call, file);
            case Read -> read(call, file, call.argument(1), call.argument(2));
            case Write -> write(call, file, call.argument(1), call.argument(2));
            case GetPosition -> getPosition(call, file);
            case SetPosition -> setPosition(call, file);
            case GetInfo -> getInfo(call, file);
            case SetInfo -> setInfo(call, file);
            case ReadEx -> read(call, file, token(call) + 16, buffer(call));
            case WriteEx -> write(call, file, token(call) + 16, buffer(call));
            case Flush, FlushEx -> flush(file);
        };
    }

    /** EFI_FILE_IO_TOKEN: Event, Status, BufferSize, Buffer. */
    private long complete(Call call, int argument, long status) {
        long token = call.argument(argument);
        if (token == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        call.memory().putLong(token + 8, status);
        if (call.memory().getLong(token) != 0) {
            protocols.events().signal(call.memory().getLong(token));
            protocols.events().dispatch();
        }
        return status;
    }

    private static long token(Call call) {
        return call.argument(1);
    }

    private static long buffer(Call call) {
        return call.memory().getLong(token(call) + 24);
    }

    // ---- Opening, closing

    @SuppressWarnings("ReferenceEquality") // whether it was opened here
    private long open(Call call, OpenFile file) {
        long result = call.argument(1);
        long mode = call.argument(3);
        if (result == 0 || call.argument(2) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        boolean creates = mode == (CREATE | READ | WRITE);
        if (mode != READ && mode != (READ | WRITE) && !creates) {
            return EfiStatus.INVALID_PARAMETER;
        }
        call.memory().require(result, 8);
        String path = call.memory().text16(call.argument(2));
        if (mode != READ && file.volume.isReadOnly()) {
            return EfiStatus.WRITE_PROTECTED;
        }
        FileNode base = base(file);
        try {
            FileNode found = creates ? openOrCreate(base, path, call) : base.openPath(path);
            boolean readOnly =
                    !found.isDirectory() && (found.info().attributes() & FileInfo.READ_ONLY) != 0;
            if (mode != READ && readOnly && !creates) {
                found.close();
                return EfiStatus.ACCESS_DENIED;
            }
            return give(call, 1, file.volume, found, mode != READ);
        } finally {
            if (base != file.node) {
                base.close();
            }
        }
    }

    /** Names are looked up from a directory: from that of a file, if one is the starting point. */
    private static FileNode base(OpenFile file) {
        return file.node.isDirectory() ? file.node : file.node.parent().open(".");
    }

    private static FileNode openOrCreate(FileNode base, String path, Call call) {
        try {
            return base.openPath(path);
        } catch (VolumeException e) {
            if (e.reason() != VolumeException.Reason.NOT_FOUND) {
                throw e;
            }
        }
        String trimmed = path;
        while (trimmed.endsWith("\\")) {
            trimmed = trimmed.substring(0, trimmed.length() - 1);
        }
        int cut = trimmed.lastIndexOf('\\');
        FileNode directory = base.openPath(cut < 0 ? "." : trimmed.substring(0, cut + 1));
        try {
            int attributes = (int) call.argument(4) & VALID_ATTRIBUTES;
            return directory.create(trimmed.substring(cut + 1), attributes);
        } finally {
            directory.close();
        }
    }

    private long close(Call call, OpenFile file) {
        forget(call);
        try {
            file.node.flush();
        } catch (VolumeException _) {
            // what is gone cannot be flushed, and is closed all the same
        } finally {
            file.node.close();
        }
        return EfiStatus.SUCCESS;
    }

    private void forget(Call call) {
        files.remove(call.argument(0));
        protocols.pool().free(call.argument(0));
    }

    private long delete(Call call, OpenFile file) {
        forget(call);
        try {
            if (!file.writable) {
                return EfiStatus.WARN_DELETE_FAILURE;
            }
            file.node.delete();
            return EfiStatus.SUCCESS;
        } catch (VolumeException _) {
            return EfiStatus.WARN_DELETE_FAILURE;
        } finally {
            file.node.close();
        }
    }

    // ---- Content

    private long read(Call call, OpenFile file, long sizeAt, long buffer) {
        LinearMemory memory = call.memory();
        if (sizeAt == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        long size = memory.getLong(sizeAt);
        if (file.node.isDirectory()) {
            return readEntry(memory, file, sizeAt, size, buffer);
        }
        if (file.position > file.node.info().bytes()) {
            return EfiStatus.DEVICE_ERROR;
        }
        long left = file.node.info().bytes() - file.position;
        long wanted = size < 0 ? left : Math.min(size, left);
        memory.require(buffer, wanted);
        byte[] chunk = new byte[(int) Math.min(CHUNK, wanted)];
        long done = 0;
        while (done < wanted) {
            int count = (int) Math.min(chunk.length, wanted - done);
            int got = file.node.read(file.position, chunk, 0, count);
            if (got <= 0) {
                break;
            }
            memory.write(buffer + done, chunk, 0, got);
            file.position += got;
            done += got;
        }
        memory.putLong(sizeAt, done);
        return EfiStatus.SUCCESS;
    }

    private static long readEntry(
            LinearMemory memory, OpenFile file, long sizeAt, long size, long buffer) {
        Optional<FileNode.Entry> entry = file.node.entry(file.position);
        if (entry.isEmpty()) {
            memory.putLong(sizeAt, 0);
            return EfiStatus.SUCCESS;
        }
        byte[] info = fileInfo(entry.get().info());
        memory.putLong(sizeAt, info.length);
        if (Long.compareUnsigned(size, info.length) < 0) {
            return EfiStatus.BUFFER_TOO_SMALL;
        }
        memory.write(buffer, info);
        file.position = entry.get().next();
        return EfiStatus.SUCCESS;
    }

    private long write(Call call, OpenFile file, long sizeAt, long buffer) {
        LinearMemory memory = call.memory();
        if (sizeAt == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (file.node.isDirectory()) {
            return EfiStatus.UNSUPPORTED;
        }
        if (!file.writable) {
            return EfiStatus.ACCESS_DENIED;
        }
        long size = memory.getLong(sizeAt);
        memory.require(buffer, size);
        byte[] chunk = new byte[(int) Math.min(CHUNK, size)];
        long done = 0;
        memory.putLong(sizeAt, 0);
        while (done < size) {
            int count = (int) Math.min(chunk.length, size - done);
            memory.read(buffer + done, chunk, 0, count);
            file.node.write(file.position, chunk, 0, count);
            file.position += count;
            done += count;
            memory.putLong(sizeAt, done);
        }
        return EfiStatus.SUCCESS;
    }

    private static long getPosition(Call call, OpenFile file) {
        if (file.node.isDirectory()) {
            return EfiStatus.UNSUPPORTED;
        }
        call.memory().putLong(call.argument(1), file.position);
        return EfiStatus.SUCCESS;
    }

    private static long setPosition(Call call, OpenFile file) {
        long position = call.argument(1);
        if (file.node.isDirectory() && position != 0) {
            return EfiStatus.UNSUPPORTED;
        }
        if (position < 0 && position != AT_END) {
            return EfiStatus.INVALID_PARAMETER;
        }
        file.position = position == AT_END ? file.node.info().bytes() : position;
        return EfiStatus.SUCCESS;
    }

    private static long flush(OpenFile file) {
        if (!file.writable) {
            return EfiStatus.ACCESS_DENIED;
        }
        file.node.flush();
        return EfiStatus.SUCCESS;
    }

    // ---- Information

    private static long getInfo(Call call, OpenFile file) {
        LinearMemory memory = call.memory();
        long sizeAt = call.argument(2);
        if (call.argument(1) == 0 || sizeAt == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        Guid type = memory.guid(call.argument(1));
        byte[] info;
        if (type.equals(FILE_INFO)) {
            info = fileInfo(file.node.info());
        } else if (type.equals(FILE_SYSTEM_INFO)) {
            info = systemInfo(file.volume);
        } else if (type.equals(VOLUME_LABEL)) {
            info = LinearMemory.text16(file.volume.label());
        } else {
            return EfiStatus.UNSUPPORTED;
        }
        long room = memory.getLong(sizeAt);
        memory.putLong(sizeAt, info.length);
        if (Long.compareUnsigned(room, info.length) < 0) {
            return EfiStatus.BUFFER_TOO_SMALL;
        }
        memory.write(call.argument(3), info);
        return EfiStatus.SUCCESS;
    }

    /** EFI_FILE_INFO. The root has no name. */
    private static byte[] fileInfo(FileInfo info) {
        byte[] name = LinearMemory.text16(info.name());
        ByteWriter out = new ByteWriter().u64(FILE_INFO_BYTES + name.length);
        out.u64(info.bytes()).u64(info.allocatedBytes());
        out.bytes(EfiTime.of(info.times().created()).toBytes());
        out.bytes(EfiTime.of(info.times().accessed()).toBytes());
        out.bytes(EfiTime.of(info.times().modified()).toBytes());
        return out.u64(info.attributes()).bytes(name).toBytes();
    }

    /** EFI_FILE_SYSTEM_INFO. */
    private static byte[] systemInfo(Volume volume) {
        byte[] label = LinearMemory.text16(volume.label());
        ByteWriter out = new ByteWriter().u64(SYSTEM_INFO_BYTES + label.length);
        out.u8(volume.isReadOnly() ? 1 : 0).alignTo(8);
        out.u64(volume.bytes()).u64(volume.freeBytes()).u32(volume.clusterBytes());
        return out.bytes(label).toBytes();
    }

    private long setInfo(Call call, OpenFile file) {
        LinearMemory memory = call.memory();
        long size = call.argument(2);
        long buffer = call.argument(3);
        if (call.argument(1) == 0 || buffer == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        Guid type = memory.guid(call.argument(1));
        if (type.equals(FILE_INFO)) {
            return setFileInfo(memory, file, size, buffer);
        }
        boolean system = type.equals(FILE_SYSTEM_INFO);
        if (!system && !type.equals(VOLUME_LABEL)) {
            return EfiStatus.UNSUPPORTED;
        }
        if (file.volume.isReadOnly()) {
            return EfiStatus.WRITE_PROTECTED;
        }
        int at = system ? SYSTEM_INFO_BYTES : 0;
        if (size < at + 2) {
            return EfiStatus.BAD_BUFFER_SIZE;
        }
        file.volume.setLabel(memory.text16(buffer + at));
        return EfiStatus.SUCCESS;
    }

    private static long setFileInfo(LinearMemory memory, OpenFile file, long size, long buffer) {
        if (size < FILE_INFO_BYTES + 2 || memory.getLong(buffer) > size) {
            return EfiStatus.BAD_BUFFER_SIZE;
        }
        FileInfo old = file.node.info();
        long attributes = memory.getLong(buffer + 72);
        long bytes = memory.getLong(buffer + 8);
        String name = memory.text16(buffer + FILE_INFO_BYTES);
        byte[] times = memory.read(buffer + 24, 3L * EfiTime.BYTES);
        boolean directory = (attributes & FileInfo.DIRECTORY) != 0;
        if ((attributes & ~VALID_ATTRIBUTES) != 0 || directory != old.isDirectory()) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (file.volume.isReadOnly()) {
            return EfiStatus.WRITE_PROTECTED;
        }
        if (!file.writable || (bytes != old.bytes() && old.isDirectory())) {
            return EfiStatus.ACCESS_DENIED;
        }
        file.node.setTimes(
                EfiTime.of(times, 0).toFileTime(),
                EfiTime.of(times, 16).toFileTime(),
                EfiTime.of(times, 32).toFileTime());
        if (bytes != old.bytes()) {
            file.node.resize(bytes);
        }
        if (!name.equals(old.name())) {
            rename(file, name);
        }
        if (attributes != old.attributes()) {
            file.node.setAttributes((int) attributes & FileInfo.SETTABLE);
        }
        return EfiStatus.SUCCESS;
    }

    private static void rename(OpenFile file, String name) {
        int cut = name.lastIndexOf('\\');
        FileNode parent = file.node.parent();
        FileNode target = parent.openPath(cut < 0 ? "." : name.substring(0, cut + 1));
        try {
            file.node.move(target, name.substring(cut + 1));
        } finally {
            target.close();
        }
    }
}
