package dev.lungo.kvm;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lungo.host.HostMemory;
import dev.lungo.host.Raw;
import dev.lungo.isa.Assembler;
import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Cr0;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuRegisters.SegmentState;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * A machine of KVM's without a board: one processor in flat 32-bit protected mode, ring 0, that
 * says what it does by writing to ports. Skips the test where there is no KVM.
 */
final class KvmGuest implements AutoCloseable {
    static final long CODE = 0x1000;
    static final long HANDLERS = 0x4000;
    private static final long GDT = 0x2000;
    private static final long IDT = 0x3000;
    static final long STACK = 0x8000;
    private static final int CODE_SEGMENT = 0x08;
    private static final int DATA_SEGMENT = 0x10;
    private static final int CS = 1;
    private static final int RSP = 4;
    private static final int MEMORY_BYTES = 4 << 20;
    private static final int HANDLER_BYTES = 64;
    private static final long PATIENCE_MILLIS = 10_000;

    private static final int EXIT_REASON = Structs.RUN.at("exit_reason");
    private static final int PORT = Structs.RUN.at("io.port");

    final HostMemory memory = new HostMemory(MEMORY_BYTES);
    final Vm vm;
    final Vcpu cpu;

    /** With something done to the machine before it has its processor. */
    KvmGuest(Consumer<Vm> before) {
        Kvm.obstacle().ifPresent(why -> assumeTrue(false, why));
        Kick.prepare();
        vm = new Vm(Kvm.open(), memory);
        before.accept(vm);
        cpu = new Vcpu(vm, 0);
        cpu.call(Ioctl.SET_CPUID2, vm.cpuid);
        memory.putLong(GDT + CODE_SEGMENT, 0x00CF_9B00_0000_FFFFL);
        memory.putLong(GDT + DATA_SEGMENT, 0x00CF_9300_0000_FFFFL);
        load();
    }

    private void load() {
        CpuRegisters registers = new CpuRegisters();
        Arrays.fill(registers.segments, SegmentState.flatData(DATA_SEGMENT));
        registers.segments[CS] = SegmentState.flatCode32(CODE_SEGMENT);
        registers.tr = new SegmentState(0, 0, 0x67, 0x8B);
        registers.gdtBase = GDT;
        registers.gdtLimit = 0x17;
        registers.idtBase = IDT;
        registers.idtLimit = 0x7FF;
        registers.cr0 = Cr0.PE | Cr0.ET | Cr0.NE;
        registers.rip = CODE;
        registers.gpr[RSP] = STACK;
        Memory sregs = cpu.get(Ioctl.GET_SREGS, Structs.SREGS);
        RegisterTransfer.loadSystem(registers, sregs);
        cpu.call(Ioctl.SET_SREGS, sregs);
        Memory regs = new Memory(Structs.REGS);
        RegisterTransfer.loadGeneral(registers, regs);
        cpu.call(Ioctl.SET_REGS, regs);
    }

    void code(long at, Consumer<Assembler> program) {
        memory.write(at, Assembler.assemble(CodeMode.CODE32, at, program));
    }

    /** Has a program handle a vector. */
    void handle(int vector, Consumer<Assembler> program) {
        long at = HANDLERS + (long) HANDLER_BYTES * vector;
        long gate = at & 0xFFFF | CODE_SEGMENT << 16 | 0x8E00L << 32 | (at >>> 16) << 48;
        memory.putLong(IDT + 8L * vector, gate);
        code(at, program);
    }

    /** Runs until the next exit: its reason. */
    int run() {
        int thread = new Syscall().threadId();
        Thread watchdog =
                Thread.ofPlatform()
                        .daemon()
                        .start(() -> {
                            try {
                                Thread.sleep(PATIENCE_MILLIS);
                                cpu.exitImmediately(true);
                                Kick.interrupt(new Syscall(), thread);
                            } catch (InterruptedException _) {
                                // it stopped
                            }
                        });
        try {
            if (!cpu.run()) {
                throw new AssertionError("the guest does not exit");
            }
            return Raw.getInt(cpu.run + EXIT_REASON);
        } finally {
            watchdog.interrupt();
        }
    }

    /** Runs until the guest writes to a port: which. */
    int nextPort() {
        int reason = run();
        if (reason != Exits.IO) {
            throw new AssertionError(
                    "the guest exits for reason %d at %x"
                            .formatted(
                                    reason,
                                    cpu.get(Ioctl.GET_REGS, Structs.REGS)
                                            .getLong(Structs.REGS.at("rip"))));
        }
        return Raw.getShort(cpu.run + PORT);
    }

    @Override
    public void close() {
        cpu.close();
        memory.close();
    }
}
