/*
 * The decoder of keys: every sequence, split anywhere, is one event, and nothing from inside a sequence is ever a key.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../src/tui/input.h"

#include "kumatop/buf.h"

/* Everything bytes make, as text: keys as characters or <number>, pastes as {text}, the sync report as !. */
static void decode(const char *bytes, size_t length, struct buf *out)
{
	struct input input;
	struct input_event event;

	input_init(&input);
	for (size_t i = 0; i <= length; i++) {
		bool any = i < length ? input_byte(&input, (unsigned char)bytes[i], &event) :
		    input_wait_ms(&input, 25) >= 0 && input_timeout(&input, &event);

		if (!any)
			continue;
		if (event.kind == INPUT_SYNC_KNOWN)
			buf_add_char(out, '!');
		else if (event.kind == INPUT_PASTE)
			buf_print(out, "{%.*s}", (int)event.length, event.text);
		else if (event.key > 0x20 && event.key < 0x7f)
			buf_add_char(out, (char)event.key);
		else
			buf_print(out, "<%x>", event.key);
	}
	assert_int_equal(input_wait_ms(&input, 25), -1);
	input_finish(&input);
}

static void expect(const char *bytes, size_t length, const char *wanted)
{
	struct buf got;

	buf_init(&got, 1 << 20);
	decode(bytes, length, &got);
	assert_string_equal(got.data, wanted);
	buf_finish(&got);
}

struct row {
	const char *bytes, *wanted;
};

static const struct row rows[] = {
	{ "q", "q" },
	{ "jjjk", "jjjk" },
	{ "\r\n\t\177\b", "<11000d><11000d><11000b><11000a><11000a>" },
	{ "\003\032", "<3><1a>" },
	{ "\303\244", "<e4>" },
	{ "\342\227\217x", "<25cf>x" },
	{ "\033", "<11000e>" },
	{ "\033\033", "<11000e><11000e>" },
	{ "\033q", "<1000071>" },
	{ "\033[A\033[B\033[C\033[D", "<110000><110001><110003><110002>" },
	{ "\033OA\033OB\033OH\033OF", "<110000><110001><110004><110005>" },
	{ "\033[1;5A\033O5B", "<110000><110001>" },
	{ "\033[H\033[F\033[1~\033[4~\033[7~\033[8~", "<110004><110005><110004><110005><110004><110005>" },
	{ "\033[2~\033[3~\033[5~\033[6~\033[Z", "<110008><110009><110006><110007><11000c>" },
	{ "\033OP\033OQ\033OR\033OS\033[15~\033[24~", "<11000f><110010><110011><110012><110013><11001a>" },
	{ "\033[[A\033[[E\033[11~", "<11000f><110013><11000f>" },
	{ "\033OM\033Ok\033Op", "<11000d>+0" },
	{ "\033[200~https://a.example/\nq\033[201~x", "{https://a.example/\nq}x" },
	{ "\033[200~a\033[20\033[201~", "{a\033[20}" },
	{ "\033[200~never ended", "{never ended}" },
	{ "\033[?2026;2$y\033[?62;4c", "!" },
	{ "\033[?2026;0$y", "" },
	{ "\033[<0;10;20M\033[<0;10;20m", "" },
	{ "\033[M !!q", "q" },
	{ "\033[I\033[O", "" },
	{ "\033[12;40R", "" },
	{ "\033]11;rgb:1e1e/1e1e/2e2e\033\\q", "q" },
	{ "\033]0;adpq\007q", "q" },
	{ "\033P1$r0m\033\\q", "q" },
	{ "\033_apc\033\\\033^pm\033\\\033Xsos\033\\q", "q" },
	{ "\2331;2Aq\2351;a\234q", "<110000>qq" },
	{ "\302\2331;2Aq", "<110000>q" },
	{ "\033[27;5;113~", "" },
	{ "\033[113;5u", "" },
	{ "\033[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18Aq", "q" },
	{ "\033[1\033[A", "<110000>" },
	{ "\033[1\030q", "q" },
	{ "\377\200\300q", "q" },
	{ "\342\227q", "q" },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		expect(rows[i].bytes, strlen(rows[i].bytes), rows[i].wanted);
}

