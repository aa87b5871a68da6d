#include "demo/song.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "demo/synth.h"
#include "lib/base/rng.h"

Song song_plan(const Style *style, size_t number, double seconds, uint64_t seed) {
    Song song = {.style = style,
                 .bpm = style->first_bpm + style->bpm_step * (double)number,
                 .seconds = seconds,
                 .seed = seed};
    Rng r = rng_seed(seed);
    song.key = (int)rng_below(&r, 12) - 5;
    double phrase = BARS_PER_PHRASE * BEATS_PER_BAR * 60.0 / song.bpm;
    song.phrases = (size_t)ceil(seconds / phrase);
    char last = 1;
    for (size_t i = 0; i < song.phrases; i++) {
        song.energy[i] = last;
        last = (char)((last + 1 + (char)rng_below(&r, 2)) % 3); /* always another one */
    }
    return song;
}

/* Where the music's parts find what they play with. */
typedef struct {
    const Song *song;
    Synth *synth;
    double sixteenth; /* samples */
} Player;

static int energy_of(const Player *p, size_t bar) { return p->song->energy[bar / BARS_PER_PHRASE]; }

static double when(const Player *p, size_t bar, double sixteenths) {
    double late = fmod(sixteenths, 2.0) == 1.0 ? p->song->style->swing : 0.0;
    return ((double)bar * 16.0 + sixteenths + late) * p->sixteenth;
}

static double loudness(char mark) { return mark == 'x' ? 1.0 : mark == 'o' ? 0.45 : 0.0; }

static void play_drums(const Player *p, size_t bar) {
    const Style *s = p->song->style;
    int energy = energy_of(p, bar);
    bool last_of_phrase = bar % BARS_PER_PHRASE == BARS_PER_PHRASE - 1;
    for (int i = 0; i < 16; i++) {
        double at = when(p, bar, i), kick = loudness(s->kick[i]), snare = loudness(s->snare[i]),
               hat = loudness(s->hat[i]);
        if (energy == 0 && i % 8) kick = 0;
        if (energy == 0) snare *= 0.3;
        if (energy == 2) hat = fmax(hat, 0.3);
        if (last_of_phrase && i >= 12)
            snare = fmax(snare, 0.4 + 0.15 * (i - 12)); /* a fill into the next phrase */
        synth_drum(p->synth, DRUM_KICK, at, 0.9 * kick);
        synth_drum(p->synth, DRUM_SNARE, at, 0.5 * snare);
        synth_drum(p->synth, DRUM_HAT, at, (energy == 0 ? 0.08 : 0.22) * hat);
    }
    if (bar % BARS_PER_PHRASE == 0 && energy == 2)
        synth_drum(p->synth, DRUM_CRASH, when(p, bar, 0), 0.35);
}

static double pitch(const Player *p, int semitones) {
    return 220.0 * pow(2.0, (p->song->key + semitones) / 12.0);
}

static void play_harmony(const Player *p, size_t bar) {
    const Style *s = p->song->style;
    int energy = energy_of(p, bar), root = s->roots[bar % 4];
    char quality = s->qualities[bar % 4];
    const int chord[4] = {0, quality == 'M' ? 4 : 3, 7, quality == '7' ? 10 : 12};
    for (int i = 0; i < 16; i++) {
        double at = when(p, bar, i), bass = loudness(s->bass[i]), stab = loudness(s->chords[i]);
        if (bass > 0)
            synth_note(p->synth, VOICE_BASS, at, 1.6 * p->sixteenth,
                       pitch(p, root - 24 + (s->bass[i] == 'o' ? 12 : 0)), 0.42 * bass);
        for (int k = 0; stab > 0 && k < 4; k++)
            synth_note(p->synth, VOICE_CHORD, at, 4 * s->chord_length * p->sixteenth,
                       pitch(p, root + chord[k] - (root > 6 ? 12 : 0)), 0.11 * stab);
        if (energy == 2 && i % 2 == 0)
            synth_note(p->synth, VOICE_LEAD, at, 1.5 * p->sixteenth,
                       pitch(p, root + 12 + chord[(i / 2 * 3) % 4]), 0.08);
    }
    if (energy == 0)
        for (int k = 0; k < 3; k++)
            synth_note(p->synth, VOICE_PAD, when(p, bar, 0), 15.5 * p->sixteenth,
                       pitch(p, root + chord[k] - 12), 0.09);
}

int song_play(const Song *song, float **samples, size_t *count, Error *err) {
    *count = (size_t)llround(song->seconds * (double)SONG_RATE);
    *samples = calloc(*count + 1, sizeof **samples);
    if (!*samples) return error_set(err, "out of memory for %g s of music", song->seconds);
    Synth synth;
    if (synth_new(&synth, *samples, *count, SONG_RATE, song->style->brightness, song->seed, err)) {
        free(*samples);
        *samples = NULL;
        return -1;
    }
    Player p = {.song = song, .synth = &synth, .sixteenth = (double)SONG_RATE * 15.0 / song->bpm};
    for (size_t bar = 0; (double)bar * 16.0 * p.sixteenth < (double)*count; bar++) {
        play_drums(&p, bar);
        play_harmony(&p, bar);
    }
    synth_free(&synth);
    float peak = 1e-9f;
    for (size_t i = 0; i < *count; i++) peak = fmaxf(peak, fabsf((*samples)[i]));
    for (size_t i = 0; i < *count; i++) (*samples)[i] *= 0.9f / peak;
    return 0;
}
