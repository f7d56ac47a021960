package dev.lungo.machine;

import static dev.lungo.machine.ApicRegisters.APR;
import static dev.lungo.machine.ApicRegisters.CURRENT_COUNT;
import static dev.lungo.machine.ApicRegisters.DFR;
import static dev.lungo.machine.ApicRegisters.DIVIDE_CONFIGURATION;
import static dev.lungo.machine.ApicRegisters.EOI;
import static dev.lungo.machine.ApicRegisters.ESR;
import static dev.lungo.machine.ApicRegisters.ICR_HIGH;
import static dev.lungo.machine.ApicRegisters.ICR_LOW;
import static dev.lungo.machine.ApicRegisters.ID;
import static dev.lungo.machine.ApicRegisters.INITIAL_COUNT;
import static dev.lungo.machine.ApicRegisters.IRR_0;
import static dev.lungo.machine.ApicRegisters.IRR_7;
import static dev.lungo.machine.ApicRegisters.ISR_0;
import static dev.lungo.machine.ApicRegisters.LDR;
import static dev.lungo.machine.ApicRegisters.LVT_ERROR;
import static dev.lungo.machine.ApicRegisters.LVT_LINT0;
import static dev.lungo.machine.ApicRegisters.LVT_LINT1;
import static dev.lungo.machine.ApicRegisters.LVT_TIMER;
import static dev.lungo.machine.ApicRegisters.LVT_WRITABLE;
import static dev.lungo.machine.ApicRegisters.PPR;
import static dev.lungo.machine.ApicRegisters.RRD;
import static dev.lungo.machine.ApicRegisters.SELF_IPI;
import static dev.lungo.machine.ApicRegisters.SVR;
import static dev.lungo.machine.ApicRegisters.TMR_0;
import static dev.lungo.machine.ApicRegisters.TPR;
import static dev.lungo.machine.ApicRegisters.VERSION;

import dev.lungo.isa.Width;
import org.jspecify.annotations.Nullable;

/**
 * The interrupt controller of one processor, in xAPIC and x2APIC mode. SDM 3A, "Advanced
 * Programmable Interrupt Controller (APIC)"; it is version 14h, with six LVT entries.
 *
 * <p>Its processor asks {@link #hasInterrupt}, and takes what there is with {@link #acknowledge}; a
 * change for the better is announced through {@link VirtualCpu.Signals}. While {@link #decodes},
 * the page at {@link #base} belongs to this APIC for accesses by its own processor.
 *
 * <p>Left out: SMI delivery, focus processors, CMCI, suppression of EOI broadcasts. Bus errors do
 * not happen, so the error status register only ever knows illegal vectors and registers. The
 * thermal and performance LVT entries hold their value, and nothing uses them.
 *
 * <p>It is a monitor, the innermost of those that an interrupt passes. So what it sends itself, to
 * other local APICs, the I/O APICs and the 8259s, it sends when it has let go of it. Its
 * processor's thread alone changes the base, and may read it without.
 */
public final class LocalApic implements MmioDevice {
    // IA32_APIC_BASE
    private static final long BSP = 1 << 8;

    /** Of IA32_APIC_BASE, as the next one: x2APIC mode. SDM volume 3, 11.4.4 and 11.12.1. */
    public static final long X2APIC_ENABLE = 1 << 10;

    public static final long GLOBAL_ENABLE = 1 << 11;
    private static final long BASE_ADDRESS = ~0xFFFL;
    private static final long DEFAULT_BASE = 0xFEE0_0000L;

    private static final int VERSION_VALUE = 5 << 16 | 0x14;
    private static final int SOFTWARE_ENABLE = 1 << 8;
    private static final int SPURIOUS_RESET = 0xFF;
    private static final int FLAT_MODEL = 0xF;

    // LVT entries
    private static final int LVT_NMI = 0b100 << 8;
    private static final int LVT_EXT_INT = 0b111 << 8;
    private static final int REMOTE_IRR = 1 << 14;
    private static final int LEVEL_TRIGGERED = 1 << 15;
    private static final int MASKED = 1 << 16;
    private static final int TIMER_MODE_SHIFT = 17;

    // ICR
    private static final int ICR_WRITABLE = 0xCCFFF;
    private static final int ASSERT = 1 << 14;
    private static final int SELF_SHORTHAND = 1 << 18;

