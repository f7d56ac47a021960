# Entry to and exit from guests, the host's interrupt stubs, and how other processors start.
# A processor has a block
# of memory: its general registers in the order of their encodings, then what follows here, which is
# also in dev.lungo.metal.core.Block.
        .intel_syntax noprefix
        .set VCPU_VMCB, 144
        .set VCPU_HOST_VMCB, 152
        .set VCPU_FX, 160
        .set VCPU_NMIS, 168
        .set VCPU_INDEX, 184
        .set VCPU_INTERRUPT, 208

        .text

.macro SAVE_BUT_RDI
        mov [rdi+8], rcx
        mov [rdi+16], rdx
        mov [rdi+24], rbx
        mov [rdi+40], rbp
        mov [rdi+48], rsi
        mov [rdi+64], r8
        mov [rdi+72], r9
        mov [rdi+80], r10
        mov [rdi+88], r11
        mov [rdi+96], r12
        mov [rdi+104], r13
        mov [rdi+112], r14
        mov [rdi+120], r15
.endm

.macro LOAD_ALL
        mov rcx, [rdi+8]
        mov rdx, [rdi+16]
        mov rbx, [rdi+24]
        mov rbp, [rdi+40]
        mov rsi, [rdi+48]
        mov r8, [rdi+64]
        mov r9, [rdi+72]
        mov r10, [rdi+80]
        mov r11, [rdi+88]
        mov r12, [rdi+96]
        mov r13, [rdi+104]
        mov r14, [rdi+112]
        mov r15, [rdi+120]
        mov rdi, [rdi+56]
.endm

# What a function keeps for who has called it. System V ABI, "Register Usage".
.macro SAVE_CALLEES
        push rbx
        push rbp
        push r12
        push r13
        push r14
        push r15
.endm
.macro LOAD_CALLEES
        pop r15
        pop r14
        pop r13
        pop r12
        pop rbp
        pop rbx
.endm

# becomeGuest(block, stack): the guest continues at 1: on the old stack.
.macro BECOME_GUEST run
        SAVE_CALLEES
        pushfq
        cli
        mov [rdi+32], rsp
        lea rax, [rip+1f]
        mov [rdi+128], rax
        mov rax, [rsp]
        mov [rdi+136], rax
        mov rsp, rsi
        push rdi
        push rsi
        mov edi, [rdi+VCPU_INDEX]
        call Engine_prepare
        pop rsi
        pop rdi
        jmp \run
1:      popfq
        LOAD_CALLEES
        ret
.endm

        .globl Bare_svmBecomeGuest, Bare_vmxBecomeGuest
Bare_svmBecomeGuest:
        BECOME_GUEST Bare_svmRun
Bare_vmxBecomeGuest:
        BECOME_GUEST Bare_vmxRun

# Bare_vmxRun(block, stack). SDM 3C, "VM Entries": all general registers but RSP are ours to switch.
        .set HOST_RSP, 0x6C14
        .set HOST_RIP, 0x6C16
        .globl Bare_vmxRun
Bare_vmxRun:
        mov rsp, rsi
        and rsp, -16
        sub rsp, 16
        mov [rsp], rdi
        mov edx, HOST_RSP
        vmwrite rdx, rsp
        lea rax, [rip+vmx_exit]
        mov edx, HOST_RIP
        vmwrite rdx, rax
        mov rax, [rdi]
        LOAD_ALL
        vmlaunch
        jmp vmx_failed
vmx_exit:
        push rdi
        mov rdi, [rsp+8]
        pop qword ptr [rdi+56]
        mov [rdi], rax
        SAVE_BUT_RDI
        mov rax, [rdi+VCPU_FX]
        fxsave64 [rax]
        cld
        mov edi, [rdi+VCPU_INDEX]
        call VmxExits_handle
        mov rdi, [rsp]
        mov rax, [rdi+VCPU_FX]
        fxrstor64 [rax]
        mov rax, [rdi]
        LOAD_ALL
        vmresume
vmx_failed:
        call VmxExits_failed
        ud2

# Bare_svmRun(vcpu, stack). APM 2, "VMRUN": RAX has the physical address of the VMCB, and RSP,
# RAX and RFLAGS are the only registers that VMRUN and #VMEXIT switch.
        .globl Bare_svmRun
