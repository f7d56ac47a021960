/* What TeaVM's runtime sources ask about their platform: this is none of those they know. */
#pragma once
#include "config.h"
#define TEAVM_WINDOWS 0
#define TEAVM_WINDOWS_UWP 0
#define TEAVM_UNIX 0
#define TEAVM_APPLE 0
#define TEAVM_PSP 0
#define TEAVM_USE_SETJMP 1
#define TEAVM_MEMORY_TRACE 0
#define TEAVM_HEAP_DUMP 0
#define TEAVM_INCREMENTAL 0
#define TEAVM_CUSTOM_LOG 1
#define TEAVM_GC_LOG 0
#define TEAVM_GC_STATS 0
#ifndef TEAVM_OBFUSCATED
#define TEAVM_OBFUSCATED 0
#endif
#define TEAVM_UNREACHABLE __builtin_unreachable();
#include <stdalign.h>
