/* choose.h: which pieces a dance is strung together of.
 *
 * A dance is a piece for every K frames of music. Piece w after piece v costs
 *     pose |start_w - end_v|^2 + music |u_w - u|^2 + beat (share of beat flags that differ)
 *     - follow [w goes on where v ends] + repeat [w shares frames with a recent piece]
 * u, u_w: music of the song's K frames and of the piece's; v of the first piece is the seed. */
#ifndef MODEL_RETRIEVAL_CHOOSE_H
#define MODEL_RETRIEVAL_CHOOSE_H

#include "lib/base/rng.h"
#include "model/retrieval/pieces.h"

typedef struct {
    double pose, music, beat, follow, repeat;
    size_t recent; /* pieces: how long one counts as recent */
} ChoiceCosts;

/* A dance that is wanted: pieces of one genre for `steps` stretches of music. Borrowed. */
typedef struct {
    const Pieces *pieces;
    const ChoiceCosts *costs;
    size_t genre, steps;
    const float *seed_pose; /* [pose_dim]: of the seed's last frame; NULL: the first piece costs no
                               pose */
    const float *music; /* [steps, music_dim], scaled */
    const unsigned char *beats; /* [steps, K] */
    const bool *barred; /* [pieces of the genre]: not to be used; or NULL */
} DanceWanted;

/* Step after step the piece that costs least; with a temperature T > 0 one of the `best` cheapest,
 * drawn with weights exp(-cost / T). chosen [steps]: indices of pieces. Fails if no piece is left.
 */
int choose_greedily(const DanceWanted *w, size_t best, double temperature, Rng *rng, size_t *chosen,
                    Error *err);

/* All of them together, by dynamic programming: for every step and every piece the cheapest dance
 * that ends with it, from the `beam` cheapest of the step before. The cheapest dance of all where
 * repeat is 0 and the beam has room for all pieces; a repeated piece is recognised on the way that
 * led to each. */
int choose_plan(const DanceWanted *w, size_t beam, size_t *chosen, Error *err);

/* What a dance costs. */
int choose_cost(const DanceWanted *w, const size_t *chosen, double *cost, Error *err);

#endif
