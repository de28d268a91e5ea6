/* The database of Uptime Kuma, versions 1 and 2, as a source of monitors and history. See kuma.h. */
#include "kuma.h"

#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/json.h"
#include "kumatop/store.h"
#include "kumatop/text.h"

#include "database.h"
#include "rows.h"

enum {
	ROW_BYTES_MOST = 16 << 20,
	COUNT_EACH = 4096,		/* rows, between two words about progress */
};

bool kuma_fail(struct kuma *kuma, struct error *err)
{
	return database_fail(kuma->db, err, kuma->path, "cannot be read");
}

sqlite3_stmt *kuma_prepare(struct kuma *kuma, const char *sql, struct error *err)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(kuma->db, sql, -1, &statement, NULL) == SQLITE_OK)
		return statement;
	kuma_fail(kuma, err);
	return NULL;
}

bool kuma_has_table(struct kuma *kuma, const char *name)
{
	sqlite3_stmt *statement = kuma_prepare(kuma, "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1 AND rootpage > 0", NULL);
	bool yes = statement && sqlite3_bind_text(statement, 1, name, -1, SQLITE_STATIC) == SQLITE_OK
	    && sqlite3_step(statement) == SQLITE_ROW;

	sqlite3_finalize(statement);
	return yes;
}

bool kuma_has_column(struct kuma *kuma, const char *table, const char *column)
{
	sqlite3_stmt *statement = kuma_prepare(kuma, "SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2", NULL);
	bool yes = statement && sqlite3_bind_text(statement, 1, table, -1, SQLITE_STATIC) == SQLITE_OK
	    && sqlite3_bind_text(statement, 2, column, -1, SQLITE_STATIC) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW;

	sqlite3_finalize(statement);
	return yes;
}

void kuma_count(struct kuma *kuma)
{
	if (++kuma->done % COUNT_EACH == 0)
		kuma->sink->progress(kuma->sink->arg, kuma->done, kuma->all);
}

static int find_column(sqlite3_stmt *row, const char *column)
{
	for (int i = 0; i < sqlite3_column_count(row); i++)
		if (sqlite3_stricmp(sqlite3_column_name(row, i), column) == 0)
			return i;
	return -1;
}

const char *kuma_text(sqlite3_stmt *row, const char *column)
{
	int at = find_column(row, column);

	return at < 0 ? "" : rows_text(row, at);
}

int64_t kuma_number(sqlite3_stmt *row, const char *column, int64_t none)
{
	int at = find_column(row, column);

	return at < 0 || sqlite3_column_type(row, at) == SQLITE_NULL ? none : sqlite3_column_int64(row, at);
}

double kuma_real(sqlite3_stmt *row, const char *column, double none)
{
	int at = find_column(row, column);

	return at < 0 || sqlite3_column_type(row, at) == SQLITE_NULL ? none : sqlite3_column_double(row, at);
}

/* In milliseconds, from seconds that may be anything. */
static int64_t to_ms(double seconds)
{
	return seconds > 0 && seconds < 1e9 ? (int64_t)(seconds * 1000 + 0.5) : 0;
}

/* All at first: a monitor's group may come behind it. */
static bool read_list(struct kuma *kuma, struct error *err)
{
	sqlite3_stmt *row = kuma_prepare(kuma, "SELECT * FROM monitor WHERE id > 0 ORDER BY id", err);

	if (!row)
		return false;
	while (sqlite3_step(row) == SQLITE_ROW) {
		struct kuma_monitor *monitor;

		if ((kuma->count & (kuma->count - 1)) == 0)
			kuma->monitors = heap_resize(kuma->monitors, kuma->count ? kuma->count * 2 : 1, sizeof *kuma->monitors);
		monitor = &kuma->monitors[kuma->count++];
		*monitor = (struct kuma_monitor){
			.id = kuma_number(row, "id", 0),
			.parent = kuma_number(row, "parent", 0),
			.name = heap_text(kuma_text(row, "name")),
			.type = heap_text(kuma_text(row, "type")),
			.interval_ms = to_ms(kuma_real(row, "interval", 60)),
			.timeout_ms = to_ms(kuma_real(row, "timeout", 0)),
		};
		if (monitor->interval_ms == 0)
			monitor->interval_ms = 60000;
		/* As Kuma does where none is set, and before there was one to set. */
		if (monitor->timeout_ms == 0)
			monitor->timeout_ms = monitor->interval_ms * 8 / 10;
	}
	if (sqlite3_finalize(row) != SQLITE_OK)
		return kuma_fail(kuma, err);
	return true;
}

static bool read_monitors(struct kuma *kuma, struct error *err)
{
	sqlite3_stmt *row;
	size_t at = 0;

	if (!read_list(kuma, err))
		return false;
	row = kuma_prepare(kuma, "SELECT * FROM monitor WHERE id > 0 ORDER BY id", err);
	if (!row)
		return false;
	while (!kuma->stopped && at < kuma->count && sqlite3_step(row) == SQLITE_ROW)
		if (kuma_number(row, "id", 0) == kuma->monitors[at].id)
			kuma_give_monitor(kuma, row, &kuma->monitors[at++]);
	if (sqlite3_finalize(row) != SQLITE_OK)
		return kuma_fail(kuma, err);
	return true;
}

