/*
 * The board of the drawings as data.
 */
#include "fakeboard.h"
#include "fakepast.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/outcome.h"
#include "kumatop/spec.h"
#include "kumatop/text.h"
#include "kumatop/when.h"

struct fakeboard {
	struct board board;
	pthread_mutex_t mutex;	/* around picture and health */
	struct picture *picture;
	struct board_health health;
	monitor_id highest;
	monitor_id changed;	/* last by fakeboard_set_state(); 0: none */
	enum state changed_from, changed_to;
	_Atomic int over;	/* 1 + enum screen_end */
	_Atomic bool parting;	/* the checks are to be handed over */
	_Atomic bool slow;
	struct history_answer *held;	/* NULL: none waits to be let go */
	void (*held_answer)(void *, struct history_answer *);
	void *held_arg;
};

static bool take_target(const char *text, char **canonical, struct error *err)
{
	(void)err;
	*canonical = heap_text(text);
	return true;
}

static const struct kind kinds[] = {
	{ .name = "http", .summary = "a made-up web page", .target_form = "https://host/", .read_target = take_target },
	{ .name = "tcp", .summary = "a made-up port", .target_form = "host:port", .read_target = take_target },
	{ .name = "ping", .summary = "a made-up host", .target_form = "host", .read_target = take_target },
	{ .name = "dns", .summary = "a made-up name", .target_form = "name", .read_target = take_target },
	{ .name = "smtp", .summary = "a made-up mail server", .target_form = "host", .read_target = take_target },
	{ .name = "push", .summary = "a made-up job", .target_form = "name", .read_target = take_target },
};

enum { KINDS = sizeof kinds / sizeof *kinds };

/* Beats from the oldest to the newest: u up, g degraded, p pending, d down, ? unknown, m maintenance, - paused. */
struct drawn {
	const char *name, *kind, *target;
	enum state state;
	enum outcome outcome;
	const char *beats;
	int32_t latency_us;	/* about */
	int64_t since_s;	/* ago */
	double uptime;		/* per cent; < 0: nothing known */
	int cert_days;		/* 0: none */
	const char *detail, *group, *tag;
	bool acknowledged;
	int64_t paused_for_s;
};

static const struct drawn board[] = {
	{ "checkout-api", "http", "https://shop.example/api/health", STATE_DOWN, OUTCOME_WRONG_STATUS, "uuuuuuuuuuppddddd", 143000, 133, 99.31, 61,
	  "503 Service Unavailable (expected 200-299)", "shop", "prod", false, 0 },
	{ "db-replica-2", "tcp", "db2.example:5432", STATE_DOWN, OUTCOME_CONNECT_TIMEOUT, "uuuuuuppdddddddd", 2000, 736, 98.61, 0,
	  "no connection in 5 s", "db", "prod", true, 0 },
	{ "branch-office", "ping", "198.51.100.7", STATE_UNKNOWN, OUTCOME_NO_ROUTE, "uuuuuuuuuuuuu??", 21000, 190, 99.90, 0,
	  "no route from here", "net", NULL, false, 0 },
	{ "search", "http", "https://search.example/", STATE_DEGRADED, OUTCOME_SLOW, "uuuuuuguggggggggg", 1840000, 1080, 100, 61,
	  "slower than 1 s", "shop", "prod", false, 0 },
	{ "mail-in", "smtp", "mx.example", STATE_PENDING, OUTCOME_PROTOCOL_ERROR, "uuuuuuuuuuuuup", 91000, 20, 100, 12, "421 busy", "mail", NULL,
	  false, 0 },
	{ "www", "http", "https://www.example/", STATE_UP, OUTCOME_OK, "uuuuuuuuuuuuuuuuuuuuuuuuuuuu", 118000, 3542400, 100, 61, "200", "shop",
	  "prod", false, 0 },
	{ "api-gateway", "http", "https://api.example/", STATE_UP, OUTCOME_OK, "uuuuuuuuuuuuuuuuuuduuuuuuuuuu", 128000, 21600, 99.93, 61, "200",
	  "shop", "prod", false, 0 },
	{ "login", "http", "https://login.example/", STATE_UP, OUTCOME_OK, "uuuuuuuuuuuuuuuuuuuuuuuuu", 86000, 7603200, 100, 61,
	  "200, body matches", "shop", "prod", false, 0 },
	{ "cdn-edge-fra", "http", "https://fra.cdn.example/", STATE_UP, OUTCOME_OK, "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu", 14000, 10368000, 100, 7,
	  "200, cert 7 days", "cdn", NULL, false, 0 },
	{ "db-primary", "tcp", "db1.example:5432", STATE_UP, OUTCOME_OK, "uuuuuuuuuuuuuuuuuuuuuuuuu", 1300, 3542400, 100, 0, NULL, "db", "prod",
	  false, 0 },
	{ "redis", "tcp", "redis.example:6379", STATE_UP, OUTCOME_OK, "uuuuuuuuuuuuuuuuuuuuuuu", 900, 3542400, 100, 0, "+PONG", "db", NULL, false,
	  0 },
	{ "ns1", "dns", "example.com", STATE_UP, OUTCOME_OK, "uuuuuuuuuuuuuuuuuuuuuuu", 8200, 17280000, 100, 0, "A 192.0.2.53", "infra", NULL,
	  false, 0 },
	{ "gw-ams1", "ping", "192.0.2.1", STATE_UP, OUTCOME_OK, "uuuuuuuuuuuuuuuuuuuuuuuuu", 4100, 2851200, 100, 0, "0% loss, 1 ms jitter",
	  "infra", NULL, false, 0 },
	{ "billing", "http", "https://billing.example/", STATE_MAINTENANCE, OUTCOME_OK, "uuuuuuuummmmmmmmmm", 204000, 600, 100, 61,
	  "until 15:00 (root)", "shop", NULL, false, 0 },
	{ "legacy-ftp", "tcp", "ftp.example:21", STATE_PAUSED, OUTCOME_OK, "------------", -1, 345600, -1, 0, "paused by ops", NULL, NULL, false, 0 },
	{ "backup-push", "push", "nightly", STATE_UP, OUTCOME_OK, "uuuuuuuuuuuuuuu", -1, 3542400, 100, 0, "12 min ago, 4 s", NULL, NULL, false, 0 },
};

