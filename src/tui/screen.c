/*
 * The thread of the screen: waits for keys, pictures and the clock, and makes a frame when one is due. A key is answered at once;
 * pictures are drawn once a second, or sooner when something happened; nothing is drawn while the terminal does not take what was
 * drawn before.
 */
#include "kumatop/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "rescue.h"
#include "summary.h"
#include "tui.h"

#include "kumatop/heap.h"
#include "kumatop/log.h"
#include "kumatop/text.h"

enum { EVENT_FRAME_MS = 250, FOREIGN_MS = 250, READ_SIZE = 4096, IDLE_MS = 60000, ESCAPE_MS = 25, ESCAPE_SLOW_MS = 50 };

struct screen {
	struct tui tui;
	pthread_t thread;
	_Atomic bool end;
	int escape_ms;
	bool foreign;		/* another process group has the terminal */
};

/* As old as the process: whoever wakes the screen need not know whether it is still there. */
static _Atomic int wake_fd = -1;

/* Also when the size is what it was: it may have been another in between, and the picture lost. */
static _Atomic bool size_changed;

static void wake(void)
{
	int fd = atomic_load(&wake_fd);
	uint64_t one = 1;
	ssize_t n = fd >= 0 ? write(fd, &one, sizeof one) : 0;

	(void)n;	/* full: it is awake already */
}

static void wake_for_picture(void *arg)
{
	(void)arg;
	wake();
}

static bool open_wake(struct error *err)
{
	if (atomic_load(&wake_fd) >= 0)
		return true;
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (fd < 0)
		return error_errno(err, EXIT_INTERNAL, "cannot make an event descriptor");
	atomic_store(&wake_fd, fd);
	return true;
}

static int sooner(int a, int64_t b)
{
	if (b < 0)
		b = 0;
	return a < 0 || b < a ? (int)(b < IDLE_MS ? b : IDLE_MS) : a;
}

static int64_t ms_until(const struct tui *tui, struct mono when)
{
	return (mono_between_us(tui->now, when) + 999) / 1000;
}

static void read_clocks(struct tui *tui)
{
	tui->now = mono_now();
	tui->now_us = tui->settings.now_us ? tui->settings.now_us() : unix_now_us();
}

/* How long there is nothing to do, but for keys and pictures. */
static int wait_ms(const struct screen *screen)
{
	const struct tui *tui = &screen->tui;
	/* the next second on the clock, and a little more so that it has surely begun */
	int wait = (int)((SECOND_US - tui->now_us % SECOND_US) / 1000) + 2;
	int input = input_wait_ms(&tui->input, screen->escape_ms);

	if (screen->foreign)
		return FOREIGN_MS;
	if (input >= 0)
		wait = sooner(wait, ms_until(tui, mono_add_ms(tui->input_at, input)));
	if (tui->toast.text[0])
		wait = sooner(wait, ms_until(tui, tui->toast.until));
	if (tui->data_dirty && !terminal_is_busy(tui->terminal))
		wait = sooner(wait, ms_until(tui, tui->data_at));
	return wait;
}

/* Waits; returns what happened to the terminal. */
static short wait_for_something(struct screen *screen)
{
	struct tui *tui = &screen->tui;
	struct pollfd fds[2] = {
		{ .fd = atomic_load(&wake_fd), .events = POLLIN },
		{ .fd = screen->foreign ? -1 : terminal_fd(tui->terminal), .events = POLLIN },
	};
	uint64_t count;

	if (terminal_is_busy(tui->terminal))
		fds[1].events |= POLLOUT;
	if (poll(fds, 2, wait_ms(screen)) < 0)
		return 0;
	if (fds[0].revents) {
		ssize_t n = read(fds[0].fd, &count, sizeof count);

		(void)n;
	}
	return fds[1].revents;
}

static void on_event(struct screen *screen, const struct input_event *event)
{
	struct tui *tui = &screen->tui;

	if (event->kind == INPUT_SYNC_KNOWN) {
		terminal_use_sync(tui->terminal);
		return;
	}
	stack_event(tui, event);
	stack_sweep(tui);
	tui->key_at = tui->now;
	tui->any_key = true;
}

static void read_keys(struct screen *screen)
{
	struct tui *tui = &screen->tui;
	struct input_event event;
	char bytes[READ_SIZE];
	ssize_t n = terminal_read(tui->terminal, bytes, sizeof bytes);

	if (n < 0)
		tui->over = tui->gone = true;
	if (n == 0 && terminal_is_foreign(tui->terminal))
		screen->foreign = true;
	for (ssize_t i = 0; i < n && !tui->over; i++)
		if (input_byte(&tui->input, (unsigned char)bytes[i], &event))
			on_event(screen, &event);
	tui->input_at = tui->now;
}

