package dev.lungo.fuzz;

import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Efer;
import dev.lungo.isa.Rflags;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuRegisters.SegmentState;

/** What is true of a processor's registers whatever its guest does. */
final class ArchitecturalState {
    private static final int CS = 1;
    private static final int LONG = 1 << 13;
    private static final int BIG = 1 << 14;

    private ArchitecturalState() {}

    /** SDM 3A, "Control Registers" and "Extended Feature Enable Register". */
    static void check(CpuRegisters r) {
        boolean paging = (r.cr0 & Cr0.PG) != 0;
        boolean isProtected = (r.cr0 & Cr0.PE) != 0;
        boolean lma = (r.efer & Efer.LMA) != 0;
        require(!paging || isProtected, "PG without PE", r);
        require((r.cr0 & Cr0.NW) == 0 || (r.cr0 & Cr0.CD) != 0, "NW without CD", r);
        require((r.cr0 & ~Cr0.DEFINED) == 0 && (r.cr0 & Cr0.ET) != 0, "reserved bits of CR0", r);
        require(lma == (paging && (r.efer & Efer.LME) != 0), "LMA is not LME and PG", r);
        require(!lma || (r.cr4 & Cr4.PAE) != 0, "LMA without PAE", r);
        require((r.cr4 & Cr4.PCIDE) == 0 || lma, "PCIDE without LMA", r);
        require((r.rflags & ~(Rflags.DEFINED | Rflags.FIXED)) == 0, "reserved bits of RFLAGS", r);
        require((r.rflags & Rflags.FIXED) != 0, "bit 1 of RFLAGS", r);
        require((r.rflags & Rflags.VM) == 0 || isProtected && !lma, "VM in the wrong mode", r);
        require(r.cr8 >= 0 && r.cr8 <= 15, "reserved bits of CR8", r);
        require((r.gdtLimit | r.idtLimit) >>> 16 == 0, "a table limit of more than 16 bits", r);
        SegmentState code = r.segments[CS];
        require(!lma || (code.access() & (LONG | BIG)) != (LONG | BIG), "L and D in CS", r);
        boolean is64 = lma && (code.access() & LONG) != 0;
        require(is64 || r.rip >>> 32 == 0, "an instruction pointer of more than 32 bits", r);
    }

    /**
     * SDM 3B, "Address Translation" in virtual-8086 mode; not while a task switch is stuck halfway.
     */
    static void checkBases(CpuRegisters r) {
        if ((r.rflags & Rflags.VM) != 0) {
            for (SegmentState segment : r.segments) {
                require(segment.base() == (long) segment.selector() << 4, "base in VM86", r);
            }
        }
    }

    private static void require(boolean condition, String otherwise, CpuRegisters r) {
        if (!condition) {
            throw new AssertionError(
                    String.format(
                            "%s: cr0 %x cr4 %x efer %x rflags %x rip %x cs %s",
                            otherwise, r.cr0, r.cr4, r.efer, r.rflags, r.rip, r.segments[CS]));
        }
    }
}
