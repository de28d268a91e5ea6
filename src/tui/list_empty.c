/*
 * The list where it has no rows to show: why, and what to do about it, in as much room as there is.
 */
#include "line.h"
#include "list_parts.h"

#include "kumatop/text.h"

enum { ROOMY_ROWS = 9 };

static void draw_centred(struct area area, int y, enum role role, const char *text)
{
	int x = (area.columns - (int)text_width(text)) / 2;

	paint_text(area, y, x > 0 ? x : 0, role, text);
}

/* Broken into as many lines as it takes; returns the row after them. */
static int draw_sentence(struct area area, int y, enum role role, const char *text)
{
	char part[512];

	while (*text && y < area.rows) {
		const char *rest;
		size_t length = line_break(text, area.columns - 2, &rest);

		if (!length || rest == text)
			break;
		snprintf(part, sizeof part, "%.*s", (int)length, text);
		draw_centred(area, y++, role, part);
		text = rest;
	}
	return y;
}

static void draw_first_steps(const struct tui *tui, struct area area, int y)
{
	const char *file = tui->board->configuration;
	bool roomy = area.rows >= ROOMY_ROWS;
	char text[512];

	y = draw_sentence(area, y, ROLE_TEXT_STRONG, "no monitors yet") + roomy;
	y = draw_sentence(area, y, ROLE_TEXT, "press a to add one, or paste a URL, host:port or host") + roomy;
	snprintf(text, sizeof text, "or declare some in %s", file ? file : "a kumatop.conf");
	draw_sentence(area, y, ROLE_TEXT_DIM, text);
}

void list_draw_empty(const struct tui *tui, const struct list *list, struct area area)
{
	int y = area.rows >= ROOMY_ROWS ? area.rows / 3 : 0;

	if (!tui->snapshot) {
		draw_sentence(area, y, ROLE_TEXT_DIM, "starting");
		return;
	}
	if (!tui->snapshot->count && tui->travel.shown_us) {
		y = draw_sentence(area, y, ROLE_TEXT, "no monitors then, or nothing is known of them");
		draw_sentence(area, y, ROLE_TEXT_DIM, "Esc: now");
		return;
	}
	if (!tui->snapshot->count) {
		draw_first_steps(tui, area, y);
		return;
	}
	y = draw_sentence(area, y, ROLE_TEXT, !list->filter[0] ? "no problems" : list->problems_only ? "no problem matches the filter"
	    : "no monitor matches the filter");
	draw_sentence(area, y, ROLE_TEXT_DIM, "Esc shows all monitors");
}
