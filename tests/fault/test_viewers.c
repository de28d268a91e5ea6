/*
 * Many who look at one `kumatop serve`, some of whom never read: what they cost it is bounded, and the others do not notice.
 *
 * The board is made to change as much as it can: every monitor goes down and up again and leaves a kilobyte of evidence each time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/await.h"
#include "../lib/caller.h"
#include "../lib/crowd.h"
#include "../lib/peer.h"
#include "../lib/service.h"

#include "kumatop/buf.h"
#include "kumatop/call.h"
#include "kumatop/text.h"

enum {
	MONITORS = 400, READERS = 40, SILENT = 10,
	FLIPS = 4,			/* there and back, in each part */
	PATIENCE_MS = 60000, LATE_MOST_MS = 5000,
	/* Measured with the bounds of guest.c, and with them taken out: 2 and 19 MiB; 590 and 1570 KiB. */
	GROWTH_MOST_KIB = 8 * 1024,
	READ_MOST_KIB = 1024,
};

static const char good[] = "read-request; respond 200 hello";
static const char bad[] = "read-request; header \"X-Cause: a very long story\"; send \"HTTP/1.1 503 Service Unavailable\\r\\n\"; body 1k";

static struct service *start(struct peer *web)
{
	struct service *service = service_create(NULL);
	struct buf text;

	buf_init(&text, 1024 * 1024);
	for (int i = 1; i <= MONITORS; i++)
		buf_print(&text, "{ name = \"m%03d\"; http = \"%s/%d\"; }%s\n", i, peer_url(web), i, i < MONITORS ? "," : "");
	service_configure(service, "monitors: (\n%s);", text.data);
	buf_finish(&text);
	service_start(service);
	return service;
}

static const struct snapshot *next_picture(struct call *call, int32_t *late_ms)
{
	struct error err;
	const struct snapshot *picture = call_picture(call, PATIENCE_MS, &err);

	if (!picture) {
		fail_msg("%s", err.text);
		return NULL;
	}
	if (picture->health.lateness_ms > *late_ms)
		*late_ms = picture->health.lateness_ms;
	return picture;
}

/* Until a picture has all of them in that state. */
static void await_all(struct call *call, enum state state, int32_t *late_ms)
{
	struct mono end = mono_add_ms(mono_now(), PATIENCE_MS);
	uint32_t count;

	do {
		const struct snapshot *picture = next_picture(call, late_ms);

		count = picture->by_state[state];
		snapshot_release(picture);
		if (mono_now().us > end.us)
			fail_msg("%u of %d are %s", count, (int)MONITORS, state_word((int)state));
	} while (count < MONITORS);
}

static void flip(struct peer *web, struct call *call, int32_t *late_ms)
{
	struct error err;

	for (int i = 0; i < FLIPS; i++) {
		assert_true(peer_set_script(web, bad, &err));
		await_all(call, STATE_DOWN, late_ms);
		assert_true(peer_set_script(web, good, &err));
		await_all(call, STATE_UP, late_ms);
	}
}

static struct call *look_at(const struct service *service)
{
	static const struct wire_watch everything;
	struct error err;
	struct call *call = call_open(service->socket, "test", PATIENCE_MS, &err);

	if (!call || !call_watch(call, &everything, &err))
		fail_msg("%s", err.text);
	return call;
}

/* What a sanitizer keeps of freed memory is not the owner's. */
static void expect_bounded(long before_kib, long after_kib)
{
	print_message("# %ld KiB with those who read, %ld KiB with those who do not as well\n", before_kib, after_kib);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	assert_true(after_kib < before_kib + GROWTH_MOST_KIB);
#endif
}

/* He gets to what is now, past what was on its way to him, and not through all that happened meanwhile. */
static void read_at_last(struct caller *caller)
{
	int64_t now_us = unix_now_us(), shown_us = 0, count = 0;

	while (shown_us < now_us) {
		struct json *board = caller_await(caller, "board");

		assert_true(json_get_integer(board, "time", &shown_us));
		assert_true(json_get_integer(board, "count", &count));
		json_free(board);
	}
	print_message("# %zu KiB to who reads at last\n", caller->bytes / 1024);
	assert_int_equal(count, MONITORS);
	assert_true(caller->bytes < READ_MOST_KIB * 1024);
}

static void a_viewer_that_never_reads_costs_little(void **state)
{
	struct error err;
	struct peer *web = peer_start(good, &err);
	struct service *service = start(web);
	struct crowd *readers = crowd_start(service->socket, READERS, 0, &err), *silent;
	struct call *call = look_at(service);
	struct caller late_reader;
	int32_t late_ms = 0, late_beside_ms = 0;
	uint64_t boards;
	long before_kib;

	assert_non_null(readers);
	await_all(call, STATE_UP, &late_ms);
	flip(web, call, &late_ms);
	before_kib = service_resident_kib(service);

	silent = crowd_start(service->socket, 0, SILENT - 1, &err);
	assert_non_null(silent);
	late_reader = caller_open(service->socket);
	caller_hello(&late_reader);
	caller_say(&late_reader, "{\"op\":\"watch\",\"what\":\"board\"}");
	boards = crowd_least_boards(readers);
	flip(web, call, &late_beside_ms);
	expect_bounded(before_kib, service_resident_kib(service));
	AWAIT(crowd_least_boards(readers) > boards + FLIPS, PATIENCE_MS);
	assert_int_equal(crowd_ended(readers), 0);
	print_message("# told lateness: %d ms, %d ms beside those who do not read\n", late_ms, late_beside_ms);
	assert_true(late_beside_ms < late_ms + LATE_MOST_MS);
	read_at_last(&late_reader);

	/* With all of them attached. */
	assert_int_equal(service_end(service, SIGTERM, PATIENCE_MS), 0);
	AWAIT(crowd_ended(readers) == READERS, PATIENCE_MS);
	caller_close(&late_reader);
	crowd_stop(silent);
	crowd_stop(readers);
	call_close(call);
	service_destroy(service);
	peer_stop(web);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_viewer_that_never_reads_costs_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
