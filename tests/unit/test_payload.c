/*
 * Values that travel between threads (beats, events, commands, answers): that letting go of one lets go of all it holds, once.
 * What is held too long shows under AddressSanitizer.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>

#include <cmocka.h>

#include "kumatop/command.h"
#include "kumatop/heap.h"
#include "kumatop/history.h"

static bool read_target(const char *text, char **canonical, struct error *err)
{
	*canonical = heap_text(text);
	return true;
}

static const struct kind fake = { .name = "fake", .summary = "for tests", .read_target = read_target };

static void beats_let_go_of_their_texts(void **state)
{
	struct shared_text *text = shared_create("why");
	struct beat beat = { .monitor = 3, .detail = shared_hold(text), .address = shared_hold(text) };

	beat_finish(&beat);
	beat_finish(&beat);
	assert_int_equal(atomic_load(&text->holders), 1);
	assert_int_equal(beat.monitor, 3);
	shared_release(text);
}

static void events_let_go_of_their_texts(void **state)
{
	struct shared_text *text = shared_create("why");
	struct event event = { .detail = shared_hold(text), .evidence = shared_hold(text), .who = shared_hold(text) };

	event_finish(&event);
	event_finish(&event);
	assert_int_equal(atomic_load(&text->holders), 1);
	shared_release(text);
}

/* The numbers are kept in databases, the words in exports. */
static void events_have_words(void **state)
{
	static const char *const words[] = {
		NULL, "state", "paused", "resumed", "added", "edited", "removed", "acknowledged", "started", "stopped", "trouble",
	};

	for (int kind = 1; kind < (int)(sizeof(words) / sizeof(words[0])); kind++)
		assert_string_equal(event_word((enum event_kind)kind), words[kind]);
	assert_int_equal(EVENT_TROUBLE, 10);
	assert_int_equal(EVENT_RELOADED, 11);
	assert_string_equal(event_word((enum event_kind)200), "unknown");
}

static void commands_let_go_of_their_specs(void **state)
{
	struct monitor_spec *spec = spec_create(&fake, "www", "a", NULL);
	struct command *command = command_create(COMMAND_RELOAD, 7);

	assert_int_equal(command->kind, COMMAND_RELOAD);
	assert_int_equal(command->monitor, 7);
	assert_null(command->spec);
	assert_null(command->reply);
	command->spec = spec_hold(spec);
	command->specs = heap_zero(3, sizeof(struct monitor_spec *));
	for (; command->spec_count < 3; command->spec_count++)
		command->specs[command->spec_count] = spec_hold(spec);
	assert_int_equal(atomic_load(&spec->holders), 5);
	command_destroy(command);
	assert_int_equal(atomic_load(&spec->holders), 1);
	spec_release(spec);
	command_destroy(NULL);
}

static void answers_let_go_of_their_events(void **state)
{
	struct history_answer *answer = heap_zero(1, sizeof(*answer));
	struct shared_text *text = shared_create("why");

	answer->events = heap_zero(2, sizeof(*answer->events));
	for (; answer->event_count < 2; answer->event_count++) {
		answer->events[answer->event_count].event.detail = shared_hold(text);
		answer->events[answer->event_count].name = heap_text("www");
	}
	answer->series.columns = heap_zero(10, sizeof(*answer->series.columns));
	answer->series.count = 10;
	history_answer_destroy(answer);
	assert_int_equal(atomic_load(&text->holders), 1);
	shared_release(text);
	history_answer_destroy(NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(beats_let_go_of_their_texts),
		cmocka_unit_test(events_let_go_of_their_texts),
		cmocka_unit_test(events_have_words),
		cmocka_unit_test(commands_let_go_of_their_specs),
		cmocka_unit_test(answers_let_go_of_their_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
