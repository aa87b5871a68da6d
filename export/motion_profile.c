#include "export/motion_profile.h"

#include <stdlib.h>

void motion_profile_free(MotionProfile *t) {
    free(t->pose);
    free(t->trans);
    free(t->frozen);
    free(t->beats);
    free(t->music_beats);
    *t = (MotionProfile){0};
}
