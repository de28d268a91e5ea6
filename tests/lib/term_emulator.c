/* See term_emulator.h. */
#include "term_emulator.h"

#include <stdlib.h>
#include <string.h>

#include "kumatop/text.h"

enum { DIM_FONT = 2 };	/* see rewrite_sgr() */

static int set_property(VTermProp property, VTermValue *value, void *user)
{
	struct emulator *emulator = user;

	if (property == VTERM_PROP_TITLE)
		text_copy(emulator->title, sizeof emulator->title, value->string);
	return 1;
}

static int ring(void *user)
{
	((struct emulator *)user)->bells++;
	return 1;
}

void emulator_init(struct emulator *emulator, int rows, int cols)
{
	static const VTermScreenCallbacks callbacks = { .settermprop = set_property, .bell = ring };

	*emulator = (struct emulator){ 0 };
	emulator->vterm = vterm_new(rows, cols);
	vterm_set_utf8(emulator->vterm, 1);
	emulator->screen = vterm_obtain_screen(emulator->vterm);
	vterm_screen_set_callbacks(emulator->screen, &callbacks, emulator);
	vterm_screen_enable_altscreen(emulator->screen, 1);
	vterm_screen_reset(emulator->screen, 1);
}

void emulator_finish(struct emulator *emulator)
{
	if (emulator->vterm)
		vterm_free(emulator->vterm);
	emulator->vterm = NULL;
}

size_t emulator_reply(struct emulator *emulator, char *out, size_t size)
{
	static const char sync_is_known[] = "\x1b[?2026;2$y";
	size_t length = vterm_output_read(emulator->vterm, out, size);

	if (!emulator->asked_for_sync || size - length < sizeof sync_is_known)
		return length;
	emulator->asked_for_sync = false;
	memcpy(out + length, sync_is_known, sizeof sync_is_known - 1);
	return length + sizeof sync_is_known - 1;
}

static void set_mode(struct emulator *emulator, long number, bool on)
{
	struct term_modes *modes = &emulator->modes;

	switch (number) {
	case 1:
		modes->app_cursor = on;
		break;
	case 7:
		modes->wrap_off = !on;
		break;
	case 25:
		modes->cursor_hidden = !on;
		break;
	case 47:
	case 1047:
	case 1049:
		modes->alt_screen = on;
		break;
	case 9:
	case 1000:
	case 1002:
	case 1003:
		modes->mouse = on;
		break;
	case 1004:
		modes->focus = on;
		break;
	case 2004:
		modes->bracketed_paste = on;
		break;
	case 2026:
		emulator->syncs += on && !modes->sync;
		modes->sync = on;
		break;
	default:
		break;
	}
}

/* sequence is "?25;1004" */
static void set_modes(struct emulator *emulator, const char *sequence, bool on)
{
	char *end;

	do {
		set_mode(emulator, strtol(sequence + 1, &end, 10), on);
		sequence = end;
	} while (*sequence == ';');
}

/* How many numbers behind a 38 or 48 belong to it. */
static int colour_numbers(const char *behind)
{
	long kind = *behind ? strtol(behind + 1, NULL, 10) : 0;

	return kind == 5 ? 2 : kind == 2 ? 4 : 0;
}

/*
 * libvterm forgets "dim", but keeps the font of every cell, which no program of ours sets: 2 (dim) is told to it as the font 2,
 * 22 (neither bold nor dim) gets a "font 0" beside it.
 */
static void rewrite_sgr(const char *sequence, char out[2 * SEQUENCE])
{
	size_t used = 0;
	int foreign = 0;

	while (*sequence) {
		size_t n = strcspn(sequence, ";:");
		char *end;
		long number = strtol(sequence, &end, 10);
		bool ours = !foreign && (end == sequence + n);

		if (ours && n && number == 2)
			used += (size_t)snprintf(out + used, 2 * SEQUENCE - used, "%d", 10 + DIM_FONT);
		else if (ours && number == 22)
			used += (size_t)snprintf(out + used, 2 * SEQUENCE - used, "22;10");
		else {
			memcpy(out + used, sequence, n);
			used += n;
		}
		if (foreign)
			foreign--;
		else if (number == 38 || number == 48)
			foreign = colour_numbers(sequence + n);
		sequence += n;
		if (*sequence)
			out[used++] = *sequence++;
	}
	out[used] = '\0';
}

static void pass(struct emulator *emulator, const char *data, size_t length)
{
	(void)vterm_input_write(emulator->vterm, data, length);
}

static void end_control(struct emulator *emulator, char final)
{
	char sgr[2 * SEQUENCE];
	const char *sequence = emulator->sequence;

	emulator->sequence[emulator->length] = '\0';
	if (*sequence == '?' && (final == 'h' || final == 'l'))
		set_modes(emulator, sequence, final == 'h');
	/* libvterm would answer that it does not know this mode. */
	if (final == 'p' && strcmp(sequence, "?2026$") == 0) {
		emulator->asked_for_sync = true;
		return;
	}
	if (final == 'm' && emulator->length == strspn(sequence, "0123456789;:")) {
		rewrite_sgr(sequence, sgr);
		sequence = sgr;
	}
	pass(emulator, "\x1b[", 2);
	pass(emulator, sequence, strlen(sequence));
	pass(emulator, &final, 1);
}

