/* retrieve-dance: dances to music strung together of pieces of a data set's dances; nothing is
 * trained. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export/dance_path.h"
#include "features/music_source.h"
#include "lib/base/rate.h"
#include "lib/base/runtime.h"
#include "lib/base/threads.h"
#include "model/dance_program.h"
#include "model/model_file.h"
#include "model/retrieval/retrieval.h"

typedef struct {
    const char *database, *bank, *model, *skeleton;
    RetrievalOptions how;
    double recent; /* seconds */
    bool stride_given, blend_given, beam_given, best_given, temperature_given;
    bool music_given, beat_given;
    long random_seed;
    DanceOptions dance;
} RetrieveSettings;

/* All that is read before the first dance. */
typedef struct {
    TrainingSet set;
    Model bank;
    Skeletons skeletons;
    MusicSource source;
    Retrieval retrieval;
} Ingredients;

static void ingredients_free(Ingredients *in) {
    retrieval_free(&in->retrieval);
    music_source_close(&in->source);
    skeletons_free(&in->skeletons);
    model_free(&in->bank);
    training_set_free(&in->set);
}

/* --- sizes --- */

static size_t divisor_up_to(size_t number, size_t most) {
    size_t found = 1;
    for (size_t d = 1; d <= most; d++)
        if (number % d == 0) found = d;
    return found;
}

/* What the user leaves open: the bank's frames, or a second and a third of one. */
static int choose_sizes(const RetrieveSettings *s, const Ingredients *in, RetrievalOptions *o,
                        Error *err) {
    const double fps = in->set.fps;
    const Config *bank = in->bank.config.past ? &in->bank.config : NULL;
    if (!o->past) o->past = bank ? bank->past : rate_frames(1, fps);
    if (!o->future) o->future = bank ? bank->future : rate_frames(1.0 / 3, fps);
    if (o->past < 2) o->past = 2;
    if (!s->stride_given) o->stride = divisor_up_to(o->future, (o->future + 3) / 4);
    if (!s->blend_given) o->blend = rate_frames(1.0 / 6, fps);
    if (!s->blend_given && o->blend > o->future) o->blend = o->future;
    o->costs.recent = (size_t)ceil(s->recent * fps / (double)o->future);
    if (!o->costs.recent) o->costs.repeat = 0;
    if (o->future % o->stride)
        return error_set(err,
                         "--stride %zu does not divide a piece's %zu frames, so that no piece "
                         "begins where another ends",
                         o->stride, o->future);
    if (o->blend > o->future)
        return error_set(err, "--blend %zu is longer than a piece of %zu frames", o->blend,
                         o->future);
    return 0;
}

/* --- the song's own dances --- */

static int has_song(const TrainingSet *set, const char *music, bool *found, Error *err) {
    char *song = path_stem(music);
    int status = song ? 0 : error_set(err, "out of memory");
    *found = false;
    for (size_t i = 0; status == 0 && i < set->dataset.count && !*found; i++)
        status = retrieval_same_song(set->dataset.rows[i].music, song, found, err);
    free(song);
    return status;
}

/* How many of the rows' songs the set has dances to. */
static int count_own_songs(const TrainingSet *set, const Dataset *rows, size_t *own, Error *err) {
    *own = 0;
    for (size_t i = 0; i < rows->count; i++) {
        bool found = false;
        if (rows->rows[i].music[0] && has_song(set, rows->rows[i].music, &found, err)) return -1;
        *own += found;
    }
    return 0;
}

static int warn_of_own_songs(const Program *program, const RetrieveSettings *s,
                             const TrainingSet *set, Error *err) {
    Dataset d = {0};
    size_t own = 0;
    bool song = false;
    if (s->how.other_songs) return 0;
    if (s->dance.dataset && dataset_read(s->dance.dataset, &d, err)) return -1;
    int status = count_own_songs(set, &d, &own, err);
    if (status == 0 && s->dance.music) status = has_song(set, s->dance.music, &song, err);
    if (status == 0 && own)
        program_warn(program,
                     "%zu of %zu rows are to songs that %s has dances to, which may be taken; "
                     "--other-songs leaves them out",
                     own, d.count, s->database);
    else if (status == 0 && song)
        program_warn(program,
                     "%s has dances to this very song, which may be taken; --other-songs leaves "
                     "them out",
                     s->database);
    dataset_free(&d);
    return status;
}

/* --- a data set without music --- */

/* Whether the data set has music; what is about music is refused where there is none. */
static int find_music(const RetrieveSettings *s, bool *there, Error *err) {
    Dataset d;
    if (dataset_read(s->database, &d, err)) return -1;
    *there = dataset_has_music(&d);
    dataset_free(&d);
    const char *about = NULL;
    if (s->how.other_songs) about = "--other-songs";
    if (s->music_given) about = "--music-weight";
    if (s->beat_given) about = "--beat-weight";
    if (s->dance.music) about = "--music";
    if (*there || !about) return 0;
    return error_set(err, "%s: its dances have no music, so that %s does not apply", s->database,
                     about);
}

