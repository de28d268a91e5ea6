/* Text: decoding, width, cutting, and above all the gate that foreign text passes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <pthread.h>

#include "kumatop/text.h"

#define COUNT(rows) (sizeof (rows) / sizeof *(rows))

static void decodes(void **state)
{
	static const struct { const char *text; size_t length, bytes; uint32_t point; } rows[] = {
		{ "a", 1, 1, 'a' }, { "\0", 1, 1, 0 }, { "é", 2, 2, 0xe9 }, { "€", 3, 3, 0x20ac }, { "😀", 4, 4, 0x1f600 },
		{ "\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff }, { "€", 2, 1, 0xfffd }, { "😀", 3, 1, 0xfffd }, { "\x80", 1, 1, 0xfffd },
		{ "\xc0\x80", 2, 1, 0xfffd }, { "\xc1\xbf", 2, 1, 0xfffd }, { "\xe0\x9f\xbf", 3, 1, 0xfffd },
		{ "\xf0\x8f\xbf\xbf", 4, 1, 0xfffd }, { "\xed\xa0\x80", 3, 1, 0xfffd }, { "\xf4\x90\x80\x80", 4, 1, 0xfffd },
		{ "\xf5\x80\x80\x80", 4, 1, 0xfffd }, { "\xff", 1, 1, 0xfffd }, { "\xe2(\xa1", 3, 1, 0xfffd }, { "\xef\xbf\xbd", 3, 3, 0xfffd },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint32_t point = 1;

		assert_int_equal(text_decode(rows[i].text, rows[i].length, &point), rows[i].bytes);
		assert_int_equal(point, rows[i].point);
	}
}

static void encoding_reads_back(void **state)
{
	for (uint32_t point = 0; point <= 0x110001; point += point < 0x3000 ? 1 : 251) {
		bool valid = point <= 0x10ffff && (point < 0xd800 || point > 0xdfff);
		uint32_t back;
		char bytes[4];
		size_t count = text_encode(point, bytes);

		assert_int_equal(text_decode(bytes, count, &back), count);
		assert_int_equal(back, valid ? point : 0xfffd);
	}
}

static void widths(void **state)
{
	static const struct { uint32_t point; int width; } rows[] = {
		{ 'a', 1 }, { ' ', 1 }, { '~', 1 }, { 0, -1 }, { '\n', -1 }, { 0x1b, -1 }, { 0x7f, -1 }, { 0x80, -1 }, { 0x9b, -1 },
		{ 0xa0, 1 }, { 0xad, -1 }, { 0xe9, 1 }, { 0x301, 0 }, { 0x416, 1 }, { 0x483, 0 }, { 0x5d0, 1 }, { 0x4e2d, 2 }, { 0xac00, 2 },
		{ 0xff21, 2 }, { 0x2500, 1 }, { 0x2588, 1 }, { 0x28ff, 1 }, { 0x25cf, 1 }, { 0x1f600, 2 }, { 0xfffd, 1 }, { 0x200b, -1 },
		{ 0x200d, -1 }, { 0x202e, -1 }, { 0x2066, -1 }, { 0xfe0f, -1 }, { 0xfeff, -1 }, { 0xe0041, -1 }, { 0xffff, -1 },
		{ 0x110000, -1 }, { UINT32_MAX, -1 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		if (text_point_width(rows[i].point) != rows[i].width)
			fail_msg("U+%04X: %d cells", rows[i].point, text_point_width(rows[i].point));
	}
}

static void *ask_widths(void *arg)
{
	for (uint32_t point = 0x4e00; point < 0x6000; point++) {
		if (text_point_width(point) != 2)
			return NULL;
	}
	return arg;
}

/* The program may run with LC_ALL=C, and a thread asks while others do. */
static void width_does_not_depend_on_the_locale(void **state)
{
	static const char *const locales[] = { "C", "C.UTF-8" };

	for (size_t i = 0; i < COUNT(locales); i++) {
		pthread_t threads[3];

		assert_non_null(setlocale(LC_ALL, locales[i]));
		for (size_t j = 0; j < COUNT(threads); j++)
			assert_int_equal(pthread_create(&threads[j], NULL, ask_widths, (void *)state), 0);
		for (size_t j = 0; j < COUNT(threads); j++) {
			void *fine;

			assert_int_equal(pthread_join(threads[j], &fine), 0);
			assert_non_null(fine);
		}
		widths(state);
	}
	setlocale(LC_ALL, "C");
}

