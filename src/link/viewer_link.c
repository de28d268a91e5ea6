/* One attempt to reach an owner; see viewer_link.h. It goes once libuv has closed all its handles, and a program has been waited for. */
#include "viewer_link.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "kumatop/heap.h"
#include "kumatop/place.h"
#include "kumatop/text.h"
#include "kumatop/wire.h"

enum {
	READ_SIZE = 64 * 1024,
	UNSENT_MOST = 2 * 1024 * 1024,	/* bytes that wait for an owner that does not read */
	TALK_MOST = 4096,		/* bytes of a line on stderr */
	PATIENCE_MS = 1000,		/* for a program to end when it is asked to */
};

struct viewer_link {
	struct viewer_link_settings settings;	/* without path and program */
	uv_pipe_t in, out, talk;	/* a socket is `in` alone */
	uv_process_t process;
	uv_timer_t patience;
	bool has_program, alive;
	unsigned open;			/* handles that are not closed yet */
	uv_connect_t connecting;
	uv_write_t writing;
	struct buf sending, unsent;	/* being written; waiting behind it */
	bool busy, ready, shut, dropped;
	bool in_over, talk_over;	/* the other side has closed them */
	struct wire_lines lines, talked;
	char why[512], fate[64];
	char room[READ_SIZE], talk_room[TALK_MOST];
};

static void on_closed(uv_handle_t *handle)
{
	struct viewer_link *link = handle->data;

	if (--link->open > 0)
		return;
	if (!link->dropped)
		link->settings.ended(link->settings.arg, link->why);
	wire_lines_finish(&link->lines);
	wire_lines_finish(&link->talked);
	buf_finish(&link->sending);
	buf_finish(&link->unsent);
	free(link);
}

static void close_one(uv_handle_t *handle)
{
	if (!uv_is_closing(handle))
		uv_close(handle, on_closed);
}

static void out_of_patience(uv_timer_t *timer)
{
	struct viewer_link *link = timer->data;

	if (!link->shut)
		viewer_link_shut(link, link->fate[0] ? link->fate : "it closed its output");
	else if (link->alive)
		uv_process_kill(&link->process, SIGKILL);
}

static void close_streams(struct viewer_link *link)
{
	close_one((uv_handle_t *)&link->in);
	if (!link->has_program)
		return;
	close_one((uv_handle_t *)&link->out);
	close_one((uv_handle_t *)&link->talk);
}

static void close_program(struct viewer_link *link)
{
	close_one((uv_handle_t *)&link->patience);
	close_one((uv_handle_t *)&link->process);
}

void viewer_link_shut(struct viewer_link *link, const char *why)
{
	if (link->shut)
		return;
	link->shut = true;
	text_copy(link->why, sizeof(link->why), why);
	close_streams(link);
	if (!link->has_program)
		return;
	if (!link->alive) {
		close_program(link);
		return;
	}
	uv_process_kill(&link->process, SIGTERM);
	uv_timer_start(&link->patience, out_of_patience, PATIENCE_MS, 0);
}

void viewer_link_drop(struct viewer_link *link)
{
	if (!link)
		return;
	link->dropped = true;
	viewer_link_shut(link, "");
	if (link->has_program)
		close_program(link);
}

/* A program has ended, and everything it said has been read. */
static void look_whether_over(struct viewer_link *link)
{
	if (link->has_program && !link->alive && link->in_over && link->talk_over)
		viewer_link_shut(link, link->fate);
}

static void give_room(uv_handle_t *handle, size_t wanted, uv_buf_t *room)
{
	struct viewer_link *link = handle->data;
	bool talk = handle == (uv_handle_t *)&link->talk;

	*room = uv_buf_init(talk ? link->talk_room : link->room, talk ? TALK_MOST : READ_SIZE);
}

static void on_bytes(uv_stream_t *stream, ssize_t count, const uv_buf_t *bytes)
{
	struct viewer_link *link = stream->data;
	const char *line;
	size_t length;

	if (count < 0) {
		uv_read_stop(stream);
		link->in_over = true;
		if (!link->has_program)
			viewer_link_shut(link, count == UV_EOF ? "" : uv_strerror((int)count));
		else if (link->alive)
			/* Its status says more, and is about to come. */
			uv_timer_start(&link->patience, out_of_patience, PATIENCE_MS, 0);
		else
			look_whether_over(link);
		return;
	}
	if (!wire_lines_feed(&link->lines, bytes->base, (size_t)count)) {
		viewer_link_shut(link, "it sends a line that is too long");
		return;
	}
	while (!link->shut && (line = wire_lines_next(&link->lines, &length)))
		link->settings.line(link->settings.arg, line, length);
	if (!link->shut && link->lines.broken)
		viewer_link_shut(link, "it sends a line that is too long");
}

static void on_talk(uv_stream_t *stream, ssize_t count, const uv_buf_t *bytes)
{
	struct viewer_link *link = stream->data;
	char clean[512];
	const char *line;
	size_t length;

	if (count < 0) {
		uv_read_stop(stream);
		link->talk_over = true;
		look_whether_over(link);
		return;
	}
	/* What talks without ever ending a line is not listened to. */
	(void)wire_lines_feed(&link->talked, bytes->base, (size_t)count);
	while (!link->shut && (line = wire_lines_next(&link->talked, &length))) {
		text_sanitize(clean, sizeof(clean), line, length);
		if (clean[0])
			link->settings.said(link->settings.arg, clean);
	}
}

static void on_written(uv_write_t *request, int status);

