/* See term.h. The pty, the program in it, and waiting; term_emulator.c makes cells of bytes. */
#include "term.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kumatop/buf.h"
#include "kumatop/heap.h"
#include "kumatop/when.h"

#include "term_emulator.h"

enum { RAW_LIMIT = 256 << 20, TURN_MS = 20, FRAME_MS = 2000, LAST_WORDS_MS = 2000 };

struct term {
	int master;		/* -1 after a hang-up */
	bool reading, ended_output;
	pid_t pid;
	bool reaped;
	int status;
	int rows, cols;
	struct emulator emulator;
	struct buf raw;		/* all that was ever written */
	size_t shown;		/* of it, on the screen */
	size_t mark;
	struct mono last_output;
	struct buf text;	/* what the last question borrowed */
	int *columns;		/* of each byte of a row's text */
	struct termios termios;	/* as it was last seen */
};

static void set_environment(const char *const *env)
{
	bool good = setenv("TERM", "xterm-256color", 1) == 0 && unsetenv("COLORTERM") == 0 && unsetenv("NO_COLOR") == 0
	    && unsetenv("LINES") == 0 && unsetenv("COLUMNS") == 0;

	for (; env && *env && good; env++) {
		char *name = heap_text(*env), *value = strchr(name, '=');
		if (value)
			*value++ = '\0';
		good = (value ? setenv(name, value, 1) : unsetenv(name)) == 0;
		free(name);
	}
	if (!good)
		_exit(126);
}

static _Noreturn void run(const char *const *argv, int slave, pid_t parent, const char *const *env)
{
	sigset_t none;
	int i;

	/* A test that crashes must not leave a program behind that watches on without its terminal. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(126);
	for (i = 1; i < NSIG; i++)
		(void)signal(i, SIG_DFL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (setsid() < 0 || ioctl(slave, TIOCSCTTY, 0) < 0 || dup2(slave, 0) < 0 || dup2(slave, 1) < 0 || dup2(slave, 2) < 0)
		_exit(126);
	if (close_range(3, ~0U, 0) < 0)
		_exit(126);
	set_environment(env);
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	dprintf(2, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

static bool open_pty(int *master, int *slave, int rows, int cols)
{
	const struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };
	char name[64];

	*slave = -1;
	*master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*master < 0)
		return false;
	if (grantpt(*master) == 0 && unlockpt(*master) == 0 && ptsname_r(*master, name, sizeof name) == 0
	    && (*slave = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC)) >= 0 && ioctl(*slave, TIOCSWINSZ, &size) == 0)
		return true;
	if (*slave >= 0)
		close(*slave);
	close(*master);
	return false;
}

struct term *term_start(const char *const *argv, int rows, int cols, const char *const *env, struct error *err)
{
	int master, slave, flags;
	pid_t parent = getpid(), pid;
	struct term *term;

	if (!open_pty(&master, &slave, rows, cols)) {
		error_errno(err, EXIT_INTERNAL, "no pty");
		return NULL;
	}
	flags = fcntl(master, F_GETFL);
	if (flags < 0 || fcntl(master, F_SETFL, flags | O_NONBLOCK) < 0 || (pid = fork()) < 0) {
		error_errno(err, EXIT_INTERNAL, "%s", argv[0]);
		close(master);
		close(slave);
		return NULL;
	}
	if (pid == 0)
		run(argv, slave, parent, env);
	term = heap_zero(1, sizeof *term);
	term->master = master;
	term->pid = pid;
	term->reading = true;
	term->rows = rows;
	term->cols = cols;
	term->last_output = mono_now();
	if (tcgetattr(master, &term->termios) < 0)
		error_errno(err, EXIT_INTERNAL, "no line discipline");
	close(slave);
	emulator_init(&term->emulator, rows, cols);
	buf_init(&term->raw, RAW_LIMIT);
	buf_init(&term->text, RAW_LIMIT);
	return term;
}

static bool reap(struct term *term, int options)
{
	pid_t got;

	if (term->reaped)
		return true;
	do
		got = waitpid(term->pid, &term->status, options);
	while (got < 0 && errno == EINTR);
	term->reaped = got != 0;
	return term->reaped;
}

void term_stop(struct term *term)
{
	if (!term)
		return;
	if (!term->reaped) {
		kill(-term->pid, SIGKILL);
		kill(term->pid, SIGKILL);
		(void)reap(term, 0);
	}
	term_hangup(term);
	emulator_finish(&term->emulator);
	buf_finish(&term->raw);
	buf_finish(&term->text);
	free(term->columns);
	free(term);
}

pid_t term_pid(const struct term *term)
{
	return term->pid;
}

void term_signal(struct term *term, int signal)
{
	if (!reap(term, WNOHANG))
		kill(term->pid, signal);
}

long term_cpu_ms(const struct term *term)
{
	enum { USER_TIME = 14, STATE = 3 };	/* fields of proc(5), from 1; the name before the state may hold blanks */
	char path[64], line[1024], *at = NULL;
	unsigned long ticks;
	FILE *file;
	int field;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)term->pid);
	file = fopen(path, "re");
	if (!file)
		return -1;
	if (fgets(line, sizeof line, file))
		at = strrchr(line, ')');
	(void)fclose(file);
	for (field = STATE - 1; at && field < USER_TIME; field++)
		at = strchr(at + 1, ' ');
	if (!at)
		return -1;
	ticks = strtoul(at, &at, 10);
	ticks += strtoul(at, NULL, 10);
	return (long)(ticks * 1000 / (unsigned long)sysconf(_SC_CLK_TCK));
}

