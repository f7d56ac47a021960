package dev.lungo.kvm;

import dev.lungo.host.Raw;

/**
 * A processor of KVM's: its registers by sets, and the page that it shares with who runs it.
 * Documentation/virt/kvm/api.rst, "vcpu ioctls".
 */
final class Vcpu implements AutoCloseable {
    private static final int IMMEDIATE_EXIT = Structs.RUN.at("immediate_exit");
    private static final int ENTRY_BYTES = Structs.MSR_ENTRY.bytes();
    private static final int ENTRIES = Structs.MSRS.at("entries");

    private final Vm vm;
    private final Syscall calls = new Syscall();
    private final int file;
    private final int runBytes;

    /** The host address of its structure kvm_run. */
    final long run;

    Vcpu(Vm vm, int id) {
        this.vm = vm;
        file = vm.createProcessor(id);
        runBytes = vm.kvm.runBytes();
        run = calls.map(file, runBytes);
    }

    /**
     * Runs the guest until it exits, for the reason in kvm_run.
     *
     * @return false if it was interrupted, by a signal or by {@link #exitImmediately}
     */
    boolean run() {
        if (calls.ioctl(file, Ioctl.RUN.number(), 0) >= 0) {
            return true;
        }
        if (calls.errno() == Syscall.EINTR || calls.errno() == Syscall.EAGAIN) {
            return false;
        }
        throw new KvmException(Ioctl.RUN.name(), calls.errno());
    }

    /** Has {@link #run} return at once, once what the last exit asked for is complete; or not. */
    void exitImmediately(boolean exit) {
        Raw.putByte(run + IMMEDIATE_EXIT, exit ? 1 : 0);
    }

    int call(Ioctl request, Memory argument) {
        return request.call(calls, file, argument);
    }

    int call(Ioctl request, long argument) {
        return request.call(calls, file, argument);
    }

    /** A set of registers, asked for. */
    Memory get(Ioctl request, Struct type) {
        Memory memory = new Memory(type);
        call(request, memory);
        return memory;
    }

    /** An MSR, as the guest would read it. */
    long readMsr(int msr) {
        Memory one = oneMsr(msr, 0);
        if (call(Ioctl.GET_MSRS, one) != 1) {
            throw new IllegalArgumentException("KVM has no MSR %x".formatted(msr));
        }
        return one.getLong(ENTRIES + Structs.MSR_ENTRY.at("data"));
    }

    /** Whether there is such an MSR and it can be set to this. */
    boolean writeMsr(int msr, long value) {
        return call(Ioctl.SET_MSRS, oneMsr(msr, value)) == 1;
    }

    private static Memory oneMsr(int msr, long value) {
        Memory memory = new Memory(Structs.MSRS, Structs.MSR_ENTRY, 1);
        memory.putInt(Structs.MSRS.at("nmsrs"), 1);
        memory.putInt(ENTRIES, msr);
        return memory.putLong(ENTRIES + Structs.MSR_ENTRY.at("data"), value);
    }

    /** Which of these MSRs there are, with their values. */
    Msrs readMsrs(int[] wanted) {
        int[] there = wanted.clone();
        int count = there.length;
        while (true) {
            Memory memory = new Memory(Structs.MSRS, Structs.MSR_ENTRY, count);
            memory.putInt(Structs.MSRS.at("nmsrs"), count);
            for (int i = 0; i < count; i++) {
                memory.putInt(ENTRIES + i * ENTRY_BYTES, there[i]);
            }
            int read = call(Ioctl.GET_MSRS, memory);
            if (read == count) {
                return Msrs.of(memory, count);
            }
            // It stops at the first that is not there.
            System.arraycopy(there, read + 1, there, read, count - read - 1);
            count--;
        }
    }

    /** Sets MSRs, less those that refuse their value. */
    void writeMsrs(Msrs msrs) {
        int from = 0;
        while (from < msrs.count()) {
            int written = call(Ioctl.SET_MSRS, msrs.memory(from));
            from += written + 1;
        }
    }

    @Override
    public void close() {
        calls.unmap(run, runBytes);
        calls.close(file);
        vm.processorClosed();
    }
}
