/* The bar of a monitor as text: a letter for how each beat looks, and its latency in tens of microseconds where there was an answer. */
#include "wire_parts.h"

static const char letters[STATE_COUNT + 1] = {
	[STATE_NEW] = 'n', [STATE_UP] = 'u', [STATE_DEGRADED] = 'g', [STATE_PENDING] = 'p', [STATE_DOWN] = 'd', [STATE_UNKNOWN] = 'k',
	[STATE_MAINTENANCE] = 'm', [STATE_PAUSED] = 'z',
};

enum { LATENCY_MOST = INT32_MAX / 10 };

void marks_add(const struct monitor_view *view, size_t count, struct buf *out)
{
	buf_add_char(out, '"');
	while (count-- > 0) {
		struct beat_mark mark = view_mark(view, count);

		buf_add_char(out, mark.look < STATE_COUNT ? letters[mark.look] : letters[STATE_UNKNOWN]);
		if (mark.latency_10us != BEAT_MARK_NONE)
			buf_add_int(out, mark.latency_10us > LATENCY_MOST ? LATENCY_MOST : mark.latency_10us);
	}
	buf_add_char(out, '"');
}

static bool same_mark(struct beat_mark a, struct beat_mark b)
{
	return a.look == b.look && a.latency_10us == b.latency_10us;
}

bool marks_new(const struct monitor_view *before, const struct monitor_view *view, size_t *count)
{
	size_t moved, whole;

	*count = 0;
	if (before->marks == view->marks && before->mark_next == view->mark_next && before->mark_count == view->mark_count)
		return true;
	moved = ((size_t)view->mark_next + VIEW_MARKS - before->mark_next) % VIEW_MARKS;
	whole = before->mark_count + moved;
	if (view->mark_count != (whole < VIEW_MARKS ? whole : VIEW_MARKS))
		return false;
	/* All there were have to stand behind the new ones: a ring that went round once more, or was filled anew, does not pass. */
	for (size_t back = 0; back < before->mark_count && back + moved < VIEW_MARKS; back++) {
		if (!same_mark(view_mark(before, back), view_mark(view, back + moved)))
			return false;
	}
	*count = moved;
	return true;
}

void marks_forget(struct monitor_view *view)
{
	struct monitor_view only = { .marks = view->marks };

	view_finish(&only);
	view->marks = NULL;
	view->mark_next = view->mark_count = 0;
}

/* A letter and what number follows it. */
static bool take_one(const char **text, enum state *look, int32_t *latency_us)
{
	const char *letter = strchr(letters, **text);
	int64_t latency = 0;

	if (!letter || *letter == '\0')
		return false;
	*look = (enum state)(letter - letters);
	(*text)++;
	*latency_us = -1;
	while (**text >= '0' && **text <= '9') {
		latency = latency * 10 + (**text - '0');
		if (latency > LATENCY_MOST)
			return false;
		*latency_us = (int32_t)latency * 10;
		(*text)++;
	}
	return true;
}

bool marks_take(struct monitor_view *view, const char *text, struct error *err)
{
	for (size_t count = 0; *text; count++) {
		enum state look;
		int32_t latency_us;

		if (count == VIEW_MARKS || !take_one(&text, &look, &latency_us))
			return wire_refuse(err, "marks");
		view_add_mark(view, look, latency_us);
	}
	return true;
}