static void end_waiting_input(struct screen *screen)
{
	struct tui *tui = &screen->tui;
	struct input_event event;
	int wait = input_wait_ms(&tui->input, screen->escape_ms);

	if (wait >= 0 && ms_until(tui, mono_add_ms(tui->input_at, wait)) <= 0 && input_timeout(&tui->input, &event))
		on_event(screen, &event);
}

/* The end of the second for what merely goes on; soon for what happened. */
static void plan_data_frame(struct tui *tui)
{
	int64_t to_second_ms = (SECOND_US - tui->now_us % SECOND_US) / 1000 + 2;
	struct mono due = mono_add_ms(tui->now, to_second_ms);
	bool urgent = !tui->drawn_at.us || tui->snapshot->health.events != tui->events_drawn;

	if (urgent) {
		struct mono soon = mono_add_ms(tui->drawn_at, EVENT_FRAME_MS);

		due = mono_between_us(soon, tui->now) >= 0 ? tui->now : soon;
	}
	if (!tui->data_dirty || mono_between_us(tui->data_at, due) < 0)
		tui->data_at = due;
	tui->data_dirty = true;
}

static void take_picture(struct tui *tui)
{
	const struct snapshot *snapshot;

	snapshot = snapshot_hub_acquire(tui->board->hub);
	fleet_see(&tui->fleet, snapshot, tui->now_us);
	if (tui->travel.shown_us)
		travel_see(tui, snapshot);
	if (!snapshot || tui->travel.shown_us || (tui->frozen && tui->snapshot) || (tui->snapshot && snapshot->number == tui->snapshot->number)) {
		snapshot_release(snapshot);
		return;
	}
	snapshot_release(tui->snapshot);
	tui->snapshot = snapshot;
	stack_wake(tui);
	plan_data_frame(tui);
}

static bool takes_bytes(const struct tui *tui)
{
	struct pollfd writable = { .fd = terminal_fd(tui->terminal), .events = POLLOUT };

	return poll(&writable, 1, 0) == 1 && (writable.revents & POLLOUT);
}

static bool frame_is_due(struct screen *screen, bool second_passed)
{
	struct tui *tui = &screen->tui;

	if (screen->foreign || terminal_is_busy(tui->terminal))
		return false;
	if (tui->dirty)
		return true;
	if (!second_passed && !(tui->data_dirty && ms_until(tui, tui->data_at) <= 0))
		return false;
	return takes_bytes(tui);
}

static void make_frame(struct tui *tui)
{
	tui->dirty = tui->data_dirty = false;
	canvas_reset(&tui->canvas, terminal_rows(tui->terminal), terminal_columns(tui->terminal));
	frame_draw(tui);
	terminal_show(tui->terminal, &tui->canvas);
	tui->drawn_at = tui->now;
	tui->events_drawn = tui->snapshot ? tui->snapshot->health.events : 0;
}

static void expire_toast(struct tui *tui)
{
	if (!tui->toast.text[0] || ms_until(tui, tui->toast.until) > 0)
		return;
	tui->toast.text[0] = '\0';
	tui->armed = ACTION_NONE;
	tui->dirty = true;
}

static void come_back(struct screen *screen)
{
	if (!screen->foreign || terminal_is_foreign(screen->tui.terminal))
		return;
	screen->foreign = false;
	terminal_repaint(screen->tui.terminal);
	screen->tui.dirty = true;
}

static void follow_size(struct tui *tui)
{
	bool told = atomic_exchange(&size_changed, false);
	bool changed = terminal_update_size(tui->terminal);

	if (!told && !changed)
		return;
	terminal_repaint(tui->terminal);
	tui->dirty = true;
}

static void turn(struct screen *screen)
{
	struct tui *tui = &screen->tui;
	int64_t second = tui->now_us / SECOND_US;
	short happened = wait_for_something(screen);

	read_clocks(tui);
	come_back(screen);
	post_take(tui);
	stack_sweep(tui);
	take_picture(tui);
	if (happened & (POLLIN | POLLHUP | POLLERR | POLLNVAL))
		read_keys(screen);
	if (tui->over)
		return;
	end_waiting_input(screen);
	expire_toast(tui);
	follow_size(tui);
	if (!terminal_flush(tui->terminal))
		tui->over = tui->gone = true;
	if (!tui->over && frame_is_due(screen, tui->now_us / SECOND_US != second)) {
		make_frame(tui);
		if (!terminal_flush(tui->terminal))
			tui->over = tui->gone = true;
	}
}

