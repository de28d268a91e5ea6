/* Words compared: how far two are apart, which is meant, and shell-style patterns. Regular expressions are pattern.c. */
#include "kumatop/text.h"

#include <stddef.h>
#include <string.h>

enum { WORD_MOST = 64 };	/* characters compared; who is further apart is far enough */

static uint32_t lower(uint32_t point)
{
	return point >= 'A' && point <= 'Z' ? point + ('a' - 'A') : point;
}

static size_t word_points(const char *text, uint32_t *points)
{
	size_t length = strlen(text);
	size_t count = 0;

	for (size_t at = 0; at < length && count < WORD_MOST;) {
		at += text_decode(text + at, length - at, &points[count]);
		points[count] = lower(points[count]);
		count++;
	}
	return count;
}

static unsigned least_of(unsigned a, unsigned b, unsigned c)
{
	unsigned least = a < b ? a : b;

	return least < c ? least : c;
}

/* Optimal string alignment: two neighbours exchanged count once, as they are typed. */
unsigned text_distance(const char *a, const char *b)
{
	uint32_t first[WORD_MOST], second[WORD_MOST];
	unsigned rows[3][WORD_MOST + 1];
	unsigned *before = rows[0], *above = rows[1], *row = rows[2];
	size_t height = word_points(a, first), width = word_points(b, second);

	for (size_t j = 0; j <= width; j++)
		before[j] = above[j] = (unsigned)j;
	for (size_t i = 1; i <= height; i++) {
		unsigned *reuse = before;

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= width; j++) {
			unsigned differs = first[i - 1] != second[j - 1];

			row[j] = least_of(above[j] + 1, row[j - 1] + 1, above[j - 1] + differs);
			if (i > 1 && j > 1 && first[i - 1] == second[j - 2] && first[i - 2] == second[j - 1] && before[j - 2] + 1 < row[j])
				row[j] = before[j - 2] + 1;
		}
		before = above;
		above = row;
		row = reuse;
	}
	return above[width];
}

const char *text_nearest(const char *word, const char *const *candidates, size_t count)
{
	uint32_t points[WORD_MOST];
	size_t length = word_points(word, points);
	unsigned best = length == 2 ? 2 : (unsigned)(length / 3) + 1;	/* one beyond what is near enough */
	const char *nearest = NULL;

	for (size_t i = 0; i < count; i++) {
		unsigned distance = text_distance(word, candidates[i]);

		if (distance < best) {
			best = distance;
			nearest = candidates[i];
		}
	}
	return nearest;
}

/*
 * Does the class that starts behind `[` hold the character? *end is set behind its `]`; NULL when it is never closed, and the
 * bracket then stands for itself.
 */
static bool class_holds(const char *class, uint32_t point, const char **end)
{
	const char *at = class;
	bool inverted = *at == '!' || *at == '^';
	bool holds = false;

	at += inverted;
	for (bool first = true; *at && (*at != ']' || first); first = false) {
		uint32_t low, high;

		at += text_decode(at, strlen(at), &low);
		high = low;
		if (at[0] == '-' && at[1] && at[1] != ']') {
			at++;
			at += text_decode(at, strlen(at), &high);
		}
		holds = holds || (lower(point) >= lower(low) && lower(point) <= lower(high));
	}
	*end = *at == ']' ? at + 1 : NULL;
	return holds != inverted;
}

/* Matches one element of the pattern (not `*`) against one character; returns where the pattern goes on, or NULL. */
static const char *match_one(const char *pattern, uint32_t point)
{
	const char *end;
	uint32_t own;

	if (*pattern == '?')
		return pattern + 1;
	if (*pattern == '[') {
		bool holds = class_holds(pattern + 1, point, &end);

		if (end)
			return holds ? end : NULL;
	}
	if (*pattern == '\\' && pattern[1])
		pattern++;
	pattern += text_decode(pattern, strlen(pattern), &own);
	return lower(own) == lower(point) ? pattern : NULL;
}

/* Going back only to the last `*` is enough, and keeps hostile patterns quadratic at worst. */
bool text_glob(const char *pattern, const char *text)
{
	const char *star = NULL, *retry = NULL;
	const char *end = text + strlen(text);

	while (text < end) {
		const char *next = NULL;
		uint32_t point;
		size_t bytes = text_decode(text, (size_t)(end - text), &point);

		if (*pattern == '*') {
			star = ++pattern;
			retry = text;
			continue;
		}
		if (*pattern)
			next = match_one(pattern, point);
		if (next) {
			pattern = next;
			text += bytes;
		} else if (star) {
			retry += text_decode(retry, (size_t)(end - retry), &point);
			pattern = star;
			text = retry;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}
