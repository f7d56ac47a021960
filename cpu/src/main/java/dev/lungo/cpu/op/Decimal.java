package dev.lungo.cpu.op;

import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.core.Flags;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;
import dev.lungo.isa.ExceptionVector;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;

/**
 * Adjustments for decimal arithmetic, which 64-bit mode lacks; and the undocumented SALC. SDM 2.
 */
public final class Decimal {
    private Decimal() {}

    public static Op lower(Lowering at, Instruction i) {
        int base =
                i.operands().isEmpty()
                        ? 10
                        : (int) ((Operand.Immediate) i.operand(0)).value() & 0xFF;
        return new Adjust(i.mnemonic(), at.state(State.GPR), base);
    }

    private static final class Adjust extends Op {
        private final Mnemonic op;
        private final long ax;
        private final int base;

        Adjust(Mnemonic op, long ax, int base) {
            this.op = op;
            this.ax = ax;
            this.base = base;
        }

        @Override
        public void execute(Processor cpu) {
            int al = Raw.getByte(ax);
            int ah = Raw.getByte(ax + 1);
            boolean cf = Flags.cf(cpu.state);
            boolean af = Flags.af(cpu.state);
            boolean low = (al & 0xF) > 9 || af;
            switch (op) {
                case DAA -> {
                    int sum = al + (low ? 6 : 0);
                    boolean high = al > 0x99 || cf;
                    sum += high ? 0x60 : 0;
                    finish(cpu, sum, high, low);
                }
                case DAS -> {
                    boolean high = al > 0x99 || cf;
                    boolean borrow = low && al < 6;
                    int difference = al - (low ? 6 : 0) - (high ? 0x60 : 0);
                    finish(cpu, difference, high || borrow, low);
                }
                case AAA -> {
                    int sum = Raw.getShort(ax) + (low ? 0x106 : 0);
                    Raw.putShort(ax, sum & 0xFF0F);
                    Flags.set(cpu.state, 8, sum & 0xF, low, false, low);
                }
                case AAS -> {
                    int difference = Raw.getShort(ax) - (low ? 0x106 : 0);
                    Raw.putShort(ax, difference & 0xFF0F);
                    Flags.set(cpu.state, 8, difference & 0xF, low, false, low);
                }
                case AAM -> {
                    if (base == 0) {
                        throw cpu.fault(ExceptionVector.DE, 0);
                    }
                    Raw.putByte(ax + 1, al / base);
                    finish(cpu, al % base, false, false);
                }
                case AAD -> {
                    Raw.putByte(ax + 1, 0);
                    finish(cpu, al + ah * base, false, false);
                }
                default -> Raw.putByte(ax, cf ? 0xFF : 0); // SALC
            }
        }

        private void finish(Processor cpu, int al, boolean cf, boolean af) {
            Raw.putByte(ax, al);
            Flags.set(cpu.state, 8, al, cf, false, af);
        }
    }
}