    // ESR
    private static final int SEND_ILLEGAL_VECTOR = 1 << 5;
    private static final int RECEIVE_ILLEGAL_VECTOR = 1 << 6;
    private static final int ILLEGAL_REGISTER = 1 << 7;

    private final int initialId;
    private final ApicBus bus;
    private final ApicTimer timer;
    private VirtualCpu.@Nullable Signals processor;
    private boolean hasX2apic = true;
    private int physicalAddressBits = 40;

    private long baseMsr;
    private int id;
    private int tpr;
    private int ldr;
    private int destinationModel;
    private int svr;
    private int icrLow;
    private int icrHigh;
    private int esr;
    private int errors;
    private final int[] lvt = new int[6];
    private final VectorSet isr = new VectorSet();
    private final VectorSet tmr = new VectorSet();
    private final VectorSet irr = new VectorSet();

    /** LINT0 and LINT1. */
    private final boolean[] pins = new boolean[2];

    /** An ExtINT message has come, and no INTA cycle yet. */
    private boolean extInt;

    /** The vector to take next, or -1. */
    private int deliverable;

    /**
     * @param id of the processor; 0 is the bootstrap processor
     */
    public LocalApic(int id, ApicBus bus, Timers timers) {
        this.initialId = id;
        this.bus = bus;
        this.timer = new ApicTimer(this, timers, () -> deliverLocal(LVT_TIMER));
        bus.attach(this);
        reset();
    }

    /** Says whom to tell of interrupts. */
    public synchronized void connect(VirtualCpu.Signals signals) {
        processor = signals;
    }

    /** Says what CPUID says, which is what {@link #setBase} accepts. At first: x2APIC, and 40. */
    public synchronized void limit(boolean x2apic, int addressBits) {
        hasX2apic = x2apic;
        physicalAddressBits = addressBits;
    }

    /**
     * An engine has local APICs of its own, which take the place of all on this bus. What is left
     * for these is the wire from the 8259: {@link #hasInterrupt} tells of that alone, and whether
     * the processor lets it in is for the engine to know.
     */
    public void handOver(EngineApics apics) {
        bus.handOver(apics);
    }

    /** An engine's local APIC has ended an interrupt for which that is awaited. */
    public void ended(int vector) {
        bus.endOfInterrupt(vector);
    }

    // ---- Power and mode

    /** RESET#. */
    public synchronized void reset() {
        baseMsr = DEFAULT_BASE | GLOBAL_ENABLE | (initialId == 0 ? BSP : 0);
        id = initialId;
        init();
    }

    /** INIT: everything but the base and the ID, and x2APIC mode is kept. */
    public synchronized void init() {
        tpr = 0;
        resetRegisters();
    }

    private void resetRegisters() {
        ldr = isX2() ? x2Ldr() : 0;
        destinationModel = FLAT_MODEL;
        svr = SPURIOUS_RESET;
        icrLow = 0;
        icrHigh = 0;
        esr = 0;
        errors = 0;
        java.util.Arrays.fill(lvt, MASKED);
        isr.clear();
        tmr.clear();
        irr.clear();
        extInt = false;
        timer.reset();
        update();
    }

    /**
     * Virtual wire mode: the APIC enabled by software, LINT0 passing the 8259's interrupts through,
     * LINT1 being NMI. It is what firmware leaves. MultiProcessor Specification 1.4, "Virtual Wire
     * Mode" (section 3.6.2.2).
     */
    public void virtualWire() {
        EngineApics engine = bus.engine();
        if (engine != null) {
            engine.virtualWire(initialId);
        } else {
            beVirtualWire();
        }
    }

    private synchronized void beVirtualWire() {
        svr |= SOFTWARE_ENABLE;
        lvt[LVT_LINT0 - LVT_TIMER] = LEVEL_TRIGGERED | LVT_EXT_INT;
        lvt[LVT_LINT1 - LVT_TIMER] = LVT_NMI;
        update();
    }

    public int id() {
        return id;
    }

    /** The page's guest-physical address, whether or not the APIC {@link #decodes} it. */
    public long base() {
        return baseMsr & BASE_ADDRESS;
    }

