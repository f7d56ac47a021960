; The least that firmware does on QEMU's q35, for a RAM that holds a loaded kernel: moves the
; chipset's windows to where the tables say they are, and begins with the loader's registers.
; Defined on the command line: LONG (1 for 64-bit mode), RIP, RAX, RBX, RSI, CR3, GDT.

%macro pci_byte 3                               ; device 0 to 31 and function 0, register, value
        mov     eax, 80000000h | %1 << 8 | (%2 & 0FCh)
        mov     dx, 0CF8h
        out     dx, eax
        mov     dx, 0CFCh + (%2 & 3)
        mov     al, %3
        out     dx, al
%endmacro

        org     0FFFF0000h
        bits    16
start:  cli
        o32 lgdt [cs:flat - start]
        mov     eax, 11h                        ; ET, PE
        mov     cr0, eax
        jmp     dword 8:protected

        bits    32
protected:
        mov     ax, 10h
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     fs, ax
        mov     gs, ax

        pci_byte 0, 90h, 30h                    ; F0000h to FFFFFh is RAM
%assign register 91h
%rep 6
        pci_byte 0, register, 33h               ; and so is C0000h to EFFFFh
%assign register register + 1
%endrep
        pci_byte 0, 60h, 1                      ; ECAM: enabled, 256 MiB
        pci_byte 0, 63h, 0B0h                   ; at B0000000h
        pci_byte 0F8h, 40h, 1                   ; power management at 600h
        pci_byte 0F8h, 41h, 6
        pci_byte 0F8h, 44h, 80h                 ; decoded
        mov     dword [0FEE000F0h], 1FFh        ; virtual wire
        mov     dword [0FEE00350h], 700h
        mov     dword [0FEE00360h], 400h

        lgdt    [theirs]
%if LONG
        mov     eax, 20h
        mov     cr4, eax
        mov     eax, CR3
        mov     cr3, eax
        mov     ecx, 0C0000080h
        mov     eax, 100h
        xor     edx, edx
        wrmsr
        mov     eax, 80000011h
        mov     cr0, eax
%endif
        mov     ax, 18h
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     fs, ax
        mov     gs, ax
        jmp     10h:enter
%if LONG
        bits    64
enter:  mov     rsi, RSI
        mov     rax, RIP
        jmp     rax
%else
enter:  mov     eax, RAX
        mov     ebx, RBX
        mov     esi, RSI
        jmp     10h:RIP
%endif

        align   8
gdt:    dq      0, 00CF9B000000FFFFh, 00CF93000000FFFFh
flat:   dw      23
        dd      gdt
theirs: dw      31
        dd      GDT

        times 0FFF0h - ($ - $$) db 0F4h
        bits    16
        jmp     start
        times 10000h - ($ - $$) db 0F4h
