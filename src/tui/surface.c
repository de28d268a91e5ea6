/*
 * curses on a memory file. Only rows that differ from what was shown last are handed to it; it finds the cheapest bytes for them.
 */
#include "surface.h"

#include <curses.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <term.h>
#include <unistd.h>

#include "pairs.h"

#include "kumatop/heap.h"

/* macros of term.h and curses.h that other code has words for */
#undef lines
#undef columns

enum { SEQUENCE_MOST = 256 };

struct surface {
	int fd;			/* the memory file curses writes to */
	FILE *output, *input;
	SCREEN *screen;
	struct pairs pairs;
	struct canvas shown;
	bool all;		/* nothing of what is shown counts */
	bool cursor_hidden;
	char enter[SEQUENCE_MOST], leave[SEQUENCE_MOST];
	char scroll_region[32];
};

static const char *capability(const char *name)
{
	const char *text = tigetstr(name);

	return text && text != (const char *)-1 ? text : "";
}

/* Padding ("$<5>") is for terminals that cannot keep up with a serial line; nothing is written that way here. */
static void add_capability(char *out, const char *text)
{
	size_t length = strlen(out);

	while (*text && length + 1 < SEQUENCE_MOST) {
		const char *end = text[0] == '$' && text[1] == '<' ? strchr(text, '>') : NULL;

		if (end)
			text = end + 1;
		else
			out[length++] = *text++;
	}
	out[length] = '\0';
}

static void prepare_sequences(struct surface *surface, int rows)
{
	const char *region = capability("csr");

	surface->enter[0] = surface->leave[0] = surface->scroll_region[0] = '\0';
	if (*region)
		snprintf(surface->scroll_region, sizeof surface->scroll_region, "%s", tiparm(region, 0, rows - 1));
	add_capability(surface->enter, capability("smcup"));
	add_capability(surface->enter, surface->scroll_region);
	add_capability(surface->enter, capability("sgr0"));
	add_capability(surface->enter, capability("smam"));

	add_capability(surface->leave, capability("sgr0"));
	add_capability(surface->leave, capability("op"));
	add_capability(surface->leave, capability("cnorm"));
	if (*capability("rmcup")) {
		add_capability(surface->leave, capability("rmcup"));
	} else if (*capability("cup")) {
		/* no second screen: leave the picture, and let the shell go on below it */
		add_capability(surface->leave, tiparm(capability("cup"), rows - 1, 0));
		add_capability(surface->leave, capability("el"));
	}
}

/* newterm() takes these over when nobody has them; they are not the screen's. */
static const int taken_signals[] = { SIGINT, SIGTERM, SIGTSTP, SIGWINCH };

enum { TAKEN_COUNT = sizeof taken_signals / sizeof *taken_signals };

static bool open_curses(struct surface *surface, struct error *err)
{
	static const char instead[] = "; `kumatop --once` prints the board as text";
	const char *term = getenv("TERM");
	struct sigaction saved[TAKEN_COUNT];
	int status;

	if (!term || !*term)
		return error_set(err, EXIT_UNAVAILABLE, "TERM is not set, so there is no telling how to draw%s", instead);
	if (setupterm(term, surface->fd, &status) == ERR)
		return error_set(err, EXIT_UNAVAILABLE, "terminal \"%s\" is not known here (TERM)%s", term, instead);

	bool able = *capability("cup") && *capability("clear");

	(void)del_curterm(cur_term);
	if (!able)
		return error_set(err, EXIT_UNAVAILABLE, "terminal \"%s\" (TERM) cannot place the cursor%s", term, instead);
	for (size_t i = 0; i < TAKEN_COUNT; i++)
		(void)sigaction(taken_signals[i], NULL, &saved[i]);
	surface->screen = newterm(term, surface->output, surface->input);
	for (size_t i = 0; i < TAKEN_COUNT; i++)
		(void)sigaction(taken_signals[i], &saved[i], NULL);
	if (!surface->screen)
		return error_set(err, EXIT_UNAVAILABLE, "terminal \"%s\" (TERM) cannot be used", term);
	return true;
}

/* Empties the memory file into out. */
static void take_output(struct surface *surface, struct buf *out)
{
	off_t length = lseek(surface->fd, 0, SEEK_CUR);
	char chunk[8192];

	for (off_t at = 0; out && at < length;) {
		ssize_t n = pread(surface->fd, chunk, sizeof chunk, at);

		if (n <= 0)
			break;
		buf_add(out, chunk, (size_t)n);
		at += n;
	}
	if (ftruncate(surface->fd, 0) != 0 || lseek(surface->fd, 0, SEEK_SET) != 0)
		abort();	/* a memory file cannot fail so */
}

struct surface *surface_open(const struct theme *theme, bool no_color, int rows, int columns, struct error *err)
{
	struct surface *surface = heap_zero(1, sizeof *surface);

