/*
 * A desk for tests of rolling up: a store as its thread has it, with a clock of its own, and the lives of monitors that are kept in it.
 * Days pass at once, and a restart, a crash or a sleep can be put anywhere.
 */
#ifndef TESTS_DESK_H
#define TESTS_DESK_H

#include <stdbool.h>
#include <stdint.h>

#include "kumatop/archive.h"
#include "kumatop/judge.h"
#include "kumatop/when.h"

#include "../../src/store/roller.h"
#include "../../src/store/writer.h"

#define DESK_START (INT64_C(19675) * DAY_US)	/* a UTC day of 2023 */

enum { DESK_MONITORS = 4, DESK_REACH_MS = 70000 };

extern const char *const desk_names[DESK_MONITORS];	/* "a" is monitor 1 */

/* A store as its thread has it, with a clock of its own. */
struct desk {
	const char *path;
	sqlite3 *db;
	struct writer *writer;
	struct roller *roller;		/* NULL: made when next stepped */
	int64_t run, began_us;
	int64_t now_us;
	struct mono mono;
};

/* A monitor's life, and what is kept of it. */
struct desk_life {
	monitor_id id;
	uint32_t random;
	struct judge_rules rules;
	struct standing standing;
	int32_t latency_us;
};

/* A new database with the monitors, and its first run. */
void desk_set_up(struct desk *desk, const char *path, int64_t now_us);
void desk_begin(struct desk *desk);
void desk_end(struct desk *desk, bool killed);

void desk_pass(struct desk *desk, int64_t us);
void desk_sleep(struct desk *desk, int64_t us);		/* the monotonic clock stands still */

/* One step of the roller. false: there is no more to do now. spoil: its transaction is lost, as in a crash. */
bool desk_step(struct desk *desk, bool spoil);
void desk_step_all(struct desk *desk);
void desk_settle(struct desk *desk);			/* until all that happened so far is closed: 20 minutes pass */
int64_t desk_marker(const struct desk *desk, enum rollup_step step);

/* u up, g degraded, d down, x unknown; P pause, R resume, M maintenance begins, B it ends. */
void desk_live(struct desk *desk, struct desk_life *life, char what);

/* "0u 60d ...": each step with its second after DESK_START, with the roller at work all the while. */
void desk_live_through(struct desk *desk, struct desk_life *life, const char *steps);
void desk_live_randomly(struct desk *desk, struct desk_life *life, uint32_t luck);
void desk_interfere(struct desk *desk, uint32_t *random);	/* restarts, sleeps, steps, lost steps */
uint32_t desk_roll(uint32_t *random, uint32_t sides);

struct archive *desk_archive(const char *path);

#endif
