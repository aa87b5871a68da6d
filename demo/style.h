/* style.h: what makes the genres of the synthetic data set different from each other, to the ear
 * and to the eye. */
#ifndef DEMO_STYLE_H
#define DEMO_STYLE_H

#include <stddef.h>

#include "demo/moves.h"

enum { STYLE_MAX_MOVES = 10 };

typedef struct {
    const char *code; /* AIST++'s genre */
    double first_bpm, bpm_step; /* AIST++: music number k of the genre has first_bpm + k bpm_step */
    /* One bar in sixteenths: 'x' loud, 'o' soft, '-' rest. */
    const char *kick, *snare, *hat, *bass, *chords;
    double chord_length; /* beats */
    int roots[4]; /* of one chord per bar, semitones over the key */
    const char *qualities; /* of these chords: 'm' minor, 'M' major, '7' minor seventh */
    double brightness; /* 0 mellow to 1: harmonics of bass and chords */
    double swing; /* by how much of a sixteenth every second one is late */

    double bounce; /* metres by which the knees give on every beat */
    double snap; /* part of a beat around it in which the body rests */
    double size; /* of the movements */
    MoveId moves[STYLE_MAX_MOVES];
    size_t move_count;
} Style;

size_t style_count(void);
const Style *style_at(size_t i); /* i below style_count() */

#endif
