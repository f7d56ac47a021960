package dev.lungo.firmware.bios;

import dev.lungo.machine.BlockBackend;

/**
 * What INT 13h knows by a number.
 *
 * @param number 00h on for floppies, 80h on for hard disks, E0h on for CD-ROMs
 * @param firstByte where it begins in the backend: 0, or that of an El Torito image on a CD-ROM
 * @param bytes how long it is
 * @param pciDevice of the disk behind it, on bus 0
 */
record Drive(
        int number,
        Kind kind,
        BlockBackend backend,
        long firstByte,
        long bytes,
        Geometry geometry,
        int pciDevice) {
    enum Kind {
        FLOPPY,
        HARD_DISK,
        CDROM
    }

    static final int FIRST_HARD_DISK = 0x80;
    static final int FIRST_CDROM = 0xE0;
    static final int CD_SECTOR_BYTES = 2048;

    int sectorBytes() {
        return kind == Kind.CDROM ? CD_SECTOR_BYTES : BlockBackend.SECTOR_BYTES;
    }

    long sectors() {
        return bytes / sectorBytes();
    }

    boolean isReadOnly() {
        return kind == Kind.CDROM || firstByte != 0 || backend.isReadOnly();
    }

    boolean has(long sector, long count) {
        return sector >= 0 && count >= 0 && sector <= sectors() && count <= sectors() - sector;
    }

    void read(long sector, byte[] into, int bytes) {
        backend.read(firstByte + sector * sectorBytes(), into, 0, bytes);
    }

    void write(long sector, byte[] from, int bytes) {
        backend.write(firstByte + sector * sectorBytes(), from, 0, bytes);
    }
}
