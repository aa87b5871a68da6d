/* Blocks of memory: where they begin, and that all of them can be used. */
#include "test/scratch.h"

#include <stdint.h>

#include "lib/base/memory.h"

static const size_t sizes[] = {0,      1, 63, 64, 65, 100000, (2 << 20) - 1, 2 << 20, (2 << 20) + 1,
                               5 << 20};
enum { SIZES = sizeof sizes / sizeof *sizes };

static void whole_blocks(void **state) {
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        unsigned char *block = memory_block(sizes[i]);
        assert_non_null(block);
        assert_int_equal((uintptr_t)block % 64, 0);
        memset(block, 7, sizes[i]);
        free(block);
    }
}

static void zeros(void **state) {
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        unsigned char *dirt = memory_block(sizes[i]);
        assert_non_null(dirt);
        memset(dirt, 7, sizes[i]);
        free(dirt);
        unsigned char *block = memory_zeros(sizes[i]);
        assert_non_null(block);
        for (size_t k = 0; k < sizes[i]; k++) assert_int_equal(block[k], 0);
        free(block);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(whole_blocks), cmocka_unit_test(zeros)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
