/*
 * Lines of text in views.
 */
#include "line.h"

#include <math.h>
#include <stdarg.h>

#include "kumatop/text.h"

enum { LINE_PIECE_SIZE = 2048 };

void line_print(struct line *line, enum role role, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	line->x += paint_text(line->area, line->y, line->x, role, text);
}

void line_gap(struct line *line, int cells)
{
	line->x += cells;
}

void line_next(struct line *line)
{
	if (line->x > 1)
		line->x += 2;
}

void line_print_right(struct area area, int y, int from, enum role role, const char *text)
{
	int width = (int)text_width(text);

	if (area.columns - width > from + 1)
		paint_text(area, y, area.columns - width, role, text);
}

void line_exact(struct area area, int y, int x, enum role role, const char *text, size_t length)
{
	for (size_t at = 0; at < length && x < area.columns;) {
		char piece[LINE_PIECE_SIZE];

		while (at < length && text[at] == ' ') {
			at++;
			x++;
		}
		size_t end = at;

		while (end < length && end - at < sizeof piece - 1 && !(text[end] == ' ' && (end + 1 == length || text[end + 1] == ' ')))
			end++;
		text_copy(piece, end - at + 1, text + at);
		x += paint_text(area, y, x, role, piece);
		at = end;
	}
}

size_t line_break(const char *text, int cells, const char **rest)
{
	size_t end = strcspn(text, "\n");
	size_t fits = text_fit(text, cells > 0 ? (size_t)cells : 1, NULL);

	if (end <= fits) {
		*rest = text + end + (text[end] == '\n');
		return end;
	}
	size_t at = fits;

	while (at && text[at] != ' ')
		at--;
	if (!at) {
		if (!fits) {
			uint32_t point;

			fits = text_decode(text, strlen(text), &point);
		}
		*rest = text + fits;
		return fits;
	}
	*rest = text + at + 1;
	return at;
}

char *line_moment(const struct tui *tui, int64_t us, char *out, size_t size)
{
	char day[16], today[16];

	if (!us) {
		text_copy(out, size, "-");
		return out;
	}
	tui_time(tui, us, "%F", day, sizeof day);
	tui_time(tui, tui_now_us(tui), "%F", today, sizeof today);
	return tui_time(tui, us, strcmp(day, today) == 0 ? "%H:%M:%S" : "%d %b %H:%M:%S", out, size);
}

char *line_ms(int32_t us, char *out, size_t size)
{
	if (us < 0)
		text_copy(out, size, "-");
	else if (us < 1000)
		snprintf(out, size, "%d.%d", us / 1000, us / 100 % 10);
	else
		snprintf(out, size, "%d", (us + 500) / 1000);
	return out;
}

char *line_uptime(const struct amounts *amounts, char *out, size_t size)
{
	double uptime = amounts_uptime(amounts);

	if (uptime < 0)
		text_copy(out, size, "-");
	else if (!amounts->us[TIME_DOWN])
		text_copy(out, size, "100");
	else
		snprintf(out, size, "%.2f", fmin(floor(uptime * 10000) / 100, 99.99));
	return out;
}
