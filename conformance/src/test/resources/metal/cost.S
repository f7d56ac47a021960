# What an exit costs, in instructions: under QEMU's -icount shift=0 the time stamp counter counts them.
# A port that PortGuard guards, and CPUID.
        .include "guest.inc"

.macro TIMED instruction:vararg
        mov r12, -1
        mov r13d, 100
1:      xor eax, eax
        xor ecx, ecx
        rdtsc
        mov r14d, eax
        xor eax, eax
        xor ecx, ecx
        \instruction
        rdtsc
        sub eax, r14d
        cmp rax, r12
        cmovb r12, rax
        dec r13d
        jnz 1b
        mov rax, r12
.endm

begin:  TIMED nop
        mov rbp, rax
        TIMED cpuid
        sub rax, rbp
        SAY "instructions for CPUID"
        TIMED out 0x70, al
        sub rax, rbp
        SAY "instructions for a port"
        jmp finish
        END
