/*
 * The beats of a monitor, read hour by hour: what a chunk has of the hour and what beat_tail still has, in order of time.
 */
#include "past.h"

#include "kumatop/heap.h"
#include "kumatop/log.h"
#include "kumatop/when.h"

#include "database.h"
#include "rows.h"

enum { NO_HOUR = -1 };

static bool run(struct archive *archive, enum past_statement which)
{
	sqlite3_stmt *statement = past_statement(archive, which);

	return statement && database_finish(statement);
}

/* Once a page was broken, SQLite commits no more, even where nothing was written. */
static bool end(struct archive *archive)
{
	return run(archive, PAST_COMMIT)
	    || (past_is_damage(archive) && (sqlite3_get_autocommit(archive->db) || database_run(archive->db, "ROLLBACK")));
}

static struct past_beat *add_beat(struct archive *archive)
{
	if (archive->hour_count == archive->hour_capacity) {
		archive->hour_capacity = archive->hour_capacity ? archive->hour_capacity * 2 : 256;
		archive->hour = heap_resize(archive->hour, archive->hour_capacity, sizeof *archive->hour);
	}
	return &archive->hour[archive->hour_count++];
}

static void fill_from_chunk(struct past_beat *beat, const struct chunk_beat *packed)
{
	*beat = (struct past_beat){
		.time_us = packed->time_us,
		.cert_expires_us = rows_us(packed->cert_expires_us),
		.detail = packed->detail,
		.address = packed->address,
		.reach_ms = packed->reach_ms,
		.code = packed->code,
		.state = (uint8_t)rows_state(packed->state),
		.verdict = packed->verdict < VERDICT_COUNT ? packed->verdict : (uint8_t)VERDICT_UNKNOWN,
		.outcome = packed->outcome,
	};
	memcpy(beat->phase_us, packed->phase_us, sizeof beat->phase_us);
}

/* The rest of a chunk that cannot be read is not observed: no reason to show nothing at all. */
static void tell_damage(struct archive *archive, monitor_id monitor, int64_t hour, const char *what)
{
	if (!archive->damage_told)
		log_line(LOG_LEVEL_WARNING, "%s: beats of monitor %lld and hour %lld since 1970 cannot be read: %s", archive->path,
		    (long long)monitor, (long long)hour, what);
	archive->damage_told = true;
}

/* A page that is broken hides what is in it, and nothing else: who reads goes on behind it. Valid until the next call of SQLite's. */
static bool is_damage(struct archive *archive, monitor_id monitor, int64_t hour)
{
	if (!past_is_damage(archive))
		return false;
	tell_damage(archive, monitor, hour, "the database is damaged");
	return true;
}

static void unpack(struct archive *archive, monitor_id monitor, int64_t hour, const void *data, size_t size)
{
	struct chunk_reader reader;
	struct chunk_beat packed;
	enum chunk_step step = CHUNK_BROKEN;

	if (chunk_open(&reader, data, size))
		while ((step = chunk_next(&reader, &packed)) == CHUNK_BEAT)
			if (packed.time_us >= hour * HOUR_US && packed.time_us < (hour + 1) * HOUR_US)
				fill_from_chunk(add_beat(archive), &packed);
	if (step != CHUNK_END)
		tell_damage(archive, monitor, hour, reader.trouble ? reader.trouble : "it does not end");
}

static bool load_chunk(struct archive *archive, monitor_id monitor, int64_t hour)
{
	sqlite3_stmt *statement = past_statement(archive, PAST_CHUNK);
	int codec;

	if (!statement || sqlite3_bind_int64(statement, 1, hour) != SQLITE_OK || sqlite3_bind_int64(statement, 2, monitor) != SQLITE_OK)
		return false;
	if (!rows_chunk(statement, &archive->packed, &codec))
		return is_damage(archive, monitor, hour);
	if (codec == CHUNK_CODEC)
		unpack(archive, monitor, hour, archive->packed.data, archive->packed.length);
	else if (codec >= 0)
		tell_damage(archive, monitor, hour, "a newer kumatop packed them");
	return true;
}

static int32_t read_or_none(sqlite3_stmt *statement, int column)
{
	return sqlite3_column_type(statement, column) == SQLITE_NULL ? -1 : sqlite3_column_int(statement, column);
}

static void read_row(sqlite3_stmt *statement, struct past_beat *beat)
{
	int64_t verdict = sqlite3_column_int64(statement, 3);

	*beat = (struct past_beat){
		.time_us = rows_column_us(statement, 0),
		.reach_ms = sqlite3_column_int(statement, 1),
		.state = (uint8_t)rows_state(sqlite3_column_int64(statement, 2)),
		.verdict = verdict >= 0 && verdict < VERDICT_COUNT ? (uint8_t)verdict : (uint8_t)VERDICT_UNKNOWN,
		.outcome = (uint8_t)sqlite3_column_int(statement, 4),
		.code = read_or_none(statement, 5),
		.cert_expires_us = rows_column_us(statement, 6 + PHASE_COUNT),
		.detail = sqlite3_column_int64(statement, 7 + PHASE_COUNT),
		.address = sqlite3_column_int64(statement, 8 + PHASE_COUNT),
	};
	for (int i = 0; i < PHASE_COUNT; i++)
		beat->phase_us[i] = read_or_none(statement, 6 + i);
}

