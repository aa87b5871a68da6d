/* ways: prints values of NEVERSTOP_USE, one a line, that together take every way of computing that
 * this machine offers and the default does not take. The last line, "portable", takes the last way
 * of each choice; those before it take the ways in between, several choices at a time. */
#include <stdio.h>

#include "lib/base/choices.h"

/* The n-th way that is offered, the default being the 0th; -1 where that is the last one or there
 * are not so many. */
static int between(Choice c, int n) {
    for (int way = 0; choice_way(c, way) && choice_way(c, way + 1); way++)
        if (choice_offered(c, way) && n-- == 0) return way;
    return -1;
}

int main(void) {
    for (int n = 1, any = 1; any; n++) {
        any = 0;
        for (Choice c = 0; c < CHOICE_MPI; c++)
            if (between(c, n) > 0)
                any =
                    printf("%s%s=%s", any ? " " : "", choice_name(c), choice_way(c, between(c, n)));
        if (any) printf("\n");
    }
    printf("portable\n");
    return 0;
}
