/* What dev.lungo.toolchain.inside.Semantics asks of the processor. */
#pragma once
#include "Lungo.h"
#include "core.h"

extern uint64_t Lungo_stackLimit;
extern void Lungo_stackOverflow(void) __attribute__((noreturn));

/* Nothing is moved by the compiler across a volatile access, ... */
static inline void Semantics_barrier(void) { __asm__ volatile("" : : : "memory"); }

/* ... and nothing by the processor across a volatile store. */
static inline void Semantics_fence(void) {
    __asm__ volatile("lock; orl $0, (%%rsp)" : : : "memory", "cc");
}

static inline void Semantics_checkStack(void) {
    if (__builtin_expect((uint64_t) __builtin_frame_address(0) < Lungo_stackLimit, 0)) {
        Lungo_stackOverflow();
    }
}

static inline void Semantics_divisionFault(void) { Lungo_fault("division by zero on the exit path"); }

static inline void Semantics_noCase(void) { Lungo_fault("no case for a value on the exit path"); }

static inline void Semantics_raising(void) {
    uint64_t here = (uint64_t) __builtin_frame_address(0);
    if (here >= (uint64_t) Lungo_memoryStackTop() || here < Lungo_stackLimit - 0x8000) {
        Lungo_fault("null, an index out of bounds or a class cast on the exit path");
    }
}

static inline int32_t Semantics_mayStore(void *array, void *value) {
    if (array == NULL || value == NULL) {
        return 1;
    }
    TeaVM_Class *element = TEAVM_CLASS_OF(array)->itemType, *type = TEAVM_CLASS_OF(value);
    return element == type || teavm_isSupertypeOf(element, type);
}

/* False, which no compiler knows. */
static inline int32_t Semantics_never(void) {
    int32_t never = 0;
    __asm__ volatile("" : "+r"(never));
    return never;
}
