/*
 * Adding and editing a monitor. What the fields mean is form_fields.c's business.
 */
#include "form.h"

#include "editor.h"
#include "line.h"
#include "role.h"
#include "views.h"
#include "why.h"

#include "kumatop/text.h"

static const struct conf_settings *defaults_of(struct view *view)
{
	return tui_settings(view->tui)->defaults;
}

static void update(struct view *view)
{
	form_update(view->state, tui_snapshot(view->tui), defaults_of(view));
}

static void focus_field(struct form *form, enum field_part part)
{
	for (size_t i = 0; i < form->item_count; i++)
		if (form->items[i].field && form->items[i].field->part == part)
			form->focus = i;
}

static bool open_existing(struct view *view, const struct opening *opening)
{
	struct form *form = view->state;
	const struct monitor_view *monitor = tui_monitor(view->tui, opening->monitor);

	if (!monitor) {
		tui_toast(view->tui, TOAST_WARN, "this monitor is no longer there");
		return false;
	}
	form->editing = opening->choice != 1;
	form->id = monitor->id;
	if (form->editing && monitor->spec->origin == SPEC_DECLARED) {
		editor_open(view->tui, monitor->spec);
		return false;
	}
	if (!role_check(view->tui, form->editing ? ACTION_EDIT : ACTION_CLONE))
		return false;
	form_begin(form, monitor->spec, defaults_of(view));
	update(view);
	focus_field(form, form->editing ? FIELD_TARGET : FIELD_NAME);
	return true;
}

static bool form_open(struct view *view, const struct opening *opening)
{
	struct form *form = view->state;

	form->foreign = !tui_board(view->tui)->checks_here;
	if (opening->monitor)
		return open_existing(view, opening);
	if (!role_check(view->tui, ACTION_ADD))
		return false;
	form_begin(form, NULL, defaults_of(view));
	if (opening->text) {
		struct field *target = form->fields[0];

		lineedit_paste(&target->edit, opening->text, strlen(opening->text));
		target->shows_error = form->typed = true;
	}
	update(view);
	return true;
}

static void form_close(struct view *view)
{
	form_finish(view->state);
}

static struct field *focused_field(const struct form *form)
{
	return form->focus < form->item_count ? form->items[form->focus].field : NULL;
}

/* Leaving a field is when it is looked at as a whole. */
static void leave(struct form *form)
{
	struct field *field = focused_field(form);

	if (field && (field->edit.length || field->part == FIELD_TARGET))
		field->shows_error = true;
}

static void move_focus(struct view *view, int step)
{
	struct form *form = view->state;

	leave(form);
	form->focus = (form->focus + form->item_count + (size_t)(step + (int)form->item_count)) % form->item_count;
	update(view);
}

static void note_change(struct view *view, struct field *field)
{
	struct form *form = view->state;

	field->touched = field->shows_error = form->typed = true;
	form->trouble[0] = '\0';
	form->test = TEST_NONE;
	form->test_ticket = 0;
	update(view);
}

static bool form_input(struct view *view, const struct input_event *event)
{
	struct form *form = view->state;
	struct field *field = focused_field(form);
	bool changed = false;

	if (event->kind == INPUT_PASTE && field) {
		lineedit_paste(&field->edit, event->text, event->length);
		note_change(view, field);
		return true;
	}
	if (event->kind != INPUT_KEY || action_for_key(IN_FORM, event->key) != ACTION_NONE)
		return false;
	if (!field) {
		if (event->key != ' ')
			return false;
		form->more = !form->more;
		update(view);
		return true;
	}
	int step = event->key == ' ' || event->key == KEYPRESS_RIGHT ? 1 : event->key == KEYPRESS_LEFT ? -1 : 0;

	if (step && field_step(field, step)) {
		note_change(view, field);
		return true;
	}
	if (!lineedit_key(&field->edit, event->key, &changed))
		return false;
	if (changed)
		note_change(view, field);
	return true;
}

/* The monitor as it stands, or NULL with the focus on what is wrong. */
static struct monitor_spec *build(struct view *view)
{
	struct form *form = view->state;
	struct monitor_spec *spec = form_build(form, tui_snapshot(view->tui), defaults_of(view));

	if (spec)
		return spec;
	size_t wrong = form_first_error(form);

	if (wrong == SIZE_MAX && !form->more) {
		/* what is wrong is among the fields that do not show */
		form->more = true;
		update(view);
		form_build(form, tui_snapshot(view->tui), defaults_of(view));
		wrong = form_first_error(form);
	}
	if (wrong != SIZE_MAX)
		form->focus = wrong;
	return NULL;
}

