/*
 * Heartbeats of Uptime Kuma as beats, and its statistics as roll-ups.
 *
 * A heartbeat says what state the monitor was in after it, as Kuma judged, and that is kept. How a check failed is only told in words for
 * people; those that are known become an outcome, any other is "failed". How long a beat speaks for is taken from the monitor as it is set
 * now; where Kuma has deleted beats and kept the changes of state, the time between is unknown.
 *
 * A row of statistics counts beats: up, down (with pending, which cannot be told apart any more) and maintenance. From counts to time is an
 * estimate: each beat stands for one interval as it is set now; where that makes more than the bucket, or less by no more than a beat and a
 * half, the bucket is shared out by the counts; else the rest is unknown. Mean, least and most of the latencies are Kuma's, exact to its
 * rounding; there is no histogram.
 */
#include "kuma.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/json.h"
#include "kumatop/when.h"

#include "rows.h"

enum { COUNT_MOST = 1000000, MS_MOST = 2000000, EXTRAS_DEPTH_MOST = 4 };

enum { KUMA_DOWN, KUMA_UP, KUMA_PENDING, KUMA_MAINTENANCE };

/* Where a monitor is while its beats go by. */
struct course {
	const struct kuma_monitor *monitor;
	bool is_ping;
	int state;			/* after the last beat; STATE_NEW: there was none */
	int settled;			/* the last that was not PENDING */
	int64_t since_us;		/* when that began */
	int64_t first_bad_us;		/* of the failures that go on; 0: it does not fail */
};

static void broken(struct kuma *kuma, int64_t row, const char *what, const char *text)
{
	char told[200];

	snprintf(told, sizeof told, "%s \"%.60s\" is not one of Uptime Kuma", what, text);
	kuma->sink->trouble(kuma->sink->arg, IMPORT_BROKEN, row > 0 ? (uint64_t)row : 0, told);
}

/* "2026-11-22 17:52:25.939", UTC. */
static bool read_time(const char *text, int64_t *us)
{
	char zoned[40];
	size_t length = strlen(text);

	if (length < 19 || length > 30 || text[4] != '-')
		return false;
	snprintf(zoned, sizeof zoned, "%s%s", text, text[length - 1] == 'Z' ? "" : "Z");
	return moment_parse(zoned, 0, us, NULL) && *us > 0;
}

/* What Kuma says when a check fails, as the libraries below it word it. The first that is found in the text counts. */
static const struct {
	const char *text;
	enum outcome outcome;
} sayings[] = {
	{ "ECONNREFUSED", OUTCOME_CONNECT_REFUSED },
	{ "ECONNRESET", OUTCOME_RESET },
	{ "socket hang up", OUTCOME_RESET },
	{ "ENOTFOUND", OUTCOME_NAME_NOT_FOUND },
	{ "EHOSTUNREACH", OUTCOME_UNREACHABLE },
	{ "ENETUNREACH", OUTCOME_UNREACHABLE },
	{ "ETIMEDOUT", OUTCOME_CONNECT_TIMEOUT },
	{ "timeout of ", OUTCOME_ANSWER_TIMEOUT },
	{ "timed out", OUTCOME_ANSWER_TIMEOUT },
	{ "certificate has expired", OUTCOME_TLS_EXPIRED },
	{ "CERT_HAS_EXPIRED", OUTCOME_TLS_EXPIRED },
	{ "self signed", OUTCOME_TLS_SELF_SIGNED },
	{ "self-signed", OUTCOME_TLS_SELF_SIGNED },
	{ "unable to verify", OUTCOME_TLS_UNKNOWN_ISSUER },
	{ "local issuer certificate", OUTCOME_TLS_UNKNOWN_ISSUER },
	{ "does not match certificate", OUTCOME_TLS_WRONG_HOST },
	{ "Request failed with status code ", OUTCOME_WRONG_STATUS },
	{ "keyword is not in", OUTCOME_WRONG_BODY },
	{ "but keyword is ", OUTCOME_WRONG_BODY },
	{ "redirects exceeded", OUTCOME_TOO_MANY_REDIRECTS },
	{ "packet loss", OUTCOME_PACKET_LOSS },
	{ "Parse Error", OUTCOME_PROTOCOL_ERROR },
};

static enum outcome failure(const char *msg)
{
	for (size_t i = 0; i < sizeof sayings / sizeof *sayings; i++)
		if (strstr(msg, sayings[i].text))
			return sayings[i].outcome;
	return OUTCOME_FAILED;
}

/* "200 - OK", "Request failed with status code 503" */
static int32_t status_code(const char *msg)
{
	static const char failed[] = "Request failed with status code ";
	const char *at = strncmp(msg, failed, sizeof failed - 1) == 0 ? msg + sizeof failed - 1 : msg;
	int code = 0;

	for (int i = 0; i < 3; i++) {
		if (at[i] < '0' || at[i] > '9')
			return -1;
		code = code * 10 + (at[i] - '0');
	}
	return code >= 100 && code <= 599 && (!at[3] || at[3] == ' ') ? code : -1;
}

