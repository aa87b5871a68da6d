/* dances.h: dances that are asked of a model, from files to files. */
#ifndef MODEL_DANCES_H
#define MODEL_DANCES_H

#include "lib/data/dataset.h"
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

/* A request for each row of a data set, whose motion is the seed if it has one, into
 * FOLDER/NAME.npz. genre: for all, or NULL. *requests [d->count] and the strings in *outputs are
 * owned, other strings the data set's; on error there are none. path: of the data set, for
 * messages. with_music: a row without music is an error. */
int dance_requests(const Dataset *d, const char *path, const char *folder, const char *genre,
                   bool with_music, DanceRequest **requests, Strings *outputs, Error *err);

typedef struct {
    size_t frames; /* length of a dance, its seed included; 0: the music's */
    size_t keep; /* frames kept of each step; 0: the model's */
    size_t batch; /* dances computed together */
    bool bf16; /* see generator_round */
} DanceOptions;

/* What the caller is told of; each may be NULL. */
typedef struct {
    void *user;
    /* All that requests first .. first + count - 1 need has been read and accepted; they are next.
     * seed_assumed: a seed among them that does not say its rate, or NULL. */
    void (*ready)(void *user, size_t first, size_t count, const char *seed_assumed);
    /* Frames done of the longest of them. */
    void (*progress)(void *user, size_t done, size_t total);
} DanceHooks;

/* Makes and writes all dances, some at a time. Music is read once for all requests that name it and
 * kept while it is needed. The model's configuration says its rate, which the dances have; music
 * and seeds of another rate and music of other features are refused. 0, -1, or DANCES_NO_GENRE
 * (with a message) where a request, its seed and the model leave the genre open. */
enum { DANCES_NO_GENRE = 1 };
int dances_make(const Model *m, const DanceRequest *requests, size_t count, const DanceOptions *o,
                SongLoad *load, void *context, const DanceHooks *hooks, Error *err);

#endif
