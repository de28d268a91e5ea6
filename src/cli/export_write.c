/*
 * History as a stream of rows, in constant memory: a chunk of text is filled and written, whatever there is to come.
 */
#include "export_write.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "kumatop/buf.h"
#include "kumatop/openmetrics.h"
#include "progress.h"

enum { CHUNK_BYTES = 1 << 18, ROW_BYTES_MOST = 1 << 20 };

struct job {
	const struct export_plan *plan;
	struct archive *archive;
	struct openmetrics *metrics;	/* NULL: rows */
	struct buf chunk;
	int fd;
	uint64_t rows;
	uint64_t estimate;		/* rows of one reading */
	bool gone;			/* nobody reads any more */
	int failed;			/* errno of what could not be written; 0: all was */
	struct progress progress;
};

static bool write_chunk(struct job *job)
{
	if (job->chunk.length && !buf_write(&job->chunk, job->fd)) {
		job->gone = errno == EPIPE;
		job->failed = job->gone ? 0 : errno;
		return false;
	}
	buf_clear(&job->chunk);
	return true;
}

static bool row_done(struct job *job)
{
	job->rows++;
	if ((job->rows & 0xfff) == 0)
		progress_tell(&job->progress, job->rows, false);
	return job->chunk.length < CHUNK_BYTES || write_chunk(job);
}

static bool take_beat(void *arg, const struct beat_record *beat)
{
	struct job *job = arg;

	if (job->metrics)
		openmetrics_beat(job->metrics, beat, &job->chunk);
	else
		format_beat(&job->chunk, (enum export_format)job->plan->format, beat, job->plan->guard, job->rows == 0);
	return row_done(job);
}

static bool take_event(void *arg, const struct event_record *event)
{
	struct job *job = arg;

	format_event(&job->chunk, (enum export_format)job->plan->format, event, job->plan->guard, job->rows == 0);
	return row_done(job);
}

static bool take_rollup(void *arg, const char *name, const char *kind, const struct rollup *rollup)
{
	struct rollup_record record = { .name = name, .kind = kind, .rollup = rollup };
	struct job *job = arg;

	if (job->metrics)
		openmetrics_rollup(job->metrics, &record, &job->chunk);
	else
		format_rollup(&job->chunk, (enum export_format)job->plan->format, &record, job->plan->guard, job->rows == 0);
	return row_done(job);
}

static bool read_rows(struct job *job, struct error *err)
{
	const struct export_plan *plan = job->plan;

	switch (plan->rows) {
	case EXPORT_EVENTS:
		return archive_events(job->archive, &plan->range, take_event, job, err);
	case EXPORT_ROLLUPS:
		return archive_rollups(job->archive, &plan->range, plan->step, take_rollup, job, err);
	default:
		return archive_beats(job->archive, &plan->range, take_beat, job, err);
	}
}

static bool goes_on(const struct job *job)
{
	return !job->gone && !job->failed;
}

static bool stream_rows(struct job *job, struct error *err)
{
	format_rows_head(&job->chunk, (enum export_format)job->plan->format, job->plan->rows);
	if (!read_rows(job, err))
		return false;
	if (goes_on(job))
		format_tail(&job->chunk, (enum export_format)job->plan->format, job->rows > 0);
	return true;
}

/* How many readings there will be is known when the first is over, and how many rows one has. */
static bool stream_metrics(struct job *job, struct error *err)
{
	while (goes_on(job) && openmetrics_next(job->metrics, &job->chunk)) {
		uint64_t before = job->rows;

		job->progress.expected = job->estimate * openmetrics_readings(job->metrics);
		if (!read_rows(job, err))
			return false;
		job->estimate = job->rows - before;
	}
	return true;
}

static bool stream(struct job *job, struct error *err)
{
	bool fine = job->metrics ? stream_metrics(job, err) : stream_rows(job, err);

	if (fine && goes_on(job))
		write_chunk(job);
	progress_tell(&job->progress, job->rows, true);
	errno = job->failed;
	if (job->failed)
		return error_errno(err, EXIT_INPUT_OUTPUT, "cannot write %s", job->plan->output ? job->plan->output : "the output");
	return fine;
}

static bool open_output(struct job *job, struct error *err)
{
	const char *path = job->plan->output;

	job->fd = STDOUT_FILENO;
	if (!path || strcmp(path, "-") == 0)
		return true;
	job->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	return job->fd >= 0 || error_errno(err, EXIT_INPUT_OUTPUT, "cannot write %s", path);
}

static bool close_output(struct job *job, struct error *err)
{
	if (job->fd <= STDOUT_FILENO || close(job->fd) == 0)
		return true;
	return error_errno(err, EXIT_INPUT_OUTPUT, "cannot write %s", job->plan->output);
}

static void begin_progress(struct job *job)
{
	struct error ignored;

	progress_start(&job->progress, "rows", job->fd == STDOUT_FILENO);
	if (job->progress.visible && job->plan->rows == EXPORT_BEATS
	    && archive_estimate(job->archive, &job->plan->range, &job->estimate, &ignored))
		job->progress.expected = job->estimate;
}

bool export_write(struct archive *archive, const struct export_plan *plan, struct error *err)
{
	struct job job = { .plan = plan, .archive = archive };
	bool fine;

	if (!open_output(&job, err))
		return false;
	if (plan->format == FORMAT_OPENMETRICS)
		job.metrics = openmetrics_create(plan->rows == EXPORT_ROLLUPS);
	buf_init(&job.chunk, CHUNK_BYTES + ROW_BYTES_MOST);
	begin_progress(&job);
	fine = stream(&job, err);
	openmetrics_destroy(job.metrics);
	buf_finish(&job.chunk);
	return close_output(&job, fine ? err : NULL) && fine;
}
