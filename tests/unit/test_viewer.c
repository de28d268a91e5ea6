/*
 * A viewer against an owner that is played: what it says, what it shows, and what becomes of it when the owner does what it must not, or
 * goes. The loop is turned by the test, so that nothing here depends on a second thread, but where threads are what is tested.
 */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

#include "../lib/await.h"
#include "../lib/fakeowner.h"
#include "../lib/scratch.h"
#include "kumatop/heap.h"
#include "kumatop/viewer.h"

enum { WAIT_MS = 20000, REPLIES_MOST = 8192 };

struct scene {
	uv_loop_t loop;
	struct fakeowner *owner;
	struct snapshot_hub *hub;
	struct viewer *viewer;
	struct fakepeer peer;
	struct wire_hello hello;
	atomic_int attached, refused, lost, said, replies, answers, published;
	struct reply last_reply;
	struct reply many[REPLIES_MOST];
	struct history_query asked;
	struct error err;		/* of the last refused or lost */
	struct error answer_err;
	bool answer_ok;
	char line[256];
	bool stop_when_told;
};

static void on_attached(void *arg, const struct wire_hello *hello)
{
	struct scene *scene = arg;

	scene->hello = *hello;
	atomic_fetch_add(&scene->attached, 1);
}

static void stop(struct scene *scene)
{
	viewer_stop(scene->viewer);
	scene->viewer = NULL;
}

static void on_refused(void *arg, const struct error *err)
{
	struct scene *scene = arg;

	scene->err = *err;
	atomic_fetch_add(&scene->refused, 1);
	if (scene->stop_when_told)
		stop(scene);
}

static void on_lost(void *arg, const struct error *err)
{
	struct scene *scene = arg;

	scene->err = *err;
	atomic_fetch_add(&scene->lost, 1);
	if (scene->stop_when_told)
		stop(scene);
}

static void on_said(void *arg, const char *line)
{
	struct scene *scene = arg;

	snprintf(scene->line, sizeof(scene->line), "%s", line);
	atomic_fetch_add(&scene->said, 1);
}

static void on_published(void *arg)
{
	struct scene *scene = arg;

	atomic_fetch_add(&scene->published, 1);
}

static void on_reply(void *arg, const struct reply *reply)
{
	struct scene *scene = arg;
	int n = atomic_load(&scene->replies);

	scene->last_reply = *reply;
	if (n < REPLIES_MOST)
		scene->many[n] = *reply;
	atomic_fetch_add(&scene->replies, 1);
}

static void on_answer(void *arg, struct history_answer *answer)
{
	struct scene *scene = arg;

	scene->asked = answer->query;
	scene->answer_ok = answer->ok;
	scene->answer_err = answer->error;
	history_answer_destroy(answer);
	atomic_fetch_add(&scene->answers, 1);
}

static bool turn(struct scene *scene)
{
	uv_run(&scene->loop, UV_RUN_NOWAIT);
	return true;
}

/* Turns the loop until it is so. */
#define UNTIL(scene, condition) AWAIT(turn(scene) && (condition), WAIT_MS)

static struct scene *open_scene(void)
{
	struct scene *scene = heap_zero(1, sizeof(*scene));

	assert_int_equal(uv_loop_init(&scene->loop), 0);
	scene->peer.fd = -1;
	scene->hub = snapshot_hub_create();
	assert_true(snapshot_hub_listen(scene->hub, on_published, scene));
	scene->owner = fakeowner_create();
	return scene;
}

static void look(struct scene *scene, const char *const *program)
{
	struct viewer_settings settings = {
		.path = program ? NULL : scene->owner->path, .program = (char *const *)(uintptr_t)program, .hub = scene->hub, .version = "1", .arg = scene,
		.place = "mon1", .attached = on_attached, .refused = on_refused, .lost = on_lost, .said = on_said,
	};
	struct error err;

	scene->viewer = viewer_start(&scene->loop, &settings, &err);
	assert_non_null(scene->viewer);
}

static void close_scene(struct scene *scene)
{
	viewer_stop(scene->viewer);
	fakepeer_close(&scene->peer);
	/* Nothing of it is left on the loop: it ends by itself. */
	uv_run(&scene->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&scene->loop), 0);
	fakeowner_destroy(scene->owner);
	snapshot_hub_destroy(scene->hub);
	free(scene);
}

static struct json *hear(struct scene *scene, const char *op)
{
	struct json *message = NULL;

