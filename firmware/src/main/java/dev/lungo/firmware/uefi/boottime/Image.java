package dev.lungo.firmware.uefi.boottime;

import dev.lungo.boot.pe.PeImage;

/**
 * An image in memory.
 *
 * @param handle what LoadImage() answered
 * @param base guest-physical
 * @param fixups the values at its relocations as it was loaded
 * @param name for people: its file's
 * @param loadedImage where its EFI_LOADED_IMAGE_PROTOCOL is
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Image(
        long handle, PeImage pe, long base, long[] fixups, String name, long loadedImage) {
    /** Whether an address is in it. */
    public boolean contains(long address) {
        return address >= base && address < base + pe.imageBytes();
    }

    long pages() {
        return (pe.imageBytes() + PageMap.PAGE - 1) / PageMap.PAGE;
    }

    long entryPoint() {
        return base + pe.entryPoint();
    }
}
