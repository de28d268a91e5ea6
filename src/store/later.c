/*
 * A database that could not be opened at the start. Memory stands in for it; it is tried again from time to time, and what has come
 * together meanwhile is moved into it in one transaction: all or nothing, and never twice. What wins is in store.h.
 */
#include "later.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kumatop/heap.h"
#include "kumatop/log.h"
#include "kumatop/text.h"

#include "database.h"
#include "inspect.h"
#include "opening.h"
#include "schema.h"

enum {
	FIRST_MS = 10000,
	GROWS_TO = 6,		/* times the first */
};

#define MONITOR_COLUMNS "name, kind, target, origin, text, retired, removed, created_us"
#define STATE_COLUMNS "state, was, was_since_us, good_run, bad_run, unknown_run, degraded_run, since_us, first_bad_us, first_good_us," \
	" incident_open, incident_us, alerted, acknowledged, paused_until_us, detail"
#define EVENT_COLUMNS "name, time_us, kind, from_state, to_state, outcome, code, since_us, lasted_us, alert, detail, evidence, who"
#define BEAT_COLUMNS "time_us, reach_ms, state, verdict, outcome, code, name_us, connect_us, tls_us, first_byte_us, transfer_us," \
	" total_us, cert_expires_us"
#define HIGHEST(schema) "max(coalesce((SELECT max(id) FROM " schema ".monitor), 0)," \
	" coalesce((SELECT value FROM " schema ".meta WHERE key = 'highest_monitor'), 0))"

/* Ids and states, so that what begins in memory goes on where the file stopped; events are numbered on from there. */
static const char seed_sql[] = "BEGIN;"
	"INSERT INTO main.monitor (id, " MONITOR_COLUMNS ") SELECT id, " MONITOR_COLUMNS " FROM disk.monitor WHERE removed = 0;"
	"INSERT INTO main.monitor_state (monitor, incident, " STATE_COLUMNS ") SELECT monitor, incident, " STATE_COLUMNS
	" FROM disk.monitor_state WHERE monitor IN (SELECT id FROM main.monitor);"
	"INSERT OR REPLACE INTO main.meta (key, value) SELECT 'highest_monitor', " HIGHEST("disk") ";"
	"DELETE FROM main.sqlite_sequence WHERE name = 'event';"
	"INSERT INTO main.sqlite_sequence (name, seq) SELECT 'event', coalesce(max(seq), 0) FROM disk.sqlite_sequence WHERE name = 'event';"
	"COMMIT";

/* Who is `had` in memory is `gets` in the file. */
static const char subjects_sql[] = "CREATE TEMP TABLE moved (had INTEGER PRIMARY KEY, gets INTEGER);"
	"INSERT INTO moved (had) SELECT id FROM memory.monitor UNION SELECT monitor FROM memory.event"
	" UNION SELECT monitor FROM memory.beat_tail";
static const char same_ids_sql[] = "UPDATE moved SET gets = had";
/* By name, as at any start; who is new keeps his id if the file never gave it, and gets one that nobody had otherwise. */
static const char other_ids_sql[] =
	"UPDATE moved SET gets = CASE WHEN had = 0 THEN 0 ELSE (SELECT f.id FROM memory.monitor m JOIN main.monitor f ON f.name = m.name"
	" WHERE m.id = moved.had AND m.removed = 0 AND f.removed = 0 ORDER BY f.retired, f.id DESC LIMIT 1) END;"
	"UPDATE moved SET gets = had WHERE gets IS NULL AND had > " HIGHEST("main") ";"
	"UPDATE moved SET gets = fresh.number + (SELECT max(max(had), coalesce(max(gets), 0), " HIGHEST("main") ") FROM moved)"
	" FROM (SELECT had, row_number() OVER (ORDER BY had) AS number FROM moved WHERE gets IS NULL) AS fresh WHERE moved.had = fresh.had";
