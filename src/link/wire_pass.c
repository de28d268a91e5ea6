/*
 * A picture on its way to one viewer: the difference between the one it has and the newest, slot by slot. Pages that both share are passed
 * over unseen, so a pass costs what has changed.
 */
#include <assert.h>

#include "wire_parts.h"

enum { LOOKS_A_STEP = 16 };

static const struct monitor_view nothing;	/* what a slot is before its monitor is told */

static const char *origin_word(enum spec_origin origin)
{
	return origin == SPEC_DECLARED ? "declared" : origin == SPEC_ADDED ? "added" : "temporary";
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* A reload makes every spec anew, mostly as it was. */
static bool same_spec(const struct monitor_spec *a, const struct monitor_spec *b)
{
	return a == b || (a && a->origin == b->origin && a->line == b->line && same_text(a->file, b->file)
	    && same_text(a->common.renamed_from, b->common.renamed_from) && spec_equal(a, b));
}

static void add_shared(const char *key, const struct shared_text *before, const struct shared_text *text, struct buf *out)
{
	if (before != text && strcmp(shared_read(before), shared_read(text)) != 0)
		line_add_text(out, key, shared_read(text));
}

static void add_spec(const struct monitor_spec *spec, struct buf *out)
{
	line_add_spec(out, spec, false);
	line_add_text(out, "origin", origin_word(spec->origin));
	if (spec->file) {
		line_add_text(out, "file", spec->file);
		line_add_integer(out, "line", spec->line < 0 ? 0 : spec->line);
	}
}

static void add_marks(const struct monitor_view *before, const struct monitor_view *view, struct buf *out)
{
	size_t count;

	if (before == &nothing) {
		count = view->mark_count;
	} else if (!marks_new(before, view, &count)) {
		line_add_key(out, "bar");
		marks_add(view, view->mark_count, out);
		return;
	}
	if (count == 0)
		return;
	line_add_key(out, "marks");
	marks_add(view, count, out);
}

/* A line, or none if nothing has changed. */
static void put_view(const struct wire_pass *pass, const struct monitor_view *before, const struct monitor_view *view, struct buf *out)
{
	bool fresh = !before || before->id != view->id;
	size_t mark = out->length, head;

	if (fresh)
		before = &nothing;
	line_begin(out, "view");
	if (pass->answers)
		line_add_integer(out, "ticket", (int64_t)pass->query.ticket);
	line_add_integer(out, "at", (int64_t)pass->at);
	line_add_integer(out, "id", view->id);
	head = out->length;
	if (fresh)
		line_add_flag(out, "new", true);
	if (!same_spec(before->spec, view->spec))
		add_spec(view->spec, out);
	fields_add(wire_view_fields, before, view, out);
	add_shared("detail", before->detail, view->detail, out);
	add_shared("address", before->address, view->address, out);
	add_shared("evidence", before->evidence, view->evidence, out);
	add_marks(before, view, out);
	if (out->length > head) {
		line_end(out);
	} else {
		out->length = mark;
		out->data[mark] = '\0';
	}
}

/* How many of each state the viewer sees, for one who gets no views. */
static void add_states(const struct wire_pass *pass, const struct wire_scope *scope, struct buf *out)
{
	line_add_key(out, "states");
	for (int state = 0; state < STATE_COUNT; state++) {
		buf_add_char(out, state ? ',' : '[');
		buf_add_int(out, scope ? pass->states[state] : pass->to->by_state[state]);
	}
	buf_add_char(out, ']');
}

static void put_board(const struct wire_pass *pass, const struct wire_scope *scope, bool health_only, enum access_role role, struct buf *out)
{
	struct board_health health = pass->to->health;

	health.role = (uint8_t)role;
	if (pass->answers)
		answer_begin(out, &pass->query);
	else
		line_begin(out, "board");
	line_add_integer(out, "count", (int64_t)pass->at);
	line_add_integer(out, "time", pass->to->time_us);
	fields_add(wire_health_fields, NULL, &health, out);
	add_shared("history_trouble", NULL, health.history_trouble, out);
	/* It names monitors that not everybody sees. */
	if (scope && health.configuration_trouble)
		line_add_text(out, "configuration_trouble", "configuration not reloaded: it has a fault");
	else
		add_shared("configuration_trouble", NULL, health.configuration_trouble, out);
	if (health_only)
		add_states(pass, scope, out);
	line_end(out);
}

void wire_pass_begin(struct wire_pass *pass, const struct snapshot *from, const struct snapshot *to)
{
	*pass = (struct wire_pass){ .from = from, .to = to, .began = true };
}

void wire_pass_begin_answer(struct wire_pass *pass, const struct history_query *query, const struct snapshot *board)
{
	*pass = (struct wire_pass){ .to = board, .began = true, .answers = true, .query = *query };
}

/* How many views follow on a page that both share and stand at the start of. The page itself is not looked at: it may be long out of mind. */
static size_t shared_views(const struct wire_pass *pass)
{
	size_t page = pass->to_index / SNAPSHOT_PAGE_VIEWS, left = pass->to->count - pass->to_index;

	if (!pass->from || pass->from_index != pass->to_index || pass->to_index % SNAPSHOT_PAGE_VIEWS || page >= pass->from->page_count)
		return 0;
	if (pass->from->pages[page] != pass->to->pages[page])
		return 0;
	return left < SNAPSHOT_PAGE_VIEWS ? left : SNAPSHOT_PAGE_VIEWS;
}

enum walk { WALK_FOUND, WALK_END, WALK_TIRED };

/* On to the next view that the viewer sees. Whether he does may take long to tell, so that only so many are looked at in one step. */
static enum walk walk(const struct snapshot *snapshot, size_t *index, const struct wire_scope *scope, size_t *looks,
    const struct monitor_view **found)
{
	*found = NULL;
	for (; snapshot && *index < snapshot->count; (*index)++) {
		const struct monitor_view *view = snapshot_view(snapshot, *index);

		if (scope && (*looks)-- == 0) {
			*looks = 0;
			return WALK_TIRED;
		}
		if (!scope || scope->sees(scope->arg, view->spec)) {
			(*index)++;
			*found = view;
			return WALK_FOUND;
		}
	}
	return WALK_END;
}

/* Health alone: nothing is told of the views but how many there are. false: there are more. */
static bool count_states(struct wire_pass *pass, const struct wire_scope *scope, size_t *looks)
{
	const struct monitor_view *view;
	enum walk how = WALK_END;

	while (scope && (how = walk(pass->to, &pass->to_index, scope, looks, &view)) == WALK_FOUND)
		pass->states[view->standing.state]++;
	return how == WALK_END;
}

/* The views until there is enough. false: there are more. */
static bool put_views(struct wire_pass *pass, const struct wire_scope *scope, size_t *looks, size_t room, struct buf *out)
{
	size_t begin = out->length;

	while (pass->next || pass->to_index < pass->to->count) {
		size_t shared = scope ? 0 : shared_views(pass);
		const struct monitor_view *before;
		enum walk how;

		if (shared) {
			pass->from_index = pass->to_index += shared;
			pass->at += shared;
			continue;
		}
		how = pass->next ? WALK_FOUND : walk(pass->to, &pass->to_index, scope, looks, &pass->next);
		if (how != WALK_FOUND)
			return how == WALK_END;
		if (walk(pass->from, &pass->from_index, scope, looks, &before) == WALK_TIRED)
			return false;
		assert(pass->next->spec);
		if (before != pass->next)	/* the same place of a page that both share */
			put_view(pass, before, pass->next, out);
		pass->next = NULL;
		pass->at++;
		if (out->length > begin && out->length >= room)
			return false;
	}
	return true;
}

bool wire_pass_step(struct wire_pass *pass, const struct wire_scope *scope, bool health_only, enum access_role role, size_t room,
    struct buf *out)
{
	size_t looks = LOOKS_A_STEP;

	assert(pass->began);
	if (!(health_only ? count_states(pass, scope, &looks) : put_views(pass, scope, &looks, room, out)))
		return false;
	put_board(pass, scope, health_only, role, out);
	return true;
}

void wire_pass_finish(struct wire_pass *pass)
{
	snapshot_release(pass->from);
	snapshot_release(pass->to);
	*pass = (struct wire_pass){ 0 };
}
