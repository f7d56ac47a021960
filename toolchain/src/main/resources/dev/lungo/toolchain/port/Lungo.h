/* What an image finds around it; the package comment of dev.lungo.toolchain explains each. */
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { LUNGO_MULTIBOOT = 1, LUNGO_PVH = 2, LUNGO_EFI = 3, LUNGO_COREBOOT = 4 };

int32_t Lungo_bootKind(void);
int64_t Lungo_bootInfo(void);
int64_t Lungo_imageHandle(void);
int64_t Lungo_rangeStart(void);
int64_t Lungo_rangeEnd(void);
int64_t Lungo_pages(int32_t count);
int64_t Lungo_poolLeft(void);
int64_t Lungo_configStart(void);
int32_t Lungo_configBytes(void);
void Lungo_putChar(int32_t c);
int64_t Lungo_efiCall(int64_t function, int64_t a, int64_t b, int64_t c, int64_t d, int64_t e,
                      int64_t f);
void Lungo_exitStatus(int64_t status);
void Lungo_stayResident(void);
int64_t Lungo_memoryStackTop(void);
void Lungo_stop(void) __attribute__((noreturn));

/* Prints "lungo: " and what. */
void Lungo_complain(const char *what);
/* Does, and stops. Weak, as is Lungo_putChar. */
void Lungo_fault(const char *what) __attribute__((noreturn));
