#include "demo/song.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "demo/synth.h"
#include "lib/base/rng.h"

int section_energy(Section s) {
    static const int energies[] = {[SECTION_INTRO] = 0,
                                   [SECTION_VERSE] = 1,
                                   [SECTION_BUILD] = 1,
                                   [SECTION_CHORUS] = 2,
                                   [SECTION_BREAK] = 0};
    return energies[s];
}

/* i: intro, v: verse, u: build, C: chorus, b: break; from the second letter on again and again. */
static void plan_sections(Song *song, Rng *r) {
    static const char *const forms[] = {"ivvuCCbv", "vvuCCbvu", "CCvvuCCb", "ivuCCvbC", "vCCbvuCC"};
    static const char letters[] = "ivuCb"; /* in the order of Section */
    const char *form = forms[rng_below(r, sizeof forms / sizeof *forms)];
    const size_t length = strlen(form);
    for (size_t i = 0; i < song->phrases; i++) {
        const char letter = form[i < length ? i : 1 + (i - length) % (length - 1)];
        song->section[i] = (Section)(strchr(letters, letter) - letters);
    }
}

Song song_plan(const Style *style, size_t number, double seconds, uint64_t seed) {
    Song song = {.style = style,
                 .bpm = style->first_bpm + style->bpm_step * (double)number,
                 .seconds = seconds,
                 .seed = seed};
    Rng r = rng_seed(seed);
    song.key = (int)rng_below(&r, 12) - 5;
    const double phrase = BARS_PER_PHRASE * BEATS_PER_BAR * 60.0 / song.bpm;
    song.phrases = (size_t)ceil(seconds / phrase);
    plan_sections(&song, &r);
    for (int i = 0; i < 16; i++) /* more often than not on the beat */
        song.melody[i] = rng_uniform(&r) < (i % 2 ? 0.4 : 0.85) ? (int)rng_below(&r, 4) : -1;
    return song;
}

/* Where the music's parts find what they play with. */
typedef struct {
    const Song *song;
    Synth *synth;
    double sixteenth; /* samples */
} Player;

static Section section_of(const Player *p, size_t bar) {
    return p->song->section[bar / BARS_PER_PHRASE];
}

static double when(const Player *p, size_t bar, double sixteenths) {
    double late = fmod(sixteenths, 2.0) == 1.0 ? p->song->style->swing : 0.0;
    return ((double)bar * 16.0 + sixteenths + late) * p->sixteenth;
}

static double loudness(char mark) { return mark == 'x' ? 1.0 : mark == 'o' ? 0.45 : 0.0; }

static void play_drums(const Player *p, size_t bar) {
    const Style *s = p->song->style;
    const Section section = section_of(p, bar);
    const bool last = bar % BARS_PER_PHRASE == BARS_PER_PHRASE - 1;
    const bool sparse = section == SECTION_INTRO || section == SECTION_BREAK;
    for (int i = 0; i < 16; i++) {
        const double at = when(p, bar, i);
        double kick = loudness(s->kick[i]), snare = loudness(s->snare[i]);
        double hat = loudness(s->hat[i]);
        if (section == SECTION_BREAK && i % 8) kick = 0;
        if (sparse) snare *= 0.3;
        if (section == SECTION_CHORUS) hat = fmax(hat, 0.3);
        if (section == SECTION_BUILD && i % 2 == 0) /* a roll that grows over both bars */
            snare = fmax(snare, 0.15 + 0.02 * (i + (last ? 16 : 0)));
        if (last && i >= 12) snare = fmax(snare, 0.4 + 0.15 * (i - 12)); /* into the next phrase */
        synth_drum(p->synth, DRUM_KICK, at, 0.9 * kick);
        synth_drum(p->synth, DRUM_SNARE, at, 0.5 * snare);
        synth_drum(p->synth, DRUM_HAT, at, (sparse ? 0.08 : 0.22) * hat);
    }
    const bool first = bar % BARS_PER_PHRASE == 0;
    const bool enters = first && (bar == 0 || section_of(p, bar - 1) != section);
    if (enters && section == SECTION_CHORUS)
        synth_drum(p->synth, DRUM_CRASH, when(p, bar, 0), 0.35);
}

static double pitch(const Player *p, int semitones) {
    return 220.0 * pow(2.0, (p->song->key + semitones) / 12.0);
}

/* Tone k of the bar's chord, in semitones over its root. */
static int chord_tone(char quality, int k) {
    const int tones[4] = {0, quality == 'M' ? 4 : 3, 7, quality == '7' ? 10 : 12};
    return tones[k];
}

static void play_melody(const Player *p, size_t bar, int root, char quality) {
    const int *melody = p->song->melody + 8 * (bar % 2);
    for (int i = 0; i < 8; i++)
        if (melody[i] >= 0)
            synth_note(p->synth, VOICE_LEAD, when(p, bar, 2 * i), 1.7 * p->sixteenth,
                       pitch(p, root + 12 + chord_tone(quality, melody[i])), 0.10);
}

static void play_harmony(const Player *p, size_t bar) {
    const Style *s = p->song->style;
    const Section section = section_of(p, bar);
    const int root = s->roots[bar % 4];
    const char quality = s->qualities[bar % 4];
    const bool sparse = section == SECTION_INTRO || section == SECTION_BREAK;
    for (int i = 0; i < 16; i++) {
        const double at = when(p, bar, i), bass = loudness(s->bass[i]);
        const double stab = section == SECTION_INTRO ? 0 : loudness(s->chords[i]);
        if (bass > 0 && !sparse)
            synth_note(p->synth, VOICE_BASS, at, 1.6 * p->sixteenth,
                       pitch(p, root - 24 + (s->bass[i] == 'o' ? 12 : 0)), 0.42 * bass);
        for (int k = 0; stab > 0 && k < 4; k++)
            synth_note(p->synth, VOICE_CHORD, at, 4 * s->chord_length * p->sixteenth,
                       pitch(p, root + chord_tone(quality, k) - (root > 6 ? 12 : 0)), 0.11 * stab);
    }
    if (section == SECTION_CHORUS) play_melody(p, bar, root, quality);
    for (int k = 0; (sparse || section == SECTION_BUILD) && k < 3; k++)
        synth_note(p->synth, VOICE_PAD, when(p, bar, 0), 15.5 * p->sixteenth,
                   pitch(p, root + chord_tone(quality, k) - 12), 0.09);
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
