/*
 * The table `beat`; see beat_table.h. A reading goes through the monitors by id and through each one's beats by time, a page at a time as
 * all readings of the past do: however long a statement takes, no transaction is open between pages.
 *
 * What of a WHERE can be read for is put into idxStr, a letter for each value that xFilter gets, in their order. SQLite tests every row
 * again, so a bound may be wider than what was asked for: a time as text, or a number that is none.
 */
#include "beat_table.h"

#include <math.h>

#include "kumatop/heap.h"
#include "kumatop/when.h"

#include "database.h"
#include "past.h"
#include "rows.h"

enum column {
	COLUMN_TIME,
	COLUMN_MONITOR,
	COLUMN_STATE,
	COLUMN_VERDICT,
	COLUMN_OUTCOME,
	COLUMN_CODE,
	COLUMN_TOTAL_MS,
	COLUMN_DETAIL,
	COLUMN_ADDRESS,
	COLUMN_MONITOR_ID,
	COLUMN_TIME_US,
	COLUMN_KIND,
	COLUMN_REACH_MS,
	COLUMN_PHASES,
	COLUMN_CERT_EXPIRES_US = COLUMN_PHASES + PHASE_COUNT,
};

static const char declaration[] = "CREATE TABLE beat (time TEXT, monitor TEXT, state TEXT, verdict TEXT, outcome TEXT, code INTEGER,"
    " total_ms REAL, detail TEXT, address TEXT, monitor_id INTEGER, time_us INTEGER, kind TEXT, reach_ms INTEGER, name_us INTEGER,"
    " connect_us INTEGER, tls_us INTEGER, first_byte_us INTEGER, transfer_us INTEGER, total_us INTEGER, cert_expires_us INTEGER)";

struct subject {
	monitor_id id;
	char *name, *kind;
};

struct table {
	sqlite3_vtab base;
	const char *path;
};

struct cursor {
	sqlite3_vtab_cursor base;
	struct archive *archive;
	struct subject *subjects;
	size_t count, at;		/* subjects; that whose beats are read */
	int64_t from_us, to_us;
	bool with_texts;
	struct past_place place;
	size_t page_count, page_at;	/* of archive->page */
	int64_t row;
};

static int table_connect(sqlite3 *db, void *path, int argc, const char *const *argv, sqlite3_vtab **made, char **problem)
{
	struct table *table;
	int code = sqlite3_declare_vtab(db, declaration);

	if (code != SQLITE_OK)
		return code;
	table = heap_zero(1, sizeof *table);
	table->path = path;
	*made = &table->base;
	return SQLITE_OK;
}

static int table_disconnect(sqlite3_vtab *base)
{
	free(base);
	return SQLITE_OK;
}

/* The letter of a constraint that can be read for; 0: SQLite tests it. */
static char letter_of(int column, int operator)
{
	bool equal = operator == SQLITE_INDEX_CONSTRAINT_EQ;
	bool least = operator == SQLITE_INDEX_CONSTRAINT_GT || operator == SQLITE_INDEX_CONSTRAINT_GE;
	bool most = operator == SQLITE_INDEX_CONSTRAINT_LT || operator == SQLITE_INDEX_CONSTRAINT_LE;

	switch (column) {
	case COLUMN_MONITOR:
		return equal ? 'm' : 0;
	case COLUMN_MONITOR_ID:
		return equal ? 'i' : 0;
	case COLUMN_TIME_US:
		return equal ? 'e' : least ? 'l' : most ? 'h' : 0;
	case COLUMN_TIME:
		return equal ? 'E' : least ? 'L' : most ? 'H' : 0;
	default:
		return 0;
	}
}

/* Beats of one monitor come by time, of all by monitor and time. */
static bool is_in_order(const sqlite3_index_info *info, bool one_monitor)
{
	int by_time = 0;

	if (info->nOrderBy == 2 && info->aOrderBy[0].iColumn == COLUMN_MONITOR_ID)
		by_time = 1;
	else if (info->nOrderBy != 1 || !one_monitor)
		return false;
	for (int i = 0; i <= by_time; i++)
		if (info->aOrderBy[i].desc)
			return false;
	return info->aOrderBy[by_time].iColumn == COLUMN_TIME_US || info->aOrderBy[by_time].iColumn == COLUMN_TIME;
}

