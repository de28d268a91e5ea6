/*
 * Draws the form: fields in rows, errors under them, what a test found, buttons. Larger than the screen it scrolls.
 */
#include "form.h"

#include "line.h"
#include "why.h"

#include "kumatop/text.h"
#include "kumatop/when.h"

enum { FORM_WIDTH = 76, HALF_FROM_WIDTH = 56, LABEL_LEAST = 9, LABEL_MOST = 16, FRAME_FROM_ROWS = 10, FRAME_FROM_COLUMNS = 34 };

/* How the fields lie; drawn and measured by the same walk. */
struct walk {
	const struct form *form;
	struct area area;	/* canvas NULL: only measured */
	int label_width, y, focus_y;
	bool halves;
};

static int label_width(const struct form *form, int columns)
{
	int widest = LABEL_LEAST;

	for (size_t i = 0; i < form->item_count; i++) {
		int width = form->items[i].field ? (int)strlen(form->items[i].field->label) : 0;

		widest = width > widest ? width : widest;
	}
	widest = widest > LABEL_MOST ? LABEL_MOST : widest;
	return widest + 1 < columns / 3 ? widest + 1 : columns / 3;
}

static void draw_input(struct area area, struct field *field, int y, int x, int width, bool focused)
{
	char text[LINEEDIT_SIZE];
	int inside = width - 2;

	if (inside < 1)
		return;
	enum role edge = focused ? ROLE_TEXT_STRONG : ROLE_TEXT_DIM;

	paint_text(area, y, x, edge, "[");
	paint_text(area, y, x + width - 1, edge, "]");
	int cursor = lineedit_show(&field->edit, inside, text, sizeof text);

	if (field->edit.length)
		line_exact(area_part(area, y, x + 1, 1, inside), 0, 0, field->error[0] && field->shows_error ? ROLE_INPUT_ERROR : ROLE_INPUT,
		    text, strlen(text));
	else
		paint_field(area, y, x + 1, inside, ROLE_PLACEHOLDER, field->placeholder);
	if (focused)
		paint_cursor(area, y, x + 1 + cursor);
}

/* Of two settings of one section beside each other the second one need not say it again. */
static const char *second_label(const struct field *first, const struct field *second)
{
	bool same = first->row && second->row && first->row->section && second->row->section
	    && strcmp(first->row->section, second->row->section) == 0;

	return same ? second->row->name : second->label;
}

static void walk_field(struct walk *walk, struct field *field, const char *label, int x, int width, bool focused)
{
	if (focused)
		walk->focus_y = walk->y;
	if (!walk->area.canvas)
		return;
	int before = x ? LABEL_LEAST : walk->label_width;

	paint_field(walk->area, walk->y, x, before, focused ? ROLE_TEXT_STRONG : ROLE_DIALOG, label);
	draw_input(walk->area, field, walk->y, x + before, width - before, focused);
}

static bool has_error(const struct field *field)
{
	return field && field->shows_error && field->error[0];
}

static void walk_error(struct walk *walk, const struct field *field, int x)
{
	const char *rest = field->error;
	int width = walk->area.columns - x;

	while (*rest) {
		const char *start = rest;
		size_t length = line_break(start, width, &rest);

		if (walk->area.canvas)
			paint_print(walk->area, walk->y, x, ROLE_INPUT_ERROR, "%.*s", (int)length, start);
		walk->y++;
	}
}

static void walk_more(struct walk *walk, bool focused)
{
	if (focused)
		walk->focus_y = walk->y;
	if (walk->area.canvas)
		paint_text(walk->area, walk->y, 0, focused ? ROLE_BUTTON_FOCUS : ROLE_TEXT_DIM,
		    walk->form->more ? "- Less" : "+ More: retries, limits, notes, all settings");
	walk->y++;
}

/* Returns how many rows it takes. */
static int walk_items(struct walk *walk)
{
	const struct form *form = walk->form;
	int width = walk->area.columns;

	for (size_t i = 0; i < form->item_count; i++) {
		struct field *field = form->items[i].field, *second = NULL;

		if (!field) {
			walk_more(walk, i == form->focus);
			continue;
		}
		if (walk->halves && form->items[i].half && i + 1 < form->item_count && form->items[i + 1].half)
			second = form->items[i + 1].field;
		walk_field(walk, field, field->label, 0, second ? width / 2 - 1 : width, i == form->focus);
		if (second)
			walk_field(walk, second, second_label(field, second), width / 2 + 1, width - width / 2 - 1, ++i == form->focus);
		walk->y++;
		if (has_error(field))
			walk_error(walk, field, walk->label_width + 1 < width / 2 ? walk->label_width + 1 : 0);
		if (has_error(second))
			walk_error(walk, second, width / 2 + 1);
	}
	return walk->y;
}

static enum role verdict_role(enum verdict verdict)
{
	static const enum role roles[VERDICT_COUNT] = {
		[VERDICT_UP] = ROLE_STATE_UP, [VERDICT_DEGRADED] = ROLE_STATE_DEGRADED, [VERDICT_DOWN] = ROLE_STATE_DOWN,
		[VERDICT_UNKNOWN] = ROLE_STATE_UNKNOWN,
	};

	return roles[verdict];
}