static uv_stream_t *way_out(struct viewer_link *link)
{
	return (uv_stream_t *)(link->has_program ? &link->out : &link->in);
}

static void write_more(struct viewer_link *link)
{
	struct buf swap = link->sending;
	uv_buf_t bytes;
	int status;

	if (link->busy || link->shut || !link->ready || !link->unsent.length)
		return;
	link->sending = link->unsent;
	link->unsent = swap;
	buf_clear(&link->unsent);
	bytes = uv_buf_init(link->sending.data, (unsigned)link->sending.length);
	status = uv_write(&link->writing, way_out(link), &bytes, 1, on_written);
	if (status == 0)
		link->busy = true;
	else
		viewer_link_shut(link, uv_strerror(status));
}

static void on_written(uv_write_t *request, int status)
{
	struct viewer_link *link = request->data;

	link->busy = false;
	/* What ends the other side may have said why: reading finds that out, and its end. */
	if (status == 0)
		write_more(link);
}

bool viewer_link_send(struct viewer_link *link, const char *bytes, size_t length)
{
	if (link->shut || link->unsent.length + length > UNSENT_MOST)
		return false;
	buf_add(&link->unsent, bytes, length);
	write_more(link);
	return true;
}

static void begin(struct viewer_link *link)
{
	int status = uv_read_start((uv_stream_t *)&link->in, give_room, on_bytes);

	if (status != 0) {
		viewer_link_shut(link, uv_strerror(status));
		return;
	}
	link->ready = true;
	link->settings.opened(link->settings.arg);
}

static void on_connected(uv_connect_t *request, int status)
{
	struct viewer_link *link = request->data;

	if (link->shut)
		return;
	if (status == 0)
		begin(link);
	else if (status == UV_ENOENT || status == UV_ECONNREFUSED)
		viewer_link_shut(link, VIEWER_LINK_NOBODY);
	else
		viewer_link_shut(link, uv_strerror(status));
}

static void on_ended(uv_process_t *process, int64_t status, int by_signal)
{
	struct viewer_link *link = process->data;

	link->alive = false;
	if (by_signal)
		snprintf(link->fate, sizeof(link->fate), "it was ended by signal %d", by_signal);
	else
		snprintf(link->fate, sizeof(link->fate), "it ended with status %lld", (long long)status);
	if (link->shut) {
		close_program(link);
		return;
	}
	/* What it said last is still in its pipes; one that it started may hold them for ever. */
	uv_timer_start(&link->patience, out_of_patience, PATIENCE_MS, 0);
	look_whether_over(link);
}

static void open_socket(struct viewer_link *link, const char *path)
{
	if (strlen(path) > PLACE_PATH_MOST) {
		viewer_link_shut(link, "its path is too long for a socket");
		return;
	}
	link->connecting.data = link;
	uv_pipe_connect(&link->connecting, &link->in, path, on_connected);
}

static void open_program(struct viewer_link *link, uv_loop_t *loop, char *const *program)
{
	uv_stdio_container_t ends[3] = {
		{ .flags = UV_CREATE_PIPE | UV_READABLE_PIPE, .data.stream = (uv_stream_t *)&link->out },
		{ .flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&link->in },
		{ .flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&link->talk },
	};
	uv_process_options_t options = {
		.exit_cb = on_ended,
		.file = program[0],
		.args = (char **)(uintptr_t)program,	/* not changed by it */
		.flags = link->settings.apart ? UV_PROCESS_DETACHED : 0,
		.stdio_count = 3,
		.stdio = ends,
	};
	char why[256];
	int status = uv_spawn(loop, &link->process, &options);

	if (status != 0) {
		snprintf(why, sizeof(why), "cannot run %.128s: %s", program[0], uv_strerror(status));
		viewer_link_shut(link, why);
		return;
	}
	link->alive = true;
	status = uv_read_start((uv_stream_t *)&link->talk, give_room, on_talk);
	if (status != 0)
		viewer_link_shut(link, uv_strerror(status));
}

static void open_pipe(struct viewer_link *link, uv_loop_t *loop, uv_pipe_t *pipe)
{
	uv_pipe_init(loop, pipe, 0);
	pipe->data = link;
	link->open++;
}

/* A program's pipes are open at once, and its caller is to be told later. */
static void on_spawned(uv_timer_t *timer)
{
	struct viewer_link *link = timer->data;

	if (!link->shut)
		begin(link);
}

struct viewer_link *viewer_link_open(uv_loop_t *loop, const struct viewer_link_settings *settings)
{
	struct viewer_link *link = heap_zero(1, sizeof(*link));

	link->settings = *settings;
	link->settings.path = NULL;
	link->settings.program = NULL;
	link->writing.data = link;
	wire_lines_init(&link->lines, WIRE_LINE_MOST);
	wire_lines_init(&link->talked, TALK_MOST);
	buf_init(&link->sending, UNSENT_MOST);
	buf_init(&link->unsent, UNSENT_MOST);
	open_pipe(link, loop, &link->in);
	if (settings->path) {
		open_socket(link, settings->path);
		return link;
	}
	link->has_program = true;
	open_pipe(link, loop, &link->out);
	open_pipe(link, loop, &link->talk);
	uv_timer_init(loop, &link->patience);
	link->patience.data = link->process.data = link;
	link->open += 2;
	open_program(link, loop, settings->program);
	if (!link->shut)
		uv_timer_start(&link->patience, on_spawned, 0, 0);
	return link;
}
