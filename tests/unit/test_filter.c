/*
 * The filter: what each term takes, how words are put together, and that nonsense is told by name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "kumatop/filter.h"
#include "kumatop/text.h"
#include "kumatop/when.h"

#define NOW (INT64_C(1800000000) * SECOND_US)

static bool read_target(const char *text, char **canonical, struct error *err)
{
	*canonical = strdup(text);
	return true;
}

static const struct kind http = { .name = "http", .summary = "for tests", .read_target = read_target };
static const struct kind tcp = { .name = "tcp", .summary = "for tests", .read_target = read_target };

/* The board every row below is held against; a filter is told by the letters of the views it takes. */
enum { BOARD = 6 };

static struct monitor_view board[BOARD];
static const char letters[] = "abcdef";

static void put(size_t i, const struct kind *kind, const char *name, const char *target, const char *group, const char *tags,
    enum state state, enum outcome outcome, const char *detail)
{
	struct monitor_view *view = &board[i];

	*view = (struct monitor_view){ .id = (monitor_id)i + 1, .spec = spec_create(kind, name, target, NULL) };
	assert_non_null(view->spec);
	view->spec->common.group = group ? strdup(group) : NULL;
	text_list_from_text(&view->spec->common.tags, tags);
	view->standing.state = state;
	view->has_result = state != STATE_NEW;
	view->outcome = (uint8_t)outcome;
	view->detail = shared_create(detail);
	for (size_t p = 0; p < PHASE_COUNT; p++)
		view->phase_us[p] = -1;
}

static int set_up(void **state)
{
	put(0, &http, "shop", "https://shop.example/api", "Front", "prod, web", STATE_UP, OUTCOME_OK, "200 OK");
	put(1, &http, "search", "https://search.example/", "Front", "prod", STATE_DEGRADED, OUTCOME_SLOW, "1.8 s, slower than 1 s");
	put(2, &tcp, "db 1", "db1.internal:5432", "Back", "prod, db", STATE_DOWN, OUTCOME_CONNECT_REFUSED, NULL);
	put(3, &tcp, "db 2", "db2.internal:5432", "Back", "dev, db", STATE_PENDING, OUTCOME_CONNECT_TIMEOUT, NULL);
	put(4, &tcp, "caf\xc3\xa9", "[2001:db8::1]:80", NULL, "", STATE_UNKNOWN, OUTCOME_NO_ROUTE, NULL);
	put(5, &http, "new-one", "http://new.example/?q=1", NULL, "", STATE_NEW, OUTCOME_OK, NULL);
	board[0].phase_us[PHASE_TOTAL] = 120000;
	board[1].phase_us[PHASE_TOTAL] = 1800000;
	board[0].cert_expires_us = NOW + 60 * DAY_US;
	board[1].cert_expires_us = NOW + 7 * DAY_US;
	board[2].cert_expires_us = NOW - DAY_US;
	board[0].day.us[TIME_UP] = DAY_US;
	board[1].day = (struct amounts){ { [TIME_UP] = 999 * SECOND_US, [TIME_DOWN] = SECOND_US }, 0 };
	board[2].day.us[TIME_DOWN] = DAY_US;
	board[3].day.us[TIME_UNKNOWN] = DAY_US;
	return 0;
}

static int tear_down(void **state)
{
	for (size_t i = 0; i < BOARD; i++)
		view_finish(&board[i]);
	return 0;
}