Bare_svmRun:
        mov rsp, rsi
        and rsp, -16
        sub rsp, 16
        mov [rsp], rdi
        clgi
        mov rax, [rdi+VCPU_HOST_VMCB]
        vmsave rax
        jmp 2f
1:      mov rdi, [rsp]
        mov edi, [rdi+VCPU_INDEX]
        call SvmExits_handle
        mov rdi, [rsp]
        mov rax, [rdi+VCPU_FX]
        fxrstor64 [rax]
2:      mov rax, [rdi+VCPU_VMCB]
        vmload rax
        LOAD_ALL
        vmrun rax
        push rdi
        mov rdi, [rsp+8]
        pop qword ptr [rdi+56]
        SAVE_BUT_RDI
        vmsave rax
        mov rax, [rdi+VCPU_HOST_VMCB]
        vmload rax
        mov rax, [rdi+VCPU_FX]
        fxsave64 [rax]
        cld
        jmp 1b

# Sleeps until an NMI has come after which the word is not 0. NMIs between the test and HLT begin
# again at the test: see metal_nmi.
        .globl Bare_waitNmi
Bare_waitNmi:
        stgi
metal_wait_begin:
        cmp dword ptr [rdi], 0
        jne metal_wait_end
        hlt
metal_wait_end:
        clgi
        cmp dword ptr [rdi], 0
        je Bare_waitNmi
        ret

        .globl Bare_loadGdt
Bare_loadGdt:
        sub rsp, 16
        mov [rsp+6], si
        mov [rsp+8], rdi
        lgdt [rsp+6]
        add rsp, 16
        lea rax, [rip+1f]
        push 8
        push rax
        .byte 0x48
        lret
1:      mov eax, 16
        mov ds, eax
        mov es, eax
        mov ss, eax
        xor eax, eax
        mov fs, eax
        mov gs, eax
        lldt ax
        mov eax, 24
        ltr ax
        ret

# Instructions that may fault: the fault handler goes from each label to the one after.
        .globl Bare_tryRdmsr, Bare_tryWrmsr, Bare_tryXsetbv
Bare_tryRdmsr:
        mov ecx, edi
may_fault_rdmsr:
        rdmsr
        mov [rsi], eax
        mov [rsi+4], edx
        xor eax, eax
        ret
Bare_tryWrmsr:
        mov ecx, edi
        mov eax, esi
        mov rdx, rsi
        shr rdx, 32
may_fault_wrmsr:
        wrmsr
        xor eax, eax
        ret
Bare_tryXsetbv:
        mov ecx, edi
        mov eax, esi
        mov rdx, rsi
        shr rdx, 32
may_fault_xsetbv:
        xsetbv
        xor eax, eax
        ret
faulted:
        mov eax, 1
        ret

# Interrupt stubs of the host, 16 bytes each. 
        .macro STUB n
        .balign 16
        .if (\n == 8) || (\n >= 10 && \n <= 14) || (\n == 17) || (\n == 21) || (\n == 29) || (\n == 30)
        .else
        push 0
        .endif
        push \n
        jmp host_fault
        .endm
        .balign 16
stubs:
        .set i, 0
        .rept 32
        STUB i
        .set i, i+1
        .endr

# External interrupts: 16 bytes each. The vector goes to the block.
        .balign 16
interrupt_stubs:
        .set i, 0
        .rept 256
        .balign 16
        push i
        jmp host_interrupt
        .set i, i+1
        .endr
host_interrupt:
        push rax
        push rcx
        mov rax, [rsp+64]
        mov ecx, [rsp+16]
        or ecx, 0x100
        mov [rax+VCPU_INTERRUPT], ecx
        and qword ptr [rsp+40], -0x201  # RFLAGS.IF: one is enough
        pop rcx
        pop rax
        add rsp, 8
        iretq

        .globl Bare_stub
Bare_stub:
        cmp edi, 2
        je 1f
        shl edi, 4
        lea rax, [rip+stubs]
        add rax, rdi
        ret
1:      lea rax, [rip+metal_nmi]
        ret
        .globl Bare_interruptStub
