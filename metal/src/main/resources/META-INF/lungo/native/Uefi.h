/* Calls of the firmware that have more arguments than Lungo.efiCall, or that call back. */
#pragma once
#include <stdint.h>

/* EFI_MP_SERVICES_PROTOCOL.StartupAllAPs: each runs UefiStart.processor(). The EFI_STATUS. */
int64_t Uefi_startProcessors(int64_t services);
/* The code that leaves the hypervisor's memory, to be copied out of it; and its length. */
int64_t Uefi_departure(void);
int32_t Uefi_departureBytes(void);
/* Runs a copy of it. */
void Uefi_depart(int64_t copy);
