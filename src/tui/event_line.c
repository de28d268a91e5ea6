/*
 * Lines of events.
 */
#include "event_line.h"

#include "line.h"
#include "why.h"

#include "kumatop/buf.h"
#include "kumatop/shared.h"
#include "kumatop/text.h"

enum { WORD_WIDTH = 12, WIDE_ENOUGH_FOR_DATE = 60, WIDE_ENOUGH_FOR_WORD = 60 };

const char *event_line_word(const struct event *event)
{
	return event->kind == EVENT_STATE ? state_title(event->to) : event_word((enum event_kind)event->kind);
}

char *event_line_text(const struct event *event, char *out, size_t size)
{
	char reason[RESULT_DETAIL_SIZE + 64] = "", lasted[32];
	struct buf text;

	buf_init(&text, size - 1);
	if (event->kind == EVENT_STATE)
		why_reason(event->outcome, shared_read(event->detail), reason, sizeof reason);
	else
		text_copy(reason, sizeof reason, shared_read(event->detail));
	buf_add_text(&text, reason);
	if (event->kind == EVENT_STATE && event->lasted_us > 0 && event->from != STATE_NEW)
		buf_print(&text, " after %s %s", length_print(event->lasted_us, lasted, sizeof lasted), state_word(event->from));
	if (event->who)
		buf_print(&text, "%sby %s", text.length ? " " : "", shared_read(event->who));
	text_copy(out, size, text.data);
	buf_finish(&text);
	return out;
}

char *event_line_all(const struct tui *tui, const struct history_event *event, char *out, size_t size)
{
	char when[32], text[RESULT_DETAIL_SIZE + 160];

	tui_time(tui, event->event.time_us, "%d %b %H:%M:%S", when, sizeof when);
	snprintf(out, size, "%s %s %s %s", when, event->name, event_line_word(&event->event),
	    event_line_text(&event->event, text, sizeof text));
	return out;
}

static void draw_glyph(struct line *line, const struct event *event)
{
	enum glyph_set set = line->area.canvas->glyphs;

	switch (event->kind) {
	case EVENT_STATE:
		line_print(line, glyph_state_role(event->to), "%s", glyph_state(set, event->to));
		break;
	case EVENT_PAUSED:
		line_print(line, ROLE_STATE_PAUSED, "%s", glyph_state(set, STATE_PAUSED));
		break;
	case EVENT_TROUBLE:
		line_print(line, ROLE_TOAST_ERROR, "!");
		break;
	default:
		line_print(line, ROLE_EVENT_CONFIG, "%s", glyph_text(set, GLYPH_SEPARATOR));
	}
}

void event_line_draw(const struct tui *tui, struct area area, int y, const struct history_event *history, int name_width)
{
	const struct event *event = &history->event;
	enum role role = event->kind == EVENT_STATE ? glyph_state_role(event->to) : ROLE_EVENT_CONFIG;
	char when[32], text[RESULT_DETAIL_SIZE + 160];
	struct line line = { area, y, 1 };

	tui_time(tui, event->time_us, area.columns >= WIDE_ENOUGH_FOR_DATE ? "%d %b %H:%M:%S" : "%H:%M", when, sizeof when);
	line_print(&line, ROLE_EVENT_TIME, "%s", when);
	line_gap(&line, 1);
	draw_glyph(&line, event);
	line.x = 1 + (int)strlen(when) + 3;
	if (name_width) {
		paint_field(area, y, line.x, name_width, event->monitor ? ROLE_TEXT : ROLE_TEXT_DIM,
		    *history->name ? history->name : "kumatop");
		line_gap(&line, name_width + 1);
	}
	if (area.columns >= WIDE_ENOUGH_FOR_WORD) {
		paint_field(area, y, line.x, WORD_WIDTH, role, event_line_word(event));
		line_gap(&line, WORD_WIDTH + 1);
	}
	line_print(&line, ROLE_TEXT, "%s", event_line_text(event, text, sizeof text));
}
