/*
 * A Multiboot kernel that writes records to all virtio disks at once until it is stopped, and says
 * on the serial port what it is about to write and what it has flushed:
 *
 *   write DISK SECTOR SECTORS RECORD
 *   flushed DISK
 *
 * Disks are independent of each other. On each, up to MOST_WRITES records are written side by side,
 * then flushed, and so on. Each sector of a record says which it is, which record it is of, and ends
 * in a checksum. Every eighth slot of a disk has records, zeroes and discarded sectors by turns, of
 * which nothing is said. Requests are interrupts of MSI-X; between them the processor is halted.
 *
 * Its command line: first=RECORD seed=NUMBER flushes=NUMBER, after which it ends with status
 * 2 * 16 + 1 at the debug exit port.
 *
 * Virtio 1.2, "Virtio Over PCI Bus", "Split Virtqueues", "Block Device"; Multiboot 0.6.96.
 */
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

enum {
    SECTOR = 512,
    SLOT_SECTORS = 96, /* not a cluster */
    MOST_WRITES = 6,
    MOST_DISKS = 8,
    QUEUE_SIZE = 32,
    VECTOR = 0x41,
};

/* ---- what a loader and the processor want */

/* The header, which ld is to place first: its magic, that memory is told of. Then from 32-bit mode
   to 64-bit mode, with four page tables of 2 MiB pages for 4 GiB. */
__asm__(".section .text.unlikely, \"ax\"\n"
        ".balign 4\n"
        ".long 0x1BADB002, 2, -(0x1BADB002 + 2)\n"
        ".globl start\n"
        ".code32\n"
        "start: cld\n"
        "mov %ebx, %esi\n"
        "mov $pages + 0x1003, %eax\n"
        "mov %eax, pages\n"
        "xor %ecx, %ecx\n"
        "1: lea pages + 0x2003, %eax\n"
        "mov %ecx, %edx\n"
        "shl $12, %edx\n"
        "add %edx, %eax\n"
        "mov %eax, pages + 0x1000(, %ecx, 8)\n"
        "inc %ecx\n"
        "cmp $4, %ecx\n"
        "jne 1b\n"
        "xor %ecx, %ecx\n"
        "2: mov %ecx, %eax\n"
        "shl $21, %eax\n"
        "or $0x83, %eax\n"
        "mov %eax, pages + 0x2000(, %ecx, 8)\n"
        "inc %ecx\n"
        "cmp $2048, %ecx\n"
        "jne 2b\n"
        "mov $pages, %eax\n"
        "mov %eax, %cr3\n"
        "mov $0x20, %eax\n" /* PAE */
        "mov %eax, %cr4\n"
        "mov $0xC0000080, %ecx\n" /* EFER.LME */
        "rdmsr\n"
        "or $0x100, %eax\n"
        "wrmsr\n"
        "mov $0x80000011, %eax\n" /* PG, ET, PE */
        "mov %eax, %cr0\n"
        "lgdt gdtr\n"
        "ljmp $8, $3f\n"
        ".code64\n"
        "3: mov $16, %eax\n"
        "mov %eax, %ds\n"
        "mov %eax, %es\n"
        "mov %eax, %ss\n"
        "mov $stack + 16384, %esp\n"
        "mov %esi, %edi\n"
        "call run\n"
        ".text\n");

static u64 gdt[] = {0, 0x00AF9B000000FFFF, 0x00CF93000000FFFF};
static u64 idt[2 * 256];
u8 pages[6 * 4096] __attribute__((aligned(4096)));
u8 stack[16384] __attribute__((aligned(16)));
struct {
    u16 limit;
    u64 base;
} __attribute__((packed)) gdtr = {sizeof gdt - 1, (u64)gdt}, idtr = {sizeof idt - 1, (u64)idt};

static void out8(u16 port, u8 value) { __asm__ volatile("outb %0, %1" ::"a"(value), "Nd"(port)); }

static void out32(u16 port, u32 value) { __asm__ volatile("outl %0, %1" ::"a"(value), "Nd"(port)); }

static u32 in32(u16 port) {
    u32 value;
    __asm__ volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

static void fence(void) { __asm__ volatile("mfence" ::: "memory"); }

static void end(u8 value) {
    out8(0xF4, value);
    for (;;) __asm__ volatile("cli; hlt");
}

/* ---- the serial port */

static void say(const char *text) {
    while (*text) out8(0x3F8, (u8)*text++);
}

static void say_number(u32 number) {
    char digits[11], *at = digits + 10;
    *at = 0;
    do *--at = (char)('0' + number % 10);
    while (number /= 10);
    say(at);
}

static void fail(const char *why) {
    say("failed: ");
    say(why);
    say("\n");
    end(1);
}

/* ---- local APIC */

#define APIC(register) (*(volatile u32 *)(u64)(0xFEE00000 + (register)))

__attribute__((interrupt)) static void interrupted(void *frame) {
    (void)frame;
    APIC(0xB0) = 0; /* EOI; who was halted goes on */
}

static void take_interrupts(void) {
    u64 handler = (u64)interrupted;
    idt[2 * VECTOR] = (handler & 0xFFFF) | 8 << 16 | (0x8E00 | (handler & 0xFFFF0000)) << 32;
    __asm__ volatile("lidt idtr");
    out8(0x21, 0xFF);
    out8(0xA1, 0xFF);
    APIC(0xF0) = 0x1FF; /* enabled */
    APIC(0x80) = 0;     /* TPR */
}

/* ---- PCI */

static u32 config_address(int slot, int at) { return 0x80000000u | slot << 11 | (at & 0xFC); }

static u32 config(int slot, int at) {
    out32(0xCF8, config_address(slot, at));
    return in32(0xCFC);
}

static void set_config(int slot, int at, u32 value) {
    out32(0xCF8, config_address(slot, at));
    out32(0xCFC, value);
}

static u32 config8(int slot, int at) { return config(slot, at) >> 8 * (at & 3) & 0xFF; }

/* ---- a disk */

struct descriptor {
    u64 address;
    u32 length;
    u16 flags, next;
};

struct request {
    u32 type, reserved;
    u64 sector;
};

struct range {
    u64 sector;
    u32 sectors, flags;
};

enum { READ = 0, WRITE = 1, FLUSH = 4, DISCARD = 11, WRITE_ZEROES = 13 };

static struct disk {
    struct descriptor descriptors[QUEUE_SIZE] __attribute__((aligned(4096)));
    struct {
        u16 flags, index, ring[QUEUE_SIZE];
    } available;
    volatile struct {
        u16 flags, index;
        struct {
            u32 id, length;
        } ring[QUEUE_SIZE];
    } used __attribute__((aligned(4)));
    struct request headers[MOST_WRITES];
    struct range ranges[MOST_WRITES];
    volatile u8 statuses[MOST_WRITES];
    u8 data[MOST_WRITES][SLOT_SECTORS * SECTOR];
    u32 number, slots, flushes, random, pending;
    u64 record;
    u16 seen, is_flushing;
    volatile u16 *notification;
} disks[MOST_DISKS];

static u32 disk_count;

static u32 random_below(struct disk *disk, u32 bound) {
    u32 x = disk->random;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    disk->random = x;
    return (x >> 4) % bound;
}

#define SET8(at, value) (*(volatile u8 *)(common + (at)) = (value))
#define SET16(at, value) (*(volatile u16 *)(common + (at)) = (value))
#define SET32(at, value) (*(volatile u32 *)(common + (at)) = (value))
#define SET64(at, value) (*(volatile u64 *)(common + (at)) = (value))

static void begin_disk(int slot, u32 seed, u32 first) {
    struct disk *disk = &disks[disk_count];
    u32 bar = config(slot, 0x10) & ~15u;
    u64 common = 0, notify = 0, device = 0, multiplier = 0;
    if (bar == 0) { /* nobody has placed it */
        bar = 0xC1000000 + (u32)slot * 0x100000;
        set_config(slot, 0x10, bar);
    }
    set_config(slot, 4, 6); /* memory, bus master */
    for (int at = (int)config8(slot, 0x34); at != 0; at = (int)config8(slot, at + 1)) {
        u64 where = bar + config(slot, at + 8);
        if (config8(slot, at) == 0x11) { /* MSI-X */
            volatile u32 *entry = (volatile u32 *)(u64)(bar + (config(slot, at + 4) & ~7u));
            entry[0] = 0xFEE00000;
            entry[1] = 0;
            entry[2] = VECTOR;
            entry[3] = 0;
            set_config(slot, at, config(slot, at) | 1u << 31);
        } else if (config8(slot, at) == 9) {
            switch (config8(slot, at + 3)) {
                case 1: common = where; break;
                case 2:
                    notify = where;
                    multiplier = config(slot, at + 16);
                    break;
                case 4: device = where; break;
            }
        }
    }
    SET8(0x14, 0);
    SET8(0x14, 1);
    SET8(0x14, 3);
    SET32(8, 0);
    SET32(12, 1 << 9 | 1 << 13 | 1 << 14); /* flush, discard, write zeroes */
    SET32(8, 1);
    SET32(12, 1); /* VERSION_1 */
    SET8(0x14, 11);
    if (!(*(volatile u8 *)(common + 0x14) & 8)) fail("the features are not taken");
    SET16(0x16, 0);
    SET16(0x18, QUEUE_SIZE);
    SET16(0x1A, 0);
    SET64(0x20, (u64)disk->descriptors);
    SET64(0x28, (u64)&disk->available);
    SET64(0x30, (u64)&disk->used);
    SET16(0x1C, 1);
    SET8(0x14, 15);
    disk->notification =
        (volatile u16 *)(notify + multiplier * *(volatile u16 *)(common + 0x1E));
    disk->slots = (u32)(*(volatile u64 *)device / SLOT_SECTORS);
    disk->number = disk_count++;
    disk->random = (seed * 2654435761u + disk->number * 40503u) | 1;
    disk->record = first;
}

/* ---- requests */

static void describe(struct disk *disk, u32 at, const volatile void *what, u32 length, u16 flags) {
    disk->descriptors[at] = (struct descriptor){(u64)what, length, flags, (u16)(at + 1)};
}

/* The request of a number below MOST_WRITES; it has three descriptors of its own. */
static void submit(struct disk *disk, u32 i, u32 type, u64 sector, void *data, u32 bytes) {
    u32 at = 3 * i;
    disk->headers[i] = (struct request){type, 0, sector};
    disk->statuses[i] = 0xFF;
    describe(disk, at, &disk->headers[i], sizeof(struct request), 1);
    if (bytes > 0) describe(disk, at + 1, data, bytes, 1);
    else disk->descriptors[at].next = (u16)(at + 2);
    describe(disk, at + 2, &disk->statuses[i], 1, 2);
    disk->available.ring[disk->available.index % QUEUE_SIZE] = (u16)at;
    fence();
    disk->available.index++;
    fence();
    disk->pending++;
    *disk->notification = 0;
}

static void put(u8 *at, u64 value) { /* big-endian */
    *(u64 *)at = __builtin_bswap64(value);
}

static u32 crc_table[256];

static void make_crc_table(void) {
    for (u32 i = 0; i < 256; i++) {
        u32 value = i;
        for (int bit = 0; bit < 8; bit++) value = value >> 1 ^ (value & 1 ? 0x82F63B78 : 0);
        crc_table[i] = value;
    }
}

static u32 crc32c(const u8 *bytes, u32 count) {
    u32 value = ~0u;
    while (count-- > 0) value = value >> 8 ^ crc_table[(value ^ *bytes++) & 0xFF];
    return ~value;
}

static void make_record(u8 *data, u64 sector, u32 sectors, u64 record) {
    for (u32 i = 0; i < sectors; i++, data += SECTOR) {
        for (u32 at = 16; at < SECTOR - 8; at += 8) {
            put(data + at, record * 0x9E3779B97F4A7C15ull + i * SECTOR + at);
        }
        put(data, record);
        put(data + 8, sector + i);
        put(data + SECTOR - 8, crc32c(data, SECTOR - 8));
    }
}

static void write_one(struct disk *disk, u32 i, u32 slot) {
    u32 sectors = 1 + random_below(disk, SLOT_SECTORS);
    u64 sector = (u64)slot * SLOT_SECTORS + random_below(disk, SLOT_SECTORS - sectors + 1);
    u32 is_forgotten = slot % 8 == 7;
    if (is_forgotten && random_below(disk, 3) != 0) {
        u32 type = random_below(disk, 2) ? DISCARD : WRITE_ZEROES;
        u32 may_unmap = type == WRITE_ZEROES && random_below(disk, 2);
        disk->ranges[i] = (struct range){sector, sectors, may_unmap};
        submit(disk, i, type, 0, &disk->ranges[i], sizeof(struct range));
        return;
    }
    u64 record = disk->record++;
    make_record(disk->data[i], sector, sectors, record);
    if (!is_forgotten) {
        say("write ");
        say_number(disk->number);
        say(" ");
        say_number((u32)sector);
        say(" ");
        say_number(sectors);
        say(" ");
        say_number((u32)record);
        say("\n");
    }
    submit(disk, i, WRITE, sector, disk->data[i], sectors * SECTOR);
}

/* No two of them are to the same slot, since they may be done in any order. */
static void write_some(struct disk *disk) {
    u32 slots[MOST_WRITES];
    u32 count = 1 + random_below(disk, MOST_WRITES);
    for (u32 i = 0; i < count; i++) {
        int is_taken;
        do {
            slots[i] = random_below(disk, disk->slots);
            is_taken = 0;
            for (u32 other = 0; other < i; other++) is_taken |= slots[other] == slots[i];
        } while (is_taken);
        write_one(disk, i, slots[i]);
    }
}

/* Whether anything was done. */
static int serve(struct disk *disk) {
    int is_changed = 0;
    while (disk->seen != disk->used.index) {
        u32 i = disk->used.ring[disk->seen++ % QUEUE_SIZE].id / 3;
        if (disk->statuses[i] != 0) fail("a request");
        disk->pending--;
        is_changed = 1;
    }
    if (disk->pending > 0) return is_changed;
    if (disk->is_flushing) {
        say("flushed ");
        say_number(disk->number);
        say("\n");
        disk->flushes++;
        disk->is_flushing = 0;
        write_some(disk);
    } else if (is_changed) {
        disk->is_flushing = 1;
        submit(disk, 0, FLUSH, 0, 0, 0);
    } else { /* at the start */
        write_some(disk);
    }
    return 1;
}

static u32 argument(const char *line, const char *name) {
    for (; *line; line++) {
        const char *a = line, *b = name;
        while (*b && *a == *b) a++, b++;
        if (*b) continue;
        u32 value = 0;
        while (*a >= '0' && *a <= '9') value = value * 10 + (u32)(*a++ - '0');
        return value;
    }
    return 0;
}

void run(const u32 *multiboot) {
    const char *line = multiboot[0] & 4 ? (const char *)(u64)multiboot[4] : "";
    u32 flushes = argument(line, "flushes=");
    make_crc_table();
    take_interrupts();
    for (int slot = 0; slot < 32 && disk_count < MOST_DISKS; slot++) {
        if (config(slot, 0) == 0x10421AF4) {
            begin_disk(slot, argument(line, "seed="), argument(line, "first="));
        }
    }
    if (disk_count == 0) fail("there is no disk");
    for (;;) {
        int is_changed = 0, is_done = flushes > 0;
        for (u32 i = 0; i < disk_count; i++) {
            is_changed |= serve(&disks[i]);
            is_done &= disks[i].flushes >= flushes;
        }
        if (is_done) end(16);
        __asm__ volatile("cli" ::: "memory");
        for (u32 i = 0; i < disk_count; i++) is_changed |= disks[i].seen != disks[i].used.index;
        if (is_changed) __asm__ volatile("sti" ::: "memory");
        else __asm__ volatile("sti; hlt" ::: "memory");
    }
}
