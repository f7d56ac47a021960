/* The heap of TeaVM's collector: a fixed region, all of it there from the start. */
#include "memory.h"
#include <stdlib.h>
#include <string.h>

void *teavm_gc_heapAddress;
void *teavm_gc_gcStorageAddress;
int32_t teavm_gc_gcStorageSize;
void *teavm_gc_regionsAddress;
void *teavm_gc_cardTable;
int32_t teavm_gc_regionMaxCount;
int64_t teavm_gc_availableBytes;
int64_t teavm_gc_minAvailableBytes;
int64_t teavm_gc_maxAvailableBytes;
void ***teavm_gc_staticRoots;

void teavm_initHeap(int64_t min, int64_t max) {
    (void) min;
    teavm_gc_minAvailableBytes = teavm_gc_maxAvailableBytes = teavm_gc_availableBytes = max;
    teavm_gc_gcStorageSize = max / 16;
    teavm_gc_regionMaxCount = max / teavm_gc_regionSize + 1;
    teavm_gc_heapAddress = malloc(max);
    teavm_gc_gcStorageAddress = malloc(teavm_gc_gcStorageSize);
    teavm_gc_regionsAddress = malloc(teavm_gc_regionMaxCount * 2);
    teavm_gc_cardTable = malloc(teavm_gc_regionMaxCount);
}

void teavm_gc_resizeHeap(int64_t size) { (void) size; }
void teavm_gc_writeHeapDump(void) {}

/* The collector tells what it does to whoever wants to check it. */
void teavm_gc_allocate(void *address, int32_t bytes) {}
void teavm_gc_free(void *address, int32_t bytes) {}
void teavm_gc_assertFree(void *address, int32_t bytes) {}
void teavm_gc_mark(void *address) {}
void teavm_gc_move(void *from, void *to, int32_t bytes) {}
void teavm_gc_gcStarted(int32_t full) {}
void teavm_gc_markStarted(void) {}
void teavm_gc_markCompleted(void) {}
void teavm_gc_sweepStarted(void) {}
void teavm_gc_sweepCompleted(void) {}
void teavm_gc_defragStarted(void) {}
void teavm_gc_defragCompleted(void) {}
void teavm_gc_gcCompleted(void) {}
void teavm_gc_reportDirtyRegion(void *address) {}

/* Static fields that hold references: an array of their addresses, its length first. */
static struct { void ***roots; int count; } parts[LUNGO_ROOT_PARTS];
static int part_count, root_count;

void teavm_registerStaticGcRoots(void ***roots, int count) {
    if (part_count == LUNGO_ROOT_PARTS) {
        abort();
    }
    parts[part_count].roots = roots;
    parts[part_count++].count = count;
    root_count += count;
}

void teavm_initStaticGcRoots(void) {
    void ***to = teavm_gc_staticRoots = malloc(sizeof(void **) * (root_count + 1));
    *to++ = (void **) (intptr_t) root_count;
    for (int i = 0; i < part_count; i++) {
        memcpy(to, parts[i].roots, parts[i].count * sizeof(void **));
        to += parts[i].count;
    }
}
