/* Rows of `monitor` and `monitor_state` as values. */
#include "rows.h"

#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "kumatop/when.h"

const char *rows_text(sqlite3_stmt *statement, int column)
{
	/* The bytes SQLite gives are UTF-8 with a terminator; char has no other alignment to violate. */
	const char *text = (const char *)sqlite3_column_text(statement, column);

	return text ? text : "";
}

int rows_state(int64_t number)
{
	return number >= 0 && number < STATE_COUNT ? (int)number : STATE_UNKNOWN;
}

int64_t rows_us(int64_t number)
{
	static const int64_t most_us = INT64_C(253402300799) * SECOND_US;

	if (number < 0)
		return 0;
	return number < most_us ? number : most_us;
}

bool rows_chunk(sqlite3_stmt *statement, struct buf *data, int *codec)
{
	*codec = -1;
	buf_clear(data);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		*codec = sqlite3_column_int(statement, 0);
		buf_add(data, sqlite3_column_blob(statement, 1), (size_t)sqlite3_column_bytes(statement, 1));
	}
	return sqlite3_reset(statement) == SQLITE_OK;
}

int64_t rows_column_us(sqlite3_stmt *statement, int column)
{
	return rows_us(sqlite3_column_int64(statement, column));
}

struct kept_monitor rows_read_monitor(sqlite3_stmt *statement)
{
	int origin = sqlite3_column_int(statement, 4);

	return (struct kept_monitor){
		.id = sqlite3_column_int64(statement, 0),
		.name = heap_text(rows_text(statement, 1)),
		.kind = heap_text(rows_text(statement, 2)),
		.target = heap_text(rows_text(statement, 3)),
		.origin = origin >= SPEC_DECLARED && origin <= SPEC_TEMPORARY ? (enum spec_origin)origin : SPEC_DECLARED,
		.text = sqlite3_column_type(statement, 5) == SQLITE_NULL ? NULL : heap_text(rows_text(statement, 5)),
		.retired = sqlite3_column_int(statement, 6) != 0,
	};
}

static unsigned read_run(sqlite3_stmt *statement, int column)
{
	int64_t number = sqlite3_column_int64(statement, column);

	return number > 0 && number <= UINT32_MAX ? (unsigned)number : 0;
}

struct kept_standing rows_standing(sqlite3_stmt *statement)
{
	struct kept_standing kept = {
		.monitor = sqlite3_column_int64(statement, 0),
		.standing = {
			.state = (enum state)rows_state(sqlite3_column_int64(statement, 1)),
			.was = (enum state)rows_state(sqlite3_column_int64(statement, 2)),
			.was_since_us = rows_column_us(statement, 3),
			.good_run = read_run(statement, 4),
			.bad_run = read_run(statement, 5),
			.unknown_run = read_run(statement, 6),
			.degraded_run = read_run(statement, 7),
			.since_us = rows_column_us(statement, 8),
			.first_bad_us = rows_column_us(statement, 9),
			.first_good_us = rows_column_us(statement, 10),
			.incident_open = sqlite3_column_int(statement, 11) != 0,
			.incident_us = rows_column_us(statement, 12),
			.alerted = sqlite3_column_int(statement, 13) != 0,
			.acknowledged = sqlite3_column_int(statement, 14) != 0,
		},
		.paused_until_us = rows_column_us(statement, 15),
	};

	text_copy(kept.detail, sizeof kept.detail, rows_text(statement, 16));
	return kept;
}
