/*
 * Made-up history: beats as a healthy HTTPS monitor leaves them, and databases full of them.
 */
#ifndef TESTS_BENCH_MADE_H
#define TESTS_BENCH_MADE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/beat.h"

#define MADE_START_US (INT64_C(1795348800) * 1000000)	/* 2026-11-22 13:00 UTC; the last beat of a made database is before it */

/* Monitor `number % monitors + 1` of a board whose monitors are checked in turn, interval_ms apart each. Holds no new texts. */
struct beat made_beat(size_t number, size_t monitors, int64_t interval_ms);

/* A database in the real schema with so many beats, none of them packed, ending at MADE_START_US, one a minute of each monitor ("service-0001" …). */
bool made_database(const char *path, size_t monitors, size_t beats);

/* Packs all of them, as the store's thread does with what is older than an hour or two. */
bool made_packed(const char *path);

#endif
