/*
 * `kumatop sql`: one statement over the database, also while a kumatop owns it. What comes of it is a table on a terminal, CSV elsewhere,
 * or JSON; in memory there is never more than a screenful or so of it.
 */
#include "commands.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kumatop/buf.h"
#include "kumatop/heap.h"
#include "kumatop/query.h"
#include "kumatop/text.h"
#include "service.h"
#include "sql_print.h"

enum { SQL_BYTES_MOST = 1 << 20 };

struct options {
	struct cli_common common;
	bool json, table, raw;
};

static const struct setting options_table[] = {
	{ "json", NULL, SETTING_FLAG, offsetof(struct options, json), 0, 0, NULL, NULL, NULL, "one JSON object a line", NULL },
	{ "table", NULL, SETTING_FLAG, offsetof(struct options, table), 0, 0, NULL, NULL, NULL, "a table, also where no terminal is", NULL },
	{ "raw", NULL, SETTING_FLAG, offsetof(struct options, raw), 0, 0, NULL, NULL, NULL,
	    "do not make cells safe that a spreadsheet would run as a formula", NULL },
	CLI_COMMON_ROWS(struct options),
	CLI_END_ROW,
};

static bool read_all(struct buf *sql, struct error *err)
{
	char part[1 << 14];
	ssize_t length;

	while ((length = read(STDIN_FILENO, part, sizeof(part))) != 0) {
		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return error_errno(err, EXIT_INPUT_OUTPUT, "cannot read the statement");
		if (!buf_add(sql, part, (size_t)length))
			return error_set(err, EXIT_DATA, "the statement is longer than 1 MiB");
	}
	if (strlen(sql->data) != sql->length)
		return error_set(err, EXIT_DATA, "the statement has a NUL in it");
	return true;
}

static bool read_statement(const char *word, struct buf *sql, struct error *err)
{
	if (strcmp(word, "-") == 0)
		return read_all(sql, err);
	return buf_add_text(sql, word) || error_set(err, EXIT_DATA, "the statement is longer than 1 MiB");
}

static enum sql_form form_of(const struct options *options)
{
	if (options->json)
		return SQL_JSON;
	return options->table || isatty(STDOUT_FILENO) ? SQL_TABLE : SQL_CSV;
}

static int query(const struct options *options, const char *word, const char *database)
{
	struct sql_print *print = sql_print_create(form_of(options), !options->raw);
	const struct query_sink sink = { .head = sql_print_head, .row = sql_print_row, .arg = print };
	struct buf sql;
	struct error err;
	int status = EXIT_FINE;

	buf_init(&sql, SQL_BYTES_MOST);
	if (!read_statement(word, &sql, &err) || !query_run(database, sql.data, &sink, &err))
		status = cli_fail(&err);
	if (!sql_print_end(print) && status == EXIT_FINE)
		status = EXIT_INPUT_OUTPUT;
	buf_finish(&sql);
	sql_print_destroy(print);
	return status;
}

static int find_database(const struct options *options, const char *word)
{
	int status = EXIT_FINE;
	struct conf *conf = cli_load(&options->common, &status);
	char *database;
	struct error err;

	if (!conf)
		return status;
	database = conf_database_path(conf, options->common.database);
	status = database ? query(options, word, database)
	    : cli_fail((error_set(&err, EXIT_USAGE, "there is no database: name one with --database"), &err));
	free(database);
	conf_free(conf);
	return status;
}

static int run_sql(const struct cli_command *command, int argc, char **argv)
{
	struct options options = { 0 };
	struct cli_words words;
	struct error err;
	int status;

	if (!cli_read(command, argc, argv, &options, &words, NULL, NULL, &status))
		return status;
	if (words.count != 1) {
		error_set(&err, EXIT_USAGE, "usage: kumatop sql %s", command->usage);
		status = cli_fail(&err);
	} else if (service_is_anothers(&options.common)) {
		error_set(&err, EXIT_PERMISSION, "the history is the service's: run it as its user, as in sudo -u kumatop kumatop sql");
		status = cli_fail(&err);
	} else {
		status = find_database(&options, words.items[0]);
	}
	cli_done(command, &options, &words);
	return status;
}

static const char help[] =
    "One statement, \"-\" for one on stdin, and nothing that writes. Works while a kumatop owns the database. The tables are those of the\n"
    "schema (select sql from sqlite_schema), and `beat` has every beat, packed or not: time monitor state verdict outcome code total_ms\n"
    "detail address monitor_id time_us kind reach_ms name_us connect_us tls_us first_byte_us transfer_us total_us cert_expires_us.\n"
    "Conditions on monitor, monitor_id, time and time_us are read for; anything else is looked for in all there is:\n"
    "\n"
    "  kumatop sql \"select count(*), avg(total_ms) from beat where monitor = 'web' and time >= '2026-11-01' and time < '2026-12-01'\"\n"
    "\n"
    "time is RFC 3339 UTC, compared as text. On a terminal the rows are a table, elsewhere CSV.";

const struct cli_command cli_sql = {
	.name = "sql",
	.usage = "[--json] [--table] STATEMENT|-",
	.summary = "Ask the database in SQL, only to read",
	.help = help,
	.options = options_table,
	.run = run_sql,
};
