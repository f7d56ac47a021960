package dev.lungo.kvm;

import dev.lungo.host.Raw;
import dev.lungo.isa.Cr0;
import dev.lungo.isa.Msr;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuRegisters.SegmentState;
import dev.lungo.machine.CpuSetup;
import dev.lungo.machine.EngineException;
import dev.lungo.machine.LocalApic;
import dev.lungo.machine.Tracer;
import dev.lungo.machine.VirtualCpu;
import dev.lungo.machine.VmExit;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A processor that KVM runs, behind the border that all engines share. Its local APIC is KVM's, and
 * then so are HLT, INIT and start-up messages; or it is {@code machine}'s, and KVM is handed one
 * vector at a time. Documentation/virt/kvm/api.rst, "KVM_INTERRUPT", "KVM_GET_MP_STATE".
 *
 * <p>Left out: FERR# and IGNNE#, of which KVM knows nothing.
 */
final class KvmCpu implements VirtualCpu {
    private static final VmExit HALT = new VmExit.Halt();
    private static final VmExit KICKED = new VmExit.Kicked();
    private static final VmExit SERVICE_CALL = new VmExit.ServiceCall();
    private static final VmExit SHUTDOWN = new VmExit.Shutdown();

    // What waits for the thread that runs the processor: bits, and NMIs counted above them.
    private static final int KICK = 1;
    private static final int INIT = 2;
    private static final int STARTUP = 4;
    private static final int NMI = 8;
    private static final int MOST_NMIS = 2;

    private static final int REQUEST_INTERRUPT_WINDOW = Structs.RUN.at("request_interrupt_window");
    private static final int EXIT_REASON = Structs.RUN.at("exit_reason");
    private static final int READY = Structs.RUN.at("ready_for_interrupt_injection");
    private static final int IF_FLAG = Structs.RUN.at("if_flag");
    private static final int CR8 = Structs.RUN.at("cr8");

    private static final int APIC_BASE = Structs.RUN.at("apic_base");
    private static final int SUBERROR = Structs.RUN.at("internal.suberror");
    private static final int INSTRUCTION_BYTES = Structs.RUN.at("emulation_failure.insn_bytes");
    private static final int INSTRUCTION_SIZE = Structs.RUN.at("emulation_failure.insn_size");
    private static final int ENTRY_FAILURE =
            Structs.RUN.at("fail_entry.hardware_entry_failure_reason");

    private static final int EMULATION = 1;

    // KVM_SET_MP_STATE
    private static final int RUNNABLE = 0;
    private static final int UNINITIALIZED = 1; // and waiting for INIT

    // KVM_SET_VCPU_EVENTS
    private static final int NMI_PENDING = Structs.VCPU_EVENTS.at("nmi.pending");
    private static final int NMI_MASKED = Structs.VCPU_EVENTS.at("nmi.masked");

    private final CpuSetup setup;

    /** Where there are {@link #apics}, only the wire from the 8259 leads here. */
    private final LocalApic apic;

    /** Null if the local APIC is not KVM's. */
    private final @Nullable KernelApics apics;

    private final Vm vm;
    private final Vcpu cpu;
    private final Exits exits;

    /** Null unless there is a tracer. */
    private final @Nullable Stepping stepping;

    private final Memory vector = new Memory(Structs.INTERRUPT);
    private final Syscall signals = new Syscall();

    /** The state after RESET#, in which KVM makes a processor. */
    private final Snapshot afterReset;

    /** A structure kvm_lapic_state; null if the local APIC is not KVM's. */
    private final @Nullable Memory apicAfterReset;

    private final int signature;
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile int startupVector;

    /** The thread that may be in KVM_RUN, or 0. */
    private volatile int thread;

    /** The last exit asked for something that KVM completes when it is next run. */
    private boolean incomplete;

    /** That was a call of the firmware, which is to find the instruction complete. */
    private boolean serviceCalled;

    /** The tracer knows of the instruction that is next. */
    private boolean told;

    /** KVM was sent an NMI that it may still have. */
    private boolean nmiSent;

    private boolean asleep;
    private boolean waitingForStartup;

    /** Whether RFLAGS.IF was set when the processor fell asleep. */
    private boolean interruptible;