static void test(struct view *view)
{
	struct form *form = view->state;
	struct monitor_spec *spec = build(view);

	if (!spec)
		return;
	struct command *command = command_create(COMMAND_TEST, 0);

	command->spec = spec;
	form->test_ticket = tui_submit(view->tui, command);
	form->test = form->test_ticket ? TEST_RUNS : TEST_NONE;
}

static void save(struct view *view)
{
	struct form *form = view->state;
	struct monitor_spec *spec = form->save_ticket ? NULL : build(view);

	if (!spec)
		return;
	struct command *command = command_create(form->editing ? COMMAND_EDIT : COMMAND_ADD, form->editing ? form->id : 0);

	command->spec = spec;
	form->save_ticket = tui_submit(view->tui, command);
}

/* Enter saves a form that is complete; else it goes where something is missing, or on to the next field. */
static void enter(struct view *view)
{
	struct form *form = view->state;
	size_t focus = form->focus;

	if (!focused_field(form)) {
		form->more = !form->more;
		update(view);
		return;
	}
	if (form->fields[0]->edit.length)
		save(view);
	if (form->save_ticket || form->trouble[0] || form->focus != focus)
		return;
	if (form_first_error(form) != focus)
		move_focus(view, 1);
	else
		leave(form);
}

static void discard_answered(struct view *asker, enum action answer)
{
	if (answer == ACTION_YES)
		tui_close(asker);
}

static void cancel(struct view *view)
{
	const struct form *form = view->state;
	struct question question = {
		.title = form->editing ? "Drop the changes?" : "Drop this monitor?",
		.lines = { "What was typed is lost." },
		.yes = "Yes, drop", .answered = discard_answered,
	};

	if (!form->typed)
		tui_close(view);
	else
		tui_open(view->tui, "question", &(struct opening){ .question = &question });
}

static bool form_act(struct view *view, enum action action)
{
	switch (action) {
	case ACTION_NEXT_FIELD:
		move_focus(view, 1);
		return true;
	case ACTION_PREVIOUS_FIELD:
		move_focus(view, -1);
		return true;
	case ACTION_ENTER_FIELD:
		enter(view);
		return true;
	case ACTION_SAVE:
		save(view);
		return true;
	case ACTION_TEST:
		test(view);
		return true;
	case ACTION_BACK:
	case ACTION_CANCEL:
		cancel(view);
		return true;
	default:
		return false;
	}
}

static void take_saved(struct view *view, const struct reply *reply)
{
	struct form *form = view->state;

	form->save_ticket = 0;
	if (!reply->done) {
		text_copy(form->trouble, sizeof form->trouble, reply->text[0] ? reply->text : "it was refused");
		return;
	}
	if (reply->monitor)
		tui_select(view->tui, reply->monitor);
	tui_toast(view->tui, TOAST_OK, "%s", reply->text[0] ? reply->text : form->editing ? "changed" : "added");
	tui_close(view);
}

static void take_tested(struct form *form, const struct reply *reply)
{
	form->test_ticket = 0;
	form->test = reply->done ? TEST_DONE : TEST_REFUSED;
	form->result = reply->result;
	if (reply->done)
		why_reason((int)reply->result.outcome, reply->result.detail, form->test_text, sizeof form->test_text);
	else
		text_copy(form->test_text, sizeof form->test_text, reply->text);
}

static bool form_reply(struct view *view, const struct reply *reply)
{
	struct form *form = view->state;

	if (form->save_ticket && reply->ticket == form->save_ticket) {
		take_saved(view, reply);
		return true;
	}
	if (reply->kind != COMMAND_TEST)
		return false;
	/* of a test of what has been changed since: nobody waits for it */
	if (form->test_ticket && reply->ticket == form->test_ticket)
		take_tested(form, reply);
	return true;
}

static const struct hint form_hints[] = {
	{ ACTION_SAVE, NULL }, { ACTION_TEST, NULL }, { ACTION_NEXT_FIELD, "Next" }, { ACTION_PREVIOUS_FIELD, "Previous" },
	{ ACTION_BACK, "Cancel" }, { ACTION_NONE, NULL },
};

const struct view_kind form_view = {
	.name = "form",
	.title = "Add and edit",
	.place = IN_FORM,
	.overlay = true,
	.state_size = sizeof(struct form),
	.hints = form_hints,
	.open = form_open,
	.close = form_close,
	.draw = form_draw,
	.input = form_input,
	.act = form_act,
	.reply = form_reply,
};
