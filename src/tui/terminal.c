/*
 * Descriptor and modes of the terminal. Its own open of the device, so that being non-blocking is not forced upon the shell that
 * shares stdin and stdout. Where the device may not be opened (su - alice -c kumatop: it is another user's, and there is no /dev/tty)
 * that of stdin is borrowed and stays as it is: reading does not wait because the modes say so, and what is written is written byte by
 * byte, as long as poll(2) says that one is taken.
 */
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "rescue.h"
#include "surface.h"

#include "kumatop/buf.h"
#include "kumatop/heap.h"

enum { OUTPUT_MOST = 16 << 20, SIZE_MOST = 1000 };

struct terminal {
	int fd;
	bool borrowed;		/* fd shares its description with others: it may block */
	int rows, columns;
	struct termios before, raw;
	struct surface *surface;
	enum glyph_set glyphs;
	bool paste, ask_sync, sync;	/* what may be sent to a terminal of this name */
	struct buf output;
	size_t sent;
};

static bool name_starts_with(const char *name, const char *const *starts)
{
	for (; *starts; starts++)
		if (strncmp(name, *starts, strlen(*starts)) == 0)
			return true;
	return false;
}

/* Unknown private modes are harmless to what calls itself an xterm, but not to everything that has ever been a terminal. */
static void find_abilities(struct terminal *terminal, bool ascii)
{
	static const char *const modern[] = {
		"xterm", "tmux", "foot", "alacritty", "kitty", "wezterm", "ghostty", "contour", NULL,
	};
	static const char *const pasting[] = { "screen", "rxvt", "putty", "st-", "konsole", "vte", "mlterm", "iterm", NULL };
	static const char *const consoles[] = { "linux", "con", NULL };
	static const char *const without_braille[] = { "putty", "cygwin", "mintty", NULL };
	const char *name = getenv("TERM");

	name = name ? name : "";
	terminal->ask_sync = name_starts_with(name, modern);
	terminal->paste = terminal->ask_sync || name_starts_with(name, pasting);
	if (ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		terminal->glyphs = GLYPHS_ASCII;
	else if (name_starts_with(name, consoles))
		terminal->glyphs = GLYPHS_VT;
	else if (name_starts_with(name, without_braille))
		terminal->glyphs = GLYPHS_BLOCK;
	else
		terminal->glyphs = GLYPHS_BRAILLE;
}

static int open_device(void)
{
	int flags = O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK;
	char name[256] = "";
	int fd = -1;

	/* by name where possible: /dev/tty is another terminal when stdout was redirected to one */
	if (ttyname_r(STDOUT_FILENO, name, sizeof name) == 0)
		fd = open(name, flags);
	return fd >= 0 ? fd : open("/dev/tty", flags);
}

/* A duplicate of what we were given, if it is good for both ways; or -1, with the errno that was. */
static int borrow(void)
{
	int number = errno, fd = -1;

	for (int from = STDIN_FILENO; from <= STDOUT_FILENO && fd < 0; from++) {
		int flags = fcntl(from, F_GETFL);

		if (flags >= 0 && (flags & O_ACCMODE) == O_RDWR)
			fd = fcntl(from, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	}
	errno = number;
	return fd;
}

static void prepare_modes(struct terminal *terminal)
{
	struct termios *raw = &terminal->raw;

	*raw = terminal->before;
	raw->c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON | IXOFF);
	raw->c_oflag &= ~(tcflag_t)OPOST;
	raw->c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
	raw->c_cc[VMIN] = terminal->borrowed ? 0 : 1;
	raw->c_cc[VTIME] = 0;
}

static void read_size(const struct terminal *terminal, int *rows, int *columns)
{
	struct winsize size = { 0 };

	(void)ioctl(terminal->fd, TIOCGWINSZ, &size);
	/* a serial line does not know; 80x24 is what it most likely is */
	*rows = size.ws_row ? size.ws_row : 24;
	*columns = size.ws_col ? size.ws_col : 80;
	*rows = *rows < SIZE_MOST ? *rows : SIZE_MOST;
	*columns = *columns < SIZE_MOST ? *columns : SIZE_MOST;
}

static void arm_rescue(const struct terminal *terminal)
{
	struct buf leave;

	buf_init(&leave, 512);
	if (terminal->ask_sync)
		buf_add_text(&leave, "\033[?2026l");
	if (terminal->paste)
		buf_add_text(&leave, "\033[?2004l");
	buf_add_text(&leave, surface_leave(terminal->surface));
	rescue_arm(terminal->fd, &terminal->before, leave.data, leave.length);
	buf_finish(&leave);
}

/* Modes, and in the output what takes the screen over. */
static bool enter(struct terminal *terminal)
{
	if (tcsetattr(terminal->fd, TCSANOW, &terminal->raw) != 0)
		return false;
	arm_rescue(terminal);
	buf_clear(&terminal->output);
	terminal->sent = 0;
	buf_add_text(&terminal->output, surface_enter(terminal->surface));
	if (terminal->paste)
		buf_add_text(&terminal->output, "\033[?2004h");
	if (terminal->ask_sync && !terminal->sync)
		buf_add_text(&terminal->output, "\033[?2026$p");
	rescue_note_unfinished(true);
	surface_repaint(terminal->surface);
	return true;
}

struct terminal *terminal_open(const struct theme *theme, bool no_color, bool ascii, struct error *err)
{
	struct terminal *terminal;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) {
		error_set(err, EXIT_UNAVAILABLE, "stdin and stdout are not a terminal");
		return NULL;
	}
	terminal = heap_zero(1, sizeof *terminal);
	buf_init(&terminal->output, OUTPUT_MOST);
	terminal->fd = open_device();
	if (terminal->fd < 0) {
		terminal->fd = borrow();
		terminal->borrowed = terminal->fd >= 0;
	}
	if (terminal->fd < 0 || tcgetattr(terminal->fd, &terminal->before) != 0) {
		error_errno(err, EXIT_UNAVAILABLE, "cannot open the terminal");
		goto fail;
	}
	find_abilities(terminal, ascii);
	prepare_modes(terminal);
	read_size(terminal, &terminal->rows, &terminal->columns);
	terminal->surface = surface_open(theme, no_color, terminal->rows, terminal->columns, err);
	if (!terminal->surface)
		goto fail;
	rescue_catch_crashes();
	if (!enter(terminal)) {
		error_errno(err, EXIT_UNAVAILABLE, "cannot set the modes of the terminal");
		goto fail;
	}
	return terminal;
fail:
	terminal_close(terminal);
	return NULL;
}