	UNTIL(scene, (message = fakepeer_poll(&scene->peer)) != NULL);
	assert_string_equal(wire_op(message), op);
	return message;
}

static void hear_and_forget(struct scene *scene, const char *op)
{
	json_free(hear(scene, op));
}

/* The owner lets it in and shows its picture. */
static void let_in(struct scene *scene)
{
	int before = atomic_load(&scene->published);

	UNTIL(scene, fakeowner_accept(scene->owner, &scene->peer));
	hear_and_forget(scene, "hello");
	fakepeer_hello(&scene->peer, ACCESS_DEV);
	hear_and_forget(scene, "watch");
	fakepeer_show(&scene->peer, scene->owner, ACCESS_DEV);
	UNTIL(scene, atomic_load(&scene->published) > before);
}

static struct scene *open_attached(void)
{
	struct scene *scene = open_scene();

	fakeowner_add(scene->owner, 7, "web");
	look(scene, NULL);
	let_in(scene);
	return scene;
}

/* What the picture says of the link; "" when there is none. */
static const char *trouble(struct scene *scene)
{
	static char text[1024];
	const struct snapshot *picture = snapshot_hub_acquire(scene->hub);

	snprintf(text, sizeof(text), "%s", picture ? shared_read(picture->health.link_trouble) : "");
	snapshot_release(picture);
	return text;
}

static bool submit(struct scene *scene, uint64_t ticket, struct error *err)
{
	struct command *command = command_create(COMMAND_PAUSE, 7);

	command->ticket = ticket;
	command->reply = on_reply;
	command->reply_arg = scene;
	return viewer_submit(scene->viewer, command, err);
}

static bool ask(struct scene *scene, uint64_t ticket, struct error *err)
{
	struct history_query query = { .kind = HISTORY_EVENTS, .ticket = ticket, .monitor = 7, .from_us = 1, .to_us = 2, .most = 5 };

	return viewer_ask(scene->viewer, &query, on_answer, scene, err);
}

static void it_shows_what_the_owner_shows(void **state)
{
	struct scene *scene = open_attached();
	const struct snapshot *first = snapshot_hub_acquire(scene->hub), *second;
	int before = atomic_load(&scene->published);

	assert_int_equal(scene->attached, 1);
	assert_string_equal(scene->hello.host, "mon1");
	assert_int_equal(scene->hello.role, ACCESS_DEV);
	assert_int_equal(first->count, 1);
	assert_string_equal(snapshot_view(first, 0)->spec->name, "web");
	assert_true(snapshot_view(first, 0)->spec->foreign);
	assert_int_equal(first->health.role, ACCESS_DEV);
	assert_null(first->health.link_trouble);
	fakeowner_add(scene->owner, 8, "db");
	fakepeer_show(&scene->peer, scene->owner, ACCESS_GUEST);
	UNTIL(scene, atomic_load(&scene->published) > before);
	second = snapshot_hub_acquire(scene->hub);
	assert_int_equal(second->count, 2);
	assert_int_equal(second->health.role, ACCESS_GUEST);
	assert_true(second->number > first->number);
	snapshot_release(first);
	snapshot_release(second);
	close_scene(scene);
}

static void an_owner_that_comes_later_is_found(void **state)
{
	struct scene *scene = open_scene();
	struct error err;

	fakeowner_go(scene->owner);
	look(scene, NULL);
	assert_int_equal(scene->lost, 0);
	assert_false(submit(scene, 1, &err));
	UNTIL(scene, scene->lost == 1);
	assert_non_null(strstr(scene->err.text, "no kumatop can be reached on mon1: nobody listens there"));
	assert_int_equal(scene->err.code, EXIT_UNAVAILABLE);
	fakeowner_come(scene->owner);
	let_in(scene);
	assert_int_equal(scene->lost, 1);
	close_scene(scene);
}

