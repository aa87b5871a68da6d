#include "lib/data/crops.h"

/* The last frame a window may start at, or -1 if the sequence is too short. */
static long last_start(const Sequence *s, CropShape shape) {
    long last = (long)s->frames - (long)shape.motion;
    long music = (long)s->music_frames - (long)shape.music;
    return shape.music && music < last ? music : last;
}

size_t crops_max(const Corpus *c, CropShape shape) {
    size_t count = 0;
    for (size_t i = 0; i < c->count; i++) {
        long last = last_start(&c->items[i], shape);
        if (last >= 0) count += (size_t)last / shape.stride + 1;
    }
    return count;
}

size_t crops_epoch(const Corpus *c, CropShape shape, Rng *rng, Crop *windows) {
    size_t count = 0;
    for (size_t i = 0; i < c->count; i++) {
        long last = last_start(&c->items[i], shape);
        if (last < 0) continue;
        size_t end = (size_t)last;
        size_t phases = end + 1 < shape.stride ? end + 1 : shape.stride;
        for (size_t first = rng ? rng_below(rng, phases) : 0; first <= end; first += shape.stride)
            windows[count++] = (Crop){i, first};
    }
    if (rng) rng_shuffle(rng, windows, count, sizeof *windows);
    return count;
}
