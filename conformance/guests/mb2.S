# A Multiboot 2 kernel that prints what it was started with, and powers off.
# Multiboot2 Specification 2.0: "Multiboot2 header", "Machine state", "Boot information".

        .set    HEADER_MAGIC, 0xE85250D6
        .set    LOADER_MAGIC, 0x36D76289
        .set    COM1, 0x3F8
        .set    PM1A_CONTROL, 0x604     # ACPI: SLP_EN with SLP_TYP 0

        .text
        .code32
        .balign 8
header: .long   HEADER_MAGIC, 0, header_end - header
        .long   -(HEADER_MAGIC + header_end - header)
        .word   0, 0                    # the end tag
        .long   8
header_end:

        .globl  start
start:  mov     $stack, %esp
        cmp     $LOADER_MAGIC, %eax
        jne     off
        lea     8(%ebx), %edi           # the first tag
tag:    mov     (%edi), %eax
        test    %eax, %eax
        jz      done
        cmp     $1, %eax                # the command line
        jne     next
        lea     8(%edi), %esi
        call    print
next:   mov     4(%edi), %eax           # its size, to be padded to 8
        lea     7(%edi,%eax), %edi
        and     $~7, %edi
        jmp     tag
done:   mov     $marker, %esi
        call    print
off:    mov     $PM1A_CONTROL, %edx
        mov     $0x2000, %eax
        outw    %ax, %dx
halt:   cli
        hlt
        jmp     halt

print:  mov     $COM1, %edx             # ESI: a string that a zero ends
1:      lodsb
        test    %al, %al
        jz      2f
        outb    %al, %dx
        jmp     1b
2:      ret

marker: .asciz  "\r\nLUNGO-GUEST-OK multiboot2\r\n"

        .bss
        .balign 16
        .skip   1024
stack:
        .section .note.GNU-stack, "", @progbits
