package dev.lungo.metal.core;

import org.jspecify.annotations.Nullable;

/** All processors, and what they tell each other. */
public final class Processors {
    public static final int MAX = 64;
    private static final int PRESENT = 1 << 8;

    private static final @Nullable Processor[] ALL = new Processor[MAX];
    private static int count;

    private Processors() {}

    public static int count() {
        return count;
    }

    /** Those under the hypervisor. */
    public static int present() {
        int present = 0;
        for (int i = 0; i < count; i++) {
            present += get(i).absent ? 0 : 1;
        }
        return present;
    }

    public static Processor get(int index) {
        return ALL[index];
    }

    /** One more processor, at start-up; the first is the boot processor. */
    public static Processor add(int apicId) {
        long block = count < MAX ? Block.take(count) : 0;
        long control = Pages.take(1);
        long hostState = Pages.take(2);
        long stack = HostTables.takeStack();
        long gdt = HostTables.takeTask(block);
        if (block == 0 || control == 0 || hostState == 0 || stack == 0 || gdt == 0) {
            throw new IllegalStateException("too little memory for processor " + count);
        }
        Bare.put64(block + Block.HOST_STATE, hostState);
        Bare.put64(block + Block.HOST_SAVE, hostState + Pages.SIZE);
        Processor processor = new Processor(count, apicId, block, control, stack, gdt);
        if (!processor.step.pages.isThere()) {
            throw new IllegalStateException("too little memory for processor " + count);
        }
        ALL[count] = processor;
        count++;
        return processor;
    }

    /** INIT for a processor of the guest. */
    public static void sendInit(Processor to) {
        Bare.swap32(to.block + Block.SIPI, 0);
        Bare.swap32(to.block + Block.INIT, 1);
        kick(to);
    }

    /** SIPI: only the first after an INIT counts. */
    public static void sendSipi(Processor to, int vector) {
        boolean awaited =
                Bare.get32(to.block + Block.WAITING) != 0 || Bare.get32(to.block + Block.INIT) != 0;
        if (awaited && Bare.get32(to.block + Block.SIPI) == 0) {
            Bare.swap32(to.block + Block.SIPI, PRESENT | vector);
            kick(to);
        }
    }

    private static void kick(Processor to) {
        Bare.add32(to.block + Block.KICKS_SENT, 1);
        Apic.sendNmi(to.vcpu.apicId);
    }

    /** Has every processor forget what it knows of the nested map, before its next instruction. */
    public static void flushAll(Processor from) {
        Bare.add32(get(0).block + Block.FLUSHES, 1);
        for (int i = 0; i < count; i++) {
            Processor processor = get(i);
            if (processor != from && !processor.absent) {
                kick(processor);
            }
        }
    }

    /** Whether {@link #flushAll} has been called since this was last asked. */
    public static boolean mustFlush(Processor processor) {
        int flushes = Bare.get32(get(0).block + Block.FLUSHES);
        boolean must = processor.flushes != flushes;
        processor.flushes = flushes;
        return must;
    }

    /** After an NMI: whether another processor sent it to have the mail read. */
    public static boolean wasKicked(Processor processor) {
        int sent = Bare.get32(processor.block + Block.KICKS_SENT);
        boolean kicked = sent != processor.kicksMet;
        processor.kicksMet = sent;
        return kicked;
    }

    /** Notes the NMIs that the host has taken since: mail that is to be read, or the guest's. */
    public static void meetNmis(Processor processor) {
        int nmis = Bare.get32(processor.block + Block.NMIS);
        if (nmis != processor.nmisMet) {
            processor.nmisMet = nmis;
            if (!wasKicked(processor)) {
                processor.nmiPending = true;
            }
        }
    }

    /** Whether another processor has sent an INIT, which is then taken. */
    public static boolean takeInit(Processor processor) {
        return Bare.swap32(processor.block + Block.INIT, 0) != 0;
    }

    /** What INIT ends. */
    public static void forget(Processor processor) {
        processor.vcpu.event = 0;
        processor.nmiPending = false;
        processor.nmiBlocked = false;
    }

    /** INIT has come: does nothing until there is a SIPI; its vector. */
    public static int awaitSipi(Processor processor) {
        long block = processor.block;
        forget(processor);
        Bare.swap32(block + Block.WAITING, 1);
        Apic.reset(processor);
        Bare.waitNmi(block + Block.SIPI);
        Bare.swap32(block + Block.WAITING, 0);
        Bare.swap32(block + Block.INIT, 0);
        int sipi = Bare.swap32(block + Block.SIPI, 0);
        processor.kicksMet = Bare.get32(block + Block.KICKS_SENT);
        processor.nmisMet = Bare.get32(block + Block.NMIS);
        return sipi & 0xFF;
    }

    /** ACPI's reset register is the guest's to know; these two are what every PC has. */
    public static void resetMachine() {
        Bare.out8(0xCF9, 0x02);
        Bare.out8(0xCF9, 0x06);
        Bare.out8(0x64, 0xFE);
        Bare.stop();
    }
}
