/*
 * Files that cannot be used as they are: refused and left alone, set aside, or brought up to date. Disks that refuse are in
 * tests/fault/test_full_disk.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "kumatop/buf.h"
#include "kumatop/heap.h"

#include "../../src/store/database.h"
#include "../../src/store/salvage.h"
#include "../../src/store/schema.h"
#include "../lib/keeping.h"
#include "../lib/scratch.h"

enum { HOUR_MS = 3600 * 1000, PAGE = 2048 };

struct content {
	char *bytes;
	size_t length;
};

/* Only while no store of this process has the file open. */
static struct content read_file(const char *path)
{
	struct content content = { 0 };
	FILE *file = fopen(path, "rb");
	size_t got;

	assert_non_null(file);
	do {
		content.bytes = heap_resize(content.bytes, content.length + 65536, 1);
		got = fread(content.bytes + content.length, 1, 65536, file);
		content.length += got;
	} while (got > 0);
	fclose(file);
	return content;
}

static void write_at(const char *path, long at, const void *bytes, size_t length)
{
	FILE *file = fopen(path, "r+b");

	assert_non_null(file);
	assert_int_equal(fseek(file, at, SEEK_SET), 0);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
}

static struct store *try_open(const char *path, struct error *err, char **notice)
{
	struct store_settings settings = { .path = path, .flush_ms = HOUR_MS, .waiting_most = 1000 };

	*err = (struct error){ 0 };
	return store_open(&settings, err, notice);
}

/* Refused by store and archive, with this in the text, and not a byte changed. */
static void assert_refused(const char *path, enum exit_code code, const char *says)
{
	struct content before = read_file(path), after;
	struct error err;
	char *notice = NULL;

	assert_null(try_open(path, &err, &notice));
	assert_null(notice);
	assert_int_equal(err.code, code);
	assert_non_null(strstr(err.text, path));
	assert_non_null(strstr(err.text, says));
	assert_null(archive_open(path, &err));
	assert_int_equal(err.code, code);
	after = read_file(path);
	assert_int_equal(before.length, after.length);
	assert_memory_equal(before.bytes, after.bytes, after.length);
	free(before.bytes);
	free(after.bytes);
}

static void make_database(const char *path)
{
	struct store *store = keeping_open(path, HOUR_MS);
	struct kept_standing standing = keeping_standing(2, 7);
	struct error err;

	keeping_put_monitor(store, 1, "web");
	keeping_put_monitor(store, 2, "mail");
	assert_true(store_put_standing_now(store, &standing, &err));
	assert_true(store_start(store, &err));
	keeping_send(store, 1, 0, 5000);
	assert_true(keeping_end(store));
}

static void newer_is_refused(void **state)
{
	struct keeping *fixture = *state;

	make_database(fixture->path);
	assert_true(keeping_run(fixture->path, "PRAGMA user_version = 3"));
	assert_refused(fixture->path, EXIT_DATA, "newer kumatop");
}