/* --- a run --- */

static int read_bank(const RetrieveSettings *s, Ingredients *in, Error *err) {
    if (s->bank) return model_read(s->bank, KIND_BANK, &in->bank, err);
    return s->model ? model_read(s->model, KIND_MODEL, &in->bank, err) : 0;
}

static int prepare(const Program *program, const RetrieveSettings *s, Ingredients *in, Error *err) {
    const Skeleton *skeleton;
    RetrievalOptions how = s->how;
    char assumed[MUSIC_ASSUMED_SIZE];
    TrainingSet *set = &in->set;
    bool music;
    if (read_bank(s, in, err) || find_music(s, &music, err)) return -1;
    if (training_set_load(s->database, music ? features_read : NULL, NULL, set, err) ||
        choose_sizes(s, in, &how, err) || skeletons_open(&in->skeletons, s->skeleton, err) ||
        skeletons_find(&in->skeletons, joints_of_dim(set->corpus.motion_dim), &skeleton, err))
        return -1;
    const Model *bank = s->bank || s->model ? &in->bank : NULL;
    if (retrieval_new(&in->retrieval, set, &how, skeleton, bank, s->bank ? s->bank : s->model, err))
        return -1;
    const Pieces *p = &in->retrieval.pieces;
    if (p->count == 0)
        return error_set(err, "%s: no dance has %zu frames, a past and a piece (--past, --future)",
                         s->database, how.past + how.future);
    if (p->beats_column == SIZE_MAX && s->beat_given)
        return error_set(err,
                         "%s: its music features have no beats, so that --beat-weight does "
                         "not apply",
                         s->database);
    if (training_set_assumed(set, assumed)) program_warn(program, "%s", assumed);
    if (!s->dance.general.quiet)
        fprintf(stderr, "%s: %zu pieces of %zu frames, of %zu dances\n", program->name, p->count,
                how.future, set->dataset.count);
    if (warn_of_own_songs(program, s, set, err)) return -1;
    double fps = set->fps;
    return music_source_for_model(&in->source, s->database, &set->music, set->corpus.music_dim,
                                  &fps, err);
}

static int retrieve(const Program *program, const RetrieveSettings *s) {
    Error err;
    Ingredients in = {0};
    int status = prepare(program, s, &in, &err) ? program_report(program, &err) : 0;
    if (status == 0) {
        const DanceMaker maker = retrieval_maker(&in.retrieval);
        status = dance_program_run(&(DanceProgram){.program = program,
                                                   .options = &s->dance,
                                                   .maker = &maker,
                                                   .by = s->database,
                                                   .load = music_source_load,
                                                   .load_context = &in.source,
                                                   .warnings = &in.source.warnings,
                                                   .assumed = &in.source.assumed});
    }
    ingredients_free(&in);
    return status;
}

static int check_usage(const Program *program, const RetrieveSettings *s) {
    const DanceOptions *o = &s->dance;
    if (!s->database || !o->output)
        return program_usage_error(program, "%s is needed", s->database ? "-o" : "--database");
    const int wrong = dance_options_check(program, o);
    if (wrong >= 0) return wrong;
    if (!o->music && !o->dataset && !o->seed)
        return program_usage_error(program,
                                   "--music or --dataset is needed, or --seed-motion where "
                                   "the data set has no music");
    if (s->bank && s->model)
        return program_usage_error(program, "--bank and --model exclude each other");
    if (s->beam_given && !s->how.plan)
        return program_usage_error(program, "--beam goes with --plan");
    if (s->how.plan && (s->temperature_given || s->best_given))
        return program_usage_error(program, "--plan finds one dance: --temperature and --best do "
                                            "not apply");
    return o->dataset ? -1 : dance_path_check(program, o->output);
}