    KvmCpu(Vm vm, CpuSetup setup) {
        this.vm = vm;
        this.setup = setup;
        apic = setup.apic();
        apics = vm.apics;
        Kick.prepare();
        cpu = new Vcpu(vm, setup.index());
        boolean msrs = vm.kvm.has(Capability.X86_USER_SPACE_MSR);
        int tscKhz = cpu.call(Ioctl.GET_TSC_KHZ, 0);
        Memory cpuid = GuestCpuid.of(vm.cpuid, setup, apics != null, msrs, tscKhz);
        cpu.call(Ioctl.SET_CPUID2, cpuid);
        signature = vm.signature();
        exits = new Exits(setup, cpu.run);
        stepping = setup.tracer().equals(Tracer.NONE) ? null : new Stepping(setup, cpu);
        afterReset = Snapshot.of(cpu, vm.msrs);
        if (apics == null) {
            apicAfterReset = null;
        } else {
            apics.add(cpu);
            apicAfterReset = cpu.get(Ioctl.GET_LAPIC, Structs.LAPIC_STATE);
        }
        reset();
    }

    // ---- Running

    @Override
    public VmExit run() {
        thread = signals.threadId();
        try {
            while (true) {
                VmExit exit = step();
                if (exit != null) {
                    return exit;
                }
            }
        } finally {
            thread = 0;
        }
    }

    /** Runs until the next exit, and answers that; null if the run loop need not know. */
    private @Nullable VmExit step() {
        // In this order: who signals first says what is waiting, then sets what is cleared here.
        cpu.exitImmediately(false);
        VarHandle.fullFence();
        int events = waiting.get();
        if (events != 0 && !incomplete) {
            if ((events & KICK) != 0) {
                lower(KICK);
                return KICKED;
            }
            take(events);
        }
        if (asleep && !wakes()) {
            return HALT;
        }
        if (incomplete && (events != 0 || serviceCalled)) {
            cpu.exitImmediately(true);
        } else {
            offerInterrupt();
        }
        if (stepping != null && !incomplete && !told) {
            stepping.tell();
            told = true;
        }
        if (apics == null) {
            Raw.putLong(cpu.run + CR8, apic.cr8());
        }
        boolean exited = cpu.run();
        told &= !exited;
        incomplete = false;
        if (apics == null) {
            noteApic();
        }
        if (serviceCalled && !exited) {
            serviceCalled = false;
            return SERVICE_CALL;
        }
        return exited ? answer(Raw.getInt(cpu.run + EXIT_REASON)) : null;
    }

    /** Hands KVM an interrupt if it can be delivered now, and else asks to be told when. */
    private void offerInterrupt() {
        if (apic.hasInterrupt() && Raw.getByte(cpu.run + READY) != 0) {
            cpu.call(Ioctl.INTERRUPT, vector.putInt(0, apic.acknowledge()));
            Raw.putByte(cpu.run + READY, 0);
        }
        Raw.putByte(cpu.run + REQUEST_INTERRUPT_WINDOW, apic.hasInterrupt() ? 1 : 0);
    }

    /** The task priority and the base are registers of the processor, too. */
    private void noteApic() {
        int cr8 = (int) Raw.getLong(cpu.run + CR8) & 15;
        if (cr8 != apic.cr8()) {
            apic.setCr8(cr8);
        }
        long base = Raw.getLong(cpu.run + APIC_BASE);
        if (base != apic.baseMsr() && !apic.setBase(base)) {
            // KVM has allowed it, so it has been disabled between.
            apic.setBase(base & ~(LocalApic.GLOBAL_ENABLE | LocalApic.X2APIC_ENABLE));
            apic.setBase(base);
        }
    }

    private boolean wakes() {
        if (waitingForStartup || !interruptible || !apic.hasInterrupt()) {
            return false;
        }
        asleep = false;
        return true;
    }

    private @Nullable VmExit answer(int reason) {
        switch (reason) {
            case Exits.IO, Exits.MMIO, Exits.RDMSR, Exits.WRMSR -> {
                exits.answer(reason);
                incomplete = true;
                serviceCalled = reason == Exits.IO && exits.isServiceCall();
            }
            case Exits.HLT -> {
                if (stepping == null || stepping.wasHalt()) {
                    halt();
                }
            }
            case Exits.DEBUG -> {
                if (stepping != null && stepping.hasHalted()) {
                    halt();
                }
            }
            case Exits.SHUTDOWN -> {
                asleep = true;
                interruptible = false;
                return SHUTDOWN;
            }
            case Exits.IOAPIC_EOI -> exits.endOfInterrupt();
            case Exits.IRQ_WINDOW_OPEN, Exits.INTR, Exits.SET_TPR -> {}
            case Exits.INTERNAL_ERROR -> throw new EngineException(internalError());
            case Exits.FAIL_ENTRY ->
                    throw new EngineException(
                            "KVM cannot enter the guest, for hardware reason %xh: give --engine soft"
                                    .formatted(Raw.getLong(cpu.run + ENTRY_FAILURE)));
            default ->
                    throw new EngineException(
                            "KVM stopped the guest for reason %d, which is none of ours"
                                    .formatted(reason));
        }
        return null;
    }

