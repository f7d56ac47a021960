package dev.lungo.cpu.op.x87;

import dev.lungo.cpu.block.Address;
import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.core.Fpu;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;

/**
 * FLDENV, FNSTENV, FRSTOR and FNSAVE. SDM 1, "x87 FPU State Image in Memory" (figures 8-9 to 8-12):
 * seven fields of two or four bytes, in the form of protected mode (also that of 64-bit mode) or of
 * real-address mode (also that of virtual-8086 mode), then, in a state image, the registers from
 * ST(0) to ST(7), ten bytes each.
 */
public abstract class Environment extends Op {
    private static final int FIELDS = 7;
    private static final int REGISTERS = 80;

    // Fields, by number.
    private static final int CONTROL = 0;
    private static final int STATUS = 1;
    private static final int TAGS = 2;
    private static final int IP = 3;
    private static final int IP_HIGH = 4;
    private static final int DP = 5;
    private static final int DP_HIGH = 6;

    final Address address;
    final long buffer;
    final boolean withRegisters;
    final int bytes;

    private final boolean wide;

    /**
     * @param wide whether the operand size is 32 or 64 bits
     * @param withRegisters whether the registers follow: FRSTOR and FNSAVE
     */
    Environment(Processor cpu, Address address, boolean wide, boolean withRegisters) {
        buffer = cpu.fpu.image;
        this.address = address;
        this.wide = wide;
        this.withRegisters = withRegisters;
        bytes = FIELDS * width() + (withRegisters ? REGISTERS : 0);
    }

    private int width() {
        return wide ? 4 : 2;
    }

    private int field(int number) {
        return wide ? Raw.getInt(buffer + 4L * number) : Raw.getShort(buffer + 2L * number);
    }

    /** Sets a field; the bits that it does not have are ones. */
    private void setField(int number, int value, int reserved) {
        if (wide) {
            Raw.putInt(buffer + 4L * number, value | reserved);
        } else {
            Raw.putShort(buffer + 2L * number, value);
        }
    }

    /** FNSTENV, or FNSAVE. */
    public static final class Save extends Environment {
        public Save(Processor cpu, Address address, boolean wide, boolean withRegisters) {
            super(cpu, address, wide, withRegisters);
        }

        @Override
        public void execute(Processor cpu) {
            long linear = address.forStore(cpu, bytes);
            store(cpu, cpu.fpu);
            cpu.mmu.copyOut(linear, bytes, buffer);
            if (withRegisters) {
                cpu.fpu.initialize();
            } else {
                Control.maskAll(cpu.fpu);
            }
        }
    }

    /** FLDENV, or FRSTOR. */
    public static final class Restore extends Environment {
        public Restore(Processor cpu, Address address, boolean wide, boolean withRegisters) {
            super(cpu, address, wide, withRegisters);
        }

        @Override
        public void execute(Processor cpu) {
            cpu.fpu.checkPending();
            cpu.mmu.copyIn(address.forLoad(cpu, bytes), bytes, buffer);
            load(cpu, cpu.fpu);
        }
    }

    final void store(Processor cpu, Fpu fpu) {
        long state = cpu.state;
        int ones = 0xFFFF_0000;
        setField(CONTROL, fpu.controlWord(), ones);
        setField(STATUS, fpu.statusWord(), ones);
        setField(TAGS, fullTags(fpu, state), ones);
        int opcode = Raw.getInt(state + State.FOP) & 0x7FF;
        int ip = (int) Raw.getLong(state + State.FIP);
        int dp = (int) Raw.getLong(state + State.FDP);
        int cs = Raw.getInt(state + State.FCS);
        int ds = Raw.getInt(state + State.FDS);
        if (cpu.isProtected()) {
            setField(IP, ip, 0);
            setField(IP_HIGH, wide ? cs | opcode << 16 : cs, 0);
            setField(DP, dp, 0);
            setField(DP_HIGH, ds, ones);
        } else {
            int linearIp = (cs << 4) + ip;
            int linearDp = (ds << 4) + dp;
            setField(IP, linearIp & 0xFFFF, ones);
            setField(IP_HIGH, linearIp >>> 16 << 12 | opcode, 0);
            setField(DP, linearDp & 0xFFFF, ones);
            setField(DP_HIGH, linearDp >>> 16 << 12, 0);
        }
        if (withRegisters) {
            for (int i = 0; i < 8; i++) {
                long at = buffer + (long) FIELDS * width() + 10L * i;
                Raw.putLong(at, fpu.significand(i));
                Raw.putShort(at + 8, fpu.signExponent(i));
            }
        }
    }

    final void load(Processor cpu, Fpu fpu) {
        long state = cpu.state;
        fpu.setControlWord(field(CONTROL));
        fpu.setStatusWord(field(STATUS));
        fpu.setTagWord(field(TAGS));
        if (cpu.isProtected()) {
            Raw.putLong(state + State.FIP, field(IP) & 0xFFFF_FFFFL);
            Raw.putInt(state + State.FCS, field(IP_HIGH) & 0xFFFF);
            Raw.putInt(state + State.FOP, wide ? (field(IP_HIGH) >>> 16) & 0x7FF : 0);
            Raw.putLong(state + State.FDP, field(DP) & 0xFFFF_FFFFL);
            Raw.putInt(state + State.FDS, field(DP_HIGH) & 0xFFFF);
        } else {
            Raw.putLong(state + State.FIP, linear(IP));
            Raw.putInt(state + State.FCS, 0);
            Raw.putInt(state + State.FOP, field(IP_HIGH) & 0x7FF);
            Raw.putLong(state + State.FDP, linear(DP));
            Raw.putInt(state + State.FDS, 0);
        }
        if (withRegisters) {
            int tags = fpu.tagWord();
            for (int i = 0; i < 8; i++) {
                long at = buffer + (long) FIELDS * width() + 10L * i;
                fpu.set(i, Raw.getShort(at + 8), Raw.getLong(at));
            }
            fpu.setTagWord(tags);
        }
    }

    /** Bits 15:0 in one field, those above from bit 12 on in the next. */
    private long linear(int low) {
        return ((field(low) & 0xFFFF) | field(low + 1) >>> 12 << 16) & 0xFFFF_FFFFL;
    }

    /** SDM 1, "x87 FPU Tag Word": valid, zero, special or empty, by physical register. */
    private static int fullTags(Fpu fpu, long state) {
        int tags = fpu.tagWord();
        for (int i = 0; i < 8; i++) {
            if ((tags >> (2 * i) & 3) != 3) {
                long cell = state + State.X87 + 16L * i;
                int exponent = Raw.getShort(cell + 8) & 0x7FFF;
                long significand = Raw.getLong(cell);
                boolean zero = exponent == 0 && significand == 0;
                boolean valid = exponent != 0 && exponent != 0x7FFF && significand < 0;
                tags = (tags & ~(3 << (2 * i))) | (zero ? 1 : valid ? 0 : 2) << (2 * i);
            }
        }
        return tags;
    }
}
