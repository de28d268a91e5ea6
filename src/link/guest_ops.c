/*
 * What those who are attached ask for; questions about the past are guest_past.c's. What somebody may is asked here, for each line anew,
 * and of the newest picture.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest.h"
#include "kumatop/heap.h"
#include "kumatop/log.h"
#include "kumatop/text.h"

bool guest_sees_all(const struct guest *guest)
{
	/* What is in no group and has no tag is seen by those who see everything. */
	static const struct monitor_spec nobodys;

	return access_sees(guest->server->access, &guest->peer, &nobodys);
}

static bool is_watched(const struct wire_watch *watch, const char *name)
{
	for (size_t i = 0; i < watch->name_count; i++) {
		if (text_glob(watch->names[i], name))
			return true;
	}
	return watch->name_count == 0;
}

bool guest_sees(struct guest *guest, const struct monitor_spec *spec)
{
	return is_watched(&guest->watch, spec->name) && access_sees(guest->server->access, &guest->peer, spec);
}

struct monitor_spec *guest_find_spec(const struct guest *guest, monitor_id monitor)
{
	const struct snapshot *newest = monitor ? snapshot_hub_acquire(guest->server->settings.board->hub) : NULL;
	const struct monitor_view *view = newest ? snapshot_find(newest, monitor) : NULL;
	struct monitor_spec *spec = view ? spec_hold(view->spec) : NULL;

	snapshot_release(newest);
	return spec;
}

struct slot *guest_find_slot(struct guest *guest, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		if (!guest->slots[i].taken)
			return &guest->slots[i];
	}
	return NULL;
}

uint64_t guest_ticket(const struct guest *guest, const struct slot *slot)
{
	return guest->serial << 8 | (uint64_t)(slot - guest->slots);
}

static void take_hello(struct guest *guest, struct json **message)
{
	const struct link_server_settings *settings = &guest->server->settings;
	struct wire_hello hello;
	struct error err;
	struct buf out;

	if (guest->welcome) {
		guest_refuse(guest, "it says hello twice");
		return;
	}
	if (!wire_read_hello(*message, true, &hello, &err) || !access_allows(guest->server->access, &guest->peer, ACCESS_LOOK, NULL, &err)) {
		guest_refuse(guest, err.text);
		return;
	}
	guest->welcome = true;
	guest->role = access_role_of(guest->server->access, &guest->peer);
	hello = (struct wire_hello){ .pid = getpid(), .role = guest->role };
	text_copy(hello.version, sizeof(hello.version), settings->version);
	text_copy(hello.host, sizeof(hello.host), settings->board->host);
	text_copy(hello.owner, sizeof(hello.owner), settings->owner ? settings->owner : "");
	text_copy(hello.database, sizeof(hello.database), settings->board->database ? settings->board->database : "");
	text_copy(hello.configuration, sizeof(hello.configuration), settings->board->configuration ? settings->board->configuration : "");
	text_copy(hello.user, sizeof(hello.user), guest->peer.name);
	buf_init(&out, WIRE_LINE_MOST);
	wire_put_owner_hello(&out, &hello);
	guest_send(guest, &out, NULL);
	log_line(LOG_LEVEL_DEBUG, "socket: %s attached as %s", guest->peer.name, access_role_word((int)guest->role));
}

static void take_watch(struct guest *guest, struct json **message)
{
	struct wire_watch watch;
	struct error err;

	if (!wire_read_watch(*message, &watch, &err)) {
		guest_refuse(guest, err.text);
		return;
	}
	wire_watch_finish(&guest->watch);
	guest->watch = watch;
	guest->watching = true;
	guest_show_anew(guest);
}

static void send_reply(struct guest *guest, struct slot *slot, const struct reply *reply)
{
	struct buf out;

	buf_init(&out, WIRE_LINE_MOST);
	wire_put_reply(&out, reply);
	guest_send(guest, &out, slot);
}

/* slot may be NULL. */
static void refuse_command(struct guest *guest, struct slot *slot, uint64_t ticket, enum command_kind kind, monitor_id monitor,
    const struct error *err)
{
	struct reply reply = {
		.ticket = ticket, .kind = kind, .monitor = monitor, .denied = err->code == EXIT_PERMISSION, .result = result_make(OUTCOME_INTERNAL),
	};

	text_copy(reply.text, sizeof(reply.text), err->text);
	send_reply(guest, slot, &reply);
}

void guest_take_reply(struct guest *guest, struct slot *slot, const struct reply *reply)
{
	struct reply told = *reply;

	told.ticket = slot->ticket;
	send_reply(guest, slot, &told);
}

static void submit(struct guest *guest, struct slot *slot, struct command *command)
{
	const struct board *board = guest->server->settings.board;
	enum command_kind kind = command->kind;
	monitor_id monitor = command->monitor;
	struct error err;

	command->ticket = guest_ticket(guest, slot);
	command->reply = server_reply;
	command->reply_arg = guest->server;
	text_copy(command->who, sizeof(command->who), guest->peer.name);
	if (!board->submit(board->arg, command, &err))
		refuse_command(guest, slot, slot->ticket, kind, monitor, &err);
}

