/* A payload of coreboot's, for 32-bit protected mode: tells how it was entered, and what it finds. */
#include "serial.h"
#include <stdint.h>

__asm__(".section .boot, \"ax\"\n"
        ".global _start\n"
        "_start: mov %esp, %eax\n"
        "mov $stack + 16384, %esp\n"
        "push %eax\n"
        "call payload\n"
        ".text");

static uint8_t stack[16384] __attribute__((used));
static volatile uint8_t zeros[100000];
static const char said[] = "a constant of the payload's";

static void hex(uint64_t value) {
    for (int shift = 60; shift >= 0; shift -= 4) {
        if (value >> shift || shift == 0) {
            character("0123456789abcdef"[value >> shift & 15]);
        }
    }
}

static void line(const char *what, uint64_t value) {
    text(what);
    text(": ");
    hex(value);
    text("\r\n");
}

static uint32_t u32(uint32_t at) { return *(volatile uint32_t *) at; }
static uint64_t u64(uint32_t at) { return u32(at) | (uint64_t) u32(at + 4) << 32; }

static uint32_t checksum(uint32_t at, uint32_t bytes) {
    uint32_t sum = 0;
    for (uint32_t i = 0; i < bytes; i++) {
        sum += *(uint8_t *) (at + i) << (i & 1) * 8;
        sum = (sum & 0xFFFF) + (sum >> 16);
    }
    return ~sum & 0xFFFF;
}

/* A table whose check sums are right, or 0. */
static uint32_t table(uint32_t at) {
    return u32(at) == 0x4F49424C && checksum(at, u32(at + 4)) == 0
                   && checksum(at + u32(at + 4), u32(at + 12)) == u32(at + 16)
            ? at + u32(at + 4)
            : 0;
}

void payload(uint32_t esp) {
    uint32_t cr0, cr4, zero = 0, own = 0, found = 0;
    uint32_t eax = 0x4C756E67, ebx, ecx, edx;
    __asm__ volatile("mov %%cr0, %0; mov %%cr4, %1" : "=r"(cr0), "=r"(cr4));
    __asm__ volatile("cpuid" : "+a"(eax), "=b"(ebx), "=c"(ecx), "=d"(edx) : : );
    for (uint32_t i = 0; i < sizeof zeros; i++) {
        zero |= zeros[i];
    }
    line("payload: protected mode", cr0 & 1);
    line("payload: paging", cr0 >> 31);
    line("payload: PAE", cr4 >> 5 & 1);
    line("payload: zeros that are none", zero);
    text("payload: ");
    text(said);
    text("\r\npayload: CPUID says ");
    for (int i = 0; i < 4; i++) {
        character(ebx >> i * 8);
    }
    for (int i = 0; i < 4; i++) {
        character(ecx >> i * 8);
    }
    for (int i = 0; i < 4; i++) {
        character(edx >> i * 8);
    }
    text("\r\n");
    for (uint32_t at = 0; at < 0x1000 && !found; at += 16) {
        uint32_t record = table(at);
        if (record && u32(record) == 0x11) {
            found = u32(record + 8);
        }
    }
    line("payload: the stack has the table that is found", u32(esp + 4) == found);
    uint32_t at = table(found), last = at + u32(found + 12), records = 0;
    for (; at < last; at += u32(at + 4), records++) {
        for (uint32_t e = at + 8; u32(at) == 1 && e < at + u32(at + 4); e += 20) {
            text("payload: memory ");
            hex(u64(e));
            text(" to ");
            hex(u64(e) + u64(e + 8));
            line(" is", u32(e + 16));
        }
        own |= u32(at) == 0x29;
    }
    line("payload: records as many as the header says", records == u32(found + 20));
    line("payload: other records are there", own);
    text("payload: done\r\n");
    __asm__ volatile("outw %w0, %w1" : : "a"(0x2000), "d"(0x604)); /* QEMU's power switch */
    for (;;) {
        __asm__ volatile("cli; hlt");
    }
}
