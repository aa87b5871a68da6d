#include "export/formats.h"

#include <math.h>
#include <stdlib.h>

#include "export/aist_pickle.h"
#include "export/bvh_write.h"
#include "export/glb.h"
#include "export/joints.h"
#include "export/page.h"
#include "export/plots.h"
#include "export/sheet.h"
#include "export/video.h"
#include "features/music_source.h"
#include "lib/base/file_map.h"

/* --- one dance a file --- */

static int to_joints(const ExportJob *job, Buffer *out, Error *err) {
    return joints_npy(job->clips, out, err);
}

static int to_bvh(const ExportJob *job, Buffer *out, Error *err) {
    return bvh_write(job->clips, job->choices->units, out, err);
}

static int to_glb(const ExportJob *job, Buffer *out, Error *err) {
    return glb_write(job->clips, out, err);
}

static int to_pickle(const ExportJob *job, Buffer *out, Error *err) {
    return export_aist_pickle(job->clips, out, err);
}

/* --- images --- */

/* The part of a dance that --start and --duration ask for; at least one frame. */
static int choose_frames(const ExportJob *job, const Clip *c, FrameRange *out, Error *err) {
    const ExportChoices *choices = job->choices;
    double fps = c->body.fps, first = round(choices->start * fps);
    double count = round(choices->duration * fps);
    if (first >= (double)c->body.frames)
        return error_set(err, "%s lasts %.4g seconds: there is nothing from %g on", c->name,
                         (double)c->body.frames / fps, choices->start);
    double left = (double)c->body.frames - first;
    out->first = (size_t)first;
    out->count = (size_t)(choices->duration > 0 ? fmin(fmax(count, 1), left) : left);
    return 0;
}

static int to_png(const ExportJob *job, Buffer *out, Error *err) {
    const ExportChoices *c = job->choices;
    FrameRange *ranges = calloc(job->count, sizeof *ranges);
    int status = ranges ? 0 : error_set(err, "out of memory for %zu dances", job->count);
    for (size_t i = 0; i < job->count && !status; i++)
        status = choose_frames(job, &job->clips[i], &ranges[i], err);
    if (!status)
        status = sheet_png(job->clips, ranges, job->count, c->poses ? c->poses : 8,
                           c->width ? c->width : 2000, out, err);
    free(ranges);
    return status;
}

static int to_y4m(const ExportJob *job, FILE *out, Error *err) {
    const ExportChoices *c = job->choices;
    size_t longest = 0;
    for (size_t i = 1; i < job->count; i++)
        if (job->clips[i].body.frames > job->clips[longest].body.frames) longest = i;
    FrameRange range;
    if (choose_frames(job, &job->clips[longest], &range, err)) return -1;
    return video_write(job->clips, job->count, range, c->width ? c->width : 1280,
                       c->height ? c->height : 720, job->quiet, out, err);
}

/* --- measured dances --- */

/* Where none are given: what freeze-rate --fit finds on 15 real ballroom dances [ours]. */
static const Thresholds default_thresholds = {.pose = 0.474, .trans = 0.668};

static size_t longest_clip(const ExportJob *job) {
    size_t best = 0;
    for (size_t i = 1; i < job->count; i++)
        if ((double)job->clips[i].body.frames / job->clips[i].body.fps >
            (double)job->clips[best].body.frames / job->clips[best].body.fps)
            best = i;
    return best;
}

static void free_profiles(MotionProfile *profiles, size_t count) {
    for (size_t i = 0; profiles && i < count; i++) motion_profile_free(&profiles[i]);
    free(profiles);
}

/* Profiles of all clips, the music's beats (music.data NULL: none) in that of the longest one.
 * Owned; NULL on error. */
static MotionProfile *measure_clips(const ExportJob *job, const Thresholds *t, const Music *music,
                                    Error *err) {
    MotionProfile *profiles = calloc(job->count, sizeof *profiles);
    size_t longest = longest_clip(job);
    if (!profiles) {
        error_set(err, "out of memory for %zu dances", job->count);
        return NULL;
    }
    for (size_t i = 0; i < job->count; i++) {
        const Music *heard = music->data && i == longest ? music : NULL;
        if (motion_profile_measure(&job->clips[i], t, heard, &profiles[i], err) == 0) continue;
        error_prefix(err, job->files->items[i]);
        free_profiles(profiles, job->count);
        return NULL;
    }
    return profiles;
}

static int to_svg(const ExportJob *job, Buffer *out, Error *err) {
    const Clip *first = &job->clips[0];
    double fps = first->body.fps;
    for (size_t i = 1; i < job->count; i++)
        if (fabs(job->clips[i].body.fps - fps) > 1e-6 * fps)
            return error_set(err, "%s has %g frames a second, %s %g: they do not share an axis",
                             job->clips[i].name, job->clips[i].body.fps, first->name, fps);
    Music music = {0};
    const char **names = calloc(job->count, sizeof *names);
    MotionProfile *profiles = NULL;
    int status = names ? 0 : error_set(err, "out of memory for %zu dances", job->count);
    if (!status && job->choices->music)
        status = music_source_read(job->choices->music, fps, &music, err);
    if (!status) profiles = measure_clips(job, job->choices->thresholds, &music, err);
    for (size_t i = 0; profiles && i < job->count; i++) names[i] = job->clips[i].name;
    status = profiles ? plot_deltas(profiles, names, job->count, fps, out, err) : -1;
    free_profiles(profiles, job->count);
    music_free(&music);
    free(names);
    return status;
}

