# Entered in 32-bit protected mode with flat segments by a multiboot loader, as a PVH guest, or as
# coreboot's payload; the image is where it was linked. Goes to long mode and on to lungo_start32.
        .section .boot32, "ax", @progbits
        .code32

# Multiboot Specification 0.6.96, "The layout of Multiboot header" (3.1.1): page-aligned modules,
# memory information, and where the image goes is in its ELF header.
        .align  4
        .long   0x1BADB002, 3, -(0x1BADB002 + 3)

        .global lungo_start_multiboot, lungo_start_pvh, lungo_start_coreboot
lungo_start_pvh:
        mov     $2, %edi
        jmp     1f
lungo_start_coreboot:
        mov     $4, %edi
        xor     %ebx, %ebx
        jmp     1f
lungo_start_multiboot:
        mov     $1, %edi
1:      cli
        cld
        mov     $boot_stack_end, %esp

        # Page tables: 4 GiB one to one.
        mov     $tables + 4096 + 3, %eax
        mov     %eax, tables
        mov     $tables + 2 * 4096 + 3, %eax
        mov     $tables + 4096, %edx
        mov     $4, %ecx
2:      mov     %eax, (%edx)
        add     $4096, %eax
        add     $8, %edx
        loop    2b
        mov     $0x83, %eax                     # present, writable, large
        mov     $tables + 2 * 4096, %edx
        mov     $2048, %ecx
3:      mov     %eax, (%edx)
        add     $0x200000, %eax
        add     $8, %edx
        loop    3b

        mov     $tables, %eax
        mov     %eax, %cr3
        mov     %cr4, %eax
        or      $0x620, %eax                    # PAE, OSFXSR, OSXMMEXCPT
        mov     %eax, %cr4
        mov     $0xC0000080, %ecx               # IA32_EFER
        rdmsr
        or      $0x100, %eax                    # LME
        wrmsr
        mov     %cr0, %eax
        and     $~0x6000000C, %eax              # CD, NW, TS, EM
        or      $0x80000023, %eax               # PG, NE, MP, PE
        mov     %eax, %cr0
        fninit                                  # after a reset x87 exceptions are not masked
        lgdt    gdtr
        ljmp    $0x08, $4f

        .code64
4:      mov     $0x10, %eax
        mov     %eax, %ds
        mov     %eax, %es
        mov     %eax, %ss
        xor     %eax, %eax
        mov     %eax, %fs
        mov     %eax, %gs
        mov     %ebx, %esi
        mov     $boot_stack_end, %esp
        call    lungo_start32                   # (kind, information), does not return

        .align  8
gdt:    .quad   0, 0x00AF9A000000FFFF, 0x00CF92000000FFFF
gdtr:   .word   gdtr - gdt - 1
        .long   gdt

        .section .bss.boot, "aw", @nobits
        .align  4096
tables: .skip   6 * 4096
        .skip   16384
boot_stack_end:

        .section .note.pvh, "a", @note
        .align  4
        .long   4, 4, 18                        # XEN_ELFNOTE_PHYS32_ENTRY
        .asciz  "Xen"
        .long   lungo_start_pvh
        .section .note.GNU-stack, "", @progbits
