#include "features/features.h"

#include <stdio.h>
#include <string.h>

#include "features/encoders/encoder_set.h"
#include "features/encoders/music_encoder.h"
#include "features/mint35/mint35_set.h"
#include "lib/base/file.h"
#include "lib/base/rate.h"

static const FeatureSet *const sets[] = {&mint35_set};
enum { SETS = sizeof sets / sizeof *sets };

const FeatureSet *features_find(const char *name) {
    for (size_t i = 0; i < SETS; i++)
        if (strcmp(sets[i]->name, name) == 0) return sets[i];
    return NULL;
}

const FeatureSet *features_of(const MusicIdentity *identity) {
    return music_encoder_made(identity) ? &encoder_set : features_find(identity->name);
}

const FeatureSet *features_default(void) { return &mint35_set; }

MusicIdentity features_identity(const FeatureSet *set) {
    MusicIdentity i = {0};
    snprintf(i.name, sizeof i.name, "%s", set->name);
    snprintf(i.version, sizeof i.version, "%s", set->versions[0]);
    snprintf(i.columns, sizeof i.columns, "%s", set->columns);
    return i;
}

/* --- what older files do not say --- */

/* Whether the layout's blocks are some of those of `all`, as wide and in that order. */
static bool is_part_of(const char *layout, const char *all) {
    MusicBlock wanted, b;
    while (*layout) {
        if (!music_layout_next(&layout, &wanted)) return false;
        do {
            if (!*all || !music_layout_next(&all, &b)) return false;
        } while (b.length != wanted.length || memcmp(b.name, wanted.name, b.length) != 0);
        if (b.width != wanted.width) return false;
    }
    return true;
}

bool features_assume(MusicIdentity *identity, size_t dim, double *fps) {
    const FeatureSet *older = &mint35_set;
    bool assumed = false;
    if (!(*fps > 0)) {
        *fps = RATE_UNSAID;
        assumed = true;
    }
    if (music_identity_known(identity)) return assumed;
    if (!identity->columns[0] && dim == music_layout_width(older->columns)) {
        *identity = features_identity(older);
        return true;
    }
    if (identity->columns[0] && is_part_of(identity->columns, older->columns)) {
        MusicIdentity part = features_identity(older);
        memcpy(part.columns, identity->columns, sizeof part.columns);
        *identity = part;
        return true;
    }
    return assumed;
}

static bool is_sound(const char *path) {
    for (size_t i = 0; audio_endings[i]; i++)
        if (path_ends_with(path, audio_endings[i])) return true;
    return false;
}

int features_read(void *context, const char *path, Music *out, Error *err) {
    (void)context;
    *out = (Music){0};
    if (is_sound(path) && file_exists(path))
        return error_set(err, "%s: a sound file; extract-music-features makes its features", path);
    if (music_read(path, out, err)) return -1;
    if (features_assume(&out->identity, out->dim, &out->fps)) out->notes |= MUSIC_ASSUMED;
    return 0;
}
