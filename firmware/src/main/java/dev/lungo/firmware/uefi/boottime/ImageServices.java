package dev.lungo.firmware.uefi.boottime;

import dev.lungo.boot.BootException;
import dev.lungo.boot.BootFile;
import dev.lungo.boot.Guid;
import dev.lungo.boot.pe.PeImage;
import dev.lungo.boot.pe.PeImage.Subsystem;
import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.DevicePath;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.GuestCalls;
import dev.lungo.firmware.uefi.LinearMemory;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.GuestMemory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Loads, starts and unloads images. UEFI 2.10, "Image Services" (7.4).
 *
 * <p>An image that starts another is not waited for in Java: the processor is sent to the other's
 * entry point, and when that returns or calls Exit(), back behind the StartImage().
 */
public final class ImageServices {
    public static final Guid LOADED_IMAGE = Guid.parse("5b1b31a1-9562-11d2-8e3f-00a0c969723b");
    public static final Guid LOADED_IMAGE_DEVICE_PATH =
            Guid.parse("bc62157e-3e33-4fec-9920-2d3b36d750df");

    /** As many images as may be loaded at a time, and started in each other. */
    private static final int MOST_IMAGES = 256;

    private static final int MOST_STARTED = 64;

    /** The largest file that is taken for an image. */
    private static final long MOST_IMAGE_BYTES = 256L << 20;

    // EFI_LOADED_IMAGE_PROTOCOL (9.1.1)
    private static final int LOADED_IMAGE_BYTES = 96;
    private static final int REVISION = 0x1000;
    private static final int LOAD_OPTIONS_SIZE = 48;
    private static final int LOAD_OPTIONS = 56;
    private static final int UNLOAD = 88;

    private static final int RAX = 0;
    private static final int RCX = 1;
    private static final int RDX = 2;
    private static final int RSP = 4;

    /** Judges an image before it is loaded. */
    @FunctionalInterface
    public interface Verifier {
        /**
         * Returns EFI_SUCCESS, or that it may not be started.
         *
         * @param why takes a sentence about what is wrong with it
         */
        long verify(PeImage image, Consumer<String> why);
    }

    /** An image under way, and where whoever started it goes on. */
    private record Started(
            Image image, CpuRegisters caller, int depth, int tpl, long sizeAt, long dataAt) {}

    private final GuestMemory memory;
    private final LinearMemory linear;
    private final PageMap pages;
    private final Pool pool;
    private final HandleDatabase handles;
    private final DriverServices drivers;
    private final EventServices events;
    private final GuestCalls calls;
    private final FileReader files;
    private final Verifier verifier;
    private final Consumer<String> tellUser;
    private final long systemTable;
    private final long returnStub;

    private final Map<Long, Image> images = new LinkedHashMap<>();
    private final List<Started> started = new ArrayList<>();

    /**
     * @param returnStub where entry points return to: it makes {@link #returned} be called
     */
    public ImageServices(
            GuestMemory memory,
            LinearMemory linear,
            PageMap pages,
            Pool pool,
            HandleDatabase handles,
            DriverServices drivers,
            EventServices events,
            GuestCalls calls,
            FileReader files,
            Verifier verifier,
            Consumer<String> tellUser,
            long systemTable,
            long returnStub) {
        this.memory = memory;
        this.linear = linear;
        this.pages = pages;
        this.pool = pool;
        this.handles = handles;
        this.drivers = drivers;
        this.events = events;
        this.calls = calls;
        this.files = files;
        this.verifier = verifier;
        this.tellUser = tellUser;
        this.systemTable = systemTable;
        this.returnStub = returnStub;
    }

    /** Makes the firmware an image, as which it is the parent of what it starts. */
    public void installFirmware(long handle) {
        long at = pool.allocate(MemoryType.BOOT_SERVICES_DATA, LOADED_IMAGE_BYTES);
        linear.write(at, new byte[LOADED_IMAGE_BYTES]);
        linear.putInt(at, REVISION);
        linear.putLong(at + 16, systemTable);
        linear.putInt(at + 80, MemoryType.BOOT_SERVICES_CODE);
        linear.putInt(at + 84, MemoryType.BOOT_SERVICES_DATA);
        handles.install(handle, LOADED_IMAGE, at);
    }

