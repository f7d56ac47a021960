# A guest that does what no operating system would, and tells over the first serial port how the
# processor answered: a line for each, "name: ok" or "name: #vector". It has the header and the
# 64-bit entry of a Linux kernel (Documentation/arch/x86/boot.rst), so that whatever starts Linux
# starts it.
        .intel_syntax noprefix
        .set BASE, 0x1000000
        .text
        .org 0x1F1
        .byte 1                         # setup_sects
        .org 0x201
        .byte 0x66                      # end of the header: 268h
        .ascii "HdrS"
        .word 0x20F
        .org 0x211
        .byte 1                         # loaded high
        .org 0x230
        .long 0x200000                  # kernel_alignment
        .byte 1, 21                     # relocatable, min_alignment
        .word 1                         # xloadflags: 64-bit entry
        .long 2047
        .org 0x258
        .quad BASE                      # pref_address
        .long 0x100000                  # init_size
        .org 0x400
kernel:
        .org 0x600
entry:  lea rsp, [rip+stack_end]
        mov r15, rsi                    # boot_params
        cld
        # An IDT whose gates all lead to expected.
        lea rdi, [rip+idt]
        lea rsi, [rip+stubs]
        mov ecx, 32
1:      mov rax, rsi
        mov [rdi], ax
        mov word ptr [rdi+2], 0x10
        mov word ptr [rdi+4], 0x8E00
        shr rax, 16
        mov [rdi+6], ax
        shr rax, 16
        mov [rdi+8], eax
        add rdi, 16
        add rsi, 16
        loop 1b
        lea rax, [rip+idt]
        mov [rip+idtr+2], rax
        lidt [rip+idtr]
        mov rax, cr4
        or eax, 0x40600                 # OSXSAVE, OSXMMEXCPT, OSFXSR
        mov cr4, rax

# Between TRY and DONE is what is tried; then it says what came of it.
.macro TRY name
        jmp 79f
77:     .asciz "\name"
79:     lea rsi, [rip+77b]
        call print
        mov dword ptr [rip+vector], -1
        lea rax, [rip+78f]
        mov [rip+resume], rax
        mov [rip+resume_sp], rsp
        xor eax, eax
        xor ecx, ecx
        xor edx, edx
.endm
.macro DONE
78:     call outcome
.endm

        xor eax, eax
        cpuid
        cmp ebx, 0x756E6547             # "Genu"
        jne 1f
        mov byte ptr [rip+call_kind], 0xC1
1:      lea rsi, [rip+hello]
        call print

        mov eax, 0x4C756E67
        cpuid
        lea rsi, [rip+leaf_no]
        cmp ebx, 0x676E754C
        jne 1f
        lea rsi, [rip+leaf_yes]
