package dev.lungo.firmware.uefi.boottime;

import dev.lungo.boot.Guid;
import dev.lungo.firmware.uefi.DevicePath;
import dev.lungo.firmware.uefi.DevicePath.Node;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.GuestCalls;
import dev.lungo.firmware.uefi.LinearMemory;
import dev.lungo.firmware.uefi.protocol.LoadFile;
import org.jspecify.annotations.Nullable;

/**
 * Reads what a device path names, by the protocols on its handle: they may be the firmware's or
 * those of a driver that the guest has loaded. UEFI 2.10, "LoadImage()" (7.4.1).
 */
public final class FileReader {
    public static final Guid SIMPLE_FILE_SYSTEM =
            Guid.parse("964e5b22-6459-11d2-8e39-00a0c969723b");
    private static final Guid FILE_INFO = Guid.parse("09576e92-6d3f-11d2-8e39-00a0c969723b");

    private static final long MOST_BYTES = 256L << 20;
    private static final int CHUNK = 1 << 20;
    private static final int INFO_BYTES = 2048;

    // EFI_FILE_PROTOCOL (13.5)
    private static final int OPEN_VOLUME = 8;
    private static final int OPEN = 8;
    private static final int CLOSE = 16;
    private static final int READ = 32;
    private static final int GET_INFO = 64;
    private static final int MODE_READ = 1;
    private static final int FILE_SIZE = 8;

    /**
     * What was read.
     *
     * @param bytes null unless the status is EFI_SUCCESS
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, and never compared
    public record Result(long status, byte @Nullable [] bytes) {
        static Result failed(long status) {
            return new Result(status, null);
        }
    }

    private final LinearMemory memory;
    private final Pool pool;
    private final HandleDatabase handles;
    private final DriverServices drivers;
    private final GuestCalls calls;

    public FileReader(
            LinearMemory memory,
            Pool pool,
            HandleDatabase handles,
            DriverServices drivers,
            GuestCalls calls) {
        this.memory = memory;
        this.pool = pool;
        this.handles = handles;
        this.drivers = drivers;
        this.calls = calls;
    }

    /**
     * Reads the file that a path leads to.
     *
     * @param bootPolicy whether a boot option is meant, which EFI_LOAD_FILE2_PROTOCOL is not for
     */
    public Result read(DevicePath path, boolean bootPolicy) {
        long volume = find(path, SIMPLE_FILE_SYSTEM);
        if (volume != 0) {
            DevicePath rest = path.after(pathOf(volume));
            if (isFilePath(rest)) {
                return readFile(handles.address(volume, SIMPLE_FILE_SYSTEM), rest.fileName());
            }
        }
        long second = bootPolicy ? 0 : find(path, LoadFile.GUID2);
        if (second != 0) {
            return loadFile(second, LoadFile.GUID2, path, false);
        }
        long first = find(path, LoadFile.GUID);
        return first == 0
                ? Result.failed(EfiStatus.NOT_FOUND)
                : loadFile(first, LoadFile.GUID, path, bootPolicy);
    }

    private DevicePath pathOf(long handle) {
        DevicePath path = drivers.devicePath(handle);
        return path == null ? DevicePath.EMPTY : path;
    }

    private static boolean isFilePath(DevicePath rest) {
        for (Node node : rest.nodes()) {
            if (node.type() != DevicePath.MEDIA || node.subtype() != 4) {
                return false;
            }
        }
        return !rest.isEmpty();
    }

    private long find(DevicePath path, Guid protocol) {
        long best = 0;
        int matched = -1;
        for (long handle : handles.with(protocol)) {
            DevicePath other = drivers.devicePath(handle);
            if (other != null && other.nodeBytes() > matched && path.startsWith(other)) {
                best = handle;
                matched = other.nodeBytes();
            }
        }
        return best;
    }

    // ---- A file of a volume