/* Of texts only where they are compared byte by byte: another collation finds more names equal. */
static char letter_at(sqlite3_index_info *info, int i)
{
	char letter = info->aConstraint[i].usable ? letter_of(info->aConstraint[i].iColumn, info->aConstraint[i].op) : 0;
	bool as_text = letter == 'm' || (letter >= 'A' && letter <= 'Z');

	return as_text && sqlite3_stricmp(sqlite3_vtab_collation(info, i), "BINARY") != 0 ? 0 : letter;
}

static int table_plan(sqlite3_vtab *base, sqlite3_index_info *info)
{
	static const sqlite3_uint64 texts = UINT64_C(1) << COLUMN_DETAIL | UINT64_C(1) << COLUMN_ADDRESS;
	char *letters = sqlite3_malloc(info->nConstraint + 1);
	double rows = 1e8;
	bool one_monitor = false;	/* by its id: of a name there may be two, one of them retired */
	int count = 0;

	if (!letters)
		return SQLITE_NOMEM;
	for (int i = 0; i < info->nConstraint; i++) {
		char letter = letter_at(info, i);

		if (!letter)
			continue;
		letters[count++] = letter;
		info->aConstraintUsage[i].argvIndex = count;
		one_monitor = one_monitor || letter == 'i';
		rows /= letter == 'm' || letter == 'i' ? 1000 : 10;
	}
	letters[count] = '\0';
	info->idxStr = letters;
	info->needToFreeIdxStr = 1;
	info->idxNum = (info->colUsed & texts) != 0;
	info->estimatedRows = rows < 1 ? 1 : (sqlite3_int64)rows;
	info->estimatedCost = rows + 1000;
	info->orderByConsumed = is_in_order(info, one_monitor);
	return SQLITE_OK;
}

static void forget_subjects(struct cursor *cursor)
{
	for (size_t i = 0; i < cursor->count; i++) {
		free(cursor->subjects[i].name);
		free(cursor->subjects[i].kind);
	}
	free(cursor->subjects);
	cursor->subjects = NULL;
	cursor->count = cursor->at = 0;
}

/* What an archive says of itself becomes what the statement failed for. */
static int table_fail(struct cursor *cursor, const struct error *err)
{
	sqlite3_free(cursor->base.pVtab->zErrMsg);
	cursor->base.pVtab->zErrMsg = sqlite3_mprintf("%s", err->text);
	return SQLITE_IOERR;
}

static int table_open(sqlite3_vtab *base, sqlite3_vtab_cursor **made)
{
	struct cursor *cursor = heap_zero(1, sizeof *cursor);
	struct error err;

	cursor->base.pVtab = base;
	cursor->archive = archive_open(((struct table *)(void *)base)->path, &err);
	if (!cursor->archive) {
		int code = table_fail(cursor, &err);

		free(cursor);
		return code;
	}
	*made = &cursor->base;
	return SQLITE_OK;
}

static struct cursor *cursor_of(sqlite3_vtab_cursor *base)
{
	return (struct cursor *)(void *)base;
}

static int table_close(sqlite3_vtab_cursor *base)
{
	struct cursor *cursor = cursor_of(base);

	forget_subjects(cursor);
	archive_close(cursor->archive);
	free(cursor);
	return SQLITE_OK;
}

/* What a text with this start can be equal to, or before, or behind: a second, or a day, as a blank for the T is before every hour. */
static bool read_bound(const char *text, int64_t *least_us, int64_t *most_us)
{
	bool to_the_second = strlen(text) >= 19 && text[10] == 'T';
	char moment[21];

	if (strlen(text) < 10 || strspn(text, "0123456789-") < 10)
		return false;
	snprintf(moment, sizeof moment, "%.*s%s", to_the_second ? 19 : 10, text, to_the_second ? "Z" : "T00:00:00Z");
	if (!moment_parse(moment, 0, least_us, NULL))
		return false;
	*most_us = *least_us + (to_the_second ? SECOND_US : DAY_US);
	return true;
}