/* Killed before it could merge its log: what says that it is newer is only in there. */
static void newer_with_a_log_is_refused(void **state)
{
	struct keeping *fixture = *state;
	char *wal = heap_print("%s-wal", fixture->path);
	struct content before, after;
	struct error err;
	pid_t child;

	make_database(fixture->path);
	child = fork();
	if (child == 0) {
		sqlite3 *db;

		if (sqlite3_open(fixture->path, &db) == SQLITE_OK
		    && sqlite3_exec(db, "PRAGMA wal_autocheckpoint = 0; PRAGMA user_version = 3; CREATE TABLE new (x)", NULL, NULL, NULL)
		    == SQLITE_OK)
			_exit(0);
		_exit(1);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	before = read_file(wal);
	assert_true(before.length > 0);
	assert_refused(fixture->path, EXIT_DATA, "newer kumatop");
	assert_null(try_open(fixture->path, &err, NULL));
	after = read_file(wal);
	assert_int_equal(before.length, after.length);
	assert_memory_equal(before.bytes, after.bytes, before.length);
	free(before.bytes);
	free(after.bytes);
	free(wal);
}

static void somebody_elses_is_refused(void **state)
{
	struct keeping *fixture = *state;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "CREATE TABLE heartbeat (id); INSERT INTO heartbeat VALUES (1)", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_refused(fixture->path, EXIT_DATA, "another program");
}

static void text_file_is_refused(void **state)
{
	struct keeping *fixture = *state;

	write_file(fixture->path, "interval = \"60s\";\nmonitors: ( );\n# not a database, but long enough to be looked at as one: "
	    "0123456789012345678901234567890123456789012345678901234567890123456789\n");
	assert_refused(fixture->path, EXIT_DATA, "no kumatop database");
}

static void directory_is_refused(void **state)
{
	struct keeping *fixture = *state;
	struct error err;

	assert_null(try_open(fixture->directory, &err, NULL));
	assert_int_equal(err.code, EXIT_DATA);
	assert_non_null(strstr(err.text, "directory"));
}

static void empty_file_becomes_a_database(void **state)
{
	struct keeping *fixture = *state;
	struct error err;
	struct store *store;

	struct stat info;

	write_file(fixture->path, "");
	assert_int_equal(chmod(fixture->path, 0644), 0);
	assert_null(archive_open(fixture->path, &err));
	assert_int_equal(err.code, EXIT_DATA);
	store = try_open(fixture->path, &err, NULL);
	assert_non_null(store);
	store_close(store);
	assert_int_equal(keeping_number(fixture->path, "PRAGMA user_version"), SCHEMA_VERSION);
	assert_int_equal(stat(fixture->path, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0600);
}

static void missing_one_is_told(void **state)
{
	struct keeping *fixture = *state;
	struct error err;

	assert_null(archive_open(fixture->path, &err));
	assert_int_equal(err.code, EXIT_UNAVAILABLE);
	assert_int_equal(access(fixture->path, F_OK), -1);
}

static void directories_are_made_and_files_are_private(void **state)
{
	struct keeping *fixture = *state;
	char *parent = scratch_path(fixture->directory, "state"), *below = scratch_path(parent, "kumatop");
	char *path = scratch_path(below, "kumatop.db");
	mode_t old = umask(0);
	struct store *store = keeping_start(path, HOUR_MS);
	struct stat info;

	umask(old);
	assert_int_equal(stat(parent, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0700);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0600);
	for (int i = 0; i < 2; i++) {
		char *beside = heap_print("%s%s", path, i ? "-shm" : "-wal");

		assert_int_equal(stat(beside, &info), 0);
		assert_int_equal(info.st_mode & 07777, 0600);
		free(beside);
	}
	assert_true(keeping_end(store));
	free(path);
	free(below);
	free(parent);
}

static char *only_match(const char *pattern)
{
	glob_t found;
	char *name;

	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	name = heap_text(found.gl_pathv[0]);
	for (size_t i = 1; i < found.gl_pathc; i++)
		assert_non_null(strstr(found.gl_pathv[i], name));	/* only its -wal and -shm */
	globfree(&found);
	return name;
}

/* A fresh database with the monitors of the old one, which lies beside it as it was. */
static void assert_set_aside(struct keeping *fixture, int64_t monitors)
{
	struct content before = read_file(fixture->path), after;
	char *pattern = heap_print("%s.damaged-*", fixture->path), *aside, *notice = NULL, counted[64];
	struct error err;
	struct store *store = try_open(fixture->path, &err, &notice);

	assert_non_null(store);
	assert_non_null(notice);
	aside = only_match(pattern);
	assert_non_null(strstr(notice, aside));
	snprintf(counted, sizeof counted, " %lld monitors", (long long)monitors);
	assert_non_null(strstr(notice, counted));
	store_close(store);

	after = read_file(aside);
	assert_int_equal(before.length, after.length);
	assert_memory_equal(before.bytes, after.bytes, after.length);
	assert_true(keeping_is_sound(fixture->path));
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM monitor"), monitors);
	assert_int_equal(keeping_count(fixture->path, 1), 0);
	free(before.bytes);
	free(after.bytes);
	free(notice);
	free(aside);
	free(pattern);
}

static void trash_pages_of(const char *path, const char *table, int count)
{
	char sql[128], junk[PAGE];
	struct content content = read_file(path);
	int64_t root, pages = (int64_t)content.length / PAGE;

	free(content.bytes);
	memset(junk, 0xa5, sizeof junk);
	snprintf(sql, sizeof sql, "SELECT rootpage FROM sqlite_schema WHERE name = '%s'", table);
	root = keeping_number(path, sql);
	assert_true(root > 1 && root + count - 1 <= pages);
	for (int i = 0; i < count; i++)
		write_at(path, (long)(root - 1 + i) * PAGE, junk, sizeof junk);
}

static void damaged_history_is_set_aside(void **state)
{
	struct keeping *fixture = *state;

	make_database(fixture->path);
	trash_pages_of(fixture->path, "beat_tail", 1);
	assert_set_aside(fixture, 2);
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM monitor_state WHERE monitor = 2 AND good_run = 8"), 1);
}

static void damaged_monitors_are_set_aside(void **state)
{
	struct keeping *fixture = *state;

	make_database(fixture->path);
	trash_pages_of(fixture->path, "monitor", 1);
	assert_set_aside(fixture, 0);
}

static void file_cut_short_is_set_aside(void **state)
{
	struct keeping *fixture = *state;
	struct stat info;

	make_database(fixture->path);
	assert_int_equal(stat(fixture->path, &info), 0);
	assert_int_equal(truncate(fixture->path, info.st_size / 2 / PAGE * PAGE), 0);
	assert_set_aside(fixture, 2);
}

/* Directories, where files of these names are wanted in the next minute. */
static void occupy(const char *path, const char *suffix)
{
	for (int second = 0; second < 60; second++) {
		time_t when = time(NULL) + second;
		struct tm parts;
		char stamp[32], *name;

		gmtime_r(&when, &parts);
		assert_true(strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &parts) > 0);
		name = heap_print("%s.damaged-%s%s", path, stamp, suffix);
		assert_true(mkdir(name, 0700) == 0 || errno == EEXIST);
		free(name);
	}
}

/* Whatever cannot be moved: all stays where it was, to be found again. */
static void half_moved_is_moved_back(void **state)
{
	struct keeping *fixture = *state;
	const char *const suffixes[] = { "-wal", "-shm" };
	struct error err = { 0 };

	for (size_t i = 0; i < 2; i++) {
		char *beside = heap_print("%s%s", fixture->path, suffixes[i]);

		write_file(beside, suffixes[i]);
		free(beside);
	}
	write_file(fixture->path, "damaged");
	for (size_t i = 2; i-- > 0;) {
		struct salvage salvage = { 0 };

		occupy(fixture->path, suffixes[i]);
		assert_false(salvage_move(&salvage, fixture->path, &err));
		assert_null(salvage.moved_to);
		assert_non_null(strstr(err.text, suffixes[i]));
		assert_int_equal(access(fixture->path, F_OK), 0);
		for (size_t j = 0; j < 2; j++) {
			char *beside = heap_print("%s%s", fixture->path, suffixes[j]);
			struct content content = read_file(beside);

			assert_int_equal(content.length, 4);
			assert_memory_equal(content.bytes, suffixes[j], 4);
			free(content.bytes);
			free(beside);
		}
	}
}

/* Kill -9 leaves a log beside the database: that is no damage. */
static void left_over_log_is_taken_in(void **state)
{
	struct keeping *fixture = *state;
	struct error err;
	char *notice = NULL;
	int status;
	pid_t child = fork();

	if (child == 0) {
		struct store *store = keeping_start(fixture->path, 5);

		keeping_send(store, 1, 0, 500);
		while (keeping_count(fixture->path, 1) != 500)
			(void)poll(NULL, 0, 5);
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	struct store *store = try_open(fixture->path, &err, &notice);
	assert_non_null(store);
	assert_null(notice);
	store_close(store);
	assert_int_equal(keeping_count(fixture->path, 1), 500);
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM run WHERE ended_us IS NULL"), 1);
}

#define CHECK(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
			_exit(1); \
		} \
	} while (0)

