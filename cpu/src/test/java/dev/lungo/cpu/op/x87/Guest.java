package dev.lungo.cpu.op.x87;

import dev.lungo.cpu.core.Flags;
import dev.lungo.cpu.core.Fpu;
import dev.lungo.cpu.core.Interpreter;
import dev.lungo.cpu.core.Processor;
import dev.lungo.cpu.core.Segments;
import dev.lungo.cpu.core.State;
import dev.lungo.host.HostMemory;
import dev.lungo.host.Raw;
import dev.lungo.isa.Cr0;
import dev.lungo.isa.Cr4;
import dev.lungo.isa.Efer;
import dev.lungo.machine.ApicBus;
import dev.lungo.machine.CpuSetup;
import dev.lungo.machine.LocalApic;
import dev.lungo.machine.MmioBus;
import dev.lungo.machine.PortBus;
import dev.lungo.machine.Timers;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A processor in 64-bit mode, without paging so that no tables are needed, that runs one
 * instruction at a time with its memory operand at [RBX]. What follows the instruction shuts it
 * down, since there is no interrupt table.
 */
final class Guest implements AutoCloseable {
    static final long OPERAND = 0x2000;

    private static final long CODE = 0x1000;
    private static final byte[] UD2 = {0x0F, 0x0B};
    private static final int CODE_ACCESS = 0xA09B;
    private static final int DATA_ACCESS = 0xC093;
    private static final int RBX = 3;

    final Processor cpu;
    private final HostMemory memory = new HostMemory(1 << 20);
    private final Interpreter interpreter;
    private final long[] before = new long[21];

    Guest() {
        var timers = new Timers(() -> 0);
        cpu =
                new Processor(
                        new CpuSetup(
                                0,
                                1,
                                "x86-64-v2",
                                memory,
                                new PortBus(),
                                new MmioBus(),
                                new LocalApic(0, new ApicBus(), timers),
                                timers.clock()));
        interpreter = new Interpreter(cpu);
        cpu.system.cr0 = Cr0.PE | Cr0.NE | Cr0.MP;
        cpu.system.cr4 = Cr4.OSFXSR;
        cpu.system.efer = Efer.LME | Efer.LMA;
        cpu.segments.set(Segments.CS, 8, 0, -1, CODE_ACCESS);
        for (int segment : new int[] {Segments.SS, Segments.DS, Segments.ES}) {
            cpu.segments.set(segment, 16, 0, -1, DATA_ACCESS);
        }
        Raw.putLong(cpu.state + State.RFLAGS, 2);
        cpu.updateMode();
    }

    /** Puts the instruction, in hexadecimal, where {@link #run} begins. */
    void code(String instruction) {
        byte[] bytes = HexFormat.of().parseHex(instruction.replace(" ", ""));
        memory.write(CODE, bytes);
        memory.write(CODE + bytes.length, UD2);
    }

    void run() {
        Raw.putInt(cpu.state + State.PENDING, 0);
        Raw.putLong(cpu.state + State.gpr(RBX), OPERAND);
        cpu.setRip(CODE);
        interpreter.run();
    }

    /** How far from its beginning the instruction pointer is. */
    long progress() {
        return cpu.rip() - CODE;
    }

    void statusFlags(long flags) {
        Flags.setStatus(cpu.state, flags);
    }

    long statusFlags() {
        return Flags.status(cpu.state);
    }

    void memory(int offset, long value) {
        memory.putLong(OPERAND + offset, value);
    }

    long memory(int offset) {
        return memory.getLong(OPERAND + offset);
    }

    long rax() {
        return Raw.getLong(cpu.state + State.GPR);
    }

    void rax(long value) {
        Raw.putLong(cpu.state + State.GPR, value);
    }

    /** Keeps the x87 state and the operand as they are now. */
    void remember() {
        Fpu fpu = cpu.fpu;
        before[0] = fpu.controlWord();
        before[1] = fpu.statusWord();
        before[2] = fpu.tagWord();
        for (int i = 0; i < 8; i++) {
            before[3 + 2 * i] = fpu.signExponent(i);
            before[4 + 2 * i] = fpu.significand(i);
        }
        before[19] = memory(0);
        before[20] = memory(8);
    }

    /** What was kept: FCW, FSW, FTW, the registers from ST(0) on, the operand. */
    String remembered() {
        return Arrays.stream(before).mapToObj(Long::toHexString).toList().toString();
    }

    @Override
    public void close() {
        memory.close();
    }
}