    /** Whether there are registers at {@link #base}: enabled, and not in x2APIC mode. */
    public boolean decodes() {
        return (baseMsr & (GLOBAL_ENABLE | X2APIC_ENABLE)) == GLOBAL_ENABLE;
    }

    public boolean isX2() {
        return (baseMsr & X2APIC_ENABLE) != 0;
    }

    /** CPUID.1:EDX.APIC follows this. */
    public boolean isEnabled() {
        return (baseMsr & GLOBAL_ENABLE) != 0;
    }

    /** The processor has the two pins itself. */
    private boolean isBypassed() {
        return !isEnabled() || bus.engine() != null;
    }

    synchronized boolean isSoftwareEnabled() {
        return isEnabled() && (svr & SOFTWARE_ENABLE) != 0;
    }

    /** IA32_APIC_BASE. */
    public long baseMsr() {
        return baseMsr;
    }

    /**
     * Writes IA32_APIC_BASE. SDM 3A, "x2APIC State Transitions".
     *
     * @return false for what is a #GP: reserved bits, and transitions that do not exist
     */
    public synchronized boolean setBase(long value) {
        long known = ((1L << physicalAddressBits) - 1 & BASE_ADDRESS) | GLOBAL_ENABLE | BSP;
        boolean enable = (value & GLOBAL_ENABLE) != 0;
        boolean x2 = (value & X2APIC_ENABLE) != 0;
        if ((value & ~(known | (hasX2apic ? X2APIC_ENABLE : 0))) != 0
                || (x2 && !enable)
                || (x2 && !isEnabled())
                || (isX2() && enable && !x2)) {
            return false;
        }
        boolean wasEnabled = isEnabled();
        boolean wasX2 = isX2();
        baseMsr = (value & ~BSP) | (baseMsr & BSP);
        if (wasEnabled && !enable) {
            id = initialId;
            resetRegisters(); // but CR8 goes on
        } else if (x2 && !wasX2) {
            id = initialId;
            ldr = x2Ldr();
            icrHigh = 0;
        }
        update();
        return true;
    }

    /** SDM 3A, "Deriving Logical x2APIC ID from the Local x2APIC ID". */
    private int x2Ldr() {
        return initialId >>> 4 << 16 | 1 << (initialId & 15);
    }

    // ---- What the processor asks

    /** Whether there is an interrupt to take if RFLAGS.IF allows. */
    public synchronized boolean hasInterrupt() {
        return deliverable >= 0 || hasExtInt();
    }

    /** The 8259's interrupts come through LINT0, or by message; or the APIC is not there at all. */
    private boolean hasExtInt() {
        if (isBypassed()) {
            return pins[0];
        }
        int lint0 = lvt[LVT_LINT0 - LVT_TIMER];
        return extInt
                || (pins[0]
                        && (lint0 & MASKED) == 0
                        && DeliveryMode.of(lint0) == DeliveryMode.EXT_INT);
    }

    /** Takes the interrupt: an INTA cycle to the 8259, or the highest vector into service. */
    public int acknowledge() {
        int spurious;
        synchronized (this) {
            spurious = svr & 0xFF;
            if (!hasExtInt()) {
                return acknowledgeOwn(spurious);
            }
            extInt = false;
        }
        return bus.inta(spurious);
    }

    private int acknowledgeOwn(int spurious) {
        int vector = deliverable;
        if (vector < 0) {
            return spurious;
        }
        irr.remove(vector);
        isr.add(vector);
        update();
        return vector;
    }

    /** CR8: the class of the task priority, also while the APIC is disabled. */
    public synchronized int cr8() {
        return tpr >>> 4;
    }

    /** The value is 0 to 15. */
    public synchronized void setCr8(int value) {
        setTpr(value << 4);
    }

    private void setTpr(int value) {
        tpr = value & 0xFF;
        update();
    }

    /** IA32_TSC_DEADLINE. */
    public synchronized long tscDeadline() {
        return timer.tscDeadline();
    }

    public synchronized void setTscDeadline(long tsc) {
        timer.setTscDeadline(tsc);
    }

    /**
     * Says what the processor's TSC is ahead of the nanoseconds of the clock, in ticks. Zero at
     * first.
     */
    public synchronized void setTscOffset(long ticks) {
        timer.setTscOffset(ticks);
    }

