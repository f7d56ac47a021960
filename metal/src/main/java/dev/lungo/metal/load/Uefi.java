package dev.lungo.metal.load;

import dev.lungo.metal.core.Bare;
import dev.lungo.metal.core.Lungo;
import java.util.Arrays;

/**
 * The firmware's services, as far as start-up needs them. UEFI Specification 2.10, "EFI Boot
 * Services Table", "EFI_LOADED_IMAGE_PROTOCOL", "EFI Device Path Protocol".
 */
final class Uefi {
    // spotless:off
    // Offsets in the boot services table.
    static final int ALLOCATE_PAGES       = 40;
    static final int FREE_PAGES           = 48;
    static final int CREATE_EVENT         = 80;
    static final int CLOSE_EVENT          = 112;
    static final int HANDLE_PROTOCOL      = 152;
    static final int LOAD_IMAGE           = 200;
    static final int START_IMAGE          = 208;
    static final int EXIT                 = 216;
    static final int CONNECT_CONTROLLER   = 264;
    static final int LOCATE_HANDLE_BUFFER = 312;
    static final int LOCATE_PROTOCOL      = 320;

    static final int ALL_HANDLES          = 0;
    static final int BY_PROTOCOL          = 2;
    static final int ANY_PAGES            = 0;
    static final int LOADER_DATA          = 2;
    static final int BOOT_SERVICES_CODE   = 3;
    private static final int SIGNAL_EXIT_BOOT_SERVICES = 0x201;
    private static final int TPL_CALLBACK = 8;

    // Offsets in EFI_LOADED_IMAGE_PROTOCOL, EFI_SIMPLE_FILE_SYSTEM_PROTOCOL and EFI_FILE_PROTOCOL.
    private static final int LOAD_OPTIONS_SIZE = 48;
    private static final int LOAD_OPTIONS = 56;
    private static final int OPEN_VOLUME  = 8;
    private static final int OPEN         = 8;
    private static final int CLOSE        = 16;
    private static final int READ         = 32;
    private static final int MODE_READ    = 1;

    // GUIDs, as two words in memory order.
    static final long LOADED_IMAGE_1 = 0x11D2_9562_5B1B_31A1L;
    static final long LOADED_IMAGE_2 = 0x3B72_69C9_A000_3F8EL;
    static final long DEVICE_PATH_1  = 0x11D2_6D3F_0957_6E91L;
    static final long DEVICE_PATH_2  = 0x3B72_69C9_A000_398EL;
    static final long FILE_SYSTEM_1  = 0x11D2_6459_964E_5B22L;
    static final long FILE_SYSTEM_2  = 0x3B72_69C9_A000_398EL;
    static final long MP_SERVICES_1  = 0x4F46_A76E_3FDD_A605L;
    static final long MP_SERVICES_2  = 0x083D_1B53_F412_29ADL;
    // spotless:on

    private static final int MEDIA = 4;
    private static final int FILE_PATH = 4;
    private static final int END = 0x7F;
    private static final int END_ENTIRE = 0xFF;
    private static final int LONGEST_PATH = 2048;
    private static final int PATH = 2048;
    private static final int BUFFER_BYTES = 4096;
    private static final int LONGEST_FILE = 1 << 16;

    private final long bootServices;

    /** A page: for a GUID, for results, and for a device path in its second half. */
    private final long scratch = Lungo.pages(2);

    Uefi(long systemTable) {
        bootServices = Bare.get64(systemTable + 96);
    }

    static native long startProcessors(long services);

    /**
     * The code that leaves the hypervisor's memory: 0 its begin, 1 what the event of
     * ExitBootServices calls, 2 its call of the hypervisor, 3 its end.
     */
    static native long departure(int part);

    /** Runs a copy of it: the status of the image that was started, once all have left. */
    static native long depart(long copy);

    long service(int offset) {
        return Bare.get64(bootServices + offset);
    }

    private long guid(long first, long second) {
        Bare.put64(scratch, first);
        Bare.put64(scratch + 8, second);
        return scratch;
    }

