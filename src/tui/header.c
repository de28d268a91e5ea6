/*
 * The head of the list. States are told by glyph and number, then by word where there is room.
 */
#include <stdio.h>
#include <string.h>

#include "line.h"
#include "list_parts.h"
#include "role.h"

#include "kumatop/text.h"

enum { LATE_MS = 1000, WIDE_COLUMNS = 100, WIDE_ROWS = 30, MIDDLE_COLUMNS = 60, MIDDLE_ROWS = 12, FLEET_CELLS_MOST = 120 };

/* In the order of the drawings: what is well, then the worst last among what needs a person. */
static const enum state counted[] = {
	STATE_UP, STATE_DEGRADED, STATE_PENDING, STATE_DOWN, STATE_UNKNOWN, STATE_MAINTENANCE, STATE_PAUSED,
};

/* As state_word(), but short, and what matters most in capitals. */
static const char *word_of(enum state state)
{
	return state == STATE_DOWN ? "DOWN" : state == STATE_MAINTENANCE ? "maint" : state_word((int)state);
}

/* words: each number with its state and gap cells between them; else as narrow as can be. */
static int draw_counts(const struct tui *tui, struct area area, int y, int x, int gap, bool words)
{
	const struct snapshot *snapshot = tui->snapshot;
	int start = x;

	if (!snapshot)
		return 0;
	for (size_t i = 0; i < sizeof counted / sizeof *counted; i++) {
		enum state state = counted[i];
		uint32_t count = snapshot->by_state[state];
		enum role role = count ? glyph_state_role((int)state) : ROLE_HEADER_KEY;

		if (!count && state != STATE_UP)
			continue;
		if (words)
			x += paint_print(area, y, x, role, "%s %u %s", glyph_state(tui->canvas.glyphs, (int)state), count, word_of(state));
		else
			x += paint_print(area, y, x, role, "%s%u", glyph_state(tui->canvas.glyphs, (int)state), count);
		x += gap;
	}
	if (snapshot->by_state[STATE_NEW])
		x += paint_print(area, y, x, ROLE_HEADER_KEY, "%u new", snapshot->by_state[STATE_NEW]) + 1;
	return x - start;
}

/* Cells of the counts with words and these gaps. */
static int width_of_counts(const struct snapshot *snapshot, int gap)
{
	int width = 0;

	for (size_t i = 0; i < sizeof counted / sizeof *counted; i++)
		if (snapshot->by_state[counted[i]])
			width += snprintf(NULL, 0, "  %u%s", snapshot->by_state[counted[i]], word_of(counted[i])) + 1 + gap;
	return width + (snapshot->by_state[STATE_NEW] ? snprintf(NULL, 0, "%u new", snapshot->by_state[STATE_NEW]) : 0);
}

static int draw_fact(struct area area, int y, int x, const char *word, const char *value, bool well)
{
	int start = x;

	x += paint_text(area, y, x, ROLE_HEADER_KEY, word) + 1;
	x += paint_text(area, y, x, well ? ROLE_TEXT : ROLE_STATE_DOWN, value);
	return x - start;
}

struct fact {
	const char *word;
	char value[32];
	bool well;
};

enum { FACTS = 3 };

static void find_facts(const struct board_health *health, struct fact facts[FACTS])
{
	facts[0] = (struct fact){ .word = "late", .well = health->lateness_ms < LATE_MS };
	snprintf(facts[0].value, sizeof facts[0].value, "%dms", health->lateness_ms);
	facts[1] = (struct fact){ .word = "net", .well = !health->network_gone };
	text_copy(facts[1].value, sizeof facts[1].value, health->network_gone ? "gone" : "ok");
	facts[2] = (struct fact){ .word = "db", .well = !health->history_trouble && !health->beats_dropped };
	text_copy(facts[2].value, sizeof facts[2].value, !facts[2].well ? "trouble" : health->history_kept ? "ok" : "none");
}

static int fact_width(const struct fact *fact)
{
	return (int)(strlen(fact->word) + strlen(fact->value)) + 1;
}

