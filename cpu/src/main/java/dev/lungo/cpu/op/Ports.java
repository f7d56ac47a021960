package dev.lungo.cpu.op;

import dev.lungo.cpu.block.Address;
import dev.lungo.cpu.block.Lowering;
import dev.lungo.cpu.block.Op;
import dev.lungo.cpu.core.IoPermission;
import dev.lungo.cpu.core.Pending;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.State;
import dev.lungo.host.Raw;
import dev.lungo.isa.Instruction;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;
import dev.lungo.isa.Rflags;
import dev.lungo.isa.Width;
import dev.lungo.machine.VmExit;

/**
 * IN, OUT, INS and OUTS. SDM 1, "Input/Output".
 *
 * <p>What a device does about a write (an interrupt, a reset, the power going off) is noticed at
 * the next block's entry, so writes end their block; repeated ones are left now and then to look.
 */
public final class Ports {
    /** A repeated instruction is left after so many iterations if something is pending. */
    private static final int ITERATIONS = 64;

    private Ports() {}

    public static Op lower(Lowering at, Instruction instruction) {
        Operand first = instruction.operand(0);
        Operand second = instruction.operand(1);
        return switch (instruction.mnemonic()) {
            case IN ->
                    new In(
                            instruction,
                            Width.ofBytes(first.bytes()),
                            at.cell(first),
                            at.cell(second));
            case OUT ->
                    new Out(
                            instruction,
                            Width.ofBytes(second.bytes()),
                            at.cell(first),
                            at.cell(second),
                            fallThrough(at));
            case INS -> new StringPort(at, instruction, (Operand.Memory) first, at.cell(second));
            case OUTS -> new StringPort(at, instruction, (Operand.Memory) second, at.cell(first));
            default -> throw new IllegalArgumentException(instruction.toString());
        };
    }

    /** What cuts the instruction pointer when a block ends without a branch. */
    private static long fallThrough(Lowering at) {
        return at.is64() ? -1 : 0xFFFF_FFFFL;
    }

    private static final class In extends Op {
        private final Instruction instruction;
        private final Width width;
        private final long destination;
        private final long port;

        In(Instruction instruction, Width width, long destination, long port) {
            this.instruction = instruction;
            this.width = width;
            this.destination = destination;
            this.port = port;
        }

        @Override
        public void execute(Processor cpu) {
            int from = Raw.getShort(port);
            IoPermission.check(cpu, from, width.bytes());
            cpu.debug.watchPort(from, width.bytes());
            cpu.intercept(instruction, from);
            int value = cpu.ports.read(from, width);
            switch (width) {
                case BYTE -> Raw.putByte(destination, value);
                case WORD -> Raw.putShort(destination, value);
                case DWORD, QWORD -> Raw.putLong(destination, value & 0xFFFF_FFFFL);
            }
        }
    }

    private static final class Out extends Op.Ending {
        private final Instruction instruction;
        private final Width width;
        private final long port;
        private final long source;
        private final long ipMask;

        Out(Instruction instruction, Width width, long port, long source, long ipMask) {
            this.instruction = instruction;
            this.width = width;
            this.port = port;
            this.source = source;
            this.ipMask = ipMask;
        }

        @Override
        public void execute(Processor cpu) {
            int to = Raw.getShort(port);
            IoPermission.check(cpu, to, width.bytes());
            cpu.debug.watchPort(to, width.bytes());
            cpu.intercept(instruction, to);
            cpu.ports.write(to, width, (int) (Raw.getInt(source) & width.mask()));
            if (to == VmExit.ServiceCall.PORT && width == Width.BYTE) {
                cpu.raise(Pending.SERVICE);
            }
            cpu.branch(false, end, ipMask);
        }
    }

    /** INS or OUTS, repeated or not. */
    private static final class StringPort extends Op.Ending {
        private final Instruction instruction;
        private final boolean input;
        private final boolean repeated;
        private final Width width;
        private final int addressBytes;
        private final Address address;
        private final long port;
        private final long index;
        private final long count;
        private final long ipMask;

        StringPort(Lowering at, Instruction instruction, Operand.Memory memory, long port) {
            this.instruction = instruction;
            this.port = port;
            input = instruction.mnemonic() == Mnemonic.INS;
            repeated = instruction.has(Instruction.REP) || instruction.has(Instruction.REPNE);
            width = Width.ofBytes(memory.bytes());
            addressBytes = memory.addressBytes();
            address = at.address(memory);
            index = at.state(State.gpr(memory.base()));
            count = at.state(State.gpr(SystemOp.RCX));
            ipMask = fallThrough(at);
        }

        @Override
        public void execute(Processor cpu) {
            if (!repeated) {
                transfer(cpu);
                cpu.branch(false, end, ipMask);
                return;
            }
            for (int i = 1; remaining() != 0; i++) {
                transfer(cpu);
                putAddress(count, remaining() - 1);
                if (remaining() != 0 && shouldLeave(cpu, i)) {
                    cpu.leaveRepetition(start);
                    return;
                }
            }
            cpu.branch(false, end, ipMask);
        }

        private long remaining() {
            return Width.ofBytes(addressBytes).truncate(Raw.getLong(count));
        }

        private static boolean shouldLeave(Processor cpu, int iterations) {
            int pending = Raw.getIntOpaque(cpu.state + State.PENDING);
            return (pending & Pending.STEP) != 0
                    || pending != 0 && iterations % ITERATIONS == 0
                    || !cpu.isCodeLive(); // INS has overwritten itself
        }

        private void transfer(Processor cpu) {
            int number = Raw.getShort(port);
            IoPermission.check(cpu, number, width.bytes());
            cpu.debug.watchPort(number, width.bytes());
            cpu.intercept(instruction, number);
            int bytes = width.bytes();
            if (input) {
                long linear = address.forStore(cpu, bytes);
                cpu.mmu.probeStore(linear, bytes);
                cpu.mmu.store(linear, bytes, cpu.ports.read(number, width));
            } else {
                long value = cpu.mmu.load(address.forLoad(cpu, bytes), bytes);
                cpu.ports.write(number, width, (int) value);
            }
            boolean down = (Raw.getLong(cpu.state + State.RFLAGS) & Rflags.DF) != 0;
            putAddress(index, Raw.getLong(index) + (down ? -bytes : bytes));
        }

        private void putAddress(long register, long value) {
            switch (addressBytes) {
                case 2 -> Raw.putShort(register, (int) value);
                case 4 -> Raw.putLong(register, value & 0xFFFF_FFFFL);
                default -> Raw.putLong(register, value);
            }
        }
    }
}