static void what_is_taken(void **state)
{
	static const struct { const char *text, *takes; } rows[] = {
		{ "", "abcdef" }, { "   ", "abcdef" },
		{ "state:up", "a" }, { "state:down", "c" }, { "state:DOWN", "c" }, { "state:d", "bc" }, { "state:down|pending", "cd" },
		{ "state:unknown", "e" }, { "state:new", "f" }, { "state:maintenance", "" }, { "-state:up", "bcdef" },
		{ "-state:up|new", "bcde" }, { "STATE:up", "a" },
		{ "kind:http", "abf" }, { "kind:tcp|http", "abcdef" }, { "kind:t*p", "cde" }, { "kind:dns", "" },
		{ "tag:prod", "abc" }, { "tag:db", "cd" }, { "tag:db tag:prod", "c" }, { "tag:web|dev", "ad" }, { "-tag:prod", "def" },
		{ "tag:pro?", "abc" }, { "tag:PROD", "abc" },
		{ "group:front", "ab" }, { "group:back|front", "abcd" }, { "-group:*", "ef" },
		{ "name:db", "cd" }, { "name:s*", "ab" }, { "name:*2", "d" }, { "name:\"db 1\"", "c" }, { "name:sho|sear", "ab" },
		{ "target:internal", "cd" }, { "target:*.internal:5432", "cd" }, { "target:https://*", "ab" },
		{ "reason:refused", "c" }, { "reason:slower", "b" }, { "reason:200", "a" },
		{ "latency>100", "ab" }, { "latency>200", "b" }, { "latency>1s", "b" }, { "latency<200", "a" }, { "latency<200ms", "a" },
		{ "latency>=120", "ab" }, { "latency<=120", "a" }, { "latency=120", "a" }, { "latency>120", "b" },
		{ "-latency>200", "acdef" },
		{ "cert<14", "bc" }, { "cert<7.5", "bc" }, { "cert<0", "c" }, { "cert<2w", "bc" }, { "cert>30", "a" }, { "-cert<9999", "def" },
		{ "uptime24h<99.95", "bc" }, { "uptime24h<99.9", "c" }, { "uptime24h<=99.9%", "bc" }, { "uptime24h=100", "a" },
		{ "uptime24h>=0", "abc" },
		{ "shop", "a" }, { "SHOP", "a" }, { "db", "cde" }, { "front", "ab" }, { "dev", "d" }, { "refused", "c" }, { "5432", "cd" },
		{ "db1.internal:5432", "c" }, { "https://shop.example/api", "a" }, { "2001:db8::1", "e" }, { "[2001:db8::1]:80", "e" },
		{ "http://new.example/?q=1", "f" }, { "q=1", "f" }, { "caf\xc3\xa9", "e" }, { "shop|caf\xc3\xa9", "ae" },
		{ "\"db 2\"", "d" }, { "-\"db 2\"", "abcef" }, { "\"db 2", "d" }, { "\"slower than\"", "b" }, { "\"state:up\"", "" },
		{ "-shop -search", "cdef" }, { "kind:tcp -tag:dev state:down|pending", "c" }, { "search|5432", "bcd" }, { "|shop|", "a" },
		{ "new-one", "f" }, { "s*p", "a" }, { "*5432", "cd" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error err = { 0 };
		struct filter *filter = filter_create(rows[i].text, &err);
		char takes[BOARD + 1] = "";
		size_t count = 0;

		if (!filter)
			fail_msg("%s: %s", rows[i].text, err.text);
		for (size_t v = 0; v < BOARD; v++)
			if (filter_takes(filter, &board[v], NOW))
				takes[count++] = letters[v];
		if (strcmp(takes, rows[i].takes) != 0)
			fail_msg("%s takes %s, not %s", rows[i].text, takes, rows[i].takes);
		filter_destroy(filter);
	}
}

static void what_makes_no_sense(void **state)
{
	static const struct { const char *text, *word, *says; } rows[] = {
		{ "staet:down", "\"staet:down\"", "did you mean \"state\"" },
		{ "shop colour:red", "\"colour:red\"", "there are state: kind: tag:" },
		{ "latensy>5", "\"latensy>5\"", "did you mean \"latency\"" },
		{ "a<b", "\"a<b\"", "there is no \"a\"" },
		{ "state:broken", "\"state:broken\"", "new, up, degraded, pending, down, unknown, maintenance, paused" },
		{ "state:up|broken", "\"state:up|broken\"", "no state \"broken\"" },
		{ "state:", "\"state:\"", "nothing to look for" },
		{ "tag:|", "\"tag:|\"", "nothing to look for" },
		{ "-", "\"-\"", "nothing to look for" },
		{ "-foo:bar", "\"-foo:bar\"", "there is no \"foo\"" },
		{ "state=up", "\"state=up\"", "write state:" },
		{ "tag>5", "\"tag>5\"", "write tag:" },
		{ "latency:5", "\"latency:5\"", "write <, > or =" },
		{ "latency>", "\"latency>\"", "latency>200" },
		{ "latency>fast", "\"latency>fast\"", "latency>200" },
		{ "latency>-5", "\"latency>-5\"", "latency>200" },
		{ "latency>1.2.3", "\"latency>1.2.3\"", "latency>200" },
		{ "cert<soon", "\"cert<soon\"", "cert<14" },
		{ "uptime24h<", "\"uptime24h<\"", "uptime24h<99.9" },
		{ "uptime24h<1s", "\"uptime24h<1s\"", "uptime24h<99.9" },
		{ "state:\033[1mup", "state:", "no state" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error err = { 0 };
		struct filter *filter = filter_create(rows[i].text, &err);

		assert_null(filter);
		if (!strstr(err.text, rows[i].word) || !strstr(err.text, rows[i].says))
			fail_msg("%s: %s", rows[i].text, err.text);
		assert_true(text_is_clean(err.text));
	}
	assert_null(filter_create("staet:down", NULL));
	filter_destroy(NULL);
}

static void what_is_too_much(void **state)
{
	char text[2000];
	struct error err = { 0 };

	memset(text, 'x', sizeof(text));
	text[1001] = '\0';
	assert_null(filter_create(text, &err));
	for (size_t i = 0; i < 65; i++)
		memcpy(text + 2 * i, "x ", 3);
	assert_null(filter_create(text, &err));
	text[2 * 64] = '\0';
	filter_destroy(filter_create(text, &err));
}

/* While a filter is typed every start of it is read: it may be refused, but never more. */
static void any_start_of_a_filter(void **state)
{
	static const char text[] = "-state:down|pend kind:http \"two words\" name:\"a b\" latency>=1.5 cert<2w uptime24h<99.9% -tag:x|y a=b";
	char start[sizeof(text)];

	for (size_t length = 0; length < sizeof(text); length++) {
		struct error err = { 0 };
		struct filter *filter;

		memcpy(start, text, length);
		start[length] = '\0';
		filter = filter_create(start, &err);
		assert_true(filter != NULL || err.text[0] != '\0');
		for (size_t i = 0; filter && i < BOARD; i++)
			filter_takes(filter, &board[i], NOW);
		filter_destroy(filter);
	}
}

/* The line of help is a filter itself, so it cannot promise what is not there. */
static void help_is_true(void **state)
{
	struct error err = { 0 };
	struct filter *filter = filter_create(filter_help, &err);

	if (!filter)
		fail_msg("%s", err.text);
	filter_destroy(filter);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_taken),
		cmocka_unit_test(what_makes_no_sense),
		cmocka_unit_test(what_is_too_much),
		cmocka_unit_test(any_start_of_a_filter),
		cmocka_unit_test(help_is_true),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
