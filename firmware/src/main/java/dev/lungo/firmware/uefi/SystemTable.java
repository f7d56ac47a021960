package dev.lungo.firmware.uefi;

import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.boot.bytes.Crc32;
import dev.lungo.boot.bytes.Little;
import dev.lungo.firmware.uefi.boottime.MemoryType;
import dev.lungo.firmware.uefi.boottime.Pool;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The tables that images begin with. UEFI 2.10, "EFI System Table" (4.3), "EFI Table Header" (4.2).
 *
 * <p>They are written where the guest finds them, and the guest may change them: a table's CRC is
 * made anew when the firmware itself changes it.
 */
public final class SystemTable {
    private static final long SYSTEM_SIGNATURE = 0x5453_5953_2049_4249L; // "IBI SYST"
    private static final long BOOT_SIGNATURE = 0x5652_4553_544F_4F42L; // "BOOTSERV"
    private static final long RUNTIME_SIGNATURE = 0x5652_4553_544E_5552L; // "RUNTSERV"
    private static final int REVISION = 2 << 16 | 100;
    private static final int FIRMWARE_REVISION = 0x0001_0000;
    private static final int HEADER_BYTES = 24;
    private static final int SYSTEM_BYTES = 120;

    private static final int RUNTIME_SERVICES = 88;
    private static final int BOOT_SERVICES = 96;
    private static final int ENTRIES = 104;
    private static final int CONFIGURATION = 112;

    /** As many configuration tables as there may be. */
    private static final int MOST_ENTRIES = 128;

    private static final int ENTRY_BYTES = 24;

    /** A console: its handle, and its protocol's interface. */
    public record Console(long handle, long address) {}

    private final LinearMemory memory;
    private final long address;
    private final long runtimeServices;
    private final long bootServices;
    private final int bootBytes;
    private final int runtimeBytes;
    private final long configuration;
    private final Map<Guid, Long> entries = new LinkedHashMap<>();

    SystemTable(LinearMemory memory, Pool pool, long[] boot, long[] runtime) {
        this.memory = memory;
        bootBytes = HEADER_BYTES + 8 * boot.length;
        runtimeBytes = HEADER_BYTES + 8 * runtime.length;
        address = take(pool, MemoryType.RUNTIME_SERVICES_DATA, SYSTEM_BYTES);
        runtimeServices = take(pool, MemoryType.RUNTIME_SERVICES_DATA, runtimeBytes);
        bootServices = take(pool, MemoryType.BOOT_SERVICES_DATA, bootBytes);
        configuration = take(pool, MemoryType.RUNTIME_SERVICES_DATA, MOST_ENTRIES * ENTRY_BYTES);
        byte[] name = LinearMemory.text16("Lungo");
        long vendor = take(pool, MemoryType.RUNTIME_SERVICES_DATA, name.length);
        memory.write(vendor, name);

        memory.write(bootServices, table(BOOT_SIGNATURE, boot));
        memory.write(runtimeServices, table(RUNTIME_SIGNATURE, runtime));
        ByteWriter system = header(SYSTEM_SIGNATURE, SYSTEM_BYTES);
        system.u64(vendor).u32(FIRMWARE_REVISION).u32(0).zeros(48);
        system.u64(runtimeServices).u64(bootServices).u64(0).u64(configuration);
        memory.write(address, system.toBytes());
        sealBoot();
        sealRuntime();
        seal(address, SYSTEM_BYTES);
    }

    private static long take(Pool pool, int type, long bytes) {
        long at = pool.allocate(type, bytes);
        if (at < 0) {
            throw new dev.lungo.boot.BootException(
                    "UEFI does not fit into so little memory; give the machine more");
        }
        return at;
    }

    private static ByteWriter header(long signature, int bytes) {
        return new ByteWriter().u64(signature).u32(REVISION).u32(bytes).u32(0).u32(0);
    }

    private static byte[] table(long signature, long[] functions) {
        ByteWriter out = header(signature, HEADER_BYTES + 8 * functions.length);
        for (long function : functions) {
            out.u64(function);
        }
        return out.toBytes();
    }

    /** Where it is, guest-physical. */
    public long address() {
        return address;
    }

    public long bootServices() {
        return bootServices;
    }

    public long runtimeServices() {
        return runtimeServices;
    }

    private void sealBoot() {
        seal(bootServices, bootBytes);
    }

    private void sealRuntime() {
        seal(runtimeServices, runtimeBytes);
    }

    private void seal(long table, int bytes) {
        memory.putInt(table + 16, 0);
        byte[] all = memory.read(table, (long) bytes);
        memory.putInt(table + 16, (int) Crc32.of(all, 0, bytes));
    }

    /** What the guest has put in the place of a console stays. */
    void setConsoles(Console input, Console output, Console error) {
        Console[] consoles = {input, output, error};
        for (int i = 0; i < consoles.length; i++) {
            long at = address + 40 + 16L * i;
            long now = memory.getLong(at + 8);
            if (now == 0 || now == consoles[i].address) {
                memory.putLong(at, consoles[i].handle);
                memory.putLong(at + 8, consoles[i].address);
            }
        }
        seal(address, SYSTEM_BYTES);
    }

    /** "ExitBootServices()" (7.4.6): what belongs to boot services is gone from the table. */
    void exitBootServices() {
        byte[] consoles = new byte[48];
        memory.write(address + 40, consoles);
        memory.putLong(address + BOOT_SERVICES, 0);
        seal(address, SYSTEM_BYTES);
    }

    /** Adds, changes or, with 0, removes a table. "InstallConfigurationTable()" (7.5). */
    public long setConfigurationTable(Guid guid, long table) {
        if (table == 0) {
            if (entries.remove(guid) == null) {
                return EfiStatus.NOT_FOUND;
            }
        } else if (entries.size() >= MOST_ENTRIES && !entries.containsKey(guid)) {
            return EfiStatus.OUT_OF_RESOURCES;
        } else {
            entries.put(guid, table);
        }
        ByteWriter out = new ByteWriter();
        for (var entry : entries.entrySet()) {
            out.bytes(entry.getKey().toBytes()).u64(entry.getValue());
        }
        memory.write(configuration, out.toBytes());
        memory.putLong(address + ENTRIES, entries.size());
        seal(address, SYSTEM_BYTES);
        return EfiStatus.SUCCESS;
    }

    /**
     * "SetVirtualAddressMap()" (8.4.1): what is left in the tables is virtual from now on.
     *
     * @param converted from a guest-physical to a virtual address
     */
    void convert(java.util.function.LongUnaryOperator converted) {
        byte[] table = memory.read(runtimeServices, (long) runtimeBytes);
        for (int at = HEADER_BYTES; at < runtimeBytes; at += 8) {
            Little.put64(table, at, converted.applyAsLong(Little.u64(table, at)));
        }
        memory.write(runtimeServices, table);
        sealRuntime();
        int[] pointers = {24, RUNTIME_SERVICES, CONFIGURATION};
        for (int at : pointers) {
            memory.putLong(address + at, converted.applyAsLong(memory.getLong(address + at)));
        }
        seal(address, SYSTEM_BYTES);
    }
}