static void answer(struct term *term)
{
	char reply[256];
	size_t n = emulator_reply(&term->emulator, reply, sizeof reply);

	if (n && term->master >= 0 && write(term->master, reply, n) < 0 && errno != EAGAIN)
		term->ended_output = true;
}

/* Waits up to ms for output. false: none came. */
static bool take(struct term *term, int ms)
{
	struct pollfd waiting = { .fd = term->reading && !term->ended_output ? term->master : -1, .events = POLLIN };
	size_t before = term->raw.length;
	char block[65536];
	ssize_t n;

	if (poll(&waiting, 1, ms) <= 0 || waiting.fd < 0)
		return false;
	while ((n = read(term->master, block, sizeof block)) > 0) {
		buf_add(&term->raw, block, (size_t)n);
		term->last_output = mono_now();
		if (n < 1024)
			break;		/* likely all; a look at the screen between is due */
	}
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))	/* EIO: nobody has the terminal open any more */
		term->ended_output = true;
	return term->raw.length > before;
}

static bool all_shown(const struct term *term)
{
	return term->shown == term->raw.length;
}

static void show(struct term *term)
{
	term->shown += emulator_feed(&term->emulator, term->raw.data + term->shown, term->raw.length - term->shown);
	answer(term);
}

/*
 * The next frame of a program that tells where its frames end, as it asked whether it may: never a half of one, and none left out, so
 * that what passes by quickly is seen by a test that was slow. Of other programs, what there is. Waits up to ms for it to begin.
 */
static void pump(struct term *term, int ms)
{
	struct mono end;

	if (all_shown(term) && !take(term, ms))
		return;
	show(term);
	end = mono_add_ms(mono_now(), FRAME_MS);
	while (term->emulator.modes.sync && term->reading && !term->ended_output && mono_now().us < end.us) {
		if (take(term, TURN_MS))
			show(term);
	}
}

void term_read(struct term *term)
{
	pump(term, 0);
}

void term_keys_n(struct term *term, const char *keys, size_t length)
{
	struct mono deadline = mono_add_ms(mono_now(), 10000);

	while (length && term->master >= 0 && mono_now().us < deadline.us) {
		ssize_t n = write(term->master, keys, length);
		if (n > 0) {
			keys += n;
			length -= (size_t)n;
		} else if ((n < 0 && errno != EAGAIN && errno != EINTR) || reap(term, WNOHANG)) {
			return;		/* nobody will ever read it */
		} else {
			pump(term, TURN_MS);
		}
	}
}

void term_keys(struct term *term, const char *keys)
{
	term_keys_n(term, keys, strlen(keys));
}

void term_resize(struct term *term, int rows, int cols)
{
	const struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };

	term->rows = rows;
	term->cols = cols;
	vterm_set_size(term->emulator.vterm, rows, cols);
	if (term->master >= 0)
		(void)ioctl(term->master, TIOCSWINSZ, &size);
}

void term_stop_reading(struct term *term)
{
	term->reading = false;
}

void term_start_reading(struct term *term)
{
	term->reading = true;
}

void term_hangup(struct term *term)
{
	if (term->master >= 0) {
		(void)tcgetattr(term->master, &term->termios);
		close(term->master);
	}
	term->master = -1;
}

void term_mark(struct term *term)
{
	term->mark = term->raw.length;
}

const char *term_bytes(const struct term *term, size_t *length)
{
	if (length)
		*length = term->raw.length - term->mark;
	return term->raw.data + term->mark;
}

bool term_wrote(const struct term *term, const char *bytes)
{
	return memmem(term->raw.data + term->mark, term->raw.length - term->mark, bytes, strlen(bytes));
}

struct termios term_termios(const struct term *term)
{
	struct termios now = term->termios;

	if (term->master >= 0)
		(void)tcgetattr(term->master, &now);
	return now;
}

bool term_termios_equal(const struct termios *a, const struct termios *b)
{
	return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag && a->c_cflag == b->c_cflag && a->c_lflag == b->c_lflag
	    && memcmp(a->c_cc, b->c_cc, sizeof a->c_cc) == 0;
}

bool term_wait(struct term *term, term_predicate *predicate, void *arg, int ms)
{
	struct mono deadline = mono_add_ms(mono_now(), ms);

	pump(term, 0);
	while (!predicate(term, arg)) {
		if (mono_now().us > deadline.us)
			return false;
		pump(term, TURN_MS);
	}
	return true;
}

