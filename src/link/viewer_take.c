/*
 * What an owner's messages mean to one who looks. Nothing is believed: what is not understood ends the link.
 */
#include "viewer_parts.h"

#include <string.h>

#include "kumatop/text.h"

static void take_refusal(struct viewer *viewer, const struct error *err)
{
	viewer->refused = true;
	viewer_give_up(viewer, err->text);
	if (viewer->settings.refused)
		viewer->settings.refused(viewer->settings.arg, err);
}

static void read_text(const struct json *message, char *out, size_t size)
{
	const char *text = json_get_text(message, "text");

	text_sanitize(out, size, text ? text : "", text ? strlen(text) : 0);
}

static void take_refused(struct viewer *viewer, const struct json *message)
{
	struct error err;
	char text[256];

	read_text(message, text, sizeof(text));
	error_set(&err, EXIT_PERMISSION, "%s", text[0] ? text : "the owner refuses");
	take_refusal(viewer, &err);
}

static void take_hello(struct viewer *viewer, const struct json *message)
{
	static const struct wire_watch everything;
	struct wire_hello hello;
	struct error err;
	struct buf out;

	if (!wire_read_hello(message, false, &hello, &err)) {
		take_refusal(viewer, &err);
		return;
	}
	viewer->hello = hello;
	viewer->stage = STAGE_ATTACHED;
	viewer->known = true;
	viewer->told = false;
	viewer->mirror = wire_mirror_create();
	buf_init(&out, WIRE_REQUEST_MOST);
	wire_put_watch(&out, &everything);
	(void)viewer_send(viewer, out.data, out.length);
	buf_finish(&out);
	viewer_desk_set_reason(viewer->desk, NULL);
	if (viewer->settings.attached)
		viewer->settings.attached(viewer->settings.arg, &viewer->hello);
}

/* Takes the picture. One that does not say what we are would look as if the engine were our own. */
static void publish(struct viewer *viewer, const struct snapshot *picture)
{
	struct board_health health = picture->health;
	const struct snapshot *told;

	if (health.role == ACCESS_NONE) {
		health.role = (uint8_t)viewer->hello.role;
		told = snapshot_retell(picture, &health, picture->number);
		snapshot_release(picture);
		picture = told;
	}
	snapshot_hub_publish(viewer->settings.hub, picture);
}

/* A whole picture: what was shown of the owner before is done with. */
static bool take_board(struct viewer *viewer, const struct json *message, struct error *err)
{
	const struct snapshot *picture = wire_mirror_board(viewer->mirror, message, err);

	if (!picture)
		return false;
	if (!viewer->whole) {
		wire_mirror_destroy(viewer->last);
		viewer->last = NULL;
		viewer->whole = true;
		viewer->lost_us = 0;
		viewer->again_ms = VIEWER_AGAIN_FIRST_MS;
		viewer->trouble[0] = viewer->reason[0] = viewer->said[0] = '\0';
	}
	publish(viewer, picture);
	return true;
}

static void take_bye(struct viewer *viewer, const struct json *message)
{
	char text[256];

	read_text(message, text, sizeof(text));
	json_get_flag(message, "again", &viewer->at_once);
	viewer_give_up(viewer, text);
}

/* false: the owner says what it must not, or what is not understood. An op that a newer one may have is passed over. */
static bool take_attached(struct viewer *viewer, const struct json *message, struct error *err)
{
	const char *op = wire_op(message);

	if (strcmp(op, "view") == 0)
		return wire_ticket(message) ? viewer_desk_take_view(viewer->desk, message, err)
		    : wire_mirror_view(viewer->mirror, message, err);
	if (strcmp(op, "board") == 0)
		return take_board(viewer, message, err);
	if (strcmp(op, "reply") == 0 || strcmp(op, "answer") == 0)
		return viewer_desk_take(viewer->desk, message, err);
	if (strcmp(op, "bye") == 0)
		take_bye(viewer, message);
	else if (strcmp(op, "refused") == 0)
		take_refused(viewer, message);
	return true;
}

static bool take_greeting(struct viewer *viewer, const struct json *message, struct error *err)
{
	const char *op = wire_op(message);

	if (strcmp(op, "hello") == 0)
		take_hello(viewer, message);
	else if (strcmp(op, "refused") == 0)
		take_refused(viewer, message);
	else if (strcmp(op, "bye") == 0)
		take_bye(viewer, message);
	else
		return error_set(err, EXIT_DATA, "it does not say hello");
	return true;
}

void viewer_take_line(void *arg, const char *line, size_t length)
{
	struct viewer *viewer = arg;
	struct error err;
	struct json *message = wire_parse(line, length, &err);
	bool fine = message
	    && (viewer->stage == STAGE_ATTACHED ? take_attached(viewer, message, &err) : take_greeting(viewer, message, &err));

	json_free(message);
	if (fine)
		return;
	error_prefix(&err, "it speaks as no kumatop does: ");
	viewer_give_up(viewer, err.text);
}
