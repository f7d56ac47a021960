package dev.lungo.metal.core;

import dev.lungo.metal.ExitPath;

/**
 * Starts the processors that no firmware starts for us: INIT, SIPI, SIPI. SDM 3A, "Typical AP
 * Initialization Sequence". Each begins on a page below 1 MiB, comes here in 64-bit mode, and is
 * then a processor of the guest's that waits for its SIPI.
 */
public final class Trampoline {
    // spotless:off
    // On the page, behind the code; metal.S has the same.
    private static final int GDT     = 0xF80;
    private static final int STACK   = 0xFB8;
    private static final int INDEX   = 0xFC0;
    private static final int FAR_64  = 0xFC8;
    private static final int CR3     = 0xFD0;
    private static final int FAR_32  = 0xFD8;
    private static final int GDTR    = 0xFE0;
    private static final int ARRIVAL = 0xFE8;
    // spotless:on

    private static final long CODE_64 = 0x00AF_9B00_0000_FFFFL;
    private static final long CODE_32 = 0x00CF_9B00_0000_FFFFL;
    private static final long DATA = 0x00CF_9300_0000_FFFFL;
    private static final int SELECTOR_64 = 8;
    private static final int SELECTOR_32 = 24;

    /** Any port of a PC takes about a microsecond; this is the diagnostic display's. */
    private static final int DELAY_PORT = 0x80;

    private static final int INIT_DELAY = 10_000;
    private static final int SIPI_DELAY = 200;
    private static final int PATIENCE = 1_000_000;
    private static final byte[] SILENT = Log.text("a processor did not start, APIC ID ");

    private Trampoline() {}

    /**
     * Starts all processors that were added but the first, one after the other.
     *
     * @param page below 1 MiB; it is free again afterwards
     */
    static void startOthers(long page) {
        long code = Bare.trampoline(0);
        Bare.copy(page, code, Bare.trampoline(3) - code);
        Bare.put64(page + GDT, 0);
        Bare.put64(page + GDT + 8, CODE_64);
        Bare.put64(page + GDT + 16, DATA);
        Bare.put64(page + GDT + 24, CODE_32);
        Bare.put16(page + GDTR, 31);
        Bare.put32(page + GDTR + 2, (int) page + GDT);
        Bare.put32(page + FAR_32, (int) (page + Bare.trampoline(1) - code));
        Bare.put16(page + FAR_32 + 4, SELECTOR_32);
        Bare.put32(page + FAR_64, (int) (page + Bare.trampoline(2) - code));
        Bare.put16(page + FAR_64 + 4, SELECTOR_64);
        Bare.put64(page + CR3, HostTables.root());
        Bare.put64(page + ARRIVAL, Bare.arrival());
        for (int i = 1; i < Processors.count(); i++) {
            Processor processor = Processors.get(i);
            Bare.put64(page + INDEX, i);
            Bare.put64(page + STACK, processor.stack);
            start(processor, (int) (page >>> 12));
        }
    }

    private static void start(Processor processor, int vector) {
        int apicId = processor.vcpu.apicId;
        Apic.sendInit(apicId);
        delay(INIT_DELAY);
        Apic.sendSipi(apicId, vector);
        delay(SIPI_DELAY);
        if (!hasArrived(processor)) {
            Apic.sendSipi(apicId, vector);
        }
        for (int i = 0; i < PATIENCE && !hasArrived(processor); i++) {
            delay(1);
        }
        if (!hasArrived(processor)) {
            processor.absent = true;
            Log.begin(SILENT);
            Log.hex(apicId);
            Log.end();
        }
    }

    private static boolean hasArrived(Processor processor) {
        return Bare.get32(processor.block + Block.ARRIVED) != 0;
    }

    private static void delay(int microseconds) {
        for (int i = 0; i < microseconds; i++) {
            Bare.in8(DELAY_PORT);
        }
    }

    /** The started processor, on its stack. Does not return. */
    @ExitPath
    public static void arrive(int index) {
        Processor processor = Processors.get(index);
        Engine.enter(processor);
        Bare.swap32(processor.block + Block.ARRIVED, 1);
        Engine.vendor().awaitStartup(processor);
        Engine.vendor().run(processor);
    }
}
