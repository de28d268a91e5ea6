/*
 * The alert thread: a mailbox, a lane for each channel, and a loop on which what is under way waits. A lane sends one message at a time, so
 * that those of one monitor arrive in order; lanes know nothing of each other, so that a provider that hangs delays only itself.
 */
#include "kumatop/alerter.h"

#include <assert.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>
#include <uv.h>

#include "kumatop/heap.h"
#include "kumatop/log.h"
#include "kumatop/loop.h"
#include "kumatop/mailbox.h"
#include "kumatop/text.h"
#include "kumatop/thread.h"
#include "mail.h"
#include "sending.h"

struct order {
	struct order *next;
	uint64_t delivery;
	struct channel_spec *channel;
	struct alert_message *message;
};

struct lane {
	struct lane *next;
	struct alerter *alerter;
	char *name;			/* the channel's: a new spec of that name goes on in the same lane */
	struct order *first, *last;
	struct sending *current;
	uv_timer_t timer;
};

struct alerter {
	struct alerter_settings settings;
	char *agent_host;
	struct mailbox *box;
	struct thread *thread;
	_Atomic size_t waiting;		/* taken and without a fate */
	_Atomic int stop_ms;		/* how long what is under way may take; set before the box is closed */
	_Atomic bool stopping;

	/* Alert thread. */
	uv_loop_t uv;
	uv_async_t news;
	uv_timer_t last_call;
	uv_poll_t programs;
	struct probe_loop *loop;
	struct lane *lanes;
	uint64_t ticket;
	bool ending, over, watching_programs;
};

static void lane_go(struct lane *lane);

static void order_free(void *arg)
{
	struct order *order = arg;

	channel_spec_release(order->channel);
	alert_message_release(order->message);
	free(order);
}

static void tell(struct alerter *alerter, const struct alert_fate *fate)
{
	alerter->settings.fate(alerter->settings.arg, fate);
	atomic_fetch_sub(&alerter->waiting, 1);
}

int64_t sending_left_ms(const struct sending *sending)
{
	int64_t left_ms = sending->channel->common.timeout_ms - mono_between_us(sending->began, mono_now()) / 1000;

	return left_ms > 1 ? left_ms : 1;
}

static void sending_free(struct sending *sending)
{
	mail_talk_end(sending);
	journey_end(sending);
	curl_slist_free_all(sending->lines);
	post_finish(&sending->post);
	buf_finish(&sending->answer);
	channel_spec_release(sending->channel);
	alert_message_release(sending->message);
	free(sending);
}

static void over_if_idle(struct alerter *alerter);

void sending_end(struct sending *sending, enum alert_outcome outcome, int32_t code, int64_t retry_after_ms, const char *text, size_t length)
{
	struct lane *lane = sending->lane;
	struct alert_fate fate = {
		.delivery = sending->delivery, .outcome = outcome, .code = code, .retry_after_ms = retry_after_ms,
		.took_ms = (int32_t)(mono_between_us(sending->began, mono_now()) / 1000),
	};

	assert(lane->current == sending);
	plan_hide(sending->channel->plan, text, length, fate.answer, sizeof fate.answer);
	uv_timer_stop(&lane->timer);
	lane->current = NULL;
	sending_free(sending);
	tell(lane->alerter, &fate);
	lane_go(lane);
	over_if_idle(lane->alerter);
}

static void end_failed(void *arg)
{
	struct sending *sending = arg;
	const struct alert_fate *fate = &sending->fate;

	sending_end(sending, fate->outcome, -1, 0, fate->answer, strlen(fate->answer));
}

void sending_fail(struct sending *sending, enum alert_outcome outcome, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(sending->fate.answer, sizeof sending->fate.answer, format, args);
	va_end(args);
	sending->fate.outcome = outcome;
	probe_loop_defer(sending->loop, end_failed, sending);
}

static void cut_short(struct sending *sending, const char *why)
{
	probe_loop_undefer(sending->loop, end_failed, sending);
	sending_end(sending, ALERT_LATER, -1, 0, why, strlen(why));
}

static void on_timeout(uv_timer_t *timer)
{
	struct lane *lane = timer->data;

	cut_short(lane->current, "no answer in time");
}

static void start(struct sending *sending)
{
	static void (*const starts[])(struct sending *) = {
		[WAY_HTTP] = http_start, [WAY_MAIL] = mail_start, [WAY_PROGRAM] = program_start, [WAY_SYSLOG] = syslog_start,
		[WAY_TERMINAL] = terminal_start,
	};

	starts[sending->channel->kind->way->kind](sending);
}

static struct order *take_first(struct lane *lane)
{
	struct order *order = lane->first;

	lane->first = order->next;
	if (!lane->first)
		lane->last = NULL;
	return order;
}

