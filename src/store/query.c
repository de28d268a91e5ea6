/* SQL by people; see query.h. */
#include "kumatop/query.h"

#include "kumatop/heap.h"

#include "beat_table.h"
#include "database.h"
#include "past.h"

struct query {
	struct archive *archive;	/* its connection is what the statement runs on */
	sqlite3_stmt *statement;
	struct query_cell *cells;
	const char **names;
	char **blobs;			/* of the row, to be freed with it */
	size_t count;
};

/* What tells of the schema; nothing that changes how a connection works. */
static bool is_pragma_allowed(const char *name, const char *value)
{
	static const char *const telling[] = {
		"table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo", "integrity_check", "quick_check",
	};
	static const char *const plain[] = {
		"database_list", "collation_list", "function_list", "module_list", "pragma_list", "compile_options", "user_version",
		"application_id", "schema_version", "data_version", "page_count", "page_size", "freelist_count", "journal_mode", "encoding",
	};

	for (size_t i = 0; i < sizeof telling / sizeof *telling; i++)
		if (sqlite3_stricmp(name, telling[i]) == 0)
			return true;
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		if (sqlite3_stricmp(name, plain[i]) == 0)
			return !value;
	return false;
}

/* Not left to "read-only" alone: to attach a file makes it, and a transaction that is begun holds up the owner. */
static int authorize(void *arg, int action, const char *first, const char *second, const char *schema, const char *view)
{
	switch (action) {
	case SQLITE_SELECT:
	case SQLITE_READ:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_FUNCTION:
		return sqlite3_stricmp(second, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
	case SQLITE_UPDATE:	/* asked for each function that is a table (json_each), which is declared like one */
		return sqlite3_stricmp(first, "sqlite_master") == 0 ? SQLITE_OK : SQLITE_DENY;
	case SQLITE_PRAGMA:
		return is_pragma_allowed(first, second) ? SQLITE_OK : SQLITE_DENY;
	default:
		return SQLITE_DENY;
	}
}

static bool set_up(struct query *query, const char *path, struct error *err)
{
	sqlite3 *db;

	query->archive = archive_open(path, err);
	if (!query->archive)
		return false;
	db = query->archive->db;
	if (!database_run(db, "PRAGMA query_only = 0") || !beat_table_add(db, path) || !database_run(db, "PRAGMA query_only = 1"))
		return database_fail(db, err, path, "cannot be read");
	sqlite3_set_authorizer(db, authorize, NULL);
	return true;
}

/* Most of what SQLite has to say is about the statement. */
static enum exit_code exit_code_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
	case SQLITE_FULL:
		return EXIT_INPUT_OUTPUT;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return EXIT_LOCKED;
	default:
		return EXIT_DATA;
	}
}

static bool refuse(const struct query *query, struct error *err)
{
	sqlite3 *db = query->archive->db;
	int code = sqlite3_errcode(db), at = sqlite3_error_offset(db);

	if ((code & 0xff) == SQLITE_AUTH)
		return error_set(err, EXIT_DATA, "%s: only what reads is run here", sqlite3_errmsg(db));
	if (at >= 0)
		return error_set(err, exit_code_of(code), "%s (at byte %d)", sqlite3_errmsg(db), at + 1);
	return error_set(err, exit_code_of(code), "%s", sqlite3_errmsg(db));
}

/* Comments and semicolons may follow; for SQLite they are a statement that is none. */
static bool is_alone(struct query *query, const char *rest, struct error *err)
{
	while (*rest) {
		sqlite3_stmt *another;

		if (sqlite3_prepare_v2(query->archive->db, rest, -1, &another, &rest) != SQLITE_OK)
			return refuse(query, err);
		if (another) {
			sqlite3_finalize(another);
			return error_set(err, EXIT_DATA, "one statement at a time");
		}
	}
	return true;
}