/* What a running kumatop could not go on with: its ids are others, or the file has monitors or ids that it does not know of. */
static const char strangers_sql[] = "SELECT (SELECT count(*) FROM moved WHERE had <> gets) + (SELECT count(*) FROM main.monitor f"
	" WHERE NOT EXISTS (SELECT 1 FROM memory.monitor m WHERE m.id = f.id AND m.name = f.name AND m.removed = 0))"
	" + (" HIGHEST("main") " > " HIGHEST("memory") ")";

static const char removed_sql[] =
	"UPDATE main.monitor SET removed = 1 WHERE id NOT IN (SELECT id FROM memory.monitor WHERE removed = 0);"
	"DELETE FROM main.monitor_state WHERE monitor NOT IN (SELECT monitor FROM memory.monitor_state)";
static const char monitors_sql[] =
	"INSERT INTO main.monitor (id, " MONITOR_COLUMNS ") SELECT v.gets, " MONITOR_COLUMNS " FROM memory.monitor m"
	" JOIN moved v ON v.had = m.id WHERE m.removed = 0 ON CONFLICT (id) DO UPDATE SET name = excluded.name, kind = excluded.kind,"
	" target = excluded.target, origin = excluded.origin, text = excluded.text, retired = excluded.retired, removed = 0;"
	"INSERT INTO main.meta (key, value) SELECT 'highest_monitor', max(" HIGHEST("main") ", coalesce((SELECT max(gets) FROM moved), 0),"
	" (SELECT " HIGHEST("memory") ")) WHERE true ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE excluded.value > value;"
	"INSERT INTO main.text (text, used_us) SELECT text, used_us FROM memory.text WHERE true"
	" ON CONFLICT (text) DO UPDATE SET used_us = max(used_us, excluded.used_us)";
/* The incident of a state is an event: the first three numbers are what their ids grow by. */
static const char history_sql[] =
	"INSERT OR REPLACE INTO main.monitor_state (monitor, incident, " STATE_COLUMNS ") SELECT v.gets, s.incident + %lld, " STATE_COLUMNS
	" FROM memory.monitor_state s JOIN moved v ON v.had = s.monitor;"
	"INSERT INTO main.event (id, monitor, incident, " EVENT_COLUMNS ") SELECT e.id + %lld, v.gets, e.incident + %lld, " EVENT_COLUMNS
	" FROM memory.event e JOIN moved v ON v.had = e.monitor ORDER BY e.id;"
	"INSERT INTO main.beat_tail (seq, monitor, detail, address, " BEAT_COLUMNS ") SELECT row_number() OVER (ORDER BY b.seq)"
	" + (SELECT max(coalesce((SELECT max(seq) FROM main.beat_tail), 0), coalesce((SELECT value FROM main.meta WHERE key = 'packed_seq'), 0))),"
	" v.gets,"
	" (SELECT d.id FROM memory.text t JOIN main.text d ON d.text = t.text WHERE t.id = b.detail),"
	" (SELECT d.id FROM memory.text t JOIN main.text d ON d.text = t.text WHERE t.id = b.address), " BEAT_COLUMNS
	" FROM memory.beat_tail b JOIN moved v ON v.had = b.monitor"
	" WHERE b.monitor NOT IN (SELECT id FROM memory.monitor WHERE removed = 1) ORDER BY b.seq;"
	"DROP TABLE moved;"
	/* The last of all: its id is asked for. */
	"INSERT INTO main.run (started_us, seen_us, ended_us, version) SELECT started_us, seen_us, ended_us, version"
	" FROM memory.run WHERE id = %lld";

static bool attach(sqlite3 *db, const char *uri, const char *name)
{
	char *sql = sqlite3_mprintf("ATTACH %Q AS %s", uri, name);
	bool good = sql && database_run(db, sql);

	sqlite3_free(sql);
	return good;
}