/* What there is besides monitors, each row told: what it is, and what it is called. */
static const struct {
	const char *table, *sql, *format;
} others[] = {
	{ "notification", "SELECT name FROM notification ORDER BY id", "the notification \"%.200s\": alert channels come later" },
	{ "maintenance", "SELECT title FROM maintenance ORDER BY id", "the maintenance \"%.200s\": maintenance windows come later" },
	{ "status_page", "SELECT title FROM status_page ORDER BY id", "the status page \"%.200s\"" },
};

/* The formats are those above. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"

static void tell_others(struct kuma *kuma)
{
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		sqlite3_stmt *row = kuma_has_table(kuma, others[i].table) ? kuma_prepare(kuma, others[i].sql, NULL) : NULL;

		while (row && sqlite3_step(row) == SQLITE_ROW) {
			char *text = heap_print(others[i].format, rows_text(row, 0));

			kuma->sink->trouble(kuma->sink->arg, IMPORT_UNTAKEN, 0, text);
			free(text);
		}
		sqlite3_finalize(row);
	}
}

#pragma GCC diagnostic pop

static void count_rows(struct kuma *kuma)
{
	static const char *const sql[] = {
		"SELECT max(id) FROM heartbeat", "SELECT max(id) FROM stat_minutely", "SELECT max(id) FROM stat_hourly",
		"SELECT max(id) FROM stat_daily",
	};

	for (size_t i = 0; i < sizeof sql / sizeof *sql; i++) {
		int64_t rows = 0;

		if (database_number(kuma->db, sql[i], &rows) && rows > 0)
			kuma->all += (uint64_t)rows;
	}
}

static bool identify(struct kuma *kuma, struct error *err)
{
	int64_t number = 0;

	if (!database_number(kuma->db, "PRAGMA application_id", &number))
		return kuma_fail(kuma, err);
	if (number == DATABASE_APPLICATION)
		return error_set(err, EXIT_DATA, "%s: is a database of kumatop: name it with --database, or import what kumatop export writes of it",
		    kuma->path);
	if (kuma_has_table(kuma, "monitor") && kuma_has_table(kuma, "heartbeat"))
		return true;
	return error_set(err, EXIT_DATA, "%s: is an SQLite database, but not one of Uptime Kuma: that has tables monitor and heartbeat", kuma->path);
}

/* Where a log beside it cannot be made, or there is nobody to write one, it is read as it lies. */
static bool open_it(struct kuma *kuma, struct error *err)
{
	kuma->db = database_open(kuma->path, DATABASE_READ, err);
	if (!kuma->db)
		return false;
	if (!database_run(kuma->db, "SELECT count(*) FROM sqlite_master")) {
		int code = sqlite3_errcode(kuma->db) & 0xff;

		if (code != SQLITE_CANTOPEN && code != SQLITE_READONLY)
			return kuma_fail(kuma, err);
		database_close(kuma->db);
		kuma->db = database_open_frozen(kuma->path, err);
		if (!kuma->db)
			return false;
	}
	sqlite3_limit(kuma->db, SQLITE_LIMIT_LENGTH, ROW_BYTES_MOST);
	database_run(kuma->db, "PRAGMA cell_size_check = 1");
	return true;
}

static bool is_sqlite(const char *head, size_t length)
{
	static const char mark[16] = "SQLite format 3";

	return length >= sizeof mark && memcmp(head, mark, sizeof mark) == 0;
}

static bool check(const char *path, struct error *err)
{
	struct kuma kuma = { .path = path };
	bool fine = open_it(&kuma, err) && identify(&kuma, err);

	database_close(kuma.db);
	return fine;
}

static bool read_all(const char *path, const struct import_sink *sink, struct error *err)
{
	struct kuma kuma = { .path = path, .sink = sink };
	/* One transaction: it may be Kuma that writes there meanwhile. */
	bool fine = open_it(&kuma, err) && identify(&kuma, err) && (database_run(kuma.db, "BEGIN") || kuma_fail(&kuma, err));

	if (fine) {
		count_rows(&kuma);
		fine = read_monitors(&kuma, err) && (kuma.stopped || kuma_read_past(&kuma, err));
		if (fine && !kuma.stopped)
			tell_others(&kuma);
		database_run(kuma.db, "COMMIT");
	}
	for (size_t i = 0; i < kuma.count; i++) {
		free(kuma.monitors[i].name);
		free(kuma.monitors[i].type);
	}
	free(kuma.monitors);
	database_close(kuma.db);
	return fine;
}

const struct import_source store_kuma_source = {
	.name = "Uptime Kuma", .place = "heartbeat", .recognise = is_sqlite, .check = check, .read = read_all,
};
