/*
 * Help, made from the table of actions for the view it was asked in, and the glyphs of the states. Nothing is listed by hand, so
 * nothing can be missing.
 */
#include <stdio.h>
#include <string.h>

#include "line.h"
#include "role.h"
#include "search.h"
#include "tui.h"
#include "views.h"

#include "kumatop/filter.h"
#include "kumatop/text.h"

enum { KEYS_WIDTH = 16, LINE_SIZE = 256 };

struct help {
	unsigned place;
	int top;
	int body;		/* lines that fit, as of the last frame */
	int count;
	struct search search;
};

/* Where lines go: painted if they fall into the area, else merely counted. */
struct page {
	const struct tui *tui;
	struct help *help;
	struct area area;
	int width;		/* of the page, also while lines are merely counted */
	int line;
};

static bool help_open(struct view *view, const struct opening *opening)
{
	struct help *help = view->state;

	help->place = opening->choice ? (unsigned)opening->choice : IN_LIST;
	return true;
}

static void add_line_in(struct page *page, enum role role, enum role text_role, const char *keys, const char *text)
{
	char whole[LINE_SIZE];
	int y = page->line - page->help->top;

	snprintf(whole, sizeof whole, "%s %s", keys, text);
	if (!search_takes(&page->help->search, whole))
		return;
	page->line++;
	if (y < 0 || y >= page->area.rows)
		return;
	paint_text(area_part(page->area, y, 2, 1, KEYS_WIDTH), 0, 0, role, keys);
	paint_text(area_part(page->area, y, 2 + KEYS_WIDTH + 1, 1, page->area.columns - KEYS_WIDTH - 4), 0, 0, text_role, text);
}

static void add_line(struct page *page, enum role role, const char *keys, const char *text)
{
	add_line_in(page, role, ROLE_TEXT, keys, text);
}

static void add_title(struct page *page, const char *title)
{
	int y = page->line - page->help->top;

	if (search_is_on(&page->help->search))
		return;
	if (page->line) {
		page->line++;
		y++;
	}
	page->line++;
	paint_text(page->area, y, 1, ROLE_TEXT_STRONG, title);
}

static void print_keys(enum action action, bool utf8, char *out, size_t size)
{
	size_t length = 0;
	char key[24];

	out[0] = '\0';
	for (size_t n = 0; action_key(action, n) && length < size; n++)
		length += (size_t)snprintf(out + length, size - length, "%s%s", n ? "  " : "", key_print(action_key(action, n), utf8, key, sizeof key));
}

/* What our role may not do is grey, and says what it takes. */
static void add_action(struct page *page, enum action action, const char *keys)
{
	enum access_role least = role_missing(page->tui, action);
	char text[LINE_SIZE];

	if (least == ACCESS_NONE) {
		add_line(page, ROLE_KEYBAR_KEY, keys, action_rows[action].help);
		return;
	}
	snprintf(text, sizeof text, "%s (takes %s)", action_rows[action].help, access_role_word((int)least));
	add_line_in(page, ROLE_TEXT_DIM, ROLE_TEXT_DIM, keys, text);
}

/* The actions of the place, either those that every view has or the others. */
static void add_actions(struct page *page, bool common)
{
	const unsigned everywhere = IN_LIST | IN_EVENTS | IN_HELP;
	bool utf8 = page->area.canvas->glyphs != GLYPHS_ASCII;

	for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
		const struct action_row *row = &action_rows[i];
		bool is_common = (row->places & everywhere) == everywhere;
		char keys[64];

		if (is_common != common || !(row->places & (common ? everywhere : page->help->place)))
			continue;
		print_keys((enum action)i, utf8, keys, sizeof keys);
		add_action(page, (enum action)i, keys);
	}
}

static void add_states(struct page *page)
{
	static const struct { enum state state; const char *text; } rows[] = {
		{ STATE_UP, "up" },
		{ STATE_DEGRADED, "degraded: it answers, but slowly, or its certificate lapses soon" },
		{ STATE_PENDING, "pending: failed, but not yet often enough to be down" },
		{ STATE_DOWN, "down" },
		{ STATE_UNKNOWN, "unknown: could not be checked; never counts as downtime" },
		{ STATE_MAINTENANCE, "maintenance" },
		{ STATE_PAUSED, "paused: not checked" },
	};
	enum glyph_set glyphs = page->area.canvas->glyphs;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char signs[16];

		snprintf(signs, sizeof signs, "%s  %s", glyph_state(glyphs, (int)rows[i].state), glyph_beat(glyphs, (int)rows[i].state));
		add_line(page, glyph_state_role((int)rows[i].state), signs, rows[i].text);
	}
	add_line(page, ROLE_TEXT, "a", "behind a name: acknowledged");
}

