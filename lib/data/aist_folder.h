/* aist_folder.h: what lies in a folder of AIST++'s layout: motions/NAME.pkl, music/MUSIC.wav|...,
 * lists of names. */
#ifndef LIB_DATA_AIST_FOLDER_H
#define LIB_DATA_AIST_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/file.h"

typedef struct {
    char *stem, *path; /* owned; stem is the name without folder and ending */
    bool damaged;
    Error err; /* why, if damaged */
} AistFile;

typedef struct {
    AistFile *files; /* sorted by stem */
    size_t count;
} AistFiles;

/* The lists of names, relative to the folder. */
typedef struct {
    const char *name, *file;
} AistSplit;
enum { AIST_TRAIN, AIST_VAL, AIST_TEST, AIST_ALL, AIST_SPLITS };
extern const AistSplit aist_splits[AIST_SPLITS];

/* The files of a folder with one of these endings (NULL-terminated list). A folder that is not
 * there or has none is an error. */
int aist_files_list(const char *folder, const char *const *endings, AistFiles *out, Error *err);
/* The same for the motions that can be imported, and for sounds. Sounds that cannot be read (.m4a)
 * are in the list where nothing of the same stem can: reading them says what to do. */
int aist_motions_list(const char *folder, AistFiles *out, Error *err);
int aist_sounds_list(const char *folder, AistFiles *out, Error *err);
AistFile *aist_files_find(const AistFiles *f, const char *stem); /* the first; NULL if absent */
void aist_files_free(AistFiles *f);

/* Reads a file whole and sets damaged and err. */
void aist_file_check_motion(AistFile *f);
void aist_file_check_music(AistFile *f);

/* What a listed name lacks, as a set of these. */
enum { AIST_IGNORED = 1, AIST_NO_MOTION = 2, AIST_NO_MUSIC = 4, AIST_DAMAGED = 8 };
/* ignored is sorted. An ignored name lacks nothing else. */
int aist_lacks(const char *name, const AistFiles *motions, const AistFiles *music,
               const Strings *ignored);
/* The music of a sequence: field 5 of an AIST++ name, the name itself otherwise. */
void aist_music_name(const char *name, char *music, size_t size);

#endif
