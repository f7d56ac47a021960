package dev.lungo.firmware.uefi;

import dev.lungo.boot.PhysicalMap;
import dev.lungo.firmware.Board;
import dev.lungo.firmware.uefi.boottime.MemoryType;
import dev.lungo.firmware.uefi.boottime.PageMap;
import dev.lungo.firmware.uefi.protocol.MpServices;
import dev.lungo.isa.Rflags;
import dev.lungo.machine.CpuRegisters;

/**
 * The processors that wait for a start-up IPI. What they start with is an OUT in real mode, behind
 * which Java gives them the registers to begin with: no code of theirs changes modes.
 *
 * <p>For any processor's thread.
 */
final class OtherProcessors implements MpServices.Processors {
    private static final long STACK_BYTES = 32 << 10;
    private static final int RCX = 1;
    private static final int RSP = 4;

    // SDM 3A, "Interrupt Command Register (ICR)" (11.6.1), in xAPIC mode
    private static final long ICR_LOW = PhysicalMap.LOCAL_APIC + 0x300;
    private static final long ICR_HIGH = PhysicalMap.LOCAL_APIC + 0x310;
    private static final int INIT = 0x4500;
    private static final int STARTUP = 0x4600;

    /** {@code mov [rcx], edx; ret}. */
    private static final byte[] STORE = {(byte) 0x89, 0x11, (byte) 0xC3};

    /** {@code out 0B4h, al; cli; hlt; jmp $-2}. */
    private static final byte[] REST = {
        (byte) 0xE6, (byte) 0xB4, (byte) 0xFA, (byte) 0xF4, (byte) 0xEB, (byte) 0xFC
    };

    private record Work(long function, long argument) {}

    private final Board board;
    private final GuestCalls calls;
    private final ProcessorState state;
    private final long store;
    private final long rest;
    private final long[] stacks;

    /** Where they start: a page below 1 MiB; negative if there was none. */
    private final long trampoline;

    /** What each is to do or does; null if nothing. */
    private final @org.jspecify.annotations.Nullable Work[] works;

    OtherProcessors(
            Board board, GuestCalls calls, ProcessorState state, PageMap pages, Stubs stubs) {
        this.board = board;
        this.calls = calls;
        this.state = state;
        store = stubs.place(STORE, 1);
        rest = stubs.place(REST, 1);
        works = new Work[board.cpus().size()];
        stacks = new long[board.cpus().size()];
        trampoline = pages.allocate(MemoryType.BOOT_SERVICES_CODE, 1, 0x9_FFFF, PageMap.PAGE);
        for (int i = 1; i < stacks.length; i++) {
            long at =
                    pages.allocate(
                            MemoryType.BOOT_SERVICES_DATA,
                            STACK_BYTES / PageMap.PAGE,
                            Long.MAX_VALUE,
                            PageMap.PAGE);
            stacks[i] = at + STACK_BYTES;
        }
        if (trampoline >= 0) {
            board.memory().write(trampoline, REST);
        }
    }

    @Override
    public int count() {
        return trampoline < 0 ? 1 : board.cpus().size();
    }

    @Override
    public long nanos() {
        return board.timers().clock().nanos();
    }

    @Override
    public void begin(int cpu, long function, long argument) {
        synchronized (this) {
            works[cpu] = new Work(function, argument);
        }
        interrupt(cpu, INIT);
        interrupt(cpu, STARTUP | (int) (trampoline >> 12));
    }

    @Override
    public synchronized boolean isBusy(int cpu) {
        return works[cpu] != null;
    }

    @Override
    public void stop(int cpu) {
        interrupt(cpu, INIT);
        synchronized (this) {
            works[cpu] = null;
        }
    }

    /** The first processor writes to its local APIC, as only it can. */
    private void interrupt(int cpu, int command) {
        calls.call(store, ICR_HIGH, (long) cpu << 24);
        calls.call(store, ICR_LOW, command);
    }

    /** A processor has called; false if that was not here. On its own thread. */
    boolean serve(int cpu, long behindOut, CpuRegisters registers) {
        if (behindOut == rest + 2) {
            synchronized (this) {
                works[cpu] = null;
            }
            return true;
        }
        if (behindOut != trampoline + 2) {
            return false;
        }
        Work work;
        synchronized (this) {
            work = works[cpu];
        }
        if (work != null) {
            CpuRegisters begin = state.registers(work.function);
            long rsp = stacks[cpu] - 40;
            board.memory().putLong(rsp, rest);
            begin.gpr[RSP] = rsp;
            begin.gpr[RCX] = work.argument;
            begin.rflags &= ~Rflags.IF;
            board.cpus().get(cpu).load(begin);
        }
        return true;
    }
}