static void end_escape(struct emulator *emulator, char final)
{
	const char bytes[2] = { '\x1b', final };

	if (final == '=' || final == '>')
		emulator->modes.app_keypad = final == '=';
	if (final == 'c')
		emulator->modes = (struct term_modes){ 0 };
	pass(emulator, bytes, 2);
}

static void add_to_sequence(struct emulator *emulator, char c)
{
	if (emulator->length < SEQUENCE - 1)
		emulator->sequence[emulator->length++] = c;
}

/* libvterm 0.1.4 forgets a string that comes in several pieces, so it gets it in one; a very long one is cut. */
static void end_string(struct emulator *emulator)
{
	emulator->state = GROUND;
	pass(emulator, emulator->sequence, emulator->length);
	if (emulator->length == SEQUENCE - 1)
		pass(emulator, "\x1b\\", 2);
}

/* The byte of a sequence; what is not one goes to libvterm in whole stretches. */
static void feed_byte(struct emulator *emulator, char c)
{
	switch (emulator->state) {
	case GROUND:
		break;
	case ESCAPE:
		emulator->state = GROUND;
		if (c == '[') {
			emulator->state = CONTROL;
			emulator->length = 0;
			return;
		}
		if (c && strchr("]P^_X", c)) {
			emulator->state = STRING;
			emulator->length = 0;
			add_to_sequence(emulator, '\x1b');
			add_to_sequence(emulator, c);
			return;
		}
		end_escape(emulator, c);
		return;
	case CONTROL:
		if (c >= 0x40 && c <= 0x7e) {
			emulator->state = GROUND;
			end_control(emulator, c);
		} else if (c == '\x1b')
			emulator->state = ESCAPE;	/* given up */
		else if (c < 0x20)
			pass(emulator, &c, 1);	/* a control inside a sequence is carried out */
		else
			add_to_sequence(emulator, c);
		return;
	case STRING:
		if (c == '\x1b')
			emulator->state = STRING_ESCAPE;
		else
			add_to_sequence(emulator, c);
		if (c == '\a')
			end_string(emulator);
		return;
	case STRING_ESCAPE:
		add_to_sequence(emulator, '\x1b');
		add_to_sequence(emulator, c);
		end_string(emulator);
		return;
	}
}

size_t emulator_feed(struct emulator *emulator, const char *data, size_t length)
{
	const char *begin = data, *end = data + length;

	while (data < end) {
		const char *escape;

		if (emulator->state != GROUND) {
			bool in_update = emulator->modes.sync;

			feed_byte(emulator, *data++);
			if (in_update && !emulator->modes.sync)
				break;
			continue;
		}
		escape = memchr(data, '\x1b', (size_t)(end - data));
		if (!escape)
			escape = end;
		if (escape > data)
			pass(emulator, data, (size_t)(escape - data));
		data = escape;
		if (data < end) {
			emulator->state = ESCAPE;
			data++;
		}
	}
	return (size_t)(data - begin);
}

static struct term_color convert(const VTermColor *color)
{
	struct term_color out = { .kind = TERM_COLOR_DEFAULT };

	if (VTERM_COLOR_IS_DEFAULT_FG(color) || VTERM_COLOR_IS_DEFAULT_BG(color))
		return out;
	if (VTERM_COLOR_IS_INDEXED(color)) {
		out.kind = TERM_COLOR_INDEX;
		out.index = color->indexed.idx;
		return out;
	}
	out.kind = TERM_COLOR_RGB;
	out.red = color->rgb.red;
	out.green = color->rgb.green;
	out.blue = color->rgb.blue;
	return out;
}

struct term_cell emulator_cell(const struct emulator *emulator, int row, int col)
{
	struct term_cell out = { .width = 1 };
	VTermScreenCell cell;
	size_t used = 0, i;

	if (!vterm_screen_get_cell(emulator->screen, (VTermPos){ .row = row, .col = col }, &cell))
		return out;
	for (i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] && cell.chars[i] != UINT32_MAX; i++)
		used += text_encode(cell.chars[i], out.text + used);
	out.width = (unsigned char)cell.width;
	out.fg = convert(&cell.fg);
	out.bg = convert(&cell.bg);
	out.bold = cell.attrs.bold;
	out.dim = cell.attrs.font == DIM_FONT;
	out.italic = cell.attrs.italic;
	out.underline = cell.attrs.underline;
	out.blink = cell.attrs.blink;
	out.reverse = cell.attrs.reverse;
	out.strike = cell.attrs.strike;
	return out;
}