static int64_t whole_us(double us)
{
	return us > 9e18 ? INT64_MAX : us < -9e18 ? INT64_MIN : (int64_t)floor(us);
}

/* A number is compared with numbers; what else it may be is not read for. */
static bool read_number(sqlite3_value *value, int64_t *least_us, int64_t *most_us)
{
	int type = sqlite3_value_numeric_type(value);

	if (type != SQLITE_INTEGER && type != SQLITE_FLOAT)
		return false;
	*least_us = type == SQLITE_INTEGER ? sqlite3_value_int64(value) : whole_us(sqlite3_value_double(value));
	*most_us = *least_us < INT64_MAX ? *least_us + 1 : INT64_MAX;
	return true;
}

static void take_bound(struct cursor *cursor, char letter, sqlite3_value *value)
{
	bool as_text = letter >= 'A' && letter <= 'Z';
	int64_t least_us, most_us;

	if (as_text ? sqlite3_value_type(value) != SQLITE_TEXT
	    || !read_bound((const char *)sqlite3_value_text(value), &least_us, &most_us) : !read_number(value, &least_us, &most_us))
		return;
	if (strchr("elEL", letter) && least_us > cursor->from_us)
		cursor->from_us = least_us;
	if (strchr("ehEH", letter) && most_us < cursor->to_us)
		cursor->to_us = most_us;
}

static void add_subject(struct cursor *cursor, sqlite3_stmt *statement)
{
	if ((cursor->count & (cursor->count - 1)) == 0)
		cursor->subjects = heap_resize(cursor->subjects, cursor->count ? 2 * cursor->count : 1, sizeof *cursor->subjects);
	cursor->subjects[cursor->count++] = (struct subject){
		.id = sqlite3_column_int64(statement, 0),
		.name = heap_text(rows_text(statement, 1)),
		.kind = heap_text(rows_text(statement, 2)),
	};
}

/* ?1 and ?2 are NULL, or the name and the id that are asked for. */
static bool find_subjects(struct cursor *cursor, sqlite3_value *name, sqlite3_value *id)
{
	sqlite3_stmt *statement = NULL;
	bool good = sqlite3_prepare_v2(cursor->archive->db, "SELECT id, name, kind FROM monitor WHERE removed = 0 AND (?1 IS NULL OR name = ?1)"
	    " AND (?2 IS NULL OR id = ?2) ORDER BY id", -1, &statement, NULL) == SQLITE_OK
	    && (!name || sqlite3_bind_value(statement, 1, name) == SQLITE_OK) && (!id || sqlite3_bind_value(statement, 2, id) == SQLITE_OK);

	while (good && sqlite3_step(statement) == SQLITE_ROW)
		add_subject(cursor, statement);
	return sqlite3_finalize(statement) == SQLITE_OK && good;
}

static int archive_fail(struct cursor *cursor)
{
	struct error err;

	past_fail(cursor->archive, &err);
	return table_fail(cursor, &err);
}

/* The next page that has a beat, of this monitor or of those behind it. */
static int turn_page(struct cursor *cursor)
{
	cursor->page_at = cursor->page_count = 0;
	while (cursor->at < cursor->count) {
		if (!past_page(cursor->archive, &cursor->place, cursor->with_texts, &cursor->page_count))
			return archive_fail(cursor);
		if (cursor->page_count > 0)
			return SQLITE_OK;
		if (++cursor->at < cursor->count)
			cursor->place = (struct past_place){
				.monitor = cursor->subjects[cursor->at].id, .from_us = cursor->from_us, .to_us = cursor->to_us,
			};
	}
	return SQLITE_OK;
}

