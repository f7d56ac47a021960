/* Calls of the firmware that have more arguments than Lungo.efiCall, or that call back. */
#pragma once
#include <stdint.h>

/* EFI_MP_SERVICES_PROTOCOL.StartupAllAPs: each runs UefiStart.processor(). The EFI_STATUS. */
int64_t Uefi_startProcessors(int64_t services);
/* The code that leaves the hypervisor's memory, to be copied out of it: where its parts are. */
int64_t Uefi_departure(int32_t part);
/* Runs a copy of it; the status of the image that it started. */
int64_t Uefi_depart(int64_t copy);
