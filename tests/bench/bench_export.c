/*
 * `kumatop export` of packed history against the sqlite3 shell that writes the same CSV from the same beats as plain rows; and that more
 * history takes no more memory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "kumatop/heap.h"
#include "made.h"
#include "measure.h"

enum { ROUNDS = 3, MONITORS = 200, ROWS = 500000 };

/* Times as the schema's own views print them. */
#define SELECT_CSV \
	".mode csv\n" \
	"SELECT strftime('%Y-%m-%dT%H:%M:%S', b.time_us / 1000000, 'unixepoch') || printf('.%03dZ', b.time_us / 1000 % 1000)," \
	" m.name, m.kind, s.word, o.word, b.code, iif(b.verdict >= 2, NULL, b.total_us / 1000.0), b.name_us / 1000.0, b.connect_us / 1000.0," \
	" b.tls_us / 1000.0, b.first_byte_us / 1000.0, b.transfer_us / 1000.0, d.text" \
	" FROM beat_tail b JOIN monitor m ON m.id = b.monitor" \
	" JOIN word s ON s.what = 'state' AND s.number = b.state" \
	" JOIN word o ON o.what = 'outcome' AND o.number = b.outcome" \
	" LEFT JOIN text d ON d.id = b.detail"

static const char ordered[] = SELECT_CSV " ORDER BY m.name, b.time_us;\n";
static const char unordered[] = SELECT_CSV ";\n";

static bool write_file(const char *path, const char *text)
{
	FILE *out = fopen(path, "we");
	bool good = out && fputs(text, out) >= 0;

	return out && fclose(out) == 0 && good;
}

static bool make(const void *arg)
{
	size_t rows = *(const size_t *)arg;
	char *plain = heap_print("%s/plain-%zu.db", getenv("WORK"), rows), *path = heap_print("%s/export-%zu.db", getenv("WORK"), rows);
	const char *const copy[] = { "cp", plain, path, NULL };
	struct cost cost;
	bool good = made_database(plain, MONITORS, rows) && cost_of(copy, 0, &cost) && made_packed(path);

	free(plain);
	free(path);
	return good;
}

static double rows_a_second(const char *const *argv, size_t rows)
{
	struct cost cost;

	return cost_of(argv, 0, &cost) ? (double)rows * 1e6 / cost.cpu_us : -1;
}

/* The shell writes whole milliseconds as "70.0" and puts quotes where they are not needed. */
static bool is_same_csv(void)
{
	static const char script[] =
	    "cd \"$WORK\" && \"$KUMATOP\" export --database export-*.db | tail -n +2 | tr -d '\"' >ours.csv &&"
	    " sqlite3 -readonly plain-*.db <ordered.sql | tr -d '\"' | sed 's/\\.0,/,/g' | cmp - ours.csv >&2; status=$?;"
	    " rm -f ours.csv; exit $status";
	struct cost cost;

	return cost_of((const char *const[]){ "sh", "-c", script, NULL }, 0, &cost);
}

static int speed(size_t rows, const char *database, const char *plain)
{
	char *in_order = heap_print(".read %s/ordered.sql", getenv("WORK")), *as_it_lies = heap_print(".read %s/unordered.sql", getenv("WORK"));
	const char *const export[] = { getenv("KUMATOP"), "export", "--database", database, NULL };
	const char *const shell[] = { "sqlite3", "-readonly", plain, in_order, NULL };
	const char *const shell_unordered[] = { "sqlite3", "-readonly", plain, as_it_lies, NULL };
	struct rounds same = { 0 }, easier = { 0 };

	while (same.count < ROUNDS) {
		double theirs = rows_a_second(shell, rows), ours = rows_a_second(export, rows);

		if (!rounds_add(&same, ours / 1000, theirs / 1000) || !rounds_add(&easier, ours / 1000, rows_a_second(shell_unordered, rows) / 1000)) {
			row_absent("export, rows a second", "no sqlite3 shell");
			return 1;
		}
	}
	row_print(&(struct row){ "export / sqlite3 shell, the same CSV", "k/s", RATIO_AT_LEAST, 2, "rows a second of CPU" }, &same);
	row_print(&(struct row){ "export / sqlite3 shell, any order", "k/s", NO_BUDGET, 0, NULL }, &easier);
	free(in_order);
	free(as_it_lies);
	return 0;
}

static int memory(const char *database, size_t more)
{
	char *larger = heap_print("%s/export-%zu.db", getenv("WORK"), more);
	const char *const few[] = { getenv("KUMATOP"), "export", "--database", database, NULL };
	const char *const many[] = { getenv("KUMATOP"), "export", "--database", larger, NULL };
	struct rounds peak = { 0 };
	struct cost once, four_times;

	if (cpu_of(make, &more) < 0 || !cost_of(few, 0, &once) || !cost_of(many, 0, &four_times)) {
		row_absent("export, memory", "no database could be made");
		return 1;
	}
	rounds_add(&peak, four_times.peak_kib / 1024, once.peak_kib / 1024);
	row_print(&(struct row){ "export of 4 times as much / of once", "MiB", RATIO_AT_MOST, 1.1, "memory" }, &peak);
	(void)unlink(larger);
	free(larger);
	char *plain = heap_print("%s/plain-%zu.db", getenv("WORK"), more);

	(void)unlink(plain);
	free(plain);
	return 0;
}

int main(int argc, char **argv)
{
	size_t rows = ROWS * (argc > 1 ? strtoul(argv[1], NULL, 10) : 1);
	const char *work = getenv("WORK");
	int status = 1;

	if (!row_wanted("export"))
		return 0;
	if (!work || !getenv("KUMATOP"))
		return 64;
	char *database = heap_print("%s/export-%zu.db", work, rows), *plain = heap_print("%s/plain-%zu.db", work, rows);
	char *sql = heap_print("%s/ordered.sql", work), *sql_unordered = heap_print("%s/unordered.sql", work);

	if (cpu_of(make, &rows) < 0 || !write_file(sql, ordered) || !write_file(sql_unordered, unordered)) {
		row_absent("export", "no database could be made");
	} else if (!is_same_csv()) {
		row_absent("export", "the two do not write the same");
	} else {
		status = speed(rows, database, plain);
		status |= memory(database, 4 * rows);
	}
	(void)unlink(database);
	(void)unlink(plain);
	free(database);
	free(plain);
	free(sql);
	free(sql_unordered);
	return status;
}