static bool is_http(const struct kuma_monitor *monitor)
{
	return strcmp(monitor->type, "http") == 0 || strcmp(monitor->type, "keyword") == 0;
}

static void set_latency(const struct course *course, sqlite3_stmt *row, struct import_beat *beat)
{
	double ms = sqlite3_column_double(row, 3);

	for (int i = 0; i < PHASE_COUNT; i++)
		beat->phase_us[i] = -1;
	if (beat->outcome == OUTCOME_OK && beat->state == STATE_UP && sqlite3_column_type(row, 3) != SQLITE_NULL && ms >= 0 && ms < MS_MOST)
		beat->phase_us[course->is_ping ? PHASE_FIRST_BYTE : PHASE_TOTAL] = (int32_t)lround(ms * 1000);
}

/* Of a monitor that is upside down Kuma tells the swapped state, and in words what it saw: so it is kept here, too. */
static void set_outcome(const struct course *course, const char *msg, struct import_beat *beat)
{
	bool up = beat->state == STATE_UP || beat->state == STATE_MAINTENANCE;
	enum outcome seen = up ? OUTCOME_OK : failure(msg);

	if (up && failure(msg) != OUTCOME_FAILED && beat->state == STATE_UP && strncmp(msg, "200", 3) != 0)
		seen = failure(msg);
	beat->outcome = (int)seen;
	beat->verdict = up ? VERDICT_UP : VERDICT_DOWN;
	beat->code = is_http(course->monitor) ? status_code(msg) : -1;
}

/* What the engine would have written into its log: every change but into PENDING, and back from it. */
static bool give_change(struct kuma *kuma, struct course *course, const struct import_beat *beat)
{
	struct import_event event = {
		.monitor = beat->monitor, .place = beat->place, .time_us = beat->time_us, .kind = EVENT_STATE, .from = course->state,
		.to = beat->state, .outcome = beat->outcome, .code = beat->code, .detail = beat->detail, .evidence = "", .who = "",
		.since_us = beat->time_us,
	};
	bool is_event = beat->state != STATE_PENDING && beat->state != course->settled;

	if (beat->verdict == VERDICT_DOWN && !course->first_bad_us)
		course->first_bad_us = beat->time_us;
	if (beat->state == STATE_DOWN)
		event.since_us = course->first_bad_us;
	if (beat->verdict != VERDICT_DOWN)
		course->first_bad_us = 0;
	course->state = beat->state;
	if (!is_event)
		return true;
	if (course->settled != STATE_NEW)
		event.lasted_us = beat->time_us - course->since_us;
	course->settled = beat->state;
	course->since_us = event.since_us;
	return kuma->sink->event(kuma->sink->arg, &event);
}

static bool give_beat(struct kuma *kuma, struct course *course, sqlite3_stmt *row)
{
	static const int states[] = {
		[KUMA_DOWN] = STATE_DOWN, [KUMA_UP] = STATE_UP, [KUMA_PENDING] = STATE_PENDING, [KUMA_MAINTENANCE] = STATE_MAINTENANCE,
	};
	int64_t id = sqlite3_column_int64(row, 0), status = sqlite3_column_int64(row, 1);
	int64_t reach_ms = course->monitor->interval_ms + course->monitor->timeout_ms;
	struct import_beat beat = { .monitor = course->monitor->id, .place = id > 0 ? (uint64_t)id : 0, .address = "" };

	kuma_count(kuma);
	if (sqlite3_column_type(row, 1) != SQLITE_INTEGER || status < KUMA_DOWN || status > KUMA_MAINTENANCE) {
		broken(kuma, id, "status", rows_text(row, 1));
		return true;
	}
	if (!read_time(rows_text(row, 2), &beat.time_us)) {
		broken(kuma, id, "time", rows_text(row, 2));
		return true;
	}
	beat.state = states[status];
	beat.reach_ms = reach_ms > INT32_MAX ? INT32_MAX : (int32_t)reach_ms;
	beat.detail = rows_text(row, 4);
	set_outcome(course, beat.detail, &beat);
	set_latency(course, row, &beat);
	return kuma->sink->beat(kuma->sink->arg, &beat) && give_change(kuma, course, &beat);
}

