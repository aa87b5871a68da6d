#include "features/mint35/trace.h"

#include <string.h>

#include "features/mint35/constant_q.h"

/* x [frames, stride], of which the first `bands` of each row count -> f32 [bands, frames]. */
static int add_matrix(Tensors *set, const char *name, const float *x, size_t frames, size_t bands,
                      size_t stride, Error *err) {
    Tensor t;
    if (tensor_new(&t, TENSOR_F32, 2, (size_t[]){bands, frames}, 0, err)) return -1;
    float *out = tensor_f32(&t);
    for (size_t b = 0; b < bands; b++)
        for (size_t i = 0; i < frames; i++) out[b * frames + i] = x[i * stride + b];
    return tensors_add(set, name, &t, err);
}

static int add(Tensors *set, const char *name, TensorType type, const void *x, size_t count,
               size_t size, Error *err) {
    Tensor t;
    if (tensor_new(&t, type, 1, &count, 0, err)) return -1;
    if (count) memcpy(t.data, x, count * size);
    return tensors_add(set, name, &t, err);
}

static int add_f32(Tensors *set, const char *name, const float *x, size_t count, Error *err) {
    return add(set, name, TENSOR_F32, x, count, sizeof *x, err);
}

static int add_f64(Tensors *set, const char *name, const double *x, size_t count, Error *err) {
    return add(set, name, TENSOR_F64, x, count, sizeof *x, err);
}

static int add_links(Tensors *set, const char *name, const long *x, size_t count, Error *err) {
    Tensor t;
    if (tensor_new(&t, TENSOR_I64, 1, &count, 0, err)) return -1;
    for (size_t i = 0; i < count; i++) tensor_i64(&t)[i] = x[i];
    return tensors_add(set, name, &t, err);
}

/* i64: the frames that are marked. */
static int add_marked(Tensors *set, const char *name, const bool *mark, size_t count, Error *err) {
    Tensor t;
    size_t marked = 0, at = 0;
    for (size_t i = 0; i < count; i++) marked += mark[i];
    if (tensor_new(&t, TENSOR_I64, 1, &marked, 0, err)) return -1;
    for (size_t i = 0; i < count; i++)
        if (mark[i]) tensor_i64(&t)[at++] = (int64_t)i;
    return tensors_add(set, name, &t, err);
}

static int add_spectra(Tensors *set, const Mint35Work *w, Error *err) {
    if (add_f32(set, "y", w->y, w->n, err) ||
        (w->options->blocks & MINT35_CHROMA && tensors_add_f64(set, "tuning", w->tuning, err)))
        return -1;
    return w->mel ? add_matrix(set, "mel", w->mel, w->frames, MINT35_MELS, MINT35_MELS, err) : 0;
}

static int add_decibels(Tensors *set, const Mint35Work *w, Error *err) {
    if (add_matrix(set, "mel_db", w->mel, w->frames, MINT35_MELS, MINT35_MELS, err)) return -1;
    if (w->onset_mel == w->mel) return 0;
    return add_matrix(set, "onset_mel_db", w->onset_mel, w->frames, MINT35_MELS, MINT35_MELS, err);
}

static int add_onsets(Tensors *set, const Mint35Work *w, Error *err) {
    return add_f32(set, "onset_strength", w->envelope, w->frames, err) ||
           add_marked(set, "onset_frames", w->onset, w->frames, err);
}

static int add_tracker(Tensors *set, const BeatTrack *b, size_t frames, Error *err) {
    return add_f64(set, "tempogram_mean", b->tempogram, b->lags, err) ||
           tensors_add_f64(set, "frames_per_beat", (double)b->period, err) ||
           add_f64(set, "localscore", b->local, frames, err) ||
           add_f64(set, "cumscore", b->cumulative, frames, err) ||
           add_links(set, "backlink", b->link, frames, err);
}

static int add_beats(Tensors *set, const Mint35Work *w, Error *err) {
    const BeatTrack *b = &w->beats;
    if (tensors_add_f64(set, "start_bpm", w->options->start_bpm, err) ||
        (b->tempogram && add_tracker(set, b, w->frames, err)))
        return -1;
    return tensors_add_f64(set, "tempo", b->bpm, err) ||
           add_marked(set, "beat_frames", b->beat, w->frames, err);
}

/* Columns of the result. */
static int add_columns(Tensors *set, const char *name, const Mint35Work *w, unsigned block,
                       Error *err) {
    return add_matrix(set, name, w->out->data + mint35_column(w->options->blocks, block), w->frames,
                      mint35_width(block), w->out->dim, err);
}

int mint35_trace(void *tensors, const Mint35Work *w, int step, Error *err) {
    Tensors *set = tensors;
    switch ((Mint35Step)step) {
    case STEP_SPECTRA:
        return add_spectra(set, w, err);
    case STEP_DECIBELS:
        return add_decibels(set, w, err);
    case STEP_ONSETS:
        return add_onsets(set, w, err);
    case STEP_BEATS:
        return add_beats(set, w, err);
    case STEP_CEPSTRA:
        return add_columns(set, "mfcc", w, MINT35_MFCC, err);
    case STEP_CONSTANT_Q:
        return add_matrix(set, "cqt", w->constant_q, w->frames, CQ_BINS, CQ_BINS, err);
    case STEP_CHROMA:
        return add_matrix(set, "chroma_cqt", w->chroma, w->frames, MINT35_PITCHES, MINT35_PITCHES,
                          err);
    case STEP_CENS:
        return add_columns(set, "chroma_cens", w, MINT35_CHROMA, err);
    case STEPS:
        break;
    }
    return 0;
}
