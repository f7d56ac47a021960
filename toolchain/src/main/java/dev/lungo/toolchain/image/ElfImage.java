package dev.lungo.toolchain.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Writes an image as a 32-bit ELF file, which is what enters it: multiboot loaders, monitors that
 * start PVH kernels (by the note), and coreboot. System V ABI, "Object Files", chapters 4 and 5.
 *
 * <p>Three program headers: image, table of relocations, note. No sections.
 */
public final class ElfImage {
    private static final int EM_386 = 3;
    private static final int ET_EXEC = 2;
    private static final int PT_LOAD = 1;
    private static final int PT_NOTE = 4;
    private static final int RWX = 7;
    private static final int HEADER = 52;
    private static final int PROGRAM_HEADER = 32;
    private static final int NOTE_BYTES = 20;

    private ElfImage() {}

    public static byte[] of(LinkedImage image) {
        byte[] relocations = BaseRelocations.of(image.addresses());
        int loaded = image.code().length + image.data().length;
        int first = LinkedImage.HEADERS;
        int second = (int) alignUp(first + loaded);
        boolean note = image.pvhNote() != 0;
        ByteBuffer file =
                ByteBuffer.allocate(second + relocations.length).order(ByteOrder.LITTLE_ENDIAN);

        file.put(new byte[] {0x7F, 'E', 'L', 'F', 1, 1, 1}).position(16); // 32-bit, little-endian
        file.putShort((short) ET_EXEC).putShort((short) EM_386).putInt(1);
        file.putInt((int) image.entry()).putInt(HEADER).putInt(0).putInt(0);
        file.putShort((short) HEADER).putShort((short) PROGRAM_HEADER);
        file.putShort((short) (note ? 3 : 2)).putShort((short) 40).putInt(0);

        long start = image.base() + LinkedImage.HEADERS;
        programHeader(file, PT_LOAD, first, start, loaded, image.end() - start);
        programHeader(file, PT_LOAD, second, image.end(), relocations.length, relocations.length);
        if (note) {
            int at = (int) (image.pvhNote() - start) + first;
            programHeader(file, PT_NOTE, at, image.pvhNote(), NOTE_BYTES, NOTE_BYTES);
        }
        file.put(first, image.code()).put(first + image.code().length, image.data());
        file.put(second, relocations);
        return file.array();
    }

    private static void programHeader(
            ByteBuffer file, int type, int offset, long address, int bytes, long inMemory) {
        file.putInt(type).putInt(offset).putInt((int) address).putInt((int) address);
        file.putInt(bytes).putInt((int) inMemory);
        file.putInt(type == PT_LOAD ? RWX : 4).putInt(type == PT_LOAD ? 0x1000 : 4);
    }

    private static long alignUp(long value) {
        return (value + 0xFFF) & ~0xFFFL;
    }
}
