/* op_check.h: a single op's backward against central differences; includes cmocka. */
#ifndef TEST_LIB_NN_OP_CHECK_H
#define TEST_LIB_NN_OP_CHECK_H

#include "test/lib/nn/gradient.h"

enum { MOST = 60 };

static inline void check(Recorder record, bool scalar) {
    Fixture f = {0};
    fixture_begin(&f, record, scalar);
    check_fixture(&f, MOST);
    f.batch = 2; /* fewer than planned for */
    check_fixture(&f, MOST);
    fixture_end(&f);
}

static inline Parameter weight(Fixture *f, const char *name, int rank, size_t a, size_t b,
                               size_t c) {
    return graph_parameter(f->g, INIT_GIVEN, rank, (size_t[]){a, b, c}, "%s", name);
}

/* An input that is not differentiated. */
static inline Value fixed_input(Fixture *f, size_t rows, size_t cols) {
    Value v = graph_input(f->g, rows, cols);
    fixture_adopt(f, v, true);
    f->genres = 5; /* its values are 0 to 4 */
    return v;
}

#endif