/* Begins the next of a lane that is idle. Nothing it begins ends from within. */
static void lane_go(struct lane *lane)
{
	struct alerter *alerter = lane->alerter;
	struct sending *sending;
	struct order *order;

	if (lane->current || !lane->first)
		return;
	order = take_first(lane);
	sending = heap_zero(1, sizeof *sending);
	sending->lane = lane;
	sending->alerter = alerter;
	sending->settings = &alerter->settings;
	sending->loop = alerter->loop;
	sending->delivery = order->delivery;
	sending->ticket = ++alerter->ticket;
	sending->channel = order->channel;
	sending->message = order->message;
	sending->began = mono_now();
	buf_init(&sending->answer, ANSWER_MOST);
	free(order);
	lane->current = sending;
	uv_timer_start(&lane->timer, on_timeout, (uint64_t)sending->channel->common.timeout_ms, 0);
	start(sending);
}

static struct lane *lane_of(struct alerter *alerter, const char *name)
{
	struct lane *lane = alerter->lanes;

	while (lane && strcmp(lane->name, name) != 0)
		lane = lane->next;
	if (lane)
		return lane;
	lane = heap_zero(1, sizeof *lane);
	lane->alerter = alerter;
	lane->name = heap_text(name);
	uv_timer_init(&alerter->uv, &lane->timer);
	lane->timer.data = lane;
	lane->next = alerter->lanes;
	alerter->lanes = lane;
	return lane;
}

static void put_back(struct alerter *alerter, struct order *order)
{
	struct alert_fate fate = { .delivery = order->delivery, .outcome = ALERT_LATER, .code = -1, .answer = "kumatop is stopping" };

	order_free(order);
	tell(alerter, &fate);
}

static void take_orders(struct alerter *alerter)
{
	struct order *order;

	while ((order = mailbox_pop(alerter->box)) != NULL) {
		struct lane *lane = lane_of(alerter, order->channel->name);

		order->next = NULL;
		if (lane->last)
			lane->last->next = order;
		else
			lane->first = order;
		lane->last = order;
		lane_go(lane);
	}
}

static void on_lane_closed(uv_handle_t *handle)
{
	struct lane *lane = handle->data;

	free(lane->name);
	free(lane);
}

/* Nothing is under way any more: the loop is taken apart, and ends when its handles are closed. */
static void over_if_idle(struct alerter *alerter)
{
	struct lane *lane;

	if (!alerter->ending || alerter->over)
		return;
	for (lane = alerter->lanes; lane; lane = lane->next) {
		if (lane->current)
			return;
	}
	alerter->over = true;
	/* The loop of a library that has us on its stack is not closed under it. */
	uv_async_send(&alerter->news);
}

static void take_apart(struct alerter *alerter)
{
	struct lane *lane;

	while ((lane = alerter->lanes) != NULL) {
		alerter->lanes = lane->next;
		uv_close((uv_handle_t *)&lane->timer, on_lane_closed);
	}
	if (alerter->watching_programs)
		uv_close((uv_handle_t *)&alerter->programs, NULL);
	uv_close((uv_handle_t *)&alerter->last_call, NULL);
	uv_close((uv_handle_t *)&alerter->news, NULL);
	probe_loop_close(alerter->loop);
}

static void on_last_call(uv_timer_t *timer)
{
	struct alerter *alerter = timer->data;

	for (struct lane *lane = alerter->lanes; lane; lane = lane->next) {
		if (lane->current)
			cut_short(lane->current, "kumatop is stopping");
	}
}

static void begin_end(struct alerter *alerter)
{
	alerter->ending = true;
	for (struct lane *lane = alerter->lanes; lane; lane = lane->next) {
		while (lane->first)
			put_back(alerter, take_first(lane));
	}
	uv_timer_start(&alerter->last_call, on_last_call, (uint64_t)atomic_load(&alerter->stop_ms), 0);
	over_if_idle(alerter);
}

static void on_news(uv_async_t *async)
{
	struct alerter *alerter = async->data;
	bool stopping = atomic_load(&alerter->stopping);

	if (alerter->over) {
		take_apart(alerter);
		return;
	}
	take_orders(alerter);
	if (stopping && !alerter->ending)
		begin_end(alerter);
}

static struct sending *by_ticket(struct alerter *alerter, uint64_t ticket)
{
	for (struct lane *lane = alerter->lanes; lane; lane = lane->next) {
		if (lane->current && lane->current->ticket == ticket)
			return lane->current;
	}
	return NULL;
}

static void lose_programs(struct alerter *alerter)
{
	uv_poll_stop(&alerter->programs);
	alerter->settings.helper = NULL;
	for (struct lane *lane = alerter->lanes; lane; lane = lane->next) {
		if (lane->current && lane->current->channel->kind->way->kind == WAY_PROGRAM)
			cut_short(lane->current, "the helper process that runs programs is gone");
	}
}