static void a_lost_link_is_said_and_attached_again(void **state)
{
	struct scene *scene = open_attached();
	struct error err;

	fakeowner_go(scene->owner);
	fakepeer_close(&scene->peer);
	UNTIL(scene, scene->lost == 1);
	assert_non_null(strstr(trouble(scene), "the owner on mon1 is gone since "));
	assert_non_null(strstr(trouble(scene), ": attaching again …"));
	assert_non_null(strstr(scene->err.text, "the owner on mon1 is gone"));
	const struct snapshot *picture = snapshot_hub_acquire(scene->hub);

	assert_int_equal(picture->count, 1);
	assert_int_equal(picture->health.role, ACCESS_DEV);
	snapshot_release(picture);
	assert_false(submit(scene, 1, &err));
	assert_non_null(strstr(err.text, "the owner on mon1 is gone since"));
	assert_false(ask(scene, 1, &err));
	fakeowner_come(scene->owner);
	let_in(scene);
	assert_string_equal(trouble(scene), "");
	assert_int_equal(scene->attached, 2);
	assert_true(submit(scene, 2, &err));
	hear_and_forget(scene, "command");
	close_scene(scene);
}

/* Attached again and gone before its picture was whole: what is shown stays the last whole one, and the trouble stays. */
static void a_half_told_picture_is_not_shown(void **state)
{
	struct scene *scene = open_attached();

	fakepeer_close(&scene->peer);
	UNTIL(scene, fakeowner_accept(scene->owner, &scene->peer));
	hear_and_forget(scene, "hello");
	fakepeer_hello(&scene->peer, ACCESS_DEV);
	hear_and_forget(scene, "watch");
	fakepeer_say(&scene->peer, "{\"op\":\"view\",\"at\":0,\"new\":true,\"id\":9,\"spec\":\"{ name = \\\"other\\\"; tcp = \\\"h:1\\\"; }\"}");
	fakepeer_close(&scene->peer);
	UNTIL(scene, scene->lost == 2);
	const struct snapshot *picture = snapshot_hub_acquire(scene->hub);

	assert_string_equal(snapshot_view(picture, 0)->spec->name, "web");
	assert_non_null(picture->health.link_trouble);
	snapshot_release(picture);
	close_scene(scene);
}

static void a_farewell_is_told(void **state)
{
	struct scene *scene = open_attached();

	fakepeer_say(&scene->peer, "{\"op\":\"bye\",\"text\":\"stopped by root\",\"again\":true}");
	UNTIL(scene, scene->lost == 1);
	assert_non_null(strstr(trouble(scene), ": attaching again … (stopped by root)"));
	fakepeer_close(&scene->peer);
	let_in(scene);
	assert_string_equal(trouble(scene), "");
	close_scene(scene);
}

static void being_refused_is_told(void **state)
{
	struct scene *scene = open_attached();

	fakepeer_close(&scene->peer);
	UNTIL(scene, fakeowner_accept(scene->owner, &scene->peer));
	fakepeer_say(&scene->peer, "{\"op\":\"refused\",\"text\":\"alice has no role here\\u001b[2J\"}");
	UNTIL(scene, scene->refused == 1);
	assert_int_equal(scene->err.code, EXIT_PERMISSION);
	assert_non_null(strstr(scene->err.text, "alice has no role here"));
	assert_null(strchr(scene->err.text, '\033'));
	UNTIL(scene, strstr(trouble(scene), "will not have us since "));
	assert_non_null(strstr(trouble(scene), "alice has no role here"));
	/* The next attempt is far away. */
	assert_int_equal(uv_backend_timeout(&scene->loop) > 10000, 1);
	close_scene(scene);
}

static void another_protocol_is_refused(void **state)
{
	struct scene *scene = open_scene();

	scene->stop_when_told = true;
	look(scene, NULL);
	UNTIL(scene, fakeowner_accept(scene->owner, &scene->peer));
	fakepeer_say(&scene->peer, "{\"op\":\"hello\",\"protocol\":99,\"version\":\"99\",\"role\":\"admin\"}");
	UNTIL(scene, scene->refused == 1);
	assert_non_null(strstr(scene->err.text, "protocol"));
	assert_int_equal(scene->attached, 0);
	close_scene(scene);
}

static void what_no_owner_says_ends_the_link(void **state)
{
	static const char *const lines[] = {
		"garbage", "{}", "{\"op\":7}", "[[[[[[[[[[[[", "{\"op\":\"view\",\"at\":5,\"id\":1}", "{\"op\":\"board\",\"count\":-1}",
		"{\"op\":\"reply\",\"ticket\":\"x\"}", "{\"op\":\"answer\"}", "\xff\xfe",
	};
	struct scene *scene = open_attached();

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		fakepeer_say(&scene->peer, "{\"op\":\"something newer\",\"text\":1}");
		fakepeer_say(&scene->peer, lines[i]);
		UNTIL(scene, scene->lost == (int)i + 1);
		assert_non_null(strstr(scene->err.text, "it speaks as no kumatop does"));
		fakepeer_close(&scene->peer);
		let_in(scene);
	}
	close_scene(scene);
}

