# What a hypervisor's handlers are called for, from the guest's side: AllHandlers is below. Page 8000h
# is watched, and what goes to its second half is kept from it; port 4E0h is guarded.
        .include "guest.inc"
        .set PAGE, 0x8000
        .set PORT, 0x4E0
        .set REPORT, 0x1000
        .set TRAP, 0x1001
        .set LEAVE, 0x1002

# The counts as they are: writes R8, elements R9, their sum R10, interrupts R11, traps R12, timer R13.
report: mov eax, REPORT
        jmp call_below

begin:  cmp byte ptr [rip+call_kind], 0xC1
        je strings                      # the VT-x that there is to run this on has no monitor trap
        call report
        mov r14, r8
        mov rbx, PAGE
        mov dword ptr [rbx], 7
        add dword ptr [rbx], 5
        mov eax, [rbx]
        SAY "add to the page"
        mov rax, 0x1122334455667788
        movq xmm0, rax
        punpcklqdq xmm0, xmm0
        movaps [rbx+0x30], xmm0
        mov rax, [rbx+0x38]
        SAY "movaps to the page"
        mov eax, 3
        lock xadd [rbx], eax
        SAY "xadd gave"
        mov eax, [rbx]
        SAY "xadd left"
        call report
        mov rax, r8
        sub rax, r14
        SAY "writes so far"
        mov r14, r8
        lea rdi, [rbx+0x40]
        mov eax, 0x5A
        mov ecx, 16
        rep stosb
        mov rax, [rbx+0x48]
        SAY "rep stosb to the page"
        call report
        mov rax, r8
        sub rax, r14
        SAY "writes of rep stosb"
        mov eax, 9
        mov [rbx+0x800], eax
        mov eax, [rbx+0x800]
        SAY "kept from the page"
        mov eax, 9
        xchg [rbx+0x808], eax
        SAY "xchg got"
        mov eax, [rbx+0x808]
        SAY "xchg left"

        # The stack on the page: PUSHF, an exception, a software interrupt.
        mov rbp, rsp
        lea rsp, [rbx+0x200]
        pushfq
        mov rsp, rbp
        mov eax, [rbx+0x1F8]
        and eax, 0x100
        SAY "TF as pushed"
        lea rax, [rip+1f]
        mov [rip+resume], rax
        mov [rip+resume_sp], rbp
        lea rsp, [rbx+0x300]
0:      ud2
1:      lea rcx, [rip+0b]
        mov rax, [rip+from]
        sub rax, rcx
        SAY "ud2 came from"
        mov rax, [rip+vector]
        SAY "ud2 was"
        lea rax, [rip+1f]
        mov [rip+resume], rax
        lea rsp, [rbx+0x300]
0:      int 0x30
1:      lea rcx, [rip+0b]
        mov rax, [rip+from]
        sub rax, rcx
        SAY "int came from"
        mov rax, [rip+vector]
        SAY "int was"
        mov qword ptr [rip+resume], 0

strings:
        # Exceptions instead of instructions; an MSR that was not asked for.
        lea rax, [rip+1f]
        mov [rip+resume], rax
        mov [rip+resume_sp], rsp
        mov ecx, 0xC0000103
0:      rdmsr
1:      lea rcx, [rip+0b]
        mov rax, [rip+from]
        sub rax, rcx
        SAY "rdmsr came from"
        mov rax, [rip+vector]
        SAY "rdmsr was"
        lea rax, [rip+1f]
        mov [rip+resume], rax
        mov edx, 0x4E0
        mov al, 0xEE
0:      out dx, al
1:      lea rcx, [rip+0b]
        mov rax, [rip+from]
        sub rax, rcx
        SAY "out came from"
        lea rax, [rip+1f]
        mov [rip+resume], rax
        lea rsi, [rip+forbidden]
        mov ecx, 3
0:      rep outsb
1:      lea rdx, [rip+0b]
        mov rax, [rip+from]
        sub rax, rdx
        SAY "rep outsb came from"
        mov rax, rcx
        SAY "rep outsb leaves"
        mov qword ptr [rip+resume], 0
        mov ecx, 0x8B
        rdmsr
        SAY "microcode"

        # String instructions.
        call report
        mov r14, r9
        mov r15, r10
        mov edx, PORT
        lea rsi, [rip+ten]
        mov ecx, 10
        rep outsb
        mov rax, rcx
        SAY "outsb leaves"
        lea rcx, [rip+ten]
        mov rax, rsi
        sub rax, rcx
        SAY "outsb went"
        mov ecx, 200
        lea rsi, [rip+idt]
        rep outsd
        call report
        mov rax, r9
        sub rax, r14
        SAY "elements out"
        lea rdi, [rip+room+8]
        mov edx, PORT
        mov ecx, 3
        std
        rep insw
        cld
        mov rax, [rip+room+4]
        shr rax, 0
        SAY "insw backwards"
        lea rdi, [rip+room+32]
        insd
        mov eax, [rip+room+32]
        SAY "insd"
        lea rax, [rip+1f]
        mov [rip+resume], rax
        mov [rip+resume_sp], rsp
        mov rdi, 0x7000000FFE
        mov ecx, 5
        rep insd