	surface->fd = memfd_create("kumatop-screen", MFD_CLOEXEC);
	surface->output = surface->fd >= 0 ? fdopen(surface->fd, "w") : NULL;
	surface->input = fopen("/dev/null", "re");
	if (!surface->output || !surface->input) {
		error_errno(err, EXIT_INTERNAL, "cannot make room for the screen");
		goto fail;
	}
	if (!open_curses(surface, err))
		goto fail;
	nonl();
	pairs_init(&surface->pairs, theme, no_color);
	resize_term(rows, columns);
	scrollok(stdscr, FALSE);
	leaveok(stdscr, TRUE);
	curs_set(0);
	surface->cursor_hidden = true;
	prepare_sequences(surface, rows);
	/* what newterm() wrote is in our own sequences, made for the true size */
	take_output(surface, NULL);
	add_capability(surface->enter, capability("civis"));
	canvas_init(&surface->shown, GLYPHS_ASCII);
	surface->all = true;
	return surface;
fail:
	surface_close(surface);
	return NULL;
}

void surface_close(struct surface *surface)
{
	if (!surface)
		return;
	if (surface->screen) {
		(void)endwin();
		delscreen(surface->screen);
	}
	if (surface->output)
		(void)fclose(surface->output);
	if (surface->input)
		(void)fclose(surface->input);
	canvas_finish(&surface->shown);
	free(surface);
}

const char *surface_enter(const struct surface *surface)
{
	return surface->enter;
}

const char *surface_leave(const struct surface *surface)
{
	return surface->leave;
}

void surface_set_theme(struct surface *surface, const struct theme *theme)
{
	pairs_set_theme(&surface->pairs, theme);
	surface->all = true;
}

bool surface_has_color(const struct surface *surface)
{
	return surface->pairs.depth != COLOR_NONE;
}

void surface_resize(struct surface *surface, int rows, int columns)
{
	resize_term(rows, columns);
	prepare_sequences(surface, rows);
	add_capability(surface->enter, capability("civis"));
	surface->all = true;
}

void surface_repaint(struct surface *surface)
{
	surface->all = true;
}

static bool is_blank(const struct cell *cell)
{
	return cell->point == ' ' && !cell->marks[0];
}

static struct look look_of(struct surface *surface, const struct cell *cell)
{
	return pairs_look(&surface->pairs, (enum role)cell->role, (enum role)cell->under);
}

/*
 * A blank has no foreground: it takes the look of what stands before it where that makes no difference to the eye, so that no bytes
 * go out for changing colours and back; behind the last character of a row it is plain, so that the rest can be erased at once.
 */
static struct look look_of_blank(struct surface *surface, const struct cell *cell, struct look before, bool last)
{
	struct look plain = pairs_look(&surface->pairs, ROLE_TEXT, (enum role)cell->under);
	struct look own = look_of(surface, cell);

	if (!pairs_same_ground(&surface->pairs, own, plain))
		return own;
	return !last && pairs_same_ground(&surface->pairs, own, before) ? before : plain;
}

static void put_row(struct surface *surface, const struct canvas *canvas, int y)
{
	const struct cell *cells = &canvas->cells[(size_t)y * (size_t)canvas->columns];
	struct look look = { 0 };
	int end = canvas->columns;

	while (end > 0 && is_blank(&cells[end - 1]))
		end--;
	for (int x = 0; x < canvas->columns; x++) {
		const struct cell *cell = &cells[x];
		wchar_t text[4] = { (wchar_t)cell->point, (wchar_t)cell->marks[0], (wchar_t)cell->marks[1], 0 };
		cchar_t c;

		if (cell->point == 0)
			continue;
		look = is_blank(cell) ? look_of_blank(surface, cell, look, x >= end) : look_of(surface, cell);
		if (setcchar(&c, text, look.attributes, 0, &look.pair) == ERR)
			continue;
		/* writing the last corner reports an error, because the cursor cannot go on from there */
		(void)mvadd_wch(y, x, &c);
	}
}

static bool same_row(const struct canvas *a, const struct canvas *b, int y)
{
	size_t width = (size_t)a->columns;

	return memcmp(&a->cells[(size_t)y * width], &b->cells[(size_t)y * width], width * sizeof *a->cells) == 0;
}

static void show_cursor(struct surface *surface, const struct canvas *canvas)
{
	bool hidden = canvas->cursor_row < 0;

	if (hidden != surface->cursor_hidden) {
		curs_set(hidden ? 0 : 1);
		leaveok(stdscr, hidden);
		surface->cursor_hidden = hidden;
	}
	if (!hidden)
		(void)move(canvas->cursor_row, canvas->cursor_column);
}

void surface_show(struct surface *surface, const struct canvas *canvas, struct buf *out)
{
	struct canvas *shown = &surface->shown;
	bool all = surface->all || shown->rows != canvas->rows || shown->columns != canvas->columns;

	if (all) {
		canvas_reset(shown, canvas->rows, canvas->columns);
		buf_add_text(out, surface->scroll_region);
		clearok(curscr, TRUE);
	}
	for (int y = 0; y < canvas->rows; y++) {
		if (!all && same_row(shown, canvas, y))
			continue;
		put_row(surface, canvas, y);
		size_t at = (size_t)y * (size_t)canvas->columns;

		memcpy(&shown->cells[at], &canvas->cells[at], (size_t)canvas->columns * sizeof *canvas->cells);
	}
	surface->all = false;
	show_cursor(surface, canvas);
	(void)wnoutrefresh(stdscr);
	(void)doupdate();
	take_output(surface, out);
}
