#include "lib/cli/programs.h"

#include <stdbool.h>
#include <string.h>

static const ProgramEntry entries[] = {
    {NULL, "Data", NULL},
    {"make-demo-data", "make a synthetic data set in AIST++'s layout", NULL},
    {"check-dataset", "report what an AIST++ folder lacks and which files are damaged", NULL},
    {"import-motion", "convert AIST++, EDGE, AMASS, BVH and Human3.6M motions", NULL},
    {"extract-music-features", "compute the music features of sound files", NULL},
    {"plot-features", "plot the music features of a song over time", NULL},
    {"encode-music", "compute the features of learnt encoders: MERT, wav2vec 2.0, HuBERT", NULL},
    {"prepare-aist", "make motions, music features and lists of an AIST++ folder", NULL},
    {"cut-motion", "cut dances into clips, at the same or a lower rate", NULL},
    {NULL, "Training", NULL},
    {"cluster-ap", "cluster windows of motion by affinity propagation", NULL},
    {"train-bank", "train the banks (stages 1 and 2)", NULL},
    {"train-predictor", "train the predictor with the banks (stage 3)", NULL},
    {"plot-training", "plot the losses of trainings", NULL},
    {NULL, "Dancing", NULL},
    {"generate", "make dances to music", NULL},
    {"retrieve-dance", "make dances to music of pieces of a data set, without training", NULL},
    {"export-motion", "turn dances into pages, pictures and files of other programs", NULL},
    {NULL, "Measuring", NULL},
    {"freeze-rate", "measure freezing, movement and foot contact", NULL},
    {"eval-fid", "compare sets of dances by Frechet distances", NULL},
    {"beat-align", "score the alignment of dances with the beats of their music", NULL},
    {"pa-mpjpe", "measure joint errors after Procrustes alignment", NULL},
    {"compare-scores", "put the scores of several sets of dances into one table", NULL},
    {"plot-poses", "plot poses by t-SNE, coloured by genre", NULL},
    {NULL, "Everything", NULL},
    {"dance", "run an experiment, from a data set to a table of scores", "experiments"},
    {"tables", "make the paper's tables of a data set, beside the paper's", "experiments"},
    {"sheets", "make contact sheets of what an experiment danced", "experiments"},
    {"demo", "run a small experiment on made-up songs and dances, in minutes", "scripts"},
};

enum { ENTRIES = sizeof entries / sizeof *entries, LONGEST = 40 };

const ProgramEntry *programs_list(size_t *count) {
    *count = ENTRIES;
    return entries;
}

const ProgramEntry *programs_find(const char *name) {
    for (size_t i = 0; i < ENTRIES; i++)
        if (entries[i].name && strcmp(entries[i].name, name) == 0) return &entries[i];
    return NULL;
}

const char *programs_summary(const char *name) {
    if (strcmp(name, "neverstop") == 0) return "music in, dance out";
    const ProgramEntry *entry = programs_find(name);
    return entry ? entry->summary : "";
}

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* Edit distance with swaps of neighbours (optimal string alignment); both at most LONGEST long. */
static size_t distance(const char *a, const char *b) {
    size_t n = strlen(a);
    size_t m = strlen(b);
    size_t d[LONGEST + 1][LONGEST + 1];
    for (size_t i = 0; i <= n; i++) d[i][0] = i;
    for (size_t j = 0; j <= m; j++) d[0][j] = j;
    for (size_t i = 1; i <= n; i++)
        for (size_t j = 1; j <= m; j++) {
            size_t replaced = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            d[i][j] = smaller(replaced, smaller(d[i - 1][j], d[i][j - 1]) + 1);
            bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) d[i][j] = smaller(d[i][j], d[i - 2][j - 2] + 1);
        }
    return d[n][m];
}

/* "gen" of "generate", "fid" of "eval-fid". */
static bool is_part(const char *name, const char *typed) {
    size_t n = strlen(name);
    size_t length = strlen(typed);
    if (length == 0 || length >= n) return false;
    if (strncmp(name, typed, length) == 0) return true;
    return name[n - length - 1] == '-' && strcmp(name + n - length, typed) == 0;
}

const char *programs_nearest(const char *typed) {
    size_t length = strlen(typed);
    size_t best = LONGEST;
    const char *nearest = NULL;
    if (length > LONGEST) return NULL;
    for (size_t i = 0; i < ENTRIES; i++) {
        const char *name = entries[i].name;
        if (!name) continue;
        size_t n = strlen(name);
        size_t d = is_part(name, typed) ? 1 : distance(typed, name);
        size_t allowed = (n > length ? n : length) / 3;
        if (d > allowed || d >= best) continue;
        best = d;
        nearest = name;
    }
    return nearest;
}
