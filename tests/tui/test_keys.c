/*
 * What is typed, pasted and sent by the terminal itself, as the real program takes it: every key acts, in order, however the line
 * splits it, and nothing that is not a key acts at all. Not for what the keys do.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../lib/keeping.h"
#include "../lib/live.h"
#include "../lib/peer.h"

#include "kumatop/buf.h"
#include "kumatop/heap.h"

enum { MONITORS = 250 };

static struct live *live;
static struct peer *web;

/* The monitors have no needs after their first check, and whatever name might be typed cannot be resolved. */
static int set_up(void **state)
{
	struct error err;
	struct buf text;

	live = live_create();
	web = peer_start("read-request; respond 200 hello", &err);
	if (!web)
		fail_msg("%s", err.text);
	buf_init(&text, 1 << 20);
	buf_add_text(&text, "nameservers = [\"127.0.0.1:1\"]; interval = \"10m\"; timeout = \"5s\"; fall = 100; monitors: (\n");
	for (int i = 1; i <= MONITORS; i++)
		buf_print(&text, "{ name = \"m%03d\"; http = \"%s/%d\"; }%s\n", i, peer_url(web), i, i < MONITORS ? "," : ");");
	live_write(live, text.data, text.length);
	buf_finish(&text);
	return 0;
}

static int tear_down(void **state)
{
	peer_stop(web);
	live_destroy(live);
	return 0;
}

/* A split ESC is told from the key Esc by time, and a test's machine may be slow. */
static const char *const patient[] = { "ESCDELAY=1000", NULL };

static struct term *start(void)
{
	struct term *term = live_start(live, 24, 80, patient, NULL);

	TERM_EXPECT(term, "●250");
	term_keys(term, "sn");
	TERM_EXPECT(term, "By name");
	TERM_EXPECT(term, "►● m001");
	return term;
}

static void expect_cursor_on(struct term *term, int number)
{
	char *text = heap_print("►● m%03d", number);

	TERM_EXPECT(term, text);
	free(text);
}

/* Nothing was asked for: no question, no form, nobody paused, the cursor where it was. */
static void expect_nothing_done(struct term *term, int number)
{
	TERM_EXPECT_GONE(term, "not bound");
	TERM_EXPECT(term, "eEdit");		/* the list's keys */
	expect_cursor_on(term, number);
	assert_true(term_shows(term, "●250"));
	assert_false(term_shows(term, "Stop checking"));
	assert_false(term_shows(term, "marked"));
	assert_false(term_shows(term, "of 250"));
	assert_int_equal(keeping_number(live->database, "SELECT count(*) FROM event WHERE who IS NOT NULL AND who <> ''"), 0);
}

static void test_all_keys_of_one_write(void **state)
{
	struct term *term = start();
	char keys[201];
	size_t bytes;

	memset(keys, 'j', 200);
	keys[200] = '\0';
	term_mark(term);
	term_keys(term, keys);
	expect_cursor_on(term, 201);
	(void)term_bytes(term, &bytes);
	assert_true(bytes < 40000);	/* a few frames, not one for each key */
	term_keys(term, "g");
	expect_cursor_on(term, 1);

	/* in order: each mark is on the one below the last but one */
	for (int i = 0; i < 200; i += 2)
		memcpy(keys + i, " j", 2);
	term_keys(term, keys);
	expect_cursor_on(term, 201);
	TERM_EXPECT(term, "100 marked");
	term_keys(term, "U");
	TERM_EXPECT_GONE(term, "marked");

	/* keys that open a view, what is typed there, and keys that leave it again */
	term_keys(term, "g/m12\rjjj\r");
	TERM_EXPECT(term, " m123  ");
	term_keys(term, "qGk");
	expect_cursor_on(term, 128);
	live_quit(term);
}

static void type_bytewise(struct term *term, const char *keys)
{
	for (; *keys; keys++) {
		term_keys_n(term, keys, 1);
		term_read(term);
	}
}

