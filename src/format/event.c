/* An event as a line for people: `events`. The screen draws its own. */
#include "kumatop/format.h"

#include "kumatop/text.h"
#include "kumatop/when.h"
#include "put.h"

enum { WORD_CELLS = 12 };

static void add_padded(struct buf *out, const char *text, size_t width)
{
	size_t cells = text_width(text);

	buf_add_text(out, text);
	for (; cells < width; cells++)
		buf_add_char(out, ' ');
}

static const char *word_of(const struct event_record *event, bool is_state)
{
	if (!is_state)
		return event->kind_word;
	return event->to == STATE_UP ? "UP" : event->to == STATE_DOWN ? "DOWN" : event->to == STATE_UNKNOWN ? "UNKNOWN" : state_word(event->to);
}

void format_event_line(struct buf *out, const struct event_record *event, bool is_state, size_t name_width)
{
	size_t before;
	char text[48];

	buf_print(out, "%s  ", moment_print_local(event->time_us, "%F %T", text, sizeof(text)));
	add_padded(out, *event->name ? event->name : "kumatop", name_width);
	buf_add_text(out, "  ");
	add_padded(out, word_of(event, is_state), WORD_CELLS);
	buf_add_text(out, "  ");
	before = out->length;
	if (is_state)
		add_reason(out, event->outcome, event->detail);
	else
		buf_add_text(out, event->detail);
	if (is_state && event->lasted_us > 0 && event->from != STATE_NEW)
		buf_print(out, "%safter %s %s", out->length > before ? " " : "", length_print(event->lasted_us, text, sizeof(text)),
		    state_word(event->from));
	if (*event->who)
		buf_print(out, "%sby %s", out->length > before ? " " : "", event->who);
	while (out->length && out->data[out->length - 1] == ' ')
		out->data[--out->length] = '\0';
	buf_add_char(out, '\n');
}
