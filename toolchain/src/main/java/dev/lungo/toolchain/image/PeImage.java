package dev.lungo.toolchain.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Writes an image as a UEFI application: PE32+ for x86-64. PE Format, "File Headers" and "Optional
 * Header"; UEFI Specification, "UEFI Images" (§2.1.1).
 *
 * <p>Sections: code and constants, data with zeros, relocations. No date, no check sum, no symbols.
 */
public final class PeImage {
    private static final int FILE_ALIGNMENT = 0x200;
    private static final int SECTION_ALIGNMENT = 0x1000;
    private static final int HEADERS = 0x400;
    private static final int PE_SIGNATURE = 0x80; // where it is
    private static final int OPTIONAL_HEADER = 240;

    private static final short MACHINE_AMD64 = (short) 0x8664;
    private static final short EXECUTABLE_LARGE_ADDRESS_AWARE =
            0x2E; // and no line numbers, symbols
    private static final short PE32_PLUS = 0x20B;
    private static final short SUBSYSTEM_EFI_APPLICATION = 10;
    private static final int DIRECTORIES = 16;
    private static final int BASE_RELOCATION_TABLE = 5;

    private static final int CODE = 0x6000_0020; // CNT_CODE, MEM_EXECUTE, MEM_READ
    private static final int DATA = 0xC000_0040; // CNT_INITIALIZED_DATA, MEM_READ, MEM_WRITE
    private static final int DISCARDABLE = 0x4200_0040;

    private PeImage() {}

    public static byte[] of(LinkedImage image) {
        byte[] relocations = BaseRelocations.of(image.addresses());
        int codeAt = HEADERS;
        int dataAt = codeAt + alignUp(image.code().length, FILE_ALIGNMENT);
        int relocationsAt = dataAt + alignUp(image.data().length, FILE_ALIGNMENT);
        int fileBytes = relocationsAt + alignUp(relocations.length, FILE_ALIGNMENT);
        int dataRva = (int) (image.dataStart() - image.base());
        int relocationsRva = (int) (image.end() - image.base());
        int imageBytes = alignUp(relocationsRva + relocations.length, SECTION_ALIGNMENT);

        ByteBuffer file = ByteBuffer.allocate(fileBytes).order(ByteOrder.LITTLE_ENDIAN);
        file.putShort((short) 0x5A4D).putInt(0x3C, PE_SIGNATURE).position(PE_SIGNATURE);
        file.putInt(0x4550);
        file.putShort(MACHINE_AMD64).putShort((short) 3).putInt(0).putInt(0).putInt(0);
        file.putShort((short) OPTIONAL_HEADER).putShort(EXECUTABLE_LARGE_ADDRESS_AWARE);

        int directories = file.position() + 112;
        file.putShort(PE32_PLUS).putShort((short) 0);
        file.putInt(dataAt - codeAt).putInt(fileBytes - dataAt).putInt(0);
        file.putInt((int) (image.entry() - image.base())).putInt(LinkedImage.HEADERS);
        file.putLong(image.base()).putInt(SECTION_ALIGNMENT).putInt(FILE_ALIGNMENT);
        file.putLong(0).putLong(0); // versions
        file.putInt(imageBytes).putInt(HEADERS).putInt(0);
        file.putShort(SUBSYSTEM_EFI_APPLICATION).putShort((short) 0);
        file.putLong(0).putLong(0).putLong(0).putLong(0); // stack and heap: the firmware's
        file.putInt(0).putInt(DIRECTORIES);
        file.putInt(directories + 8 * BASE_RELOCATION_TABLE, relocationsRva);
        file.putInt(directories + 8 * BASE_RELOCATION_TABLE + 4, relocations.length - 8);
        file.position(directories + 8 * DIRECTORIES);

        section(file, ".text", LinkedImage.HEADERS, image.code().length, codeAt, dataAt, CODE);
        section(file, ".data", dataRva, relocationsRva - dataRva, dataAt, relocationsAt, DATA);
        section(
                file,
                ".reloc",
                relocationsRva,
                relocations.length,
                relocationsAt,
                fileBytes,
                DISCARDABLE);
        file.put(codeAt, image.code()).put(dataAt, image.data()).put(relocationsAt, relocations);
        return file.array();
    }

    private static void section(
            ByteBuffer file, String name, int rva, int bytes, int at, int end, int flags) {
        int start = file.position();
        for (int i = 0; i < name.length(); i++) {
            file.put((byte) name.charAt(i));
        }
        file.position(start + 8);
        file.putInt(bytes).putInt(rva).putInt(end - at).putInt(at);
        file.putInt(0).putInt(0).putInt(0).putInt(flags);
    }

    private static int alignUp(int value, int to) {
        return (value + to - 1) & -to;
    }
}
