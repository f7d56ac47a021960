package dev.lungo.firmware.bios;

import dev.lungo.boot.MemoryMap;
import dev.lungo.machine.AddressRange;
import java.util.List;

/**
 * INT 15h, memory above 1 MiB: AH = 87h and 88h, AX = E801h, E820h and E881h. ACPI 6.4, "System
 * Address Map Interfaces" (section 15); IBM PS/2 and PC BIOS Interface Technical Reference, "Move
 * Block".
 */
final class ExtendedMemory {
    private static final int SMAP = 0x534D_4150;
    private static final int ENTRY_BYTES = 20;
    private static final int EXTENDED_ENTRY_BYTES = 24;
    private static final int ENABLED = 1;

    private static final int MOST_MOVED_WORDS = 0x8000;
    private static final int SOURCE = 0x10;
    private static final int DESTINATION = 0x18;
    private static final int INVALID_LENGTH = 2;

    private static final long KIB = 1024;
    private static final long HIGH = 1 << 20;
    private static final long BEHIND_ISA = 16 << 20;
    private static final long MOST_TOLD_BY_88 = 63 << 20;

    private final SafeMemory memory;
    private final List<AddressRange> map;
    private final long bytes;

    ExtendedMemory(SafeMemory memory, MemoryMap map) {
        this.memory = memory;
        this.map = map.ranges();
        bytes = map.extendedBytes();
    }

    /** AH = E8h. */
    void serve(Registers regs) {
        switch (regs.al()) {
            case 0x01 -> {
                regs.ax((int) below16());
                regs.bx((int) above16());
                regs.cx(regs.ax());
                regs.dx(regs.bx());
                regs.carry(false);
            }
            case 0x20 -> map(regs);
            case 0x81 -> {
                regs.eax((int) below16());
                regs.ebx((int) above16());
                regs.ecx(regs.eax());
                regs.edx(regs.ebx());
                regs.carry(false);
            }
            default -> regs.failUnknown();
        }
    }

    /** In KiB. */
    private long below16() {
        return Math.min(bytes, BEHIND_ISA - HIGH) / KIB;
    }

    /** In units of 64 KiB. */
    private long above16() {
        return Math.max(0, bytes - (BEHIND_ISA - HIGH)) / (64 * KIB);
    }

    void size(Registers regs) {
        regs.ax((int) (Math.min(bytes, MOST_TOLD_BY_88) / KIB));
        regs.carry(false);
    }

    /**
     * One entry a call. EBX is the continuation value: ours is the index of the next entry, and
     * zero, as the specification wants, both begins and ends the walk.
     */
    private void map(Registers regs) {
        int index = regs.ebx();
        boolean understood = regs.edx() == SMAP && regs.ecx() >= ENTRY_BYTES;
        if (!understood || index < 0 || index >= map.size()) {
            regs.fail(Registers.NO_SUCH_FUNCTION);
            return;
        }
        AddressRange range = map.get(index);
        long at = regs.esDi();
        int length = regs.ecx() >= EXTENDED_ENTRY_BYTES ? EXTENDED_ENTRY_BYTES : ENTRY_BYTES;
        memory.u64(at, range.base());
        memory.u64(at + 8, range.length());
        memory.u32(at + 16, range.type().number());
        if (length == EXTENDED_ENTRY_BYTES) {
            memory.u32(at + 20, ENABLED);
        }
        regs.eax(SMAP);
        regs.ebx(index + 1 < map.size() ? index + 1 : 0);
        regs.ecx(length);
        regs.carry(false);
    }

    /** AH = 87h: CX words, from and to where two descriptors of a table at ES:SI say. */
    void move(Registers regs) {
        int count = regs.cx();
        long table = regs.esSi();
        long from = base(table + SOURCE);
        long to = base(table + DESTINATION);
        if (count > MOST_MOVED_WORDS
                || !memory.contains(from, 2L * count)
                || !memory.contains(to, 2L * count)) {
            regs.fail(INVALID_LENGTH);
            regs.zero(false);
            return;
        }
        memory.write(to, memory.read(from, 2 * count));
        regs.succeed();
        regs.zero(true);
    }

    /** SDM 3A, "Segment Descriptors". */
    private long base(long descriptor) {
        return memory.u16(descriptor + 2)
                | (long) memory.u8(descriptor + 4) << 16
                | (long) memory.u8(descriptor + 7) << 24;
    }
}