static OptionGroup choice_options(RetrieveSettings *s) {
    ChoiceCosts *c = &s->how.costs;
    return (OptionGroup){
        .heading = "Choice of pieces",
        .rows = {
            option_flag("plan", 0, &s->how.plan,
                        "Choose the pieces of a whole song together, by dynamic programming, "
                        "instead of one after the other."),
            option_given(option_size("beam", 0, "B", &s->how.beam, 1, 1e6,
                                     "Ways that --plan follows from step to step."),
                         &s->beam_given),
            option_given(option_real("temperature", 0, "T", &s->how.temperature, 0, 1000,
                                     "Draw each piece, with weights exp(-cost / T); 0: the "
                                     "cheapest."),
                         &s->temperature_given),
            option_given(option_size("best", 0, "N", &s->how.best, 1, 1e6,
                                     "Of how many, the cheapest, --temperature draws."),
                         &s->best_given),
            option_int("seed", 0, "S", &s->random_seed, 0, 9e15,
                       "Random numbers for --temperature."),
            option_real("pose-weight", 0, "A", &c->pose, 0, 1e6,
                        "Cost of poses and velocities that differ at a seam: A times the squared "
                        "distance, 2 for two pieces at random."),
            option_given(option_real("music-weight", 0, "B", &c->music, 0, 1e6,
                                     "Likewise of music that differs from what the piece was "
                                     "danced to."),
                         &s->music_given),
            option_given(option_real("beat-weight", 0, "C", &c->beat, 0, 1e6,
                                     "Cost of beats elsewhere than in the piece's music."),
                         &s->beat_given),
            option_real("follow", 0, "D", &c->follow, 0, 1e6,
                        "Reward of the piece that goes on with the last one."),
            option_real("repeat", 0, "E", &c->repeat, 0, 1e6,
                        "Cost of frames that were danced within --recent seconds."),
            option_real("recent", 0, "S", &s->recent, 0, 1e5, "What --repeat counts as recent."),
            option_flag("other-songs", 0, &s->how.other_songs,
                        "Take no dance to the song itself, by the name of its file."),
        }};
}

static OptionGroup piece_options(RetrieveSettings *s) {
    RetrievalOptions *o = &s->how;
    return (OptionGroup){
        .heading = "Pieces and seams",
        .rows = {
            option_text("bank", 0, "FILE", &s->bank,
                        "What train-bank wrote: its RefineBank smooths the piece behind each "
                        "seam."),
            option_text("model", 'm', "FILE", &s->model, "The same of what train-predictor wrote."),
            option_standard(option_size("past", 0, "L", &o->past, 2, 100000,
                                        "Frames of a seed, and before every piece."),
                            "the bank's, or those of 1 second"),
            option_standard(
                option_size("future", 0, "K", &o->future, 1, 100000, "Frames of a piece."),
                "the bank's, or those of 1/3 second"),
            option_given(
                option_standard(option_size("stride", 0, "N", &o->stride, 1, 100000,
                                            "Frames from one piece to the next; divides K."),
                                "about K / 4"),
                &s->stride_given),
            option_given(
                option_standard(option_size("blend", 0, "N", &o->blend, 0, 100000,
                                            "Frames over which what is left at a seam fades out."),
                                "those of 1/6 second"),
                &s->blend_given),
            option_skeleton(&s->skeleton),
        }};
}

int main(int argc, char **argv) {
    RetrieveSettings s = {
        .how = {.costs = {.pose = 1, .music = 1, .beat = 1, .follow = 0.5, .repeat = 5},
                .beam = 200,
                .best = 10},
        .recent = 10,
        .random_seed = 1,
        .dance.batch = 32};
    const OptionGroup groups[] = {
        {.rows = {option_text("database", 'd', "FILE.tsv", &s.database,
                              "Data set whose dances are taken apart, as prepare-aist writes it; "
                              "no others are. Needed.")}},
        dance_options(
            &s.dance,
            "Motion whose first frames begin the dance; without it those before the "
            "piece whose music is nearest.",
            "Genre, one of the data set's, by AIST++'s code or its name (HO, house); else "
            "the seed file's, else the only one. Pieces are of this genre."),
        choice_options(&s),
        piece_options(&s),
        general_options(&s.dance.general),
    };
    const Program program = {
        .name = "retrieve-dance",
        .usage = "[OPTION]... --database TRAIN.tsv --music FILE -o OUT.npz\n"
                 "[OPTION]... --database TRAIN.tsv --dataset FILE.tsv -o DIR",
        .about =
            "Makes dances to music without training anything: pieces of a data set's dances, "
            "chosen by how well the poses at a seam fit each other, and the music that they were "
            "danced to the song. Of a data set without music it continues the seed motion. What it "
            "makes is "
            "real movement except at the seams: what scores say of it, they say of no network.",
        .example = "retrieve-dance --database train.tsv --plan --music song.mp3 --genre house "
                   "-o dance.npz",
        OPTION_GROUPS(groups)};
    int first;
    const int stop = options_parse(&program, argc, argv, &first);
    if (stop >= 0) return stop;
    runtime_prepare(argv);
    if (argc > first) return program_usage_error(&program, "unexpected operand %s", argv[first]);
    const int wrong = check_usage(&program, &s);
    if (wrong >= 0) return wrong;
    s.how.random_seed = (uint64_t)s.random_seed;
    threads_set((int)s.dance.general.threads);
    Error err;
    if (runtime_check_blas(threads_count(), &err)) return program_report(&program, &err);
    return program_finish(&program, retrieve(&program, &s));
}
