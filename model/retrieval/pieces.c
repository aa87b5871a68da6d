#include "model/retrieval/pieces.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/motion/heading.h"
#include "lib/motion/motion.h"

/* --- which there are --- */

static size_t pieces_of(const Pieces *p, const Sequence *s) {
    const size_t window = p->past + p->future;
    return s->frames < window ? 0 : (s->frames - window) / p->stride + 1;
}

static int list_pieces(Pieces *p, const TrainingSet *set, Error *err) {
    for (size_t i = 0; i < set->corpus.count; i++) p->count += pieces_of(p, &set->sequences[i]);
    p->items = calloc(p->count + 1, sizeof *p->items);
    p->first = calloc(p->genres + 1, sizeof *p->first);
    if (!p->items || !p->first) return error_set(err, "out of memory");
    size_t at = 0;
    for (size_t g = 0; g < p->genres; g++) {
        p->first[g] = at;
        for (size_t i = 0; i < set->corpus.count; i++) {
            if (set->sequences[i].genre != g) continue;
            const size_t n = pieces_of(p, &set->sequences[i]);
            for (size_t k = 0; k < n; k++) p->items[at++] = (Piece){i, p->past + k * p->stride};
        }
    }
    p->first[p->genres] = at;
    return 0;
}

/* --- what they are like --- */

static void raw_pose(const Pieces *p, const float *frame, double *positions, float *entered,
                     float *pose) {
    const size_t dim = 3 + 9 * p->joints, half = 3 * p->joints;
    const Placement place = placement_of(frame, true, true);
    for (size_t f = 0; f < 2; f++) {
        const float *from = frame - dim + f * dim;
        memcpy(entered + f * dim, from, dim * sizeof *entered);
        placement_enter(&place, from, entered + f * dim);
    }
    const Motion two = {.frames = 2, .joints = p->joints, .data = entered};
    motion_joints(&two, p->skeleton, positions);
    for (size_t i = 0; i < half; i++) {
        pose[i] = (float)positions[half + i];
        pose[half + i] = (float)((positions[half + i] - positions[i]) * p->fps);
    }
}

static int find_pose(const Pieces *p, const float *frame, float *pose, Error *err) {
    double *positions = malloc(6 * p->joints * sizeof *positions);
    float *entered = malloc(2 * (3 + 9 * p->joints) * sizeof *entered);
    const int status = positions && entered ? 0 : error_set(err, "out of memory");
    if (status == 0) raw_pose(p, frame, positions, entered, pose);
    free(positions);
    free(entered);
    return status;
}

/* The same of frame t >= 1 of a sequence. */
static int find_recorded_pose(const Pieces *p, const Sequence *s, size_t t, float *pose,
                              Error *err) {
    const size_t dim = 3 + 9 * p->joints;
    float two[2 * SEQUENCE_FRAME_MAX];
    sequence_frames(s, dim, t - 1, 2, two);
    return find_pose(p, two + dim, pose, err);
}

static void raw_music(const Pieces *p, const float *music, size_t music_frames, size_t first,
                      float *mean, unsigned char *beats) {
    memset(beats, 0, p->future);
    if (p->music_dim == 0) return;
    for (size_t c = 0; c < p->music_dim; c++) mean[c] = 0;
    for (size_t k = 0; k < p->future; k++) {
        const size_t at = first + k < music_frames ? first + k : music_frames - 1;
        const float *row = music + at * p->music_dim;
        for (size_t c = 0; c < p->music_dim; c++) mean[c] += row[c] / (float)p->future;
        beats[k] = p->beats_column != SIZE_MAX && row[p->beats_column] > 0.5f;
    }
}