void terminal_close(struct terminal *terminal)
{
	if (!terminal)
		return;
	(void)rescue_restore();
	surface_close(terminal->surface);
	buf_finish(&terminal->output);
	if (terminal->fd >= 0)
		(void)close(terminal->fd);
	free(terminal);
}

int terminal_fd(const struct terminal *terminal)
{
	return terminal->fd;
}

enum glyph_set terminal_glyphs(const struct terminal *terminal)
{
	return terminal->glyphs;
}

int terminal_rows(const struct terminal *terminal)
{
	return terminal->rows;
}

int terminal_columns(const struct terminal *terminal)
{
	return terminal->columns;
}

bool terminal_update_size(struct terminal *terminal)
{
	int rows, columns;

	read_size(terminal, &rows, &columns);
	if (rows == terminal->rows && columns == terminal->columns)
		return false;
	terminal->rows = rows;
	terminal->columns = columns;
	surface_resize(terminal->surface, rows, columns);
	arm_rescue(terminal);
	return true;
}

bool terminal_is_foreign(const struct terminal *terminal)
{
	pid_t owner = tcgetpgrp(terminal->fd);

	return owner >= 0 && owner != getpgrp();
}

static short poll_now(const struct terminal *terminal, short events)
{
	struct pollfd look = { .fd = terminal->fd, .events = events };

	return poll(&look, 1, 0) == 1 ? look.revents : 0;
}

