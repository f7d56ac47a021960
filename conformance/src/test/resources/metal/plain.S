# A guest that says whether there is Lungo Metal below it, and powers off.
        .include "guest.inc"

begin:  mov eax, 0x4C756E67
        xor ecx, ecx
        cpuid
        xor eax, eax
        cmp ebx, 0x676E754C             # "Lung"
        sete al
        SAY "Lungo Metal is below"
        jmp finish
        END
