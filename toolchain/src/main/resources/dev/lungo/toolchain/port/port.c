/* The runtime under TeaVM's: serial port, memory, and what a C library would have. */
#include "place.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uchar.h>

/* --- ports and stops --- */

static inline void out8(uint16_t port, uint8_t value) {
    __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t in8(uint16_t port) {
    uint8_t value;
    __asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
    return value;
}

/* PC16550D, "Registers": LSR.THRE; a port that is not there reads all ones. */
__attribute__((weak)) void Lungo_putChar(int32_t c) {
    if (c == '\n') {
        Lungo_putChar('\r');
    }
    for (int i = 0; i < 1000000 && !(in8(0x3FD) & 0x20); i++) {
        __asm__ volatile("pause");
    }
    out8(0x3F8, c);
}

static void print(const char *s) {
    while (*s) {
        Lungo_putChar(*s++);
    }
}

void Lungo_stop(void) {
    for (;;) {
        __asm__ volatile("cli; hlt");
    }
}

void Lungo_complain(const char *what) {
    print("lungo: ");
    print(what);
    print("\n");
}

__attribute__((weak)) void Lungo_fault(const char *what) {
    Lungo_complain(what);
    Lungo_stop();
}

void abort(void) { Lungo_fault("the runtime has given up"); }

void Lungo_stackOverflow(void) { Lungo_fault("stack overflow"); }

void teavm_outOfMemory(void) { Lungo_fault("out of memory: the heap is full"); }

/* --- what the image knows of itself --- */

static struct lungo_boot boot;
static struct { int64_t status; int32_t resident; } end;
static uint64_t arena, arena_end, pool, pool_end, stack_top;
uint64_t Lungo_stackLimit;

extern const char lungo_config[], lungo_config_end[];
extern int main(int, char **);
extern void lungo_take_over(void);

/* Called on the image's own stack, in the moved image. Stack, heap and pool follow the image. */
void *lungo_run(const struct lungo_boot *given) {
    boot = *given;
    lungo_take_over();
    uint64_t stack = ((uint64_t) lungo_image_end + 4095) & ~4095ull;
    stack_top = arena = stack + LUNGO_STACK_BYTES;
    Lungo_stackLimit = stack + 0x8000; /* what collector and firmware may need below */
    pool = arena_end = arena + LUNGO_HEAP_BYTES;
    pool_end = boot.range + boot.range_bytes;
    main(0, 0);
    return &end;
}

int32_t Lungo_bootKind(void) { return boot.kind; }
int64_t Lungo_bootInfo(void) { return boot.info; }
int64_t Lungo_imageHandle(void) { return boot.image_handle; }
int64_t Lungo_rangeStart(void) { return boot.range; }
int64_t Lungo_rangeEnd(void) { return boot.range + boot.range_bytes; }
int64_t Lungo_configStart(void) { return (int64_t) lungo_config; }
int32_t Lungo_configBytes(void) { return lungo_config_end - lungo_config; }
int64_t Lungo_memoryStackTop(void) { return stack_top; }
int64_t Lungo_poolLeft(void) { return pool_end - pool; }
void Lungo_exitStatus(int64_t status) { end.status = status; }
void Lungo_stayResident(void) { end.resident = 1; }

int64_t Lungo_pages(int32_t count) {
    uint64_t bytes = (uint64_t) count << 12;
    if (count <= 0 || bytes > pool_end - pool) {
        return 0;
    }
    pool += bytes;
    return pool - bytes; /* zero since the image was moved */
}

typedef int64_t (__attribute__((ms_abi)) *efi_function)(int64_t, int64_t, int64_t, int64_t, int64_t, int64_t);

int64_t Lungo_efiCall(int64_t function, int64_t a, int64_t b, int64_t c, int64_t d, int64_t e, int64_t f) {
    return ((efi_function) function)(a, b, c, d, e, f);
}

/* --- C library --- */

void *memcpy(void *restrict to, const void *restrict from, size_t n) {
    void *result = to;
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
    return result;
}

void *memset(void *to, int value, size_t n) {
    void *result = to;
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(value) : "memory");
    return result;
}

