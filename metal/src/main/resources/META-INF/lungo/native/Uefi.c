/* PI Specification 2, "EFI_MP_SERVICES_PROTOCOL". */
#include "Uefi.h"

#define MS __attribute__((ms_abi))

void UefiStart_processor(void);

static MS void procedure(void *argument) {
    (void)argument;
    UefiStart_processor();
}

typedef MS int64_t (*startup_all)(int64_t, MS void (*)(void *), int8_t, void *, uint64_t, void *,
                                  void *);

int64_t Uefi_startProcessors(int64_t services) {
    startup_all start = *(startup_all *)(services + 16);
    return start(services, procedure, 0, 0, 0, 0, 0);
}

extern char uefi_departure[], uefi_departure_stay[], uefi_departure_call[], uefi_departure_end[];
int64_t Uefi_departure(int32_t part) {
    char *const parts[] = {uefi_departure, uefi_departure_stay, uefi_departure_call, uefi_departure_end};
    return (int64_t)parts[part];
}
