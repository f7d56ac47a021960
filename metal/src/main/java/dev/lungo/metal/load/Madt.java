package dev.lungo.metal.load;

import static dev.lungo.metal.load.MultibootStart.u32;

import dev.lungo.metal.core.Bare;

/**
 * Which processors there are, by the firmware's ACPI tables. ACPI 6.4, "Finding the RSDP on IA-PC
 * Systems", "Multiple APIC Description Table (MADT)".
 */
final class Madt {
    private static final long RSD_PTR = 0x2052_5450_2044_5352L; // "RSD PTR "
    private static final int APIC = 0x4349_5041; // "APIC"
    private static final int LOCAL_APIC = 0;
    private static final int LOCAL_X2APIC = 9;
    private static final int ENABLED = 1;
    private static final int LONGEST = 0x1_0000;
    private static final int HEADER = 36;

    private final int[] apicIds;
    private int count;

    private Madt(int most) {
        apicIds = new int[most];
    }

    /** APIC IDs of the processors that can be used; none where there are no tables. */
    static int[] apicIds(int most) {
        Madt madt = new Madt(most);
        long table = find();
        if (table != 0) {
            madt.read(table);
        }
        int[] ids = new int[madt.count];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = madt.apicIds[i];
        }
        return ids;
    }

    private void read(long table) {
        long end = table + length(table);
        long at = table + HEADER + 8;
        while (at + 2 <= end && Bare.get8(at + 1) >= 2) {
            int type = Bare.get8(at);
            if (type == LOCAL_APIC && (Bare.get32(at + 4) & ENABLED) != 0) {
                add(Bare.get8(at + 3));
            } else if (type == LOCAL_X2APIC && (Bare.get32(at + 8) & ENABLED) != 0) {
                add(Bare.get32(at + 4));
            }
            at += Bare.get8(at + 1);
        }
    }

    private void add(int apicId) {
        if (count < apicIds.length) {
            apicIds[count] = apicId;
            count++;
        }
    }

    private static long find() {
        long rsdp = rsdp();
        if (rsdp == 0) {
            return 0;
        }
        boolean extended = Bare.get8(rsdp + 15) >= 2 && Bare.get64(rsdp + 24) != 0;
        long root = extended ? Bare.get64(rsdp + 24) : u32(rsdp + 16);
        int entry = extended ? 8 : 4;
        for (long at = root + HEADER; at + entry <= root + length(root); at += entry) {
            long table = extended ? Bare.get64(at) : u32(at);
            if (Bare.get32(table) == APIC) {
                return table;
            }
        }
        return 0;
    }

    private static long rsdp() {
        long ebda = (long) Bare.get16(0x40E) << 4;
        long found = ebda == 0 ? 0 : scan(ebda, ebda + 1024);
        return found != 0 ? found : scan(0xE_0000, 0x10_0000);
    }

    private static long scan(long from, long to) {
        for (long at = from; at < to; at += 16) {
            if (Bare.get64(at) == RSD_PTR && sum(at, 20) == 0) {
                return at;
            }
        }
        return 0;
    }

    private static int sum(long from, int bytes) {
        int sum = 0;
        for (int i = 0; i < bytes; i++) {
            sum += Bare.get8(from + i);
        }
        return sum & 0xFF;
    }

    private static int length(long table) {
        return Math.min(Math.max(Bare.get32(table + 4), HEADER), LONGEST);
    }
}