void *memmove(void *to, const void *from, size_t n) {
    if ((uintptr_t) to - (uintptr_t) from >= n) {
        return memcpy(to, from, n);
    }
    char *t = (char *) to + n;
    const char *f = (const char *) from + n;
    while (n >= 8) {
        uint64_t eight;
        n -= 8, t -= 8, f -= 8;
        __builtin_memcpy(&eight, f, 8);
        __builtin_memcpy(t, &eight, 8);
    }
    while (n-- > 0) {
        *--t = *--f;
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t n) {
    const unsigned char *x = a, *y = b;
    for (; n > 0; n--, x++, y++) {
        if (*x != *y) {
            return *x - *y;
        }
    }
    return 0;
}

size_t strlen(const char *s) {
    size_t n = 0;
    while (s[n]) {
        n++;
    }
    return n;
}

/* Tables that are made once, at the start. Nothing is given back. */
void *malloc(size_t n) {
    n = (n + 15) & ~15ul;
    if (n > arena_end - arena) {
        teavm_outOfMemory();
    }
    arena += n;
    return (void *) (arena - n);
}

void *calloc(size_t count, size_t size) {
    if (size != 0 && count > (size_t) -1 / size) {
        teavm_outOfMemory();
    }
    return memset(malloc(count * size), 0, count * size);
}

void free(void *p) { (void) p; }

static uint32_t seed = 1;

int rand(void) { return (seed = seed * 1103515245 + 12345) & RAND_MAX; }
void srand(unsigned s) { seed = s; }

static uint64_t tsc(void) {
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
    return (uint64_t) high << 32 | low;
}

time_t time(time_t *at) { return at ? *at = tsc() >> 30 : tsc() >> 30; }

/* Java's char is a unit of UTF-16; surrogates are written one by one. */
size_t c16rtomb(char *s, char16_t c, mbstate_t *state) {
    (void) state;
    if (c < 0x80) {
        s[0] = c;
        return 1;
    }
    if (c < 0x800) {
        s[0] = 0xC0 | c >> 6;
        s[1] = 0x80 | (c & 0x3F);
        return 2;
    }
    s[0] = 0xE0 | c >> 12;
    s[1] = 0x80 | (c >> 6 & 0x3F);
    s[2] = 0x80 | (c & 0x3F);
    return 3;
}

size_t mbrtoc16(char16_t *to, const char *s, size_t n, mbstate_t *state) {
    (void) state;
    if (n == 0) {
        return -2;
    }
    if (to) {
        *to = (unsigned char) *s;
    }
    return 1;
}

/* --- TeaVM's hooks --- */

void teavm_logchar(int32_t c) { Lungo_putChar(c & 0xFF); }
void teavm_logCodePoint(int32_t c) { Lungo_putChar(c); }

void teavm_printString(char16_t *s) {
    while (*s) {
        Lungo_putChar(*s++);
    }
}

void teavm_printWString(const wchar_t *s) {
    while (*s) {
        Lungo_putChar(*s++);
    }
}

void teavm_printInt(int32_t value) {
    char digits[12];
    int n = 0;
    uint32_t rest = value < 0 ? -(uint32_t) value : value;
    do {
        digits[n++] = '0' + rest % 10;
    } while (rest /= 10);
    if (value < 0) {
        digits[n++] = '-';
    }
    while (n-- > 0) {
        Lungo_putChar(digits[n]);
    }
}

void teavm_initFiber(void) {}
void teavm_initTime(void) {}
int64_t teavm_currentTimeMillis(void) { return tsc() / 1000000; }
int64_t teavm_currentTimeNano(void) { return tsc(); }
int32_t teavm_timeZoneOffset(void) { return 0; }
void teavm_interrupt(void) {}
void teavm_waitFor(int64_t millis) {
    for (uint64_t until = tsc() + millis * 1000000; tsc() < until;) {
        __asm__ volatile("pause");
    }
}