    /** The interface, or 0. */
    long protocol(long handle, long first, long second) {
        long result = scratch + 16;
        long status =
                Lungo.efiCall(
                        service(HANDLE_PROTOCOL), handle, guid(first, second), result, 0, 0, 0);
        return status == 0 ? Bare.get64(result) : 0;
    }

    long locate(long first, long second) {
        long result = scratch + 16;
        long status =
                Lungo.efiCall(service(LOCATE_PROTOCOL), guid(first, second), 0, result, 0, 0, 0);
        return status == 0 ? Bare.get64(result) : 0;
    }

    /** All handles, or those with a protocol. */
    long[] handles(int search, long first, long second) {
        long count = scratch + 16;
        long status =
                Lungo.efiCall(
                        service(LOCATE_HANDLE_BUFFER),
                        search,
                        guid(first, second),
                        0,
                        count,
                        scratch + 24,
                        0);
        if (status != 0) {
            return new long[0];
        }
        long[] handles = new long[(int) Bare.get64(count)];
        long buffer = Bare.get64(scratch + 24);
        for (int i = 0; i < handles.length; i++) {
            handles[i] = Bare.get64(buffer + i * 8L);
        }
        return handles;
    }

    /** Has drivers started on every device, so that all disks are there. */
    void connectAll() {
        for (long handle : handles(ALL_HANDLES, 0, 0)) {
            Lungo.efiCall(service(CONNECT_CONTROLLER), handle, 0, 0, 1, 0, 0);
        }
    }

    /** Loads an image from a file of a device: its handle, or 0 if there is no such file. */
    long load(long device, String path) {
        long devicePath = protocol(device, DEVICE_PATH_1, DEVICE_PATH_2);
        if (devicePath == 0 || 2 * path.length() > LONGEST_PATH) {
            return 0;
        }
        long full = scratch + PATH;
        long at = full;
        long from = devicePath;
        while (Bare.get8(from) != END) {
            int bytes = Bare.get16(from + 2);
            if (bytes < 4 || at - full + bytes > LONGEST_PATH) {
                return 0;
            }
            Bare.copy(at, from, bytes);
            at += bytes;
            from += bytes;
        }
        Bare.put8(at, MEDIA);
        Bare.put8(at + 1, FILE_PATH);
        Bare.put16(at + 2, 4 + 2 * (path.length() + 1));
        at = putPath(at + 4, path);
        Bare.put32(at, END | END_ENTIRE << 8 | 4 << 16);
        long result = scratch + 16;
        Bare.put64(result, 0);
        long status =
                Lungo.efiCall(service(LOAD_IMAGE), 0, Lungo.imageHandle(), full, 0, 0, result);
        return status == 0 ? Bare.get64(result) : 0;
    }

    /** A file's text, or nothing if there is no such file. */
    String read(long device, String path) {
        long volumes = protocol(device, FILE_SYSTEM_1, FILE_SYSTEM_2);
        long result = scratch + 16;
        if (volumes == 0
                || Lungo.efiCall(Bare.get64(volumes + OPEN_VOLUME), volumes, result, 0, 0, 0, 0)
                        != 0) {
            return "";
        }
        long root = Bare.get64(result);
        putPath(scratch + PATH, path);
        long opened =
                Lungo.efiCall(
                        Bare.get64(root + OPEN), root, result, scratch + PATH, MODE_READ, 0, 0);
        StringBuilder text = new StringBuilder();
        if (opened == 0) {
            long file = Bare.get64(result);
            long buffer = scratch + PATH;
            do {
                Bare.put64(result, BUFFER_BYTES);
                long status = Lungo.efiCall(Bare.get64(file + READ), file, result, buffer, 0, 0, 0);
                if (status != 0) {
                    break;
                }
                text.append(Boot.text(buffer, Bare.get64(result)));
            } while (Bare.get64(result) != 0 && text.length() < LONGEST_FILE);
            Lungo.efiCall(Bare.get64(file + CLOSE), file, 0, 0, 0, 0, 0);
        }
        Lungo.efiCall(Bare.get64(root + CLOSE), root, 0, 0, 0, 0, 0);
        return text.toString();
    }

