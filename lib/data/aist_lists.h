/* aist_lists.h: the lists of an AIST++ folder, and the data sets that are made of them. */
#ifndef LIB_DATA_AIST_LISTS_H
#define LIB_DATA_AIST_LISTS_H

#include "lib/base/buffer.h"
#include "lib/data/aist_folder.h"

/* What a folder has. */
typedef struct {
    AistFiles motions, sounds;
    Strings ignored; /* sorted */
    Strings lists[AIST_SPLITS]; /* names, trimmed */
    bool listed[AIST_SPLITS]; /* whether there is such a list */
} AistInput;

/* Reads folder/motions, music (NULL: folder/music), folder/ignore_list.txt and the lists in
 * folder/splits, of which only the one for training must be there. Without a list of all, every
 * motion is one of all. No motion or sound is opened. *in is empty on error. */
int aist_input_read(const char *folder, const char *music, AistInput *in, Error *err);
void aist_input_free(AistInput *in);

/* Names of a list by what became of them. */
typedef struct {
    size_t names, used, ignored, no_motion, no_music, damaged, repeated;
} AistCounts;

/* Writes folder/SPLIT.tsv: a row with genre, motions/NAME.npz and music/SONG.npz for every name
 * whose motion and music are there and not damaged. A file that holds the same already is not
 * touched; one is removed where no name can be used. The other names are appended to `dropped`,
 * lines of SPLIT, NAME and the reason. */
int aist_list_write(const AistInput *in, size_t split, const char *folder, Buffer *dropped,
                    AistCounts *counts, Error *err);

/* Writes text to path unless that is what the file holds: its age then stays, and make does nothing
 * where nothing has changed. */
int aist_file_update(const char *path, const Buffer *text, Error *err);

#endif
