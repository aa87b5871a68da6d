#include "lib/cli/programs.h"

#include <string.h>

static const ProgramEntry entries[] = {
    {NULL, "Data", false},
    {"make-demo-data", "make a synthetic data set in AIST++'s layout", false},
    {"check-dataset", "report what an AIST++ folder lacks and which files are damaged", false},
    {"import-motion", "convert AIST++, EDGE, AMASS and BVH motions to motion files", false},
    {"extract-music-features", "compute the music features of sound files", false},
    {"prepare-aist", "make motions, music features and lists of an AIST++ folder", true},
    {NULL, "Training", false},
    {"cluster-ap", "cluster windows of motion by affinity propagation", false},
    {"train-bank", "train the banks (stages 1 and 2)", false},
    {"train-predictor", "train the predictor with the banks (stage 3)", false},
    {"plot-training", "plot the losses of trainings", false},
    {NULL, "Dancing", false},
    {"generate", "make dances to music", false},
    {"export-motion", "turn dances into pages, pictures and files of other programs", false},
    {NULL, "Measuring", false},
    {"freeze-rate", "measure freezing, movement and foot contact", false},
    {"eval-fid", "compare sets of dances by Frechet distances", false},
    {"beat-align", "score the alignment of dances with the beats of their music", false},
    {"pa-mpjpe", "measure joint errors after Procrustes alignment", false},
    {"compare-scores", "put the scores of several sets of dances into one table", false},
    {"plot-poses", "plot poses by t-SNE, coloured by genre", false},
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
    size_t n = strlen(a), m = strlen(b);
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
    size_t n = strlen(name), length = strlen(typed);
    if (length == 0 || length >= n) return false;
    if (strncmp(name, typed, length) == 0) return true;
    return name[n - length - 1] == '-' && strcmp(name + n - length, typed) == 0;
}

const char *programs_nearest(const char *typed) {
    size_t length = strlen(typed), best = LONGEST;
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