/* From the right, as many as there is room for beside what stands at the left. */
static void draw_facts_right(const struct tui *tui, struct area area, int y, int from, int end)
{
	struct fact facts[FACTS];

	/* of kumatop itself history knows too little to say that it was well */
	if (!tui->snapshot || tui->travel.shown_us)
		return;
	find_facts(&tui->snapshot->health, facts);
	for (int i = FACTS - 1; i >= 0; i--) {
		end -= fact_width(&facts[i]);
		if (end < from + 1)
			return;
		draw_fact(area, y, end, facts[i].word, facts[i].value, facts[i].well);
		end -= 2;
	}
}

static int draw_clock(const struct tui *tui, struct area area, int y, bool seconds)
{
	char text[64];

	if (seconds)
		tui_time(tui, tui_clock_us(tui), "%H:%M:%S %Z", text, sizeof text);
	else
		tui_time(tui, tui_clock_us(tui), "%H:%M %Z", text, sizeof text);
	int x = area.columns - 1 - (int)text_width(text);

	paint_text(area, y, x, ROLE_CLOCK, text);
	return x;
}

static void add_trouble(char *text, size_t size, const char *separator, const char *trouble)
{
	size_t length = strlen(text);

	if (*trouble)
		snprintf(text + length, size - length, "%s%s", length ? separator : "", trouble);
}

static void collect_troubles(const struct tui *tui, char *text, size_t size)
{
	const char *separator = tui->canvas.glyphs == GLYPHS_ASCII ? " - " : " · ";
	const struct board_health *health = &tui->snapshot->health;
	char one[160], when[32];

	if (tui->travel.on)
		add_trouble(text, size, separator, travel_print(tui, one, sizeof one));
	add_trouble(text, size, separator, shared_read(health->link_trouble));
	if (tui->frozen)
		add_trouble(text, size, separator, tui_print_frozen(tui, one, sizeof one));
	if (health->network_gone) {
		tui_time(tui, health->network_gone_us, "%H:%M", when, sizeof when);
		snprintf(one, sizeof one, "own network is gone: %u monitors unknown since %s", tui->snapshot->by_state[STATE_UNKNOWN], when);
		add_trouble(text, size, separator, one);
	}
	add_trouble(text, size, separator, shared_read(health->history_trouble));
	if (health->lateness_ms >= LATE_MS) {
		snprintf(one, sizeof one, "checks run %.1f s late", health->lateness_ms / 1000.0);
		add_trouble(text, size, separator, one);
	}
	if (health->beats_dropped) {
		snprintf(one, sizeof one, "%llu beats dropped", (unsigned long long)health->beats_dropped);
		add_trouble(text, size, separator, one);
	}
	add_trouble(text, size, separator, shared_read(health->configuration_trouble));
}

/* True if there is anything to say. */
static bool draw_banner(const struct tui *tui, struct area area, int y)
{
	char text[1024] = "";

	if (!tui->snapshot && tui->travel.on)
		travel_print(tui, text, sizeof text);
	if (tui->snapshot)
		collect_troubles(tui, text, sizeof text);
	if (!text[0])
		return false;
	paint_fill(area, y, 0, area.columns, ROLE_BANNER, ' ');
	paint_text(area_part(area, y, 1, 1, area.columns - 2), 0, 0, ROLE_BANNER, text);
	return true;
}

static void draw_tabs(const struct tui *tui, const struct list *list, struct area area, int y)
{
	size_t all = tui->snapshot ? tui->snapshot->count : 0, problems = rows_problems(list->rows);
	int x = 1;
	char sort[64];

	x += paint_print(area, y, x, list->problems_only ? ROLE_TEXT_DIM : ROLE_TEXT_STRONG, "[1 All %zu]", all) + 1;
	paint_print(area, y, x, list->problems_only ? ROLE_TEXT_STRONG : ROLE_TEXT_DIM, "[2 Problems %zu]", problems);
	snprintf(sort, sizeof sort, "sort: %s%s%s", order_rows[list->key].name, list->reverse ? ", inverted" : "", list->follow ? "  follow" : "");
	paint_text(area, y, area.columns - 1 - (int)text_width(sort), ROLE_TEXT_DIM, sort);
}