static void a_line_without_end_ends_the_link(void **state)
{
	struct scene *scene = open_attached();
	char *much = heap_zero(1, 64 * 1024);

	memset(much, 'x', 64 * 1024);
	for (size_t sent = 0; sent <= WIRE_LINE_MOST + 64 * 1024 && !scene->lost; sent += 64 * 1024) {
		fakepeer_send(&scene->peer, much, 64 * 1024);
		turn(scene);
	}
	UNTIL(scene, scene->lost == 1);
	assert_non_null(strstr(scene->err.text, "a line that is too long"));
	free(much);
	close_scene(scene);
}

static void replies_find_who_asked(void **state)
{
	struct scene *scene = open_attached();
	struct json *first, *second;
	struct error err;

	assert_true(submit(scene, 500, &err));
	assert_true(submit(scene, 500, &err));
	first = hear(scene, "command");
	second = hear(scene, "command");
	assert_true(wire_ticket(first) != wire_ticket(second));
	fakepeer_reply(&scene->peer, 123456789, true, "for nobody");
	fakepeer_reply(&scene->peer, wire_ticket(second), true, "the second");
	fakepeer_reply(&scene->peer, wire_ticket(second), true, "twice");
	fakepeer_reply(&scene->peer, wire_ticket(first), false, "the first");
	UNTIL(scene, scene->replies == 2);
	assert_string_equal(scene->many[0].text, "the second");
	assert_true(scene->many[0].done);
	assert_string_equal(scene->many[1].text, "the first");
	assert_false(scene->many[1].done);
	assert_int_equal(scene->many[0].ticket, 500);
	assert_int_equal(scene->many[1].kind, COMMAND_PAUSE);
	json_free(first);
	json_free(second);
	close_scene(scene);
}

static void answers_find_who_asked(void **state)
{
	struct scene *scene = open_attached();
	struct history_answer answer = { .ok = true };
	struct json *message;
	struct error err;
	struct buf out;

	assert_true(ask(scene, 31, &err));
	message = hear(scene, "ask");
	assert_true(wire_read_ask(message, &answer.query, &err));
	assert_int_equal(answer.query.most, 5);
	buf_init(&out, WIRE_LINE_MOST);
	wire_put_answer(&out, &answer);
	fakepeer_send(&scene->peer, out.data, out.length);
	UNTIL(scene, scene->answers == 1);
	assert_true(scene->answer_ok);
	assert_int_equal(scene->asked.ticket, 31);
	buf_clear(&out);
	json_free(message);
	/* One to another question than was asked. */
	assert_true(ask(scene, 32, &err));
	message = hear(scene, "ask");
	assert_true(wire_read_ask(message, &answer.query, &err));
	answer.query.kind = HISTORY_SERIES;
	wire_put_answer(&out, &answer);
	fakepeer_send(&scene->peer, out.data, out.length);
	UNTIL(scene, scene->answers == 2);
	assert_false(scene->answer_ok);
	buf_finish(&out);
	json_free(message);
	close_scene(scene);
}

static void what_is_on_its_way_when_the_owner_goes_is_answered(void **state)
{
	struct scene *scene = open_attached();
	struct error err;

	assert_true(submit(scene, 11, &err));
	assert_true(ask(scene, 12, &err));
	hear_and_forget(scene, "command");
	hear_and_forget(scene, "ask");
	/* And one that has not even been sent. */
	assert_true(submit(scene, 13, &err));
	fakeowner_go(scene->owner);
	fakepeer_close(&scene->peer);
	UNTIL(scene, scene->replies == 2 && scene->answers == 1);
	assert_false(scene->many[0].done);
	assert_int_equal(scene->many[0].ticket, 11);
	assert_int_equal(scene->many[1].ticket, 13);
	assert_non_null(strstr(scene->many[0].text, "nobody knows whether it was done"));
	assert_false(scene->answer_ok);
	assert_int_equal(scene->asked.ticket, 12);
	close_scene(scene);
}

static void what_is_open_when_it_stops_is_answered(void **state)
{
	struct scene *scene = open_attached();
	struct error err;

	assert_true(submit(scene, 1, &err));
	assert_true(ask(scene, 2, &err));
	hear_and_forget(scene, "command");
	stop(scene);
	assert_int_equal(scene->replies, 1);
	assert_int_equal(scene->answers, 1);
	close_scene(scene);
}