    // ---- Registers in memory

    /**
     * Returns the register, zero-extended; what lies between registers reads zero.
     *
     * @param offset in the page
     */
    public long readMmio(int offset) {
        return (offset & 0xC) != 0 ? 0 : readRegister(offset >>> 4) & 0xFFFF_FFFFL;
    }

    public void writeMmio(int offset, int value) {
        if ((offset & 0xC) == 0) {
            writeRegister(offset >>> 4, value);
        }
    }

    /** Parts of registers can be read, though the SDM asks for all 32 bits at a time. */
    @Override
    public long read(long offset, Width width) {
        long register = readMmio((int) offset & ~3);
        return width.truncate(register >>> (8 * (offset & 3)));
    }

    @Override
    public void write(long offset, Width width, long value) {
        if ((offset & 3) == 0 && width.bytes() >= 4) {
            writeMmio((int) offset, (int) value);
        }
    }

    private synchronized int readRegister(int register) {
        return switch (register) {
            case ID -> isX2() ? id : id << 24;
            case VERSION -> VERSION_VALUE;
            case TPR -> tpr;
            case APR -> arbitrationPriority();
            case PPR -> ppr();
            case EOI, RRD -> 0;
            case LDR -> ldr;
            case DFR -> destinationModel << 28 | 0xFFF_FFFF;
            case SVR -> svr;
            case ESR -> esr;
            case ICR_LOW -> icrLow;
            case ICR_HIGH -> icrHigh;
            case INITIAL_COUNT -> timer.initialCount();
            case CURRENT_COUNT -> timer.currentCount();
            case DIVIDE_CONFIGURATION -> timer.divideConfiguration();
            default -> {
                if (ApicRegisters.isIsr(register)) {
                    yield isr.word(register - ISR_0);
                } else if (ApicRegisters.isTmr(register)) {
                    yield tmr.word(register - TMR_0);
                } else if (ApicRegisters.isIrr(register)) {
                    yield irr.word(register - IRR_0);
                } else if (ApicRegisters.isLvt(register)) {
                    yield lvt[register - LVT_TIMER];
                }
                error(ILLEGAL_REGISTER);
                yield 0;
            }
        };
    }

    private void writeRegister(int register, int value) {
        switch (register) {
            case EOI -> endOfInterrupt();
            case ICR_LOW -> sendCommand(value);
            case SELF_IPI -> {
                if (isX2()) {
                    send(SELF_SHORTHAND | (value & 0xFF), 0);
                } else {
                    error(ILLEGAL_REGISTER);
                }
            }
            default -> writeOwn(register, value);
        }
    }

    private synchronized void writeOwn(int register, int value) {
        switch (register) {
            case ID -> id = value >>> 24;
            case TPR -> setTpr(value);
            case LDR -> ldr = value & 0xFF00_0000;
            case DFR -> destinationModel = value >>> 28;
            case SVR -> setSpurious(value);
            case ESR -> {
                esr = errors;
                errors = 0;
            }
            case ICR_HIGH -> icrHigh = value & 0xFF00_0000;
            case INITIAL_COUNT -> timer.setInitialCount(value);
            case DIVIDE_CONFIGURATION -> timer.setDivideConfiguration(value);
            case VERSION, APR, PPR, RRD, CURRENT_COUNT -> {} // read-only
            default -> {
                if (ApicRegisters.isLvt(register)) {
                    setLvt(register - LVT_TIMER, value);
                } else if (register < ISR_0 || register > IRR_7) {
                    error(ILLEGAL_REGISTER);
                }
            }
        }
    }

    private void setSpurious(int value) {
        svr = value & 0x3FF;
        if ((svr & SOFTWARE_ENABLE) == 0) {
            for (int i = 0; i < lvt.length; i++) {
                lvt[i] |= MASKED;
            }
        }
        update();
    }

    private void setLvt(int index, int value) {
        int entry = (value & LVT_WRITABLE[index]) | (lvt[index] & REMOTE_IRR);
        if ((svr & SOFTWARE_ENABLE) == 0) {
            entry |= MASKED;
        }
        if (index == 0) {
            timer.setMode(entry >>> TIMER_MODE_SHIFT);
        }
        if ((entry & LEVEL_TRIGGERED) == 0) {
            entry &= ~REMOTE_IRR;
        }
        lvt[index] = entry;
        if (index == LVT_LINT0 - LVT_TIMER || index == LVT_LINT1 - LVT_TIMER) {
            levelTriggered(index);
        }
        update();
    }

