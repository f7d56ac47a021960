/* What coreboot leaves for its payload, made by a multiboot kernel: the first module is a CBFS, which
   stands for flash that is in memory. It places fallback/payload, whose segments may not be
   compressed, and enters it. coreboot: coreboot_tables.h, cbfs_serialized.h, selfboot. */
#include "serial.h"
#include <stdint.h>

enum { TABLE = 0x8000000, TABLE_BYTES = 0x100000, FORWARDING = 0x500, FLASH = 0x4000000 };
enum { RAM = 1, RESERVED = 2, TABLE_MEMORY = 16 };

__asm__(".section .boot, \"ax\"\n"
        ".align 4\n"
        ".long 0x1BADB002, 3, -(0x1BADB002 + 3)\n"
        ".global _start\n"
        "_start: cli\n"
        "cld\n"
        "mov $0x7000000, %esp\n"
        "push %ebx\n"
        "call loader\n"
        ".text");

void *memcpy(void *to, const void *from, uint32_t bytes) {
    void *result = to;
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
    return result;
}

static uint32_t u32(uint32_t at) { return *(uint32_t *) at; }
static uint64_t u64(uint32_t at) { return *(uint64_t *) at; }
static uint32_t big(uint32_t at) { return __builtin_bswap32(u32(at)); }

static void stop(const char *why) {
    text(why);
    for (;;) {
        __asm__ volatile("cli; hlt");
    }
}

/* --- the table --- */

static uint32_t end, records;

static void put(uint32_t value) {
    *(uint32_t *) end = value;
    end += 4;
}

static void put64(uint64_t value) {
    put((uint32_t) value);
    put((uint32_t) (value >> 32));
}

static uint32_t checksum(uint32_t at, uint32_t bytes) {
    uint32_t sum = 0;
    for (uint32_t i = 0; i < bytes; i++) {
        sum += *(uint8_t *) (at + i) << (i & 1) * 8;
        sum = (sum & 0xFFFF) + (sum >> 16);
    }
    return ~sum & 0xFFFF;
}

static void begin(uint32_t at) {
    end = at;
    records = 0;
    put(0x4F49424C); /* LBIO */
    put(24);
    put64(0);
    put64(0);
}

static void finish(uint32_t at) {
    uint32_t *header = (uint32_t *) at;
    header[3] = end - at - 24;
    header[4] = checksum(at + 24, header[3]);
    header[5] = records;
    header[2] = checksum(at, 24);
}

static void record(uint32_t tag, uint32_t bytes) {
    records++;
    put(tag);
    put(8 + bytes);
}

static void range(uint64_t from, uint64_t to, uint32_t type) {
    if (from < to) {
        put64(from);
        put64(to - from);
        put(type);
    }
}

/* RAM of the loader's map, without what is ours. */
static void ram(uint64_t from, uint64_t to, uint32_t module, uint32_t module_end) {
    const struct { uint32_t from, to, type; } ours[] = {
        {0, 0x1000, TABLE_MEMORY}, {TABLE, TABLE + TABLE_BYTES, TABLE_MEMORY},
        {module & -4096u, (module_end + 4095) & -4096u, RESERVED}};
    for (;;) {
        int next = -1;
        for (int i = 0; i < 3; i++) {
            if (from <= ours[i].from && ours[i].to <= to && (next < 0 || ours[i].from < ours[next].from)) {
                next = i;
            }
        }
        if (next < 0) {
            break;
        }
        range(from, ours[next].from, RAM);
        range(ours[next].from, ours[next].to, ours[next].type);
        from = ours[next].to;
    }
    range(from, to, RAM);
}

static void make_table(uint32_t info, uint32_t module, uint32_t module_end) {
    begin(TABLE);
    record(0x03, 8); /* mainboard */
    put(0x00020000);
    put(0x42414C);
    record(0x01, 0); /* memory */
    uint32_t size = end - 4;
    for (uint32_t at = u32(info + 48), last = at + u32(info + 44); at < last; at += u32(at) + 4) {
        if (u32(at + 20) == RAM) {
            ram(u64(at + 4), u64(at + 4) + u64(at + 12), module, module_end);
        } else {
            range(u64(at + 4), u64(at + 4) + u64(at + 12), RESERVED);
        }
    }
    *(uint32_t *) size = end - size + 4;
    record(0x0F, 24); /* serial */
    put(1);
    put(0x3F8);
    put(115200);
    put(1);
    put64(0);
    record(0x30, 32); /* boot media parameters */
    put64(0);
    put64(0);
    put64(module_end - module);
    put64(module_end - module);
    record(0x29, 28); /* SPI flash, with one window */
    put(module_end - module);
    put(4096);
    put(0x20);
    put(1);
    put(0);
    put(module);
    put(module_end - module);
    finish(TABLE);

    begin(FORWARDING);
    record(0x11, 8);
    put64(TABLE);
    finish(FORWARDING);
}

/* --- the payload --- */

static int same(const char *a, const char *b) {
    for (; *a && *a == *b; a++, b++) {
    }
    return *a == *b;
}

static uint32_t find(uint32_t archive, uint32_t archive_end, const char *name) {
    for (uint32_t at = archive; at < archive_end; at += 64) {
        if (u64(at) == 0x455649484352414Cull /* LARCHIVE */ && same((char *) at + 24, name)) {
            return at + big(at + 20);
        }
    }
    stop("coreboot: no payload\n");
    return 0;
}

void loader(uint32_t info) {
    if (!(u32(info) & 1 << 3) || u32(info + 20) < 1) {
        stop("coreboot: no module\n");
    }
    uint32_t module = u32(u32(info + 24)), module_end = u32(u32(info + 24) + 4);
    /* Out of the payload's way: some loaders have modules at 1 MiB. */
    memcpy((void *) FLASH, (void *) module, module_end - module);
    module_end += FLASH - module;
    module = FLASH;
    make_table(info, module, module_end);
    uint32_t payload = find(module, module_end, "fallback/payload");
    for (uint32_t segment = payload;; segment += 28) {
        uint32_t to = big(segment + 16), stored = big(segment + 20), in_memory = big(segment + 24);
        if (big(segment) == 0x454E5452) { /* ENTR */
            __asm__ volatile("push %0\n call *%1" : : "r"(TABLE), "r"(to));
        }
        if (big(segment + 4) != 0) {
            stop("coreboot: the payload is compressed\n");
        }
        for (uint32_t i = 0; i < in_memory; i++) {
            *(uint8_t *) (to + i) = i < stored ? *(uint8_t *) (payload + big(segment + 8) + i) : 0;
        }
    }
}