static void on_programs(uv_poll_t *poll, int status, int events)
{
	struct alerter *alerter = poll->data;
	struct helper_report report;
	enum helper_news news = HELPER_SILENT;

	(void)status;
	(void)events;
	while (alerter->settings.helper && (news = helper_receive(alerter->settings.helper, &report)) == HELPER_REPORTED) {
		struct sending *sending = by_ticket(alerter, report.ticket);

		if (sending)	/* none: its time was over before */
			program_report(sending, &report);
	}
	if (news == HELPER_GONE)
		lose_programs(alerter);
}

static void run(void *arg)
{
	struct alerter *alerter = arg;

	uv_run(&alerter->uv, UV_RUN_DEFAULT);
}

static void wake(void *arg)
{
	struct alerter *alerter = arg;

	uv_async_send(&alerter->news);
}

static void alerter_free(struct alerter *alerter)
{
	uv_loop_close(&alerter->uv);
	mailbox_destroy(alerter->box);
	free(alerter->agent_host);
	free(alerter);
}

/* The loop was never run: its handles are closed here. */
static void undo(struct alerter *alerter)
{
	take_apart(alerter);
	uv_run(&alerter->uv, UV_RUN_DEFAULT);
	alerter_free(alerter);
}

static void watch_programs(struct alerter *alerter)
{
	struct helper *helper = alerter->settings.helper;

	if (!helper || helper->pid == 0 || uv_poll_init(&alerter->uv, &alerter->programs, helper->fd) != 0) {
		alerter->settings.helper = NULL;
		return;
	}
	alerter->programs.data = alerter;
	alerter->watching_programs = true;
	uv_poll_start(&alerter->programs, UV_READABLE, on_programs);
}

/* It goes into URLs and Message-IDs: what a host is not called by becomes a hyphen. */
static char *clean_host(const char *host)
{
	char *clean = heap_text(host && *host ? host : "localhost");

	for (char *c = clean; *c; c++)
		*c = strchr("-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", *c) ? *c : '-';
	return clean;
}

struct alerter *alerter_start(const struct alerter_settings *settings, struct error *err)
{
	struct alerter *alerter = heap_zero(1, sizeof *alerter);
	struct probe_loop_settings loop_settings = { .nameservers = settings->nameservers };

	if (uv_loop_init(&alerter->uv) != 0) {
		error_set(err, EXIT_INTERNAL, "no event loop: the system is out of descriptors");
		free(alerter);
		return NULL;
	}
	alerter->settings = *settings;
	alerter->settings.agent_host = alerter->agent_host = clean_host(settings->agent_host);
	alerter->settings.nameservers = NULL;	/* borrowed until the loop has read it */
	alerter->box = mailbox_create(ALERTER_WAITING_MOST, order_free);
	uv_timer_init(&alerter->uv, &alerter->last_call);
	alerter->last_call.data = alerter;
	if (uv_async_init(&alerter->uv, &alerter->news, on_news) != 0) {
		error_set(err, EXIT_INTERNAL, "no way to wake a thread: the system is out of descriptors");
		uv_close((uv_handle_t *)&alerter->last_call, NULL);
		uv_run(&alerter->uv, UV_RUN_DEFAULT);
		alerter_free(alerter);
		return NULL;
	}
	alerter->news.data = alerter;
	alerter->loop = probe_loop_create(&alerter->uv, &loop_settings, err);
	if (!alerter->loop) {
		undo(alerter);
		return NULL;
	}
	watch_programs(alerter);
	mailbox_set_wake(alerter->box, wake, alerter);
	alerter->thread = thread_start("alert", run, alerter, err);
	if (!alerter->thread) {
		undo(alerter);
		return NULL;
	}
	return alerter;
}

bool alerter_send(struct alerter *alerter, uint64_t delivery, struct channel_spec *channel, struct alert_message *message)
{
	struct order *order;

	assert(channel->plan);
	if (atomic_fetch_add(&alerter->waiting, 1) >= ALERTER_WAITING_MOST) {
		atomic_fetch_sub(&alerter->waiting, 1);
		return false;
	}
	order = heap_zero(1, sizeof *order);
	order->delivery = delivery;
	order->channel = channel_spec_hold(channel);
	order->message = alert_message_hold(message);
	if (mailbox_push(alerter->box, order))
		return true;
	order_free(order);
	atomic_fetch_sub(&alerter->waiting, 1);
	return false;
}

bool alerter_stop(struct alerter *alerter, int timeout_ms)
{
	enum { GRACE_MS = 5000 };	/* for the loop to take itself apart */

	if (!alerter)
		return true;
	atomic_store(&alerter->stop_ms, timeout_ms);
	mailbox_close(alerter->box);
	atomic_store(&alerter->stopping, true);
	uv_async_send(&alerter->news);
	if (!thread_join(alerter->thread, timeout_ms + GRACE_MS)) {
		log_line(LOG_LEVEL_ERROR, "the alert thread does not end");
		return false;
	}
	alerter_free(alerter);
	return true;
}
