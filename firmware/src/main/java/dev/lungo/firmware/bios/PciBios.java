package dev.lungo.firmware.bios;

import dev.lungo.firmware.PciConfiguration;
import dev.lungo.isa.Width;

/**
 * INT 1Ah, AH = B1h: PCI BIOS Specification 2.1, chapter 2.
 *
 * <p>Interrupt lines cannot be routed: there is no router.
 */
final class PciBios {
    private static final int SIGNATURE = 0x2049_4350; // "PCI "
    private static final int MECHANISM_1 = 1;
    private static final int VERSION = 0x0210;
    private static final int FUNCTIONS = 256;

    // Status in AH
    private static final int UNSUPPORTED = 0x81;
    private static final int BAD_VENDOR = 0x83;
    private static final int NOT_FOUND = 0x86;
    private static final int BAD_REGISTER = 0x87;
    private static final int SET_FAILED = 0x88;
    private static final int BUFFER_TOO_SMALL = 0x89;

    private static final int NOBODY = 0xFFFF;

    private final PciConfiguration pci;
    private final SafeMemory memory;

    PciBios(PciConfiguration pci, SafeMemory memory) {
        this.pci = pci;
        this.memory = memory;
    }

    void serve(Registers regs) {
        switch (regs.al()) {
            case 0x01 -> {
                regs.edx(SIGNATURE);
                regs.al(MECHANISM_1);
                regs.bx(VERSION);
                regs.cl(0); // the last bus
                regs.succeed();
            }
            case 0x02 -> findDevice(regs);
            case 0x03 -> findClass(regs);
            case 0x06 -> specialCycle(regs);
            case 0x08, 0x09, 0x0A -> read(regs, Width.ofBytes(1 << regs.al() - 0x08));
            case 0x0B, 0x0C, 0x0D -> write(regs, Width.ofBytes(1 << regs.al() - 0x0B));
            case 0x0E -> routingOptions(regs);
            case 0x0F -> regs.fail(SET_FAILED); // there is no router
            default -> {
                regs.unknown();
                regs.fail(UNSUPPORTED);
            }
        }
    }

    /** By mechanism 1 a write to device 31, function 7: no device of ours listens. */
    private void specialCycle(Registers regs) {
        pci.write(regs.bh() << 8 | 0xFF, 0, Width.DWORD, regs.edx());
        regs.succeed();
    }

    /** ES:DI is a buffer's size and where it is; it gets the slots of {@link PciRoutingTable}. */
    private void routingOptions(Registers regs) {
        byte[] slots = PciRoutingTable.slots();
        long at = regs.esDi();
        int room = memory.u16(at);
        memory.u16(at, slots.length);
        if (room < slots.length) {
            regs.fail(BUFFER_TOO_SMALL);
            return;
        }
        memory.write(memory.u16(at + 2) + ((long) memory.u16(at + 4) << 4), slots);
        regs.bx(PciRoutingTable.EXCLUSIVE_LINES);
        regs.succeed();
    }

    private void findDevice(Registers regs) {
        if (regs.dx() == NOBODY) {
            regs.fail(BAD_VENDOR);
        } else {
            find(regs, 0x00, 0, regs.cx() << 16 | regs.dx());
        }
    }

    private void findClass(Registers regs) {
        find(regs, 0x08, 8, regs.ecx() & 0xFF_FFFF);
    }

    /** The function with this value in a register, of which SI more come before. */
    private void find(Registers regs, int register, int shift, int wanted) {
        int left = regs.si();
        for (int function = 0; function < FUNCTIONS; function++) {
            if (isThere(function)
                    && pci.read(function, register) >>> shift == wanted
                    && left-- == 0) {
                regs.bh(0);
                regs.bl(function);
                regs.succeed();
                return;
            }
        }
        regs.fail(NOT_FOUND);
    }

    private boolean isThere(int function) {
        return (pci.read(function, 0) & 0xFFFF) != NOBODY;
    }

    private static boolean hasRegister(Registers regs, Width width) {
        if (regs.di() > 0xFF || (regs.di() & width.bytes() - 1) != 0) {
            regs.fail(BAD_REGISTER);
            return false;
        }
        return true;
    }

    private void read(Registers regs, Width width) {
        if (hasRegister(regs, width)) {
            int value = pci.read(regs.bx(), regs.di(), width);
            switch (width) {
                case BYTE -> regs.cl(value);
                case WORD -> regs.cx(value);
                default -> regs.ecx(value);
            }
            regs.succeed();
        }
    }

    private void write(Registers regs, Width width) {
        if (hasRegister(regs, width)) {
            pci.write(regs.bx(), regs.di(), width, regs.ecx() & (int) width.mask());
            regs.succeed();
        }
    }
}
