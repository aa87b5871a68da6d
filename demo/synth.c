#include "demo/synth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/rng.h"

static const double drum_seconds[DRUM_COUNT] = {0.30, 0.18, 0.06, 1.2};

typedef struct {
    double attack, decay; /* seconds; decay is the time constant of the fall after the attack */
} Envelope;

static const Envelope envelopes[VOICE_COUNT] = {
    {0.005, 0.35}, {0.008, 0.6}, {0.004, 0.2}, {0.25, 6.0}};

/* One period with harmonics that fall off the faster the mellower; only odd ones for the bass. */
static void make_wave(float *wave, Voice voice, double brightness) {
    int harmonics = voice == VOICE_BASS ? 8 : voice == VOICE_PAD ? 4 : 10;
    double fall = 2.6 - 1.4 * brightness;
    for (int i = 0; i <= SYNTH_TABLE; i++) {
        double sum = 0.0;
        for (int h = 1; h <= harmonics; h += voice == VOICE_LEAD ? 2 : 1)
            sum += sin(2 * M_PI * h * i / (double)SYNTH_TABLE) * pow(h, -fall);
        wave[i] = (float)sum;
    }
}

static void make_drum(Drum drum, float *x, size_t count, double rate, Rng *r) {
    double phase = 0.0, last = 0.0;
    for (size_t i = 0; i < count; i++) {
        double t = (double)i / rate, noise = 2.0 * rng_uniform(r) - 1.0, high = noise - last;
        last = noise;
        switch (drum) {
        case DRUM_KICK:
            phase += 2 * M_PI * (48.0 + 110.0 * exp(-t / 0.03)) / rate;
            x[i] = (float)(sin(phase) * exp(-t / 0.09) + 0.45 * noise * exp(-t / 0.012));
            break;
        case DRUM_SNARE:
            x[i] = (float)(0.7 * noise * exp(-t / 0.05) +
                           0.5 * sin(2 * M_PI * 190.0 * t) * exp(-t / 0.04));
            break;
        case DRUM_HAT:
            x[i] = (float)(0.6 * high * exp(-t / 0.015));
            break;
        default:
            x[i] = (float)(0.5 * high * exp(-t / 0.3));
        }
    }
    size_t fade = count / 8; /* no click at the end */
    for (size_t i = 0; i < fade; i++) x[count - 1 - i] *= (float)i / (float)fade;
}

int synth_new(Synth *s, float *out, size_t count, double rate, double brightness, uint64_t seed,
              Error *err) {
    memset(s, 0, sizeof *s);
    s->out = out;
    s->count = count;
    s->rate = rate;
    Rng r = rng_seed(seed ^ 0x5e7d);
    for (int d = 0; d < DRUM_COUNT; d++) {
        s->drum_count[d] = (size_t)(drum_seconds[d] * rate);
        s->drum[d] = calloc(s->drum_count[d], sizeof(float));
        if (!s->drum[d]) {
            synth_free(s);
            return error_set(err, "out of memory");
        }
        make_drum((Drum)d, s->drum[d], s->drum_count[d], rate, &r);
    }
    for (int v = 0; v < VOICE_COUNT; v++) make_wave(s->wave[v], (Voice)v, brightness);
    return 0;
}

void synth_free(Synth *s) {
    for (int d = 0; d < DRUM_COUNT; d++) free(s->drum[d]);
    memset(s, 0, sizeof *s);
}

void synth_drum(Synth *s, Drum drum, double at, double loudness) {
    size_t start = (size_t)llround(at);
    if (loudness <= 0 || start >= s->count) return;
    size_t n = s->count - start < s->drum_count[drum] ? s->count - start : s->drum_count[drum];
    for (size_t i = 0; i < n; i++) s->out[start + i] += (float)loudness * s->drum[drum][i];
}

void synth_note(Synth *s, Voice voice, double at, double length, double hertz, double loudness) {
    size_t start = (size_t)llround(at);
    if (start >= s->count) return;
    const Envelope *e = &envelopes[voice];
    size_t n = (size_t)length, fade = (size_t)(0.02 * s->rate),
           attack = (size_t)(e->attack * s->rate) + 1;
    if (n > s->count - start) n = s->count - start;
    const float *wave = s->wave[voice];
    const float fall = (float)exp(-1.0 / (e->decay * s->rate));
    const double step = hertz * (double)SYNTH_TABLE / s->rate;
    double phase = 0.0;
    float level = (float)loudness;
    for (size_t i = 0; i < n; i++) {
        size_t at_sample = (size_t)phase;
        float between = (float)(phase - (double)at_sample),
              y = wave[at_sample] + between * (wave[at_sample + 1] - wave[at_sample]);
        float gain = i < attack ? level * (float)i / (float)attack : level;
        if (n - i < fade) gain *= (float)(n - i) / (float)fade;
        s->out[start + i] += gain * y;
        level *= fall;
        phase += step;
        if (phase >= (double)SYNTH_TABLE) phase -= (double)SYNTH_TABLE;
    }
}
