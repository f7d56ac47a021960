package dev.lungo.conformance.hostcpu;

import dev.lungo.host.Raw;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;

/** Makes a record's registers such that an instruction's memory operands lie within a slot. */
final class Operands {
    /** From the beginning of the slot: where memory operands are put, before and behind it. */
    static final int MIDDLE = SoftProcessor.PAGE;

    private static final int SPREAD = 256;

    /** Flipped in an address, this makes it one that no processor takes. */
    private static final long NOT_CANONICAL = 1L << 60;

    private Operands() {}

    /** False if these registers cannot be made to point there. */
    static boolean aim(Values values, Instruction instruction, long record, long slot) {
        Raw.putLong(record + Registers.RSP, slot + MIDDLE + 8L * values.below(16));
        if (Form.isString(instruction.mnemonic())) {
            Raw.putLong(record + Registers.GPR + 8, values.below(20)); // RCX, the count
        }
        if (instruction.mnemonic() == Mnemonic.LEA) {
            return true;
        }
        for (Operand each : instruction.operands()) {
            if (each instanceof Operand.Memory memory && !aim(values, memory, record, slot)) {
                return false;
            }
        }
        switch (instruction.mnemonic()) {
            case BT, BTS, BTR, BTC -> {
                if (instruction.operand(1) instanceof Operand.Register bit
                        && instruction.operand(0) instanceof Operand.Memory memory
                        && bit.number() != memory.base()
                        && bit.number() != memory.index()) {
                    long small = values.below(8000) - 4000L;
                    Raw.putLong(record + Registers.GPR + 8L * bit.number(), small);
                }
            }
            case LOOP, LOOPE, LOOPNE, JCXZ -> {
                if (values.oneIn(2)) {
                    Raw.putLong(record + Registers.GPR + 8, values.below(3));
                }
            }
            case LEAVE -> Raw.putLong(record + Registers.GPR + 8L * 5, slot + MIDDLE);
            default -> {}
        }
        return true;
    }

    /** Has a computed branch lead to where a taken one is expected. */
    static void aimBranch(Instruction instruction, long record, long slot, long taken) {
        switch (instruction.mnemonic()) {
            case RET -> put(Raw.getLong(record + Registers.RSP), slot, taken);
            case JMP, CALL -> {
                if (instruction.operand(0) instanceof Operand.Memory memory) {
                    put(address(memory, record), slot, taken);
                } else if (instruction.operand(0) instanceof Operand.Register register) {
                    Raw.putLong(record + Registers.GPR + 8L * register.number(), taken);
                }
            }
            default -> {}
        }
    }

    private static void put(long at, long slot, long value) {
        if (at >= slot && at <= slot + SoftProcessor.SLOT_BYTES - 8) {
            Raw.putLong(at, value);
        }
    }

    private static long address(Operand.Memory memory, long record) {
        long address =
                Raw.getLong(record + Registers.GPR + 8L * memory.base()) + memory.displacement();
        if (memory.index() != Operand.Memory.NONE) {
            address += Raw.getLong(record + Registers.GPR + 8L * memory.index()) * memory.scale();
        }
        return address;
    }

    private static boolean aim(Values values, Operand.Memory memory, long record, long slot) {
        if (memory.base() == Operand.Memory.NONE || memory.base() == Operand.Memory.RIP) {
            return false;
        }
        long target = slot + MIDDLE - SPREAD / 2;
        if (values.oneIn(4)) {
            target += values.below(SPREAD);
        } else {
            target += 64L * values.below(SPREAD / 64);
        }
        if (values.oneIn(32)) { // across the end of what may be touched
            target += SoftProcessor.PAGE;
        }
        if (values.oneIn(64)) {
            target ^= NOT_CANONICAL;
        }
        long base = record + Registers.GPR + 8L * memory.base();
        if (memory.isVsib()) {
            index(values, memory, record);
            Raw.putLong(base, target - memory.displacement());
        } else if (memory.index() == Operand.Memory.NONE) {
            Raw.putLong(base, target - memory.displacement());
        } else if (memory.index() == memory.base()) {
            long factor = 1L + memory.scale();
            long sum = target - memory.displacement();
            Raw.putLong(base, sum / factor);
            return sum % factor == 0;
        } else {
            long index = Raw.getLong(record + Registers.GPR + 8L * memory.index());
            Raw.putLong(base, target - memory.displacement() - index * memory.scale());
        }
        return true;
    }

    /** Small numbers in all elements of a gather's index register. */
    private static void index(Values values, Operand.Memory memory, long record) {
        long at = record + Registers.VECTOR + 32L * memory.index();
        boolean quads = values.oneIn(2);
        for (int i = 0; i < memory.vectorIndex().bytes(); i += quads ? 8 : 4) {
            int small = values.below(128) - 64;
            if (quads) {
                Raw.putLong(at + i, small);
            } else {
                Raw.putInt(at + i, small);
            }
        }
    }
}