static int measure(Pieces *p, const TrainingSet *set, Error *err) {
    p->start = calloc(p->count * p->pose_dim + 1, sizeof *p->start);
    p->end = calloc(p->count * p->pose_dim + 1, sizeof *p->end);
    p->music = calloc(p->count * p->music_dim + 1, sizeof *p->music);
    p->beats = calloc(p->count * p->future + 1, 1);
    if (!p->start || !p->end || !p->music || !p->beats) return error_set(err, "out of memory");
    int failed = 0;
#pragma omp parallel for schedule(static) reduction(| : failed)
    for (size_t i = 0; i < p->count; i++) {
        const Piece *piece = &p->items[i];
        const Sequence *s = &set->sequences[piece->sequence];
        const size_t last = piece->frame + p->future - 1;
        Error ignored; /* out of memory, all that can go wrong */
        failed |= find_recorded_pose(p, s, piece->frame - 1, p->start + i * p->pose_dim, &ignored);
        failed |= find_recorded_pose(p, s, last, p->end + i * p->pose_dim, &ignored);
        raw_music(p, s->music, s->music_frames, piece->frame, p->music + i * p->music_dim,
                  p->beats + i * p->future);
    }
    return failed ? error_set(err, "out of memory") : 0;
}

/* --- scales --- */

static int scale_new(PieceScale *s, size_t dim, Error *err) {
    s->shift = calloc(dim + 1, sizeof *s->shift);
    s->factor = calloc(dim + 1, sizeof *s->factor);
    for (size_t c = 0; s->factor && c < dim; c++) s->factor[c] = 1;
    return s->shift && s->factor ? 0 : error_set(err, "out of memory");
}

static void scale_apply(const PieceScale *s, float *x, size_t count, size_t dim) {
    for (size_t i = 0; i < count; i++)
        for (size_t c = 0; c < dim; c++)
            x[i * dim + c] = (x[i * dim + c] - s->shift[c]) * s->factor[c];
}

/* Column c of n rows. */
static void column_moments(const float *x, size_t n, size_t dim, size_t c, double *mean,
                           double *variance) {
    *mean = *variance = 0;
    for (size_t i = 0; i < n; i++) *mean += (double)x[i * dim + c] / (double)n;
    for (size_t i = 0; i < n; i++) {
        const double d = (double)x[i * dim + c] - *mean;
        *variance += d * d / (double)n;
    }
}

/* Columns first .. first + count - 1 by their mean and what they vary by together; share: of the
 * squared distance that is theirs. */
static void fit_together(PieceScale *s, const float *x, size_t n, size_t dim, size_t first,
                         size_t count, double share) {
    double all = 0;
    for (size_t c = first; c < first + count; c++) {
        double mean, variance;
        column_moments(x, n, dim, c, &mean, &variance);
        s->shift[c] = (float)mean;
        all += variance;
    }
    const double factor = all > 1e-12 ? sqrt(share / all) : 0;
    for (size_t c = first; c < first + count; c++) s->factor[c] *= (float)factor;
}

/* Deviations of the music's columns over all frames that pieces are made of. */
static int fit_music_columns(const Pieces *p, const TrainingSet *set, size_t genre, PieceScale *s,
                             Error *err) {
    double *sums = calloc(2 * p->music_dim + 1, sizeof *sums), frames = 0;
    if (!sums) return error_set(err, "out of memory");
    for (size_t i = 0; i < set->corpus.count; i++) {
        const Sequence *q = &set->sequences[i];
        if (q->genre != genre || pieces_of(p, q) == 0) continue;
        frames += (double)q->music_frames;
        for (size_t t = 0; t < q->music_frames; t++)
            for (size_t c = 0; c < p->music_dim; c++) {
                const double x = (double)q->music[t * p->music_dim + c];
                sums[c] += x;
                sums[p->music_dim + c] += x * x;
            }
    }
    for (size_t c = 0; frames > 0 && c < p->music_dim; c++) {
        const double mean = sums[c] / frames;
        const double variance = sums[p->music_dim + c] / frames - mean * mean;
        s->factor[c] = variance > 1e-12 * (1 + mean * mean) ? (float)(1 / sqrt(variance)) : 0;
    }
    free(sums);
    return 0;
}