    // ---- Registers as MSRs. SDM 3A, "x2APIC Register Address Space"

    /** Whether MSR 800h to 8FFh can be read now. Otherwise #GP. */
    public boolean canReadMsr(int msr) {
        return isX2() && ApicRegisters.isReadableMsr(msr - 0x800);
    }

    /** One for which {@link #canReadMsr}. */
    public long readMsr(int msr) {
        int register = msr - 0x800;
        synchronized (this) {
            long low = readRegister(register) & 0xFFFF_FFFFL;
            return register == ICR_LOW ? (long) icrHigh << 32 | low : low;
        }
    }

    /**
     * Returns false for what is a #GP: another mode, no such register, not writable, reserved bits.
     */
    public boolean writeMsr(int msr, long value) {
        int register = msr - 0x800;
        if (!isX2()
                || !ApicRegisters.isWritableMsr(register)
                || (value & ApicRegisters.reservedBits(register)) != 0) {
            return false;
        }
        if (register == ICR_LOW) {
            synchronized (this) {
                icrHigh = (int) (value >>> 32);
            }
        }
        writeRegister(register, (int) value);
        return true;
    }

    // ---- Priorities

    /** SDM 3A, "Task and Processor Priorities". */
    private int ppr() {
        int serviced = Math.max(0, isr.highest());
        return (tpr & 0xF0) >= (serviced & 0xF0) ? tpr : serviced & 0xF0;
    }

    /** SDM 3A, "Determination of ... Lowest Priority": the highest of TPR, ISR and IRR. */
    synchronized int arbitrationPriority() {
        int requested = Math.max(0, irr.highest()) & 0xF0;
        return Math.max(requested, ppr());
    }

    private void update() {
        int requested = isEnabled() ? irr.highest() : -1;
        deliverable = requested >= 0 && (requested & 0xF0) > (ppr() & 0xF0) ? requested : -1;
        if (processor != null && hasInterrupt()) {
            processor.interrupt();
        }
    }

    private void endOfInterrupt() {
        int vector;
        boolean level;
        synchronized (this) {
            vector = isr.highest();
            if (vector < 0) {
                return;
            }
            isr.remove(vector);
            level = tmr.contains(vector);
            if (level) {
                endOfLocalInterrupt(vector);
            }
            update();
        }
        if (level) {
            bus.endOfInterrupt(vector);
        }
    }

    private void endOfLocalInterrupt(int vector) {
        for (int pin = 0; pin < 2; pin++) {
            int index = LVT_LINT0 - LVT_TIMER + pin;
            if ((lvt[index] & 0xFF) == vector) {
                lvt[index] &= ~REMOTE_IRR;
                levelTriggered(index);
            }
        }
    }

    // ---- Sending

    private void sendCommand(int value) {
        int command = value & ICR_WRITABLE & ~(1 << 12);
        int destination;
        synchronized (this) {
            icrLow = command;
            destination = isX2() ? icrHigh : InterruptMessage.destination8(icrHigh >>> 24);
        }
        send(command, destination);
    }

    private void send(int command, int destination) {
        DeliveryMode mode = DeliveryMode.of(command);
        int vector = command & 0xFF;
        if (mode == DeliveryMode.INIT
                && (command & LEVEL_TRIGGERED) != 0
                && (command & ASSERT) == 0) {
            return; // INIT level de-assert: arbitration IDs, which are no more
        }
        if (isVectored(mode) && vector < 16) {
            error(SEND_ILLEGAL_VECTOR);
            return;
        }
        boolean logical = (command & 1 << 11) != 0;
        switch (command >>> 18 & 3) {
            case 0 -> bus.deliver(new InterruptMessage(destination, logical, mode, vector, false));
            case 1 -> accept(everybody(mode, vector));
            case 2 -> bus.deliver(everybody(mode, vector), null);
            default -> bus.deliver(everybody(mode, vector), this);
        }
    }

    private static InterruptMessage everybody(DeliveryMode mode, int vector) {
        return new InterruptMessage(InterruptMessage.BROADCAST, false, mode, vector, false);
    }

