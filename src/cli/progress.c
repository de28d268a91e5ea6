/* The bar of long work; see progress.h. */
#include "progress.h"

#include <stdio.h>
#include <unistd.h>

enum { BAR_CELLS = 30, EACH_US = 200000, FORESEE_AFTER_US = 1000000 };

void progress_start(struct progress *progress, const char *what, bool beside_output)
{
	*progress = (struct progress){
		.visible = isatty(STDERR_FILENO) && !(beside_output && isatty(STDOUT_FILENO)), .what = what,
		.started = mono_now(),
	};
}

static void print_bar(double part)
{
	char bar[BAR_CELLS + 1];

	for (int i = 0; i < BAR_CELLS; i++)
		bar[i] = i < (int)(part * BAR_CELLS) ? '#' : '.';
	bar[BAR_CELLS] = '\0';
	fprintf(stderr, "[%s] %3d%%  ", bar, (int)(part * 100));
}

/* What went on at the begin says little about the rest. */
static void print_rest(double part, int64_t spent_us)
{
	char rest[32];

	if (part > 0 && spent_us >= FORESEE_AFTER_US)
		fprintf(stderr, ", %s left", length_print((int64_t)((double)spent_us * (1 - part) / part), rest, sizeof(rest)));
}

void progress_tell(struct progress *progress, uint64_t done, bool last)
{
	struct mono now = mono_now();
	int64_t spent_us = mono_between_us(progress->started, now);
	double part = progress->expected ? (double)done / (double)progress->expected : 0;

	if (!progress->visible || (!last && mono_between_us(progress->shown, now) < EACH_US))
		return;
	progress->shown = now;
	fputc('\r', stderr);
	if (progress->expected)
		print_bar(last || part > 1 ? 1 : part);
	fprintf(stderr, "%llu %s, %.0f/s", (unsigned long long)done, progress->what,
	    spent_us > 0 ? (double)done * 1e6 / (double)spent_us : 0);
	if (progress->expected && !last && part < 1)
		print_rest(part, spent_us);
	fputs(last ? "\033[K\n" : "\033[K", stderr);
}
