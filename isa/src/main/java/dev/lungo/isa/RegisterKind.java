package dev.lungo.isa;

/** The register files that an instruction can name, with the width of a register in bytes. */
public enum RegisterKind {
    /** AL to R15L; with any REX prefix, numbers 4 to 7 are SPL to DIL. */
    GPR8(1),
    /** AH, CH, DH and BH, numbered 0 to 3: bits 15:8 of RAX, RCX, RDX and RBX. */
    GPR8_HIGH(1),
    GPR16(2),
    GPR32(4),
    GPR64(8),
    /** ES, CS, SS, DS, FS, GS in the order of their encoding. */
    SEGMENT(2),
    CONTROL(8),
    DEBUG(8),
    /** ST(0) to ST(7), relative to the top of the stack. */
    X87(10),
    MMX(8),
    XMM(16),
    YMM(32),
    BOUND(16);

    private final int bytes;

    RegisterKind(int bytes) {
        this.bytes = bytes;
    }

    public int bytes() {
        return bytes;
    }
}
