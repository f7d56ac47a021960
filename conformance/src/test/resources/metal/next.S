# A loader that UEFI or a hypervisor starts, which says over the first serial port whether there is Lungo Metal below
# it, and returns EFI_NOT_FOUND, so that what started it goes on. An EFI image as it is: PE Format, "PE32+".
        .intel_syntax noprefix
        .text
image:  .ascii "MZ"
        .org 0x3C
        .long 0x80
        .org 0x80
        .ascii "PE\0\0"
        .word 0x8664, 1                 # AMD64, one section
        .long 0, 0, 0
        .word 112, 0x2E                 # optional header's size; executable, of any address
        .word 0x20B, 0
        .long 0x1000, 0, 0, 0x1000      # code, data, entry
        .long 0x1000
        .quad 0x400000
        .long 0x1000, 0x1000            # alignment in memory and in the file
        .quad 0, 0
        .long 0x2000, 0x1000, 0         # sizes of image and headers
        .word 10, 0                     # EFI application
        .quad 0, 0, 0, 0
        .long 0, 0                      # no directories
        .ascii ".text\0\0\0"
        .long 0x1000, 0x1000, 0x1000, 0x1000, 0, 0, 0, 0x60000020
        .org 0x1000
        push rbx
        push rsi
        mov eax, 0x4C756E67
        xor ecx, ecx
        cpuid
        lea rsi, [rip+alone]
        cmp ebx, 0x676E754C             # "Lung"
        jne 1f
        lea rsi, [rip+below]
1:      mov dx, 0x3FD
        in al, dx
        test al, 0x20
        jz 1b
        lodsb
        mov dx, 0x3F8
        out dx, al
        test al, al
        jnz 1b
        pop rsi
        pop rbx
        mov rax, 0x800000000000000E     # EFI_NOT_FOUND
        ret
below:  .asciz "next: Lungo Metal is below\r\n"
alone:  .asciz "next: nothing is below\r\n"
        .org 0x2000