/* Permissions bind everybody but root. */
static void become_nobody(void)
{
	if (geteuid() == 0)
		CHECK(setgid(65534) == 0 && setuid(65534) == 0);
}

static void assert_child_is_fine(pid_t child)
{
	int status;

	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void refuses_without_permission(const char *path, const char *missing)
{
	struct error err;

	become_nobody();
	CHECK(!try_open(path, &err, NULL));
	CHECK(err.code == EXIT_PERMISSION);
	CHECK(strstr(err.text, "directory"));
	CHECK(!try_open(missing, &err, NULL));
	CHECK(err.code == EXIT_PERMISSION);
	/* Reading needs no more than the file: it was left in order. */
	struct archive *archive = archive_open(path, &err);
	struct kept_marks kept;
	CHECK(archive);
	CHECK(archive_marks(archive, 1, &kept, &err));
	CHECK(kept.count == VIEW_MARKS);
	kept_marks_finish(&kept);
	archive_close(archive);
	_exit(0);
}

static void read_only_directory_is_refused(void **state)
{
	struct keeping *fixture = *state;
	char *missing = scratch_path(fixture->directory, "other/kumatop.db");
	pid_t child;

	make_database(fixture->path);
	assert_int_equal(chmod(fixture->path, 0666), 0);
	assert_int_equal(chmod(fixture->directory, 0555), 0);
	child = fork();
	if (child == 0)
		refuses_without_permission(fixture->path, missing);
	assert_child_is_fine(child);
	assert_int_equal(chmod(fixture->directory, 0755), 0);
	free(missing);
}

static void file_of_another_is_refused(void **state)
{
	struct keeping *fixture = *state;
	pid_t child;

	make_database(fixture->path);
	assert_int_equal(chmod(fixture->directory, 0777), 0);
	assert_int_equal(chmod(fixture->path, 0444), 0);
	child = fork();
	if (child == 0) {
		struct error err;

		become_nobody();
		CHECK(!try_open(fixture->path, &err, NULL));
		CHECK(err.code == EXIT_PERMISSION);
		_exit(0);
	}
	assert_child_is_fine(child);
}

static sqlite3 *open_raw(const char *path)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	return db;
}