1:      call print
        mov eax, 1
        cpuid
        shr ecx, 5
        and ecx, 1
        lea rsi, [rip+vmx_is]
        call flag
        mov eax, 0x80000001
        xor ecx, ecx
        cpuid
        shr ecx, 2
        and ecx, 1
        lea rsi, [rip+svm_is]
        call flag

        mov ecx, 0x8B
        rdmsr
        and eax, edx
        cmp eax, -1
        sete cl
        movzx ecx, cl
        lea rsi, [rip+ucode_is]
        call flag
        TRY "load microcode: "
        mov ecx, 0x79
        wrmsr
        DONE

        TRY "rdmsr 12345678h: "
        mov ecx, 0x12345678
        rdmsr
        DONE
        TRY "wrmsr 12345678h: "
        mov ecx, 0x12345678
        wrmsr
        DONE
        TRY "rdmsr 40000000h: "
        mov ecx, 0x40000000
        rdmsr
        DONE
        TRY "wrmsr 40000000h: "
        mov ecx, 0x40000000
        wrmsr
        DONE
        TRY "rdmsr FFFFFFFFh: "
        mov ecx, -1
        rdmsr
        DONE
        TRY "wrmsr FFFFFFFFh: "
        mov ecx, -1
        wrmsr
        DONE
        TRY "rdmsr VM_CR: "
        mov ecx, 0xC0010114
        rdmsr
        DONE
        TRY "rdmsr VM_HSAVE_PA: "
        mov ecx, 0xC0010117
        rdmsr
        DONE
        TRY "wrmsr VM_HSAVE_PA: "
        mov ecx, 0xC0010117
        wrmsr
        DONE
        TRY "EFER.SVME: "
        mov ecx, 0xC0000080
        rdmsr
        or eax, 0x1000
        wrmsr
        DONE
        TRY "EFER.LME cleared: "
        mov ecx, 0xC0000080
        rdmsr
        and eax, ~0x100
        wrmsr
        DONE
        TRY "EFER reserved bit: "
        mov ecx, 0xC0000080
        rdmsr
        or eax, 0x80000000
        wrmsr
        DONE
        TRY "EFER as it is: "
        mov ecx, 0xC0000080
        rdmsr
        wrmsr
        DONE

        TRY "vmrun: "
        vmrun
        DONE
        TRY "vmload: "
        vmload
        DONE
        TRY "vmsave: "
        vmsave
        DONE
        TRY "stgi: "
        stgi
        DONE
        TRY "clgi: "
        clgi
        DONE
        TRY "skinit: "
        skinit
        DONE
        TRY "invlpga: "
        invlpga
        DONE
        TRY "vmxon: "
        vmxon [rip+zero]
        DONE
        TRY "vmxoff: "
        vmxoff
        DONE
        TRY "vmclear: "
        vmclear [rip+zero]
        DONE
        TRY "vmptrld: "
        vmptrld [rip+zero]
        DONE
        TRY "vmptrst: "
        vmptrst [rip+zero]
        DONE
        TRY "vmread: "
        vmread rax, rcx
        DONE
        TRY "vmwrite: "
        vmwrite rcx, rax
        DONE
        TRY "vmlaunch: "
        vmlaunch
        DONE
        TRY "vmresume: "
        vmresume
        DONE
        TRY "invept: "
        invept rax, [rip+zero]
        DONE
        TRY "invvpid: "
        invvpid rax, [rip+zero]
        DONE

        TRY "invd: "
        invd
        DONE
        TRY "wbinvd: "
        wbinvd
        DONE
        TRY "xsetbv 3: "
        mov eax, 3
        xsetbv
        DONE
        TRY "xsetbv without x87: "
        mov eax, 2
        xsetbv
        DONE
        TRY "xsetbv reserved: "
        mov eax, 3
        mov edx, 0x40000000
        xsetbv
        DONE
        TRY "xsetbv of XCR7: "
        mov eax, 3
        mov ecx, 7
        xsetbv
        DONE
        TRY "CR0 high bits: "
        mov rax, cr0
        bts rax, 40
        mov cr0, rax
        DONE
        TRY "CR0.NW without CD: "
        mov rax, cr0
        bts rax, 29
        mov cr0, rax
        DONE
        TRY "CR0.PE cleared: "
        mov rax, cr0
        btr rax, 0
        mov cr0, rax
        DONE
        TRY "CR0.PG cleared: "
        mov rax, cr0
        btr rax, 31
        mov cr0, rax
        DONE
        TRY "CR0.NE cleared and set: "
        mov rax, cr0
        btr rax, 5
        mov cr0, rax
        bts rax, 5
        mov cr0, rax
        DONE
        TRY "CR4 reserved bit: "
        mov rax, cr4
        bts rax, 40
        mov cr4, rax
        DONE
        TRY "CR4.PAE cleared: "
        mov rax, cr4
        btr rax, 5
        mov cr4, rax
        DONE
        TRY "CR4.VMXE: "
        mov rax, cr4
        bts rax, 13
        mov cr4, rax
        DONE

        # Behind everything: 512 GiB and more, if the processor has that many address bits; and 500 GiB.
        mov rax, cr3
        lea rcx, [rip+pdpt]
        mov rdx, rcx
        or rdx, 3
        mov [rax+8], rdx
        mov rdx, 0x7D00000083
        mov [rcx], rdx
        mov rax, cr3
        mov cr3, rax
        mov rbx, 0x8000000000
        TRY "read at 500 GiB: "
        mov rax, [rbx]
        DONE
        TRY "write at 500 GiB: "
        mov [rbx+0x1008], eax
        DONE

        # The hypervisor's range: 2 MiB or more, reserved, and of those that fault at the first byte.
        lea r14, [r15+0x2D0]
        movzx r13d, byte ptr [r15+0x1E8]
        xor r12d, r12d
2:      test r13d, r13d
        jz 4f
        cmp dword ptr [r14+16], 2
        jne 3f
        mov rbx, [r14]
        mov rax, [r14+8]
        lea rcx, [rbx+rax]
        mov rdx, 0x100000000
        cmp rcx, rdx
        ja 3f
        cmp rax, 0x200000
        jb 3f
        mov r12, rbx
        mov rbp, rcx
        jmp 4f
3:      add r14, 20
        dec r13d
        jmp 2b