static int scale_genre(Pieces *p, const TrainingSet *set, size_t genre, Error *err) {
    const size_t first = p->first[genre], n = p->first[genre + 1] - first, half = p->pose_dim / 2;
    float *start = p->start + first * p->pose_dim, *music = p->music + first * p->music_dim;
    PieceScale *pose = &p->pose_scales[genre], *sound = &p->music_scales[genre];
    if (scale_new(pose, p->pose_dim, err) || scale_new(sound, p->music_dim, err) ||
        fit_music_columns(p, set, genre, sound, err))
        return -1;
    if (n == 0) return 0;
    fit_together(pose, start, n, p->pose_dim, 0, half, 0.5);
    fit_together(pose, start, n, p->pose_dim, half, half, 0.5);
    scale_apply(pose, start, n, p->pose_dim);
    scale_apply(pose, p->end + first * p->pose_dim, n, p->pose_dim);
    PieceScale columns = *sound; /* standardised first, then scaled together */
    scale_apply(&columns, music, n, p->music_dim);
    PieceScale together = {0};
    if (scale_new(&together, p->music_dim, err) == 0) {
        fit_together(&together, music, n, p->music_dim, 0, p->music_dim, 1);
        scale_apply(&together, music, n, p->music_dim);
        for (size_t c = 0; c < p->music_dim; c++) {
            sound->shift[c] = sound->factor[c] > 0 ? together.shift[c] / sound->factor[c] : 0;
            sound->factor[c] *= together.factor[c];
        }
    }
    const int status = together.shift && together.factor ? 0 : -1;
    free(together.shift);
    free(together.factor);
    return status;
}

/* --- all of it --- */

static int make(Pieces *p, const TrainingSet *set, Error *err) {
    p->pose_scales = calloc(p->genres + 1, sizeof *p->pose_scales);
    p->music_scales = calloc(p->genres + 1, sizeof *p->music_scales);
    if (!p->pose_scales || !p->music_scales) return error_set(err, "out of memory");
    if (list_pieces(p, set, err) || measure(p, set, err)) return -1;
    for (size_t g = 0; g < p->genres; g++)
        if (scale_genre(p, set, g, err)) return -1;
    return 0;
}

int pieces_new(Pieces *out, const TrainingSet *set, size_t past, size_t future, size_t stride,
               size_t genres, const Skeleton *skeleton, Error *err) {
    const size_t joints = joints_of_dim(set->corpus.motion_dim);
    *out = (Pieces){.past = past,
                    .future = future,
                    .stride = stride,
                    .joints = joints,
                    .pose_dim = 6 * joints,
                    .music_dim = set->corpus.music_dim,
                    .beats_column = SIZE_MAX,
                    .fps = set->fps,
                    .skeleton = skeleton,
                    .genres = genres};
    size_t column;
    if (music_layout_find(set->music.columns, "beats", &column)) out->beats_column = column;
    if (make(out, set, err) == 0) return 0;
    pieces_free(out);
    return -1;
}

static void scales_free(PieceScale *s, size_t count) {
    for (size_t i = 0; s && i < count; i++) {
        free(s[i].shift);
        free(s[i].factor);
    }
    free(s);
}

void pieces_free(Pieces *p) {
    scales_free(p->pose_scales, p->genres);
    scales_free(p->music_scales, p->genres);
    free(p->items);
    free(p->first);
    free(p->start);
    free(p->end);
    free(p->music);
    free(p->beats);
    *p = (Pieces){0};
}

int pieces_pose(const Pieces *p, size_t genre, const float *frame, float *pose, Error *err) {
    if (find_pose(p, frame, pose, err)) return -1;
    scale_apply(&p->pose_scales[genre], pose, 1, p->pose_dim);
    return 0;
}

void pieces_music(const Pieces *p, size_t genre, const float *music, size_t music_frames,
                  size_t first, float *mean, unsigned char *beats) {
    raw_music(p, music, music_frames, first, mean, beats);
    scale_apply(&p->music_scales[genre], mean, 1, p->music_dim);
}

size_t pieces_next(const Pieces *p, size_t i) {
    const size_t next = i + p->future / p->stride;
    return next < p->count && p->items[next].sequence == p->items[i].sequence ? next : p->count;
}
