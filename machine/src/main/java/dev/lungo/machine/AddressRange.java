package dev.lungo.machine;

/**
 * A piece of the guest-physical address space, as firmware tells the guest of it.
 *
 * @param base guest-physical
 * @param length in bytes
 */
public record AddressRange(long base, long length, Type type) {
    /** ACPI 6.4, "Address Range Types" (table 15.3). */
    public enum Type {
        RAM(1),
        RESERVED(2),
        ACPI(3),
        NVS(4),
        UNUSABLE(5);

        private final int number;

        Type(int number) {
            this.number = number;
        }

        public int number() {
            return number;
        }
    }

    public long end() {
        return base + length;
    }
}
