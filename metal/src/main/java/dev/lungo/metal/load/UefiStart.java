package dev.lungo.metal.load;

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
public final class UefiStart {
    private static final String NEXT = "\\EFI\\lungo\\next.efi";
    private static final String REMOVABLE = "\\EFI\\BOOT\\BOOTX64.EFI";
    private static final int DEVICE_HANDLE = 24;
    private static final int STACK_PAGES = 64;

    /** The last byte of VMMCALL in the code that leaves; VMCALL has another there. */
    private static final int CALL_OFFSET = 19;

    private static final int VMCALL = 0xC1;
    private static final byte[] UNDER = Log.text("processors under the hypervisor: ");
    private static final byte[] HAS = Log.text("; it has ");
    private static final byte[] TO = Log.text(" to ");

    private UefiStart() {}

    public static void run(long systemTable) {
        Uefi uefi = new Uefi(systemTable);
        long image = nextLoader(uefi);
        if (image == 0) {
            Log.line("there is no next loader; back to the firmware");
            return;
        }
        long copy = uefi.allocate(Uefi.BOOT_SERVICES_CODE, 1 + STACK_PAGES);
        if (copy == 0) {
            throw new IllegalStateException("the firmware has too little memory");
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

        Processor first = Processors.add(Apic.id());
        long services = uefi.locate(Uefi.MP_SERVICES_1, Uefi.MP_SERVICES_2);
        if (services != 0) {
            startOthers(uefi, services);
        }
        Engine.becomeGuest(first);
        Log.begin(UNDER);
        Log.hex(Processors.count());
        Log.put(HAS);
        Log.hex(Lungo.rangeStart());
        Log.put(TO);
        Log.hex(Lungo.rangeEnd());
        Log.end();
        Uefi.depart(copy);
    }

    private static void startOthers(Uefi uefi, long services) {
        int count = uefi.processors(services);
        for (int i = 0; i < count; i++) {
            long apicId = uefi.apicId(services, i);
            if (apicId >= 0 && apicId != Apic.id()) {
                Processors.add((int) apicId);
            }
        }
        if (Processors.count() > 1 && Uefi.startProcessors(services) != 0) {
            throw new IllegalStateException("the firmware could not start the other processors");
        }
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

    private static long nextLoader(Uefi uefi) {
        long loaded = uefi.protocol(Lungo.imageHandle(), Uefi.LOADED_IMAGE_1, Uefi.LOADED_IMAGE_2);
        long own = loaded == 0 ? 0 : Bare.get64(loaded + DEVICE_HANDLE);
        long image = own == 0 ? 0 : uefi.load(own, NEXT);
        if (image == 0) {
            image = removable(uefi, own);
        }
        if (image == 0) {
            uefi.connectAll();
            image = removable(uefi, own);
        }
        return image;
    }

    private static long removable(Uefi uefi, long own) {
        long[] disks = uefi.handles(Uefi.BY_PROTOCOL, Uefi.FILE_SYSTEM_1, Uefi.FILE_SYSTEM_2);
        for (long disk : disks) {
            long image = disk == own ? 0 : uefi.load(disk, REMOVABLE);
            if (image != 0) {
                return image;
            }
        }
        return 0;
    }
}