/* Puts the beat of one row where its time belongs: behind those of the same time. */
static bool load_row(struct archive *archive, int64_t seq)
{
	sqlite3_stmt *statement = past_statement(archive, PAST_TAIL_BEAT);
	struct past_beat beat;
	size_t at;

	if (!statement || sqlite3_bind_int64(statement, 1, seq) != SQLITE_OK)
		return false;
	if (sqlite3_step(statement) == SQLITE_ROW) {
		read_row(statement, &beat);
		add_beat(archive);
		for (at = archive->hour_count - 1; at > 0 && archive->hour[at - 1].time_us > beat.time_us; at--)
			archive->hour[at] = archive->hour[at - 1];
		archive->hour[at] = beat;
	}
	return sqlite3_reset(statement) == SQLITE_OK;
}

static bool load_hour(struct archive *archive, monitor_id monitor, int64_t hour)
{
	size_t count;
	const struct tail_beat *tail = tail_of(archive->tail, monitor, &count);

	archive->hour_count = 0;
	if (!load_chunk(archive, monitor, hour))
		return false;
	for (size_t i = tail_at(tail, count, hour * HOUR_US); i < count && tail[i].time_us < (hour + 1) * HOUR_US; i++)
		if (!load_row(archive, tail[i].seq))
			return false;
	return true;
}

/* Where a broken page is in between, hour by hour: those behind it may be found again. There is nothing behind tomorrow. */
static int64_t grope(enum past_statement which, int64_t hour)
{
	if (which == PAST_PREVIOUS_HOUR)
		return hour > 0 ? hour - 1 : NO_HOUR;
	return hour < unix_now_us() / HOUR_US + 24 ? hour + 1 : NO_HOUR;
}

static bool find_hour(struct archive *archive, enum past_statement which, int64_t hour, int64_t *found)
{
	sqlite3_stmt *statement = past_statement(archive, which);

	*found = NO_HOUR;
	if (!statement || sqlite3_bind_int64(statement, 1, hour) != SQLITE_OK)
		return false;
	if (sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_type(statement, 0) != SQLITE_NULL)
		*found = sqlite3_column_int64(statement, 0);
	if (sqlite3_reset(statement) == SQLITE_OK)
		return true;
	*found = grope(which, hour);
	return past_is_damage(archive);
}

static bool has_chunk(struct archive *archive, monitor_id monitor, int64_t hour, bool *has)
{
	sqlite3_stmt *statement = past_statement(archive, PAST_MONITOR_HOUR_COUNT);

	if (!statement || sqlite3_bind_int64(statement, 1, hour) != SQLITE_OK || sqlite3_bind_int64(statement, 2, monitor) != SQLITE_OK)
		return false;
	*has = sqlite3_step(statement) == SQLITE_ROW;
	return sqlite3_reset(statement) == SQLITE_OK || is_damage(archive, monitor, hour);
}

/* The next hour in which the monitor has a chunk, this one included, in the direction of the statement; NO_HOUR beyond limit. */
static bool seek_chunk(struct archive *archive, monitor_id monitor, enum past_statement which, int64_t hour, int64_t limit, int64_t *found)
{
	bool has = false;

	for (*found = hour; *found != NO_HOUR && (which == PAST_NEXT_HOUR ? *found <= limit : *found >= limit);) {
		if (!has_chunk(archive, monitor, *found, &has))
			return false;
		if (has)
			return true;
		if (!find_hour(archive, which, *found, found))
			return false;
	}
	*found = NO_HOUR;
	return true;
}

/* The first hour from this one on, and up to last, that has beats of the monitor. */
static bool next_hour(struct archive *archive, monitor_id monitor, int64_t hour, int64_t last, int64_t *found)
{
	size_t count, at;
	const struct tail_beat *tail = tail_of(archive->tail, monitor, &count);

	at = tail_at(tail, count, hour * HOUR_US);
	if (at < count && tail[at].time_us / HOUR_US < last)
		last = tail[at].time_us / HOUR_US;
	if (!seek_chunk(archive, monitor, PAST_NEXT_HOUR, hour, last, found))
		return false;
	if (*found == NO_HOUR && at < count && tail[at].time_us / HOUR_US == last)
		*found = last;
	return true;
}

/* The last hour up to this one that has beats of the monitor. */
static bool previous_hour(struct archive *archive, monitor_id monitor, int64_t hour, int64_t *found)
{
	size_t count, at;
	const struct tail_beat *tail = tail_of(archive->tail, monitor, &count);
	int64_t first = 0;

	at = tail_at(tail, count, (hour + 1) * HOUR_US);
	if (at > 0)
		first = tail[at - 1].time_us / HOUR_US;
	if (!seek_chunk(archive, monitor, PAST_PREVIOUS_HOUR, hour, first, found))
		return false;
	if (*found == NO_HOUR && at > 0)
		*found = first;
	return true;
}

