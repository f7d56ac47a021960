package dev.lungo.metal.core;

import dev.lungo.isa.PageEntry;

/** Begins a guest that does not exist yet, in a state that some protocol prescribes. */
public final class Start {
    private static final long CODE_64 = 0x00AF_9B00_0000_FFFFL;
    private static final long DATA = 0x00CF_9300_0000_FFFFL;
    private static final long TABLE = PageEntry.P | PageEntry.RW;

    private Start() {}

    /**
     * 64-bit mode with the first 4 GiB mapped to themselves, RSI as given, interrupts off; CS is
     * 10h and the others 18h, as Linux has it.
     *
     * @param tables seven zeroed pages of the guest's, for page tables and a GDT
     */
    public static void long64(long entry, long rsi, long tables) {
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
        Processor processor = Processors.add(Apic.id());
        if (!Engine.protect()) {
            throw new IllegalStateException("too little memory for the nested page tables");
        }
        processor.vcpu.rip = entry;
        processor.vcpu.rsi = rsi;
        processor.vcpu.rflags = 2;
        processor.state.long64(tables, gdt);
        Block.store(processor.vcpu, processor.block);
        Log.line("the guest begins");
        Engine.enter(processor);
        Engine.vendor().run(processor);
    }
}