static bool prepare(struct query *query, const char *sql, struct error *err)
{
	const char *rest;

	if (sqlite3_prepare_v2(query->archive->db, sql, -1, &query->statement, &rest) != SQLITE_OK)
		return refuse(query, err);
	if (!query->statement)
		return *rest ? prepare(query, rest, err) : error_set(err, EXIT_DATA, "there is no statement");
	if (!sqlite3_stmt_readonly(query->statement))
		return error_set(err, EXIT_DATA, "only what reads is run here");
	if (sqlite3_bind_parameter_count(query->statement) > 0)
		return error_set(err, EXIT_DATA, "there is no value for parameter %s",
		    sqlite3_bind_parameter_name(query->statement, 1) ? sqlite3_bind_parameter_name(query->statement, 1) : "?");
	query->count = (size_t)sqlite3_column_count(query->statement);
	return is_alone(query, rest, err);
}

static char *print_blob(const unsigned char *data, size_t size)
{
	static const char digits[] = "0123456789ABCDEF";
	char *text = heap_zero(2 * size + 4, 1), *at = text;

	*at++ = 'X';
	*at++ = '\'';
	for (size_t i = 0; i < size; i++) {
		*at++ = digits[data[i] >> 4];
		*at++ = digits[data[i] & 15];
	}
	*at = '\'';
	return text;
}

static struct query_cell read_cell(struct query *query, int column)
{
	struct query_cell cell = { .type = QUERY_NULL, .text = "" };

	switch (sqlite3_column_type(query->statement, column)) {
	case SQLITE_INTEGER:
		cell.type = QUERY_INTEGER;
		cell.integer = sqlite3_column_int64(query->statement, column);
		break;
	case SQLITE_FLOAT:
		cell.type = QUERY_REAL;
		cell.real = sqlite3_column_double(query->statement, column);
		break;
	case SQLITE_TEXT:
		cell.type = QUERY_TEXT;
		break;
	case SQLITE_BLOB:
		cell.type = QUERY_BLOB;
		query->blobs[column] = print_blob(sqlite3_column_blob(query->statement, column),
		    (size_t)sqlite3_column_bytes(query->statement, column));
		cell.text = query->blobs[column];
		return cell;
	}
	if (cell.type != QUERY_NULL)
		cell.text = (const char *)sqlite3_column_text(query->statement, column);
	if (!cell.text)		/* out of memory */
		cell.text = "";
	return cell;
}

static void forget_blobs(struct query *query)
{
	for (size_t i = 0; i < query->count; i++) {
		free(query->blobs[i]);
		query->blobs[i] = NULL;
	}
}

static bool step(struct query *query, const struct query_sink *sink, struct error *err)
{
	bool more = query->count == 0 || sink->head(sink->arg, query->names, query->count);
	int code = SQLITE_DONE;

	while (more && (code = sqlite3_step(query->statement)) == SQLITE_ROW) {
		for (size_t i = 0; i < query->count; i++)
			query->cells[i] = read_cell(query, (int)i);
		more = sink->row(sink->arg, query->cells, query->count);
		forget_blobs(query);
	}
	return code == SQLITE_DONE || code == SQLITE_ROW || refuse(query, err);
}

static bool run(struct query *query, const struct query_sink *sink, struct error *err)
{
	query->cells = heap_zero(query->count + 1, sizeof *query->cells);
	query->names = heap_zero(query->count + 1, sizeof *query->names);
	query->blobs = heap_zero(query->count + 1, sizeof *query->blobs);
	for (size_t i = 0; i < query->count; i++)
		query->names[i] = sqlite3_column_name(query->statement, (int)i);
	return step(query, sink, err);
}

bool query_run(const char *path, const char *sql, const struct query_sink *sink, struct error *err)
{
	struct query query = { 0 };
	bool good = set_up(&query, path, err) && prepare(&query, sql, err) && run(&query, sink, err);

	sqlite3_finalize(query.statement);
	archive_close(query.archive);
	free(query.cells);
	free(query.names);
	free(query.blobs);
	return good;
}
