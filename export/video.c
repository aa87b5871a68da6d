#include "export/video.h"

#include <stdlib.h>

#include "export/sheet.h"
#include "export/y4m.h"
#include "lib/cli/progress.h"

static int put(FILE *out, Buffer *b, Error *err) {
    if (buffer_check(b, err)) return -1;
    int bad = fwrite(b->data, 1, b->size, out) != b->size;
    b->size = 0;
    return bad ? error_set(err, "the film's stream was closed before its end") : 0;
}

int export_video(const ExportJob *job, FILE *out, bool quiet, Error *err) {
    size_t width = job->choices->width ? job->choices->width : 1280,
           height = job->choices->height ? job->choices->height : 720;
    Video *film;
    if (video_new(job->clips, job->count, width, height, &film, err)) return -1;
    unsigned char *rgb = malloc(3 * width * height);
    Buffer b = {0};
    Progress p;
    progress_start(&p, "drawing frames", video_frames(film), quiet);
    int status = rgb ? 0 : error_set(err, "out of memory for frames of %zu x %zu", width, height);
    if (!status) y4m_header(&b, width, height, job->clips[0].body.fps);
    for (size_t t = 0; t < video_frames(film) && !status; t++) {
        status = video_frame(film, t, rgb, err);
        if (!status) y4m_frame(&b, rgb, width, height);
        if (!status) status = put(out, &b, err);
        progress_step(&p, t + 1);
    }
    progress_end(&p);
    buffer_free(&b);
    free(rgb);
    video_free(film);
    return status;
}
