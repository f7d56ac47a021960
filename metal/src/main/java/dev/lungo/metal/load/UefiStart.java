package dev.lungo.metal.load;

import dev.lungo.metal.Configuration;
import dev.lungo.metal.ExitPath;
import dev.lungo.metal.core.Apic;
import dev.lungo.metal.core.Bare;
import dev.lungo.metal.core.Engine;
import dev.lungo.metal.core.Exits;
import dev.lungo.metal.core.Log;
import dev.lungo.metal.core.Lungo;
import dev.lungo.metal.core.Pages;
import dev.lungo.metal.core.Processor;
import dev.lungo.metal.core.Processors;

/**
 * Under UEFI: the machine goes on as the hypervisor's guest from one instruction to the next, on
 * all processors, and then starts the next loader.
 *
 * <p>When that loader returns, control goes back to the firmware, under the hypervisor.
 */
public final class UefiStart extends Boot {
    private static final String NEXT = "\\EFI\\lungo\\next.efi";
    private static final String REMOVABLE = "\\EFI\\BOOT\\BOOTX64.EFI";
    private static final String CONFIGURATION = "\\EFI\\lungo\\lungo.conf";

    // Offsets in EFI_LOADED_IMAGE_PROTOCOL.
    private static final int DEVICE_HANDLE = 24;
    private static final int FILE_PATH = 32;

    private static final int STACK_PAGES = 64;

    /** The last byte of VMMCALL in the code that leaves; VMCALL has another there. */
    private static final int CALL_OFFSET = 19;

    private static final int VMCALL = 0xC1;
    private static final byte[] UNDER = Log.text("processors under the hypervisor: ");
    private static final byte[] HAS = Log.text("; it has ");
    private static final byte[] TO = Log.text(" to ");

    private final Uefi uefi;

    /** Given where the firmware's table is. */
    UefiStart(long systemTable) {
        uefi = new Uefi(systemTable);
    }

    @Override
    public String configuration() {
        long loaded = uefi.protocol(Lungo.imageHandle(), Uefi.LOADED_IMAGE_1, Uefi.LOADED_IMAGE_2);
        String text =
                loaded == 0 ? "" : uefi.read(Bare.get64(loaded + DEVICE_HANDLE), CONFIGURATION);
        return text.isEmpty() ? super.configuration() : text;
    }

    @Override
    public void next(Configuration configuration) {
        long image = nextLoader(configuration.get("next", ""));
        if (image == 0) {
            Log.line("there is no next loader; back to the firmware");
            return;
        }
        uefi.loadOptions(image, configuration.get("append", ""));
        long copy = Engine.isPresent() ? departure() : 0;
        if (copy == 0) {
            Lungo.exitStatus(uefi.start(image));
            return;
        }
        Bare.copy(copy, Uefi.departure(), Uefi.departureBytes());
        if (!Engine.vendor().isAmd()) {
            Bare.put8(copy + CALL_OFFSET, VMCALL);
        }
        Bare.put64(copy + 0x800, copy + (1L + STACK_PAGES) * Pages.SIZE);
        Bare.put64(copy + 0x808, Exits.PROTECT);
        Bare.put64(copy + 0x810, uefi.service(Uefi.START_IMAGE));
        Bare.put64(copy + 0x818, image);
        Bare.put64(copy + 0x820, uefi.service(Uefi.EXIT));
        Bare.put64(copy + 0x828, Lungo.imageHandle());

        Engine.becomeGuest(Processors.get(0));
        if (Log.hasNotes()) {
            Log.begin(UNDER);
            Log.hex(Processors.count());
            Log.put(HAS);
            Log.hex(Lungo.rangeStart());
            Log.put(TO);
            Log.hex(Lungo.rangeEnd());
            Log.end();
        }
        Uefi.depart(copy);
    }

    /**
     * Pages to leave the hypervisor's memory by, once all others run under it; 0 if that failed.
     */
    private long departure() {
        long copy = uefi.allocate(Uefi.BOOT_SERVICES_CODE, 1 + STACK_PAGES);
        long services = uefi.locate(Uefi.MP_SERVICES_1, Uefi.MP_SERVICES_2);
        try {
            if (copy == 0) {
                throw new IllegalStateException("the firmware has too little memory");
            }
            if (Processors.count() > 1 && Uefi.startProcessors(services) != 0) {
                throw new IllegalStateException("the firmware could not start other processors");
            }
            return copy;
        } catch (IllegalStateException trouble) {
            Log.line(trouble.getMessage() + "; the machine goes on without the hypervisor");
            return 0;
        }
    }

    @Override
    public int[] processors() {
        long services = uefi.locate(Uefi.MP_SERVICES_1, Uefi.MP_SERVICES_2);
        return services == 0 ? new int[0] : uefi.apicIds(services);
    }

    /** Each other processor comes here, called by the firmware, and returns to it as a guest. */
    @ExitPath
    public static void processor() {
        int apicId = Apic.id();
        for (int i = 1; i < Processors.count(); i++) {
            Processor processor = Processors.get(i);
            if (processor.vcpu.apicId == apicId) {
                Engine.becomeGuest(processor);
                return;
            }
        }
    }

    private long nextLoader(String path) {
        long loaded = uefi.protocol(Lungo.imageHandle(), Uefi.LOADED_IMAGE_1, Uefi.LOADED_IMAGE_2);
        long own = loaded == 0 ? 0 : Bare.get64(loaded + DEVICE_HANDLE);
        if (!path.isEmpty()) {
            long image = named(loaded, own, path.replace('/', '\\'));
            if (image != 0) {
                return image;
            }
        }
        long image = own == 0 ? 0 : uefi.load(own, NEXT);
        if (image == 0) {
            image = onOthers(own, REMOVABLE);
        }
        if (image == 0) {
            uefi.connectAll();
            image = onOthers(own, REMOVABLE);
        }
        return image;
    }

    /** What the configuration has, on our own disk or another. */
    private long named(long loaded, long own, String path) {
        if (loaded != 0 && uefi.isPath(Bare.get64(loaded + FILE_PATH), path)) {
            Log.line("the configuration's next is the hypervisor itself, and is passed over");
            return 0;
        }
        long image = own == 0 ? 0 : uefi.load(own, path);
        if (image == 0) {
            uefi.connectAll();
            image = onOthers(own, path);
        }
        if (image == 0) {
            Log.line("no disk has the configuration's next: " + path);
        }
        return image;
    }

    private long onOthers(long own, String path) {
        long[] disks = uefi.handles(Uefi.BY_PROTOCOL, Uefi.FILE_SYSTEM_1, Uefi.FILE_SYSTEM_2);
        for (long disk : disks) {
            long image = disk == own ? 0 : uefi.load(disk, path);
            if (image != 0) {
                return image;
            }
        }
        return 0;
    }
}
