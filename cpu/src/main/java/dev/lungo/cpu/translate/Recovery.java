package dev.lungo.cpu.translate;

import dev.lungo.cpu.core.Flags;
import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;
import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Decoder;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;
import dev.lungo.isa.RegisterKind;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds the guest's state from where a unit faulted: which instruction it was, and the flags before
 * it. The unit is translated once more for that, with marks. General registers are in the state
 * already.
 *
 * <p>That is right only as long as nothing of the guest's has been changed since the instruction
 * began. So the host instructions up to the fault are looked at, one by one: what is not known to
 * change temporaries alone makes a recovery impossible.
 */
final class Recovery {
    /** What was known when the unit's code had been written up to a host address. */
    private record Mark(long host, int start, GuestFlags.Place flags) {}

    private static final int R10 = 10;
    private static final int R11 = 11;
    private static final int R15 = 15;
    private static final int STATE = 5;

    private final List<Mark> marks = new ArrayList<>();
    private long end;

    /** From here on, code belongs to the instruction that begins at {@code start} in its unit. */
    void mark(long host, int start, GuestFlags.Place flags) {
        marks.add(new Mark(host, start, flags));
    }

    /** From here on, code is out of line. */
    void end(long host) {
        end = host;
    }

    /**
     * Restores the flags of the instruction that faulted: returns where in its unit it begins, or
     * -1 if the state is lost.
     *
     * @param code of the whole unit, as it should be
     */
    int restore(HostCode code, long entry, long state) {
        long fault = Raw.getLong(state + State.FAULT_RIP);
        Mark last = null;
        Mark first = null;
        for (Mark each : marks) {
            if (each.host <= fault) {
                first = first == null || first.start != each.start ? each : first;
                last = each;
            }
        }
        if (first == null || last == null || fault >= end) {
            return -1;
        }
        boolean flagsWritten = false;
        long at = first.host;
        while (at < fault) {
            int offset = (int) (at - entry);
            int left = Math.min(code.length() - offset, Decoder.MAX_BYTES);
            if (!(Decoder.decode(CodeMode.CODE64, code.bytes(), offset, left)
                            instanceof Instruction i)
                    || !isHarmless(i)
                    || !isIntact(code, offset, at, i)) {
                return -1;
            }
            flagsWritten |= at >= last.host && writesFlags(i);
            at += i.length();
        }
        return at == fault && restore(last.flags, flagsWritten, state) ? last.start : -1;
    }

    private static boolean isIntact(HostCode code, int offset, long host, Instruction i) {
        for (int n = 0; n < i.length(); n++) {
            if (code.bytes()[offset + n] != (byte) Raw.getByte(host + n)) {
                return false;
            }
        }
        return true;
    }

    private static boolean restore(GuestFlags.Place flags, boolean written, long state) {
        if (flags.inState()) {
            return true;
        }
        if (flags.kind() != 0) {
            long b = flags.immediate();
            if (flags.b() >= 0) {
                b = Raw.getLong(state + State.gpr(flags.b()));
            }
            Raw.putInt(state + State.FLAGS_KIND, flags.kind());
            Raw.putLong(state + State.FLAGS_A, Raw.getLong(state + State.gpr(flags.a())));
            Raw.putLong(state + State.FLAGS_B, b);
            FlagsKind.toInterpreter(state);
            return true;
        }
        if (flags.inHost() && !written) {
            Flags.setStatus(state, Raw.getLong(state + State.FAULT_FLAGS));
            return true;
        }
        return false;
    }

    /** Whether it changes temporaries and the host's flags at most. */
    private static boolean isHarmless(Instruction i) {
        return switch (i.mnemonic()) {
            case CMP, TEST, PUSHF, CALL -> true; // calls are to stubs, which spoil temporaries
            case POP -> isOurs(i.operand(0));
            case MOV -> isTemporary(i.operand(0)) || isOurs(i.operand(0));
            case MOVZX, MOVSX, MOVSXD, LEA, ADD, SUB, AND, OR, XOR, SHL, SHR, SAR, NOT ->
                    isTemporary(i.operand(0));
            default -> isConditionalJump(i);
        };
    }

    private static boolean isConditionalJump(Instruction i) {
        return i.mnemonic().compareTo(Mnemonic.JO) >= 0
                && i.mnemonic().compareTo(Mnemonic.JNLE) <= 0;
    }

    private static boolean writesFlags(Instruction i) {
        return switch (i.mnemonic()) {
            case CMP, TEST, CALL, ADD, SUB, AND, OR, XOR, SHL, SHR, SAR -> true;
            default -> false;
        };
    }

    private static boolean isTemporary(Operand operand) {
        return operand instanceof Operand.Register register
                && register.kind() != RegisterKind.XMM
                && (register.number() == R10
                        || register.number() == R11
                        || register.number() == R15);
    }

    /** What translated code keeps for itself in the state. */
    private static boolean isOurs(Operand operand) {
        if (!(operand instanceof Operand.Memory memory)
                || memory.base() != STATE
                || memory.index() != Operand.Memory.NONE) {
            return false;
        }
        long offset = memory.displacement() + Frame.BIAS;
        return offset >= State.FLAGS_A && offset <= State.FLAGS_KIND
                || offset >= State.JUMP_RIP && offset <= State.JUMP_CODE;
    }
}
