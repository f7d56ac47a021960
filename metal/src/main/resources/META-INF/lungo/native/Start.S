# How the processor goes on where there is no hypervisor: 32-bit protected mode, CS 10h and the
# others 18h.
        .intel_syntax noprefix
        .text

# Start_enterFlat32(entry, rsp, gdt). SDM 3A, "Switching Out of IA-32e Mode Operation": paging ends
# in compatibility mode, in code that is mapped to itself.
        .globl Start_enterFlat32
Start_enterFlat32:
        cli
        sub rsp, 16
        mov word ptr [rsp+6], 31
        mov [rsp+8], rdx
        lgdt [rsp+6]
        mov eax, 0x18
        mov ds, eax
        mov es, eax
        mov ss, eax
        mov fs, eax
        mov gs, eax
        push 0x10
        lea rax, [rip+1f]
        push rax
        .byte 0x48
        lret
        .code32
1:      mov esp, esi
        mov eax, cr0
        and eax, 0x7FFFFFFF             # PG
        mov cr0, eax
        mov ecx, 0xC0000080             # IA32_EFER
        rdmsr
        and eax, 0xFFFFFEFF             # LME
        wrmsr
        xor eax, eax
        mov cr4, eax
        mov cr3, eax
        xor ebx, ebx
        xor ecx, ecx
        xor edx, edx
        xor ebp, ebp
        mov esi, edi
        xor edi, edi
        jmp esi
        .code64
        .section .note.GNU-stack, "", @progbits