ssize_t terminal_read(struct terminal *terminal, char *bytes, size_t size)
{
	ssize_t n = read(terminal->fd, bytes, size);

	if (n > 0)
		return n;
	if (n == 0 && terminal->borrowed && !(poll_now(terminal, POLLIN) & (POLLHUP | POLLERR | POLLNVAL)))
		return 0;
	if (n < 0 && (errno == EAGAIN || errno == EINTR || (errno == EIO && terminal_is_foreign(terminal))))
		return 0;
	return -1;
}

void terminal_show(struct terminal *terminal, const struct canvas *canvas)
{
	static const char begin[] = "\033[?2026h", end[] = "\033[?2026l";
	struct buf frame;

	buf_init(&frame, OUTPUT_MOST);
	surface_show(terminal->surface, canvas, &frame);
	if (frame.length) {
		bool wrap = terminal->sync;

		buf_add_text(&terminal->output, wrap ? begin : "");
		buf_add(&terminal->output, frame.data, frame.length);
		buf_add_text(&terminal->output, wrap ? end : "");
		rescue_note_unfinished(true);
	}
	buf_finish(&frame);
}

/* As write(2) on a descriptor that does not block. */
static ssize_t send_some(const struct terminal *terminal)
{
	size_t length = terminal->output.length - terminal->sent;

	if (terminal->borrowed && !poll_now(terminal, POLLOUT)) {
		errno = EAGAIN;
		return -1;
	}
	return write(terminal->fd, terminal->output.data + terminal->sent, terminal->borrowed ? 1 : length);
}

bool terminal_flush(struct terminal *terminal)
{
	while (terminal->sent < terminal->output.length) {
		ssize_t n = send_some(terminal);

		if (n > 0)
			terminal->sent += (size_t)n;
		else if (n < 0 && errno == EINTR)
			continue;
		else
			return n < 0 && errno == EAGAIN;
	}
	buf_clear(&terminal->output);
	terminal->sent = 0;
	rescue_note_unfinished(false);
	return true;
}

bool terminal_is_busy(const struct terminal *terminal)
{
	return terminal->sent < terminal->output.length;
}

void terminal_repaint(struct terminal *terminal)
{
	surface_repaint(terminal->surface);
}

void terminal_set_theme(struct terminal *terminal, const struct theme *theme)
{
	surface_set_theme(terminal->surface, theme);
}

void terminal_use_sync(struct terminal *terminal)
{
	terminal->sync = true;
}

void terminal_give(struct terminal *terminal)
{
	(void)rescue_restore();
}

void terminal_take(struct terminal *terminal)
{
	(void)tcgetattr(terminal->fd, &terminal->before);
	prepare_modes(terminal);
	(void)terminal_update_size(terminal);
	(void)enter(terminal);
}

/*
 * The whole group, as the terminal itself would do it; without a shell to come back to nothing happens. For this process the signal
 * goes to this thread: it must not get a step further before it has stopped, or it would set modes that the shell then undoes.
 */
static void stop_group(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN }, stop = { .sa_handler = SIG_DFL }, before;
	sigset_t set, mask;

	sigemptyset(&set);
	sigaddset(&set, SIGTSTP);
	(void)sigaction(SIGTSTP, &ignore, &before);
	(void)kill(0, SIGTSTP);
	(void)sigaction(SIGTSTP, &stop, NULL);
	(void)pthread_sigmask(SIG_UNBLOCK, &set, &mask);
	(void)pthread_kill(pthread_self(), SIGTSTP);
	(void)pthread_sigmask(SIG_SETMASK, &mask, NULL);
	(void)sigaction(SIGTSTP, &before, NULL);
}

void terminal_suspend(struct terminal *terminal, const _Atomic bool *give_up)
{
	(void)rescue_restore();
	stop_group();
	while (terminal_is_foreign(terminal) && !atomic_load(give_up))
		(void)poll(NULL, 0, 200);
	if (atomic_load(give_up))
		return;
	(void)tcgetattr(terminal->fd, &terminal->before);
	prepare_modes(terminal);
	(void)terminal_update_size(terminal);
	(void)enter(terminal);
}
