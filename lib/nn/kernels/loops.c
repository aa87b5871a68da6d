#include "lib/nn/kernels/loops.h"

const ElementLoops *loops_of_elements(void) {
    static const ElementLoops *const ways[] = LOOPS_WAYS(element_loops);
    return ways[choice(CHOICE_LANES)];
}

const RowLoops *loops_of_rows(void) {
    static const RowLoops *const ways[] = LOOPS_WAYS(row_loops);
    return ways[choice(CHOICE_LANES)];
}
