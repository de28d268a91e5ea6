/*
 * A command's talk with an owner that is played by another thread: in order, out of order, and with owners that are silent, refuse, talk
 * nonsense or go.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../lib/await.h"
#include "../lib/fakeowner.h"
#include "kumatop/call.h"
#include "kumatop/heap.h"

enum { WAIT_MS = 20000, SHORT_MS = 30 };

struct scene {
	struct fakeowner *owner;
	void (*play)(struct scene *scene, struct fakepeer *peer);
	pthread_t thread;
	int hang_up[2];		/* a byte: the test is through with the owner */
};

static void *play(void *arg)
{
	struct scene *scene = arg;
	struct fakepeer peer;
	char byte;

	fakeowner_await(scene->owner, &peer);
	scene->play(scene, &peer);
	while (read(scene->hang_up[0], &byte, 1) < 0)
		continue;
	fakepeer_close(&peer);
	return NULL;
}

static struct scene *begin(void (*with)(struct scene *scene, struct fakepeer *peer))
{
	struct scene *scene = heap_zero(1, sizeof(*scene));

	scene->owner = fakeowner_create();
	fakeowner_add(scene->owner, 7, "web");
	scene->play = with;
	assert_int_equal(pipe(scene->hang_up), 0);
	assert_int_equal(pthread_create(&scene->thread, NULL, play, scene), 0);
	return scene;
}

static void end(struct scene *scene, struct call *call)
{
	assert_int_equal(write(scene->hang_up[1], "x", 1), 1);
	assert_int_equal(pthread_join(scene->thread, NULL), 0);
	call_close(call);
	close(scene->hang_up[0]);
	close(scene->hang_up[1]);
	fakeowner_destroy(scene->owner);
	free(scene);
}

static struct call *open_call(struct scene *scene)
{
	struct error err = { 0 };
	struct call *call = call_open(scene->owner->path, "1", WAIT_MS, &err);

	if (!call)
		fail_msg("%s", err.text);
	return call;
}

static struct call *fail_to_open(struct scene *scene, int timeout_ms, enum exit_code code, const char *text)
{
	struct error err = { 0 };

	assert_null(call_open(scene->owner->path, "1", timeout_ms, &err));
	assert_int_equal(err.code, code);
	assert_non_null(strstr(err.text, text));
	return NULL;
}

static void greet(struct fakepeer *peer)
{
	json_free(fakepeer_await(peer, "hello"));
	fakepeer_hello(peer, ACCESS_DEV);
}

static void greet_only(struct scene *scene, struct fakepeer *peer)
{
	greet(peer);
}

static void say_nothing(struct scene *scene, struct fakepeer *peer)
{
}

static void it_says_hello(void **state)
{
	struct scene *scene = begin(greet_only);
	struct call *call = open_call(scene);

	assert_string_equal(call_hello(call)->host, "mon1");
	assert_int_equal(call_hello(call)->role, ACCESS_DEV);
	end(scene, call);
}

static void nobody_is_unavailable(void **state)
{
	struct fakeowner *owner = fakeowner_create();
	struct error err;
	char longer[300];

	fakeowner_go(owner);
	assert_null(call_open(owner->path, "1", WAIT_MS, &err));
	assert_int_equal(err.code, EXIT_UNAVAILABLE);
	assert_non_null(strstr(err.text, "no kumatop listens at "));
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_null(call_open(longer, "1", WAIT_MS, &err));
	assert_int_equal(err.code, EXIT_USAGE);
	fakeowner_destroy(owner);
	call_close(NULL);
}

static void refuse(struct scene *scene, struct fakepeer *peer)
{
	fakepeer_say(peer, "{\"op\":\"refused\",\"text\":\"you have no role here\"}");
	fakepeer_close(peer);
}

static void a_refusal_is_told(void **state)
{
	struct scene *scene = begin(refuse);

	end(scene, fail_to_open(scene, WAIT_MS, EXIT_PERMISSION, "the owner refuses: you have no role here"));
}

static void speak_of_the_future(struct scene *scene, struct fakepeer *peer)
{
	fakepeer_say(peer, "{\"op\":\"hello\",\"protocol\":2,\"role\":\"admin\"}");
}

