package dev.lungo.boot;

import dev.lungo.boot.bytes.ByteWriter;
import java.util.List;

/** The smallest kernels of each format, made by hand. */
public final class Images {
    public static final long MIB = 1 << 20;

    private Images() {}

    public static BootFile file(String name, ByteWriter content) {
        return new BootFile(name, content.toBytes());
    }

    public static BootRequest request(BootFile kernel, long ramBytes) {
        return new BootRequest(kernel, List.of(), "console=ttyS0", MemoryMap.of(ramBytes), 0);
    }

    public static BootRequest request(BootFile kernel, BootFile module, long ramBytes) {
        return new BootRequest(kernel, List.of(module), "console=ttyS0", MemoryMap.of(ramBytes), 0);
    }

    /** A bzImage of one setup sector and 4 KiB of code (90h), which runs in 8 MiB at 16 MiB. */
    public static ByteWriter bzImage() {
        ByteWriter image = new ByteWriter().zeros(1024);
        for (int i = 0; i < 4096; i++) {
            image.u8(0x90);
        }
        image.setU8(0x1F1, 1); // setup_sects
        image.setU32(0x1F4, 4096 / 16); // syssize
        image.setU16(0x1FE, 0xAA55);
        image.setU16(0x200, 0x6AEB); // jmp over the header, which ends at 26Ch
        image.setU32(0x202, 0x5372_6448);
        image.setU16(0x206, 0x20F);
        image.setU8(0x211, 1); // loadflags: LOADED_HIGH
        image.setU32(0x22C, 0x7FFF_FFFF); // initrd_addr_max
        image.setU32(0x230, 0x20_0000); // kernel_alignment
        image.setU8(0x234, 1); // relocatable_kernel
        image.setU16(0x236, 1); // xloadflags: XLF_KERNEL_64
        image.setU32(0x238, 2047); // cmdline_size
        image.setU64(0x258, 16 * MIB); // pref_address
        image.setU32(0x260, 8 * MIB); // init_size
        return image;
    }

    /** An ELF file whose only segment is {@code content}, with as much again of bss behind it. */
    public static ByteWriter elf32(long linear, long physical, long entry, byte[] content) {
        ByteWriter elf = new ByteWriter();
        elf.u32(0x464C_457F).u8(1).u8(1).u8(1).zeros(9);
        elf.u16(2).u16(3).u32(1); // ET_EXEC, EM_386
        elf.u32(entry).u32(52).u32(0).u32(0); // program headers at 52
        elf.u16(52).u16(32).u16(1).u16(0).u16(0).u16(0);
        elf.u32(1).u32(88).u32(linear).u32(physical); // PT_LOAD
        elf.u32(content.length).u32(2L * content.length).u32(7).u32(4);
        return elf.zeros(4).bytes(content); // Multiboot2 headers are at multiples of 8
    }

    /** As {@link #elf32}, and with a note that says where the PVH entry is. */
    public static ByteWriter elf64(long linear, long physical, long pvhEntry, byte[] content) {
        byte[] note =
                new ByteWriter()
                        .u32(4)
                        .u32(8)
                        .u32(3)
                        .text("GNU\0")
                        .u64(0) // somebody else's
                        .u32(4)
                        .u32(4)
                        .u32(18)
                        .text("Xen\0")
                        .u32(pvhEntry)
                        .toBytes();
        int first = 64 + 2 * 56;
        ByteWriter elf = new ByteWriter();
        elf.u32(0x464C_457F).u8(2).u8(1).u8(1).zeros(9);
        elf.u16(2).u16(62).u32(1); // ET_EXEC, EM_X86_64
        elf.u64(linear).u64(64).u64(0).u32(0); // program headers at 64
        elf.u16(64).u16(56).u16(2).u16(0).u16(0).u16(0);
        elf.u32(1).u32(7).u64(first + note.length).u64(linear).u64(physical); // PT_LOAD
        elf.u64(content.length).u64(2L * content.length).u64(4096);
        elf.u32(4).u32(4).u64(first).u64(0).u64(0).u64(note.length).u64(note.length).u64(4);
        return elf.bytes(note).bytes(content);
    }

    /** A Multiboot header without addresses. */
    public static ByteWriter multiboot(long flags) {
        return new ByteWriter().u32(0x1BAD_B002).u32(flags).u32(-0x1BAD_B002L - flags);
    }

    /** A Multiboot2 header with these tags, and the end tag. */
    public static ByteWriter multiboot2(ByteWriter... tags) {
        ByteWriter all = new ByteWriter();
        for (ByteWriter tag : tags) {
            all.bytes(tag.toBytes()).alignTo(8);
        }
        all.u16(0).u16(0).u32(8);
        int length = 16 + all.length();
        ByteWriter header = new ByteWriter().u32(0xE852_50D6L).u32(0).u32(length);
        return header.u32(-0xE852_50D6L - length).bytes(all.toBytes());
    }

    public static ByteWriter tag(int type, boolean optional, long... values) {
        ByteWriter tag =
                new ByteWriter().u16(type).u16(optional ? 1 : 0).u32(8 + 4L * values.length);
        for (long value : values) {
            tag.u32(value);
        }
        return tag;
    }
}
