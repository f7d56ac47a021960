package dev.lungo.boot.acpi;

import dev.lungo.boot.bytes.ByteWriter;

/** The Generic Address Structure. ACPI 6.4, §5.2.3.2. */
final class GenericAddress {
    private static final int SYSTEM_MEMORY = 0;
    private static final int SYSTEM_IO = 1;

    // Access sizes
    static final int BYTE = 1;
    static final int WORD = 2;
    static final int DWORD = 3;

    private GenericAddress() {}

    static void port(ByteWriter out, int port, int bits, int access) {
        out.u8(SYSTEM_IO).u8(bits).u8(0).u8(access).u64(port);
    }

    static void memory(ByteWriter out, long guestPhysical, int bits) {
        out.u8(SYSTEM_MEMORY).u8(bits).u8(0).u8(0).u64(guestPhysical);
    }

    static void none(ByteWriter out) {
        out.zeros(12);
    }
}
