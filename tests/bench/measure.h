/*
 * What the benches share: what a piece of work costs in a process of its own, rounds in which two of them take turns, and the rows of
 * the table. Main thread.
 *
 *	struct rounds rounds = { 0 };
 *	while (rounds.count < 7)
 *		if (!rounds_add(&rounds, ours(), theirs()))
 *			return row_absent(name, "why");
 *	row_print(&(struct row){ name, "us", RATIO_AT_MOST, 1.5 }, &rounds);
 */
#ifndef TESTS_BENCH_MEASURE_H
#define TESTS_BENCH_MEASURE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { ROUNDS_MOST = 31 };

struct rounds {
	double ours[ROUNDS_MOST], theirs[ROUNDS_MOST], ratios[ROUNDS_MOST];
	int count;
};

/* False, and not counted, when either is negative: it could not be measured. theirs 0: there is no reference. */
bool rounds_add(struct rounds *rounds, double ours, double theirs);

enum budget { NO_BUDGET, RATIO_AT_MOST, RATIO_AT_LEAST, VALUE_UNDER };

struct row {
	const char *name;	/* what / against what */
	const char *unit;
	enum budget budget;
	double limit;
	const char *note;	/* behind the budget; NULL: none */
};

/* The medians of the rounds, and whether they keep the budget. */
void row_print(const struct row *row, const struct rounds *rounds);
void row_absent(const char *name, const char *why);

/* Is it among the words of $BENCH_ROWS? All are, when there are none. */
bool row_wanted(const char *name);

double median_of(double *values, int count);	/* sorts them */

/* Runs work in a child. CPU microseconds, user and system; negative when it failed. What comes before cpu_begins() is not counted. */
double cpu_of(bool (*work)(const void *arg), const void *arg);
void cpu_begins(void);	/* in the child: set up, and the work begins */

/*
 * Runs work in a child that fills in figures of its own; what they start as it gets as well. false when it failed.
 */
bool figures_of(bool (*work)(const void *arg, double *figures), const void *arg, double *figures, size_t count);
double cpu_spent_us(void);	/* of this process, until now */

/*
 * Runs a program, its output into nothing. false when it is not there or exits other than 0 or `also`. peak_kib is at least what the
 * caller has itself, for the kernel counts from before exec.
 */
struct cost {
	double cpu_us;
	double peak_kib;
};

bool cost_of(const char *const *argv, int also, struct cost *cost);

/* Of another process, all its threads, until now; negative when it is gone. */
double process_cpu_us(pid_t pid);
long process_status(pid_t pid, const char *field);	/* "VmHWM", "Threads": the number of that line; -1 */
long process_io(pid_t pid, const char *field);		/* "write_bytes" */

void pause_ms(int ms);

#endif
