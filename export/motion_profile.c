#include "export/motion_profile.h"

#include <stdlib.h>

void timeline_free(Timeline *t) {
    free(t->pose);
    free(t->trans);
    free(t->frozen);
    free(t->beats);
    free(t->music_beats);
    *t = (Timeline){0};
}