/* Under our lock, nobody writes it while we look: without a log beside it, it can be read although the disk has no room for an index. */
static char *uri_to_read(const char *path)
{
	char *wal = heap_print("%s-wal", path);
	/* What is attached to a database in memory would be looked for in memory, too. */
	char *how = heap_print("%s&vfs=%s", access(wal, F_OK) == 0 ? "mode=ro" : "immutable=1", sqlite3_vfs_find(NULL)->zName);
	char *uri = database_uri(path, how);

	free(wal);
	free(how);
	return uri;
}

static bool is_empty(const char *path)
{
	struct stat info;

	return stat(path, &info) != 0 ? errno == ENOENT : S_ISREG(info.st_mode) && info.st_size == 0;
}

static bool is_ours_and_sound(sqlite3 *db, const char *path)
{
	int64_t version;

	return inspect_identity(db, path, NULL) == FOUND_OURS && database_number(db, "PRAGMA user_version", &version)
	    && version == SCHEMA_VERSION && inspect_soundness(db, path, NULL) == FOUND_OURS;
}

static bool seed(struct store *store)
{
	char *uri = uri_to_read(store->later_path);
	sqlite3 *look = NULL;
	bool good = sqlite3_open_v2(uri, &look, SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) == SQLITE_OK
	    && is_ours_and_sound(look, store->later_path);

	sqlite3_close(look);
	good = good && attach(store->db, uri, "disk");
	free(uri);
	if (!good)
		return false;
	good = database_run(store->db, seed_sql);
	if (!good)
		writer_rollback(store->writer);
	database_run(store->db, "DETACH disk");
	return good;
}

void later_begin(struct store *store, const struct store_settings *settings)
{
	store->later_path = heap_text(settings->later);
	if (settings->later_lock) {
		store->lock = *settings->later_lock;
		*settings->later_lock = (struct lock){ .fd = -1 };
	}
	store->later_first_ms = store->later_wait_ms = settings->later_ms ? settings->later_ms : FIRST_MS;
	store->later_due = mono_add_ms(mono_now(), store->later_wait_ms);
	store->same_ids = store->lock.fd >= 0 && (is_empty(store->later_path) || seed(store));
}

static void give_up(struct store *store)
{
	lock_drop(&store->lock);
	free(store->later_path);
	store->later_path = NULL;
}

/* Another file system may have come over the one where our lock is. */
static bool hold_lock(struct store *store, struct error *err)
{
	if (store->lock.fd >= 0 && lock_is_good(&store->lock, store->later_path))
		return true;
	lock_drop(&store->lock);
	store->same_ids = false;
	return opening_make_parents(store->later_path, err) && lock_take(&store->lock, store->later_path, err);
}

static bool move_history(struct store *store)
{
	int64_t grows = 0, first_us;
	char *sql;
	bool good;

	/* A file that was in use meanwhile may have been rolled up further than where memory begins. */
	if (!database_number(store->db, "SELECT coalesce(min(time_us), 9223372036854775807) FROM memory.beat_tail", &first_us)
	    || !roller_set_back(store->db, first_us))
		return false;
	if (!store->same_ids && !database_number(store->db, "SELECT max(coalesce((SELECT max(seq) FROM main.sqlite_sequence"
	    " WHERE name = 'event'), 0), coalesce((SELECT max(id) FROM main.event), 0))", &grows))
		return false;
	sql = heap_print(history_sql, (long long)grows, (long long)grows, (long long)grows, (long long)store->run);
	good = database_run(store->db, sql);
	free(sql);
	return good;
}

/* In a transaction. */
static bool move_all(struct store *store, bool ending, bool *strangers)
{
	int64_t number = 0;

	*strangers = false;
	if (!database_run(store->db, subjects_sql) || !database_run(store->db, store->same_ids ? same_ids_sql : other_ids_sql))
		return false;
	if (!store->same_ids && !ending && !database_number(store->db, strangers_sql, &number))
		return false;
	*strangers = number > 0;
	return !*strangers && (!store->same_ids || database_run(store->db, removed_sql)) && database_run(store->db, monitors_sql)
	    && move_history(store);
}