    /**
     * Relocates runtime drivers once more. "SetVirtualAddressMap()" (8.4.1).
     *
     * @param virtual from guest-physical addresses
     */
    public void convert(LongUnaryOperator virtual) {
        for (Image image : images.values()) {
            if (image.pe().subsystem() == Subsystem.RUNTIME_DRIVER) {
                long delta = virtual.applyAsLong(image.base()) - image.base();
                image.pe().relocations().move(memory, image.base(), delta, image.fixups());
            }
        }
    }

    /** The image that an address is in, or null. */
    public @Nullable Image at(long address) {
        for (Image image : images.values()) {
            if (image.contains(address)) {
                return image;
            }
        }
        return null;
    }

    public List<Image> all() {
        return new ArrayList<>(images.values());
    }

    // ---- Loading

    public long loadImage(Call call) {
        long parent = call.argument(1);
        long pathAt = call.argument(2);
        long source = call.argument(3);
        long size = call.argument(4);
        long result = call.argument(5);
        if (result == 0
                || !handles.has(parent, LOADED_IMAGE)
                || (source == 0 && pathAt == 0)
                || (source != 0 && size == 0)) {
            return EfiStatus.INVALID_PARAMETER;
        }
        call.memory().putLong(result, 0);
        DevicePath path = pathAt == 0 ? DevicePath.EMPTY : DevicePath.read(call.memory(), pathAt);
        byte[] bytes;
        if (source != 0) {
            if (size < 0 || size > MOST_IMAGE_BYTES) {
                return EfiStatus.LOAD_ERROR;
            }
            bytes = call.memory().read(source, size);
        } else {
            FileReader.Result read = files.read(path, call.bool(0));
            if (read.bytes() == null) {
                return read.status();
            }
            bytes = read.bytes();
        }
        return load(parent, path, bytes, call.memory(), result);
    }

    private long load(long parent, DevicePath path, byte[] bytes, LinearMemory of, long result) {
        long[] handle = new long[1];
        long status = load(parent, path, bytes, handle, tellUser);
        if (handle[0] != 0) {
            of.putLong(result, handle[0]);
        }
        return status;
    }

    /**
     * Loads an image from bytes.
     *
     * @param parent whose handle has started it
     * @param path the device path of its file, empty if it has none
     * @param handle takes the handle; it is set with EFI_SECURITY_VIOLATION, too
     * @param why takes a sentence about what is wrong with it
     */
    public long load(
            long parent, DevicePath path, byte[] bytes, long[] handle, Consumer<String> why) {
        if (images.size() >= MOST_IMAGES) {
            return EfiStatus.OUT_OF_RESOURCES;
        }
        String name = nameOf(path);
        try {
            PeImage pe = PeImage.read(new BootFile(name, bytes));
            long verdict = verifier.verify(pe, why);
            if (verdict != EfiStatus.SUCCESS) {
                return verdict;
            }
            return place(parent, path, pe, name, handle, why);
        } catch (BootException e) {
            why.accept(e.getMessage());
            return EfiStatus.UNSUPPORTED;
        }
    }

    private static String nameOf(DevicePath path) {
        String file = path.fileName();
        return file.isEmpty() ? "an image in memory" : file;
    }

    private long place(
            long parent,
            DevicePath path,
            PeImage pe,
            String name,
            long[] handle,
            Consumer<String> why) {
        long count = (pe.imageBytes() + PageMap.PAGE - 1) / PageMap.PAGE;
        int code = codeType(pe.subsystem());
        long base = pe.imageBase();
        boolean there =
                !pe.isRelocatable()
                        && base % PageMap.PAGE == 0
                        && pages.claim(code, base, count) == EfiStatus.SUCCESS;
        if (!there) {
            base = pages.allocate(code, count, Long.MAX_VALUE, PageMap.PAGE);
        }
        if (base < 0) {
            return EfiStatus.OUT_OF_RESOURCES;
        }
        try {
            pe.load(memory, base);
        } catch (BootException e) {
            pages.free(base, count);
            why.accept(e.getMessage());
            return EfiStatus.LOAD_ERROR;
        }
        long[] fixups = pe.relocations().values(memory, base);
        long status = install(parent, path, pe, base, fixups, name, handle);
        if (status != EfiStatus.SUCCESS) {
            pages.free(base, count);
        }
        return status;
    }

