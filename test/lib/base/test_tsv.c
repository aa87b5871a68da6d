/* Tables of numbers: what is taken and what is refused. */
#include <math.h>

#include "lib/base/tsv.h"
#include "test/scratch.h"

static const char *const wanted[] = {"step", "loss"};

static void read_table(const char *text, NumberTable *t) {
    Error err;
    assert_done(tsv_read(scratch_write("t.tsv", text, strlen(text)), wanted, 2, t, &err), &err);
}

static void columns_are_found_by_name(void **state) {
    (void)state;
    NumberTable t;
    read_table("loss\tx\tstep\r\n0.5\tword\t1\r\n-2e-3\t\t2\r\n\nloss\tx\tstep\nnan\t0\t3", &t);
    assert_true(t.rows == 3 && t.columns == 2);
    assert_true(t.values[0] == 1 && t.values[1] == 2 && t.values[2] == 3);
    assert_true(t.values[3] == 0.5 && t.values[4] == -2e-3 && isnan(t.values[5]));
    tsv_free(&t);
    read_table("step\tloss\n1\t2\n3", &t); /* the last line is still being written */
    assert_int_equal(t.rows, 1);
    tsv_free(&t);
    read_table("step\tloss", &t);
    assert_int_equal(t.rows, 0);
    tsv_free(&t);
}

static void refused(const char *text, const char *part) {
    Error err;
    NumberTable t;
    assert_failed(tsv_read(scratch_write("t.tsv", text, strlen(text)), wanted, 2, &t, &err), &err,
                  part);
    assert_null(t.values);
    assert_non_null(strstr(err.text, "t.tsv: "));
}

static void what_is_no_table_is_refused(void **state) {
    (void)state;
    refused("", "empty");
    refused("step\tlost\n", "no column 'loss'");
    refused("step\tloss\n1\n2\t3\n", "line 2 has 1 fields");
    refused("step\tloss\n1\tx\n", "line 2: 'loss' is not a number");
    refused("step\tloss\n1\t0x10\n", "not a number");
    refused("step\tloss\n1\t\n", "not a number");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_found_by_name),
        cmocka_unit_test(what_is_no_table_is_refused),
    };
    return cmocka_run_group_tests(tests, scratch_begin, scratch_end);
}