static bool read_beats(struct kuma *kuma, const struct kuma_monitor *monitor, struct error *err)
{
	struct course course = { .monitor = monitor, .is_ping = strcmp(monitor->type, "ping") == 0, .state = STATE_NEW, .settled = STATE_NEW };
	sqlite3_stmt *row = kuma_prepare(kuma, "SELECT id, status, time, ping, substr(msg, 1, 1000) FROM heartbeat WHERE monitor_id = ?1"
	    " ORDER BY time, id", err);

	if (!row || sqlite3_bind_int64(row, 1, monitor->id) != SQLITE_OK) {
		sqlite3_finalize(row);
		return false;
	}
	while (!kuma->stopped && sqlite3_step(row) == SQLITE_ROW)
		kuma->stopped = !give_beat(kuma, &course, row);
	return sqlite3_finalize(row) == SQLITE_OK || kuma_fail(kuma, err);
}

struct counts {
	int64_t up, down, maintenance;
	double mean_ms, least_ms, most_ms;
};

static bool is_count(int64_t count)
{
	return count >= 0 && count <= COUNT_MOST;
}

static bool is_latency(double ms)
{
	return ms >= 0 && ms < MS_MOST;
}

static bool read_counts(sqlite3_stmt *row, struct counts *counts)
{
	const char *extras = rows_text(row, 7);
	struct json *object = *extras ? json_parse(extras, strlen(extras), EXTRAS_DEPTH_MOST, NULL) : NULL;

	*counts = (struct counts){
		.up = sqlite3_column_int64(row, 2), .down = sqlite3_column_int64(row, 3), .mean_ms = sqlite3_column_double(row, 4),
		.least_ms = sqlite3_column_double(row, 5), .most_ms = sqlite3_column_double(row, 6),
	};
	json_get_integer(object, "maintenance", &counts->maintenance);
	json_free(object);
	return is_count(counts->up) && is_count(counts->down) && is_count(counts->maintenance) && is_latency(counts->mean_ms)
	    && is_latency(counts->least_ms) && is_latency(counts->most_ms);
}

static void fill_time(struct rollup *rollup, const struct counts *counts, int64_t interval_us)
{
	int64_t beats = counts->up + counts->down + counts->maintenance, length_us = rollup_length_us(rollup->step);
	int64_t *us = rollup->amounts.us;
	bool full = beats * interval_us >= length_us - interval_us * 3 / 2;
	double each_us = full ? (double)length_us / (double)beats : (double)interval_us;

	us[TIME_DOWN] = (int64_t)((double)counts->down * each_us);
	us[TIME_MAINTENANCE] = (int64_t)((double)counts->maintenance * each_us);
	us[TIME_UP] = full ? length_us - us[TIME_DOWN] - us[TIME_MAINTENANCE] : (int64_t)((double)counts->up * each_us);
	if (full && counts->up == 0) {
		us[counts->down ? TIME_DOWN : TIME_MAINTENANCE] += us[TIME_UP];
		us[TIME_UP] = 0;
	}
	us[TIME_UNKNOWN] = length_us - us[TIME_UP] - us[TIME_DOWN] - us[TIME_MAINTENANCE];
}

static void fill_rollup(struct rollup *rollup, const struct counts *counts, int64_t interval_us)
{
	double least_ms = counts->least_ms > 0 && counts->least_ms <= counts->mean_ms ? counts->least_ms : counts->mean_ms;
	double most_ms = counts->most_ms >= counts->mean_ms ? counts->most_ms : counts->mean_ms;

	fill_time(rollup, counts, interval_us);
	rollup->beats[VERDICT_UP] = counts->up + counts->maintenance;
	rollup->beats[VERDICT_DOWN] = counts->down;
	/* Without a ping Kuma writes 0. */
	if (counts->up > 0 && counts->mean_ms > 0) {
		rollup->answers = counts->up;
		rollup->latency_sum_us = llround(counts->mean_ms * 1000 * (double)counts->up);
		rollup->latency_min_us = llround(least_ms * 1000);
		rollup->latency_max_us = llround(most_ms * 1000);
	}
}

static bool give_rollup(struct kuma *kuma, const struct kuma_monitor *monitor, const struct rollup *rollup, uint64_t place)
{
	const struct import_rollup given = { .monitor = monitor->id, .place = place, .rollup = rollup };

	return kuma->sink->rollup(kuma->sink->arg, &given);
}

static void add_counts(struct counts *sum, const struct counts *more)
{
	if (more->up > 0 && more->mean_ms > 0) {
		double both = (double)(sum->up + more->up);

		if (sum->mean_ms <= 0 || (more->least_ms > 0 && more->least_ms < sum->least_ms))
			sum->least_ms = more->least_ms;
		if (more->most_ms > sum->most_ms)
			sum->most_ms = more->most_ms;
		sum->mean_ms = (sum->mean_ms * (double)sum->up + more->mean_ms * (double)more->up) / both;
	}
	sum->up += more->up;
	sum->down += more->down;
	sum->maintenance += more->maintenance;
}