/* A monitor that came as text is read on another thread: its settings may name files. */
struct reading {
	uv_work_t work;
	struct link_server *server;
	uint64_t serial;
	struct slot *slot;		/* the guest's; to be used only if he is still there */
	enum command_kind kind;
	monitor_id monitor;
	struct json *message;
	struct monitor_spec *from;	/* held: whose secrets an edit keeps; or NULL */
	struct command *command;
	struct error err;
};

static void read_spec(uv_work_t *work)
{
	struct reading *reading = work->data;

	reading->command = wire_read_command(reading->message, reading->server->settings.defaults, &reading->err);
	if (reading->command && !wire_fill_secrets(reading->command, reading->from, &reading->err)) {
		command_destroy(reading->command);
		reading->command = NULL;
	}
}

/* He may have lost his role meanwhile. */
static void take_read(struct guest *guest, struct reading *reading)
{
	guest->working = false;
	if (reading->command && !access_allows(guest->server->access, &guest->peer, access_of_command(reading->kind), reading->from, &reading->err)) {
		command_destroy(reading->command);
		reading->command = NULL;
	}
	if (reading->command)
		submit(guest, reading->slot, reading->command);
	else
		refuse_command(guest, reading->slot, reading->slot->ticket, reading->kind, reading->monitor, &reading->err);
	guest_go_on(guest);
}

static void finish_reading(uv_work_t *work, int status)
{
	struct reading *reading = work->data;
	struct guest *guest = server_find(reading->server, reading->serial);

	if (guest)
		take_read(guest, reading);
	else
		command_destroy(reading->command);
	json_free(reading->message);
	spec_release(reading->from);
	server_let_go(reading->server);
	free(reading);
}

/* Takes the message and the hold. */
static void begin_reading(struct guest *guest, struct slot *slot, enum command_kind kind, monitor_id monitor, struct json *message,
    struct monitor_spec *from)
{
	struct reading *reading = heap_zero(1, sizeof(*reading));

	reading->work.data = reading;
	reading->server = guest->server;
	reading->serial = guest->serial;
	reading->slot = slot;
	reading->kind = kind;
	reading->monitor = monitor;
	reading->message = message;
	reading->from = from;
	server_hold(guest->server);
	guest->working = true;
	if (uv_queue_work(guest->server->loop, &reading->work, read_spec, finish_reading) == 0)
		return;
	error_set(&reading->err, EXIT_INTERNAL, "there is no thread to be had");
	finish_reading(&reading->work, 0);
}

static bool brings_spec(enum command_kind kind)
{
	return kind == COMMAND_ADD || kind == COMMAND_EDIT || kind == COMMAND_TEST;
}

static void carry_out(struct guest *guest, struct slot *slot, enum command_kind kind, monitor_id monitor, struct json **message,
    struct monitor_spec *spec)
{
	struct command *command;
	struct error err;

	if (!access_allows(guest->server->access, &guest->peer, access_of_command(kind), spec, &err)) {
		refuse_command(guest, slot, slot->ticket, kind, monitor, &err);
	} else if (brings_spec(kind)) {
		begin_reading(guest, slot, kind, monitor, *message, spec_hold(spec));
		*message = NULL;
	} else {
		command = wire_read_command(*message, guest->server->settings.defaults, &err);
		if (command)
			submit(guest, slot, command);
		else
			refuse_command(guest, slot, slot->ticket, kind, monitor, &err);
	}
}

static void take_command(struct guest *guest, struct json **message)
{
	struct slot *slot = guest_find_slot(guest, 0, GUEST_COMMANDS);
	uint64_t ticket = wire_ticket(*message);
	enum command_kind kind;
	struct monitor_spec *spec;
	monitor_id monitor;
	struct error err;

	if (!wire_command_kind(*message, &kind, &monitor)) {
		guest_refuse(guest, "a command that this kumatop does not know");
		return;
	}
	if (!slot) {
		error_set(&err, EXIT_UNAVAILABLE, "%d commands are waiting already", (int)GUEST_COMMANDS);
		refuse_command(guest, NULL, ticket, kind, monitor, &err);
		return;
	}
	*slot = (struct slot){ .taken = true, .ticket = ticket };
	spec = guest_find_spec(guest, monitor);
	carry_out(guest, slot, kind, monitor, message, spec);
	spec_release(spec);
}

static const struct op {
	const char *word;
	void (*take)(struct guest *guest, struct json **message);	/* may take the message */
} ops[] = {
	{ "hello", take_hello },
	{ "watch", take_watch },
	{ "command", take_command },
	{ "ask", guest_take_ask },
};

static const struct op *find_op(const char *word)
{
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		if (strcmp(ops[i].word, word) == 0)
			return &ops[i];
	}
	return NULL;
}

static void refuse_op(struct guest *guest, const char *word)
{
	char clean[40], *text;

	text_sanitize(clean, sizeof(clean), word, strlen(word));
	text = heap_print("\"%s\" is nothing that this kumatop knows", clean);
	guest_refuse(guest, text);
	free(text);
}

void guest_take(struct guest *guest, const char *line, size_t length)
{
	struct error err;
	struct json *message = wire_parse(line, length, &err);
	const struct op *op = message ? find_op(wire_op(message)) : NULL;

	if (!message)
		guest_refuse(guest, err.text);
	else if (!op)
		refuse_op(guest, wire_op(message));
	else if (!guest->welcome && op->take != take_hello)
		guest_refuse(guest, "it does not say hello first");
	else
		op->take(guest, &message);
	json_free(message);
}