static int table_filter(sqlite3_vtab_cursor *base, int with_texts, const char *letters, int argc, sqlite3_value **argv)
{
	struct cursor *cursor = cursor_of(base);
	sqlite3_value *name = NULL, *id = NULL;

	forget_subjects(cursor);
	cursor->page_at = cursor->page_count = 0;
	cursor->from_us = 0;
	cursor->to_us = INT64_MAX;
	cursor->with_texts = with_texts;
	for (int i = 0; i < argc; i++) {
		if (sqlite3_value_type(argv[i]) == SQLITE_NULL)	/* nothing is equal to it, or less, or more */
			return SQLITE_OK;
		if (letters[i] == 'm')
			name = argv[i];
		else if (letters[i] == 'i')
			id = argv[i];
		else
			take_bound(cursor, letters[i], argv[i]);
	}
	if (!find_subjects(cursor, name, id))
		return archive_fail(cursor);
	if (cursor->count > 0)
		cursor->place = (struct past_place){ .monitor = cursor->subjects[0].id, .from_us = cursor->from_us, .to_us = cursor->to_us };
	return turn_page(cursor);
}

static int table_next(sqlite3_vtab_cursor *base)
{
	struct cursor *cursor = cursor_of(base);

	cursor->row++;
	return ++cursor->page_at < cursor->page_count ? SQLITE_OK : turn_page(cursor);
}

static int table_eof(sqlite3_vtab_cursor *base)
{
	const struct cursor *cursor = cursor_of(base);

	return cursor->page_at >= cursor->page_count;
}

static void give_text(sqlite3_context *context, const char *text)
{
	if (*text)
		sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
}

static void give_natural(sqlite3_context *context, int64_t number)
{
	if (number >= 0)
		sqlite3_result_int64(context, number);
}

static void give_time(sqlite3_context *context, int64_t us)
{
	char text[40];

	give_text(context, moment_print(us, text, sizeof text));
}

/* What is not given is NULL. */
static int table_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
	const struct cursor *cursor = cursor_of(base);
	const struct past_beat *beat = &cursor->archive->page[cursor->page_at];
	const struct subject *subject = &cursor->subjects[cursor->at];

	switch (column) {
	case COLUMN_TIME:
		give_time(context, beat->time_us);
		break;
	case COLUMN_MONITOR:
		give_text(context, subject->name);
		break;
	case COLUMN_STATE:
		give_text(context, state_word(beat->state));
		break;
	case COLUMN_VERDICT:
		give_text(context, verdict_word((enum verdict)beat->verdict));
		break;
	case COLUMN_OUTCOME:
		give_text(context, outcome_row(beat->outcome)->word);
		break;
	case COLUMN_CODE:
		give_natural(context, beat->code);
		break;
	case COLUMN_TOTAL_MS:
		if (beat->phase_us[PHASE_TOTAL] >= 0)
			sqlite3_result_double(context, beat->phase_us[PHASE_TOTAL] / 1000.0);
		break;
	case COLUMN_DETAIL:
		give_text(context, beat->detail_text);
		break;
	case COLUMN_ADDRESS:
		give_text(context, beat->address_text);
		break;
	case COLUMN_MONITOR_ID:
		sqlite3_result_int64(context, subject->id);
		break;
	case COLUMN_TIME_US:
		sqlite3_result_int64(context, beat->time_us);
		break;
	case COLUMN_KIND:
		give_text(context, subject->kind);
		break;
	case COLUMN_REACH_MS:
		sqlite3_result_int(context, beat->reach_ms);
		break;
	case COLUMN_CERT_EXPIRES_US:
		give_natural(context, beat->cert_expires_us ? beat->cert_expires_us : -1);
		break;
	default:
		give_natural(context, beat->phase_us[column - COLUMN_PHASES]);
	}
	return SQLITE_OK;
}

static int table_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *row)
{
	*row = cursor_of(base)->row;
	return SQLITE_OK;
}

bool beat_table_add(sqlite3 *db, const char *path)
{
	static const sqlite3_module module = {
		.xCreate = table_connect, .xConnect = table_connect, .xBestIndex = table_plan, .xDisconnect = table_disconnect,
		.xDestroy = table_disconnect, .xOpen = table_open, .xClose = table_close, .xFilter = table_filter, .xNext = table_next,
		.xEof = table_eof, .xColumn = table_column, .xRowid = table_rowid,
	};
	union {
		const char *in;
		void *out;
	} borrowed = { .in = path };

	return sqlite3_create_module_v2(db, "beat", &module, borrowed.out, NULL) == SQLITE_OK
	    && database_run(db, "CREATE VIRTUAL TABLE temp.beat USING beat");
}
