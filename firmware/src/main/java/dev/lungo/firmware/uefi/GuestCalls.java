package dev.lungo.firmware.uefi;

import dev.lungo.firmware.Board;
import dev.lungo.isa.Cr0;
import dev.lungo.isa.Rflags;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.VirtualCpu;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Calls of the firmware's to functions of the guest's: notifications, drivers. They are made on the
 * first processor in the middle of a service, on the stack of whoever called that, and the machine
 * goes on meanwhile, until a stub that is the return address is executed.
 */
public final class GuestCalls {
    /** So deep may functions of the guest's and services call each other. */
    private static final int MOST_FRAMES = 64;

    private static final int RAX = 0;
    private static final int RCX = 1;
    private static final int RDX = 2;
    private static final int RSP = 4;
    private static final int R8 = 8;
    private static final int R9 = 9;

    private static final int HLT = 0xF4;

    /** What the System V ABI lets functions use below RSP. */
    private static final int RED_ZONE = 128;

    /** {@code out 0B4h, al; jmp $-2}. */
    private static final byte[] RETURN = {(byte) 0xE6, (byte) 0xB4, (byte) 0xEB, (byte) 0xFC};

    /** {@code hlt; jmp $-1}. */
    private static final byte[] IDLE = {(byte) 0xF4, (byte) 0xEB, (byte) 0xFD};

    // spotless:off
    /** What an interrupt handler does that calls functions: keeps what functions may change. */
    private static final byte[] INTERRUPT = {
        0x55,                                                 // push rbp
        0x48, (byte) 0x89, (byte) 0xE5,                       // mov rbp, rsp
        0x50, 0x51, 0x52,                                     // push rax, rcx, rdx
        0x41, 0x50, 0x41, 0x51, 0x41, 0x52, 0x41, 0x53,       // push r8, r9, r10, r11
        0x48, (byte) 0x81, (byte) 0xEC, 0, 2, 0, 0,           // sub rsp, 512
        0x48, (byte) 0x83, (byte) 0xE4, (byte) 0xF0,          // and rsp, -16
        0x0F, (byte) 0xAE, 0x04, 0x24,                        // fxsave [rsp]
        (byte) 0xFC,                                          // cld
        (byte) 0xE6, (byte) 0xB4,                             // out 0B4h, al
        0x0F, (byte) 0xAE, 0x0C, 0x24,                        // fxrstor [rsp]
        0x48, (byte) 0x8D, 0x65, (byte) 0xC8,                 // lea rsp, [rbp - 56]
        0x41, 0x5B, 0x41, 0x5A, 0x41, 0x59, 0x41, 0x58,       // pop r11, r10, r9, r8
        0x5A, 0x59, 0x58, 0x5D,                               // pop rdx, rcx, rax, rbp
        0x48, (byte) 0xCF,                                    // iretq
    };
    // spotless:on

    /** From INTERRUPT's beginning to behind its OUT. */
    private static final int INTERRUPT_OUT = 33;

    private static final class Frame {
        boolean returned;
        long result = EfiStatus.ABORTED;
    }

    private final Board board;
    private final VirtualCpu cpu;
    private final ProcessorState state;
    private final long returnStub;
    private final long idleStub;
    private final long interruptStub;

    private final List<Frame> frames = new ArrayList<>();

    /** How many processors' worth of guest code wait for nothing but time. */
    private int idle;

    /** Where the processor goes on once the services above this many frames are given up. */
    private @Nullable CpuRegisters resumed;

    private int resumedDepth;

    GuestCalls(Board board, ProcessorState state, Stubs stubs) {
        this.board = board;
        cpu = board.cpus().getFirst();
        this.state = state;
        returnStub = stubs.place(RETURN, 1);
        idleStub = stubs.place(IDLE, 1);
        interruptStub = stubs.place(INTERRUPT, 1);
    }

    /** How many functions of the guest's are under way. */
    public int depth() {
        return frames.size();
    }

    /**
     * Calls a function.
     *
     * @param function guest-linear
     * @return what it returned; EFI_ABORTED if it did not, because an image was left
     */
    public long call(long function, long... arguments) {
        if (frames.size() >= MOST_FRAMES || resumed != null) {
            return EfiStatus.ABORTED;
        }
        CpuRegisters saved = new CpuRegisters();
        cpu.save(saved);
        if (!prepare(function, arguments)) {
            return EfiStatus.ABORTED;
        }
        Frame frame = new Frame();
        frames.add(frame);
        board.guest().runUntil(0, () -> frame.returned);
        frames.removeLast();
        cpu.load(saved);
        return frame.result;
    }