    private Result readFile(long volume, String name) {
        long scratch = pool.allocate(MemoryType.BOOT_SERVICES_DATA, CHUNK + INFO_BYTES);
        if (scratch < 0) {
            return Result.failed(EfiStatus.OUT_OF_RESOURCES);
        }
        try {
            long status = calls.call(memory.getLong(volume + OPEN_VOLUME), volume, scratch);
            if (EfiStatus.isError(status)) {
                return Result.failed(status);
            }
            long root = memory.getLong(scratch);
            memory.write(scratch + 16, LinearMemory.text16(name));
            status = member(root, OPEN, scratch + 8, scratch + 16, MODE_READ, 0);
            long file = memory.getLong(scratch + 8);
            member(root, CLOSE);
            if (EfiStatus.isError(status)) {
                return Result.failed(status);
            }
            Result result = readAll(file, scratch);
            member(file, CLOSE);
            return result;
        } finally {
            pool.free(scratch);
        }
    }

    private long member(long file, int member, long... more) {
        long[] arguments = new long[more.length + 1];
        arguments[0] = file;
        System.arraycopy(more, 0, arguments, 1, more.length);
        return calls.call(memory.getLong(file + member), arguments);
    }

    private Result readAll(long file, long scratch) {
        long info = scratch + CHUNK;
        memory.putLong(scratch, INFO_BYTES);
        memory.putGuid(scratch + 8, FILE_INFO);
        long status = member(file, GET_INFO, scratch + 8, scratch, info);
        if (EfiStatus.isError(status)) {
            return Result.failed(status);
        }
        long size = memory.getLong(info + FILE_SIZE);
        if (size < 0 || size > MOST_BYTES) {
            return Result.failed(EfiStatus.OUT_OF_RESOURCES);
        }
        byte[] bytes = new byte[(int) size];
        int done = 0;
        while (done < bytes.length) {
            int wanted = Math.min(CHUNK, bytes.length - done);
            memory.putLong(info, wanted);
            status = member(file, READ, info, scratch);
            long got = memory.getLong(info);
            if (EfiStatus.isError(status)) {
                return Result.failed(status);
            }
            if (got <= 0 || got > wanted) {
                return Result.failed(EfiStatus.LOAD_ERROR);
            }
            memory.read(scratch, bytes, done, (int) got);
            done += (int) got;
        }
        return new Result(EfiStatus.SUCCESS, bytes);
    }

    // ---- EFI_LOAD_FILE_PROTOCOL (13.1) and EFI_LOAD_FILE2_PROTOCOL (13.2)

    private Result loadFile(long handle, Guid guid, DevicePath path, boolean bootPolicy) {
        long protocol = handles.address(handle, guid);
        byte[] rest = path.after(pathOf(handle)).toBytes();
        long pathAt = pool.allocate(MemoryType.BOOT_SERVICES_DATA, 8L + rest.length);
        if (pathAt < 0) {
            return Result.failed(EfiStatus.OUT_OF_RESOURCES);
        }
        long buffer = 0;
        try {
            memory.putLong(pathAt, 0);
            memory.write(pathAt + 8, rest);
            long policy = bootPolicy ? 1 : 0;
            long load = memory.getLong(protocol);
            long status = calls.call(load, protocol, pathAt + 8, policy, pathAt, 0);
            long size = memory.getLong(pathAt);
            if (status != EfiStatus.BUFFER_TOO_SMALL || size <= 0 || size > MOST_BYTES) {
                return Result.failed(EfiStatus.isError(status) ? status : EfiStatus.LOAD_ERROR);
            }
            buffer = Math.max(0, pool.allocate(MemoryType.BOOT_SERVICES_DATA, size));
            if (buffer == 0) {
                return Result.failed(EfiStatus.OUT_OF_RESOURCES);
            }
            status = calls.call(load, protocol, pathAt + 8, policy, pathAt, buffer);
            return EfiStatus.isError(status)
                    ? Result.failed(status)
                    : new Result(
                            EfiStatus.SUCCESS,
                            memory.read(buffer, Math.min(size, memory.getLong(pathAt))));
        } finally {
            pool.free(pathAt);
            if (buffer != 0) {
                pool.free(buffer);
            }
        }
    }
}
