package dev.lungo.cli.monitor;

import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Cr0;
import dev.lungo.isa.Decoder;
import dev.lungo.isa.Disassembler;
import dev.lungo.isa.Efer;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Rflags;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuRegisters.SegmentState;
import dev.lungo.machine.GuestMemory;
import dev.lungo.machine.LinearAddresses;
import java.util.Arrays;
import java.util.HexFormat;

/** Memory and code as one processor sees them at one moment, as text. */
public final class GuestView {
    private static final int CS = 1;
    private static final int BYTES_A_LINE = 16;
    private static final int ACCESS_L = 1 << 13;
    private static final int ACCESS_DB = 1 << 14;

    private final CpuRegisters registers;
    private final GuestMemory memory;
    private final LinearAddresses addresses;

    public GuestView(CpuRegisters registers, GuestMemory memory) {
        this.registers = registers;
        this.memory = memory;
        addresses = new LinearAddresses(registers, memory);
    }

    /** What CS makes of the code. */
    public CodeMode mode() {
        SegmentState cs = registers.segments[CS];
        if ((registers.efer & Efer.LMA) != 0 && (cs.access() & ACCESS_L) != 0) {
            return CodeMode.CODE64;
        }
        boolean real = (registers.cr0 & Cr0.PE) == 0 || (registers.rflags & Rflags.VM) != 0;
        return !real && (cs.access() & ACCESS_DB) != 0 ? CodeMode.CODE32 : CodeMode.CODE16;
    }

    /** RIP as a guest-linear address. */
    public long instructionPointer() {
        return mode() == CodeMode.CODE64
                ? registers.rip
                : (registers.segments[CS].base() + registers.rip) & 0xFFFF_FFFFL;
    }

    /** Bytes from a guest-linear address on, fewer if not all are mapped. */
    byte[] linear(long address, int bytes) {
        byte[] read = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            long physical = addresses.physical(address + i);
            if (physical == LinearAddresses.UNMAPPED || !memory.contains(physical, 1)) {
                return Arrays.copyOf(read, i);
            }
            read[i] = memory.getByte(physical);
        }
        return read;
    }

    /** Bytes from a guest-physical address on, fewer if not all are memory. */
    byte[] physical(long address, int bytes) {
        byte[] read = new byte[bytes];
        for (int i = 0; i < bytes; i++) {
            if (!memory.contains(address + i, 1)) {
                return Arrays.copyOf(read, i);
            }
            read[i] = memory.getByte(address + i);
        }
        return read;
    }

    /** Lines of bytes and characters. */
    static String dump(long address, byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (int line = 0; line < bytes.length; line += BYTES_A_LINE) {
            byte[] part =
                    Arrays.copyOfRange(bytes, line, Math.min(line + BYTES_A_LINE, bytes.length));
            text.append("%016x  %-48s ".formatted(address + line, spaced(part)));
            for (byte each : part) {
                text.append(each >= ' ' && each < 0x7F ? (char) each : '.');
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static String spaced(byte[] bytes) {
        return HexFormat.ofDelimiter(" ").formatHex(bytes);
    }

    /** Instructions from a guest-linear address on, one a line. */
    public String disassembly(long address, int count) {
        return disassembly(address, count, false, address);
    }

    /**
     * As {@link #disassembly}, but no further than to where control may go elsewhere, and not
     * beyond the instruction before {@code end}.
     */
    String block(long address, int most, long end) {
        return disassembly(address, most, true, end);
    }

    private String disassembly(long address, int count, boolean toBranch, long end) {
        StringBuilder text = new StringBuilder();
        long at = address;
        boolean ended = false;
        for (int i = 0; i < count && !ended; i++) {
            byte[] bytes = linear(at, Decoder.MAX_BYTES);
            if (bytes.length == 0) {
                return text.append("%016x  not mapped%n".formatted(at)).toString();
            }
            int length;
            String what;
            if (Decoder.decode(mode(), bytes, 0, bytes.length) instanceof Instruction instruction) {
                length = instruction.length();
                what = Disassembler.format(instruction, at);
                ended = toBranch && branches(instruction.mnemonic());
            } else {
                length = 1;
                what = "(bad)";
            }
            text.append(
                    "%016x  %-30s  %s%n".formatted(at, spaced(Arrays.copyOf(bytes, length)), what));
            at += length;
            ended |= at == end;
        }
        return text.toString();
    }

    private static boolean branches(Mnemonic mnemonic) {
        return switch (mnemonic) {
            case JMP, JMPF, CALL, CALLF, RET, RETF, INT, INT1, INT3, INTO, IRET -> true;
            case LOOP, LOOPE, LOOPNE, JCXZ, SYSCALL, SYSRET, SYSENTER, SYSEXIT, HLT -> true;
            default ->
                    mnemonic.compareTo(Mnemonic.JO) >= 0 && mnemonic.compareTo(Mnemonic.JNLE) <= 0;
        };
    }
}