/* A bucket of ours and the rows of Kuma's that are in it: of minutes five, else one. */
struct bucket {
	struct rollup rollup;
	struct counts counts;
	uint64_t place;
	bool open;
};

static bool close_bucket(struct kuma *kuma, const struct kuma_monitor *monitor, struct bucket *bucket)
{
	if (!bucket->open)
		return true;
	bucket->open = false;
	if (bucket->counts.up + bucket->counts.down + bucket->counts.maintenance == 0)
		return true;
	fill_rollup(&bucket->rollup, &bucket->counts, monitor->interval_ms * 1000);
	bucket->rollup.closed = true;
	return give_rollup(kuma, monitor, &bucket->rollup, bucket->place);
}

static bool take_row(struct kuma *kuma, const struct kuma_monitor *monitor, struct bucket *bucket, enum rollup_step step, sqlite3_stmt *row)
{
	int64_t id = sqlite3_column_int64(row, 0), time_s = sqlite3_column_int64(row, 1), start_us;
	struct counts counts;

	kuma_count(kuma);
	if (time_s <= 0 || time_s > INT64_C(253402300799)) {
		broken(kuma, id, "timestamp", rows_text(row, 1));
		return true;
	}
	if (!read_counts(row, &counts)) {
		broken(kuma, id, "a count or a latency in the statistics of", rows_text(row, 1));
		return true;
	}
	start_us = rollup_start_us(step, time_s * SECOND_US);
	if (bucket->open && bucket->rollup.start_us != start_us && !close_bucket(kuma, monitor, bucket))
		return false;
	if (!bucket->open) {
		rollup_open(&bucket->rollup, step, start_us);
		bucket->counts = (struct counts){ 0 };
		bucket->place = id > 0 ? (uint64_t)id : 0;
		bucket->open = true;
	}
	add_counts(&bucket->counts, &counts);
	return true;
}

static bool read_statistics(struct kuma *kuma, const struct kuma_monitor *monitor, const char *table, enum rollup_step step, struct error *err)
{
	struct bucket bucket = { 0 };
	sqlite3_stmt *row;
	char *sql;

	if (!kuma_has_table(kuma, table))
		return true;
	/* The first of version 2 had neither the least nor the most, and no extras. */
	sql = heap_print("SELECT id, timestamp, up, down, ping, %s, %s FROM %s WHERE monitor_id = ?1 ORDER BY timestamp",
	    kuma_has_column(kuma, table, "ping_min") ? "ping_min, ping_max" : "0, 0",
	    kuma_has_column(kuma, table, "extras") ? "substr(extras, 1, 1000)" : "NULL", table);
	row = kuma_prepare(kuma, sql, err);
	free(sql);
	if (!row || sqlite3_bind_int64(row, 1, monitor->id) != SQLITE_OK) {
		sqlite3_finalize(row);
		return false;
	}
	while (!kuma->stopped && sqlite3_step(row) == SQLITE_ROW)
		kuma->stopped = !take_row(kuma, monitor, &bucket, step, row);
	kuma->stopped = kuma->stopped || !close_bucket(kuma, monitor, &bucket);
	rollup_finish(&bucket.rollup);
	return sqlite3_finalize(row) == SQLITE_OK || kuma_fail(kuma, err);
}

/* Of monitors that were deleted; Kuma deletes their beats with them, but not while it is short of time. */
static bool tell_strangers(struct kuma *kuma, struct error *err)
{
	sqlite3_stmt *row = kuma_prepare(kuma, "SELECT id, monitor_id FROM heartbeat WHERE monitor_id IS NULL OR monitor_id NOT IN"
	    " (SELECT id FROM monitor WHERE id > 0)", err);

	if (!row)
		return false;
	while (sqlite3_step(row) == SQLITE_ROW) {
		char told[100];

		snprintf(told, sizeof told, "of a monitor %.20s, which is not there", rows_text(row, 1));
		kuma->sink->trouble(kuma->sink->arg, IMPORT_STRANGER, (uint64_t)sqlite3_column_int64(row, 0), told);
	}
	return sqlite3_finalize(row) == SQLITE_OK || kuma_fail(kuma, err);
}

bool kuma_read_past(struct kuma *kuma, struct error *err)
{
	for (size_t i = 0; i < kuma->count && !kuma->stopped; i++) {
		const struct kuma_monitor *monitor = &kuma->monitors[i];

		if (!monitor->taken)
			continue;
		if (!read_beats(kuma, monitor, err) || !read_statistics(kuma, monitor, "stat_minutely", ROLLUP_5MIN, err)
		    || !read_statistics(kuma, monitor, "stat_hourly", ROLLUP_HOUR, err)
		    || !read_statistics(kuma, monitor, "stat_daily", ROLLUP_DAY, err))
			return false;
	}
	return kuma->stopped || tell_strangers(kuma, err);
}
