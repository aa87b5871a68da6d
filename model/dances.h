/* dances.h: dances that are asked of a model, from files to files. */
#ifndef MODEL_DANCES_H
#define MODEL_DANCES_H

#include <stdint.h>

#include "lib/data/songs.h"
#include "lib/motion/motion.h"
#include "model/model.h"

/* Strings are borrowed. */
typedef struct {
    const char *music; /* path; read by the caller's SongLoad. NULL: none, for a model that takes no
                          music and a dance whose length is given */
    const char *seed; /* path of a motion, whose first frames begin the dance; NULL: the model's */
    const char *genre; /* as people say it (lib/data/genres.h); NULL: the seed's, or the only one */
    const char *output; /* path of the result, .npz */
} DanceRequest;

typedef struct {
    const Model *model; /* its configuration says the rate and what music it takes */
    size_t frames; /* length of a dance, its seed included; 0: by `seconds` */
    double seconds; /* likewise, at the model's rate; 0: the music's */
    size_t keep; /* frames kept of each step; 0: the model's */
    size_t batch; /* dances computed together */
    bool bf16; /* see generator_round */
    double temperature; /* see generator_draw; 0: the most probable dances */
    uint64_t random_seed;
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

/* Makes and writes all dances, some at a time; they have the model's rate. Music is kept only as
 * long as a request still needs it. Music and seeds of another rate and music of other features
 * than the model was trained on are refused. 0, -1, or DANCES_NO_GENRE (with a message) where a
 * request, its seed and the model leave the genre open. */
enum { DANCES_NO_GENRE = 1 };
int dances_make(const DanceRun *run, const DanceRequest *requests, size_t count, Error *err);

/* A dance for each row of a data set, whose motion is the seed if it has one, into FOLDER/NAME.npz;
 * the folder is made if need be. A row needs music if the model does. genre: for all of them, or
 * NULL: the rows'. */
int dances_make_dataset(const DanceRun *run, const char *dataset, const char *folder,
                        const char *genre, Error *err);

#endif
