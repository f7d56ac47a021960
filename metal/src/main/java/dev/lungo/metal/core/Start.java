package dev.lungo.metal.core;

import dev.lungo.isa.PageEntry;

/** Begins a guest that does not exist yet, in a state that some protocol prescribes. */
public final class Start {
    private static final long CODE_64 = 0x00AF_9B00_0000_FFFFL;
    private static final long DATA = 0x00CF_9300_0000_FFFFL;
    private static final byte[] BEGINS = Log.text("the guest begins; processors under it: ");
    private static final long TABLE = PageEntry.P | PageEntry.RW;

    private Start() {}

    /**
     * 64-bit mode with the first 4 GiB mapped to themselves, RSI as given, interrupts off; CS is
     * 10h and the others 18h, as Linux has it.
     *
     * <p>Without a hypervisor, where there can be none, this is simply a jump.
     *
     * @param tables seven zeroed pages of the guest's, for page tables and a GDT
     * @param low a page below 1 MiB that is free until the guest begins
     * @param apicIds of the processors that there are; the first of ours need not be among them
     */
    public static void long64(long entry, long rsi, long tables, long low, int[] apicIds) {
        long gdt = tables + 6L * Pages.SIZE;
        Bare.put64(gdt + 16, CODE_64);
        Bare.put64(gdt + 24, DATA);
        long directories = tables + 2L * Pages.SIZE;
        Bare.put64(tables, tables + Pages.SIZE | TABLE);
        for (int i = 0; i < 4; i++) {
            Bare.put64(tables + Pages.SIZE + i * 8L, directories + (long) i * Pages.SIZE | TABLE);
        }
        for (int i = 0; i < 2048; i++) {
            Bare.put64(directories + i * 8L, (long) i << 21 | TABLE | PageEntry.PS);
        }
        if (!Engine.isPresent()) {
            Bare.jump(entry, rsi, tables, gdt);
        }
        Processor processor = Processors.add(Apic.id());
        for (int apicId : apicIds) {
            if (apicId != processor.vcpu.apicId) {
                Processors.add(apicId);
            }
        }
        if (!Engine.protect()) {
            throw new IllegalStateException("too little memory for the nested page tables");
        }
        processor.vcpu.rip = entry;
        processor.vcpu.rsi = rsi;
        processor.vcpu.rflags = 2;
        processor.state.long64(tables, gdt);
        Block.store(processor.vcpu, processor.block);
        // From here on other processors run Java, so nothing may be allocated.
        Trampoline.startOthers(low);
        Log.begin(BEGINS);
        Log.hex(Processors.present());
        Log.end();
        Engine.enter(processor);
        Engine.vendor().run(processor);
    }
}