Bare_interruptStub:
        shl edi, 4
        lea rax, [rip+interrupt_stubs]
        add rax, rdi
        ret

# NMI: its stack (IST) has the address of the Vcpu above the frame.
        .balign 16
metal_nmi:
        push rax
        push rcx
        mov rax, [rsp+56]
        lock inc dword ptr [rax+VCPU_NMIS]
        mov rax, [rsp+16]
        lea rcx, [rip+metal_wait_begin]
        cmp rax, rcx
        jb 1f
        lea rcx, [rip+metal_wait_end]
        cmp rax, rcx
        jae 1f
        mov [rsp+16], rcx
1:      pop rcx
        pop rax
        iretq

# Frame: vector, error code, RIP, CS, RFLAGS, RSP, SS.
host_fault:
        push rax
        push rcx
        mov rax, [rsp+32]
        lea rcx, [rip+may_fault_rdmsr]
        cmp rax, rcx
        je 1f
        lea rcx, [rip+may_fault_wrmsr]
        cmp rax, rcx
        je 1f
        lea rcx, [rip+may_fault_xsetbv]
        cmp rax, rcx
        je 1f
        lea rdi, [rsp+16]
        and rsp, -16
        call HostFault_report
2:      cli
        hlt
        jmp 2b
1:      lea rcx, [rip+faulted]
        mov [rsp+32], rcx
        pop rcx
        pop rax
        add rsp, 16
        iretq

# Where another processor begins: copied to a page below 1 MiB, behind which Trampoline says the rest.
        .globl Bare_trampoline, Bare_arrival
Bare_trampoline:
        lea rax, [rip+trampoline_parts]
        movsxd rdi, dword ptr [rax+4*rdi]
        add rax, rdi
        ret
        .balign 4
trampoline_parts:
        .long trampoline-trampoline_parts, trampoline32-trampoline_parts
        .long trampoline64-trampoline_parts, trampoline_end-trampoline_parts
Bare_arrival:
        lea rax, [rip+Trampoline_arrive]
        ret

        .code16
        .balign 16
trampoline:
        cli
        cld
        mov ax, cs
        mov ds, ax
        movzx ebx, ax
        shl ebx, 4                      # the page
        lgdtd ds:[0xFE0]
        mov eax, cr0
        or al, 1
        and eax, 0x9FFFFFFF             # CD, NW
        mov cr0, eax
        jmp fword ptr ds:[0xFD8]
        .code32
trampoline32:
        mov eax, 16
        mov ds, eax
        mov es, eax
        mov ss, eax
        mov eax, 0x620                  # PAE, OSFXSR, OSXMMEXCPT
        mov cr4, eax
        mov eax, [ebx+0xFD0]
        mov cr3, eax
        mov ecx, 0xC0000080             # IA32_EFER
        rdmsr
        or eax, 0x100                   # LME
        wrmsr
        mov eax, cr0
        and eax, 0xFFFFFFF3             # TS, EM
        or eax, 0x80000023              # PG, NE, MP, PE
        mov cr0, eax
        jmp fword ptr [ebx+0xFC8]
        .code64
trampoline64:
        mov ebx, ebx
        fninit
        mov rdi, [rbx+0xFC0]
        mov rsp, [rbx+0xFB8]
        and rsp, -16
        call [rbx+0xFE8]
        ud2
trampoline_end:

# Bare_leave(block, IA32_FS_BASE, FS base, GS base, AMD-V?): interrupts are off, and NMIs until the
# guest's IDT is there. Host and guest have memory here mapped to itself.
        .globl Bare_leave
Bare_leave:
        mov rbx, rdi
        mov r12d, r8d
        mov r13, rdx
        mov r14, rcx
        mov r15d, esi
        mov rax, [rbx+VCPU_FX]
        fxrstor64 [rax]
        lgdt [rbx+0x226]
        lidt [rbx+0x236]
        test r12d, r12d
        jnz 1f
        vmxoff
1:      mov rax, [rbx+0x210]
        mov cr4, rax
        mov rax, [rbx+0x208]
        mov cr3, rax
        mov rax, [rbx+0x200]
        mov cr0, rax
        test r12d, r12d
        jz 2f
        stgi