    private static boolean isVectored(DeliveryMode mode) {
        return mode == DeliveryMode.FIXED || mode == DeliveryMode.LOWEST_PRIORITY;
    }

    // ---- Receiving

    /** SDM 3A, "Determining IPI Destination". */
    synchronized boolean matches(InterruptMessage message) {
        int destination = message.destination();
        if (!isEnabled()) {
            return false;
        }
        if (destination == InterruptMessage.BROADCAST) {
            return true;
        }
        if (!message.logical()) {
            return destination == id;
        }
        if (isX2()) {
            return (destination ^ ldr) >>> 16 == 0 && (destination & ldr & 0xFFFF) != 0;
        }
        int logicalId = ldr >>> 24;
        if (destination >>> 8 != 0) {
            return false;
        }
        if (destinationModel == FLAT_MODEL) {
            return (destination & logicalId) != 0;
        }
        return (destination ^ logicalId) >>> 4 == 0 && (destination & logicalId & 0xF) != 0;
    }

    /** Does what the message says, whomever it is addressed to. */
    synchronized boolean accept(InterruptMessage message) {
        return accept(message.mode(), message.vector(), message.level());
    }

    private boolean accept(DeliveryMode mode, int vector, boolean level) {
        switch (mode) {
            case FIXED, LOWEST_PRIORITY -> {
                return request(vector, level);
            }
            case EXT_INT -> {
                extInt = true;
                update();
            }
            case INIT -> {
                init();
                if (processor != null) {
                    processor.init();
                }
            }
            case NMI -> {
                if (processor != null) {
                    processor.nmi();
                }
            }
            case STARTUP -> {
                if (processor != null) {
                    processor.startup(vector);
                }
            }
            case SMI, RESERVED -> {
                return false;
            }
        }
        return true;
    }

    private boolean request(int vector, boolean level) {
        if (!isSoftwareEnabled()) {
            return false;
        }
        if (vector < 16) {
            error(RECEIVE_ILLEGAL_VECTOR);
            return true;
        }
        irr.add(vector);
        tmr.set(vector, level);
        update();
        return true;
    }

    // ---- Local interrupts

    /** A rising edge, or an expiry, or an error, for which the LVT entry says what to do. */
    private void deliverLocal(int register) {
        int entry = lvt[register - LVT_TIMER];
        if ((entry & MASKED) == 0) {
            accept(DeliveryMode.of(entry), entry & 0xFF, false);
        }
    }

    /** Drives LINT0: the 8259's INTR. */
    public void lint0(boolean asserted) {
        lint(0, asserted);
    }

    /** Drives LINT1: NMI. */
    public void lint1(boolean asserted) {
        lint(1, asserted);
    }

    private synchronized void lint(int pin, boolean asserted) {
        if (pins[pin] == asserted) {
            return;
        }
        pins[pin] = asserted;
        if (isBypassed()) {
            if (pin == 1 && asserted && processor != null) {
                processor.nmi();
            }
            update();
            return;
        }
        int index = LVT_LINT0 - LVT_TIMER + pin;
        DeliveryMode mode = DeliveryMode.of(lvt[index]);
        if (mode == DeliveryMode.EXT_INT) {
            update(); // a level: hasExtInt looks at the pin
        } else if (mode == DeliveryMode.FIXED && (lvt[index] & LEVEL_TRIGGERED) != 0) {
            levelTriggered(index);
        } else if (asserted) {
            deliverLocal(index + LVT_TIMER);
        }
    }

    private void levelTriggered(int index) {
        int entry = lvt[index];
        boolean asserted = pins[index - (LVT_LINT0 - LVT_TIMER)];
        if (asserted
                && (entry & (MASKED | LEVEL_TRIGGERED | REMOTE_IRR)) == LEVEL_TRIGGERED
                && DeliveryMode.of(entry) == DeliveryMode.FIXED
                && request(entry & 0xFF, true)) {
            lvt[index] |= REMOTE_IRR;
        }
    }

    private synchronized void error(int bit) {
        boolean first = (errors & bit) == 0;
        errors |= bit;
        if (first && bit != ILLEGAL_REGISTER) {
            deliverLocal(LVT_ERROR);
        }
    }
}