/* The sound that the page plays; *type NULL where none is wanted. */
static int read_sound(const ExportJob *job, Page *page, FileMap *file, Error *err) {
    const char *path = job->choices->audio;
    if (!path) return 0;
    if (file_map(path, file, err)) return -1;
    page->audio = file->data;
    page->audio_size = file->size;
    if (page_audio_check(page->audio, page->audio_size, err)) return error_prefix(err, path);
    return 0;
}

/* What the beats are taken from: --music, or the sound. Sound that the page can play and the
 * feature extractor cannot decode leaves the page without beats, and says so. */
static int read_beats(const ExportJob *job, const Page *page, Music *music, Error *err) {
    const ExportChoices *c = job->choices;
    const char *path = c->music ? c->music : c->audio;
    if (!path) return 0;
    double fps = job->clips[longest_clip(job)].body.fps;
    if (music_source_read(path, fps, music, err) == 0) return 0;
    if (c->music || !page_audio_only_plays(page->audio, page->audio_size)) return -1;
    Error note;
    error_set(&note,
              "%s: plays in browsers, but its beats cannot be found here, so none are marked; for "
              "beats: ffmpeg -i FILE song.flac, and --audio song.flac",
              path);
    job->warn(note.text);
    return 0;
}

static int to_html(const ExportJob *job, Buffer *out, Error *err) {
    const ExportChoices *c = job->choices;
    const Thresholds *t = c->thresholds ? c->thresholds : &default_thresholds;
    Page page = {.title = c->title, .count = job->count};
    Music music = {0};
    FileMap audio = {0};
    MotionProfile *profiles = NULL;
    PageDance *dances = calloc(job->count, sizeof *dances);
    int status = dances ? 0 : error_set(err, "out of memory for %zu dances", job->count);
    if (!status && c->notes->count > job->count)
        status = error_set(err, "%zu notes for %zu dance%s", c->notes->count, job->count,
                           job->count > 1 ? "s" : "");
    if (!status) status = read_sound(job, &page, &audio, err);
    if (!status) status = read_beats(job, &page, &music, err);
    if (!status) profiles = measure_clips(job, t, &music, err);
    for (size_t i = 0; profiles && i < job->count; i++)
        dances[i] = (PageDance){.clip = &job->clips[i],
                                .profile = &profiles[i],
                                .label = job->clips[i].name,
                                .note = i < c->notes->count ? c->notes->items[i] : ""};
    page.dances = dances;
    status = profiles ? page_html(&page, out, err) : -1;
    free_profiles(profiles, job->count);
    free(dances);
    file_unmap(&audio);
    music_free(&music);
    return status;
}

/* --- the table --- */

const ExportFormat export_formats[EXPORT_FORMATS] = {
    {.name = "html",
     .ending = ".html",
     .about = "one page that plays all the dances in 3D with their music, in any browser, offline",
     .together = true,
     .seen = true,
     .takes = {[EXPORT_THRESHOLDS] = true,
               [EXPORT_AUDIO] = true,
               [EXPORT_MUSIC] = true,
               [EXPORT_TITLE] = true,
               [EXPORT_LABEL] = true,
               [EXPORT_NOTE] = true},
     .write = to_html},
    {.name = "bvh",
     .ending = ".bvh",
     .about = "skeleton and motion for Blender, MotionBuilder and others",
     .seen = true,
     .takes = {[EXPORT_UNIT] = true},
     .write = to_bvh},
    {.name = "glb",
     .ending = ".glb",
     .about = "glTF 2.0: a skinned figure that dances, for Blender, three.js, Unity and others",
     .seen = true,
     .write = to_glb},
    {.name = "pkl",
     .ending = ".pkl",
     .about = "AIST++'s own pickle, for tools that read that",
     .write = to_pickle},
    {.name = "joints",
     .ending = ".npy",
     .about = "joint positions [frames, joints, 3] in metres, y up (.npy)",
     .write = to_joints},
    {.name = "png",
     .ending = ".png",
     .about = "a contact sheet: a row of poses for every dance",
     .together = true,
     .seen = true,
     .takes = {[EXPORT_POSES] = true,
               [EXPORT_START] = true,
               [EXPORT_DURATION] = true,
               [EXPORT_WIDTH] = true,
               [EXPORT_LABEL] = true},
     .write = to_png},
    {.name = "svg",
     .ending = ".svg",
     .about = "a plot of how much every dance moves, frame by frame, and of its frozen windows",
     .together = true,
     .takes = {[EXPORT_THRESHOLDS] = true, [EXPORT_MUSIC] = true, [EXPORT_LABEL] = true},
     .write = to_svg},
    {.name = "y4m",
     .ending = ".y4m",
     .about = "a video without sound, uncompressed, for ffmpeg or mpv",
     .together = true,
     .seen = true,
     .takes = {[EXPORT_START] = true,
               [EXPORT_DURATION] = true,
               [EXPORT_WIDTH] = true,
               [EXPORT_HEIGHT] = true,
               [EXPORT_LABEL] = true},
     .stream = to_y4m},
};
