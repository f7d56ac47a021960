package dev.lungo.metal.load;

import dev.lungo.metal.Configuration;
import dev.lungo.metal.ExitPath;
import dev.lungo.metal.core.Apic;
import dev.lungo.metal.core.Bare;
import dev.lungo.metal.core.Departure;
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
 * <p>When that loader returns, the firmware is still there, and gets its machine back: all
 * processors leave the hypervisor, whose memory is free again. Once a system has ended the boot
 * services, there is no way out.
 */
public final class UefiStart extends Boot {
    private static final String NEXT = "\\EFI\\lungo\\next.efi";
    private static final String REMOVABLE = "\\EFI\\BOOT\\BOOTX64.EFI";
    private static final String CONFIGURATION = "\\EFI\\lungo\\lungo.conf";

    // Offsets in EFI_LOADED_IMAGE_PROTOCOL.
    private static final int DEVICE_HANDLE = 24;
    private static final int FILE_PATH = 32;

    private static final int STACK_PAGES = 64;
    private static final int DEPARTURE_PAGES = 1 + STACK_PAGES;

    // spotless:off
    // On the page that leaves, behind the code; metal.S has the same.
    private static final int STACK       = 0x800;
    private static final int PROTECT     = 0x808;
    private static final int START_IMAGE = 0x810;
    private static final int IMAGE       = 0x818;
    private static final int EXIT        = 0x820;
    private static final int OWN_IMAGE   = 0x828;
    private static final int MP_SERVICES = 0x838;
    private static final int LEAVE       = 0x840;
    private static final int STAY        = 0x848;
    // spotless:on

    /** The last byte of VMCALL, where VMMCALL has another. */
    private static final int VMCALL = 0xC1;

    private static final byte[] UNDER = Log.text("processors under the hypervisor: ");
    private static final byte[] HAS = Log.text("; it has ");
    private static final byte[] TO = Log.text(" to ");

    private final Uefi uefi;

    /** Has the hypervisor stay when the boot services end. */
    private long exitEvent;

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
        prepare(copy, image);
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
        long status = Uefi.depart(copy);
        uefi.closeEvent(exitEvent);
        uefi.free(copy, DEPARTURE_PAGES);
        Log.line("the next loader has returned, and the hypervisor is out");
        Lungo.exitStatus(status);
    }

    private void prepare(long copy, long image) {
        Bare.copy(copy, Uefi.departure(0), Uefi.departure(3) - Uefi.departure(0));
        if (!Engine.vendor().isAmd()) {
            Bare.put8(inCopy(copy, 2) + 2, VMCALL);
        }
        boolean others = Processors.count() > 1;
        Bare.put64(copy + STACK, copy + (long) DEPARTURE_PAGES * Pages.SIZE);
        Bare.put64(copy + PROTECT, Exits.PROTECT);
        Bare.put64(copy + START_IMAGE, uefi.service(Uefi.START_IMAGE));
        Bare.put64(copy + IMAGE, image);
        Bare.put64(copy + EXIT, uefi.service(Uefi.EXIT));
        Bare.put64(copy + OWN_IMAGE, Lungo.imageHandle());
        Bare.put64(
                copy + MP_SERVICES,
                others ? uefi.locate(Uefi.MP_SERVICES_1, Uefi.MP_SERVICES_2) : 0);
        Bare.put64(copy + LEAVE, Exits.LEAVE);
        Bare.put64(copy + STAY, Exits.STAY);
        exitEvent = uefi.atExitBootServices(inCopy(copy, 1), copy);
        if (exitEvent != 0) {
            Departure.open();
        }
    }

    /** Where a part of the code that leaves is in its copy. */
    private static long inCopy(long copy, int part) {
        return copy + Uefi.departure(part) - Uefi.departure(0);
    }

    /**
     * Pages to leave the hypervisor's memory by, once all others run under it; 0 if that failed.
     */
    private long departure() {
        long copy = uefi.allocate(Uefi.BOOT_SERVICES_CODE, DEPARTURE_PAGES);
        long services = uefi.locate(Uefi.MP_SERVICES_1, Uefi.MP_SERVICES_2);
        try {
            if (copy == 0) {
                throw new IllegalStateException("the firmware has too little memory");
            }
            if (Processors.count() > 1 && Uefi.startProcessors(services) != 0) {
                Lungo.stayResident(); // some may have begun
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
