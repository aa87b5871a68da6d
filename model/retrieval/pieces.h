/* pieces.h: a data set cut into pieces that dances can be strung together of.
 *
 * A piece is K frames of a dance that have at least l frames before them, every `stride` frames.
 * What it is compared by:
 *   - its poses: the positions of all joints and their velocities (from the frame before), as seen
 *     from the frame's own place and heading, of the frame before the piece (`start`) and of its
 *     last one (`end`);
 *   - its music: the mean of the K frames of standardised features, and where their beats are;
 *     nothing where the data set has no music.
 * Numbers are scaled so that the squared distance of two pieces that have nothing to do with each
 * other is 2 on average: positions and velocities count one half each. */
#ifndef MODEL_RETRIEVAL_PIECES_H
#define MODEL_RETRIEVAL_PIECES_H

#include "lib/data/corpus.h"

typedef struct {
    size_t sequence; /* row of the data set */
    size_t frame; /* the first of its K */
} Piece;

/* x -> (x - shift) * factor */
typedef struct {
    float *shift, *factor; /* owned */
} PieceScale;

typedef struct {
    size_t past, future, stride; /* l, K; stride divides K */
    size_t joints, pose_dim; /* 6 numbers for each joint */
    size_t music_dim; /* 0: no music */
    size_t beats_column; /* SIZE_MAX: the music says nothing of beats */
    double fps;
    const Skeleton *skeleton; /* borrowed */
    Piece *items; /* [count], by genre, sequence and frame */
    size_t count, genres;
    size_t *first; /* [genres + 1]: those of genre g are first[g] .. first[g + 1] - 1 */
    float *start, *end; /* [count, pose_dim] */
    float *music; /* [count, music_dim] */
    unsigned char *beats; /* [count, K]: 0 or 1 */
    PieceScale *pose_scales, *music_scales; /* [genres] */
} Pieces;

/* Of a data set whose sequences' genres are numbered; l >= 2, stride divides K. Sequences that are
 * too short have no piece. *out owns its arrays and is empty on error. */
int pieces_new(Pieces *out, const TrainingSet *set, size_t past, size_t future, size_t stride,
               size_t genres, const Skeleton *skeleton, Error *err);
void pieces_free(Pieces *p);

/* The scaled pose [pose_dim] of a frame of motion, which has another one before it. */
int pieces_pose(const Pieces *p, size_t genre, const float *frame, float *pose, Error *err);
/* The scaled music [music_dim] and beats [K] of the K frames from `first` on; beyond its end music
 * goes on with its last frame. */
void pieces_music(const Pieces *p, size_t genre, const float *music, size_t music_frames,
                  size_t first, float *mean, unsigned char *beats);

/* The piece that goes on where piece i ends, K frames later in the same dance; count if there is
 * none. */
size_t pieces_next(const Pieces *p, size_t i);

#endif
