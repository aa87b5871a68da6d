#include "export/exporter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "export/feet.h"
#include "lib/base/utf8.h"
#include "lib/data/motion_list.h"

typedef struct {
    const ExportRun *run;
    bool folder; /* output is a folder, for a file per dance */
    Strings files;
    Skeletons skeletons;
    Clip *clips; /* [files.count] where they go together */
} Exporter;

/* --- results --- */

static int write_result(const char *path, const Buffer *b, Error *err) {
    if (strcmp(path, "-") != 0) return file_write(path, b->data, b->size, err);
    size_t written = fwrite(b->data, 1, b->size, stdout);
    return written == b->size
               ? 0
               : error_set(err, "standard output: cannot write: %s", strerror(errno));
}

static int stream_result(const ExportFormat *f, const ExportJob *job, const char *path,
                         Error *err) {
    OutputFile file;
    if (strcmp(path, "-") == 0) return f->stream(job, stdout, err);
    if (file_begin(&file, path, err)) return -1;
    if (f->stream(job, file.stream, err) == 0) return file_commit(&file, err);
    file_abandon(&file);
    return -1;
}

static int make_result(const ExportFormat *f, const ExportJob *job, const char *path, Error *err) {
    if (f->stream) return stream_result(f, job, path, err);
    Buffer b = {0};
    int status = f->write(job, &b, err);
    if (!status) status = buffer_check(&b, err);
    if (!status) status = write_result(path, &b, err);
    buffer_free(&b);
    return status;
}

/* --- clips --- */

static int clean_feet(const Exporter *e, Clip *c, Error *err) {
    FeetChoice choice = e->run->feet;
    if (choice == FEET_BY_FORMAT && e->run->format->seen && feet_known(c->skeleton))
        choice = FEET_HELD;
    if (choice != FEET_HELD) return 0;
    const FeetOptions options = feet_options();
    return feet_clean(c, &options, err);
}

static int load_clip(const Exporter *e, const Motion *m, size_t i, Clip *out, Error *err) {
    const Skeleton *skeleton = NULL;
    if (skeletons_find(&e->skeletons, m->joints, &skeleton, err)) return -1;
    char *stem = path_stem(e->files.items[i]);
    if (!stem) return error_set(err, "out of memory");
    int status = clip_new(out, m, stem, skeleton, err);
    free(stem);
    if (!status && clean_feet(e, out, err)) {
        clip_free(out);
        status = -1;
    }
    return status;
}

/* --- one file for all, or one for each --- */

static int load(const Motion *m, size_t i, void *context, Error *err) {
    Exporter *e = context;
    return load_clip(e, m, i, &e->clips[i], err);
}

static ExportJob new_job(const Exporter *e, const Clip *clips, const Strings *files, size_t count) {
    return (ExportJob){.clips = clips,
                       .files = files,
                       .count = count,
                       .choices = e->run->choices,
                       .quiet = e->run->quiet,
                       .warn = e->run->warn};
}

static int export_one(const Motion *m, size_t i, void *context, Error *err) {
    const Exporter *e = context;
    const ExportFormat *f = e->run->format;
    Clip clip;
    if (load_clip(e, m, i, &clip, err)) return -1;
    const ExportJob job = new_job(e, &clip, NULL, 1);
    Buffer path = {0};
    if (e->folder)
        buffer_print(&path, "%s/%s%s", e->run->output, clip.name, f->ending);
    else
        buffer_text(&path, e->run->output);
    buffer_byte(&path, '\0');
    int status = buffer_check(&path, err);
    if (!status) status = make_result(f, &job, (const char *)path.data, err);
    buffer_free(&path);
    clip_free(&clip);
    return status;
}

/* Two dances of one name would replace each other. */
static int check_names(const Strings *files, Error *err) {
    const char **names = calloc(files->count, sizeof *names);
    int status = names ? 0 : error_set(err, "out of memory");
    for (size_t i = 0; !status && i < files->count; i++)
        if (!(names[i] = path_stem(files->items[i]))) status = error_set(err, "out of memory");
    if (!status && utf8_sort_distinct(names, files->count, err))
        status = error_prefix(err, "two results of one name");
    for (size_t i = 0; names && i < files->count; i++) free((char *)(uintptr_t)names[i]);
    free(names);
    return status;
}

static int prepare_folder(const Exporter *e, Error *err) {
    if (strcmp(e->run->output, "-") == 0)
        return error_set(err, "standard output takes one dance, not %zu", e->files.count);
    return check_names(&e->files, err) || folder_make(e->run->output, err) ? -1 : 0;
}

static int export_all(Exporter *e, char *const *operands, size_t count, Error *err) {
    const ExportRun *run = e->run;
    bool together = run->format->together;
    if (skeletons_open(&e->skeletons, run->skeleton, err)) return -1;
    if (motion_list(&e->files, operands, count, err)) return -1;
    e->folder = !together && (e->files.count > 1 || folder_exists(run->output) ||
                              path_ends_with(run->output, "/"));
    if (e->folder && prepare_folder(e, err)) return -1;
    e->clips = calloc(e->files.count, sizeof *e->clips);
    if (!e->clips) return error_set(err, "out of memory for %zu files", e->files.count);
    Progress p;
    progress_start(&p, "exporting motions", e->files.count, run->quiet || e->files.count == 1);
    int status = motion_list_each(&e->files, together ? load : export_one, e, &p, err);
    progress_end(&p);
    if (status || !together) return status;
    if (export_job_name_clips(e->clips, &e->files, run->choices->labels, err)) return -1;
    const ExportJob job = new_job(e, e->clips, &e->files, e->files.count);
    return make_result(run->format, &job, run->output, err);
}

int export_motions(const ExportRun *run, char *const *operands, size_t count, Error *err) {
    Exporter e = {.run = run};
    int status = export_all(&e, operands, count, err);
    for (size_t i = 0; e.clips && i < e.files.count; i++) clip_free(&e.clips[i]);
    free(e.clips);
    skeletons_free(&e.skeletons);
    strings_free(&e.files);
    return status;
}