static void another_protocol_is_told(void **state)
{
	struct scene *scene = begin(speak_of_the_future);

	end(scene, fail_to_open(scene, WAIT_MS, EXIT_UNAVAILABLE, "update this one"));
}

static void one_that_is_silent_is_not_waited_for(void **state)
{
	struct scene *scene = begin(say_nothing);

	end(scene, fail_to_open(scene, SHORT_MS, EXIT_UNAVAILABLE, "does not answer in time"));
}

static void say_another_thing(struct scene *scene, struct fakepeer *peer)
{
	fakepeer_say(peer, "SSH-2.0-OpenSSH_9.2");
}

static void what_is_no_kumatop_is_told(void **state)
{
	struct scene *scene = begin(say_another_thing);
	struct error err;

	assert_null(call_open(scene->owner->path, "1", WAIT_MS, &err));
	end(scene, NULL);
}

/* Pictures before the reply, the reply of another before this one. */
static void reply_late(struct scene *scene, struct fakepeer *peer)
{
	struct json *message;

	greet(peer);
	json_free(fakepeer_await(peer, "watch"));
	message = fakepeer_await(peer, "command");
	fakepeer_show(peer, scene->owner, ACCESS_DEV);
	fakepeer_reply(peer, wire_ticket(message) + 5, true, "for another");
	fakeowner_add(scene->owner, 8, "db");
	fakepeer_show(peer, scene->owner, ACCESS_DEV);
	fakepeer_reply(peer, wire_ticket(message), true, "paused web");
	json_free(message);
	message = fakepeer_await(peer, "command");
	fakepeer_reply(peer, wire_ticket(message), false, "you may not");
	json_free(message);
}

static void a_command_is_replied_to(void **state)
{
	struct scene *scene = begin(reply_late);
	struct call *call = open_call(scene);
	struct command *command = command_create(COMMAND_PAUSE, 7);
	static const struct wire_watch everything;
	const struct snapshot *picture;
	struct reply reply;
	struct error err;

	command->ticket = 77;
	assert_true(call_watch(call, &everything, &err));
	assert_true(call_command(call, command, WAIT_MS, &reply, &err));
	assert_true(reply.done);
	assert_string_equal(reply.text, "paused web");
	assert_int_equal(reply.ticket, 77);
	assert_int_equal(reply.monitor, 7);
	/* The newest of the pictures that came meanwhile. */
	picture = call_picture(call, 0, &err);
	assert_non_null(picture);
	assert_int_equal(picture->count, 2);
	assert_int_equal(picture->health.role, ACCESS_DEV);
	snapshot_release(picture);
	/* A refusal is no error. */
	assert_true(call_command(call, command, WAIT_MS, &reply, &err));
	assert_false(reply.done);
	assert_string_equal(reply.text, "you may not");
	command_destroy(command);
	end(scene, call);
}

/* The first command is answered only once the second has come. */
static void reply_too_late(struct scene *scene, struct fakepeer *peer)
{
	struct json *first, *second;

	greet(peer);
	first = fakepeer_await(peer, "command");
	second = fakepeer_await(peer, "command");
	fakepeer_reply(peer, wire_ticket(first), true, "the first");
	fakepeer_reply(peer, wire_ticket(second), true, "the second");
	json_free(first);
	json_free(second);
}

static void a_reply_that_comes_too_late_is_not_another_s(void **state)
{
	struct scene *scene = begin(reply_too_late);
	struct call *call = open_call(scene);
	struct command *command = command_create(COMMAND_PAUSE, 7);
	struct reply reply;
	struct error err;

	assert_false(call_command(call, command, SHORT_MS, &reply, &err));
	assert_int_equal(err.code, EXIT_LOCKED);
	assert_true(call_command(call, command, WAIT_MS, &reply, &err));
	assert_string_equal(reply.text, "the second");
	command_destroy(command);
	end(scene, call);
}