static void test_nul_is_nothing(void **state)
{
	(void)state;
	expect("\0q", 2, "q");
}

/* As far as a split sequence may be followed by a time-out, nothing inside it may come out as a letter. */
static void test_timeout_anywhere(void **state)
{
	static const char *const sequences[] = {
		"\033[15~", "\033[1;5A", "\033[<35;10;20M", "\033[?2026;2$y", "\033[?62;4c", "\033]11;rgb:adpq/rq\007",
		"\033P1$radpq\033\\", "\033[200~adpq\033[201~",
	};

	(void)state;
	for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++)
		for (size_t cut = 2; cut < strlen(sequences[i]); cut++) {
			struct input input;
			struct input_event event;

			input_init(&input);
			for (size_t k = 0; k < cut; k++)
				assert_false(input_byte(&input, (unsigned char)sequences[i][k], &event));
			int wait = input_wait_ms(&input, 25);

			assert_true(wait > 25);
			if (input_timeout(&input, &event))
				assert_int_equal(event.kind, INPUT_PASTE);
			input_finish(&input);
		}
}

/* Wrapped in every kind of sequence, random printable text never acts. */
static void test_random_inside(void **state)
{
	static const char *const starts[] = { "\033]", "\033P", "\033_", "\033^", "\033X", "\033[200~" };
	uint32_t seed = 12345;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		struct input input;
		struct input_event event;
		const char *start = starts[round % 6];

		input_init(&input);
		for (const char *p = start; *p; p++)
			assert_false(input_byte(&input, (unsigned char)*p, &event));
		for (int i = 0; i < 100; i++) {
			seed = seed * 1664525 + 1013904223;
			assert_false(input_byte(&input, (unsigned char)(0x20 + (seed >> 16) % 0x5f), &event));
		}
		input_finish(&input);
	}
}

/* Whatever comes, the decoder comes back: after a time-out a key is a key again. */
static void test_random_bytes(void **state)
{
	struct input input;
	struct input_event event;
	uint32_t seed = 99;

	(void)state;
	input_init(&input);
	for (int i = 0; i < 1 << 20; i++) {
		seed = seed * 1664525 + 1013904223;
		if (input_byte(&input, (unsigned char)(seed >> 24), &event) && event.kind == INPUT_PASTE)
			assert_true(event.length <= INPUT_PASTE_MOST);
		if (seed % 4096 == 0) {
			(void)input_timeout(&input, &event);
			assert_true(input_byte(&input, 'x', &event));
			assert_int_equal(event.key, 'x');
		}
	}
	input_finish(&input);
}

static void test_long_paste_is_cut(void **state)
{
	struct input input;
	struct input_event event;
	const char *start = "\033[200~", *end = "\033[201~";

	(void)state;
	input_init(&input);
	for (; *start; start++)
		assert_false(input_byte(&input, (unsigned char)*start, &event));
	for (int i = 0; i < INPUT_PASTE_MOST * 2; i++)
		assert_false(input_byte(&input, 'a', &event));
	for (; end[1]; end++)
		assert_false(input_byte(&input, (unsigned char)*end, &event));
	assert_true(input_byte(&input, '~', &event));
	assert_int_equal(event.kind, INPUT_PASTE);
	assert_int_equal(event.length, INPUT_PASTE_MOST);
	assert_true(input_byte(&input, 'q', &event));
	assert_int_equal(event.key, 'q');
	input_finish(&input);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_nul_is_nothing),
		cmocka_unit_test(test_timeout_anywhere),
		cmocka_unit_test(test_random_inside),
		cmocka_unit_test(test_random_bytes),
		cmocka_unit_test(test_long_paste_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