    private void halt() {
        asleep = !hasNmi();
        interruptible = Raw.getByte(cpu.run + IF_FLAG) != 0;
    }

    private String internalError() {
        int suberror = Raw.getInt(cpu.run + SUBERROR);
        CpuRegisters registers = new CpuRegisters();
        save(registers);
        if (suberror != EMULATION) {
            return "KVM has an internal error, %d, at RIP %x: give --engine soft"
                    .formatted(suberror, registers.rip);
        }
        StringBuilder bytes = new StringBuilder();
        int size = Math.min(15, Raw.getByte(cpu.run + INSTRUCTION_SIZE));
        for (int i = 0; i < size; i++) {
            bytes.append(" %02x".formatted(Raw.getByte(cpu.run + INSTRUCTION_BYTES + i)));
        }
        return "this KVM cannot execute the instruction%s at RIP %x: give --engine soft"
                .formatted(bytes, registers.rip);
    }

    // ---- Signals

    @Override
    public boolean sleepsItself() {
        return apics != null;
    }

    @Override
    public void kick() {
        raise(KICK);
    }

    @Override
    public Signals signals() {
        return new Signals() {
            @Override
            public void interrupt() {
                notice(); // the APIC knows
            }

            @Override
            public void nmi() {
                waiting.updateAndGet(bits -> bits / NMI < MOST_NMIS ? bits + NMI : bits);
                notice();
            }

            @Override
            public void init() {
                raise(INIT);
            }

            @Override
            public void startup(int startAt) {
                startupVector = startAt;
                raise(STARTUP);
            }
        };
    }

    private void raise(int bits) {
        waiting.updateAndGet(before -> before | bits);
        notice();
    }

    private void lower(int bits) {
        waiting.updateAndGet(before -> before & ~bits);
    }

    /**
     * Has the processor look at what is waiting, if it is not this thread that will do so anyway.
     */
    private void notice() {
        int running = thread;
        if (running == 0) {
            return; // it looks before it runs
        }
        Syscall by = CALLS.get();
        if (running != by.threadId()) {
            cpu.exitImmediately(true);
            VarHandle.fullFence();
            Kick.interrupt(by, running);
        }
    }

    private static final ThreadLocal<Syscall> CALLS = ThreadLocal.withInitial(Syscall::new);

    private void take(int events) {
        if ((events & INIT) != 0) {
            lower(INIT);
            waiting.updateAndGet(before -> before % NMI);
            initialize();
        }
        if ((events & STARTUP) != 0) {
            lower(STARTUP);
            if (waitingForStartup) {
                startUp(startupVector);
            }
        }
        if (events >= NMI && !waitingForStartup && !(asleep && nmisAreMasked())) {
            int nmis = waiting.getAndUpdate(before -> before % NMI) / NMI;
            for (int i = 0; i < nmis; i++) {
                cpu.call(Ioctl.NMI, 0);
                nmiSent = true;
            }
            asleep = asleep && nmis == 0;
        }
    }

    private boolean nmisAreMasked() {
        return cpu.get(Ioctl.GET_VCPU_EVENTS, Structs.VCPU_EVENTS).getByte(NMI_MASKED) != 0;
    }

    /** Whether KVM has an NMI that it could deliver, but found a HLT first. */
    private boolean hasNmi() {
        if (!nmiSent) {
            return false;
        }
        Memory events = cpu.get(Ioctl.GET_VCPU_EVENTS, Structs.VCPU_EVENTS);
        nmiSent = events.getByte(NMI_PENDING) != 0;
        return nmiSent && events.getByte(NMI_MASKED) == 0;
    }

    // ---- Registers