static void old_schema_is_brought_up_to_date(void **state)
{
	static const struct schema_step steps[] = {
		{ 2, "ALTER TABLE monitor ADD COLUMN colour TEXT; UPDATE monitor SET colour = 'blue'" },
		{ 3, "CREATE TABLE paint (colour TEXT)" },
	};
	struct keeping *fixture = *state;
	struct error err = { 0 };
	struct stat info;
	char *copy, *expected = heap_print("%s.v2", fixture->path);
	sqlite3 *db;

	make_database(fixture->path);
	db = open_raw(fixture->path);
	assert_true(schema_upgrade(db, fixture->path, steps, 2, 4, &copy, &err));
	sqlite3_close(db);
	assert_string_equal(copy, expected);
	assert_int_equal(stat(copy, &info), 0);
	assert_int_equal(info.st_mode & 07777, 0600);
	assert_int_equal(keeping_number(fixture->path, "PRAGMA user_version"), 4);
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM monitor WHERE colour = 'blue'"), 2);
	assert_int_equal(keeping_number(copy, "PRAGMA user_version"), 2);
	assert_int_equal(keeping_count(copy, 1), 5000);
	free(copy);

	/* Up to date: nothing to do, no copy. */
	db = open_raw(fixture->path);
	assert_true(schema_upgrade(db, fixture->path, steps, 2, 4, &copy, &err));
	assert_null(copy);
	sqlite3_close(db);
	free(expected);
}

/* The schema as it counts: without comments and white space. */
static char *schema_of(const char *path)
{
	sqlite3 *db = open_raw(path);
	sqlite3_stmt *statement;
	struct buf out;

	buf_init(&out, 1 << 16);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT name || ' ' || sql FROM sqlite_master WHERE sql NOT NULL ORDER BY name", -1,
	    &statement, NULL), SQLITE_OK);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		for (const char *at = (const char *)sqlite3_column_text(statement, 0); *at; at++) {
			if (at[0] == '-' && at[1] == '-')
				at += strcspn(at, "\n");
			else if (!strchr(" \t\n", *at))
				buf_add_char(&out, *at);
		}
	}
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return buf_take(&out);
}

