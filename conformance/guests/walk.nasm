; An EFI application that walks the tables and has the firmware call it back, and then leaves boot
; services, says so on the serial port, and powers off. UEFI 2.10; the image is written by hand:
; Portable Executable Specification, one section at its file offset.
        bits 64
        default rel
        org 0

        db "MZ"
        times 0x3C - ($ - $$) db 0
        dd pe
pe:     db "PE", 0, 0
        dw 0x8664, 1                    ; machine, sections
        dd 0, 0, 0
        dw opend - opt, 0x22            ; executable, large addresses
opt:    dw 0x20B, 0
        dd size, 0, 0, start, 0x1000
        dq 0x400000
        dd 0x1000, 0x1000
        dd 0, 0, 0, 0
        dd 0x3000, 0x1000, 0            ; image, headers, checksum
        dw 10, 0                        ; EFI application
        dq 0, 0, 0, 0
        dd 0, 6
        times 6 dq 0                    ; the last: no relocations are needed
opend:  db ".text", 0, 0, 0
        dd 0x2000, 0x1000, size, 0x1000
        dd 0, 0, 0, 0xE0000020
        times 0x1000 - ($ - $$) db 0

%macro service 2                        ; table, offset
        mov     rax, [%1]
        call    [rax + %2]
        test    rax, rax
        jnz     fail
%endmacro

start:  push    rbx
        sub     rsp, 0x60
        mov     [handle], rcx
        mov     [system], rdx
        mov     rax, [rdx + 96]
        mov     [boot], rax
        mov     rax, [rdx + 88]
        mov     [runtime], rax
        mov     byte [stage], '1'       ; the signatures
        mov     rax, "IBI SYST"
        cmp     rax, [rdx]
        jne     fail
        mov     rbx, [boot]
        mov     rax, "BOOTSERV"
        cmp     rax, [rbx]
        jne     fail
        mov     byte [stage], '2'       ; text
        mov     rcx, [rdx + 64]
        lea     rdx, [hello]
        call    [rcx + 8]
        test    rax, rax
        jnz     fail
        mov     byte [stage], '3'       ; a pool buffer
        mov     ecx, 2
        mov     edx, 100
        lea     r8, [buffer]
        service boot, 64
        mov     rcx, [buffer]
        service boot, 72
        mov     byte [stage], '4'       ; all handles
        xor     ecx, ecx
        xor     edx, edx
        xor     r8d, r8d
        lea     r9, [count]
        lea     rax, [buffer]
        mov     [rsp + 32], rax
        service boot, 312
        cmp     qword [count], 3
        jb      fail
        mov     byte [stage], '5'       ; a timer's function, in a stall
        mov     ecx, 0x80000200
        mov     edx, 8
        lea     r8, [notify]
        xor     r9d, r9d
        lea     rax, [event]
        mov     [rsp + 32], rax
        service boot, 80
        mov     rcx, [event]
        mov     edx, 2
        mov     r8d, 10000
        service boot, 88
        mov     ecx, 20000
        service boot, 248
        cmp     dword [ticks], 1
        jne     fail
        mov     byte [stage], '6'       ; and in the middle of computing
        mov     rcx, [event]
        mov     edx, 2
        mov     r8d, 10000
        service boot, 88
        mov     eax, 1
        mov     r11d, 1
wait_for_tick:
        cmp     dword [ticks], 2
        jne     wait_for_tick
        and     eax, r11d
        jz      fail
        mov     byte [stage], 'H'       ; halted: the firmware's own interrupts end that
        hlt
        mov     rcx, [event]
        mov     edx, 2
        mov     r8d, 10000
        service boot, 88
halt_for_tick:
        hlt
        cmp     dword [ticks], 3
        jne     halt_for_tick
        mov     byte [stage], 'P'       ; the other processors
        lea     rcx, [mp_services]
        xor     edx, edx
        lea     r8, [buffer]
        service boot, 320
        mov     rcx, [buffer]
        lea     rdx, [count]
        lea     r8, [key]
        call    [rcx]
        test    rax, rax
        jnz     fail
        cmp     qword [count], 1
        je      alone
        mov     rcx, [buffer]
        lea     rdx, [other]
        xor     r8d, r8d
        xor     r9d, r9d
        mov     [rsp + 32], r8          ; no timeout
        lea     rax, [here]
        mov     [rsp + 40], rax
        mov     [rsp + 48], r8
        call    [rcx + 16]
        test    rax, rax
        jnz     fail
        mov     rax, [here]
        inc     rax
        cmp     rax, [count]
        jne     fail
alone:  mov     byte [stage], '7'       ; the end of boot services
        mov     qword [count], 0x1000 - 8
        lea     rcx, [count]
        lea     rdx, [map]
        lea     r8, [key]
        lea     r9, [each]
        lea     rax, [version]
        mov     [rsp + 32], rax
        service boot, 56
        mov     rcx, [handle]
        mov     rdx, [key]
        service boot, 232
        mov     byte [stage], '8'       ; the time of day, after it
        lea     rcx, [map]
        xor     edx, edx
        service runtime, 24
        lea     rsi, [ok]
        call    print
        mov     ecx, 2                  ; shutdown
        xor     edx, edx
        xor     r8d, r8d
        xor     r9d, r9d
        mov     rax, [runtime]
        call    [rax + 104]
stop:   jmp     stop

fail:   lea     rsi, [bad]
        call    print
        mov     ecx, 0x604              ; off by ACPI
        mov     edx, ecx
        mov     eax, 0x2000
        out     dx, ax
        jmp     stop

notify: inc     dword [ticks]
        xor     eax, eax                ; which whoever was interrupted must not notice
        xor     r11d, r11d
        ret

other:  lock inc qword [rcx]
        ret

print:  mov     dx, 0x3F8
.next:  lodsb
        test    al, al
        jz      .end
        out     dx, al
        jmp     .next
.end:   ret

hello:  dw      __utf16__(`walk\r\n`), 0
ok:     db      "LUNGO-GUEST-OK efi", 13, 10, 0
bad:    db      "FAILED at "
stage:  db      "0", 13, 10, 0
        align   8
handle: dq 0
system: dq 0
boot:   dq 0
runtime: dq 0
buffer: dq 0
count:  dq 0
event:  dq 0
key:    dq 0
each:   dq 0
version: dq 0
here:   dq 0
mp_services:                            ; PI, EFI_MP_SERVICES_PROTOCOL_GUID
        dd      0x3FDDA605
        dw      0xA76E, 0x4F46
        db      0xAD, 0x29, 0x12, 0xF4, 0x53, 0x1B, 0x3D, 0x08
ticks:  dd 0
        align   16
map:    times 0x2000 - ($ - $$) db 0
size    equ 0x1000
        times 0x1000 db 0               ; the rest of the map
