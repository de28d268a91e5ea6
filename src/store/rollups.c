/* Reading roll-ups, one at a time. What windows are made of is summary.c's. */
#include <stdlib.h>

#include "kumatop/heap.h"

#include "past.h"
#include "rolled.h"
#include "rows.h"

bool past_rollup(struct archive *archive, enum rollup_step step, int64_t start_us, monitor_id monitor, struct rollup *rollup, bool *found)
{
	sqlite3_stmt *statement = past_statement(archive, PAST_ROLLED_ONE + (int)step);

	*found = false;
	if (!statement || sqlite3_bind_int64(statement, 1, start_us) != SQLITE_OK || sqlite3_bind_int64(statement, 2, monitor) != SQLITE_OK)
		return false;
	if (sqlite3_step(statement) == SQLITE_ROW) {
		rolled_read(statement, step, rollup);
		*found = true;
	}
	return sqlite3_reset(statement) == SQLITE_OK;
}

bool past_meta(struct archive *archive, const char *key, int64_t *number)
{
	sqlite3_stmt *statement = past_statement(archive, PAST_META);

	*number = 0;
	if (!statement || sqlite3_bind_text(statement, 1, key, -1, SQLITE_STATIC) != SQLITE_OK)
		return false;
	if (sqlite3_step(statement) == SQLITE_ROW)
		*number = sqlite3_column_int64(statement, 0);
	return sqlite3_reset(statement) == SQLITE_OK;
}

bool past_rolled(struct archive *archive, enum rollup_step step, int64_t *until_us)
{
	bool good = past_meta(archive, rolled_keys[step], until_us);

	*until_us = rollup_start_us(step, rows_us(*until_us));
	return good;
}

bool past_rolled_starts(struct archive *archive, enum rollup_step step, int64_t from_us, int64_t to_us, int64_t **starts, size_t *count)
{
	sqlite3_stmt *statement = past_statement(archive, PAST_ROLLED_STARTS + (int)step);

	*starts = NULL;
	*count = 0;
	if (!statement || sqlite3_bind_int64(statement, 1, rows_us(from_us)) != SQLITE_OK
	    || sqlite3_bind_int64(statement, 2, rows_us(to_us)) != SQLITE_OK)
		return false;
	while (sqlite3_step(statement) == SQLITE_ROW) {
		if ((*count & (*count - 1)) == 0)
			*starts = heap_resize(*starts, *count ? 2 * *count : 1, sizeof **starts);
		(*starts)[(*count)++] = sqlite3_column_int64(statement, 0);
	}
	return sqlite3_reset(statement) == SQLITE_OK;
}

bool past_rolled_first(struct archive *archive, enum rollup_step step, int64_t *first_us)
{
	sqlite3_stmt *statement = past_statement(archive, PAST_ROLLED_FIRST + (int)step);

	*first_us = INT64_MAX;
	if (!statement)
		return false;
	if (sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_type(statement, 0) != SQLITE_NULL)
		*first_us = rows_column_us(statement, 0);
	return sqlite3_reset(statement) == SQLITE_OK;
}