    /** UEFI 2.10, "Detailed Calling Conventions" (2.3.4.2). */
    private boolean prepare(long function, long[] arguments) {
        CpuRegisters registers = new CpuRegisters();
        cpu.save(registers);
        int[] inRegisters = {RCX, RDX, R8, R9};
        int onStack = Math.max(4, arguments.length);
        long rsp = ((registers.gpr[RSP] & -16) - 8L * onStack & -16) - 8;
        LinearMemory memory = LinearMemory.of(board.memory(), registers);
        if (!memory.contains(rsp, 8 + 8L * onStack)) {
            return false;
        }
        memory.putLong(rsp, returnStub);
        for (int i = 0; i < arguments.length; i++) {
            if (i < inRegisters.length) {
                registers.gpr[inRegisters[i]] = arguments[i];
            } else {
                memory.putLong(rsp + 8 + 8L * i, arguments[i]);
            }
        }
        registers.gpr[RSP] = rsp;
        registers.rip = function;
        registers.rflags &= ~Rflags.DF;
        cpu.load(registers);
        return true;
    }

    /** Lets the machine go on without any code of the guest's, until something holds. */
    public void idle(BooleanSupplier until) {
        CpuRegisters saved = new CpuRegisters();
        cpu.save(saved);
        CpuRegisters registers = new CpuRegisters();
        cpu.save(registers);
        registers.rip = idleStub;
        cpu.load(registers);
        idle++;
        board.guest().runUntil(0, until);
        idle--;
        cpu.load(saved);
    }

    /**
     * Interrupts what the guest computes, for the firmware to look at its events.
     *
     * @return false if the guest does not let itself be interrupted now
     */
    public boolean interrupt() {
        if (idle > 0) {
            return true;
        }
        CpuRegisters registers = new CpuRegisters();
        cpu.save(registers);
        long rsp = (registers.gpr[RSP] - RED_ZONE & -16) - 40;
        LinearMemory memory = LinearMemory.of(board.memory(), registers);
        boolean possible =
                (registers.rflags & Rflags.IF) != 0
                        && (registers.cr0 & Cr0.PG) != 0
                        && state.isOurs(registers)
                        && memory.contains(rsp - 1024, 1024 + 40);
        if (!possible) {
            return false;
        }
        memory.putLong(rsp, registers.rip);
        memory.putLong(rsp + 8, registers.segments[1].selector());
        memory.putLong(rsp + 16, registers.rflags);
        memory.putLong(rsp + 24, registers.gpr[RSP]);
        memory.putLong(rsp + 32, registers.segments[2].selector());
        registers.gpr[RSP] = rsp;
        registers.rip = interruptStub;
        cpu.load(registers);
        return true;
    }

    /** Has the guest go on if it waits for an interrupt, as that of a timer would. */
    public void wake() {
        CpuRegisters registers = new CpuRegisters();
        cpu.save(registers);
        LinearMemory memory = LinearMemory.of(board.memory(), registers);
        long last = registers.rip - 1;
        if (idle == 0
                && (registers.rflags & Rflags.IF) != 0
                && memory.contains(last, 1)
                && memory.getByte(last) == HLT) {
            cpu.load(registers);
        }
    }

    /** Whether this is where {@link #interrupt} calls the firmware. */
    boolean isInterrupt(long behindOut) {
        return behindOut == interruptStub + INTERRUPT_OUT;
    }

    /** If this is where functions return to, takes their result, and is true. */
    boolean takeReturn(long behindOut, CpuRegisters registers) {
        if (behindOut != returnStub + 2) {
            return false;
        }
        if (!frames.isEmpty()) {
            frames.getLast().returned = true;
            frames.getLast().result = registers.gpr[RAX];
        }
        return true;
    }

    /**
     * Has the processor go on elsewhere when the service under way is over, giving up all functions
     * of the guest's above so many.
     */
    public void resume(CpuRegisters registers, int depth) {
        resumed = registers;
        resumedDepth = depth;
        for (int i = depth; i < frames.size(); i++) {
            frames.get(i).returned = true;
        }
    }

    /** Ends a service: the processor goes on behind its stub, or where {@link #resume} says. */
    void leave(CpuRegisters caller) {
        if (resumed != null && frames.size() <= resumedDepth) {
            cpu.load(resumed);
            resumed = null;
        } else {
            cpu.load(caller);
        }
    }
}