/* The first version's own tables, with beats in them. */
static void version_1_becomes_what_is_made_now(void **state)
{
	struct keeping *fixture = *state;
	char *source = heap_print("%s/tests/unit/schema-1.sql", getenv("SOURCE")), *fresh = heap_print("%s.fresh", fixture->path);
	struct content old = read_file(source);
	char *sql = heap_text_n(old.bytes, old.length), *notice = NULL;
	struct error err = { 0 };
	struct store *store;
	sqlite3 *db;

	db = open_raw(fixture->path);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "INSERT INTO monitor VALUES (1, 'web', 'http', 'http://x/', 1, NULL, 0, 0, 0);"
	    "INSERT INTO beat_tail (monitor, time_us, reach_ms, state, verdict, outcome) WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1"
	    " FROM n WHERE i < 500) SELECT 1, 1700000000000000 + i * 10000000, 70000, 1, 0, 0 FROM n", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);

	store = try_open(fixture->path, &err, &notice);
	assert_non_null(store);
	store_close(store);
	free(notice);
	assert_int_equal(keeping_count(fixture->path, 1), 500);
	store_close(keeping_open(fresh, HOUR_MS));
	char *upgraded = schema_of(fixture->path), *made = schema_of(fresh);

	assert_string_equal(upgraded, made);
	free(upgraded);
	free(made);
	free(old.bytes);
	free(sql);
	free(source);
	free(fresh);
}

static void failed_upgrade_changes_nothing(void **state)
{
	static const struct schema_step steps[] = {
		{ 2, "DROP TABLE outbox" },
		{ 3, "INSERT INTO no_such_table VALUES (1)" },
	};
	struct keeping *fixture = *state;
	struct error err = { 0 };
	char *copy, *old = heap_print("%s.v2", fixture->path), *expected = heap_print("%s.v2.2", fixture->path);
	sqlite3 *db;

	make_database(fixture->path);
	write_file(old, "an older copy");
	db = open_raw(fixture->path);
	assert_false(schema_upgrade(db, fixture->path, steps, 2, 4, &copy, &err));
	assert_non_null(strstr(err.text, "no_such_table"));
	assert_false(schema_upgrade(db, fixture->path, steps, 1, 4, &copy, &err));
	sqlite3_close(db);
	assert_int_equal(keeping_number(fixture->path, "PRAGMA user_version"), 2);
	assert_int_equal(keeping_number(fixture->path, "SELECT count(*) FROM outbox"), 0);
	/* No copy for each try, and none of somebody else's is gone. */
	assert_int_equal(access(expected, F_OK), -1);
	assert_int_equal(access(old, F_OK), 0);
	assert_null(copy);
	free(expected);
	free(old);
}

/* However it was opened, a file has no say in what is run. */
static void files_are_not_trusted(void **state)
{
	struct keeping *fixture = *state;
	struct error err = { 0 };

	make_database(fixture->path);
	for (int i = 0; i < 2; i++) {
		sqlite3 *db = i ? database_open_frozen(fixture->path, &err) : database_open(fixture->path, DATABASE_READ, &err);
		int trusted = -1;
		int64_t query_only = -1;

		assert_non_null(db);
		assert_int_equal(sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, -1, &trusted), SQLITE_OK);
		assert_int_equal(trusted, 0);
		assert_true(database_number(db, "PRAGMA query_only", &query_only));
		assert_int_equal(query_only, 1);
		database_close(db);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, keeping_set_up, keeping_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(newer_is_refused),
		TEST(newer_with_a_log_is_refused),
		TEST(somebody_elses_is_refused),
		TEST(text_file_is_refused),
		TEST(directory_is_refused),
		TEST(empty_file_becomes_a_database),
		TEST(missing_one_is_told),
		TEST(directories_are_made_and_files_are_private),
		TEST(damaged_history_is_set_aside),
		TEST(damaged_monitors_are_set_aside),
		TEST(file_cut_short_is_set_aside),
		TEST(half_moved_is_moved_back),
		TEST(left_over_log_is_taken_in),
		TEST(read_only_directory_is_refused),
		TEST(file_of_another_is_refused),
		TEST(old_schema_is_brought_up_to_date),
		TEST(version_1_becomes_what_is_made_now),
		TEST(failed_upgrade_changes_nothing),
		TEST(files_are_not_trusted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