static void test_keys_split_at_every_byte(void **state)
{
	struct term *term = start();

	for (int i = 0; i < 20; i++)
		type_bytewise(term, "\x1b[B\x1bOB");
	expect_cursor_on(term, 41);
	type_bytewise(term, "\x1b[A\x1bOA\x1b[1;5A");
	expect_cursor_on(term, 38);
	type_bytewise(term, "\x1b[H\x1b[1;2B\x1b[F\x1b[1~\x1b[B");
	expect_cursor_on(term, 2);
	type_bytewise(term, "a127.0.0.1:1\tcaf\xc3\xa9 \xe6\x97\xa5\xe6\x9c\xac");
	TERM_EXPECT(term, "[café 日本");
	type_bytewise(term, "\x1b[200~x\x1b[1~\x1b[201~");
	TERM_EXPECT(term, "[café 日本x[1~ ");
	term_keys(term, "\x1b");
	TERM_EXPECT(term, "Drop this monitor?");
	term_keys(term, "y");
	expect_nothing_done(term, 2);
	live_quit(term);
}

/* What xterm may send, and what it never would: with letters that are keys for finals, parameters and texts. */
static void add_sequences(struct buf *keys)
{
	static const char *const parameters[] = {
		"", "9", "1;9", "?1", ">41;354;0", "=1", "27;5;113", "12;40",
		"999999999999999999999", "<0;10;20", ";;;", "1:2:3", "!", "$", "\"", " ", "'", "*",
	};
	static const char known[] = "ABCDHFZPQSM~";
	static const char *const strings[] = { "\x1b]", "\x1bP", "\x1b_", "\x1b^", "\x1bX", "\x9d", "\x90", "\xc2\x9d" };
	static const char *const texts[] = {
		"0;pqQdar", "52;c;cHFkYXI=", "11;rgb:adad/pqpq/QQQQ", "", "1$rq q p d a r \"p", "\x1b[q\x1bOp", "y\rn\r",
	};

	for (size_t i = 0; i < sizeof parameters / sizeof *parameters; i++)
		for (int final = 0x40; final < 0x7f; final++) {
			/* "ESC [ [" is the Linux console's, and takes one more; keys are tested elsewhere */
			if (!strchr(known, final) && final != '[')
				buf_print(keys, "\x1b[%s%c", parameters[i], final);
		}
	for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
		for (size_t j = 0; j < sizeof texts / sizeof *texts; j++)
			buf_print(keys, "%s%s%s", strings[i], texts[j], j % 2 ? "\x1b\\" : "\x07");
	for (int byte = 0x20; byte < 0x40; byte++)
		buf_print(keys, "\x1bO%c\x1b[M%c%c%c", byte == '5' ? '!' : byte, byte, 'q', 'Q');
	buf_add_text(keys, "\x1b[<0;10;20M\x1b[<65;1;1m\x1b[I\x1b[O\x1b[?62;4c\x1b[24;80R\x1b[?2026;0$y\x1b[?1;2c\x1b[>0;276;0c\x1b[8;24;80t");
}

static void test_sequences_are_no_keys(void **state)
{
	struct term *term = start();
	struct buf keys;

	buf_init(&keys, 1 << 20);
	add_sequences(&keys);
	term_keys(term, "jjjj");
	expect_cursor_on(term, 5);
	term_keys_n(term, keys.data, keys.length);
	buf_finish(&keys);
	term_keys(term, "j");
	expect_nothing_done(term, 6);
	live_quit(term);
}

static unsigned next_random(unsigned *seed)
{
	*seed = *seed * 1103515245 + 12345;
	return *seed >> 16 & 0xffff;
}

/* Bytes that no key has, and all bytes where nothing is a key. */
static void test_noise_is_no_key(void **state)
{
	struct term *term = start();
	unsigned seed = 7;
	char noise[4096];

	for (int block = 0; block < 64; block++) {
		size_t count = 0;

		if (block % 2)
			count = (size_t)snprintf(noise, sizeof noise, "\x1b]");
		while (count < sizeof noise - 2) {
			unsigned char byte = (unsigned char)next_random(&seed);

			bool ends_a_sequence = byte == 0x07 || byte == 0x18 || byte == 0x1a || byte == 0x1b || byte == 0x9c;

			if (block % 2 ? !ends_a_sequence : byte >= 0xa0)
				noise[count++] = (char)byte;
		}
		noise[count++] = block % 2 ? '\x07' : 'g';	/* what a broken character began ends with a key */
		term_keys_n(term, noise, count);
	}
	term_keys(term, "gj");
	expect_nothing_done(term, 2);
	live_quit(term);
}

