/* From where a loader has put the image to where it stays. */
#pragma once
#include "Lungo.h"

/* What start-up code knows; handed to the moved image by value. */
struct lungo_boot {
    int32_t kind;
    int64_t info;
    int64_t image_handle;
    uint64_t range, range_bytes;
};

/* From the linker script. The table of relocations, in the format of a PE .reloc section, follows
   the image in memory and ends with a block of size zero. */
extern char lungo_image[], lungo_data_end[], lungo_image_end[];

/* Bytes of the pool where memory is too little for all of it. */
enum { LUNGO_LEAST_POOL = 1 << 16 };

/* Bytes that the image, its stack, its heap and a pool need. */
uint64_t lungo_range_bytes(uint64_t pool);

/* Copies the image to boot->range, relocates the copy, and runs it on its own stack. */
int64_t lungo_move_and_run(const struct lungo_boot *boot);

/* The highest place below 4 GiB that a loader's memory map offers for range_bytes; 0 if there is none. */
uint64_t lungo_find_place(const struct lungo_boot *boot);

/* Where there is no memory to run in. */
#define LUNGO_NO_MEMORY "there is too little memory below 4 GiB, even for booting without the hypervisor"

/* Identity map of 4 GiB in six pages. */
void lungo_map(uint64_t tables[6][512]);
