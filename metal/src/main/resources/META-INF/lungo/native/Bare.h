/* The instructions that Java has no words for. Each function is one or two of them. */
#pragma once
#include <stdint.h>

#define BARE static inline __attribute__((always_inline))

/* Memory by its host address, which is also its physical address. */
BARE int32_t Bare_get8(int64_t a) { return *(volatile uint8_t *)a; }
BARE int32_t Bare_get16(int64_t a) { return *(volatile uint16_t *)a; }
BARE int32_t Bare_get32(int64_t a) { return *(volatile int32_t *)a; }
BARE int64_t Bare_get64(int64_t a) { return *(volatile int64_t *)a; }
BARE void Bare_put8(int64_t a, int32_t v) { *(volatile uint8_t *)a = (uint8_t)v; }
BARE void Bare_put16(int64_t a, int32_t v) { *(volatile uint16_t *)a = (uint16_t)v; }
BARE void Bare_put32(int64_t a, int32_t v) { *(volatile int32_t *)a = v; }
BARE void Bare_put64(int64_t a, int64_t v) { *(volatile int64_t *)a = v; }
BARE void Bare_fill(int64_t a, int32_t v, int64_t n) {
    __asm__ volatile("rep stosb" : "+D"(a), "+c"(n) : "a"(v) : "memory");
}
BARE void Bare_copy(int64_t to, int64_t from, int64_t n) {
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n)::"memory");
}
BARE int32_t Bare_swap32(int64_t a, int32_t v) {
    return __atomic_exchange_n((int32_t *)a, v, __ATOMIC_SEQ_CST);
}
BARE void Bare_or8(int64_t a, int32_t v) { __atomic_fetch_or((uint8_t *)a, (uint8_t)v, __ATOMIC_SEQ_CST); }
BARE int32_t Bare_add32(int64_t a, int32_t v) {
    return __atomic_fetch_add((int32_t *)a, v, __ATOMIC_SEQ_CST);
}

BARE int32_t Bare_in8(int32_t p) { uint8_t v; __asm__ volatile("inb %w1,%0" : "=a"(v) : "Nd"(p) : "memory"); return v; }
BARE int32_t Bare_in16(int32_t p) { uint16_t v; __asm__ volatile("inw %w1,%0" : "=a"(v) : "Nd"(p) : "memory"); return v; }
BARE int32_t Bare_in32(int32_t p) { int32_t v; __asm__ volatile("inl %w1,%0" : "=a"(v) : "Nd"(p) : "memory"); return v; }
BARE void Bare_out8(int32_t p, int32_t v) { __asm__ volatile("outb %b0,%w1" ::"a"(v), "Nd"(p) : "memory"); }
BARE void Bare_out16(int32_t p, int32_t v) { __asm__ volatile("outw %w0,%w1" ::"a"(v), "Nd"(p) : "memory"); }
BARE void Bare_out32(int32_t p, int32_t v) { __asm__ volatile("outl %0,%w1" ::"a"(v), "Nd"(p) : "memory"); }

BARE int64_t Bare_rdmsr(int32_t m) {
    uint32_t a, d;
    __asm__ volatile("rdmsr" : "=a"(a), "=d"(d) : "c"(m));
    return (int64_t)((uint64_t)d << 32 | a);
}
BARE void Bare_wrmsr(int32_t m, int64_t v) {
    __asm__ volatile("wrmsr" ::"c"(m), "a"((uint32_t)v), "d"((uint32_t)((uint64_t)v >> 32)) : "memory");
}
/* EAX, EBX, ECX and EDX go to four 64-bit words. */
BARE void Bare_cpuid(int32_t leaf, int32_t subleaf, int64_t to) {
    uint32_t a = leaf, b, c = subleaf, d;
    __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
    uint64_t *r = (uint64_t *)to;
    r[0] = a; r[1] = b; r[2] = c; r[3] = d;
}
BARE int64_t Bare_rdtsc(void) {
    uint32_t a, d;
    __asm__ volatile("rdtsc" : "=a"(a), "=d"(d));
    return (int64_t)((uint64_t)d << 32 | a);
}

#define BARE_CONTROL(n)                                                                     \
    BARE int64_t Bare_getCr##n(void) { int64_t v; __asm__ volatile("mov %%cr" #n ",%0" : "=r"(v)); return v; } \
    BARE void Bare_setCr##n(int64_t v) { __asm__ volatile("mov %0,%%cr" #n ::"r"(v) : "memory"); }
BARE_CONTROL(0)
BARE_CONTROL(2)
BARE_CONTROL(3)
BARE_CONTROL(4)
BARE int64_t Bare_getDr7(void) { int64_t v; __asm__ volatile("mov %%dr7,%0" : "=r"(v)); return v; }
BARE int64_t Bare_getDr6(void) { int64_t v; __asm__ volatile("mov %%dr6,%0" : "=r"(v)); return v; }