    /** Whether a device path is this path of a file, in one node or several. */
    boolean isPath(long devicePath, String path) {
        int at = 0;
        long node = devicePath;
        while (devicePath != 0 && Bare.get8(node) == MEDIA && Bare.get8(node + 1) == FILE_PATH) {
            int bytes = Bare.get16(node + 2);
            for (long c = node + 4; c + 2 <= node + bytes && Bare.get16(c) != 0; c += 2) {
                if (at == path.length() || upper(path.charAt(at)) != upper((char) Bare.get16(c))) {
                    return false;
                }
                at++;
            }
            if (bytes < 4) {
                break;
            }
            node += bytes;
        }
        return at > 0 && at == path.length();
    }

    private static char upper(char c) {
        return c >= 'a' && c <= 'z' ? (char) (c - 'a' + 'A') : c;
    }

    /** What an image finds as its command line. */
    void loadOptions(long image, String text) {
        long loaded = protocol(image, LOADED_IMAGE_1, LOADED_IMAGE_2);
        long options = text.isEmpty() || loaded == 0 ? 0 : allocate(LOADER_DATA, 1);
        if (options == 0 || text.length() >= 2048) {
            return;
        }
        putPath(options, text);
        Bare.put32(loaded + LOAD_OPTIONS_SIZE, 2 * (text.length() + 1));
        Bare.put64(loaded + LOAD_OPTIONS, options);
    }

    /** UTF-16 with a zero behind; where that ends. */
    private static long putPath(long to, String path) {
        for (int i = 0; i < path.length(); i++) {
            Bare.put16(to + 2L * i, path.charAt(i));
        }
        Bare.put16(to + 2L * path.length(), 0);
        return to + 2L * (path.length() + 1);
    }

    /** Runs an image until it returns: its status. */
    long start(long image) {
        return Lungo.efiCall(service(START_IMAGE), image, 0, 0, 0, 0, 0);
    }

    /** Pages of the firmware's, or 0. */
    long allocate(int type, int pages) {
        long result = scratch + 16;
        long status = Lungo.efiCall(service(ALLOCATE_PAGES), ANY_PAGES, type, pages, result, 0, 0);
        return status == 0 ? Bare.get64(result) : 0;
    }

    void free(long at, int pages) {
        Lungo.efiCall(service(FREE_PAGES), at, pages, 0, 0, 0, 0);
    }

    /** The event that a function gets called for when the boot services end; 0 if that failed. */
    long atExitBootServices(long function, long context) {
        long result = scratch + 16;
        long status =
                Lungo.efiCall(
                        service(CREATE_EVENT),
                        SIGNAL_EXIT_BOOT_SERVICES,
                        TPL_CALLBACK,
                        function,
                        context,
                        result,
                        0);
        return status == 0 ? Bare.get64(result) : 0;
    }

    void closeEvent(long event) {
        Lungo.efiCall(service(CLOSE_EVENT), event, 0, 0, 0, 0, 0);
    }

    /** Of all processors that are enabled. */
    int[] apicIds(long services) {
        int[] ids = new int[processors(services)];
        int count = 0;
        for (int i = 0; i < ids.length; i++) {
            long id = apicId(services, i);
            if (id >= 0) {
                ids[count] = (int) id;
                count++;
            }
        }
        return Arrays.copyOf(ids, count);
    }

    /** What {@code GetProcessorInfo} says of a processor: its APIC ID, or -1 if it is disabled. */
    private long apicId(long services, int number) {
        long information = scratch + 32;
        long status =
                Lungo.efiCall(Bare.get64(services + 8), services, number, information, 0, 0, 0);
        boolean enabled = (Bare.get32(information + 8) & 2) != 0;
        return status == 0 && enabled ? Bare.get64(information) : -1;
    }

    private int processors(long services) {
        long count = scratch + 16;
        long status = Lungo.efiCall(Bare.get64(services), services, count, scratch + 24, 0, 0, 0);
        return status == 0 ? (int) Bare.get64(count) : 1;
    }
}
