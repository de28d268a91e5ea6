/* What an import will do or has done, as a table, and what it does not take. See import.h. */
#include "import.h"

#include <stdio.h>
#include <string.h>

#include "kumatop/buf.h"
#include "kumatop/heap.h"
#include "kumatop/text.h"

enum { COLUMNS = 8, CELL_SIZE = 256, NAME_CELLS_MOST = 40 };

struct row {
	char cells[COLUMNS][CELL_SIZE];
};

static const char *const heads[COLUMNS] = { "MONITOR", "KIND", "BECOMES", "BEATS", "EVENTS", "ROLL-UPS", "FROM", "TO" };
static const bool right_aligned[COLUMNS] = { [3] = true, [4] = true, [5] = true };

static const char *fate_word(const struct import_plan_monitor *monitor)
{
	switch (monitor->fate) {
	case IMPORT_ADDED:
		return monitor->paused ? "new, paused" : "new";
	case IMPORT_JOINED:
		return "there already";
	case IMPORT_HISTORY:
		return "history only";
	default:
		return "not taken";
	}
}

static void fill_count(char *cell, uint64_t count)
{
	if (count)
		snprintf(cell, CELL_SIZE, "%llu", (unsigned long long)count);
	else
		text_copy(cell, CELL_SIZE, "-");
}

static void fill_time(char *cell, int64_t us)
{
	if (us)
		moment_print_local(us, "%Y-%m-%d %H:%M", cell, CELL_SIZE);
	else
		text_copy(cell, CELL_SIZE, "-");
}

static void fill_row(struct row *row, const struct import_plan_monitor *monitor)
{
	size_t bytes = text_fit(monitor->name, NAME_CELLS_MOST, NULL);

	snprintf(row->cells[0], CELL_SIZE, "%.*s%s", (int)bytes, monitor->name, monitor->name[bytes] ? ".." : "");
	text_sanitize(row->cells[1], CELL_SIZE, monitor->kind ? monitor->kind : "-", monitor->kind ? strlen(monitor->kind) : 1);
	text_copy(row->cells[2], CELL_SIZE, fate_word(monitor));
	fill_count(row->cells[3], monitor->beats);
	fill_count(row->cells[4], monitor->events);
	fill_count(row->cells[5], monitor->rollups);
	fill_time(row->cells[6], monitor->to_us ? monitor->from_us : 0);
	fill_time(row->cells[7], monitor->to_us);
}

static void add_blanks(struct buf *out, size_t count)
{
	while (count-- > 0)
		buf_add_char(out, ' ');
}

static void print_cells(struct buf *out, const char *const cells[COLUMNS], const size_t widths[COLUMNS])
{
	for (int i = 0; i < COLUMNS; i++) {
		size_t pad = widths[i] - text_width(cells[i]);

		if (i > 0)
			buf_add_text(out, "  ");
		if (right_aligned[i])
			add_blanks(out, pad);
		buf_add_text(out, cells[i]);
		if (!right_aligned[i] && i + 1 < COLUMNS)
			add_blanks(out, pad);
	}
	buf_add_char(out, '\n');
}

/* Those that --monitor leaves out are not told of. */
static bool is_told(const struct import_plan_monitor *monitor)
{
	return monitor->fate != IMPORT_LEFT || monitor->notes.count > 0;
}

static void print_table(const struct import_plan *plan, struct buf *out)
{
	struct row *rows = heap_zero(plan->count + 1, sizeof(*rows));
	size_t widths[COLUMNS];

	for (int i = 0; i < COLUMNS; i++)
		widths[i] = text_width(heads[i]);
	for (size_t i = 0; i < plan->count; i++) {
		if (!is_told(&plan->monitors[i]))
			continue;
		fill_row(&rows[i], &plan->monitors[i]);
		for (int j = 0; j < COLUMNS; j++)
			if (text_width(rows[i].cells[j]) > widths[j])
				widths[j] = text_width(rows[i].cells[j]);
	}
	print_cells(out, heads, widths);
	for (size_t i = 0; i < plan->count; i++) {
		const struct import_plan_monitor *monitor = &plan->monitors[i];
		const char *cells[COLUMNS];

		if (!is_told(monitor))
			continue;
		for (int j = 0; j < COLUMNS; j++)
			cells[j] = rows[i].cells[j];
		print_cells(out, cells, widths);
		for (size_t j = 0; j < monitor->notes.count; j++)
			buf_print(out, "    %s\n", monitor->notes.items[j]);
	}
	free(rows);
}

static void print_sums(const struct import_plan *plan, bool done, struct buf *out)
{
	uint64_t beats = 0, events = plan->events, rollups = 0;
	size_t added = 0, left = 0;

	for (size_t i = 0; i < plan->count; i++) {
		const struct import_plan_monitor *monitor = &plan->monitors[i];

		added += monitor->fate == IMPORT_ADDED;
		left += monitor->fate == IMPORT_LEFT && monitor->notes.count > 0;
		beats += monitor->beats;
		events += monitor->events;
		rollups += monitor->rollups;
	}
	buf_print(out, "%s: %zu new monitors, %llu beats, %llu events, %llu roll-ups", done ? "imported" : "to be imported, but what is there already",
	    added, (unsigned long long)beats, (unsigned long long)events, (unsigned long long)rollups);
	if (left)
		buf_print(out, "; %zu monitors not taken", left);
	buf_add_char(out, '\n');
}

void import_tell(const struct import_plan *plan, bool done, int *status)
{
	struct buf out;

	buf_init(&out, SIZE_MAX / 2);
	print_table(plan, &out);
	print_sums(plan, done, &out);
	cli_write(&out, status);
	buf_finish(&out);
}

void import_tell_troubles(const struct import_plan *plan)
{
	static const char *const heads_of[IMPORT_TROUBLE_COUNT] = {
		[IMPORT_BROKEN] = "not understood",
		[IMPORT_STRANGER] = "of monitors that are not in the file",
		[IMPORT_FUTURE] = "of times that have not come",
		[IMPORT_OVERLAP] = "overlapping",
		[IMPORT_UNTAKEN] = "kumatop has no place for it",
	};

	for (int i = 0; i < IMPORT_TROUBLE_COUNT; i++) {
		const struct import_troubles *troubles = &plan->troubles[i];

		if (!troubles->count)
			continue;
		cli_say("not taken, %s: %llu", heads_of[i], (unsigned long long)troubles->count);
		for (size_t j = 0; j < troubles->first.count; j++)
			cli_say("  %s", troubles->first.items[j]);
		if (troubles->count > troubles->first.count)
			cli_say("  and %llu more", (unsigned long long)(troubles->count - troubles->first.count));
	}
}
