/* libFuzzer target: whatever the bytes, the readers of .npz, .npy and .safetensors return, and what
 * they give can be touched.
 *   clang -std=c17 -D_GNU_SOURCE -g -O1 -fsanitize=fuzzer,address,undefined -I. \
 *       test/fuzz/fuzz_tensorfiles.c lib/formats/ *.c lib/base/{error,file,buffer,utf8,numbers}.c
 * -lz -lm \ -o build/fuzz_tensorfiles build/fuzz_tensorfiles -max_len=12000 -rss_limit_mb=300
 * CORPUS (without the space before *.c; test/golden/tensors is a good beginning) */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/file.h"
#include "lib/formats/safetensors.h"
#include "lib/formats/tensor_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned sum(const void *data, size_t size) {
    unsigned total = 0;
    for (size_t i = 0; i < size; i++) total += ((const unsigned char *)data)[i];
    return total;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char path[64];
    snprintf(path, sizeof path, "/tmp/neverstop-fuzz-%ld", (long)getpid());
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(data, 1, size, f) != size || fclose(f) != 0) abort();
    Error err;
    Tensors set;
    Safetensors *s;
    volatile unsigned total = 0;
    if (tensor_file_read(path, &set, &err) == 0)
        for (size_t i = 0; i < set.count; i++)
            total += sum(set.items[i].tensor.data,
                         tensor_count(&set.items[i].tensor) * set.items[i].tensor.item_size);
    else if (set.count != 0 || strncmp(err.text, path, strlen(path)) != 0)
        abort();
    tensors_free(&set);
    if (safetensors_open(path, &s, &err) == 0)
        for (size_t i = 0; i < safetensors_count(s); i++) {
            const SafetensorsView *v = safetensors_at(s, i);
            if (v->type == SAFETENSORS_OTHER) continue;
            size_t n = safetensors_elements(v);
            float *numbers = malloc(n * sizeof *numbers + 1);
            if (!numbers || safetensors_read_f32(v, numbers, &err)) abort();
            total += sum((const unsigned char *)numbers, n * sizeof *numbers);
            free(numbers);
        }
    safetensors_close(s);
    (void)total;
    return 0;
}
