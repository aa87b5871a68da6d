/* pa-mpjpe: how far predicted joints are from the real ones, frame by frame, at given horizons. */
#include "lib/base/threads.h"
#include "lib/data/motion_list.h"
#include "metrics/report/mpjpe_report.h"

typedef struct {
    const char *horizons, *joints;
    Strings real;
    bool align, standing;
    EvalOptions eval;
} MpjpeSettings;

static int run(const Program *program, const MpjpeSettings *s, MpjpeContext *context,
               char **operands, size_t count, Error *err) {
    Skeleton skeleton = {0};
    Strings real = {0};
    EvalResults dances = {0};
    const EvalJob job = {.program = program,
                         .options = &s->eval,
                         .work = mpjpe_report_work,
                         .context = context,
                         .result_size = sizeof(MpjpeErrors)};
    const EvalSet set = {operands, count, s->eval.seed_frames};
    context->skeleton = &skeleton;
    context->real = &real;
    context->align = s->align;
    context->standing = s->standing;
    context->fps = s->eval.fps;
    int status = skeleton_choose(s->eval.skeleton, &skeleton, err);
    if (!status) status = motion_list(&real, s->real.items, s->real.count, err);
    if (!status) status = eval_dances(&dances, &job, &set, err);
    if (!status) status = mpjpe_report(&dances, context, &s->eval, err);
    if (!status) eval_warn_of_rates(&job, &dances, NULL);
    eval_results_free(&dances, &job);
    strings_free(&real);
    skeleton_free(&skeleton);
    return status;
}

/* Returns the exit status. */
static int start(const Program *p, const MpjpeSettings *s, char **operands, size_t count) {
    MpjpeContext context = {0};
    Error err;
    if (!count) return program_usage_error(p, "no predicted dance is given");
    if (!s->real.count) return program_usage_error(p, "--real PATH is needed");
    if (mpjpe_parse_horizons(s->horizons, &context))
        return program_usage_error(
            p, "--horizons '%s': whole numbers above 0 in ascending order, with commas, at most %d",
            s->horizons, MPJPE_HORIZONS_MAX);
    if (s->joints && mpjpe_parse_joints(s->joints, &context))
        return program_usage_error(p,
                                   "--joints '%s': common14, or distinct numbers from 0 on, with "
                                   "commas, at most %d",
                                   s->joints, MPJPE_JOINTS_MAX);
    threads_set((int)s->eval.general.threads);
    return run(p, s, &context, operands, count, &err) ? program_report(p, &err) : 0;
}

int main(int argc, char **argv) {
    MpjpeSettings s = {.horizons = "1,5,10,20,30,40,50", .align = true};
    const OptionGroup groups[] = {
        {.rows =
             {
                 option_texts(
                     "real", 'r', "PATH", &s.real,
                     "Real dances, under the predicted ones' file names. May be repeated."),
                 option_text("horizons", 0, "N,N,...", &s.horizons,
                             "Frames after the seed, at most 20, at the dances' own rate."),
                 option_standard(
                     option_text("joints", 0, "LIST", &s.joints,
                                 "Joints that are measured and aligned: their numbers from 0 on, "
                                 "with commas; common14: the 14 (ankles to head) that the field "
                                 "compares, of bodies of 17, 24, 32 and 52 joints."),
                     "all"),
                 option_flag("standing", 0, &s.standing,
                             "A row more: the seed's last frame in place of every prediction. What "
                             "is not below it has learnt nothing."),
                 option_unflag("no-align", &s.align, "Without Procrustes alignment: MPJPE."),
             }},
        eval_input_options(&s.eval),
        eval_result_options(&s.eval),
        general_options(&s.eval.general),
    };
    const Program program = {
        .name = "pa-mpjpe",
        .usage = "[OPTION]... --real PATH... PREDICTED...",
        .about =
            "Mean error of joint positions, in millimetres, after each predicted frame has been "
            "turned, moved and scaled onto the real one (Procrustes). A dance is compared with "
            "the real one of the same file name; frame 0 of both is the same instant, and the "
            "predicted one's seed frames are left out. An operand is a dance (.npz, .npy, "
            ".pkl), a folder of them, or a data set .tsv.",
        .example = "pa-mpjpe --real data/motions --horizons 10,20,60 dances/",
        OPTION_GROUPS(groups)};
    int first, status = options_parse(&program, argc, argv, &first);
    if (status < 0) status = start(&program, &s, argv + first, (size_t)(argc - first));
    strings_free(&s.real);
    return program_finish(&program, status);
}
