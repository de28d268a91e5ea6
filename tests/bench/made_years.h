/*
 * A database with a long past: packed hours and closed roll-ups, written at once instead of being lived through.
 */
#ifndef TESTS_BENCH_MADE_YEARS_H
#define TESTS_BENCH_MADE_YEARS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * So many monitors of a minute ("service-0001" …, ids from 1) with beats for so many hours before end_us, which is a full hour, and all
 * roll-ups of them; days for a year before that, and of the first monitor hours, too. Each is down for five minutes once a day.
 */
bool made_years(const char *path, size_t monitors, size_t hours, int64_t end_us);

#endif