/*
 * Whatever is hammered in, it does not crash. How the terminal is left cannot be asked here: a ^C that is still to be read when its
 * own modes are back makes the kernel throw away the bytes that put the screen back.
 */
static void test_all_bytes_do_no_harm(void **state)
{
	static const char *const env[] = { "EDITOR=true", "VISUAL=true", NULL };

	for (unsigned seed = 1; seed <= 6; seed++) {
		struct term *term = live_start(live, 24, 80, env, NULL);
		unsigned random = seed;
		char noise[512];
		int status = -1;

		TERM_EXPECT(term, "Quit");
		for (int block = 0; block < 64 && !term_wait_exit(term, &status, 0); block++) {
			for (size_t i = 0; i < sizeof noise; i++)
				noise[i] = (char)next_random(&random);
			term_keys_n(term, noise, sizeof noise);
		}
		term_signal(term, SIGTERM);
		/* a ^S among them may have stopped the terminal while an editor had it */
		term_keys(term, "\x11");
		if (!term_wait_exit(term, &status, TERM_PATIENCE_MS) || status) {
			term_dump(term);
			fail_msg("seed %u: status %d", seed, status);
		}
		term_stop(term);
		assert_true(keeping_is_sound(live->database));
	}
}

static void test_pasted_url_opens_the_form(void **state)
{
	struct term *term = start();
	char *paste = heap_print("\x1b[200~%s/pasted\r\n\x1b[201~", peer_url(web));
	char *field = heap_print("[%s/pasted ", peer_url(web));

	term_keys(term, paste);
	TERM_EXPECT(term, "Add monitor");
	TERM_EXPECT(term, field);		/* not saved: a line end in it is no Enter */
	term_keys(term, "\x13");
	TERM_EXPECT(term, "added ");
	TERM_EXPECT(term, "●251");
	assert_int_equal(keeping_number(live->database, "SELECT count(*) FROM monitor WHERE origin = 1 AND target LIKE '%/pasted'"), 1);
	free(field);
	free(paste);
	live_quit(term);
}

/* Letters that are keys, an Enter, a ^C, sequences, and the beginning of its own end. */
static void test_paste_does_not_act(void **state)
{
	static const char *const pastes[] = {
		"dpqr", "q\rq\rQQ", "\x03\x03\x1a\x1a", "\x1b[B\x1b[3~y", "\x1b[201", "\x1b\x1b\x1b", "p\x9bp\xc2\x9bp",
	};
	struct term *term = start();

	for (size_t i = 0; i < sizeof pastes / sizeof *pastes; i++) {
		char *paste = heap_print("\x1b[200~%s\x1b[201~", pastes[i]);

		term_keys(term, paste);
		TERM_EXPECT(term, "Add monitor");
		if (i == 0)
			TERM_EXPECT(term, "[dpqr ");
		term_keys(term, "\x1b");
		TERM_EXPECT(term, "Drop this monitor?");
		term_keys(term, "y");
		TERM_EXPECT_GONE(term, "Add monitor");
		free(paste);
		expect_nothing_done(term, 1);
	}
	/* in a view that takes no text it is refused, and said so */
	term_keys(term, "\r\x1b[200~pq\x1b[201~");
	TERM_EXPECT(term, "no place for what was pasted");
	term_keys(term, "q");
	expect_nothing_done(term, 1);
	live_quit(term);
}

static void test_unbound_key_is_told(void **state)
{
	struct term *term = start();

	term_keys(term, "X");
	TERM_EXPECT(term, "X: not bound, ? for help");
	term_keys(term, "\x1b[15;5~j");
	expect_cursor_on(term, 2);
	live_quit(term);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_all_keys_of_one_write, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_keys_split_at_every_byte, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_sequences_are_no_keys, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_noise_is_no_key, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_all_bytes_do_no_harm, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_pasted_url_opens_the_form, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_paste_does_not_act, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_unbound_key_is_told, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
