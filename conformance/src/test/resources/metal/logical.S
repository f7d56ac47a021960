# A guest with two processors: the other one is started by its ID, gives itself a logical destination, and is then
# sent INIT by that, once for nobody and once for it. Only after an INIT does it take a SIPI.
        .include "guest.inc"
        .set APIC, 0xFEE00000
        .set START, 0x8000              # where the other one begins
        .set STARTS, 0x9000             # how often it has

begin:  lea rsi, [rip+other]
        mov edi, START
        mov ecx, other_end - other
        rep movsb
        mov dword ptr ds:[STARTS], 0
        mov rdi, APIC
        mov dword ptr [rdi+0xF0], 0x1FF

        mov dword ptr [rdi+0x310], 0x01000000
        mov dword ptr [rdi+0x300], 0x4500       # INIT
        call start
        SAY "starts by its ID"
        mov dword ptr [rdi+0x310], 0x04000000
        mov dword ptr [rdi+0x300], 0x4D00       # INIT, logical
        call start
        SAY "starts after INIT for another"
        mov dword ptr [rdi+0x310], 0x02000000
        mov dword ptr [rdi+0x300], 0x4D00
        call start
        SAY "starts after INIT for it"
        jmp finish

# A SIPI by its ID; then how often it has started, with time to do so.
start:  mov ecx, 200000
1:      pause
        loop 1b
        mov dword ptr [rdi+0x310], 0x01000000
        mov dword ptr [rdi+0x300], 0x4608
        mov ecx, 3000000
2:      pause
        loop 2b
        mov eax, ds:[STARTS]
        ret

        .code16
other:  cli
        xor ax, ax
        mov ds, ax
        lgdtd ds:[START+gdtr-other]
        mov eax, cr0
        or al, 1
        mov cr0, eax
        ljmp 8, START+flat32-other
        .code32
flat32:   mov ax, 16
        mov ds, ax
        mov edi, APIC
        mov dword ptr [edi+0xF0], 0x1FF
        mov dword ptr [edi+0xD0], 0x02000000    # LDR
        lock inc dword ptr [STARTS]
1:      hlt
        jmp 1b
        .balign 8
gdt:    .quad 0, 0x00CF9B000000FFFF, 0x00CF93000000FFFF
gdtr:   .word 23
        .long START+gdt-other
other_end:
        .code64
        END
