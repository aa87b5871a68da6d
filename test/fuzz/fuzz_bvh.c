/* libFuzzer target: whatever the bytes, reading BVH returns, and a motion that it gives is finite.
 *   clang -std=c17 -D_GNU_SOURCE -g -O1 -fsanitize=fuzzer,address,undefined -I.
 * test/fuzz/fuzz_bvh.c \
 *       lib/{bvh,bvhmatch,bvhimport,euler,rotation,motion,skeleton,tensorfile,tensor,npy,zip,names,file,error}.c
 * -lz -lm -o build/fuzz_bvh build/fuzz_bvh -max_len=20000 -rss_limit_mb=300 CORPUS    (files of
 * export-motion --to bvh are a good beginning) */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/motion/import/bvh_retarget.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Error err;
    Bvh b;
    Motion m;
    char *text = malloc(size + 1);
    if (!text) abort();
    memcpy(text, data, size);
    text[size] = '\0';
    if (bvh_parse(text, size, &b, &err) == 0 && bvh_to_motion(&b, NULL, &m, NULL, &err) == 0) {
        for (size_t i = 0; i < m.frames * motion_dim(&m); i++)
            if (!isfinite(m.data[i])) abort();
        motion_free(&m);
    }
    bvh_free(&b);
    free(text);
    return 0;
}