4:      mov rcx, r12
        test rcx, rcx
        setnz cl
        movzx ecx, cl
        lea rsi, [rip+range_is]
        call flag
        test r12, r12
        jz 5f
        TRY "read first byte: "
        mov al, [r12]
        DONE
        TRY "read last byte: "
        mov al, [rbp-1]
        DONE
        TRY "write first byte: "
        mov [r12], al
        DONE
        TRY "write last byte: "
        mov [rbp-1], al
        DONE
        TRY "execute: "
        jmp r12
        DONE
        TRY "rep movsb from it: "
        mov rsi, r12
        lea rdi, [rip+idt+4096]
        mov ecx, 16
        rep movsb
        DONE
5:
        # 10 000 NMIs to itself.
        mov ebx, 10000
        mov rdi, 0xFEE00000
        mov eax, [rdi+0x20]             # by its ID: Bochs has no NMI to the shorthand self
        mov [rdi+0x310], eax
6:      mov eax, [rip+nmis]
        mov dword ptr [rdi+0x300], 0x4400
        mov ecx, 1000000
7:      cmp eax, [rip+nmis]
        jne 8f
        pause
        loop 7b
        jmp 9f
8:      dec ebx
        jnz 6b
9:      cmp dword ptr [rip+nmis], 10000
        sete cl
        movzx ecx, cl
        lea rsi, [rip+nmi_is]
        call flag

        # Nobody may take the hypervisor out where there is no firmware.
        TRY "call to leave: "
        mov rax, 0x4C756E6700000003
        call call_below
        DONE

        # A storm of calls, of every number.
        mov ebx, 100000
        mov dword ptr [rip+storm], 0
        mov rbp, 0x9E3779B97F4A7C15
        xor r13d, r13d
1:      lea rax, [rip+2f]
        mov [rip+resume], rax
        mov [rip+resume_sp], rsp
        imul r13, rbp
        add r13, rbx
        mov rax, r13
        call call_below
2:      dec ebx
        jnz 1b
        lea rsi, [rip+storm_is]
        mov ecx, 1
        call flag
        lea rsi, [rip+done]
        call print
        mov dx, 0x604
        mov ax, 0x2000
        out dx, ax
1:      cli
        hlt
        jmp 1b

# VMMCALL, or VMCALL on Intel's.
call_below:
        .byte 0x0F, 0x01
call_kind: .byte 0xD9
        ret

# "ok" or "#" and the vector.
outcome:
        mov eax, [rip+vector]
        lea rsi, [rip+ok]
        cmp eax, -1
        je print
        push rax
        mov al, '#'
        call put
        pop rax
        push rax
        shr eax, 4
        call digit
        pop rax
        call digit
        lea rsi, [rip+newline]
        jmp print
digit:  and eax, 15
        add al, '0'
        cmp al, '9'
        jbe put
        add al, 7
        jmp put
# Text at RSI, then 0 or 1 as in ECX, then a new line.
flag:   push rcx
        call print
        pop rax
        call digit
        lea rsi, [rip+newline]
print:  lodsb
        test al, al
        jz 1f
        call put
        jmp print
1:      ret
put:    push rdx
        push rax
        mov dx, 0x3FD
1:      in al, dx
        test al, 0x20
        jz 1b
        pop rax
        mov dx, 0x3F8
        out dx, al
        pop rdx
        ret

        .balign 16
stubs:  .set i, 0
        .rept 32
        .balign 16
        .if i == 2
        inc dword ptr [rip+nmis]
        iretq
        .else
        mov dword ptr [rip+vector], i
        jmp expected
        .endif
        .set i, i+1
        .endr
# Whatever the frame, goes on where the one that tried said.
expected:
        mov rsp, [rip+resume_sp]
        jmp [rip+resume]

hello:  .asciz "hostile: begins\r\n"
leaf_yes: .asciz "our CPUID leaf: 1\r\n"
leaf_no: .asciz "our CPUID leaf: 0\r\n"
vmx_is: .asciz "CPUID has VMX: "
svm_is: .asciz "CPUID has SVM: "
ucode_is: .asciz "microcode revision all ones: "
range_is: .asciz "reserved range: "
nmi_is: .asciz "10000 NMIs taken: "
storm_is: .asciz "storm survived: "
done:   .asciz "hostile: done\r\n"
ok:     .asciz "ok\r\n"
newline: .asciz "\r\n"
        .balign 16
idtr:   .word 511
        .quad 0
        .balign 8
zero:   .quad 0, 0
vector: .long 0
nmis:   .long 0
storm:  .long 0
        .balign 8
resume: .quad 0
resume_sp: .quad 0
        .balign 4096
        .skip 0x400                     # the kernel is loaded without its first 400h bytes
pdpt:   .skip 4096
idt:    .skip 8192
        .skip 8192
stack_end:
