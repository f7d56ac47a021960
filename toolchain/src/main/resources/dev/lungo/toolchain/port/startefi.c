#include "place.h"

/* UEFI Specification, "EFI Boot Services Table": the slots used here, after the 24-byte header. */
enum { ALLOCATE_PAGES = 2, FREE_PAGES = 3 };
enum { ALLOCATE_MAX_ADDRESS = 1, RESERVED_MEMORY = 0 };

static int64_t service(uint64_t system_table, int slot) {
    uint64_t boot_services = *(uint64_t *) (system_table + 96);
    return *(int64_t *) (boot_services + 24 + 8 * slot);
}

/* Allocates a range that begins at 2 MiB, and lies below 4 GiB; the firmware's status. */
static int64_t allocate(uint64_t system_table, struct lungo_boot *boot, uint64_t pool) {
    boot->range_bytes = lungo_range_bytes(pool);
    uint64_t pages = (boot->range_bytes >> 12) + 511, address = 0xFFFFFFFF;
    int64_t status = Lungo_efiCall(service(system_table, ALLOCATE_PAGES), ALLOCATE_MAX_ADDRESS,
                                   RESERVED_MEMORY, pages, (int64_t) &address, 0, 0);
    if (status != 0) {
        return status;
    }
    /* What is before and after it goes back. */
    int64_t free_pages = service(system_table, FREE_PAGES);
    boot->range = (address + 0x1FFFFF) & ~0x1FFFFFull;
    uint64_t before = (boot->range - address) >> 12, after = 511 - before;
    if (before != 0) {
        Lungo_efiCall(free_pages, address, before, 0, 0, 0, 0);
    }
    if (after != 0) {
        Lungo_efiCall(free_pages, boot->range + boot->range_bytes, after, 0, 0, 0, 0);
    }
    return 0;
}

/* The entry point of the PE image, in its own calling convention. */
__attribute__((ms_abi)) int64_t lungo_start_efi(int64_t image_handle, uint64_t system_table) {
    struct lungo_boot boot = {.kind = LUNGO_EFI, .info = system_table, .image_handle = image_handle};
    int64_t status = allocate(system_table, &boot, LUNGO_POOL_BYTES);
    if (status != 0) {
        status = allocate(system_table, &boot, LUNGO_LEAST_POOL);
    }
    if (status != 0) {
        Lungo_complain(LUNGO_NO_MEMORY); /* the firmware boots what else there is */
        return status;
    }
    struct { int64_t status; int32_t resident; } *end = (void *) lungo_move_and_run(&boot);
    status = end->status;
    if (!end->resident) {
        Lungo_efiCall(service(system_table, FREE_PAGES), boot.range, boot.range_bytes >> 12, 0, 0, 0, 0);
    }
    return status;
}

void lungo_take_over(void) {}