/* A cell a minute, as many as there is room for. */
static void draw_fleet(const struct tui *tui, struct area area, int y)
{
	static const char legend[] = "worst state per minute, as seen since this screen was opened";
	struct glyph_cell cells[FLEET_MINUTES];
	int x = 1 + paint_text(area, y, 1, ROLE_HEADER_KEY, "fleet") + 1;
	int room = area.columns - x - 2 - (int)sizeof legend, width = room < FLEET_CELLS_MOST ? room : FLEET_CELLS_MOST;

	fleet_draw(tui->frozen ? &tui->fleet_frozen : &tui->fleet, tui->canvas.glyphs, tui_now_us(tui), cells, (size_t)width);
	paint_cells(area, y, x, cells, (size_t)width);
	paint_text(area, y, x + width + 2, ROLE_HEADER_KEY, legend);
}

static int draw_wide(const struct tui *tui, const struct list *list, struct area area)
{
	struct fact facts[FACTS];
	char age[16], role[32];
	int x = 1;

	x += paint_print(area, 0, x, ROLE_TEXT_STRONG, "kumatop %s", tui->settings.version ? tui->settings.version : "") + 2;
	x += paint_text(area, 0, x, ROLE_HEADER, tui->board->host ? tui->board->host : "") + 4;
	int clock = draw_clock(tui, area, 0, true);

	if (tui->snapshot) {
		int gap = width_of_counts(tui->snapshot, 3) <= clock - x ? 3 : 2;
		bool words = width_of_counts(tui->snapshot, gap) <= clock - x;

		draw_counts(tui, area_part(area, 0, 0, 1, clock - 1), 0, x, gap, words);
		find_facts(&tui->snapshot->health, facts);
		x = 1;
		for (int i = 0; i < FACTS && !tui->travel.shown_us; i++)
			x += draw_fact(area, 1, x, facts[i].word, facts[i].value, facts[i].well) + 3;
		age_print(tui_now_us(tui) - tui->snapshot->health.started_us, age, sizeof age);
		if (tui->snapshot->health.started_us)
			x += draw_fact(area, 1, x, "up", age, true) + 3;
		if (role_print(tui, role, sizeof role)[0])
			x += paint_text(area, 1, x, ROLE_TEXT, role) + 3;
		if (tui->board->configuration && area.columns >= 140)
			x += draw_fact(area, 1, x, "config", tui->board->configuration, true) + 3;
		if (tui->board->database && area.columns >= 140)
			draw_fact(area, 1, x, "history", tui->board->database, true);
	}
	int y = 2;

	if (split_fits(tui))
		draw_fleet(tui, area, y++);
	draw_banner(tui, area, y++);
	draw_tabs(tui, list, area, y++);
	return y;
}

/* Right before the clock, if there is room; returns where what stands left of it ends. */
static int draw_role(const struct tui *tui, struct area area, int from, int end)
{
	char role[32];
	int width = (int)strlen(role_print(tui, role, sizeof role));

	if (!width || end - width < from + 1)
		return end;
	paint_text(area, 0, end - width, ROLE_TEXT, role);
	return end - width - 2;
}

static int draw_middle(const struct tui *tui, struct area area)
{
	int x = 1, clock = draw_clock(tui, area, 0, false);

	/* "owner@host" where it is another's */
	if (tui->board->host)
		x += paint_text(area_part(area, 0, 0, 1, 1 + (strchr(tui->board->host, '@') ? 24 : 16)), 0, x, ROLE_TEXT_STRONG, tui->board->host) + 2;
	x += draw_counts(tui, area_part(area, 0, 0, 1, clock - 1), 0, x, 1, false);
	draw_facts_right(tui, area, 0, x, draw_role(tui, area, x, clock - 2));
	draw_banner(tui, area, 1);
	return 2;
}

int header_draw(const struct tui *tui, const struct list *list, struct area area)
{
	if (area.columns >= WIDE_COLUMNS && area.rows >= WIDE_ROWS - 1)
		return draw_wide(tui, list, area);
	if (area.columns >= MIDDLE_COLUMNS && area.rows >= MIDDLE_ROWS)
		return draw_middle(tui, area);
	/* so low that counts or banner is the question: whose counts they are comes first */
	if (tui->travel.on && area.rows < 4 && draw_banner(tui, area, 0))
		return 1;
	int clock = area.columns >= 36 ? draw_clock(tui, area, 0, false) : area.columns;

	draw_counts(tui, area_part(area, 0, 0, 1, clock - 1), 0, 1, 1, false);
	if (area.rows >= 4 && draw_banner(tui, area, 1))
		return 2;
	return 1;
}
