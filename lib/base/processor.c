#include "lib/base/processor.h"

#if defined(__x86_64__)

static bool has_avx512(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

static bool has_avx2(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

#if defined(__linux__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

/* CPUID leaf 7, subleaf 1, EAX bit 5; compilers of before 2020 do not know its name. */
static bool has_avx512_bf16(void) {
    unsigned eax = 0, ebx, ecx, edx;
    return has_avx512() && __get_cpuid_count(7, 1, &eax, &ebx, &ecx, &edx) && (eax >> 5 & 1);
}

/* CPUID leaf 7, subleaf 0, EDX bits 22 (AMX-BF16) and 24 (AMX-TILE). Linux hands out the tiles'
 * state, 8 KiB a thread, to processes that have asked for it. */
static bool has_amx_bf16(void) {
    enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };
    unsigned eax, ebx, ecx, edx = 0;
    return has_avx512() && __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) && (edx >> 22 & 1) &&
           (edx >> 24 & 1) && syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
}
#else
static bool has_avx512_bf16(void) { return false; }
static bool has_amx_bf16(void) { return false; }
#endif

bool processor_has(ProcessorFeature feature) {
    switch (feature) {
    case PROCESSOR_AVX2:
        return has_avx2();
    case PROCESSOR_AVX512:
        return has_avx512();
    case PROCESSOR_AVX512_BF16:
        return has_avx512_bf16();
    case PROCESSOR_AMX_BF16:
        return has_amx_bf16();
    }
    return false;
}

#else
bool processor_has(ProcessorFeature feature) { return (void)feature, false; }
#endif