/* Bounded, whatever is asked of an owner that hangs: refused at once, or answered with a refusal. */
static void an_owner_that_does_not_read_costs_little(void **state)
{
	struct scene *scene = open_attached();
	struct error err;
	int taken = 0, turned_down = 0;

	for (int i = 0; i < 20000; i++) {
		if (submit(scene, (uint64_t)i + 1, &err))
			taken++;
		else
			turned_down++;
		if (i % 1000 == 0)
			turn(scene);
	}
	UNTIL(scene, taken - scene->replies <= 4096);
	assert_true(turned_down + scene->replies >= 20000 - 4096);
	fakepeer_close(&scene->peer);
	UNTIL(scene, scene->replies == taken);
	close_scene(scene);
}

struct asker {
	struct scene *scene;
	uint64_t from;
	pthread_t thread;
};

enum { ASKERS = 4, EACH = 200 };

static void *ask_much(void *arg)
{
	struct asker *asker = arg;
	struct error err;

	for (uint64_t i = 0; i < EACH; i++)
		assert_true(submit(asker->scene, asker->from + i, &err));
	return NULL;
}

static void any_thread_may_ask(void **state)
{
	struct scene *scene = open_attached();
	struct asker askers[ASKERS];
	bool seen[ASKERS * EACH] = { false };
	struct json *message;

	for (size_t i = 0; i < ASKERS; i++) {
		askers[i] = (struct asker){ .scene = scene, .from = 1000 + i * EACH };
		assert_int_equal(pthread_create(&askers[i].thread, NULL, ask_much, &askers[i]), 0);
	}
	while (scene->replies < ASKERS * EACH) {
		turn(scene);
		message = fakepeer_poll(&scene->peer);
		if (message)
			fakepeer_reply(&scene->peer, wire_ticket(message), true, "paused");
		json_free(message);
	}
	for (size_t i = 0; i < ASKERS; i++)
		assert_int_equal(pthread_join(askers[i].thread, NULL), 0);
	for (size_t i = 0; i < ASKERS * EACH; i++) {
		assert_in_range(scene->many[i].ticket, 1000, 1000 + ASKERS * EACH - 1);
		assert_false(seen[scene->many[i].ticket - 1000]);
		seen[scene->many[i].ticket - 1000] = true;
	}
	close_scene(scene);
}

static void an_engine_before_it_stays_in_the_picture(void **state)
{
	struct scene *scene = open_scene();
	struct picture *picture = picture_create();
	static const struct board_health health = { .events = 3 };

	picture_edit(picture, picture_add(picture))->id = 1;
	snapshot_hub_publish(scene->hub, picture_snapshot(picture, &health, 1));
	fakeowner_go(scene->owner);
	look(scene, NULL);
	UNTIL(scene, scene->lost == 1);
	assert_non_null(strstr(trouble(scene), "the owner on mon1 is gone"));
	const struct snapshot *newest = snapshot_hub_acquire(scene->hub);

	assert_int_equal(newest->count, 1);
	assert_int_equal(newest->health.events, 3);
	snapshot_release(newest);
	picture_destroy(picture);
	close_scene(scene);
}

static void a_path_that_is_too_long_is_said(void **state)
{
	struct scene *scene = open_scene();
	char *path = scene->owner->path, longer[300];

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	scene->owner->path = longer;
	scene->stop_when_told = true;
	look(scene, NULL);
	UNTIL(scene, scene->lost == 1);
	assert_non_null(strstr(scene->err.text, "too long"));
	scene->owner->path = path;
	close_scene(scene);
}

/* Speaks the protocol on its pipes: the words of a file, then as long as it is listened to. */
static void look_through(struct scene *scene, const char *script)
{
	char *file = scratch_path(scene->owner->directory, "words");
	static const struct board_health health = { 0 };
	struct wire_hello hello = { .protocol = WIRE_PROTOCOL, .version = "9", .host = "far", .role = ACCESS_ADMIN };
	const char *program[] = { "/bin/sh", "-c", script, file, NULL };
	struct wire_pass pass = { 0 };
	struct buf out;
	FILE *words;

	buf_init(&out, WIRE_LINE_MOST);
	wire_put_owner_hello(&out, &hello);
	fakeowner_add(scene->owner, 7, "web");
	wire_pass_begin(&pass, NULL, picture_snapshot(scene->owner->picture, &health, 1));
	assert_true(wire_pass_step(&pass, NULL, false, ACCESS_ADMIN, WIRE_LINE_MOST, &out));
	wire_pass_finish(&pass);
	words = fopen(file, "w");
	assert_non_null(words);
	assert_int_equal(fwrite(out.data, 1, out.length, words), out.length);
	assert_int_equal(fclose(words), 0);
	buf_finish(&out);
	look(scene, program);
	free(file);
}