    /** UEFI 2.10, "Memory Type Usage before ExitBootServices()" (table 7.6). */
    private static int codeType(Subsystem subsystem) {
        return switch (subsystem) {
            case APPLICATION -> MemoryType.LOADER_CODE;
            case BOOT_SERVICE_DRIVER -> MemoryType.BOOT_SERVICES_CODE;
            case RUNTIME_DRIVER -> MemoryType.RUNTIME_SERVICES_CODE;
        };
    }

    private long install(
            long parent,
            DevicePath path,
            PeImage pe,
            long base,
            long[] fixups,
            String name,
            long[] handle) {
        long device = deviceOf(path);
        DevicePath devicePath = device == 0 ? null : drivers.devicePath(device);
        DevicePath filePath = devicePath == null ? path : path.after(devicePath);
        int data = codeType(pe.subsystem()) + 1;
        long at = pool.allocate(MemoryType.BOOT_SERVICES_DATA, LOADED_IMAGE_BYTES);
        long filePathAt = copy(filePath.toBytes());
        long pathAt = path.isEmpty() ? 0 : copy(path.toBytes());
        if (at < 0 || filePathAt < 0 || pathAt < 0) {
            return EfiStatus.OUT_OF_RESOURCES;
        }
        linear.write(at, new byte[LOADED_IMAGE_BYTES]);
        linear.putInt(at, REVISION);
        linear.putLong(at + 8, parent);
        linear.putLong(at + 16, systemTable);
        linear.putLong(at + 24, device);
        linear.putLong(at + 32, filePathAt);
        linear.putLong(at + 64, base);
        linear.putLong(at + 72, pe.imageBytes());
        linear.putInt(at + 80, codeType(pe.subsystem()));
        linear.putInt(at + 84, data);
        long made = handles.install(0, LOADED_IMAGE, at);
        if (made < 0) {
            return EfiStatus.OUT_OF_RESOURCES;
        }
        handles.install(made, LOADED_IMAGE_DEVICE_PATH, pathAt);
        images.put(made, new Image(made, pe, base, fixups, name, at));
        handle[0] = made;
        return EfiStatus.SUCCESS;
    }

    private long copy(byte[] bytes) {
        long at = pool.allocate(MemoryType.BOOT_SERVICES_DATA, bytes.length);
        if (at >= 0) {
            linear.write(at, bytes);
        }
        return at;
    }

    /** The handle with the longest device path that this begins with, or 0. */
    private long deviceOf(DevicePath path) {
        long best = 0;
        int matched = 0;
        for (long handle : handles.with(DevicePath.PROTOCOL)) {
            DevicePath other = drivers.devicePath(handle);
            if (other != null && other.nodeBytes() > matched && path.startsWith(other)) {
                best = handle;
                matched = other.nodeBytes();
            }
        }
        return best;
    }

    /** Gives an image what stands behind its name on a command line. */
    public void setLoadOptions(long handle, byte[] options) {
        Image image = images.get(handle);
        if (image != null && options.length > 0) {
            linear.putInt(image.loadedImage() + LOAD_OPTIONS_SIZE, options.length);
            linear.putLong(image.loadedImage() + LOAD_OPTIONS, Math.max(0, copy(options)));
        }
    }

    // ---- Starting

    public long startImage(Call call) {
        return start(call.argument(0), call.registers(), call.argument(1), call.argument(2));
    }

