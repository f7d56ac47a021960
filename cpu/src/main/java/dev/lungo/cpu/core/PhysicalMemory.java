package dev.lungo.cpu.core;

import dev.lungo.host.HostMemory;
import dev.lungo.host.Raw;
import dev.lungo.isa.Width;
import dev.lungo.machine.LocalApic;
import dev.lungo.machine.MmioBus;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The guest-physical address space as one processor sees it: RAM, its own local APIC, and devices,
 * whose memory is as good as RAM, but for code.
 */
public final class PhysicalMemory {
    private final HostMemory ram;
    private final MmioBus mmio;
    private final LocalApic apic;

    PhysicalMemory(HostMemory ram, MmioBus mmio, LocalApic apic) {
        this.ram = ram;
        this.mmio = mmio;
        this.apic = apic;
    }

    /**
     * The host address of a byte of RAM, or of memory that a device has; 0 where there is neither.
     * Both come in whole pages.
     */
    public long host(long physical) {
        return ram.hostAddress(physical);
    }

    /** Whether this is RAM, of which code may be kept: elsewhere, nobody tells of changes. */
    public boolean isRam(long physical) {
        return ram.isRam(physical);
    }

    /** The guest-physical address of a byte of memory at this host address, or -1. */
    public long physical(long host) {
        List<HostMemory.@Nullable Region> regions = new ArrayList<>(ram.regions());
        regions.addAll(ram.deviceRegions());
        for (HostMemory.Region each : regions) {
            if (each != null && host >= each.host() && host < each.host() + each.bytes()) {
                return host - each.host() + each.guestPhysical();
            }
        }
        return -1;
    }

    private boolean isApic(long physical) {
        return (physical & ~0xFFFL) == apic.base() && apic.decodes();
    }

    /** Little-endian and zero-extended. The bytes must lie on one page. */
    public long read(long physical, int bytes) {
        long host = ram.hostAddress(physical);
        if (host != 0) {
            return switch (bytes) {
                case 1 -> Raw.getByte(host);
                case 2 -> Raw.getShort(host);
                case 4 -> Raw.getInt(host) & 0xFFFF_FFFFL;
                default -> Raw.getLong(host);
            };
        }
        if (isApic(physical)) {
            return apic.read(physical & 0xFFF, Width.ofBytes(bytes));
        }
        return mmio.read(physical, Width.ofBytes(bytes));
    }

    /** The bytes must lie on one page. Code there is not invalidated: see {@link Mmu}. */
    public void write(long physical, int bytes, long value) {
        long host = ram.hostAddress(physical);
        if (host != 0) {
            switch (bytes) {
                case 1 -> Raw.putByte(host, (int) value);
                case 2 -> Raw.putShort(host, (int) value);
                case 4 -> Raw.putInt(host, (int) value);
                default -> Raw.putLong(host, value);
            }
        } else if (isApic(physical)) {
            apic.write(physical & 0xFFF, Width.ofBytes(bytes), value);
        } else {
            mmio.write(physical, Width.ofBytes(bytes), value);
        }
    }

    /**
     * Stores a value atomically where another is, and says whether that was so. What is not RAM is
     * stored to in any case.
     *
     * @param bytes 1, 2, 4 or 8, aligned
     */
    boolean compareAndSet(long physical, int bytes, long expected, long value) {
        long host = ram.hostAddress(physical);
        if (host != 0) {
            return Raw.compareAndSet(host, bytes, expected, value);
        }
        write(physical, bytes, value);
        return true;
    }

    public int readInt(long physical) {
        return (int) read(physical, 4);
    }

    public long readLong(long physical) {
        return read(physical, 8);
    }

    public void writeInt(long physical, int value) {
        write(physical, 4, value);
    }

    public void writeLong(long physical, long value) {
        write(physical, 8, value);
    }
}
