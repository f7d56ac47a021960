#include "place.h"

/* coreboot's table is on a 16-byte step of the first page or of F0000h-F0FFFh, and may forward. */
static uint64_t coreboot_table(void) {
    static const uint64_t places[] = {0x0, 0xF0000};
    for (int i = 0; i < 2; i++) {
        for (uint64_t at = places[i]; at < places[i] + 0x1000; at += 16) {
            volatile uint32_t *header = (volatile uint32_t *) at;
            if (header[0] != 0x4F49424C) { /* LBIO */
                continue;
            }
            uint32_t *record = (uint32_t *) (at + header[1]);
            return record[0] == 0x11 ? *(uint64_t *) (record + 2) : at; /* LB_TAG_FORWARD */
        }
    }
    return 0;
}

void lungo_start32(uint32_t kind, uint32_t information) {
    struct lungo_boot boot = {.kind = kind, .info = information};
    if (kind == LUNGO_COREBOOT) {
        boot.info = coreboot_table();
    }
    boot.range_bytes = lungo_range_bytes(LUNGO_POOL_BYTES);
    boot.range = lungo_find_place(&boot);
    if (boot.range == 0) {
        boot.range_bytes = lungo_range_bytes(LUNGO_LEAST_POOL);
        boot.range = lungo_find_place(&boot);
    }
    if (boot.range == 0) {
        Lungo_fault(LUNGO_NO_MEMORY);
    }
    lungo_move_and_run(&boot);
    Lungo_stop();
}

/* The moved image gives up what is in memory that it does not own. */
static uint64_t tables[6][512] __attribute__((aligned(4096)));
static uint64_t gdt[3] = {0, 0x00AF9A000000FFFF, 0x00CF92000000FFFF};

void lungo_take_over(void) {
    struct { uint16_t limit; uint64_t base; } __attribute__((packed)) gdtr = {sizeof gdt - 1, (uint64_t) gdt};
    lungo_map(tables);
    __asm__ volatile("lgdt %0" : : "m"(gdtr));
    __asm__ volatile("mov %0, %%cr3" : : "r"(tables) : "memory");
}
