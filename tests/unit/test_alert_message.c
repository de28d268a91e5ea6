/* What people read of a message, word for word, and that it survives being kept as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "kumatop/heap.h"
#include "kumatop/json.h"
#include "kumatop/text.h"
#include "kumatop/when.h"

#include "../lib/telling.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static char *words(const struct alert_message *message, size_t most)
{
	struct buf out;

	buf_init(&out, 1 << 20);
	alert_message_title(message, &out);
	buf_add_text(&out, "\n--\n");
	alert_message_text(message, most, &out);
	return buf_take(&out);
}

static void expect(struct alert_message *message, size_t most, const char *wanted)
{
	char *said = words(message, most);

	if (strcmp(said, wanted) != 0)
		fail_msg("got\n%s\nwanted\n%s", said, wanted);
	free(said);
	alert_message_release(message);
}

#define HELP "runbook: https://wiki.example/shop\nowner: web team\ngroup: Front\ntags: prod, web"
#define TARGET "https://shop.example/health?a=1&b=2 (http)\n"

static void test_words(void **state)
{
	expect(telling_message(ALERT_DOWN), 4000, "DOWN: shop\n--\n503 Service Unavailable (expected 200-299)\n" TARGET
	    "since 2026-11-30 00:51:50 UTC\n" HELP);
	expect(telling_message(ALERT_UP), 4000, "UP: shop, was down for 5m12s\n--\n"
	    "was down for 5m12s, from 2026-11-30 00:51:50 UTC to 2026-11-30 00:57:02 UTC\n"
	    "cause: 503 Service Unavailable (expected 200-299)\nnow: 200 OK (46 ms)\n" TARGET HELP);
	expect(telling_message(ALERT_DEGRADED), 4000, "DEGRADED: shop\n--\ntook 1.8s (degraded above 800ms)\n" TARGET
	    "since 2026-11-30 00:51:50 UTC\n" HELP);
	expect(telling_message(ALERT_CERTIFICATE), 4000, "CERTIFICATE: shop expires in 7 days\n--\nvalid until 2026-12-07 01:53:20 UTC\n" TARGET HELP);
	expect(telling_message(ALERT_DIGEST), 4000, "2 DOWN, 1 DEGRADED, 4 more: same host 192.0.2.1\n--\ncommon cause: same host 192.0.2.1\n"
	    "DOWN shop: connection refused by 192.0.2.1:443\nDOWN search \"beta\": no answer in time\nDEGRADED caf\xc3\xa9\nand 4 more");
	expect(telling_message(ALERT_TEST), 4000, "TEST: ops\n--\nA test of the channel ops by kumatop on mon1. Nothing is wrong.");
}

static void test_told_again(void **state)
{
	struct alert_message *message = telling_message(ALERT_DOWN);
	char *said;

	message->repeat = 2;
	message->lasted_us = 2 * HOUR_US;
	said = words(message, 4000);
	assert_memory_equal(said, "STILL DOWN: shop, for 2h00m\n", 27);
	free(said);
	message->escalated = true;
	said = words(message, 4000);
	assert_memory_equal(said, "ESCALATED: DOWN: shop, for 2h00m\n", 32);
	free(said);
	alert_message_release(message);
}

static void test_lapsed(void **state)
{
	struct alert_message *message = telling_message(ALERT_CERTIFICATE);

	message->cert_expires_us = message->time_us - 3 * DAY_US;
	assert_int_equal(alert_message_level(message), ALERT_LEVEL_CRITICAL);
	expect(message, 4000, "CERTIFICATE: shop expired 3 days ago\n--\nwas valid until 2026-11-27 00:53:20 UTC\n" TARGET HELP);
}

static void test_long_digest(void **state)
{
	struct alert_message *message = alert_message_create(ALERT_DIGEST);
	char *said;

	for (int i = 0; i < ALERT_LINES_MOST + 20; i++) {
		char *name = heap_print("monitor %d", i);

		alert_add_line(message, ALERT_DOWN, name, "refused", 0);
		free(name);
	}
	assert_int_equal(message->line_count, ALERT_LINES_MOST);
	assert_int_equal(message->more, 20);
	said = words(message, 100);
	assert_string_equal(said, "500 DOWN, 20 more: monitor 0, monitor 1, monitor 2 \xe2\x80\xa6\n--\n"
	    "DOWN monitor 0: refused\nDOWN monitor 1: refused\nand 518 more");
	free(said);
	alert_message_release(message);
}

static void test_level_of_a_digest(void **state)
{
	struct alert_message *message = alert_message_create(ALERT_DIGEST);

	assert_int_equal(alert_message_level(message), ALERT_LEVEL_CRITICAL);
	alert_add_line(message, ALERT_UP, "a", NULL, 0);
	assert_int_equal(alert_message_level(message), ALERT_LEVEL_GOOD);
	alert_add_line(message, ALERT_DEGRADED, "b", NULL, 0);
	assert_int_equal(alert_message_level(message), ALERT_LEVEL_WARNING);
	alert_message_release(message);
}

static char *as_json(const struct alert_message *message, size_t lines)
{
	struct buf out;

	buf_init(&out, 1 << 22);
	alert_message_print_json(message, lines, &out);
	return buf_take(&out);
}

static void test_json_and_back(void **state)
{
	for (int kind = 0; kind < ALERT_KIND_COUNT; kind++) {
		struct alert_message *message = telling_message((enum alert_kind)kind), *read;
		struct error err = { 0 };
		char *text, *again;

		message->repeat = 3;
		message->escalated = kind % 2;
		text = as_json(message, ALERT_LINES_MOST);
		read = alert_message_read_json(text, strlen(text), &err);
		if (!read)
			fail_msg("%s", err.text);
		again = as_json(read, ALERT_LINES_MOST);
		assert_string_equal(text, again);
		free(text);
		free(again);
		alert_message_release(read);
		alert_message_release(message);
	}
}

static void test_json_of_a_part(void **state)
{
	struct alert_message *message = telling_message(ALERT_DIGEST);
	char *text = as_json(message, 1);
	struct json *json = json_parse(text, strlen(text), 10, NULL);
	int64_t more = 0;

	assert_int_equal(json_count(json_get(json, "monitors")), 1);
	assert_true(json_get_integer(json, "more", &more));
	assert_int_equal(more, 6);
	json_free(json);
	free(text);
	alert_message_release(message);
}

static void test_bad_json(void **state)
{
	static const char *const rows[] = { "", "[]", "{}", "{\"event\":\"nope\"}", "{\"event\":1}", "{\"event\":\"down\"",
		"{\"event\":\"digest\",\"monitors\":[{\"event\":\"down\"}]}", "{\"event\":\"digest\",\"monitors\":[1]}" };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct error err = { 0 };

		assert_null(alert_message_read_json(rows[i], strlen(rows[i]), &err));
		assert_true(err.text[0]);
	}
}

static void test_set(void **state)
{
	char *field = NULL;

	alert_set(&field, "a\r\nb\x1b[31m\xe2\x80\xae" "c");
	assert_string_equal(field, "a b[31mc");
	alert_set(&field, "");
	assert_null(field);
	alert_set(&field, telling_hostile());
	assert_true(text_is_clean(field));
	alert_set(&field, NULL);
	assert_null(field);
}

static void test_unknown_numbers(void **state)
{
	assert_string_equal(alert_kind_word(-1), "?");
	assert_string_equal(alert_kind_word(ALERT_KIND_COUNT), "?");
	assert_string_equal(alert_level_word(99), "?");
	assert_int_equal(alert_kind_by_word("certificate"), ALERT_CERTIFICATE);
	assert_int_equal(alert_kind_by_word("x"), -1);
	alert_message_release(NULL);
	assert_null(alert_message_hold(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words), cmocka_unit_test(test_told_again), cmocka_unit_test(test_lapsed), cmocka_unit_test(test_long_digest),
		cmocka_unit_test(test_level_of_a_digest), cmocka_unit_test(test_json_and_back), cmocka_unit_test(test_json_of_a_part),
		cmocka_unit_test(test_bad_json), cmocka_unit_test(test_set), cmocka_unit_test(test_unknown_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
