#include "export/plot_export.h"

#include <math.h>
#include <stdlib.h>

#include "export/measure_profile.h"
#include "export/plots.h"
#include "features/music_source.h"

int export_plot(const ExportJob *job, Buffer *out, Error *err) {
    MotionProfile *t = calloc(job->count, sizeof *t);
    const char **names = calloc(job->count, sizeof *names);
    Music music = {0};
    double fps = job->clips[0].body.fps;
    int status = t && names ? 0 : error_set(err, "out of memory");
    if (!status && job->choices->music)
        status = music_source_read(job->choices->music, fps, &music, err);
    for (size_t i = 0; i < job->count && !status; i++) {
        const Clip *c = &job->clips[i];
        names[i] = c->name;
        if (fabs(c->body.fps - fps) > 1e-6 * fps)
            status = error_set(err, "%s has %g frames a second, %s %g: they do not share an axis",
                               c->name, c->body.fps, job->clips[0].name, fps);
        else if (motion_profile_measure(c, job->choices->thresholds, music.data ? &music : NULL,
                                        &t[i], err))
            status = error_prefix(err, c->name);
    }
    if (!status) status = plot_deltas(t, names, job->count, fps, out, err);
    for (size_t i = 0; t && i < job->count; i++) motion_profile_free(&t[i]);
    music_free(&music);
    free(t);
    free(names);
    return status;
}