static void show_twice_and_go(struct scene *scene, struct fakepeer *peer)
{
	greet(peer);
	json_free(fakepeer_await(peer, "watch"));
	fakepeer_show(peer, scene->owner, ACCESS_GUEST);
	json_free(fakepeer_await(peer, "watch"));
	fakeowner_add(scene->owner, 8, "db");
	fakepeer_show(peer, scene->owner, ACCESS_GUEST);
	fakepeer_say(peer, "{\"op\":\"bye\",\"text\":\"stopped by root\"}");
	fakepeer_close(peer);
}

static void pictures_come_one_by_one(void **state)
{
	struct scene *scene = begin(show_twice_and_go);
	struct call *call = open_call(scene);
	static const struct wire_watch everything;
	const struct snapshot *first, *second;
	struct error err;

	assert_true(call_watch(call, &everything, &err));
	first = call_picture(call, WAIT_MS, &err);
	assert_non_null(first);
	assert_int_equal(first->count, 1);
	assert_null(call_picture(call, SHORT_MS, &err));
	assert_int_equal(err.code, EXIT_LOCKED);
	assert_true(call_watch(call, &everything, &err));
	second = call_picture(call, -1, &err);
	assert_non_null(second);
	assert_int_equal(second->count, 2);
	assert_int_equal(first->count, 1);
	assert_null(call_picture(call, WAIT_MS, &err));
	assert_int_equal(err.code, EXIT_UNAVAILABLE);
	assert_non_null(strstr(err.text, "stopped by root"));
	snapshot_release(first);
	snapshot_release(second);
	end(scene, call);
}

static void answer(struct scene *scene, struct fakepeer *peer)
{
	struct history_answer answer = { .ok = true, .more = true };
	struct json *message;
	struct error err;
	struct buf out;

	greet(peer);
	message = fakepeer_await(peer, "ask");
	assert_true(wire_read_ask(message, &answer.query, &err));
	buf_init(&out, WIRE_LINE_MOST);
	wire_put_answer(&out, &answer);
	fakepeer_send(peer, out.data, out.length);
	buf_finish(&out);
	json_free(message);
	json_free(fakepeer_await(peer, "ask"));
	fakepeer_close(peer);
}

static void a_question_is_answered(void **state)
{
	struct scene *scene = begin(answer);
	struct call *call = open_call(scene);
	struct history_query query = { .kind = HISTORY_EVENTS, .ticket = 9, .from_us = 1, .to_us = 2, .most = 3 };
	struct history_answer *answered;
	struct error err;

	answered = call_ask(call, &query, WAIT_MS, &err);
	assert_non_null(answered);
	assert_true(answered->ok);
	assert_true(answered->more);
	assert_int_equal(answered->query.ticket, 9);
	history_answer_destroy(answered);
	assert_null(call_ask(call, &query, WAIT_MS, &err));
	assert_int_equal(err.code, EXIT_UNAVAILABLE);
	end(scene, call);
}

static void babble(struct scene *scene, struct fakepeer *peer)
{
	greet(peer);
	json_free(fakepeer_await(peer, "watch"));
	fakepeer_say(peer, "{\"op\":\"later\",\"x\":1}");
	fakepeer_say(peer, "{\"op\":\"board\"}");
}

static void nonsense_is_an_error(void **state)
{
	struct scene *scene = begin(babble);
	struct call *call = open_call(scene);
	static const struct wire_watch everything;
	struct error err = { 0 };

	assert_true(call_watch(call, &everything, &err));
	assert_null(call_picture(call, WAIT_MS, &err));
	assert_int_equal(err.code, EXIT_DATA);
	end(scene, call);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_says_hello),
		cmocka_unit_test(nobody_is_unavailable),
		cmocka_unit_test(a_refusal_is_told),
		cmocka_unit_test(another_protocol_is_told),
		cmocka_unit_test(one_that_is_silent_is_not_waited_for),
		cmocka_unit_test(what_is_no_kumatop_is_told),
		cmocka_unit_test(a_command_is_replied_to),
		cmocka_unit_test(a_reply_that_comes_too_late_is_not_another_s),
		cmocka_unit_test(pictures_come_one_by_one),
		cmocka_unit_test(a_question_is_answered),
		cmocka_unit_test(nonsense_is_an_error),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
