#include "place.h"
#include <string.h>

#define MIB2 0x200000ull
#define PAGE 4096ull

uint64_t lungo_range_bytes(uint64_t pool) {
    uint64_t image = ((uint64_t) (lungo_image_end - lungo_image) + PAGE - 1) & ~(PAGE - 1);
    uint64_t all = image + LUNGO_STACK_BYTES + LUNGO_HEAP_BYTES + pool;
    return (all + MIB2 - 1) & ~(MIB2 - 1);
}

struct block {
    uint32_t page, bytes;
    uint16_t entries[];
};

/* PE Format, "The .reloc Section": only IMAGE_REL_BASED_DIR64 (10) and the padding (0) occur. */
static void relocate(uint64_t base) {
    uint64_t moved = base - (uint64_t) lungo_image;
    const struct block *block = (const struct block *) lungo_image_end;
    while (block->bytes != 0) {
        for (uint32_t i = 0; i < (block->bytes - 8) / 2; i++) {
            if (block->entries[i] >> 12 == 10) {
                *(uint64_t *) (base + block->page + (block->entries[i] & 0xFFF)) += moved;
            }
        }
        block = (const struct block *) ((const char *) block + block->bytes);
    }
}

int64_t lungo_enter(const struct lungo_boot *boot, uint64_t stack);

int64_t lungo_move_and_run(const struct lungo_boot *boot) {
    uint64_t filled = lungo_data_end - lungo_image, image = lungo_image_end - lungo_image;
    memset((void *) boot->range, 0, boot->range_bytes);
    memcpy((void *) boot->range, lungo_image, filled);
    relocate(boot->range);
    uint64_t moved = boot->range - (uint64_t) lungo_image;
    int64_t (*enter)(const struct lungo_boot *, uint64_t) = (void *) ((uint64_t) lungo_enter + moved);
    image = (image + PAGE - 1) & ~(PAGE - 1);
    return enter(boot, boot->range + image + LUNGO_STACK_BYTES);
}

void lungo_map(uint64_t tables[6][512]) {
    tables[0][0] = (uint64_t) tables[1] | 3;
    for (int i = 0; i < 4; i++) {
        tables[1][i] = (uint64_t) tables[2 + i] | 3;
        for (int j = 0; j < 512; j++) {
            tables[2 + i][j] = (uint64_t) (i * 512 + j) << 21 | 0x83; /* present, writable, large */
        }
    }
}

/* --- what is in use, by the loader's account --- */

struct ranges {
    struct { uint64_t start, end; } at[64];
    int count;
};

static void add(struct ranges *r, uint64_t start, uint64_t bytes) {
    if (r->count < 64 && bytes != 0) {
        r->at[r->count].start = start;
        r->at[r->count++].end = start + bytes;
    }
}

static uint32_t u32(uint64_t at) { return *(uint32_t *) at; }
static uint64_t u64(uint64_t at) { return *(uint64_t *) at; }

static uint64_t string_bytes(uint64_t at) { return at ? strlen((char *) at) + 1 : 0; }

/* Multiboot Specification 0.6.96, "Boot information format" (3.3). */
static void read_multiboot(uint64_t info, struct ranges *ram, struct ranges *used) {
    uint32_t flags = u32(info);
    add(used, info, 120);
    if (flags & 1 << 2) {
        add(used, u32(info + 16), string_bytes(u32(info + 16)));
    }
    if (flags & 1 << 3) {
        uint64_t module = u32(info + 24);
        add(used, module, u32(info + 20) * 16ull);
        for (uint32_t i = 0; i < u32(info + 20); i++, module += 16) {
            add(used, u32(module), u32(module + 4) - u32(module));
            add(used, u32(module + 8), string_bytes(u32(module + 8)));
        }
    }
    if (flags & 1 << 6) {
        uint64_t at = u32(info + 48), end = at + u32(info + 44);
        add(used, at, end - at);
        for (; at < end; at += u32(at) + 4) {
            if (u32(at + 20) == 1) {
                add(ram, u64(at + 4), u64(at + 12));
            }
        }
    } else if (flags & 1) {
        add(ram, 0x100000, u32(info + 8) * 1024ull);
    }
}

/* Xen's hvm_start_info, xen/include/public/arch-x86/hvm/start_info.h. */
static void read_pvh(uint64_t info, struct ranges *ram, struct ranges *used) {
    uint64_t module = u64(info + 16);
    add(used, info, 56);
    add(used, module, u32(info + 12) * 32ull);
    for (uint32_t i = 0; i < u32(info + 12); i++, module += 32) {
        add(used, u64(module), u64(module + 8));
        add(used, u64(module + 16), string_bytes(u64(module + 16)));
    }
    add(used, u64(info + 24), string_bytes(u64(info + 24)));
    if (u32(info + 4) >= 1) {
        uint64_t at = u64(info + 40);
        add(used, at, u32(info + 48) * 24ull);
        for (uint32_t i = 0; i < u32(info + 48); i++, at += 24) {
            if (u32(at + 16) == 1) {
                add(ram, u64(at), u64(at + 8));
            }
        }
    }
}

/* coreboot, src/commonlib/include/commonlib/coreboot_tables.h: LB_TAG_MEMORY. */
static void read_coreboot(uint64_t table, struct ranges *ram, struct ranges *used) {
    uint64_t at = table + u32(table + 4), end = at + u32(table + 12);
    add(used, table, end - table);
    for (; at + 8 <= end && u32(at + 4) >= 8; at += u32(at + 4)) {
        if (u32(at) == 1) {
            for (uint64_t e = at + 8; e + 20 <= at + u32(at + 4); e += 20) {
                if (u32(e + 16) == 1) {
                    add(ram, u64(e), u64(e + 8));
                }
            }
        }
    }
}

static uint64_t overlap(const struct ranges *used, uint64_t start, uint64_t end) {
    for (int i = 0; i < used->count; i++) {
        if (used->at[i].start < end && start < used->at[i].end) {
            return used->at[i].start;
        }
    }
    return end;
}

uint64_t lungo_find_place(const struct lungo_boot *boot) {
    struct ranges ram = {.count = 0}, used = {.count = 0};
    add(&used, (uint64_t) lungo_image, lungo_image_end - lungo_image + 0x100000);
    if (boot->kind == LUNGO_MULTIBOOT) {
        read_multiboot(boot->info, &ram, &used);
    } else if (boot->kind == LUNGO_PVH) {
        read_pvh(boot->info, &ram, &used);
    } else if (boot->info != 0) {
        read_coreboot(boot->info, &ram, &used);
    }
    uint64_t bytes = boot->range_bytes, best = 0;
    for (int i = 0; i < ram.count; i++) {
        uint64_t end = ram.at[i].end > 1ull << 32 ? 1ull << 32 : ram.at[i].end;
        while (end >= bytes && (end - bytes & ~(MIB2 - 1)) >= ram.at[i].start) {
            uint64_t start = end - bytes & ~(MIB2 - 1), before = overlap(&used, start, start + bytes);
            if (before == start + bytes) {
                best = start > best ? start : best;
                break;
            }
            end = before;
        }
    }
    return best;
}