static enum state look_of(char beat)
{
	switch (beat) {
	case 'u': return STATE_UP;
	case 'g': return STATE_DEGRADED;
	case 'p': return STATE_PENDING;
	case 'd': return STATE_DOWN;
	case '?': return STATE_UNKNOWN;
	case 'm': return STATE_MAINTENANCE;
	default: return STATE_PAUSED;
	}
}

static const struct kind *kind_named(const char *name)
{
	for (size_t i = 0; i < KINDS; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return &kinds[0];
}

static struct monitor_view *add_view(struct fakeboard *fake, const char *name, const struct kind *kind, const char *target)
{
	struct error err;
	struct monitor_view *view = picture_edit(fake->picture, picture_add(fake->picture));

	view->id = ++fake->highest;
	view->spec = spec_create(kind, name, target, &err);
	if (!view->spec) {
		fprintf(stderr, "fakeboard: %s\n", err.text);
		abort();
	}
	view->spec->origin = SPEC_ADDED;
	view->spec->common.interval_ms = 60000;
	return view;
}

static void seal(struct monitor_view *view)
{
	struct error err;

	if (!spec_seal(view->spec, &err)) {
		fprintf(stderr, "fakeboard: %s\n", err.text);
		abort();
	}
}

static void set_uptime(struct monitor_view *view, double percent)
{
	if (percent < 0) {
		view->day.us[TIME_UNKNOWN] = DAY_US;
		return;
	}
	view->day.us[TIME_UP] = (int64_t)((double)DAY_US * percent / 100);
	view->day.us[TIME_DOWN] = DAY_US - view->day.us[TIME_UP];
}

static void set_standing(struct monitor_view *view, const struct drawn *row)
{
	struct standing *standing = &view->standing;
	bool bad = row->state == STATE_DOWN || row->state == STATE_PENDING;

	standing->state = row->state;
	standing->was = STATE_UP;
	standing->since_us = FAKEBOARD_NOW_US - row->since_s * SECOND_US;
	standing->bad_run = row->state == STATE_PENDING ? 2 : bad ? 5 : 0;
	standing->first_bad_us = bad ? standing->since_us : 0;
	standing->incident_open = row->state == STATE_DOWN;
	standing->incident_us = row->state == STATE_DOWN ? standing->since_us : 0;
	standing->acknowledged = row->acknowledged;
}

/* What the first failure showed, phases with it. */
static void add_evidence(struct monitor_view *view)
{
	static const int32_t phase_us[PHASE_COUNT] = { 4000, 12000, 31000, 88000, -1, 135000 };

	memcpy(view->phase_us, phase_us, sizeof phase_us);
	view->evidence = shared_create("addresses: 192.0.2.10:443\nHTTP/1.1 503 Service Unavailable\nserver: nginx\nretry-after: 30\n\n"
	    "{\"error\":\"upstream timed out\",\"request\":\"7f3a9c22\"}");
}

static void add_drawn(struct fakeboard *fake, const struct drawn *row)
{
	struct monitor_view *view = add_view(fake, row->name, kind_named(row->kind), row->target);
	size_t beats = strlen(row->beats);

	view->spec->common.group = heap_text(row->group);
	if (row->tag)
		text_list_from_text(&view->spec->common.tags, row->tag);
	if (row->outcome == OUTCOME_WRONG_STATUS) {
		view->spec->common.slo_ppm = 999000;
		view->spec->common.slo_window_ms = 30 * DAY_US / 1000;
	}
	if (row->state == STATE_DOWN)
		view->spec->common.runbook = heap_print("https://wiki.example/%s", row->name);
	seal(view);
	set_standing(view, row);
	view->outcome = (uint8_t)row->outcome;
	view->verdict = (uint8_t)outcome_row((int)row->outcome)->verdict;
	view->has_result = row->state != STATE_PAUSED;
	view->code = -1;
	for (int i = 0; i < PHASE_COUNT; i++)
		view->phase_us[i] = -1;
	view->phase_us[PHASE_TOTAL] = row->latency_us;
	if (strcmp(row->kind, "ping") == 0)
		view->phase_us[PHASE_FIRST_BYTE] = row->latency_us;
	view->last_us = FAKEBOARD_NOW_US - 12 * SECOND_US;
	view->last_good_us = row->state == STATE_UP ? view->last_us : view->standing.since_us - 12 * SECOND_US;
	view->next_us = row->state == STATE_PAUSED ? 0 : FAKEBOARD_NOW_US + 8 * SECOND_US;
	view->cert_expires_us = row->cert_days ? FAKEBOARD_NOW_US + row->cert_days * DAY_US + HOUR_US : 0;
	view->detail = shared_create(row->detail);
	view->address = shared_create(strcmp(row->kind, "http") == 0 ? "192.0.2.10:443" : "");
	if (row->outcome == OUTCOME_WRONG_STATUS)
		add_evidence(view);
	set_uptime(view, row->uptime);
	for (size_t i = 0; i < beats; i++) {
		enum state look = look_of(row->beats[i]);
		bool answered = look == STATE_UP || look == STATE_DEGRADED || look == STATE_MAINTENANCE;

		view_add_mark(view, look, answered ? fakepast_wobble(row->latency_us, i) : -1);
	}
}

void fakeboard_add_drawn(struct fakeboard *fake)
{
	for (size_t i = 0; i < sizeof board / sizeof *board; i++)
		add_drawn(fake, &board[i]);
}

void fakeboard_add(struct fakeboard *fake, const char *name, const char *detail)
{
	struct drawn row = {
		.name = "x", .kind = "http", .target = "https://x.example/", .state = STATE_UP, .outcome = OUTCOME_OK, .beats = "uuuuuuuu",
		.latency_us = 50000, .since_s = 3600, .uptime = 100, .detail = detail,
	};

	add_drawn(fake, &row);
	struct monitor_view *view = picture_edit(fake->picture, picture_count(fake->picture) - 1);

	/* a name no specification would take, because the screen must not rely on that */
	free(view->spec->name);
	view->spec->name = heap_text(name);
}

void fakeboard_add_many(struct fakeboard *fake, size_t count)
{
	char name[64];

	for (size_t i = 0; i < count; i++) {
		struct drawn row = {
			.name = name, .kind = "http", .target = "https://many.example/", .state = STATE_UP, .outcome = OUTCOME_OK,
			.beats = "uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu", .latency_us = 20000 + (int32_t)(i % 97) * 1000, .since_s = 86400,
			.uptime = 100, .detail = "200",
		};

		snprintf(name, sizeof name, "service-%05zu", i + 1);
		add_drawn(fake, &row);
	}
}

int64_t fakeboard_now_us(void)
{
	return FAKEBOARD_NOW_US;
}

static void publish_locked(struct fakeboard *fake)
{
	snapshot_hub_publish(fake->board.hub, picture_snapshot(fake->picture, &fake->health, FAKEBOARD_NOW_US));
}

void fakeboard_publish(struct fakeboard *fake)
{
	pthread_mutex_lock(&fake->mutex);
	publish_locked(fake);
	pthread_mutex_unlock(&fake->mutex);
}

static struct monitor_view *edit_id(struct fakeboard *fake, monitor_id id)
{
	for (size_t i = 0; i < picture_count(fake->picture); i++)
		if (picture_view(fake->picture, i)->id == id)
			return picture_edit(fake->picture, i);
	return NULL;
}

static void change_state(struct fakeboard *fake, struct monitor_view *view, enum state state, const char *detail)
{
	view->standing.was = view->standing.state;
	view->standing.state = state;
	view->standing.since_us = FAKEBOARD_NOW_US;
	view->standing.bad_run = state == STATE_DOWN ? 3 : 0;
	view->standing.incident_open = state == STATE_DOWN;
	view->standing.acknowledged = false;
	view->outcome = state == STATE_DOWN ? OUTCOME_CONNECT_REFUSED : OUTCOME_OK;
	view->verdict = (uint8_t)outcome_row(view->outcome)->verdict;
	shared_release(view->detail);
	view->detail = shared_create(detail);
	view_add_mark(view, state, state == STATE_UP ? 50000 : -1);
	fake->health.events++;
}

bool fakeboard_set_state(struct fakeboard *fake, const char *name, enum state state, const char *detail)
{
	bool found = false;

	pthread_mutex_lock(&fake->mutex);
	for (size_t i = 0; i < picture_count(fake->picture) && !found; i++)
		if (strcmp(picture_view(fake->picture, i)->spec->name, name) == 0) {
			fake->changed = picture_view(fake->picture, i)->id;
			fake->changed_from = picture_view(fake->picture, i)->standing.state;
			fake->changed_to = state;
			change_state(fake, picture_edit(fake->picture, i), state, detail);
			found = true;
		}
	publish_locked(fake);
	pthread_mutex_unlock(&fake->mutex);
	return found;
}

void fakeboard_pause_all(struct fakeboard *fake)
{
	pthread_mutex_lock(&fake->mutex);
	for (size_t i = 0; i < picture_count(fake->picture); i++)
		change_state(fake, picture_edit(fake->picture, i), STATE_PAUSED, "paused by ops");
	publish_locked(fake);
	pthread_mutex_unlock(&fake->mutex);
}

void fakeboard_beat(struct fakeboard *fake, size_t index, int32_t latency_us)
{
	pthread_mutex_lock(&fake->mutex);
	struct monitor_view *view = picture_edit(fake->picture, index);

	view->phase_us[PHASE_TOTAL] = latency_us;
	view_add_mark(view, STATE_UP, latency_us);
	pthread_mutex_unlock(&fake->mutex);
}

void fakeboard_set_trouble(struct fakeboard *fake, const char *history_trouble, bool network_gone)
{
	pthread_mutex_lock(&fake->mutex);
	shared_release(fake->health.history_trouble);
	fake->health.history_trouble = shared_create(history_trouble);
	fake->health.network_gone = network_gone;
	fake->health.network_gone_us = FAKEBOARD_NOW_US - 600 * SECOND_US;
	publish_locked(fake);
	pthread_mutex_unlock(&fake->mutex);
}

void fakeboard_set_link(struct fakeboard *fake, enum access_role role, const char *link_trouble)
{
	pthread_mutex_lock(&fake->mutex);
	fake->board.checks_here = fake->board.owns_database = false;
	fake->health.role = (uint8_t)role;
	shared_release(fake->health.link_trouble);
	fake->health.link_trouble = shared_create(link_trouble);
	publish_locked(fake);
	pthread_mutex_unlock(&fake->mutex);
}

static void remove_id(struct fakeboard *fake, monitor_id id)
{
	for (size_t i = 0; i < picture_count(fake->picture); i++)
		if (picture_view(fake->picture, i)->id == id) {
			picture_remove(fake->picture, i);
			return;
		}
}

/* A monitor as a person asked for it: up at its first check. */
static void add_new(struct fakeboard *fake, const struct command *command, struct reply *reply)
{
	struct monitor_view *view = picture_edit(fake->picture, picture_add(fake->picture));

	view->id = reply->monitor = ++fake->highest;
	view->spec = spec_hold(command->spec);
	for (int i = 0; i < PHASE_COUNT; i++)
		view->phase_us[i] = -1;
	change_state(fake, view, STATE_UP, "200");
	view->has_result = true;
	view->last_us = FAKEBOARD_NOW_US;
	snprintf(reply->text, sizeof reply->text, "added %s", command->spec->name);
}

/* A target with "broken" in it fails, one with "refuse" is not taken. */
static void test(const struct command *command, struct reply *reply)
{
	static const int32_t phase_us[PHASE_COUNT] = { 4000, 12000, 31000, 80000, 1000, 128000 };
	bool broken = command->spec && strstr(command->spec->target, "broken");

	reply->result = result_make(broken ? OUTCOME_CONNECT_REFUSED : OUTCOME_OK);
	memcpy(reply->result.phase_us, phase_us, sizeof phase_us);
	reply->result.cert_expires_us = FAKEBOARD_NOW_US + 61 * DAY_US + HOUR_US;
	result_set_detail(&reply->result, "%s", broken ? "connection refused by 192.0.2.10:443" : "200 OK");
}

static void carry_out(struct fakeboard *fake, const struct command *command, struct reply *reply)
{
	struct monitor_view *view = edit_id(fake, command->monitor);
	const char *name = view ? view->spec->name : "";

	reply->done = view || command->kind == COMMAND_TEST || command->kind == COMMAND_ADD;
	if (command->spec && strstr(command->spec->target, "refuse")) {
		reply->done = false;
		snprintf(reply->text, sizeof reply->text, "no room for another monitor");
		return;
	}
	if (!reply->done) {
		snprintf(reply->text, sizeof reply->text, "there is no such monitor any more");
		return;
	}
	switch (command->kind) {
	case COMMAND_ADD:
		add_new(fake, command, reply);
		break;
	case COMMAND_TEST:
		test(command, reply);
		break;
	case COMMAND_EDIT:
		spec_release(view->spec);
		view->spec = spec_hold(command->spec);
		snprintf(reply->text, sizeof reply->text, "changed %s", view->spec->name);
		break;
	case COMMAND_PAUSE:
		snprintf(reply->text, sizeof reply->text, "paused %s", name);
		change_state(fake, view, STATE_PAUSED, "paused by you");
		break;
	case COMMAND_RESUME:
		snprintf(reply->text, sizeof reply->text, "resumed %s", name);
		change_state(fake, view, STATE_UP, "200");
		break;
	case COMMAND_CHECK:
		snprintf(reply->text, sizeof reply->text, "%s: up: 200", name);
		reply->result = result_make(OUTCOME_OK);
		break;
	case COMMAND_ACKNOWLEDGE:
		view->standing.acknowledged = !view->standing.acknowledged;
		snprintf(reply->text, sizeof reply->text, "%s: acknowledged", name);
		break;
	case COMMAND_REMOVE:
		snprintf(reply->text, sizeof reply->text, "removed %s", name);
		remove_id(fake, command->monitor);
		break;
	default:
		reply->done = false;
		snprintf(reply->text, sizeof reply->text, "the made-up board cannot do that");
	}
}

static bool submit(void *arg, struct command *command, struct error *err)
{
	struct fakeboard *fake = arg;
	struct reply reply = { .ticket = command->ticket, .kind = command->kind, .monitor = command->monitor };

	(void)err;
	pthread_mutex_lock(&fake->mutex);
	carry_out(fake, command, &reply);
	publish_locked(fake);
	pthread_mutex_unlock(&fake->mutex);
	if (command->reply)
		command->reply(command->reply_arg, &reply);
	command_destroy(command);
	return true;
}

static monitor_id id_named(struct fakeboard *fake, const char *name)
{
	monitor_id id = 0;

	pthread_mutex_lock(&fake->mutex);
	for (size_t i = 0; i < picture_count(fake->picture); i++)
		if (strcmp(picture_view(fake->picture, i)->spec->name, name) == 0)
			id = picture_view(fake->picture, i)->id;
	pthread_mutex_unlock(&fake->mutex);
	return id;
}

/* What was changed last is the newest event. */
static void fill_newest(struct fakeboard *fake, const struct history_query *query, struct history_answer *answer)
{
	pthread_mutex_lock(&fake->mutex);
	if (fake->changed && query->to_us > FAKEBOARD_NOW_US && (!query->monitor || query->monitor == fake->changed) && query->most)
		for (size_t i = 0; i < picture_count(fake->picture); i++) {
			const struct monitor_view *view = picture_view(fake->picture, i);

			if (view->id != fake->changed)
				continue;
			struct history_event *event = &answer->events[answer->event_count++];

			event->name = heap_text(view->spec->name);
			event->event = (struct event){
				.id = 1000, .monitor = view->id, .time_us = FAKEBOARD_NOW_US, .since_us = FAKEBOARD_NOW_US, .kind = EVENT_STATE,
				.from = (uint8_t)fake->changed_from, .to = (uint8_t)fake->changed_to, .outcome = view->outcome,
				.detail = shared_create(shared_read(view->detail)),
			};
		}
	pthread_mutex_unlock(&fake->mutex);
}

static void fill_events(struct fakeboard *fake, const struct history_query *query, struct history_answer *answer)
{
	static const struct { int64_t ago_s; const char *name; enum state from, to; enum outcome outcome; const char *detail; int64_t lasted_s; } rows[] = {
		{ 20, "mail-in", STATE_UP, STATE_PENDING, OUTCOME_PROTOCOL_ERROR, "greeted with 421 busy", 0 },
		{ 133, "checkout-api", STATE_PENDING, STATE_DOWN, OUTCOME_WRONG_STATUS, "503 Service Unavailable", 0 },
		{ 736, "db-replica-2", STATE_PENDING, STATE_DOWN, OUTCOME_CONNECT_TIMEOUT, "no connection in 5 s", 0 },
		{ 1080, "search", STATE_UP, STATE_DEGRADED, OUTCOME_SLOW, "took 1840ms (degraded above 1s)", 0 },
		{ 21600, "api-gateway", STATE_DOWN, STATE_UP, OUTCOME_OK, "200 OK", 60 },
		{ 90000, "checkout-api", STATE_DOWN, STATE_UP, OUTCOME_OK, "200 OK", 424 },
	};
	size_t count = sizeof rows / sizeof *rows;

	answer->events = heap_zero(count + 1, sizeof *answer->events);
	fill_newest(fake, query, answer);
	for (size_t i = 0; i < count && (query->forward || answer->event_count < query->most); i++) {
		monitor_id id = id_named(fake, rows[i].name);

		if (query->monitor && query->monitor != id)
			continue;
		if (FAKEBOARD_NOW_US - rows[i].ago_s * SECOND_US < query->from_us)
			continue;
		if (query->to_us && FAKEBOARD_NOW_US - rows[i].ago_s * SECOND_US >= query->to_us)
			continue;
		struct history_event *event = &answer->events[answer->event_count++];

		event->name = heap_text(rows[i].name);
		event->event = (struct event){
			.id = (int64_t)(count - i), .monitor = id, .time_us = FAKEBOARD_NOW_US - rows[i].ago_s * SECOND_US,
			.since_us = FAKEBOARD_NOW_US - rows[i].ago_s * SECOND_US, .lasted_us = rows[i].lasted_s * SECOND_US, .kind = EVENT_STATE,
			.from = (uint8_t)rows[i].from, .to = (uint8_t)rows[i].to, .outcome = (uint8_t)rows[i].outcome,
			.detail = shared_create(rows[i].detail),
		};
	}
	if (query->forward)
		fakepast_turn_around(answer);
	for (; answer->event_count > query->most; answer->event_count--) {
		event_finish(&answer->events[answer->event_count - 1].event);
		free(answer->events[answer->event_count - 1].name);
	}
}

/* Kept until it is let go. */
static bool hold(struct fakeboard *fake, const struct history_query *query, struct history_answer *given,
    void (*answer)(void *, struct history_answer *), void *answer_arg)
{
	pthread_mutex_lock(&fake->mutex);
	bool held = atomic_load(&fake->slow) && query->kind == HISTORY_BOARD && !fake->held;

	if (held) {
		fake->held = given;
		fake->held_answer = answer;
		fake->held_arg = answer_arg;
	}
	pthread_mutex_unlock(&fake->mutex);
	return held;
}

void fakeboard_set_slow(struct fakeboard *fake)
{
	atomic_store(&fake->slow, true);
}

void fakeboard_let_go(struct fakeboard *fake)
{
	pthread_mutex_lock(&fake->mutex);
	struct history_answer *held = fake->held;

	fake->held = NULL;
	pthread_mutex_unlock(&fake->mutex);
	if (held)
		fake->held_answer(fake->held_arg, held);
}

static const struct snapshot *board_at(struct fakeboard *fake, int64_t at_us)
{
	const struct snapshot *past;

	pthread_mutex_lock(&fake->mutex);
	past = fakepast_board(fake->picture, at_us);
	pthread_mutex_unlock(&fake->mutex);
	return past;
}

static void fill_windows(struct fakeboard *fake, const struct history_query *query, struct history_windows *windows)
{
	enum fakepast_life life = FAKEPAST_WHOLE;

	if (query->monitor == id_named(fake, "checkout-api"))
		life = FAKEPAST_DRAWN;
	else if (query->monitor == id_named(fake, "search"))
		life = FAKEPAST_SHORT;
	else if (query->monitor == id_named(fake, "legacy-ftp"))
		life = FAKEPAST_NONE;
	fakepast_fill_windows(query, life, windows);
}

static bool ask(void *arg, const struct history_query *query, void (*answer)(void *, struct history_answer *), void *answer_arg,
    struct error *err)
{
	struct history_answer *given = heap_zero(1, sizeof *given);

	(void)err;
	given->query = *query;
	given->ok = true;
	if (query->kind == HISTORY_SERIES)
		fakepast_fill_series(query, &given->series);
	else if (query->kind == HISTORY_BOARD)
		given->board = board_at(arg, query->to_us);
	else if (query->kind == HISTORY_WINDOWS)
		fill_windows(arg, query, &given->windows);
	else
		fill_events(arg, query, given);
	if (!hold(arg, query, given, answer, answer_arg))
		answer(answer_arg, given);
	return true;
}

static void screen_ended(void *arg, enum screen_end how)
{
	struct fakeboard *fake = arg;

	atomic_store(&fake->over, 1 + (int)how);
}

bool fakeboard_is_over(struct fakeboard *fake, enum screen_end *how)
{
	int over = atomic_load(&fake->over);

	if (over && how)
		*how = (enum screen_end)(over - 1);
	return over != 0;
}

static void hand_over(void *arg)
{
	struct fakeboard *fake = arg;

	atomic_store(&fake->parting, true);
}

bool fakeboard_takes_over(struct fakeboard *fake, bool done)
{
	if (!atomic_exchange(&fake->parting, false))
		return false;
	if (done) {
		fake->board.checks_here = fake->board.owns_database = false;
		fake->board.handed_over = true;
	}
	return true;
}

struct fakeboard *fakeboard_create(void)
{
	struct fakeboard *fake = heap_zero(1, sizeof *fake);

	pthread_mutex_init(&fake->mutex, NULL);
	fake->picture = picture_create();
	fake->health.started_us = FAKEBOARD_NOW_US - 41 * DAY_US;
	fake->health.history_kept = true;
	fake->board = (struct board){
		.hub = snapshot_hub_create(), .arg = fake, .submit = submit, .ask = ask, .screen_ended = screen_ended, .hand_over = hand_over, .host = "mon1",
		.database = "/var/lib/kumatop/kumatop.db", .configuration = "/etc/kumatop/kumatop.conf",
		.checks_here = true,
	};
	return fake;
}

void fakeboard_destroy(struct fakeboard *fake)
{
	if (!fake)
		return;
	history_answer_destroy(fake->held);
	snapshot_hub_destroy(fake->board.hub);
	picture_destroy(fake->picture);
	shared_release(fake->health.history_trouble);
	shared_release(fake->health.link_trouble);
	pthread_mutex_destroy(&fake->mutex);
	free(fake);
}

struct board *fakeboard_board(struct fakeboard *fake)
{
	return &fake->board;
}
