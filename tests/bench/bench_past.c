/*
 * What it costs to look at 50 million beats: opening a board, graphs, uptime, a past moment. 1,000 monitors of a minute for five weeks,
 * in the file as the store's thread leaves it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kumatop/archive.h"
#include "kumatop/conf.h"
#include "kumatop/heap.h"
#include "kumatop/when.h"
#include "made_years.h"
#include "measure.h"

enum { ROUNDS = 3, MONITORS = 1000, HOURS = 834, COLUMNS = 220, MARGIN_US = 1234567 };

struct task {
	const char *path;
	int64_t end_us;
};

enum figure { OPENING, GRAPH_DAY, GRAPH_MONTH, GRAPH_YEAR, UPTIME, UPTIME_ALL, BOARD, FIGURES };

static double ms_since(struct mono began)
{
	return (double)mono_between_us(began, mono_now()) / 1000;
}

static bool visit_monitor(void *arg, const struct kept_monitor *monitor)
{
	++*(size_t *)arg;
	return true;
}

static bool visit_standing(void *arg, const struct kept_standing *standing)
{
	return true;
}

/* All that a start reads before the first picture. */
static bool open_board(struct archive *archive, double *ms)
{
	struct mono began = mono_now();
	struct kept_marks marks;
	struct error err;
	size_t count = 0;
	bool good = archive_monitors(archive, visit_monitor, &count, &err) && archive_standings(archive, visit_standing, NULL, &err);

	for (monitor_id i = 1; good && i <= MONITORS; i++) {
		good = archive_marks(archive, i, &marks, &err) && marks.count == VIEW_MARKS;
		kept_marks_finish(&marks);
	}
	*ms = ms_since(began);
	return good && count == MONITORS;
}

/* Of the slowest of some monitors. */
static bool graph(struct archive *archive, int64_t end_us, int64_t window_us, double *ms)
{
	*ms = 0;
	for (monitor_id i = 1; i < 100; i += 33) {
		struct mono began = mono_now();
		struct history_query query = { .kind = HISTORY_SERIES, .monitor = i, .from_us = end_us - window_us, .to_us = end_us, .columns = COLUMNS };
		struct history_answer *answer = archive_answer(archive, &query);
		bool good = answer->ok && answer->series.min_us >= 0;
		double took = ms_since(began);

		history_answer_destroy(answer);
		if (!good)
			return false;
		*ms = took > *ms ? took : *ms;
	}
	return true;
}

static bool uptime(struct archive *archive, int64_t end_us, double *ms)
{
	static const int64_t windows_us[] = { HOUR_US, DAY_US, 7 * DAY_US, 30 * DAY_US, 90 * DAY_US, 365 * DAY_US };

	*ms = 0;
	for (size_t i = 0; i < sizeof windows_us / sizeof *windows_us; i++) {
		struct mono began = mono_now();
		struct summary summary;
		struct error err;
		bool good = archive_summary(archive, 7, end_us - windows_us[i], end_us, &summary, &err) && summary.amounts.us[TIME_UP] > 0;
		double took = ms_since(began);

		summary_finish(&summary);
		if (!good)
			return false;
		*ms = took > *ms ? took : *ms;
	}
	return true;
}

static bool visit_summary(void *arg, monitor_id monitor, const struct summary *summary)
{
	*(size_t *)arg += summary->amounts.us[TIME_UP] > 0;
	return true;
}

static bool uptime_of_all(struct archive *archive, int64_t end_us, double *ms)
{
	struct mono began = mono_now();
	monitor_id ids[MONITORS];
	struct error err;
	size_t known = 0;
	bool good;

	for (size_t i = 0; i < MONITORS; i++)
		ids[i] = (monitor_id)i + 1;
	good = archive_summaries(archive, ids, MONITORS, end_us - 30 * DAY_US, end_us, visit_summary, &known, &err);
	*ms = ms_since(began);
	return good && known == MONITORS;
}

static struct monitor_spec *make_spec(void *arg, const struct kept_monitor *kept)
{
	const struct conf *conf = arg;
	struct error err;
	struct monitor_spec *spec = conf_new_monitor(kept->target, kept->name, &conf->settings, SPEC_DECLARED, &err);

	if (spec) {
		spec->foreign = true;
		if (!spec_seal(spec, &err))
			return NULL;
	}
	return spec;
}

static bool past_board(struct archive *archive, int64_t end_us, double *ms)
{
	struct mono began = mono_now();
	struct conf *conf = conf_empty();
	struct error err;
	const struct snapshot *board = archive_board(archive, end_us - 10 * DAY_US - 5 * HOUR_US - MARGIN_US, NULL, make_spec, conf, &err);
	bool good = board && board->count == MONITORS;

	*ms = ms_since(began);
	snapshot_release(board);
	conf_free(conf);
	return good;
}

static bool look(const void *arg, double *figures)
{
	const struct task *task = arg;
	struct error err;
	struct archive *archive = archive_open(task->path, &err);
	int64_t end_us = task->end_us - MARGIN_US;
	bool good = archive && open_board(archive, &figures[OPENING]) && graph(archive, end_us, DAY_US, &figures[GRAPH_DAY])
	    && graph(archive, end_us, 30 * DAY_US, &figures[GRAPH_MONTH]) && graph(archive, end_us, 365 * DAY_US, &figures[GRAPH_YEAR])
	    && uptime(archive, end_us, &figures[UPTIME]) && uptime_of_all(archive, end_us, &figures[UPTIME_ALL])
	    && past_board(archive, end_us, &figures[BOARD]);

	archive_close(archive);
	return good;
}

static bool make(const void *arg)
{
	const struct task *task = arg;

	return made_years(task->path, MONITORS, HOURS, task->end_us);
}

int main(void)
{
	static const struct row rows[FIGURES] = {
		[OPENING] = { "50M beats: a board of 1,000 opened", "ms", VALUE_UNDER, 100, "monitors, states, bars" },
		[GRAPH_DAY] = { "  a graph of 24 hours", "ms", VALUE_UNDER, 100, NULL },
		[GRAPH_MONTH] = { "  a graph of 30 days", "ms", VALUE_UNDER, 100, NULL },
		[GRAPH_YEAR] = { "  a graph of a year", "ms", VALUE_UNDER, 100, NULL },
		[UPTIME] = { "  uptime of a monitor, any window", "ms", VALUE_UNDER, 100, "1 h to a year; the slowest" },
		[UPTIME_ALL] = { "  uptime of all 1,000, 30 days", "ms", VALUE_UNDER, 100, NULL },
		[BOARD] = { "  the board at a past moment", "ms", VALUE_UNDER, 100, NULL },
	};
	struct rounds rounds[FIGURES] = { 0 };
	struct task task = { .end_us = unix_now_us() / HOUR_US * HOUR_US };
	double figures[FIGURES];
	char *path;
	bool good;

	if (!row_wanted("50M beats"))
		return 0;
	if (!getenv("WORK"))
		return 64;
	path = heap_print("%s/years.db", getenv("WORK"));
	task.path = path;
	good = cpu_of(make, &task) >= 0;
	for (int i = 0; good && i < ROUNDS; i++) {
		good = figures_of(look, &task, figures, FIGURES);
		for (int j = 0; good && j < FIGURES; j++)
			rounds_add(&rounds[j], figures[j], 0);
	}
	for (int j = 0; good && j < FIGURES; j++)
		row_print(&rows[j], &rounds[j]);
	if (!good)
		row_absent("50M beats", "the database cannot be made or read");
	(void)unlink(path);
	free(path);
	return !good;
}
