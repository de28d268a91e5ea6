/*
 * The last picture as text. Names and reasons came from somewhere, so they pass the same gate as everything on the screen.
 */
#include "summary.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

#include "why.h"

#include "kumatop/heap.h"
#include "kumatop/order.h"
#include "kumatop/text.h"

enum { PROBLEMS_MOST = 40, SUMMARY_LIMIT = 65536, PATIENCE_MS = 200, NAME_WIDTH_MOST = 32 };

/* As paint.c does it for cells: what a terminal of ASCII cannot show is a question mark. */
static void add_text(struct buf *out, bool ascii, const char *text)
{
	char clean[RESULT_DETAIL_SIZE + 64];

	text_sanitize(clean, sizeof clean, text, strlen(text));
	for (const char *at = clean; *at; at++) {
		unsigned char byte = (unsigned char)*at;

		if (!ascii || byte < 0x80)
			buf_add_char(out, *at);
		else if (byte >= 0xc0)
			buf_add_char(out, '?');
	}
}

static void add_counts(const struct tui *tui, struct buf *out)
{
	static const enum state order[] = {
		STATE_DOWN, STATE_UNKNOWN, STATE_DEGRADED, STATE_PENDING, STATE_UP, STATE_MAINTENANCE, STATE_PAUSED, STATE_NEW,
	};
	const struct snapshot *snapshot = tui->snapshot;
	char when[64];

	buf_add_text(out, "kumatop");
	if (tui->board->host) {
		buf_add_char(out, ' ');
		add_text(out, tui->canvas.glyphs == GLYPHS_ASCII, tui->board->host);
	}
	buf_print(out, ", %s:", tui_time(tui, snapshot->time_us, "%d %b %H:%M:%S %Z", when, sizeof when));
	if (!snapshot->count)
		buf_add_text(out, " no monitors");
	for (size_t i = 0, n = 0; i < sizeof order / sizeof *order; i++)
		if (snapshot->by_state[order[i]])
			buf_print(out, "%s %u %s", n++ ? "," : "", snapshot->by_state[order[i]], state_word((int)order[i]));
	buf_add_char(out, '\n');
}

static void add_problem(const struct tui *tui, const struct monitor_view *monitor, int width, struct buf *out)
{
	const struct standing *standing = &monitor->standing;
	bool ascii = tui->canvas.glyphs == GLYPHS_ASCII;
	char reason[RESULT_DETAIL_SIZE + 64], age[16] = "-";
	int used = (int)text_width(monitor->spec->name);

	if (standing->since_us)
		age_print(tui->now_us - standing->since_us, age, sizeof age);
	buf_print(out, "%s ", glyph_state(tui->canvas.glyphs, (int)standing->state));
	add_text(out, ascii, monitor->spec->name);
	buf_print(out, "%*s  %-8s %4s  ", used < width ? width - used : 0, "", state_word((int)standing->state), age);
	add_text(out, ascii, why_reason(monitor->outcome, shared_read(monitor->detail), reason, sizeof reason));
	buf_add_text(out, standing->incident_open && standing->acknowledged ? " (acknowledged)\n" : "\n");
}

static void add_problems(const struct tui *tui, struct buf *out)
{
	const struct snapshot *snapshot = tui->snapshot;
	const struct monitor_view **problems = heap_zero(snapshot->count ? snapshot->count : 1, sizeof(void *));
	size_t count = 0;
	int width = 0;

	for (size_t i = 0; i < snapshot->count; i++)
		if (order_is_problem(snapshot_view(snapshot, i)))
			problems[count++] = snapshot_view(snapshot, i);
	order_sort(problems, count, ORDER_STATE, false);
	for (size_t i = 0; i < count && i < PROBLEMS_MOST; i++) {
		int used = (int)text_width(problems[i]->spec->name);

		width = used > width ? used : width;
	}
	for (size_t i = 0; i < count && i < PROBLEMS_MOST; i++)
		add_problem(tui, problems[i], width < NAME_WIDTH_MOST ? width : NAME_WIDTH_MOST, out);
	if (count > PROBLEMS_MOST)
		buf_print(out, "and %zu more\n", count - PROBLEMS_MOST);
	free(problems);
}

/* Gives up on a terminal that takes nothing: leaving must not wait for it. */
static void write_out(int fd, const char *text, size_t length)
{
	while (length) {
		struct pollfd writable = { .fd = fd, .events = POLLOUT };

		if (poll(&writable, 1, PATIENCE_MS) != 1 || !(writable.revents & POLLOUT))
			return;
		ssize_t n = write(fd, text, length);

		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return;
		if (n > 0) {
			text += n;
			length -= (size_t)n;
		}
	}
}

void summary_show(const struct tui *tui)
{
	struct buf out;

	if (!tui->snapshot)
		return;
	buf_init(&out, SUMMARY_LIMIT);
	add_counts(tui, &out);
	add_problems(tui, &out);
	write_out(terminal_fd(tui->terminal), out.data, out.length);
	buf_finish(&out);
}
