/* dances.h: dances that are asked of a model, or of another maker of dances, from files to files.
 */
#ifndef MODEL_DANCES_H
#define MODEL_DANCES_H

#include "lib/data/songs.h"
#include "lib/motion/motion.h"
#include "model/generate.h"

/* Strings are borrowed. */
typedef struct {
    const char *music; /* path; read by the caller's SongLoad. NULL: none, for a maker that takes no
                          music and a dance whose length is given */
    const char *seed; /* path of a motion, whose first frames begin the dance; NULL: the maker's */
    const char *genre; /* as people say it (lib/data/genres.h); NULL: the seed's, or the only one */
    const char *output; /* path of the result, .npz */
} DanceRequest;

/* What makes dances: what it takes, and how it goes on from a dance's first frames. */
typedef struct {
    const char *name; /* in messages: "the model" */
    const char *made_of; /* before the features or numbers that it takes: "the model was trained on"
                          */
    const char *made_at; /* before its rate: "the model was trained at" */
    char *const *genres; /* [genre_count], borrowed */
    size_t genre_count;
    size_t past; /* first frames of a dance that are given */
    size_t motion_dim;
    size_t music_dim; /* 0: it takes no music */
    double fps;
    MusicIdentity music;
    void *state;
    /* Before the first dance of a run is announced: makes ready for up to that many at once. May be
     * NULL. */
    int (*prepare)(void *state, size_t batch, Error *err);
    /* Fills in the first `past` frames of a dance without a seed; -1 if it has none. */
    int (*begin)(void *state, GenerationJob *job, Error *err);
    /* Fills in the rest of all of them. progress (may be NULL) gets frames done and frames in all.
     */
    int (*run)(void *state, GenerationJob *jobs, size_t count,
               void (*progress)(void *user, size_t done, size_t total), void *user, Error *err);
} DanceMaker;

typedef struct {
    const DanceMaker *maker;
    size_t frames; /* length of a dance, its seed included; 0: by `seconds` */
    double seconds; /* likewise, at the maker's rate; 0: the music's */
    size_t batch; /* dances made together */
    SongLoad *load; /* reads music; called once for all requests that name it */
    void *load_context;

    /* Callbacks; each may be NULL. */
    void *user;
    /* All that requests first .. first + count - 1, of `total`, need has been read and accepted;
     * they are next. seed_assumed: a seed among them that does not say its rate, or NULL. */
    void (*ready)(void *user, size_t first, size_t count, size_t total, const char *seed_assumed);
    /* Frames done of the longest of them. */
    void (*progress)(void *user, size_t done, size_t total);
} DanceRun;

/* Makes and writes all dances, some at a time; they have the maker's rate. Music is kept only as
 * long as a request still needs it. Music and seeds of another rate and music of other features
 * than the maker takes are refused. 0, -1, or DANCES_NO_GENRE (with a message) where a request, its
 * seed and the maker leave the genre open. */
enum { DANCES_NO_GENRE = 1 };
int dances_make(const DanceRun *run, const DanceRequest *requests, size_t count, Error *err);

/* A dance for each row of a data set, whose motion is the seed if it has one, into FOLDER/NAME.npz;
 * the folder is made if need be. A row needs music if the maker does. genre: for all of them, or
 * NULL: the rows'. */
int dances_make_dataset(const DanceRun *run, const char *dataset, const char *folder,
                        const char *genre, Error *err);

#endif
