#include "export/page_export.h"

#include <stdlib.h>

#include "export/measure_profile.h"
#include "export/page.h"
#include "features/music_source.h"
#include "lib/base/file.h"

/* Where none are given: what freeze-rate --fit finds on 15 real ballroom dances [ours]. */
static const Thresholds usual = {.pose = 0.474, .trans = 0.668};

static size_t longest(const ExportJob *job) {
    size_t best = 0;
    for (size_t i = 1; i < job->count; i++)
        if ((double)job->clips[i].body.frames / job->clips[i].body.fps >
            (double)job->clips[best].body.frames / job->clips[best].body.fps)
            best = i;
    return best;
}

static int fill(const ExportJob *job, const Music *music, PageDance *dances,
                MotionProfile *timelines, Error *err) {
    const Thresholds *t = job->choices->thresholds ? job->choices->thresholds : &usual;
    const size_t musical = longest(job);
    for (size_t i = 0; i < job->count; i++) {
        if (motion_profile_measure(&job->clips[i], t, music && i == musical ? music : NULL,
                                   &timelines[i], err))
            return error_prefix(err, job->files->items[i]);
        dances[i] = (PageDance){&job->clips[i], &timelines[i], job->clips[i].name};
    }
    return 0;
}

int export_page(const ExportJob *job, Buffer *out, Error *err) {
    const ExportChoices *c = job->choices;
    const char *sounding = c->music ? c->music : c->audio;
    Page page = {.title = c->title, .count = job->count};
    Music music = {0};
    unsigned char *audio = NULL;
    PageDance *dances = calloc(job->count, sizeof *dances);
    MotionProfile *timelines = calloc(job->count, sizeof *timelines);
    int status =
        dances && timelines ? 0 : error_set(err, "out of memory for %zu dances", job->count);
    if (!status && c->audio) {
        status = file_read(c->audio, &audio, &page.audio_size, err);
        if (!status && !page_audio_type(audio, page.audio_size))
            status = error_set(
                err, "%s: no sound file that browsers play (give wav, mp3, ogg, flac or m4a)",
                c->audio);
    }
    if (!status && sounding)
        status = music_source_read(sounding, job->clips[longest(job)].body.fps, &music, err);
    if (!status) status = fill(job, sounding ? &music : NULL, dances, timelines, err);
    if (!status) {
        page.dances = dances;
        page.audio = audio;
        status = page_html(&page, out, err);
    }
    for (size_t i = 0; timelines && i < job->count; i++) motion_profile_free(&timelines[i]);
    free(timelines);
    free(dances);
    free(audio);
    music_free(&music);
    return status;
}
