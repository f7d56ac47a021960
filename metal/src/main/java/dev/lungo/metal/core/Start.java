package dev.lungo.metal.core;

import dev.lungo.isa.PageEntry;

/**
 * Begins a guest that does not exist yet, in a state that some protocol prescribes; or, where there
 * is no hypervisor, has the processor itself go on in that state. Interrupts are off, CS is 10h and
 * the others 18h, as Linux has it. None of this comes back.
 */
public final class Start {
    private static final long CODE_64 = 0x00AF_9B00_0000_FFFFL;
    private static final long CODE_32 = 0x00CF_9B00_0000_FFFFL;
    private static final long DATA = 0x00CF_9300_0000_FFFFL;
    private static final byte[] BEGINS = Log.text("the guest begins; processors under it: ");
    private static final long TABLE = PageEntry.P | PageEntry.RW;

    private Start() {}

    /** Bytes that {@link #flat32} needs. */
    public static final int GDT_BYTES = 32;

    private static native void enterFlat32(long entry, long rsp, long gdt);

    /**
     * 64-bit mode with the first 4 GiB mapped to themselves, RSI as given.
     *
     * @param tables seven zeroed pages of the guest's, for page tables and a GDT
     * @param low a page below 1 MiB that is free until the guest begins
     */
    public static void long64(long entry, long rsi, long tables, long low) {
        long gdt = tables + 6L * Pages.SIZE;
        putGdt(gdt, CODE_64);
        long directories = tables + 2L * Pages.SIZE;
        Bare.put64(tables, tables + Pages.SIZE | TABLE);
        for (int i = 0; i < 4; i++) {
            Bare.put64(tables + Pages.SIZE + i * 8L, directories + (long) i * Pages.SIZE | TABLE);
        }
        for (int i = 0; i < 2048; i++) {
            Bare.put64(directories + i * 8L, (long) i << 21 | TABLE | PageEntry.PS);
        }
        if (!isUnderHypervisor()) {
            Bare.jump(entry, rsi, tables, gdt);
        }
        Processor processor = Processors.get(0);
        processor.vcpu.rsi = rsi;
        processor.state.long64(tables, gdt);
        run(processor, entry, low);
    }

    /**
     * 32-bit protected mode without paging.
     *
     * @param rsp where a stack of the guest's ends
     * @param gdt memory of the guest's for a GDT
     * @param low a page below 1 MiB that is free until the guest begins
     */
    public static void flat32(long entry, long rsp, long gdt, long low) {
        putGdt(gdt, CODE_32);
        if (!isUnderHypervisor()) {
            enterFlat32(entry, rsp, gdt);
        }
        Processor processor = Processors.get(0);
        processor.vcpu.rsp = rsp;
        processor.state.flat32(gdt);
        run(processor, entry, low);
    }

    private static boolean isUnderHypervisor() {
        if (Engine.isPresent() && !Engine.protect()) {
            Log.line("too little memory to protect the hypervisor; the machine goes on without it");
            return false;
        }
        return Engine.isPresent();
    }

    private static void putGdt(long gdt, long code) {
        Bare.fill(gdt, 0, 16);
        Bare.put64(gdt + 16, code);
        Bare.put64(gdt + 24, DATA);
    }

    private static void run(Processor processor, long entry, long low) {
        processor.vcpu.rip = entry;
        processor.vcpu.rflags = 2;
        Block.store(processor.vcpu, processor.block);
        // From here on other processors run Java, so nothing may be allocated.
        Trampoline.startOthers(low);
        if (Log.hasNotes()) {
            Log.begin(BEGINS);
            Log.hex(Processors.present());
            Log.end();
        }
        Engine.enter(processor);
        Engine.vendor().run(processor);
    }
}
