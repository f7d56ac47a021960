package dev.lungo.firmware.bios;

/**
 * INT 10h, AX = 4F0Ah: three functions as 32-bit code, which a program copies to where it wants
 * them. VBE 3.0, "Return VBE Protected Mode Interface", as version 2.0 had it; of the registers,
 * see {@link Vbe}.
 */
final class VbeProtectedMode {
    // Offsets of the functions behind the table
    private static final int SET_WINDOW = 0x00;
    private static final int SET_DISPLAY_START = 0x18;
    private static final int SET_PALETTE = 0x80;

    private static final int TABLE_BYTES = 8;

    // spotless:off
    private static final String CODE = // NASM
            // Set window
            "50"              // push eax
            + "52"            // push edx
            + "52"            // push edx
            + "66B80500"      // mov ax,5
            + "66BACE01"      // mov dx,1CEh
            + "66EF"          // out dx,ax
            + "42"            // inc edx
            + "58"            // pop eax
            + "66EF"          // out dx,ax
            + "5A"            // pop edx
            + "58"            // pop eax
            + "66B84F00"      // mov ax,4Fh
            + "C3"            // ret
            // Set display start
            + "60"            // pushad
            + "C1E210"        // shl edx,16
            + "6689CA"        // mov dx,cx
            + "C1E202"        // shl edx,2
            + "89D3"          // mov ebx,edx
            + "66B80300"      // mov ax,3
            + "E83D000000"    // call get
            + "0FB7C8"        // movzx ecx,ax
            + "83C107"        // add ecx,7
            + "C1E903"        // shr ecx,3
            + "66B80600"      // mov ax,6
            + "E82B000000"    // call get
            + "0FB7F0"        // movzx esi,ax
            + "89D8"          // mov eax,ebx
            + "31D2"          // xor edx,edx
            + "F7F1"          // div ecx
            + "31D2"          // xor edx,edx
            + "F7F6"          // div esi
            + "89C3"          // mov ebx,eax
            + "89D1"          // mov ecx,edx
            + "66B80800"      // mov ax,8
            + "E81B000000"    // call set
            + "89D9"          // mov ecx,ebx
            + "66B80900"      // mov ax,9
            + "E810000000"    // call set
            + "61"            // popad
            + "66B84F00"      // mov ax,4Fh
            + "C3"            // ret
            // reads register AX into AX
            + "66BACE01"      // mov dx,1CEh
            + "66EF"          // out dx,ax
            + "42"            // inc edx
            + "66ED"          // in ax,dx
            + "C3"            // ret
            // writes CX to register AX
            + "66BACE01"      // mov dx,1CEh
            + "66EF"          // out dx,ax
            + "42"            // inc edx
            + "89C8"          // mov eax,ecx
            + "66EF"          // out dx,ax
            + "C3"            // ret
            // Set palette data
            + "60"            // pushad
            + "89D0"          // mov eax,edx
            + "BAC8030000"    // mov edx,3C8h
            + "EE"            // out dx,al
            + "42"            // inc edx
            + "0FB7C9"        // movzx ecx,cx
            + "E313"          // jecxz .done
            + "268A4702"      // mov al,[es:edi+2]
            + "EE"            // out dx,al
            + "268A4701"      // mov al,[es:edi+1]
            + "EE"            // out dx,al
            + "268A07"        // mov al,[es:edi]
            + "EE"            // out dx,al
            + "83C704"        // add edi,4
            + "E2ED"          // loop .next
            + "61"            // popad
            + "66B84F00"      // mov ax,4Fh
            + "C3";           // ret
    // spotless:on

    static final int BYTES = TABLE_BYTES + CODE.length() / 2;

    private VbeProtectedMode() {}

    /** Writes the table, whose last entry says that no ports need to be allowed, and the code. */
    static void write(SafeMemory memory, long at) {
        memory.u16(at, TABLE_BYTES + SET_WINDOW);
        memory.u16(at + 2, TABLE_BYTES + SET_DISPLAY_START);
        memory.u16(at + 4, TABLE_BYTES + SET_PALETTE);
        memory.u16(at + 6, 0);
        for (int i = 0; i < CODE.length(); i += 2) {
            memory.u8(at + TABLE_BYTES + i / 2, Integer.parseInt(CODE, i, i + 2, 16));
        }
    }
}
