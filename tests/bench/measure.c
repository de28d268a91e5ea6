/* See measure.h. */
#include "measure.h"

#include <assert.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kumatop/when.h"

bool rounds_add(struct rounds *rounds, double ours, double theirs)
{
	if (!(ours >= 0) || !(theirs >= 0) || rounds->count == ROUNDS_MOST)
		return false;
	rounds->ours[rounds->count] = ours;
	rounds->theirs[rounds->count] = theirs;
	rounds->ratios[rounds->count] = theirs > 0 ? ours / theirs : 0;
	rounds->count++;
	return true;
}

static int by_size(const void *a, const void *b)
{
	const double *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

double median_of(double *values, int count)
{
	assert(count > 0);
	qsort(values, (size_t)count, sizeof(*values), by_size);
	return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

static bool is_kept(const struct row *row, double ours, double ratio)
{
	switch (row->budget) {
	case NO_BUDGET:
		return true;
	case RATIO_AT_MOST:
		return ratio <= row->limit;
	case RATIO_AT_LEAST:
		return ratio >= row->limit;
	case VALUE_UNDER:
		return ours < row->limit;
	}
	return false;
}

static void print_budget(const struct row *row, bool kept)
{
	if (row->budget == VALUE_UNDER)
		printf("under %g %s", row->limit, row->unit);
	else if (row->budget != NO_BUDGET)
		printf("at %s x %g", row->budget == RATIO_AT_MOST ? "most" : "least", row->limit);
	if (!kept)
		printf("  MISSED");
	if (row->note)
		printf("%s%s", row->budget == NO_BUDGET ? "" : "; ", row->note);
	putchar('\n');
	fflush(stdout);
}

static void print_figure(double value, const char *unit)
{
	char text[32];

	snprintf(text, sizeof(text), "%.*f %s", value >= 1000 ? 0 : value >= 100 ? 1 : 2, value, unit);
	printf(" %13s", text);
}

void row_print(const struct row *row, const struct rounds *rounds)
{
	struct rounds sorted = *rounds;
	double ours = median_of(sorted.ours, sorted.count);
	double theirs = median_of(sorted.theirs, sorted.count);
	double ratio = median_of(sorted.ratios, sorted.count);

	printf("%-46s", row->name);
	print_figure(ours, row->unit);
	if (theirs > 0) {
		print_figure(theirs, row->unit);
		printf("  x %6.2f  ", ratio);
	} else {
		printf(" %13s  %8s  ", "-", "-");
	}
	print_budget(row, is_kept(row, ours, ratio));
}

void row_absent(const char *name, const char *why)
{
	printf("%-46s could not be measured here: %s\n", name, why);
	fflush(stdout);
}

bool row_wanted(const char *name)
{
	const char *words = getenv("BENCH_ROWS");
	char *copy, *rest, *word;
	bool wanted = false;

	if (!words || !*words)
		return true;
	copy = rest = strdup(words);
	while (copy && (word = strsep(&rest, " ")))
		wanted = wanted || (*word && strstr(name, word));
	free(copy);
	return wanted;
}

double cpu_spent_us(void)
{
	struct timespec spent;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent) != 0)
		return 0;
	return (double)spent.tv_sec * 1e6 + (double)spent.tv_nsec / 1e3;
}

/* By a pipe, so that what ending a process costs is not the work's. */
bool figures_of(bool (*work)(const void *arg, double *figures), const void *arg, double *figures, size_t count)
{
	ssize_t size = (ssize_t)(count * sizeof(*figures)), got = -1;
	int ends[2];
	pid_t pid;

	fflush(stdout);
	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	pid = fork();
	if (pid == 0)
		_exit(work(arg, figures) && write(ends[1], figures, (size_t)size) == size ? 0 : 1);
	close(ends[1]);
	if (pid > 0) {
		got = read(ends[0], figures, (size_t)size);
		waitpid(pid, NULL, 0);
	}
	close(ends[0]);
	return got == size;
}

static double begun_us;

void cpu_begins(void)
{
	begun_us = cpu_spent_us();
}

struct counted {
	bool (*work)(const void *arg);
	const void *arg;
};

static bool count_cpu(const void *arg, double *us)
{
	const struct counted *counted = arg;

	cpu_begins();
	if (!counted->work(counted->arg))
		return false;
	*us = cpu_spent_us() - begun_us;
	return true;
}

double cpu_of(bool (*work)(const void *arg), const void *arg)
{
	struct counted counted = { work, arg };
	double us;

	return figures_of(count_cpu, &counted, &us, 1) ? us : -1;
}

bool cost_of(const char *const *argv, int also, struct cost *cost)
{
	struct rusage usage;
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		int nothing = open("/dev/null", O_WRONLY);

		if (nothing < 0 || dup2(nothing, STDOUT_FILENO) < 0 || dup2(nothing, STDERR_FILENO) < 0)
			_exit(127);
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &usage) != pid || !WIFEXITED(status)
	    || (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != also))
		return false;
	cost->cpu_us = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6
	    + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
	cost->peak_kib = (double)usage.ru_maxrss;
	return true;
}

/* The process's CPU clock counts nanoseconds where /proc has hundredths of a second. */
double process_cpu_us(pid_t pid)
{
	struct timespec spent;
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &spent) != 0)
		return -1;
	return (double)spent.tv_sec * 1e6 + (double)spent.tv_nsec / 1e3;
}

static long read_number(pid_t pid, const char *file, const char *field)
{
	char path[64], line[256];
	size_t length = strlen(field);
	long number = -1;
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid, file);
	in = fopen(path, "re");
	while (in && fgets(line, sizeof(line), in))
		if (strncmp(line, field, length) == 0 && line[length] == ':')
			number = strtol(line + length + 1, NULL, 10);
	if (in)
		fclose(in);
	return number;
}

long process_status(pid_t pid, const char *field)
{
	return read_number(pid, "status", field);
}

long process_io(pid_t pid, const char *field)
{
	return read_number(pid, "io", field);
}

void pause_ms(int ms)
{
	(void)poll(NULL, 0, ms);
}