static bool move(struct store *store, const char *memory, bool ending, bool *strangers, struct error *err)
{
	bool good = attach(store->db, memory, "memory");
	int64_t run = 0;

	*strangers = false;
	if (!good)
		return database_fail(store->db, err, store->path, "cannot be used");
	good = writer_begin(store->writer) && move_all(store, ending, strangers);
	if (good && store->run)
		run = sqlite3_last_insert_rowid(store->db);
	good = good && writer_commit(store->writer);
	if (*strangers)
		error_set(err, EXIT_DATA, "%s: has other monitors: what is in memory comes into it when kumatop ends", store->path);
	else if (!good)
		database_fail(store->db, err, store->path, "cannot be written");
	if (!good)
		writer_rollback(store->writer);
	database_run(store->db, "DETACH memory");
	if (good)
		store->run = run;
	return good;
}

struct open_parts {
	char *path;
	sqlite3 *db;
	struct writer *writer;
	struct packing *packing;
};

static struct open_parts take_parts(struct store *store)
{
	struct open_parts parts = { store->path, store->db, store->writer, store->packing };

	store->path = NULL;
	store->db = NULL;
	store->writer = NULL;
	store->packing = NULL;
	return parts;
}

static void close_parts(struct open_parts *parts)
{
	packing_destroy(parts->packing);
	writer_destroy(parts->writer);
	database_close(parts->db);
	free(parts->path);
}

static bool take_up(struct store *store, bool ending, bool *strangers, struct error *err)
{
	struct open_parts memory = take_parts(store), opened;
	char *notice = NULL;
	bool good;

	*strangers = false;
	store->in_memory = false;
	good = opening_open(store, store->later_path, err, &notice) && move(store, memory.path, ending, strangers, err);
	if (notice)
		log_line(LOG_LEVEL_WARNING, "%s", notice);
	free(notice);
	if (good) {
		close_parts(&memory);
		store->aging_begun = false;
		return true;
	}
	opened = take_parts(store);
	close_parts(&opened);
	store->path = memory.path;
	store->db = memory.db;
	store->writer = memory.writer;
	store->packing = memory.packing;
	store->in_memory = true;
	store->wal_pages = store->wal_tried = 0;
	return false;
}

static void say_taken_up(struct store *store)
{
	free(store->later_path);
	store->later_path = NULL;
	store->taken_up = true;
	store->cause[0] = store->damage[0] = '\0';
	store->backoff_ms = 0;
	store->run_seen = mono_now();
	store->upkeep_due = mono_add_ms(mono_now(), 1000);
	log_line(LOG_LEVEL_INFO, "%s: can be opened now: what was in memory is in it, and history is kept there", store->path);
	if (store->settings.taken_up)
		store->settings.taken_up(store->settings.health_arg, store->path);
}

bool later_try(struct store *store, bool ending)
{
	struct error err;
	bool strangers = false;

	if (!store->later_path)
		return false;
	if (hold_lock(store, &err) && take_up(store, ending, &strangers, &err)) {
		say_taken_up(store);
		return true;
	}
	store->later_wait_ms = store->later_wait_ms * 2 < store->later_first_ms * GROWS_TO ? store->later_wait_ms * 2
	    : store->later_first_ms * GROWS_TO;
	store->later_due = mono_add_ms(mono_now(), store->later_wait_ms);
	if (strangers) {
		/* The lock stays ours, so that it is not somebody else's when the time comes. */
		store->later_at_end = true;
		text_copy(store->damage, sizeof store->damage, "the database has other monitors: history comes into it when kumatop ends");
	} else if (err.code == EXIT_DATA) {
		give_up(store);
	} else if (!store->same_ids) {
		/* Held, it would keep those out for whom the file may well be good. */
		lock_drop(&store->lock);
	}
	if (strangers || err.code == EXIT_DATA || ending)
		log_line(LOG_LEVEL_ERROR, "%s", err.text);
	return false;
}

bool later_waits(const struct store *store)
{
	return store->later_path && !store->later_at_end;
}
