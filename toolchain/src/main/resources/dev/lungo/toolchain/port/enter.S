# The image's 64-bit entrances and exits that C cannot be.
        .text

# int64_t lungo_enter(const struct lungo_boot *boot, uint64_t stack): in the moved image.
        .global lungo_enter
lungo_enter:
        push    %rbx
        push    %rbp
        push    %r12
        push    %r13
        push    %r14
        push    %r15
        mov     %rsp, %rbx
        mov     %rsi, %rsp
        call    lungo_run
        mov     %rbx, %rsp
        pop     %r15
        pop     %r14
        pop     %r13
        pop     %r12
        pop     %rbp
        pop     %rbx
        ret

# int setjmp(jmp_buf)
        .global setjmp
setjmp:
        mov     %rbx, (%rdi)
        mov     %rbp, 8(%rdi)
        mov     %r12, 16(%rdi)
        mov     %r13, 24(%rdi)
        mov     %r14, 32(%rdi)
        mov     %r15, 40(%rdi)
        lea     8(%rsp), %rdx
        mov     %rdx, 48(%rdi)
        mov     (%rsp), %rdx
        mov     %rdx, 56(%rdi)
        xor     %eax, %eax
        ret

# void longjmp(jmp_buf, int)
        .global longjmp
longjmp:
        mov     %esi, %eax
        mov     (%rdi), %rbx
        mov     8(%rdi), %rbp
        mov     16(%rdi), %r12
        mov     24(%rdi), %r13
        mov     32(%rdi), %r14
        mov     40(%rdi), %r15
        mov     48(%rdi), %rsp
        jmp     *56(%rdi)
        .section .note.GNU-stack, "", @progbits