    @Override
    public void save(CpuRegisters into) {
        RegisterTransfer.save(
                cpu.get(Ioctl.GET_REGS, Structs.REGS),
                cpu.get(Ioctl.GET_SREGS, Structs.SREGS),
                cpu.get(Ioctl.GET_DEBUGREGS, Structs.DEBUGREGS),
                into);
        if (apics == null) {
            into.cr8 = apic.cr8();
        }
    }

    @Override
    public void load(CpuRegisters from) {
        Memory regs = new Memory(Structs.REGS);
        RegisterTransfer.loadGeneral(from, regs);
        Memory sregs = cpu.get(Ioctl.GET_SREGS, Structs.SREGS);
        RegisterTransfer.loadSystem(from, sregs);
        if (apics == null) {
            sregs.putLong(Structs.SREGS.at("apic_base"), apic.baseMsr());
        }
        for (int i = 0; i < 4; i++) {
            sregs.putLong(Structs.SREGS.at("interrupt_bitmap") + 8 * i, 0);
        }
        Memory debugregs = new Memory(Structs.DEBUGREGS);
        RegisterTransfer.loadDebug(from, debugregs);

        cpu.call(Ioctl.SET_SREGS, sregs);
        cpu.call(Ioctl.SET_REGS, regs);
        cpu.call(Ioctl.SET_DEBUGREGS, debugregs);
        cpu.call(Ioctl.SET_VCPU_EVENTS, afterReset.events());
        if (apics == null) {
            apic.setCr8((int) from.cr8 & 15);
        } else {
            setState(RUNNABLE);
        }
        begin();
    }

    /** Nothing is left of what the processor did before. */
    private void begin() {
        incomplete = false;
        serviceCalled = false;
        told = false;
        asleep = false;
        waitingForStartup = false;
        Raw.putByte(cpu.run + READY, 0);
        if (apics == null) {
            Raw.putLong(cpu.run + APIC_BASE, apic.baseMsr());
        }
    }

    private void setState(int state) {
        cpu.call(Ioctl.SET_MP_STATE, new Memory(Structs.MP_STATE).putInt(0, state));
    }

    @Override
    public void writeMsr(int msr, long value) {
        boolean written =
                msr == Msr.IA32_APIC_BASE && apics == null
                        ? apic.setBase(value) && cpu.writeMsr(msr, value)
                        : cpu.writeMsr(msr, value) || apics == null && apic.writeMsr(msr, value);
        if (!written) {
            throw new IllegalArgumentException("MSR %x cannot be %x".formatted(msr, value));
        }
    }

    @Override
    public void setA20(boolean open) {
        vm.setA20(open);
    }

    // ---- Reset. SDM 3A, "Processor State After Reset" (table 10-1)

    @Override
    public void reset() {
        afterReset.restore(cpu);
        if (apicAfterReset != null) {
            cpu.call(Ioctl.SET_LAPIC, apicAfterReset);
        }
        cpu.writeMsr(Msr.IA32_TIME_STAMP_COUNTER, 0);
        waiting.updateAndGet(before -> before & KICK);
        CpuRegisters registers = new CpuRegisters();
        save(registers);
        registers.gpr[2] = signature;
        registers.cr8 = 0;
        load(registers);
        vm.setA20(true);
        waitForStartup();
    }

    /** INIT leaves CR0.CD and NW, MSRs, x87, MMX and vector registers as they are. */
    private void initialize() {
        CpuRegisters now = new CpuRegisters();
        save(now);
        CpuRegisters registers = new CpuRegisters();
        RegisterTransfer.save(
                afterReset.regs(), afterReset.sregs(), afterReset.debugregs(), registers);
        registers.gpr[2] = signature;
        registers.cr0 = now.cr0 & (Cr0.CD | Cr0.NW) | Cr0.ET;
        load(registers);
        waitForStartup();
    }

    private void waitForStartup() {
        if (apics != null) {
            setState(setup.index() == 0 ? RUNNABLE : UNINITIALIZED);
            return;
        }
        waitingForStartup = setup.index() != 0;
        asleep = waitingForStartup;
    }

    private void startUp(int page) {
        CpuRegisters registers = new CpuRegisters();
        save(registers);
        SegmentState code = registers.segments[1];
        registers.segments[1] =
                new SegmentState(page << 8, (long) page << 12, code.limit(), code.access());
        registers.rip = 0;
        load(registers);
    }

    @Override
    public void close() {
        cpu.close();
    }
}