    /**
     * Has the processor begin with an image.
     *
     * @param caller where it goes on afterwards, with the image's status in RAX
     * @param sizeAt where the size of the exit data goes, or 0
     * @param dataAt where the address of the exit data goes, or 0
     */
    public long start(long handle, CpuRegisters caller, long sizeAt, long dataAt) {
        Image image = images.get(handle);
        if (image == null || isStarted(handle) || image.pe().entryPoint() == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (started.size() >= MOST_STARTED) {
            return EfiStatus.OUT_OF_RESOURCES;
        }
        CpuRegisters entry = copyOf(caller);
        long rsp = (caller.gpr[RSP] & -16) - 40;
        linear.require(rsp, 40);
        linear.putLong(rsp, returnStub);
        entry.gpr[RSP] = rsp;
        entry.gpr[RCX] = handle;
        entry.gpr[RDX] = systemTable;
        entry.rip = image.entryPoint();
        int depth = calls.depth();
        started.add(new Started(image, caller, depth, events.tpl(), sizeAt, dataAt));
        calls.resume(entry, depth);
        return EfiStatus.SUCCESS;
    }

    private static CpuRegisters copyOf(CpuRegisters from) {
        CpuRegisters to = new CpuRegisters();
        System.arraycopy(from.gpr, 0, to.gpr, 0, from.gpr.length);
        System.arraycopy(from.segments, 0, to.segments, 0, from.segments.length);
        System.arraycopy(from.debug, 0, to.debug, 0, from.debug.length);
        to.rflags = from.rflags;
        to.ldtr = from.ldtr;
        to.tr = from.tr;
        to.gdtBase = from.gdtBase;
        to.gdtLimit = from.gdtLimit;
        to.idtBase = from.idtBase;
        to.idtLimit = from.idtLimit;
        to.cr0 = from.cr0;
        to.cr2 = from.cr2;
        to.cr3 = from.cr3;
        to.cr4 = from.cr4;
        to.cr8 = from.cr8;
        to.efer = from.efer;
        return to;
    }

    private boolean isStarted(long handle) {
        for (Started each : started) {
            if (each.image.handle() == handle) {
                return true;
            }
        }
        return false;
    }

    /** An entry point has returned. */
    public void returned(CpuRegisters registers) {
        if (!started.isEmpty()) {
            leave(registers.gpr[RAX], 0, 0);
        }
    }

    public long exit(Call call) {
        long handle = call.argument(0);
        Image image = images.get(handle);
        if (image == null) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (!isStarted(handle)) {
            return unload(image);
        }
        if (started.getLast().image.handle() != handle) {
            return EfiStatus.INVALID_PARAMETER;
        }
        leave(call.argument(1), call.argument(2), call.argument(3));
        return EfiStatus.SUCCESS;
    }

    private void leave(long status, long size, long data) {
        Started last = started.removeLast();
        if (last.sizeAt != 0 && linear.contains(last.sizeAt, 8)) {
            linear.putLong(last.sizeAt, data == 0 ? 0 : size);
        }
        if (last.dataAt != 0 && linear.contains(last.dataAt, 8)) {
            linear.putLong(last.dataAt, data);
        }
        events.returnTo(last.tpl);
        last.caller.gpr[RAX] = status;
        calls.resume(last.caller, last.depth);
        if (EfiStatus.isError(status) || last.image.pe().subsystem() == Subsystem.APPLICATION) {
            discard(last.image);
        }
    }

    public long unloadImage(Call call) {
        Image image = images.get(call.argument(0));
        return image == null ? EfiStatus.INVALID_PARAMETER : unload(image);
    }

    private long unload(Image image) {
        if (isStarted(image.handle())) {
            return EfiStatus.UNSUPPORTED;
        }
        long function = linear.getLong(image.loadedImage() + UNLOAD);
        if (function != 0) {
            long status = calls.call(function, image.handle());
            if (EfiStatus.isError(status)) {
                return status;
            }
        }
        discard(image);
        return EfiStatus.SUCCESS;
    }

    private void discard(Image image) {
        if (images.remove(image.handle()) != null) {
            handles.forget(image.handle());
            handles.remove(image.handle(), LOADED_IMAGE);
            handles.remove(image.handle(), LOADED_IMAGE_DEVICE_PATH);
            pages.free(image.base(), image.pages());
            pool.free(image.loadedImage());
        }
    }
}
