/* The frame of the protocol: lines, messages, hello and watch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../lib/wired.h"
#include "kumatop/heap.h"

static void feed(struct wire_lines *lines, const char *text)
{
	assert_true(wire_lines_feed(lines, text, strlen(text)));
}

static void assert_next(struct wire_lines *lines, const char *want)
{
	size_t length = 99;
	const char *line = wire_lines_next(lines, &length);

	if (!want) {
		assert_null(line);
		return;
	}
	assert_non_null(line);
	assert_int_equal(length, strlen(want));
	assert_string_equal(line, want);
}

static void bytes_to_lines(void **state)
{
	struct wire_lines lines;

	wire_lines_init(&lines, 8);
	assert_next(&lines, NULL);
	feed(&lines, "on");
	assert_next(&lines, NULL);
	feed(&lines, "e\ntwo\n\nthr");
	assert_next(&lines, "one");
	assert_next(&lines, "two");
	assert_next(&lines, "");
	assert_next(&lines, NULL);
	feed(&lines, "ee");
	assert_next(&lines, NULL);
	feed(&lines, "\n12345678\n");
	assert_next(&lines, "three");
	assert_next(&lines, "12345678");
	assert_next(&lines, NULL);
	wire_lines_finish(&lines);
}

static void lines_that_never_end(void **state)
{
	static const char *const rows[] = { "123456789", "123456789\n", "12\n123456789", "1\n2\n123456789\n" };

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct wire_lines lines;
		bool fine = true;
		size_t length;

		wire_lines_init(&lines, 8);
		for (const char *c = rows[i]; *c && fine; c++) {
			fine = wire_lines_feed(&lines, c, 1);
			while (wire_lines_next(&lines, &length))
				continue;
		}
		assert_true(lines.broken);
		assert_false(wire_lines_feed(&lines, "\n", 1));
		assert_null(wire_lines_next(&lines, &length));
		wire_lines_finish(&lines);
	}
}

/* In one piece: the lines before are given out, the long one is not. */
static void a_long_line_behind_others(void **state)
{
	struct wire_lines lines;

	wire_lines_init(&lines, 8);
	feed(&lines, "1\n2\n123456789\n");
	assert_next(&lines, "1");
	assert_next(&lines, "2");
	assert_next(&lines, NULL);
	assert_true(lines.broken);
	wire_lines_finish(&lines);
}

static void many_lines_cost_what_they_are(void **state)
{
	struct wire_lines lines;
	char piece[1024];
	size_t length, count = 0;

	memset(piece, 'a', sizeof piece);
	piece[500] = '\n';
	wire_lines_init(&lines, 2000);
	for (int i = 0; i < 20000; i++) {
		assert_true(wire_lines_feed(&lines, piece, sizeof piece));
		while (wire_lines_next(&lines, &length))
			count++;
	}
	assert_int_equal(count, 20000);
	assert_true(lines.bytes.capacity < 10000);
	wire_lines_finish(&lines);
}

static void lines_that_are_no_messages(void **state)
{
	static const char *const rows[] = {
		"", " ", "{", "null", "[]", "7", "\"hello\"", "{}", "{\"op\":7}", "{\"op\":null}", "{\"op\":\"a\",\"op\":\"b\"}", "{\"op\":\"a\"} x",
		"{\"op\":\"a\",\"b\":[[[[[[1]]]]]]}", "{\"op\":\"\xff\"}", "GET / HTTP/1.1", "SSH-2.0-x",
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct error err = { 0 };

		assert_null(wire_parse(rows[i], strlen(rows[i]), &err));
		assert_true(err.text[0]);
	}
	assert_null(wire_parse("{\"op\":\"a\"\0}", 11, NULL));
}

static void hello(void **state)
{
	struct wire_hello told = { .version = "1.0", .host = "alpha", .owner = "kumatop", .database = "/var/lib/kumatop/kumatop.db", .configuration = "", .pid = 4711,
	    .user = "alice", .role = ACCESS_DEV }, heard;
	struct json *message;
	struct error err;
	struct buf out;

	buf_init(&out, 10000);
	wire_put_viewer_hello(&out, "2.5");
	message = wired_message(out.data);
	assert_string_equal(wire_op(message), "hello");
	assert_true(wire_read_hello(message, true, &heard, &err));
	assert_string_equal(heard.version, "2.5");
	assert_int_equal(heard.protocol, WIRE_PROTOCOL);
	/* which is not what an owner says */
	assert_false(wire_read_hello(message, false, &heard, &err));
	json_free(message);
	buf_clear(&out);
	wire_put_owner_hello(&out, &told);
	message = wired_message(out.data);
	assert_true(wire_read_hello(message, false, &heard, &err));
	assert_string_equal(heard.host, "alpha");
	assert_string_equal(heard.owner, "kumatop");
	assert_string_equal(heard.database, told.database);
	assert_string_equal(heard.configuration, "");
	assert_int_equal(heard.pid, 4711);
	assert_string_equal(heard.user, "alice");
	assert_int_equal(heard.role, ACCESS_DEV);
	json_free(message);
	buf_finish(&out);
}

