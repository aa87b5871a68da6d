/* generate: music (and a seed) in, dance out; one dance, or one for each row of a data set. */
#include "export/dance_path.h"
#include "features/encoders/music_encoder.h"
#include "features/music_source.h"
#include "lib/base/runtime.h"
#include "lib/base/threads.h"
#include "model/dance_program.h"
#include "model/model_dances.h"
#include "model/model_file.h"

typedef struct {
    const char *model, *encoder;
    int precision; /* 1: bf16 */
    long random_seed;
    DanceOptions dance;
    ModelDances how;
} GenerateSettings;

static int make(const Program *program, const GenerateSettings *s, Model *m) {
    Error err;
    MusicSource source;
    Config *c = &m->config;
    if (music_source_for_model(&source, s->model, &c->music_features, c->music_dim, &c->fps, &err))
        return program_report(program, &err);
    source.weights = s->encoder;
    ModelDances how = s->how;
    how.model = m;
    const DanceMaker maker = model_dances(&how);
    const int status = dance_program_run(&(DanceProgram){.program = program,
                                                         .options = &s->dance,
                                                         .maker = &maker,
                                                         .by = s->model,
                                                         .load = music_source_load,
                                                         .load_context = &source,
                                                         .warnings = &source.warnings,
                                                         .assumed = &source.assumed});
    model_dances_free(&how);
    music_source_close(&source);
    return status;
}

static int generate(const Program *program, const GenerateSettings *s) {
    Error err;
    Model m;
    if (model_read(s->model, KIND_MODEL, &m, &err)) return program_report(program, &err);
    int status;
    if (s->how.keep > m.config.future)
        status = program_usage_error(
            program, "--keep must not exceed the model's %zu predicted frames", m.config.future);
    else if (s->encoder && !music_encoder_made(&m.config.music_features))
        status = program_usage_error(
            program, "--encoder does not apply: %s was not trained on an encoder's features",
            s->model);
    else
        status = make(program, s, &m);
    model_free(&m);
    return status;
}

static int check_usage(const Program *program, const GenerateSettings *s) {
    const DanceOptions *o = &s->dance;
    if (!s->model || !o->output)
        return program_usage_error(program, "%s is needed", s->model ? "-o" : "-m");
    const int wrong = dance_options_check(program, o);
    if (wrong >= 0) return wrong;
    if (!o->music && !o->dataset && !o->frames && !(o->seconds > 0))
        return program_usage_error(program, "either --music or --dataset is needed");
    return o->dataset ? -1 : dance_path_check(program, o->output);
}

int main(int argc, char **argv) {
    static const char *const precisions[] = {"float32", "bf16", NULL};
    GenerateSettings s = {.dance.batch = 32, .random_seed = 1};
    const OptionGroup groups[] = {
        {.rows = {option_text("model", 'm', "FILE", &s.model,
                              "What train-predictor wrote, a checkpoint of it included. Needed.")}},
        dance_options(&s.dance,
                      "Motion whose first frames begin the dance; without it the model's own seed.",
                      "Genre, one that the model knows, by AIST++'s code or its name (HO, house); "
                      "else the seed file's, else the model's only one."),
        {.rows =
             {
                 option_standard(option_size("keep", 0, "k", &s.how.keep, 0, 100000,
                                             "Frames kept of each step."),
                                 "the model's"),
                 option_standard(option_real("gain", 0, "G", &s.how.gain, 0.1, 10,
                                             "What each step's movement away from the last past "
                                             "frame is multiplied by; 1: off."),
                                 "the model's"),
                 option_given(
                     option_standard(
                         option_real("escape", 0, "A", &s.how.escape, 0, 1,
                                     "Lead a dance that repeats its newest steps, exactly, away "
                                     "towards the mean pose, in a step by the share A; 0: let it."),
                         "the model's"),
                     &s.how.escape_given),
                 option_real("stage", 0, "R", &s.how.radius, 0, 1000,
                             "Stay on a stage of radius R metres around where the dance began: "
                             "beyond it steps away become shorter and steps back longer; 0: there "
                             "is none."),
                 option_text("encoder", 0, "FOLDER", &s.encoder,
                             "The checkpoint whose features the model was trained on "
                             "(encode-music), for music that is a sound file."),
                 option_size("batch", 0, "B", &s.dance.batch, 1, 4096, "Dances computed together."),
                 option_real(
                     "temperature", 0, "T", &s.how.temperature, 0, 1000,
                     "Draw dances: what TransitBank recalls (Gumbel noise times T on eq. 5's "
                     "logits) and what the predictor draws, if it does (dancenet, li: "
                     "normal random numbers times T); 0: the most probable dance."),
                 option_int("seed", 0, "S", &s.random_seed, 0, 9e15,
                            "Random numbers for --temperature."),
                 option_choice("precision", 0, precisions, &s.precision,
                               "bf16: weights of the transformer layers rounded to 8 bits: faster "
                               "where the processor has bfloat16, see docs/performance.md."),
             }},
        general_options(&s.dance.general),
    };
    const Program program = {
        .name = "generate",
        .usage = "[OPTION]... -m MODEL --music FILE -o OUT.npz\n"
                 "[OPTION]... -m MODEL --dataset FILE.tsv -o DIR",
        .about = "Makes dances to music. The dance begins with the seed motion and lasts as long "
                 "as the music; it has the model's frame rate.",
        .example = "generate -m model.safetensors --music song.mp3 --genre house -o dance.npz",
        OPTION_GROUPS(groups)};
    int first;
    const int stop = options_parse(&program, argc, argv, &first);
    if (stop >= 0) return stop;
    runtime_prepare(argv);
    if (argc > first) return program_usage_error(&program, "unexpected operand %s", argv[first]);
    const int wrong = check_usage(&program, &s);
    if (wrong >= 0) return wrong;
    s.how.bf16 = s.precision == 1;
    s.how.random_seed = (uint64_t)s.random_seed;
    threads_set((int)s.dance.general.threads);
    Error err;
    if (runtime_check_blas(threads_count(), &err)) return program_report(&program, &err);
    return program_finish(&program, generate(&program, &s));
}
