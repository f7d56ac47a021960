package dev.lungo.boot.fs;

/**
 * What a directory tells about a file. UEFI, "EFI_FILE_INFO" (13.5.17).
 *
 * @param bytes 0 for a directory
 * @param allocatedBytes what it takes of the volume
 */
public record FileInfo(
        String name, int attributes, long bytes, long allocatedBytes, FileTimes times) {
    /** UEFI's attributes, which are FAT's. */
    public static final int READ_ONLY = 0x01;

    public static final int HIDDEN = 0x02;
    public static final int SYSTEM = 0x04;
    public static final int DIRECTORY = 0x10;
    public static final int ARCHIVE = 0x20;
    public static final int SETTABLE = READ_ONLY | HIDDEN | SYSTEM | ARCHIVE;

    /** When something was done to it, in local time. */
    public record FileTimes(FileTime created, FileTime accessed, FileTime modified) {}

    public boolean isDirectory() {
        return (attributes & DIRECTORY) != 0;
    }
}