1:      mov rax, cr2
        SAY "insd faults at"
        mov rax, [rip+vector]
        SAY "insd fault is"
        mov rax, rcx
        SAY "insd leaves"
        mov qword ptr [rip+resume], 0

        # Interrupts to itself.
        mov rdi, 0xFEE00000
        mov dword ptr [rdi+0xF0], 0x1FF
        mov al, 0xFF                    # nothing from the 8259s
        out 0x21, al
        out 0xA1, al
        mov eax, [rdi+0x20]
        mov [rdi+0x310], eax
        call report
        mov r14, r11
        mov dword ptr [rip+count], 0
        mov dword ptr [rdi+0x300], 0x4041
        mov dword ptr [rdi+0x300], 0x4051
        sti
        mov ecx, 100000
1:      pause
        cmp dword ptr [rip+count], 2
        je 2f
        loop 1b
2:      cli
        mov dword ptr [rdi+0xB0], 0
        mov dword ptr [rdi+0xB0], 0
        mov eax, [rip+count]
        SAY "interrupts taken"
        mov rax, [rip+vector]
        SAY "last of them"
        call report
        mov rax, r11
        sub rax, r14
        SAY "interrupts seen"
        sti
        mov dword ptr [rdi+0x300], 0x4061  # which is kept
        mov ecx, 1000
1:      pause
        loop 1b
        cli
        mov eax, [rip+count]
        SAY "interrupts taken"
        mov eax, [rdi+0x130]
        SAY "in service"

        # Instruction by instruction.
        call report
        mov r14, r12
        mov ebx, 7
        mov eax, TRAP
        call call_below
        nop
        nop
        nop
        nop
        nop
        nop
        nop
        nop
        nop
        nop
        call report
        mov rax, r12
        sub rax, r14
        SAY "traps"
        pushfq
        pop rax
        and eax, 0x100
        SAY "TF afterwards"

        mov ecx, 3000000
1:      push rcx
        xor eax, eax
        cpuid
        call report
        pop rcx
        test r13, r13
        jnz 2f
        loop 1b
2:      test r13, r13
        setnz al
        movzx eax, al
        SAY "timer"

        # An NMI that is sent within an NMI's handler comes once that has ended, not at its IRET.
        lea rax, [rip+nmi]
        lea rdi, [rip+idt+2*16]
        mov [rdi], ax
        shr rax, 16
        mov [rdi+6], ax
        mov rdi, 0xFEE00000
        mov dword ptr [rdi+0x300], 0x4400
        mov ecx, 1000000
1:      pause
        cmp dword ptr [rip+nmis], 3
        je 2f
        loop 1b
2:      mov eax, [rip+nmis]
        SAY "NMIs"
        mov eax, [rip+nested]
        SAY "NMIs before the IRET of another"

        # From here on there is nobody below.
        mov ecx, 0xC0000100             # IA32_FS_BASE
        mov eax, 0x12345000
        xor edx, edx
        wrmsr
        mov eax, LEAVE
        mov r15d, 0x5A5A
        stc
        call call_below
        setc bl
        SAY "left with"
        movzx eax, bl
        SAY "carry"
        mov eax, r15d
        SAY "R15"
        mov eax, 0x4C756E67
        xor ecx, ecx
        cpuid
        xor eax, eax
        cmp ebx, 0x676E754C             # "Lung"
        sete al
        SAY "still below"
        mov ecx, 0xC0000100
        rdmsr
        SAY "FS base"
        mov ecx, 0xC0000080             # IA32_EFER: SVME and LMA
        rdmsr
        and eax, 0x1400
        SAY "EFER"
        mov rax, cr4
        shr eax, 13
        and eax, 1
        SAY "VMXE"
        mov qword ptr [rip+resume], 0
        int 0x31
        mov eax, [rip+vector]
        SAY "interrupt alone"
        mov dword ptr ds:[0x8000], 7
        mov eax, ds:[0x8000]
        SAY "page alone"
        jmp finish

nmi:    push rax
        push rcx
        push rdi
        lea rcx, [rip+nmi_ends]
        cmp [rsp+24], rcx
        jne 1f
        inc dword ptr [rip+nested]
1:      lea rcx, [rip+nmi]
        mov rax, [rsp+24]
        sub rax, rcx
        cmp rax, nmi_ends - nmi
        ja 2f
        inc dword ptr [rip+nested]
2:      inc dword ptr [rip+nmis]
        cmp dword ptr [rip+nmis], 3
        jae 3f
        mov rdi, 0xFEE00000
        mov dword ptr [rdi+0x300], 0x4400
        mov ecx, 1000
4:      pause
        loop 4b
3:      pop rdi
        pop rcx
        pop rax
nmi_ends:
        iretq

forbidden: .byte 0, 0xEE, 0
ten:    .byte 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
        .balign 8
nmis:   .long 0
nested: .long 0
room:   .skip 64
        END
