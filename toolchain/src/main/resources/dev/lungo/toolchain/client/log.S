# A program for Linux on x86-64 that prints the log of the Lungo Metal below it, and with any argument
# goes on printing what is new. It needs no privilege, no library and no driver: CPUID tells whether
# the hypervisor is there, and a VMCALL brings 32 bytes at a time. dev.lungo.metal.core.Log has the
# other end.
        .intel_syntax noprefix
        .set LEAF, 0x4C756E67
        .set READ_LOG, 0x4C756E6700000002
        .set SYS_WRITE, 1
        .set SYS_NANOSLEEP, 35
        .set SYS_EXIT, 60
        .globl _start
        .text
_start: mov r15, [rsp]                  # argc
        mov eax, LEAF
        xor ecx, ecx
        cpuid
        cmp ebx, 0x676E754C             # "Lung"
        jne none
        mov eax, LEAF
        mov ecx, 1
        cpuid
        mov r14d, eax                   # 1: the processor has VMMCALL
        xor ebx, ebx                    # where to read from
next:   mov rax, READ_LOG
        test r14d, 1
        jz 1f
        vmmcall
        jmp 2f
1:      vmcall
2:      test rax, rax
        jz all
        mov [rip+bytes], rcx
        mov [rip+bytes+8], rdx
        mov [rip+bytes+16], rsi
        mov [rip+bytes+24], rdi
        mov edi, 1
        lea rsi, [rip+bytes]
        mov rdx, rax
        mov eax, SYS_WRITE
        syscall
        test rax, rax
        jg next
        mov edi, 1
        jmp exit
all:    xor edi, edi
        cmp r15, 2
        jb exit
        lea rdi, [rip+second]
        xor esi, esi
        mov eax, SYS_NANOSLEEP
        syscall
        jmp next
none:   mov edi, 2
        lea rsi, [rip+absent]
        mov edx, offset absent_end - absent
        mov eax, SYS_WRITE
        syscall
        mov edi, 1
exit:   mov eax, SYS_EXIT
        syscall

absent: .ascii "there is no Lungo Metal below this system\n"
absent_end:
        .balign 8
second: .quad 1, 0
        .lcomm bytes, 32
        .section .note.GNU-stack, "", @progbits