static void *run(void *arg)
{
	struct screen *screen = arg;
	struct tui *tui = &screen->tui;

	read_clocks(tui);
	tui->key_at = tui->now;
	take_picture(tui);
	tui->dirty = true;
	while (!tui->over && !atomic_load(&screen->end))
		turn(screen);
	(void)rescue_restore();
	/* what is left in the scrollback is how it is now, whatever was looked at */
	tui->frozen = false;
	travel_end(tui);
	take_picture(tui);
	if (tui->over && tui->summary && !tui->gone)
		summary_show(tui);
	if (tui->over)
		tui->board->screen_ended(tui->board->arg, tui->gone ? SCREEN_LOST : tui->left ? SCREEN_LEFT : SCREEN_QUIT);
	return NULL;
}

/* Signals are control's; those of a crash must stay with the thread that crashes. */
static int start_thread(struct screen *screen)
{
	static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS };
	sigset_t all, before;
	int status;

	sigfillset(&all);
	for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
		sigdelset(&all, crashes[i]);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	status = pthread_create(&screen->thread, NULL, run, screen);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return status;
}

static void find_user(char *who, size_t size)
{
	struct passwd entry, *found = NULL;
	char room[4096];

	if (getpwuid_r(geteuid(), &entry, room, sizeof room, &found) == 0 && found)
		text_sanitize(who, size, found->pw_name, strlen(found->pw_name));
	else
		text_copy(who, size, "?");
}

static int escape_delay(void)
{
	const char *given = getenv("ESCDELAY");
	long ms = given ? strtol(given, NULL, 10) : 0;

	if (ms > 0 && ms <= 1000)
		return (int)ms;
	return getenv("SSH_CONNECTION") ? ESCAPE_SLOW_MS : ESCAPE_MS;
}

static void destroy(struct screen *screen)
{
	struct tui *tui = &screen->tui;

	stack_finish(tui);
	terminal_close(tui->terminal);
	snapshot_release(tui->snapshot);
	canvas_finish(&tui->canvas);
	input_finish(&tui->input);
	deeds_finish(&tui->deeds);
	free(screen);
}

static bool prepare(struct screen *screen, struct error *err)
{
	struct tui *tui = &screen->tui;
	const char *no_color = getenv("NO_COLOR");
	struct error theme_err;

	if (!theme_load(tui->settings.theme ? tui->settings.theme : "default", &tui->theme, &theme_err))
		tui_toast(tui, TOAST_WARN, "%s", theme_err.text);
	tui->terminal = terminal_open(&tui->theme, tui->settings.no_color || (no_color && *no_color), tui->settings.ascii, err);
	if (!tui->terminal)
		return false;
	canvas_init(&tui->canvas, terminal_glyphs(tui->terminal));
	if (!tui_open(tui, "list", NULL))
		return error_set(err, EXIT_INTERNAL, "the list cannot be opened");
	if (!snapshot_hub_listen(tui->board->hub, wake_for_picture, NULL))
		return error_set(err, EXIT_INTERNAL, "too many look at the board");
	return true;
}

struct screen *screen_start(const struct board *board, const struct screen_settings *settings, struct error *err)
{
	struct screen *screen;
	struct tui *tui;

	if (!open_wake(err))
		return NULL;
	post_open(wake);
	screen = heap_zero(1, sizeof *screen);
	tui = &screen->tui;
	tui->board = board;
	tui->settings = *settings;
	tui->utc = settings->utc;
	tui->end = &screen->end;
	screen->escape_ms = escape_delay();
	find_user(tui->who, sizeof tui->who);
	input_init(&tui->input);
	read_clocks(tui);
	if (!prepare(screen, err)) {
		destroy(screen);
		return NULL;
	}
	log_hold(true);
	int status = start_thread(screen);

	if (status) {
		errno = status;
		error_errno(err, EXIT_INTERNAL, "cannot start the screen's thread");
		snapshot_hub_unlisten(board->hub, wake_for_picture, NULL);
		destroy(screen);
		log_hold(false);
		return NULL;
	}
	return screen;
}

void screen_resized(struct screen *screen)
{
	(void)screen;	/* there is one terminal */
	atomic_store(&size_changed, true);
	wake();
}

void screen_handed_over(struct screen *screen, const char *trouble)
{
	(void)screen;	/* there is one post */
	post_handed_over(trouble);
}

void screen_ask_to_end(struct screen *screen)
{
	atomic_store(&screen->end, true);
	wake();
}

bool screen_finish(struct screen *screen, int timeout_ms)
{
	struct timespec until;

	if (clock_gettime(CLOCK_REALTIME, &until) != 0)
		return false;
	until.tv_sec += timeout_ms / 1000;
	until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	bool ended = pthread_timedjoin_np(screen->thread, NULL, &until) == 0;

	snapshot_hub_unlisten(screen->tui.board->hub, wake_for_picture, NULL);
	(void)rescue_restore();
	log_hold(false);
	if (ended)
		destroy(screen);
	return ended;
}

void screen_restore_terminal(void)
{
	(void)rescue_restore();
}
