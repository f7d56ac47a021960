package dev.lungo.conformance.isa;

import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Decoded;
import dev.lungo.isa.Decoder;
import dev.lungo.isa.Disassembler;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Operand;
import java.util.Arrays;
import java.util.HexFormat;

/** What our decoder and another one say about the same bytes, where that is not the same. */
final class Difference {
    static final String INVALID = "INVALID";

    private final CodeMode mode;
    private final byte[] bytes;
    private final Decoded decoded;
    private final String ours;
    private final String theirs;

    private Difference(CodeMode mode, byte[] bytes, Decoded decoded, String ours, String theirs) {
        this.mode = mode;
        this.bytes = bytes;
        this.decoded = decoded;
        this.ours = ours;
        this.theirs = theirs;
    }

    /**
     * Ours at an offset against theirs, which is {@link #INVALID} or length, blank, canonical text.
     */
    static Difference of(CodeMode mode, byte[] code, int offset, long address, String theirs) {
        int available = Math.min(Decoder.MAX_BYTES, code.length - offset);
        Decoded decoded = Decoder.decode(mode, code, offset, available);
        String ours =
                decoded instanceof Instruction instruction
                        ? instruction.length()
                                + " "
                                + Canonical.of(Disassembler.format(instruction, address))
                        : INVALID;
        byte[] bytes = Arrays.copyOfRange(code, offset, offset + available);
        return new Difference(mode, bytes, decoded, ours, theirs);
    }

    Decoded decoded() {
        return decoded;
    }

    String ours() {
        return ours;
    }

    String theirs() {
        return theirs;
    }

    /** A byte, counted from the first that is no prefix. */
    int afterPrefixes(int i) {
        return bytes[opcodeAt() + i] & 0xFF;
    }

    boolean isNone() {
        return ours.equals(theirs);
    }

    boolean oursIsInvalid() {
        return ours.equals(INVALID);
    }

    boolean theirsIsInvalid() {
        return theirs.equals(INVALID);
    }

    /** The other's mnemonic, without a LOCK; empty if it has none. */
    String theirMnemonic() {
        return mnemonic(theirs);
    }

    String ourMnemonic() {
        return mnemonic(ours);
    }

    private static String mnemonic(String text) {
        String[] words = text.replace(" lock ", " ").split(" ", 3);
        return words.length < 2 ? "" : words[1];
    }

    /** Whether one of these is before the opcode; 40h stands for every REX prefix. */
    boolean hasPrefix(int... prefixes) {
        for (byte each : bytes) {
            int b = each & 0xFF;
            if (!isPrefix(b)) {
                return false;
            }
            int prefix = isRex(b) ? 0x40 : b;
            if (Arrays.stream(prefixes).anyMatch(one -> one == prefix)) {
                return true;
            }
        }
        return false;
    }

    private boolean isPrefix(int b) {
        return switch (b) {
            case 0x26, 0x2E, 0x36, 0x3E, 0x64, 0x65, 0x66, 0x67, 0xF0, 0xF2, 0xF3 -> true;
            default -> isRex(b);
        };
    }

    private boolean isRex(int b) {
        return mode == CodeMode.CODE64 && (b & 0xF0) == 0x40;
    }

    /** The first byte that is no prefix. */
    int opcode() {
        return bytes[opcodeAt()] & 0xFF;
    }

    boolean isVex() {
        return opcode() == 0xC4 || opcode() == 0xC5;
    }

    int opcodeAt() {
        int at = 0;
        while (at < bytes.length - 1 && isPrefix(bytes[at] & 0xFF)) {
            at++;
        }
        return at;
    }

    /** Whether these are branches of the same length whose targets agree in the low 16 bits. */
    boolean hasSameTargetIn16Bits() {
        int number = ours.lastIndexOf(" 0x") + 3;
        return decoded instanceof Instruction instruction
                && instruction.operandBytes() == 2
                && instruction.operands().size() == 1
                && instruction.operand(0) instanceof Operand.Relative
                && theirs.startsWith(ours.substring(0, number))
                && Long.parseUnsignedLong(ours, number, ours.length(), 16)
                        == (Long.parseUnsignedLong(theirs, number, theirs.length(), 16) & 0xFFFF);
    }

    /** Of those with equal shape one is enough to show. */
    String shape() {
        return ourMnemonic() + " for " + theirMnemonic();
    }

    @Override
    public String toString() {
        return mode
                + " "
                + HexFormat.of().formatHex(bytes)
                + ": ours "
                + ours
                + ", theirs "
                + theirs;
    }
}