static void measures_and_fits(void **state)
{
	static const struct { const char *text; size_t width, cells, fits, used; } rows[] = {
		{ "", 0, 5, 0, 0 }, { "abc", 3, 5, 3, 3 }, { "abc", 3, 2, 2, 2 }, { "abc", 3, 0, 0, 0 },
		{ "a中b", 4, 3, 4, 3 }, { "a中b", 4, 2, 1, 1 }, { "e\xcc\x81x", 2, 1, 3, 1 }, { "\x1b[m", 3, 2, 2, 2 },
		{ "\xff\xff", 2, 1, 1, 1 }, { "██▁", 3, 2, 6, 2 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t used = 99;

		assert_int_equal(text_width(rows[i].text), rows[i].width);
		assert_int_equal(text_fit(rows[i].text, rows[i].cells, &used), rows[i].fits);
		assert_int_equal(used, rows[i].used);
		assert_int_equal(text_fit(rows[i].text, rows[i].cells, NULL), rows[i].fits);
	}
}

static void copies_cut_at_a_character(void **state)
{
	static const struct { const char *text; size_t size; const char *copy; } rows[] = {
		{ "abc", 10, "abc" }, { "abc", 4, "abc" }, { "abc", 3, "ab" }, { "abc", 1, "" }, { "", 1, "" }, { "a€b", 5, "a€" },
		{ "a€b", 4, "a" }, { "a€b", 3, "a" }, { "a€b", 2, "a" }, { "😀", 4, "" }, { "😀", 5, "😀" },
		{ "\x80\x80\x80\x80\x80\x80", 6, "\x80\x80\x80\x80\x80" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char out[16];

		memset(out, '#', sizeof out);
		text_copy(out, rows[i].size, rows[i].text);
		assert_string_equal(out, rows[i].copy);
		assert_int_equal(out[rows[i].size], '#');
	}
}

static const char *sanitized(const char *text, size_t length)
{
	static char out[256];
	size_t written = text_sanitize(out, sizeof out, text, length);

	assert_int_equal(written, strlen(out));
	return out;
}

static void sanitizes(void **state)
{
	static const struct { const char *text, *clean; } rows[] = {
		{ "", "" }, { "plain text.", "plain text." }, { "grüße € 😀 中", "grüße € 😀 中" },
		{ "a\tb\r\nc  d", "a b c d" }, { " \t a", " a" }, { "a\n", "a " }, { "a \x01 b", "a b" },
		{ "\x1b[31mred\x1b[0m", "[31mred[0m" }, { "\x1b]0;title\x07", "]0;title" }, { "back\b\b\b\bover", "backover" },
		{ "\xc2\x9b" "31m", "31m" }, { "\x9b" "31m", "\xef\xbf\xbd" "31m" },
		/* NOLINTNEXTLINE(misc-misleading-bidirectional): what must not come through */
		{ "a\xe2\x80\xae" "b", "ab" }, { "a\xe2\x80\x8b" "b", "ab" }, { "a\xe2\x81\xa6" "b", "ab" }, { "a\xd8\x9c" "b", "ab" },
		{ "a\xef\xbb\xbf" "b", "ab" }, { "a\xf3\xa0\x81\x81" "b", "ab" }, { "☎\xef\xb8\x8f", "☎" }, { "a\xe2\x80\xa8" "b", "a b" },
		{ "bad \xff", "bad \xef\xbf\xbd" }, { "\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd" }, { "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "e\xcc\x81", "e\xcc\x81" }, { "e\xcc\x81\xcc\x82\xcc\x83\xcc\x84x", "e\xcc\x81\xcc\x82x" },
		{ "e\xcc\x81\xcc\x82\xe2\x80\x8b\xcc\x83x", "e\xcc\x81\xcc\x82x" }, { "\xcc\x81x", "x" }, { " \xcc\x81", " \xcc\x81" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_string_equal(sanitized(rows[i].text, strlen(rows[i].text)), rows[i].clean);
		assert_int_equal(text_is_clean(rows[i].text), !strcmp(rows[i].text, rows[i].clean));
	}
	assert_string_equal(sanitized("a\0b", 3), "ab");
}

struct span {
	uint32_t first, last;
};

/* TRAPS 21 in full, each character between two others: nothing of it comes through. */
static void drops_every_one_of_them(void **state)
{
	static const struct span dropped[] = {
		{ 0x00, 0x08 }, { 0x0b, 0x0c }, { 0x0e, 0x1f }, { 0x7f, 0x9f }, { 0x61c, 0x61c }, { 0x200b, 0x200f }, { 0x202a, 0x202e },
		{ 0x2060, 0x206f }, { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff }, { 0xfff9, 0xfffb }, { 0x180b, 0x180f }, { 0xad, 0xad },
		{ 0x3164, 0x3164 }, { 0x115f, 0x1160 }, { 0xe0000, 0xe01ef },
	};

	for (size_t i = 0; i < COUNT(dropped); i++) {
		for (uint32_t point = dropped[i].first; point <= dropped[i].last; point++) {
			char text[8] = "a";
			size_t length = 1 + text_encode(point, text + 1);

			text[length++] = 'b';
			if (strcmp(sanitized(text, length), "ab") != 0)
				fail_msg("U+%04X comes through", point);
			if (point && text_is_clean(text))
				fail_msg("U+%04X passes for clean", point);
		}
	}
}

static void raw_bytes_beyond_ascii_are_replaced(void **state)
{
	for (int byte = 0x80; byte <= 0xff; byte++) {
		char text[] = { 'a', (char)byte, 'b', '\0' };

		assert_string_equal(sanitized(text, 3), "a\xef\xbf\xbd" "b");
		assert_false(text_is_clean(text));
	}
}

static void lines_keep_their_ends(void **state)
{
	static const struct { const char *text, *clean; } rows[] = {
		{ "a\r\nb\nc", "a\nb\nc" }, { "a\rb", "a b" }, { "a\r\r\nb", "a \nb" }, { "a\n\n\nb", "a\n\n\nb" },
		{ "a \t\n\t b", "a \n b" }, { "a\n\xcc\x81" "b", "a\nb" }, { "\x1b[2J\n", "[2J\n" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		char out[64];

		text_sanitize_lines(out, sizeof out, rows[i].text, strlen(rows[i].text));
		assert_string_equal(out, rows[i].clean);
	}
}

static void sanitizing_cuts_at_a_character(void **state)
{
	static const char text[] = "a€\x01😀é";

	for (size_t size = 1; size <= sizeof text + 2; size++) {
		char out[32];
		size_t written;

		memset(out, '#', sizeof out);
		written = text_sanitize(out, size, text, sizeof text - 1);
		assert_true(written < size);
		assert_int_equal(out[written], '\0');
		assert_int_equal(out[size], '#');
		assert_true(text_is_clean(out));
		assert_memory_equal(out, "a€😀é", written);
	}
}

static uint32_t next_random(uint32_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* Bytes of every sort, with whole troublesome characters more often than chance would make them. */
static size_t random_text(char *out, size_t most, uint32_t *seed)
{
	static const uint32_t odd[] = { 0x1b, 0x9b, 0x202e, 0x200b, 0x301, 0x302, 0xfe0f, 0xe0041, 0x4e2d, '\r', '\n', '\t', ' ', 0xd800, 0xffff };
	size_t wanted = next_random(seed) % (most - 4), used = 0;

	while (used < wanted) {
		uint32_t what = next_random(seed) % 4;

		if (what == 0)
			out[used++] = (char)(next_random(seed) & 0xff);
		else if (what == 1)
			out[used++] = (char)('a' + next_random(seed) % 26);
		else if (what == 2)
			used += text_encode(odd[next_random(seed) % COUNT(odd)], out + used);
		else
			used += text_encode(next_random(seed) % 0x110000, out + used);
	}
	return used;
}

static void check_lines(const char *text)
{
	for (size_t at = 0; text[at]; at++) {
		unsigned char byte = (unsigned char)text[at];

		assert_true(byte == '\n' || (byte >= 0x20 && byte != 0x7f));
	}
}

static void whatever_comes_in_clean_text_comes_out(void **state)
{
	uint32_t seed = 2463534242U;

	for (int round = 0; round < 20000; round++) {
		char text[200], once[700], twice[700], lines[700];
		size_t length = random_text(text, sizeof text, &seed);
		size_t size = round % 2 ? sizeof once : 1 + next_random(&seed) % 60;
		size_t written = text_sanitize(once, size, text, length);

		assert_true(written < size && written == strlen(once));
		if (!text_is_clean(once))
			fail_msg("round %d is not clean: %s", round, once);
		text_sanitize(twice, sizeof twice, once, written);
		assert_string_equal(once, twice);
		text_sanitize_lines(lines, size, text, length);
		check_lines(lines);
		text_sanitize_lines(twice, sizeof twice, lines, strlen(lines));
		assert_string_equal(lines, twice);
		assert_true(text_fit(once, 10, NULL) <= written);
	}
}

static void distances(void **state)
{
	static const struct { const char *a, *b; unsigned distance; } rows[] = {
		{ "", "", 0 }, { "abc", "abc", 0 }, { "abc", "ABC", 0 }, { "abc", "", 3 }, { "", "abc", 3 }, { "abc", "abd", 1 }, { "abc", "ab", 1 },
		{ "interval", "intervall", 1 }, { "timeout", "timoeut", 1 }, { "ab", "ba", 1 }, { "kitten", "sitting", 3 }, { "grün", "gruen", 2 },
	};
	char long_one[300];

	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(text_distance(rows[i].a, rows[i].b), rows[i].distance);
		assert_int_equal(text_distance(rows[i].b, rows[i].a), rows[i].distance);
	}
	memset(long_one, 'x', sizeof long_one - 1);
	long_one[sizeof long_one - 1] = '\0';
	assert_in_range(text_distance(long_one, "y"), 30, 300);
}

static void nearest_is_what_was_meant(void **state)
{
	static const char *const words[] = { "interval", "timeout", "retry_interval", "rise", "fall", "GET", "up" };
	static const struct { const char *word, *nearest; } rows[] = {
		{ "intervall", "interval" }, { "tiemout", "timeout" }, { "timeouts", "timeout" }, { "raise", "rise" }, { "gte", "GET" }, { "u", NULL },
		{ "banana", NULL }, { "", NULL }, { "uo", "up" }, { "retry-interval", "retry_interval" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *nearest = text_nearest(rows[i].word, words, COUNT(words));

		if (!rows[i].nearest)
			assert_null(nearest);
		else
			assert_string_equal(nearest, rows[i].nearest);
	}
	assert_null(text_nearest("x", NULL, 0));
}

static void globs(void **state)
{
	static const struct { const char *pattern, *text; bool matches; } rows[] = {
		{ "", "", true }, { "", "a", false }, { "*", "", true }, { "*", "anything", true }, { "a*", "abc", true }, { "a*", "ba", false },
		{ "*c", "abc", true }, { "*c", "abcd", false }, { "a*c*e", "abcde", true }, { "a*c*e", "abde", false }, { "?", "a", true },
		{ "?", "", false }, { "?", "€", true }, { "??", "€", false }, { "web-??", "web-01", true }, { "WEB*", "website", true },
		{ "[abc]x", "bx", true }, { "[abc]x", "dx", false }, { "[a-c]x", "Bx", true }, { "[!a-c]x", "dx", true }, { "[^a-c]x", "ax", false },
		{ "[]]x", "]x", true }, { "[a-]x", "-x", true }, { "[ab", "[ab", true }, { "[ab", "a", false }, { "a\\*b", "a*b", true }, { "a\\*b", "axb", false },
		{ "[ä-ü]", "ö", true }, { "**a**", "xax", true }, { "*[0-9]", "host7", true }, { "*[0-9]", "host", false }, { "abc", "ab", false },
		{ "db.*.internal", "db.eu.internal", true }, { "\\", "\\", true },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		if (text_glob(rows[i].pattern, rows[i].text) != rows[i].matches)
			fail_msg("%s on %s", rows[i].pattern, rows[i].text);
	}
}

static void hostile_glob_ends(void **state)
{
	char pattern[201], text[2001];

	for (size_t i = 0; i < 200; i++)
		pattern[i] = i % 2 ? 'a' : '*';
	pattern[199] = 'b';
	pattern[200] = '\0';
	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	assert_false(text_glob(pattern, text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes),
		cmocka_unit_test(encoding_reads_back),
		cmocka_unit_test(widths),
		cmocka_unit_test(width_does_not_depend_on_the_locale),
		cmocka_unit_test(measures_and_fits),
		cmocka_unit_test(copies_cut_at_a_character),
		cmocka_unit_test(sanitizes),
		cmocka_unit_test(drops_every_one_of_them),
		cmocka_unit_test(raw_bytes_beyond_ascii_are_replaced),
		cmocka_unit_test(lines_keep_their_ends),
		cmocka_unit_test(sanitizing_cuts_at_a_character),
		cmocka_unit_test(whatever_comes_in_clean_text_comes_out),
		cmocka_unit_test(distances),
		cmocka_unit_test(nearest_is_what_was_meant),
		cmocka_unit_test(globs),
		cmocka_unit_test(hostile_glob_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