/* Text that takes more than one line. */
static void add_long(struct page *page, const char *keys, const char *text)
{
	while (*text) {
		char one[LINE_SIZE];
		const char *rest;
		size_t length = line_break(text, page->width - KEYS_WIDTH - 4, &rest);

		snprintf(one, sizeof one, "%.*s", (int)length, text);
		add_line(page, ROLE_KEYBAR_KEY, keys, one);
		keys = "";
		text = rest;
	}
}

/* Lays all lines; returns how many there are. */
static int lay(const struct tui *tui, struct help *help, struct area area, int width)
{
	struct page page = { .tui = tui, .help = help, .area = area, .width = width };

	add_title(&page, "Here");
	add_actions(&page, false);
	add_title(&page, "In every view");
	add_actions(&page, true);
	add_title(&page, "States, and their beats");
	add_states(&page);
	if (help->place & IN_LIST) {
		add_title(&page, "Filter");
		add_long(&page, "/", filter_help);
	}
	return page.line;
}

static void scroll_to(struct help *help, int top)
{
	int last = help->count > help->body ? help->count - help->body : 0;

	help->top = top < 0 ? 0 : top > last ? last : top;
}

static void help_draw(struct view *view, struct area area)
{
	struct help *help = view->state;
	struct area body = search_draw(&help->search, area);

	paint_fill(body, 0, 0, body.columns, ROLE_DIALOG_TITLE, ' ');
	int x = 1 + paint_print(body, 0, 1, ROLE_DIALOG_TITLE, "kumatop %s: keys",
	    tui_settings(view->tui)->version ? tui_settings(view->tui)->version : "");

	if (role_now(view->tui) != ACCESS_NONE)
		paint_print(body, 0, x, ROLE_DIALOG_TITLE, ", as %s on %s", access_role_word((int)role_now(view->tui)),
		    tui_board(view->tui)->host ? tui_board(view->tui)->host : "this board");
	body = area_part(body, 2, 0, body.rows - 2, body.columns);
	help->body = body.rows;
	help->count = lay(view->tui, help, area_part(body, 0, 0, 0, 0), body.columns);
	scroll_to(help, help->top);
	(void)lay(view->tui, help, body, body.columns);
}

static bool help_input(struct view *view, const struct input_event *event)
{
	struct help *help = view->state;

	return search_input(&help->search, event);
}

static bool help_act(struct view *view, enum action action)
{
	struct help *help = view->state;
	int page = help->body > 1 ? help->body - 1 : 1;

	switch (action) {
	case ACTION_UP:
		scroll_to(help, help->top - 1);
		return true;
	case ACTION_DOWN:
		scroll_to(help, help->top + 1);
		return true;
	case ACTION_PAGE_UP:
		scroll_to(help, help->top - page);
		return true;
	case ACTION_PAGE_DOWN:
		scroll_to(help, help->top + page);
		return true;
	case ACTION_HALF_UP:
		scroll_to(help, help->top - page / 2);
		return true;
	case ACTION_HALF_DOWN:
		scroll_to(help, help->top + page / 2);
		return true;
	case ACTION_TOP:
		scroll_to(help, 0);
		return true;
	case ACTION_BOTTOM:
		scroll_to(help, help->count);
		return true;
	case ACTION_SEARCH:
		search_begin(&help->search);
		return true;
	case ACTION_HELP:
		tui_close(view);
		return true;
	case ACTION_BACK:
		return search_clear(&help->search);
	default:
		return false;
	}
}

static unsigned help_place(struct view *view)
{
	const struct help *help = view->state;

	return help->search.typing ? IN_PROMPT : IN_HELP;
}

static const struct hint hints[] = {
	{ ACTION_UP, NULL }, { ACTION_DOWN, NULL }, { ACTION_SEARCH, NULL }, { ACTION_QUIT, "Back" }, { ACTION_NONE, NULL },
};

const struct view_kind help_view = {
	.name = "help",
	.title = "Help",
	.place = IN_HELP,
	.state_size = sizeof(struct help),
	.hints = hints,
	.draw = help_draw,
	.open = help_open,
	.input = help_input,
	.act = help_act,
	.place_now = help_place,
};
