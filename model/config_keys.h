/* config_keys.h: the keys of a model's configuration, one row for each. From these rows follow the
 * JSON of the file format, the checks, the options of the training programs with their --help, and
 * what a checkpoint compares. */
#ifndef MODEL_CONFIG_KEYS_H
#define MODEL_CONFIG_KEYS_H

#include "model/config.h"

typedef enum {
    KEY_SIZE, /* size_t */
    KEY_REAL, /* double */
    KEY_FLAG, /* bool */
    KEY_CHOICE, /* an enumeration, by the words of its values */
    KEY_PREDICTOR, /* int: row of the registry (predictors.h), by its name */
    KEY_MUSIC /* MusicIdentity: a JSON object of its texts; optional, as a number 0 */
} KeyType;

/* Who decides a key. */
typedef enum {
    PART_DATA, /* the data set */
    PART_WINDOW, /* the bank, where there is one: windows and coordinates */
    PART_BANKS, /* likewise: the banks and their networks */
    PART_PREDICTOR, /* the options of train-predictor: which network predicts, and its sizes */
    PART_STEP /* likewise: what becomes of the frames that it predicts */
} KeyPart;

/* Sizes that several predictors share: each says which of them it uses. */
enum {
    USES_MUSIC = 1, /* music_dim, music */
    USES_HEADS = 2,
    USES_MLP = 4,
    USES_MOTION_LAYERS = 8,
    USES_MUSIC_LAYERS = 16,
    USES_CROSS_LAYERS = 32,
    USES_HOME = 64
};

typedef struct {
    const char *name; /* in files */
    KeyType type;
    size_t offset; /* in Config */
    bool listed; /* an element of the list `name`: rows of one name that follow one another */
    double min, max; /* of a size or a real number, in files and options alike */
    const char *const *words; /* of a choice, ended by NULL */
    bool optional; /* written only where it differs from `missing`, */
    double missing; /* which is its value in files that lack it */
    KeyPart part;
    unsigned uses; /* USES_...: applies to predictors that use it; 0: to all */
    int rate_power; /* a preset's value is for RATE_UNSAID frames a second; at f it is multiplied by
                       (f / RATE_UNSAID)^rate_power */
    bool repeats; /* counts equal layers, one of which stands for all where steps are timed */
    double initial; /* of a predictor's own key: its value before any option */
    /* The option of the training programs; NULL: none */
    const char *option, *argument, *help;
    const char *const *option_words; /* of a choice: its first words, ended by NULL; NULL: all */
} ConfigKey;

/* The i-th key of configurations with the predictor of that row of the registry: those that all
 * have, in the order of the file format, then the predictor's own. NULL after the last. */
const ConfigKey *config_key(int predictor, size_t i);
/* Whether a configuration has that key. */
bool config_key_applies(const ConfigKey *k, const Config *c);

/* A value as a number: a flag is 0 or 1, a choice the index of its word. */
double config_get(const Config *c, const ConfigKey *k);
void config_set(Config *c, const ConfigKey *k, double value);

/* Chooses the predictor: its own keys get their initial values, and what it does not use becomes
 * 0. */
void config_choose_predictor(Config *c, int predictor);
/* Copies the keys of a part. */
void config_copy_part(Config *to, const Config *from, KeyPart part);

#endif