2:      mov ecx, 0xC0000080             # IA32_EFER
        mov eax, [rbx+0x218]
        mov edx, [rbx+0x21C]
        wrmsr
        movzx eax, word ptr [rbx+0x242]
        push rax
        lea rax, [rip+3f]
        push rax
        .byte 0x48
        lret
3:      mov es, [rbx+0x240]
        mov ss, [rbx+0x244]
        mov ds, [rbx+0x246]
        mov fs, [rbx+0x248]
        mov gs, [rbx+0x24A]
        lldt [rbx+0x24C]
        movzx eax, word ptr [rbx+0x24E]
        and eax, 0xFFF8
        jz 4f                           # firmware often has no task
        mov rcx, [rbx+0x228]
        and byte ptr [rcx+rax+5], 0xFD  # not busy
        ltr ax
4:      mov ecx, r15d
        mov eax, r13d
        mov rdx, r13
        shr rdx, 32
        wrmsr
        inc ecx                         # IA32_GS_BASE
        mov eax, r14d
        mov rdx, r14
        shr rdx, 32
        wrmsr
        mov rax, [rbx+0x250]
        mov dr6, rax
        mov rax, [rbx+0x258]
        mov dr7, rax
        mov rdi, rbx
        mov rsp, [rdi+32]
        push qword ptr [rdi+128]
        push qword ptr [rdi+136]
        mov rax, [rdi]
        LOAD_ALL
        popfq
        ret

# Bare_jump(entry, rsi, tables, gdt): CS 10h, the others 18h.
        .globl Bare_jump
Bare_jump:
        sub rsp, 16
        mov word ptr [rsp+6], 31
        mov [rsp+8], rcx
        lgdt [rsp+6]
        mov cr3, rdx
        mov eax, 0x18
        mov ds, eax
        mov es, eax
        mov ss, eax
        mov fs, eax
        mov gs, eax
        push 0x10
        push rdi
        .byte 0x48
        lret

# Uefi_depart(copy): from the hypervisor's memory to the next loader, by a page of the guest's that
# this is copied to. Its second half has stack, calls, functions of the firmware's, the image that is next,
# and our own; UefiStart has the same. When that image returns, all processors leave the hypervisor, and this
# returns its status. Where they cannot, our own image ends under it.
        .globl Uefi_depart, uefi_departure, uefi_departure_call, uefi_departure_processor
        .globl uefi_departure_stay, uefi_departure_end
Uefi_depart:
        SAVE_CALLEES
        call rdi
        LOAD_CALLEES
        ret

uefi_departure:
        mov rbx, rdi
        mov r12, rsp
        mov rsp, [rbx+0x800]
        sub rsp, 64
        mov rax, [rbx+0x808]            # PROTECT
        call 1f
        mov rcx, [rbx+0x818]
        xor edx, edx
        xor r8d, r8d
        call [rbx+0x810]                # StartImage
        mov r13, rax
        mov rcx, [rbx+0x838]
        test rcx, rcx
        jz 2f
        lea rdx, [rip+uefi_departure_processor]
        xor r8d, r8d
        xor r9d, r9d
        mov qword ptr [rsp+32], 0
        mov [rsp+40], rbx
        mov qword ptr [rsp+48], 0
        call [rcx+16]                   # StartupAllAPs; with one processor it fails
2:      call 3f
        test rax, rax
        jnz 4f
        mov rax, r13
        mov rsp, r12
        ret
4:      mov rcx, [rbx+0x828]
        mov rdx, r13
        xor r8d, r8d
        xor r9d, r9d
        call [rbx+0x820]                # Exit
        ud2

# Another processor, called by the firmware with the page; or the event of ExitBootServices.
uefi_departure_processor:
        push rbx
        mov rbx, rcx
        call 3f
        pop rbx
        ret
uefi_departure_stay:
        mov rax, [rdx+0x848]            # STAY
        jmp 1f

# LEAVE.
3:      mov rax, [rbx+0x840]
1:
uefi_departure_call:
        .byte 0x0F, 0x01, 0xD9          # VMMCALL; the copy has VMCALL on Intel's
        ret
uefi_departure_end:
        .section .note.GNU-stack, "", @progbits
