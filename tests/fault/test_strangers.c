/*
 * What is not said by any kumatop, said to a real `kumatop serve`: each is refused with a reason, which is in its log once, and neither
 * the checks nor those who are attached notice.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../lib/await.h"
#include "../lib/caller.h"
#include "../lib/peer.h"
#include "../lib/service.h"

#include "kumatop/heap.h"

enum { PATIENCE_MS = 30000 };

#define HELLO "{\"op\":\"hello\",\"protocol\":1,\"version\":\"test\"}\n"

static const struct row {
	const char *name;
	bool welcome;		/* after hello */
	const char *said;	/* with its newlines, if it has any */
	const char *refusal;
} rows[] = {
	{ "garbage", false, "\x01\x02 what?\n", "" },
	{ "an HTTP request", false, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "" },
	{ "an empty line", false, "\n", "" },
	{ "an array", false, "[1,2,3]\n", "" },
	{ "no operation", false, "{\"protocol\":1}\n", "op" },
	{ "nothing but depth", false, "{\"op\":[[[[[[[[[[[[]]]]]]]]]]]]}\n", "" },
	{ "no hello first", false, "{\"op\":\"watch\",\"what\":\"board\"}\n", "hello" },
	{ "an older protocol than there ever was", false, "{\"op\":\"hello\",\"protocol\":0,\"version\":\"0.0.1\"}\n", "hello" },
	{ "a newer protocol", false, "{\"op\":\"hello\",\"protocol\":2,\"version\":\"99.1\"}\n", "this kumatop speaks protocol 2, the other 1: the other is older" },
	{ "one from far away", false, "{\"op\":\"hello\",\"protocol\":9007199254740991}\n", "older" },
	{ "no protocol", false, "{\"op\":\"hello\",\"version\":\"1\"}\n", "hello" },
	{ "hello twice", true, HELLO, "twice" },
	{ "an unknown operation", true, "{\"op\":\"dance\"}\n", "dance" },
	{ "a hostile operation", true, "{\"op\":\"\\u001b[2Jdance\\u202e\"}\n", "dance" },
	{ "an unknown command", true, "{\"op\":\"command\",\"ticket\":1,\"do\":\"explode\"}\n", "command" },
	{ "a watch of nothing known", true, "{\"op\":\"watch\",\"what\":\"stars\"}\n", "" },
	{ "bytes that are no text", true, "{\"op\":\"\xff\xfe\xc0\x80\"}\n", "" },
	{ "an owner's word", true, "{\"op\":\"board\",\"count\":1}\n", "board" },
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

struct scene {
	struct peer *web;
	struct service *service;
	struct caller friend;		/* who is attached all the while */
};

static int begin(void **state)
{
	static struct scene scene;
	struct error err;

	scene.web = peer_start("read-request; respond 200 hello", &err);
	assert_non_null(scene.web);
	scene.service = service_create(NULL);
	service_configure(scene.service, "monitors: ( { name = \"web\"; http = \"%s\"; } );", peer_url(scene.web));
	service_start(scene.service);
	scene.friend = caller_open(scene.service->socket);
	caller_hello(&scene.friend);
	caller_say(&scene.friend, "{\"op\":\"watch\",\"what\":\"board\"}");
	json_free(caller_await(&scene.friend, "board"));
	*state = &scene;
	return 0;
}

/* Checks go on, and so do pictures, to who was there before. */
static void expect_unmoved(struct scene *scene)
{
	unsigned requests = peer_requests(scene->web);
	struct json *message;

	AWAIT(peer_requests(scene->web) > requests, PATIENCE_MS);
	while ((message = caller_poll(&scene->friend)))
		json_free(message);
	assert_false(scene->friend.ended);
	json_free(caller_await(&scene->friend, "view"));
	json_free(caller_await(&scene->friend, "board"));
}

/* Lines are written by a thread of their own: one that is refused may know before the log does. */
static void expect_logged_once(const struct scene *scene, const char *name, size_t before)
{
	AWAIT(service_said(scene->service, "was refused: ") > before, PATIENCE_MS);
	if (service_said(scene->service, "was refused: ") != before + 1)
		fail_msg("%s: %zu lines in the log", name, service_said(scene->service, "was refused: ") - before);
}

static void bad_words_are_refused(void **state)
{
	struct scene *scene = *state;
	char *log;

	/* Few enough that none is left out of the log: those that come too thick are counted. */
	for (size_t i = 0; i < ROWS; i++) {
		struct caller caller = caller_open(scene->service->socket);

		if (rows[i].welcome)
			caller_hello(&caller);
		caller_send(&caller, rows[i].said, strlen(rows[i].said));
		print_message("# %s\n", rows[i].name);
		caller_expect_refusal(&caller, rows[i].refusal);
	}
	expect_unmoved(scene);
	/* Ten lines a minute, and how many more: never one without end. */
	AWAIT(service_said(scene->service, "was refused: ") >= 10, PATIENCE_MS);
	assert_int_equal(service_said(scene->service, "was refused: "), 10);
	log = service_log(scene->service);
	assert_null(strchr(log, '\x1b'));
	free(log);
}

static int begin_anew(void **state)
{
	struct scene *scene = *state;

	caller_close(&scene->friend);
	assert_int_equal(service_end(scene->service, SIGTERM, PATIENCE_MS), 0);
	service_start(scene->service);
	scene->friend = caller_open(scene->service->socket);
	caller_hello(&scene->friend);
	caller_say(&scene->friend, "{\"op\":\"watch\",\"what\":\"board\"}");
	json_free(caller_await(&scene->friend, "board"));
	return 0;
}

static void an_endless_line_is_refused(void **state)
{
	struct scene *scene = *state;
	size_t before = service_said(scene->service, "was refused: ");
	char *line = heap_zero(1, WIRE_REQUEST_MOST + 2);

	memset(line, 'x', WIRE_REQUEST_MOST + 1);
	for (int welcome = 0; welcome < 2; welcome++) {
		struct caller caller = caller_open(scene->service->socket);

		if (welcome)
			caller_hello(&caller);
		caller_send(&caller, line, WIRE_REQUEST_MOST + 1);
		caller_expect_refusal(&caller, "longer");
		expect_logged_once(scene, "an endless line", before + (size_t)welcome);
	}
	free(line);
	expect_unmoved(scene);
}

static void half_a_line_is_refused(void **state)
{
	struct scene *scene = *state;
	size_t before = service_said(scene->service, "was refused: ");
	struct caller caller = caller_open(scene->service->socket);

	caller_hello(&caller);
	caller_send(&caller, "{\"op\":\"wat", 10);
	assert_int_equal(shutdown(caller.fd, SHUT_WR), 0);
	caller_expect_refusal(&caller, "end");
	expect_logged_once(scene, "half a line", before);

	/* A line that comes letter by letter is a line. */
	caller = caller_open(scene->service->socket);
	for (const char *at = HELLO; *at; at++)
		caller_send(&caller, at, 1);
	json_free(caller_await(&caller, "hello"));
	caller_close(&caller);
	expect_unmoved(scene);
}

/* Those who say nothing are sent away by the clock; who hangs up without a word is nobody's business. */
static void silence_and_hanging_up_are_borne(void **state)
{
	struct scene *scene = *state;
	size_t before = service_said(scene->service, "was refused: ");
	struct caller silent = caller_open(scene->service->socket);

	for (int i = 0; i < 200; i++) {
		struct caller caller = caller_open(scene->service->socket);

		if (i % 2)
			caller_say(&caller, "{\"op\":\"hello\",\"protocol\":1,\"version\":\"test\"}");
		caller_close(&caller);
	}
	caller_expect_refusal(&silent, "said nothing");
	expect_logged_once(scene, "silence", before);
	expect_unmoved(scene);
}

static void a_request_that_is_wrong_is_answered(void **state)
{
	static const char *const asked[] = {
		"{\"op\":\"command\",\"ticket\":7,\"do\":\"pause\"}",
		"{\"op\":\"command\",\"ticket\":7,\"do\":\"pause\",\"monitor\":999}",
		"{\"op\":\"command\",\"ticket\":7,\"do\":\"add\",\"spec\":\"name = \\\"x\\\"; gopher = \\\"y\\\";\"}",
		"{\"op\":\"command\",\"ticket\":7,\"do\":\"add\"}",
	};
	struct scene *scene = *state;
	struct caller caller = caller_open(scene->service->socket);

	caller_hello(&caller);
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		struct json *reply;
		bool done = true;

		caller_say(&caller, asked[i]);
		reply = caller_await(&caller, "reply");
		assert_int_equal(wire_ticket(reply), 7);
		json_get_flag(reply, "done", &done);
		assert_false(done && json_get(reply, "done"));
		assert_true(strlen(json_get_text(reply, "text")) > 0);
		json_free(reply);
	}
	caller_say(&caller, "{\"op\":\"ask\",\"ticket\":8,\"kind\":\"weather\"}");
	json_free(caller_await(&caller, "answer"));
	caller_close(&caller);
	expect_unmoved(scene);
}

static int end(void **state)
{
	struct scene *scene = *state;
	int status;

	caller_close(&scene->friend);
	status = service_end(scene->service, SIGTERM, PATIENCE_MS);
	service_destroy(scene->service);
	peer_stop(scene->web);
	return status;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_words_are_refused),
		cmocka_unit_test_setup(an_endless_line_is_refused, begin_anew),
		cmocka_unit_test(half_a_line_is_refused),
		cmocka_unit_test(silence_and_hanging_up_are_borne),
		cmocka_unit_test(a_request_that_is_wrong_is_answered),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