static void other_protocols(void **state)
{
	static const struct { const char *line; bool as_owner; const char *part; } rows[] = {
		{ "{\"op\":\"hello\",\"protocol\":2,\"version\":\"9\"}", false, "this kumatop speaks protocol 1, the other 2: update this one" },
		{ "{\"op\":\"hello\",\"protocol\":2,\"version\":\"9\"}", true, "this kumatop speaks protocol 2, the other 1: the other is older" },
		{ "{\"op\":\"hello\",\"protocol\":0}", true, "does not say hello" },
		{ "{\"op\":\"hello\",\"protocol\":-1}", false, "does not say hello" },
		{ "{\"op\":\"hello\",\"protocol\":\"1\"}", true, "does not say hello" },
		{ "{\"op\":\"hello\"}", true, "does not say hello" },
		{ "{\"op\":\"watch\",\"protocol\":1}", true, "does not say hello" },
		{ "{\"op\":\"hello\",\"protocol\":1,\"role\":\"king\"}", false, "role" },
		{ "{\"op\":\"hello\",\"protocol\":1}", false, "role" },
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct json *message = wired_message(rows[i].line);
		struct wire_hello heard;
		struct error err = { 0 };

		assert_false(wire_read_hello(message, rows[i].as_owner, &heard, &err));
		if (!strstr(err.text, rows[i].part))
			fail_msg("\"%s\" does not hold \"%s\"", err.text, rows[i].part);
		json_free(message);
	}
}

static void texts_of_a_hello_are_harmless(void **state)
{
	struct json *message = wired_message("{\"op\":\"hello\",\"protocol\":1,\"version\":\"\\u001b]0;x\\u0007\",\"host\":\"a\\u202eb\\nc\",\"role\":\"guest\"}");
	struct wire_hello heard;

	assert_true(wire_read_hello(message, false, &heard, NULL));
	assert_string_equal(heard.version, "]0;x");
	assert_string_equal(heard.host, "ab c");
	json_free(message);
}

static void watch(void **state)
{
	char *names[] = { heap_text("web*"), heap_text("\"odd\" \\ n\xc3\xa4me") };
	struct wire_watch told = { .names = names, .name_count = 2 }, heard;
	struct json *message;
	struct buf out;

	buf_init(&out, 10000);
	wire_put_watch(&out, &told);
	message = wired_message(out.data);
	assert_true(wire_read_watch(message, &heard, NULL));
	assert_false(heard.health_only);
	assert_int_equal(heard.name_count, 2);
	assert_string_equal(heard.names[0], "web*");
	assert_string_equal(heard.names[1], names[1]);
	wire_watch_finish(&heard);
	json_free(message);
	buf_clear(&out);
	told = (struct wire_watch){ .health_only = true };
	wire_put_watch(&out, &told);
	message = wired_message(out.data);
	assert_true(wire_read_watch(message, &heard, NULL));
	assert_true(heard.health_only);
	assert_int_equal(heard.name_count, 0);
	wire_watch_finish(&heard);
	wire_watch_finish(&heard);
	json_free(message);
	buf_finish(&out);
	free(names[0]);
	free(names[1]);
}

static void bad_watches(void **state)
{
	static const char *const rows[] = {
		"{\"op\":\"watch\"}", "{\"op\":\"watch\",\"what\":\"tv\"}", "{\"op\":\"watch\",\"what\":1}",
		"{\"op\":\"watch\",\"what\":\"board\",\"names\":[1]}", "{\"op\":\"watch\",\"what\":\"board\",\"names\":[\"a\",null]}",
	};
	struct wire_watch heard;
	struct json *message;
	struct buf line;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct error err = { 0 };

		message = wired_message(rows[i]);
		assert_false(wire_read_watch(message, &heard, &err));
		assert_true(err.text[0]);
		assert_null(heard.names);
		json_free(message);
	}
	buf_init(&line, 100000);
	buf_add_text(&line, "{\"op\":\"watch\",\"what\":\"board\",\"names\":[\"\"");
	for (int i = 0; i < WIRE_NAMES_MOST; i++)
		buf_add_text(&line, ",\"a\"");
	buf_add_text(&line, "]}");
	message = wired_message(line.data);
	assert_false(wire_read_watch(message, &heard, NULL));
	json_free(message);
	/* Few, but each as dear as a pattern can be. */
	for (int stars = 0; stars < 2; stars++) {
		buf_clear(&line);
		buf_add_text(&line, "{\"op\":\"watch\",\"what\":\"board\",\"names\":[\"\"");
		for (int i = 0; i < 50; i++)
			buf_print(&line, ",\"%s%0100d\"", stars ? "*" : "", i);
		buf_add_text(&line, "]}");
		message = wired_message(line.data);
		assert_true(wire_read_watch(message, &heard, NULL) == !stars);
		wire_watch_finish(&heard);
		json_free(message);
	}
	buf_finish(&line);
}

static void goodbyes(void **state)
{
	struct json *message;
	struct buf out;
	bool again;

	buf_init(&out, 1000);
	wire_put_refusal(&out, "you are \xff\x01 nobody");
	message = wired_message(out.data);
	assert_string_equal(wire_op(message), "refused");
	assert_string_equal(json_get_text(message, "text"), "you are \xef\xbf\xbd\x01 nobody");
	assert_int_equal(wire_ticket(message), 0);
	json_free(message);
	buf_clear(&out);
	wire_put_bye(&out, "stopped", true);
	message = wired_message(out.data);
	assert_string_equal(wire_op(message), "bye");
	assert_true(json_get_flag(message, "again", &again) && again);
	json_free(message);
	buf_finish(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_to_lines),
		cmocka_unit_test(lines_that_never_end),
		cmocka_unit_test(a_long_line_behind_others),
		cmocka_unit_test(many_lines_cost_what_they_are),
		cmocka_unit_test(lines_that_are_no_messages),
		cmocka_unit_test(hello),
		cmocka_unit_test(other_protocols),
		cmocka_unit_test(texts_of_a_hello_are_harmless),
		cmocka_unit_test(watch),
		cmocka_unit_test(bad_watches),
		cmocka_unit_test(goodbyes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