/* Beats of the hour at hand that are in the window and were not taken yet. */
static size_t take_hour(struct archive *archive, struct past_place *place, size_t room)
{
	size_t skip = place->taken, count = 0, filled = PAST_PAGE_BEATS - room;
	int64_t from_us = place->from_us;

	for (size_t i = 0; i < archive->hour_count && count < room; i++) {
		const struct past_beat *beat = &archive->hour[i];

		if (beat->time_us < from_us || beat->time_us >= place->to_us)
			continue;
		if (beat->time_us == from_us && skip > 0) {
			skip--;
			continue;
		}
		place->taken = beat->time_us == place->from_us ? place->taken + 1 : 1;
		place->from_us = beat->time_us;
		archive->page[filled + count++] = *beat;
	}
	return count;
}

static bool fill_page(struct archive *archive, struct past_place *place, size_t *count)
{
	int64_t last = (rows_us(place->to_us) - 1) / HOUR_US, hour = rows_us(place->from_us) / HOUR_US;

	while (*count < PAST_PAGE_BEATS && (*count == 0 || place->begun)) {
		if (!next_hour(archive, place->monitor, hour, last, &hour))
			return false;
		if (hour == NO_HOUR)
			break;
		if (!load_hour(archive, place->monitor, hour))
			return false;
		*count += take_hour(archive, place, PAST_PAGE_BEATS - *count);
		hour++;
	}
	place->begun = true;
	return true;
}

static bool read_texts(struct archive *archive, struct past_beat *beat)
{
	beat->detail_text = texts_read(archive->texts, archive->db, beat->detail);
	beat->address_text = texts_read(archive->texts, archive->db, beat->address);
	return beat->detail_text && beat->address_text;
}

bool past_page(struct archive *archive, struct past_place *place, bool with_texts, size_t *count)
{
	*count = 0;
	texts_turn_page(archive->texts);
	if (place->from_us < 0)
		place->from_us = 0;
	/* Beats and their texts in one transaction: no text of a beat that was read can have been deleted. */
	if (place->from_us >= place->to_us)
		return true;
	if (!run(archive, PAST_BEGIN) || !tail_refresh(archive->tail, archive->db) || !fill_page(archive, place, count))
		return false;
	for (size_t i = 0; with_texts && i < *count; i++)
		if (!read_texts(archive, &archive->page[i]))
			return false;
	return end(archive);
}

static bool visit_back(struct archive *archive, monitor_id monitor, int64_t before_us, bool (*visit)(void *arg, const struct past_beat *),
    void *arg)
{
	int64_t hour = (rows_us(before_us) - 1) / HOUR_US;

	for (; hour >= 0; hour--) {
		if (!previous_hour(archive, monitor, hour, &hour))
			return false;
		if (hour == NO_HOUR)
			break;
		if (!load_hour(archive, monitor, hour))
			return false;
		for (size_t i = archive->hour_count; i-- > 0;)
			if (archive->hour[i].time_us < before_us && !visit(arg, &archive->hour[i]))
				return true;
	}
	return true;
}

bool past_back(struct archive *archive, monitor_id monitor, int64_t before_us, bool (*visit)(void *arg, const struct past_beat *),
    void *arg)
{
	bool ours = sqlite3_get_autocommit(archive->db) != 0;

	if (before_us <= 0)
		return true;
	return (!ours || run(archive, PAST_BEGIN)) && tail_refresh(archive->tail, archive->db)
	    && visit_back(archive, monitor, before_us, visit, arg) && (!ours || end(archive));
}

static bool count_chunks(struct archive *archive, monitor_id monitor, int64_t from_us, int64_t to_us, uint64_t *count)
{
	int64_t hour = from_us / HOUR_US, last = (to_us - 1) / HOUR_US;
	sqlite3_stmt *statement = past_statement(archive, PAST_MONITOR_HOUR_COUNT);

	while (seek_chunk(archive, monitor, PAST_NEXT_HOUR, hour, last, &hour)) {
		if (hour == NO_HOUR)
			return true;
		if (sqlite3_bind_int64(statement, 1, hour) != SQLITE_OK || sqlite3_bind_int64(statement, 2, monitor) != SQLITE_OK)
			return false;
		if (sqlite3_step(statement) == SQLITE_ROW)
			*count += (uint64_t)sqlite3_column_int64(statement, 0);
		if (sqlite3_reset(statement) != SQLITE_OK)
			return false;
		hour++;
	}
	return false;
}

bool past_count(struct archive *archive, monitor_id monitor, int64_t from_us, int64_t to_us, uint64_t *count)
{
	size_t tail_count;
	const struct tail_beat *tail;

	from_us = rows_us(from_us);
	to_us = rows_us(to_us);
	if (from_us >= to_us)
		return true;
	if (!run(archive, PAST_BEGIN) || !tail_refresh(archive->tail, archive->db) || !count_chunks(archive, monitor, from_us, to_us, count))
		return false;
	tail = tail_of(archive->tail, monitor, &tail_count);
	*count += tail_at(tail, tail_count, to_us) - tail_at(tail, tail_count, from_us);
	return end(archive);
}
