/*
 * What the screen costs at 120x40, in a terminal of its own: CPU of a whole repaint, of sorting 10,000 monitors and showing them the
 * other way round, bytes of the first paint; all three beside a bare ncurses program that shows the same cells. And how long a key waits
 * while 10,000 monitors are updated.
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#include "kumatop/heap.h"
#include "kumatop/when.h"
#include "measure.h"
#include "reference_ncurses.h"
#include "screens.h"

enum { MANY = 10000, ROUNDS = 5, REPAINTS = 40, KEYS = 20, ANSWERS = 60 };

static char self[4096];

/* CPU microseconds of one key and all that comes of it. */
static double cost_of_key(struct term *term, const char *key, int times)
{
	double us = process_cpu_us(term_pid(term));
	size_t bytes;

	for (int i = 0; i < times; i++)
		if (!screens_key(term, key, &bytes))
			return -1;
	return (process_cpu_us(term_pid(term)) - us) / times;
}

static short color(struct term_color color)
{
	return color.kind == TERM_COLOR_INDEX ? color.index : -1;
}

static struct cell *take_picture(struct term *term)
{
	struct cell *cells = heap_zero(SCREEN_ROWS * SCREEN_COLUMNS, sizeof(*cells));

	for (int i = 0; i < SCREEN_ROWS * SCREEN_COLUMNS; i++) {
		struct term_cell seen = term_cell(term, i / SCREEN_COLUMNS, i % SCREEN_COLUMNS);

		cells[i] = (struct cell){
			.fg = color(seen.fg), .bg = color(seen.bg), .bold = seen.bold, .dim = seen.dim, .italic = seen.italic,
			.underline = seen.underline, .reverse = seen.reverse,
		};
		if (mbstowcs(cells[i].text, seen.text[0] ? seen.text : " ", CELL_CHARACTERS - 1) == (size_t)-1)
			cells[i].text[0] = L'?';
		if (seen.width > 1)
			i++;
	}
	return cells;
}

/* Both orders of the board, for the reference to show. */
static bool take_pictures(struct term *term, const char *path)
{
	struct screens screens = { .rows = SCREEN_ROWS, .columns = SCREEN_COLUMNS, .records = MANY };
	size_t bytes;
	bool good;

	screens.cells[0] = take_picture(term);
	good = screens_key(term, "I", &bytes);
	screens.cells[1] = take_picture(term);
	good = good && screens_key(term, "I", &bytes) && screens_write(&screens, path);
	free(screens.cells[0]);
	free(screens.cells[1]);
	return good;
}

static double first_paint(struct term *term)
{
	size_t length;

	term_bytes(term, &length);
	return (double)length;
}

static int compare(struct term *ours, const char *picture)
{
	const char *const argv[] = { self, "--bare", picture, NULL };
	struct rounds repaint = { 0 }, sort = { 0 }, paint = { 0 };
	struct term *bare;

	rounds_add(&paint, first_paint(ours), 0);
	bare = take_pictures(ours, picture) ? screens_start(argv) : NULL;
	if (!bare)
		return 1;
	paint.count = 0;
	rounds_add(&paint, paint.ours[0], first_paint(bare));
	for (int i = 0; i < ROUNDS; i++) {
		double theirs = cost_of_key(bare, "\f", REPAINTS);

		if (!rounds_add(&repaint, cost_of_key(ours, "\f", REPAINTS) / 1000, theirs / 1000))
			break;
		theirs = cost_of_key(bare, "I", KEYS);
		if (!rounds_add(&sort, cost_of_key(ours, "I", KEYS) / 1000, theirs / 1000))
			break;
	}
	term_stop(bare);
	if (sort.count < ROUNDS)
		return 1;
	row_print(&(struct row){ "120x40 repainted / bare ncurses", "ms", VALUE_UNDER, 1, "CPU" }, &repaint);
	row_print(&(struct row){ "10,000 monitors sorted, drawn / bare ncurses", "ms", VALUE_UNDER, 5, "CPU" }, &sort);
	row_print(&(struct row){ "first paint / bare ncurses", "B", VALUE_UNDER, 12000, NULL }, &paint);
	return 0;
}

static int drawing(const char *demo, const char *picture)
{
	const char *const argv[] = { demo, "--many", "10000", NULL };
	struct term *ours = screens_start(argv);
	int status = ours ? compare(ours, picture) : 1;

	if (status)
		row_absent("120x40", "a screen does not answer");
	term_stop(ours);
	return status;
}

/* How long a key waits while 10,000 monitors have a result every 5 seconds. */
static int answering(const char *demo)
{
	const char *const argv[] = { demo, "--live", "--many", "10000", "--busy", "2000", NULL };
	struct term *term = screens_start(argv);
	double waits[ANSWERS];
	struct rounds rounds = { 0 };
	char note[64];
	int count = 0;

	while (term && count < ANSWERS) {
		struct mono began;

		(void)term_wait_idle(term, 2, SCREEN_PATIENCE_MS);
		term_mark(term);
		began = mono_now();
		term_keys(term, count / 10 % 2 ? "k" : "j");
		if (!term_wait(term, screens_has_bytes, NULL, SCREEN_PATIENCE_MS))
			break;
		waits[count++] = (double)mono_between_us(began, mono_now()) / 1000;
	}
	term_stop(term);
	if (count < ANSWERS) {
		row_absent("key answered, 10,000 updating", "the screen does not answer");
		return 1;
	}
	rounds_add(&rounds, median_of(waits, ANSWERS), 0);
	snprintf(note, sizeof(note), "the slowest of %d: %.1f ms", ANSWERS, waits[ANSWERS - 1]);
	row_print(&(struct row){ "key answered, 10,000 monitors updating", "ms", VALUE_UNDER, 16, note }, &rounds);
	return 0;
}

int main(int argc, char **argv)
{
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *demo, *picture;
	int status;

	if (argc == 3 && strcmp(argv[1], "--bare") == 0)
		return reference_ncurses(argv[2]);
	if (!row_wanted("120x40, first paint, key answered, 10,000 monitors"))
		return 0;
	if (length <= 0 || !getenv("WORK") || !getenv("TOOLS") || !getenv("KUMATOP"))
		return 64;
	(void)setlocale(LC_ALL, "C.UTF-8");
	demo = heap_print("%s/screen_demo", getenv("TOOLS"));
	picture = heap_print("%s/frame.picture", getenv("WORK"));
	status = drawing(demo, picture);
	status |= answering(demo);
	(void)unlink(picture);
	free(demo);
	free(picture);
	return status;
}