/* Selectors, in the order ES CS SS DS FS GS LDTR TR, as VMCB and VMCS have them. */
BARE int32_t Bare_selector(int32_t n) {
    uint16_t v = 0;
    switch (n) {
        case 0: __asm__ volatile("mov %%es,%0" : "=r"(v)); break;
        case 1: __asm__ volatile("mov %%cs,%0" : "=r"(v)); break;
        case 2: __asm__ volatile("mov %%ss,%0" : "=r"(v)); break;
        case 3: __asm__ volatile("mov %%ds,%0" : "=r"(v)); break;
        case 4: __asm__ volatile("mov %%fs,%0" : "=r"(v)); break;
        case 5: __asm__ volatile("mov %%gs,%0" : "=r"(v)); break;
        case 6: __asm__ volatile("sldt %0" : "=r"(v)); break;
        case 7: __asm__ volatile("str %0" : "=r"(v)); break;
    }
    return v;
}
struct metal_table { uint16_t limit; uint64_t base; } __attribute__((packed));
BARE int64_t Bare_gdtBase(void) { struct metal_table t; __asm__ volatile("sgdt %0" : "=m"(t)); return (int64_t)t.base; }
BARE int32_t Bare_gdtLimit(void) { struct metal_table t; __asm__ volatile("sgdt %0" : "=m"(t)); return t.limit; }
BARE int64_t Bare_idtBase(void) { struct metal_table t; __asm__ volatile("sidt %0" : "=m"(t)); return (int64_t)t.base; }
BARE int32_t Bare_idtLimit(void) { struct metal_table t; __asm__ volatile("sidt %0" : "=m"(t)); return t.limit; }
BARE void Bare_loadIdt(int64_t base, int32_t limit) {
    struct metal_table t = {(uint16_t)limit, (uint64_t)base};
    __asm__ volatile("lidt %0" ::"m"(t));
}
/* Code segment 8, data segment 16, task 24. */
void Bare_loadGdt(int64_t base, int32_t limit);

BARE void Bare_wbinvd(void) { __asm__ volatile("wbinvd" ::: "memory"); }
BARE void Bare_pause(void) { __asm__ volatile("pause"); }
BARE void Bare_cli(void) { __asm__ volatile("cli" ::: "memory"); }
/* Opens the global interrupt flag for as long as it takes to take an NMI. */
BARE void Bare_nmiWindow(void) { __asm__ volatile("stgi; nop; nop; clgi" ::: "memory"); }
/* The same for an external interrupt; its stub clears IF, so there is only one. */
BARE void Bare_takeInterrupt(void) { __asm__ volatile("stgi; sti; nop; nop; cli; clgi" ::: "memory"); }
BARE void Bare_openInterrupts(void) { __asm__ volatile("sti; nop; nop; cli" ::: "memory"); }
/* An exit by an NMI leaves NMIs blocked; IRET is what unblocks them. */
BARE void Bare_unblockNmi(void) {
    __asm__ volatile("mov %%rsp,%%rax; pushq $0x10; push %%rax; pushfq; pushq $8; lea 1f(%%rip),%%rax; push %%rax; iretq; 1:" ::: "rax", "memory");
}
BARE void Bare_vmload(int64_t vmcb) { __asm__ volatile("vmload %0" ::"a"(vmcb) : "memory"); }
BARE void Bare_clgi(void) { __asm__ volatile("clgi" ::: "memory"); }
BARE void Bare_stop(void) { for (;;) __asm__ volatile("cli; hlt"); }

BARE int32_t Bare_vmxon(int64_t region) { uint8_t f; __asm__ volatile("vmxon %1; setna %0" : "=q"(f) : "m"(region) : "cc", "memory"); return f; }
BARE int32_t Bare_vmclear(int64_t region) { uint8_t f; __asm__ volatile("vmclear %1; setna %0" : "=q"(f) : "m"(region) : "cc", "memory"); return f; }
BARE int32_t Bare_vmptrld(int64_t region) { uint8_t f; __asm__ volatile("vmptrld %1; setna %0" : "=q"(f) : "m"(region) : "cc", "memory"); return f; }
BARE int32_t Bare_vmwrite(int32_t field, int64_t v) { uint8_t f; __asm__ volatile("vmwrite %1,%2; setna %0" : "=q"(f) : "rm"(v), "r"((int64_t)field) : "cc"); return f; }
BARE int64_t Bare_vmread(int32_t field) { int64_t v = 0; __asm__ volatile("vmread %1,%0" : "=r"(v) : "r"((int64_t)field) : "cc"); return v; }
/* All contexts. */
BARE void Bare_invept(void) { const uint64_t d[2] = {0, 0}; __asm__ volatile("invept %0,%1" ::"m"(d), "r"(2L) : "cc", "memory"); }
BARE void Bare_invvpid(void) { const uint64_t d[2] = {0, 0}; __asm__ volatile("invvpid %0,%1" ::"m"(d), "r"(2L) : "cc", "memory"); }

/* 0, or 1 where the processor raised a fault instead. */
int32_t Bare_tryRdmsr(int32_t msr, int64_t to);
int32_t Bare_tryWrmsr(int32_t msr, int64_t value);
int32_t Bare_tryXsetbv(int32_t index, int64_t value);

/* Runs the guest that vcpu describes, for ever, on the given stack. */
void Bare_svmRun(int64_t block, int64_t stack);
/* Calls prepare(vcpu) on the given stack, then runs the guest, which comes back from here. */
void Bare_svmBecomeGuest(int64_t block, int64_t stack);
void Bare_vmxRun(int64_t block, int64_t stack);
void Bare_vmxBecomeGuest(int64_t block, int64_t stack);
/* Sleeps until the word at that address is not 0; the sleep ends with any NMI. */
void Bare_waitNmi(int64_t word);
int64_t Bare_stub(int32_t vector);
int64_t Bare_interruptStub(int32_t vector);
int64_t Bare_trampoline(int32_t part);
int64_t Bare_arrival(void);
/* Virtualisation off, and on as the guest; the registers' places in the block are Departure's. */
void Bare_leave(int64_t block, int32_t fs_base_msr, int64_t fs_base, int64_t gs_base, int32_t amd);
void Bare_jump(int64_t entry, int64_t rsi, int64_t tables, int64_t gdt);