/* Two lines: what came out, and how long its parts took. */
static void draw_test(struct view *view, struct area area)
{
	const struct form *form = view->state;
	const struct check_result *result = &form->result;
	struct line line = { area, 0, 0 };
	char text[160];

	if (form->trouble[0]) {
		line_print(&line, ROLE_INPUT_ERROR, "%s", form->trouble);
		return;
	}
	if (form->save_ticket)
		line_print(&line, ROLE_TEXT_DIM, "saving");
	else if (form->test == TEST_RUNS)
		line_print(&line, ROLE_TEXT_DIM, "testing");
	if (form->test == TEST_REFUSED)
		line_print(&line, ROLE_INPUT_ERROR, "test refused: %s", form->test_text);
	if (form->test != TEST_DONE)
		return;
	enum verdict verdict = outcome_row((int)result->outcome)->verdict;

	line_print(&line, verdict_role(verdict), "Test %s", verdict_word(verdict));
	line_gap(&line, 1);
	line_print(&line, ROLE_TEXT, "%s", form->test_text);
	line = (struct line){ area, 1, 0 };
	why_phases(result->phase_us, text, sizeof text);
	line_exact(area, 1, 0, ROLE_TEXT_DIM, text, strlen(text));
	line.x = (int)strlen(text);
	if (result->cert_expires_us) {
		int64_t left_us = result->cert_expires_us - tui_now_us(view->tui);

		line_next(&line);
		line_print(&line, left_us < 0 ? ROLE_CERT_BAD : ROLE_CERT_OK, left_us < 0 ? "cert expired" : "cert %s",
		    age_print(left_us, text, sizeof text));
	}
	if (result->address[0]) {
		line_next(&line);
		line_print(&line, ROLE_TEXT_DIM, "%s", result->address);
	}
}

static void draw_summary(const struct form *form, struct area area, int y)
{
	const struct field *field = form->focus < form->item_count ? form->items[form->focus].field : NULL;
	struct line line = { area, y, 0 };

	if (!field)
		return;
	if (field->part == FIELD_NAME)
		line_print(&line, ROLE_TEXT_DIM, "what it is called in lists and alerts");
	else if (field->part == FIELD_TARGET && form->kind)
		line_print(&line, ROLE_TEXT_DIM, "%s: %s", form->kind->name, form->kind->summary);
	if (!field->row)
		return;
	line_print(&line, ROLE_TEXT_DIM, "%s", field->row->summary);
	if (field->row->example && line.x + 8 + (int)text_width(field->row->example) <= area.columns)
		line_print(&line, ROLE_TEXT_DIM, ", as in %s", field->row->example);
}

static void draw_buttons(struct area area, int y)
{
	struct line line = { area, y, area.columns >= 48 ? 2 : 0 };
	int gap = area.columns >= 48 ? 3 : 1;

	line_print(&line, ROLE_BUTTON, "[ Test ^T ]");
	line_gap(&line, gap);
	line_print(&line, ROLE_BUTTON, "[ Save ^S ]");
	line_gap(&line, gap);
	line_print(&line, ROLE_BUTTON, area.columns >= 36 ? "[ Cancel Esc ]" : "[ Esc ]");
}

static void draw_fields(struct form *form, struct walk walk, struct area area)
{
	struct walk measured = walk;
	int rows = walk_items(&measured);

	if (measured.focus_y < (int)form->top)
		form->top = (size_t)measured.focus_y;
	/* the error under a field is to be seen with it */
	if (measured.focus_y + 1 >= (int)form->top + area.rows)
		form->top = (size_t)(measured.focus_y + 2 - area.rows > 0 ? measured.focus_y + 2 - area.rows : 0);
	if (rows <= area.rows)
		form->top = 0;
	if (area.rows == 1)
		form->top = (size_t)measured.focus_y;
	walk.area = area;
	walk.y = -(int)form->top;
	walk_items(&walk);
}

void form_draw(struct view *view, struct area area)
{
	struct form *form = view->state;
	int columns = area.columns < FORM_WIDTH ? area.columns : FORM_WIDTH;
	bool framed = area.rows >= FRAME_FROM_ROWS && area.columns >= FRAME_FROM_COLUMNS;
	int inside = framed ? columns - 4 : columns;
	struct walk walk = {
		.form = form, .area = { .columns = inside }, .label_width = label_width(form, inside), .halves = inside >= HALF_FROM_WIDTH,
	};
	struct walk measured = walk;
	int footer = framed ? 5 : area.rows >= 6 ? 2 : area.rows >= 3 ? 1 : 0;
	int rows = walk_items(&measured);
	struct area box = framed ? area_centred(area, rows + footer + 3, columns) : area;
	const char *title = form->editing ? "Edit monitor" : form->base ? "Add a monitor like this one" : "Add monitor";

	if (framed) {
		paint_frame(box, ROLE_DIALOG, title);
		box = area_part(box, 1, 2, box.rows - 2, box.columns - 4);
	} else {
		paint_clear(box, ROLE_DIALOG);
	}
	draw_fields(form, walk, area_part(box, 0, 0, box.rows - footer, box.columns));
	struct area foot = area_part(box, box.rows - footer, 0, footer, box.columns);

	if (framed) {
		draw_summary(form, foot, 0);
		draw_test(view, area_part(foot, 1, 0, 2, foot.columns));
		draw_buttons(foot, 4);
	} else if (footer) {
		bool told = form->trouble[0] || form->test != TEST_NONE;

		if (told)
			draw_test(view, area_part(foot, 0, 0, 1, foot.columns));
		if (footer > 1 || !told)
			draw_buttons(foot, footer - 1);
	}
}
