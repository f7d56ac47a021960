package dev.lungo.kvm;

import dev.lungo.host.Raw;
import dev.lungo.isa.Width;
import dev.lungo.machine.CpuSetup;
import dev.lungo.machine.VmExit;

/**
 * Why KVM_RUN returns, and the answers to what is asked of devices. Documentation/virt/kvm/api.rst,
 * "The kvm_run structure".
 */
final class Exits {
    // spotless:off
    static final int IO              = 2;
    static final int DEBUG           = 4;
    static final int HLT             = 5;
    static final int MMIO            = 6;
    static final int IRQ_WINDOW_OPEN = 7;
    static final int SHUTDOWN        = 8;
    static final int FAIL_ENTRY      = 9;
    static final int INTR            = 10;
    static final int SET_TPR         = 11;
    static final int INTERNAL_ERROR  = 17;
    static final int IOAPIC_EOI      = 26;
    static final int RDMSR           = 29;
    static final int WRMSR           = 30;
    // spotless:on

    private static final int IO_DIRECTION = Structs.RUN.at("io.direction");
    private static final int IO_SIZE = Structs.RUN.at("io.size");
    private static final int IO_PORT = Structs.RUN.at("io.port");
    private static final int IO_COUNT = Structs.RUN.at("io.count");
    private static final int IO_DATA = Structs.RUN.at("io.data_offset");
    private static final int OUT = 1;

    private static final int MMIO_ADDRESS = Structs.RUN.at("mmio.phys_addr");
    private static final int MMIO_DATA = Structs.RUN.at("mmio.data");
    private static final int MMIO_LENGTH = Structs.RUN.at("mmio.len");
    private static final int MMIO_IS_WRITE = Structs.RUN.at("mmio.is_write");

    private static final int MSR_ERROR = Structs.RUN.at("msr.error");
    private static final int MSR_INDEX = Structs.RUN.at("msr.index");
    private static final int MSR_DATA = Structs.RUN.at("msr.data");

    private static final int EOI_VECTOR = Structs.RUN.at("eoi.vector");

    private final CpuSetup setup;
    private final long run;

    /**
     * @param run the host address of the structure kvm_run
     */
    Exits(CpuSetup setup, long run) {
        this.setup = setup;
        this.run = run;
    }

    /** Does what the guest asks for, which is complete when the processor is next run. */
    void answer(int reason) {
        switch (reason) {
            case IO -> port();
            case MMIO -> mmio();
            case RDMSR -> readMsr();
            default -> writeMsr();
        }
    }

    /** A local APIC inside KVM has ended an interrupt. */
    void endOfInterrupt() {
        setup.apic().ended(Raw.getByte(run + EOI_VECTOR));
    }

    /** One access, or as many of a string instruction as KVM has gathered. */
    private void port() {
        int bytes = Raw.getByte(run + IO_SIZE);
        int port = Raw.getShort(run + IO_PORT);
        int count = Raw.getInt(run + IO_COUNT);
        boolean out = Raw.getByte(run + IO_DIRECTION) == OUT;
        Width width = Width.ofBytes(bytes);
        long data = run + Raw.getLong(run + IO_DATA);
        for (int i = 0; i < count; i++, data += bytes) {
            if (out) {
                setup.ports().write(port, width, (int) get(data, bytes));
            } else {
                put(data, bytes, setup.ports().read(port, width));
            }
        }
    }

    /** Whether the last access to a port was one. */
    boolean isServiceCall() {
        return Raw.getShort(run + IO_PORT) == VmExit.ServiceCall.PORT
                && Raw.getByte(run + IO_SIZE) == 1
                && Raw.getByte(run + IO_DIRECTION) == OUT;
    }

    /** Of one to eight bytes, as KVM cuts what lies across pages. */
    private void mmio() {
        long address = Raw.getLong(run + MMIO_ADDRESS);
        int length = Math.clamp(Raw.getInt(run + MMIO_LENGTH), 0, 8);
        boolean write = Raw.getByte(run + MMIO_IS_WRITE) != 0;
        int unit = Integer.bitCount(length) == 1 ? length : 1;
        for (int i = 0; i < length; i += unit) {
            long data = run + MMIO_DATA + i;
            if (write) {
                write(address + i, unit, get(data, unit));
            } else {
                put(data, unit, read(address + i, unit));
            }
        }
    }

    private boolean isApic(long physical) {
        return (physical & ~0xFFFL) == setup.apic().base() && setup.apic().decodes();
    }

    private long read(long physical, int bytes) {
        Width width = Width.ofBytes(bytes);
        return isApic(physical)
                ? setup.apic().read(physical & 0xFFF, width)
                : setup.mmio().read(physical, width);
    }

    private void write(long physical, int bytes, long value) {
        Width width = Width.ofBytes(bytes);
        if (isApic(physical)) {
            setup.apic().write(physical & 0xFFF, width, value);
        } else {
            setup.mmio().write(physical, width, value);
        }
    }

    /** MSRs that KVM does not know: those of an x2APIC, or #GP. */
    private void readMsr() {
        int msr = Raw.getInt(run + MSR_INDEX);
        boolean known = setup.apic().canReadMsr(msr);
        if (known) {
            Raw.putLong(run + MSR_DATA, setup.apic().readMsr(msr));
        }
        Raw.putByte(run + MSR_ERROR, known ? 0 : 1);
    }

    private void writeMsr() {
        int msr = Raw.getInt(run + MSR_INDEX);
        boolean known = setup.apic().writeMsr(msr, Raw.getLong(run + MSR_DATA));
        Raw.putByte(run + MSR_ERROR, known ? 0 : 1);
    }

    private static long get(long host, int bytes) {
        return switch (bytes) {
            case 1 -> Raw.getByte(host);
            case 2 -> Raw.getShort(host);
            case 4 -> Raw.getInt(host) & 0xFFFF_FFFFL;
            default -> Raw.getLong(host);
        };
    }

    private static void put(long host, int bytes, long value) {
        switch (bytes) {
            case 1 -> Raw.putByte(host, (int) value);
            case 2 -> Raw.putShort(host, (int) value);
            case 4 -> Raw.putInt(host, (int) value);
            default -> Raw.putLong(host, value);
        }
    }
}