static bool shows(struct term *term, void *arg)
{
	return term_shows(term, arg);
}

static bool hides(struct term *term, void *arg)
{
	return !term_shows(term, arg);
}

struct quiet {
	struct mono from;
	int ms;
};

static bool idles(struct term *term, void *arg)
{
	const struct quiet *quiet = arg;
	struct mono since = term->last_output.us > quiet->from.us ? term->last_output : quiet->from;

	return all_shown(term) && mono_between_us(since, mono_now()) >= quiet->ms * INT64_C(1000);
}

static bool ended(struct term *term, void *arg)
{
	return reap(term, WNOHANG);
}

static bool said_all(struct term *term, void *arg)
{
	return all_shown(term) && (term->ended_output || term->master < 0 || !term->reading);
}

bool term_wait_text(struct term *term, const char *text, int ms)
{
	return term_wait(term, shows, (void *)(uintptr_t)text, ms);
}

bool term_wait_gone(struct term *term, const char *text, int ms)
{
	return term_wait(term, hides, (void *)(uintptr_t)text, ms);
}

bool term_wait_idle(struct term *term, int quiet_ms, int ms)
{
	struct quiet quiet = { mono_now(), quiet_ms };

	return term_wait(term, idles, &quiet, ms);
}

bool term_wait_exit(struct term *term, int *status, int ms)
{
	if (!term_wait(term, ended, NULL, ms))
		return false;
	/* What it wrote last comes after it. A child of the program may keep the terminal open: then its end is enough. */
	(void)term_wait(term, said_all, NULL, LAST_WORDS_MS);
	*status = WIFEXITED(term->status) ? WEXITSTATUS(term->status) : 128 + WTERMSIG(term->status);
	return true;
}

int term_rows(const struct term *term)
{
	return term->rows;
}

int term_cols(const struct term *term)
{
	return term->cols;
}

struct term_cell term_cell(struct term *term, int row, int col)
{
	return emulator_cell(&term->emulator, row, col);
}

/* Appends the row to term->text; columns (if any) gets the column of each byte. Returns the bytes, blanks at the end included. */
static size_t add_row(struct term *term, int row, int *columns)
{
	size_t begin = term->text.length, i;
	int col;

	for (col = 0; col < term->cols; col++) {
		struct term_cell cell = emulator_cell(&term->emulator, row, col);
		size_t at = term->text.length;

		buf_add_text(&term->text, cell.text[0] ? cell.text : " ");
		for (i = at; columns && i < term->text.length; i++)
			columns[i - begin] = col;
		col += cell.width > 1;
	}
	return term->text.length - begin;
}

static void cut_blanks(struct buf *text, size_t from)
{
	while (text->length > from && text->data[text->length - 1] == ' ')
		text->data[--text->length] = '\0';
}

const char *term_row_text(struct term *term, int row)
{
	buf_clear(&term->text);
	add_row(term, row, NULL);
	cut_blanks(&term->text, 0);
	return term->text.data;
}

const char *term_screen_text(struct term *term)
{
	int row;

	buf_clear(&term->text);
	for (row = 0; row < term->rows; row++) {
		size_t begin = term->text.length;
		add_row(term, row, NULL);
		cut_blanks(&term->text, begin);
		buf_add_char(&term->text, '\n');
	}
	return term->text.data;
}

bool term_find(struct term *term, const char *text, int *row, int *col)
{
	int at;

	term->columns = heap_resize(term->columns, (size_t)term->cols * sizeof(((struct term_cell *)0)->text) + 1, sizeof *term->columns);
	for (at = 0; at < term->rows; at++) {
		const char *found;

		buf_clear(&term->text);
		add_row(term, at, term->columns);
		found = strstr(term->text.data, text);
		if (found) {
			if (row)
				*row = at;
			if (col)
				*col = *text ? term->columns[found - term->text.data] : 0;
			return true;
		}
	}
	return false;
}

bool term_shows(struct term *term, const char *text)
{
	return term_find(term, text, NULL, NULL);
}

void term_cursor(const struct term *term, int *row, int *col)
{
	VTermPos at;

	vterm_state_get_cursorpos(vterm_obtain_state(term->emulator.vterm), &at);
	*row = at.row;
	*col = at.col;
}

const char *term_title(const struct term *term)
{
	return term->emulator.title;
}

struct term_modes term_modes(const struct term *term)
{
	return term->emulator.modes;
}

unsigned term_bells(const struct term *term)
{
	return term->emulator.bells;
}

unsigned term_sync_count(const struct term *term)
{
	return term->emulator.syncs;
}

void term_dump(struct term *term)
{
	int row;

	printf("# %dx%d, title \"%s\", %zu bytes read%s\n", term->cols, term->rows, term_title(term), term->raw.length,
	    reap(term, WNOHANG) ? ", the program has ended" : "");
	for (row = 0; row < term->rows; row++)
		printf("# |%s\n", term_row_text(term, row));
	(void)fflush(stdout);
}
