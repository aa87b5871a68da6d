#include "export/timeline.h"

#include <stdlib.h>

void timeline_free(Timeline *t) {
    free(t->pose);
    free(t->trans);
    free(t->frozen);
    free(t->beats);
    free(t->music_beats);
    *t = (Timeline){0};
}
