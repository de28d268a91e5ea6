/*
 * A question over the view that asks it. Whatever is not a clear yes is no, or what is offered first instead.
 */
#include "line.h"
#include "views.h"

#include "kumatop/heap.h"
#include "kumatop/text.h"

enum { LINES_MOST = 4, WIDTH_LEAST = 40, WIDTH_MOST = 76, HINTS_MOST = 6 };

struct asking {
	struct question question;	/* its texts are ours */
	char *texts[LINES_MOST + 4];
	struct hint hints[HINTS_MOST];
};

/* As the answers are drawn: the key bar must not say anything else. */
static void fill_hints(struct asking *asking)
{
	const struct question *question = &asking->question;
	struct hint *hint = asking->hints;

	*hint++ = question->leave ? (struct hint){ ACTION_OPEN, question->leave } : (struct hint){ ACTION_NO, NULL };
	*hint++ = (struct hint){ ACTION_YES, question->yes };
	if (question->instead)
		*hint++ = (struct hint){ ACTION_INSTEAD, question->instead };
	if (question->leave)
		*hint++ = (struct hint){ ACTION_NO, "Stay" };
	*hint++ = (struct hint){ ACTION_BACK, NULL };
	*hint = (struct hint){ ACTION_NONE, NULL };
}

static bool question_open(struct view *view, const struct opening *opening)
{
	struct asking *asking = view->state;
	const struct question *question = opening->question;

	if (!question)
		return false;
	asking->question = *question;
	for (int i = 0; i < LINES_MOST; i++)
		asking->question.lines[i] = asking->texts[i] = heap_text(question->lines[i]);
	asking->question.title = asking->texts[LINES_MOST] = heap_text(question->title);
	asking->question.yes = asking->texts[LINES_MOST + 1] = heap_text(question->yes);
	asking->question.instead = asking->texts[LINES_MOST + 2] = heap_text(question->instead);
	asking->question.leave = asking->texts[LINES_MOST + 3] = heap_text(question->leave);
	fill_hints(asking);
	return true;
}

static void question_close(struct view *view)
{
	struct asking *asking = view->state;

	for (size_t i = 0; i < sizeof asking->texts / sizeof *asking->texts; i++)
		free(asking->texts[i]);
}

/* The lines broken to a width; draws them from the top of area unless it has no canvas. Returns how many there are. */
static int lay_lines(const struct question *question, struct area area, int width)
{
	int y = 0;

	for (int i = 0; i < LINES_MOST; i++) {
		const char *rest = question->lines[i] ? question->lines[i] : "";

		while (*rest) {
			const char *start = rest;
			size_t length = line_break(start, width, &rest);

			if (area.canvas)
				paint_print(area, y, 0, ROLE_DIALOG, "%.*s", (int)length, start);
			y++;
		}
	}
	return y;
}

/* What the answers take at their widest, and with as little as can be. */
static int answers_width(const struct question *question, bool terse)
{
	int gap = terse ? 1 : 4, width = (terse ? 0 : 2) + 6 + gap;

	width += (int)text_width(terse || !question->yes ? "Yes" : question->yes) + 4;
	if (question->instead)
		width += gap + (int)text_width(question->instead) + 4;
	if (question->leave)
		width += gap + (int)text_width(question->leave) + 4;
	return width;
}

static int widest_line(const struct question *question)
{
	int widest = answers_width(question, false);

	for (int i = 0; i < LINES_MOST; i++) {
		int width = question->lines[i] ? (int)text_width(question->lines[i]) : 0;

		widest = width > widest ? width : widest;
	}
	return widest;
}

static void draw_answers(const struct question *question, struct area area, int y)
{
	struct line line = { area, y, 0 };
	bool terse = answers_width(question, false) > area.columns;

	if (!terse)
		line_gap(&line, 2);
	if (question->leave)
		line_print(&line, ROLE_BUTTON_FOCUS, "[ %s ]", question->leave);
	else
		line_print(&line, ROLE_BUTTON_FOCUS, "[ No ]");
	line_gap(&line, terse ? 1 : 4);
	line_print(&line, question->danger ? ROLE_DIALOG_DANGER : ROLE_BUTTON, "%s (y)", question->yes && !terse ? question->yes : "Yes");
	if (question->instead) {
		line_gap(&line, terse ? 1 : 4);
		line_print(&line, ROLE_BUTTON, "%s (p)", question->instead);
	}
	if (question->leave) {
		line_gap(&line, terse ? 1 : 4);
		line_print(&line, ROLE_BUTTON, "%s (n)", terse ? "No" : "Stay");
	}
}

static void question_draw(struct view *view, struct area area)
{
	const struct asking *asking = view->state;
	const struct question *question = &asking->question;
	int width = widest_line(question) + 4;

	width = width < WIDTH_LEAST ? WIDTH_LEAST : width > WIDTH_MOST ? WIDTH_MOST : width;
	width = width > area.columns ? area.columns : width;
	int lines = lay_lines(question, (struct area){ .canvas = NULL }, width - 4);
	struct area box = area_centred(area, lines + 4, width);

	if (box.rows < lines + 4 || box.columns < 24) {
		/* No room for a frame: what is asked fills the screen, the answers stay in sight. */
		paint_clear(area, ROLE_DIALOG);
		paint_text(area, 0, 0, ROLE_DIALOG_TITLE, question->title);
		lay_lines(question, area_part(area, 1, 0, area.rows - 2, area.columns), area.columns);
		draw_answers(question, area, area.rows - 1);
		return;
	}
	paint_frame(box, ROLE_DIALOG, question->title);
	lay_lines(question, area_part(box, 1, 2, box.rows - 3, box.columns - 4), box.columns - 4);
	draw_answers(question, area_part(box, 0, 2, box.rows, box.columns - 4), box.rows - 2);
}

static bool question_act(struct view *view, enum action action)
{
	struct asking *asking = view->state;
	enum action answer;

	switch (action) {
	case ACTION_QUIT_NOW:
		if (!asking->question.quits)
			return true;
		answer = ACTION_YES;
		break;
	case ACTION_YES:
		answer = ACTION_YES;
		break;
	case ACTION_INSTEAD:
		if (!asking->question.instead)
			return true;
		answer = ACTION_INSTEAD;
		break;
	case ACTION_OPEN:
	case ACTION_LEAVE:
		if (action == ACTION_LEAVE && !asking->question.leave)
			return true;
		answer = asking->question.leave ? ACTION_LEAVE : ACTION_NO;
		break;
	case ACTION_NO:
	case ACTION_BACK:
		answer = ACTION_NO;
		break;
	default:
		return false;
	}
	struct view *asker = view->below;

	tui_close(view);
	if (asking->question.answered)
		asking->question.answered(asker, answer);
	return true;
}

static const struct hint *question_hints(struct view *view)
{
	const struct asking *asking = view->state;

	return asking->hints;
}

const struct view_kind question_view = {
	.name = "question",
	.title = "Question",
	.place = IN_QUESTION,
	.overlay = true,
	.state_size = sizeof(struct asking),
	.hints_now = question_hints,
	.open = question_open,
	.close = question_close,
	.draw = question_draw,
	.act = question_act,
};