static void a_program_is_a_link_too(void **state)
{
	struct scene *scene = open_scene();

	look_through(scene, "echo warming up >&2; cat \"$0\"; read -r a; read -r b; echo gone away >&2; test -n \"$b\" || exit 9");
	UNTIL(scene, scene->published == 1);
	assert_string_equal(scene->hello.host, "far");
	UNTIL(scene, scene->lost == 1);
	assert_non_null(strstr(scene->err.text, "the owner on far is gone: gone away"));
	/* It is started again, and shows again. */
	UNTIL(scene, scene->attached == 2 && scene->published >= 3);
	close_scene(scene);
}

static void a_program_that_fails_says_why(void **state)
{
	struct scene *scene = open_scene();

	scene->stop_when_told = true;
	look_through(scene, "echo 'ssh: no route to host' >&2; exit 255");
	UNTIL(scene, scene->lost == 1);
	assert_string_equal(scene->line, "ssh: no route to host");
	assert_non_null(strstr(scene->err.text, "no kumatop can be reached on mon1: ssh: no route to host"));
	close_scene(scene);
	scene = open_scene();
	scene->stop_when_told = true;
	look_through(scene, "exit 3");
	UNTIL(scene, scene->lost == 1);
	assert_non_null(strstr(scene->err.text, "it ended with status 3"));
	close_scene(scene);
}

static void a_program_that_is_missing_is_said(void **state)
{
	const char *program[] = { "/nowhere/ssh", "-T", NULL };
	struct scene *scene = open_scene();

	scene->stop_when_told = true;
	look(scene, program);
	UNTIL(scene, scene->lost == 1);
	assert_non_null(strstr(scene->err.text, "cannot run /nowhere/ssh: no such file"));
	close_scene(scene);
}

/* One that holds its pipes and takes no SIGTERM is ended all the same, and nothing waits for it when the viewer stops. */
static void a_program_that_clings_is_ended(void **state)
{
	struct scene *scene = open_scene();

	look_through(scene, "trap '' TERM; echo nonsense; while :; do read -r a || sleep 0.05; done");
	UNTIL(scene, scene->lost == 1);
	assert_non_null(strstr(scene->err.text, "it speaks as no kumatop does"));
	close_scene(scene);
	scene = open_scene();
	look_through(scene, "cat \"$0\"; while :; do read -r a || exit; done");
	UNTIL(scene, scene->published == 1);
	close_scene(scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_shows_what_the_owner_shows),
		cmocka_unit_test(an_owner_that_comes_later_is_found),
		cmocka_unit_test(a_lost_link_is_said_and_attached_again),
		cmocka_unit_test(a_half_told_picture_is_not_shown),
		cmocka_unit_test(a_farewell_is_told),
		cmocka_unit_test(being_refused_is_told),
		cmocka_unit_test(another_protocol_is_refused),
		cmocka_unit_test(what_no_owner_says_ends_the_link),
		cmocka_unit_test(a_line_without_end_ends_the_link),
		cmocka_unit_test(replies_find_who_asked),
		cmocka_unit_test(answers_find_who_asked),
		cmocka_unit_test(what_is_on_its_way_when_the_owner_goes_is_answered),
		cmocka_unit_test(what_is_open_when_it_stops_is_answered),
		cmocka_unit_test(an_owner_that_does_not_read_costs_little),
		cmocka_unit_test(any_thread_may_ask),
		cmocka_unit_test(an_engine_before_it_stays_in_the_picture),
		cmocka_unit_test(a_path_that_is_too_long_is_said),
		cmocka_unit_test(a_program_is_a_link_too),
		cmocka_unit_test(a_program_that_fails_says_why),
		cmocka_unit_test(a_program_that_is_missing_is_said),
		cmocka_unit_test(a_program_that_clings_is_ended),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
