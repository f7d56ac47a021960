package dev.lungo.machine;

/**
 * A piece of the guest-physical address space, as firmware tells the guest of it.
 *
 * @param base guest-physical
 * @param length in bytes
 */
public record AddressRange(long base, long length, Type type) {
    /** ACPI 6.4, "Address Range Types" (table 15.3); the ordinal plus one is the type's number. */
    public enum Type {
        RAM,
        RESERVED,
        ACPI,
        NVS,
        UNUSABLE;

        public int number() {
            return ordinal() + 1;
        }
    }

    public long end() {
        return base + length;
    }
}
