/* What stays on this machine: its log, and the terminal there may be. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "kinds.h"
#include "kumatop/heap.h"
#include "kumatop/text.h"
#include "sending.h"

enum { LINE_SIZE = 1024 };

const struct channel_way way_syslog = { .kind = WAY_SYSLOG }, way_terminal = { .kind = WAY_TERMINAL };

/* The title and the text's first line. */
static void make_line(const struct alert_message *message, char *out, size_t size)
{
	struct buf line, text;

	buf_init(&line, 64 << 10);
	buf_init(&text, 64 << 10);
	alert_message_title(message, &line);
	alert_message_text(message, LINE_SIZE, &text);
	text.data[strcspn(text.data, "\n")] = '\0';
	if (text.data[0])
		buf_print(&line, ": %s", text.data);
	text_sanitize(out, size, line.data, strlen(line.data));
	buf_finish(&line);
	buf_finish(&text);
}

static int priority(const struct alert_message *message)
{
	static const int levels[ALERT_LEVEL_COUNT] = { LOG_INFO, LOG_NOTICE, LOG_WARNING, LOG_CRIT };

	return LOG_DAEMON | levels[alert_message_level(message)];
}

/* A log that does not read makes nobody wait. */
static int send_datagram(const char *path, const char *text)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), error = 0;

	if (fd < 0)
		return errno;
	text_copy(to.sun_path, sizeof to.sun_path, path);
	if (sendto(fd, text, strlen(text), MSG_NOSIGNAL, (const struct sockaddr *)&to, sizeof to) < 0)
		error = errno;
	close(fd);
	return error;
}

/* The form that syslogs on /dev/log read: RFC 3164, without a host. */
void syslog_start(struct sending *sending)
{
	const char *path = PLAN_VALUE(sending->channel, file), *ident = PLAN_VALUE(sending->channel, topic);
	char line[LINE_SIZE], when[32], *text;
	int error;

	make_line(sending->message, line, sizeof line);
	moment_print_local(unix_now_us(), "%b %e %H:%M:%S", when, sizeof when);
	text = heap_print("<%d>%s %s[%d]: %s", priority(sending->message), when, ident, (int)getpid(), line);
	error = send_datagram(path, text);
	free(text);
	if (error == 0)
		sending_fail(sending, ALERT_DELIVERED, "%s", path);
	else
		sending_fail(sending, ALERT_LATER, "%s: %s", path, strerror(error));
}

/* A clean line holds no control character, so no sequence ends before its end. A semicolon would part the fields of OSC 777. */
static void make_sequence(const char *how, const struct alert_message *message, const char *line, struct buf *out)
{
	char title[LINE_SIZE];
	struct buf text;

	if (strcmp(how, "osc9") == 0) {
		buf_print(out, "\033]9;%s\033\\", line);
	} else if (strcmp(how, "osc99") == 0) {
		buf_print(out, "\033]99;;%s\033\\", line);
	} else if (strcmp(how, "osc777") == 0) {
		buf_init(&text, LINE_SIZE);
		alert_message_title(message, &text);
		text_sanitize(title, sizeof title, text.data, text.length);
		buf_finish(&text);
		for (char *c = title; *c; c++)
			*c = *c == ';' ? ',' : *c;
		buf_print(out, "\033]777;notify;%s;%s\033\\", title, line);
	} else {
		buf_add_char(out, '\a');
	}
}

void terminal_start(struct sending *sending)
{
	const struct alerter_settings *settings = sending->settings;
	struct buf sequence;
	char line[LINE_SIZE];

	if (!settings->terminal) {
		sending_fail(sending, ALERT_REFUSED, "there is no terminal here");
		return;
	}
	make_line(sending->message, line, sizeof line);
	buf_init(&sequence, 4 * LINE_SIZE);
	make_sequence(PLAN_VALUE(sending->channel, method), sending->message, line, &sequence);
	settings->terminal(settings->arg, line, sequence.data);
	buf_finish(&sequence);
	sending_fail(sending, ALERT_DELIVERED, "shown");
}

static bool check_path(const char *text, struct error *err)
{
	if (*text != '/' || strlen(text) >= sizeof ((struct sockaddr_un *)NULL)->sun_path)
		return error_set(err, EXIT_CONFIG, "is no path of a socket: write \"/dev/log\"");
	return kinds_check_line(text, err);
}

static bool check_how(const char *text, struct error *err)
{
	static const char *const hows[] = { "bell", "osc9", "osc99", "osc777" };

	for (size_t i = 0; i < sizeof hows / sizeof *hows; i++) {
		if (strcmp(text, hows[i]) == 0)
			return true;
	}
	return error_set(err, EXIT_CONFIG, "\"%.20s\" is not known: write bell, osc9, osc99 or osc777", text);
}

static const struct setting syslog_settings[] = {
	{ .name = "socket", .type = SETTING_TEXT, SETTING_AT(file), .most = 200, .check = check_path, .fallback = "/dev/log",
	  .summary = "The socket of the log", .example = "\"/run/systemd/journal/dev-log\"" },
	TEXT_ROW("ident", topic, "kumatop", "The program's name in it", "\"kumatop-prod\""),
	END_ROW,
};

const struct channel_kind kind_syslog = {
	.name = "syslog", .summary = "This machine's log", .settings = syslog_settings, .way = &way_syslog,
};

/* OSC 9: iTerm2, Windows Terminal, foot; 99: kitty; 777: urxvt, foot, VTE. */
static const struct setting terminal_settings[] = {
	{ .name = "how", .type = SETTING_TEXT, SETTING_AT(method), .most = 20, .check = check_how, .fallback = "bell",
	  .summary = "bell, or what the terminal makes a notification of: osc9, osc99, osc777", .example = "\"osc9\"" },
	END_ROW,
};

const struct channel_kind kind_terminal = {
	.name = "terminal", .summary = "The terminal that shows kumatop", .settings = terminal_settings, .way = &way_terminal,
};
