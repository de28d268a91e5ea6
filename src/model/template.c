/* Templates: cut into pieces once, put together for each message. */
#include "kumatop/template.h"

#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"

enum { NAME_MOST = 64, PIECES_MOST = 1000, NAMES_MOST = 128 };

/* Text as it stands, or the value of a name. */
struct piece {
	char *text;		/* heap; NULL: a value */
	size_t index;
};

struct template {
	enum template_place place;
	enum template_markup markup;
	const struct template_name *names;
	struct piece *pieces;
	size_t count;
};

/* Takes ownership of text. NOLINTNEXTLINE(readability-non-const-parameter): it is freed with the piece */
static void add_piece(struct template *template, char *text, size_t index)
{
	template->pieces = heap_resize(template->pieces, template->count + 1, sizeof *template->pieces);
	template->pieces[template->count++] = (struct piece){ .text = text, .index = index };
}

static bool unknown(const char *name, const struct template_name *names, struct error *err)
{
	const char *words[NAMES_MOST], *nearest;
	char shown[NAME_MOST];
	size_t count = 0;

	for (; count < NAMES_MOST && names[count].name; count++)
		words[count] = names[count].name;
	text_sanitize(shown, sizeof shown, name, strlen(name));
	nearest = text_nearest(shown, words, count);
	if (nearest)
		return error_set(err, EXIT_CONFIG, "{{%s}} is not known: did you mean {{%s}}?", shown, nearest);
	return error_set(err, EXIT_CONFIG, "{{%s}} is not known: see kumatop alert kinds", shown);
}

/* at stands behind "{{"; returns what is behind "}}", or NULL with err. */
static const char *read_name(struct template *template, const char *at, struct error *err)
{
	const char *end = strstr(at, "}}");
	char name[NAME_MOST];
	size_t length;

	while (*at == ' ')
		at++;
	length = end && end >= at ? (size_t)(end - at) : 0;
	while (length > 0 && at[length - 1] == ' ')
		length--;
	if (!end || length >= sizeof name || length == 0) {
		error_set(err, EXIT_CONFIG, "{{ is not followed by a name and }}: write {{name}}");
		return NULL;
	}
	memcpy(name, at, length);
	name[length] = '\0';
	for (size_t i = 0; template->names[i].name; i++) {
		if (strcmp(template->names[i].name, name) != 0)
			continue;
		add_piece(template, NULL, i);
		return end + 2;
	}
	unknown(name, template->names, err);
	return NULL;
}

struct template *template_parse(const char *text, enum template_place place, enum template_markup markup,
    const struct template_name *names, struct error *err)
{
	struct template *template = heap_zero(1, sizeof *template);

	template->place = place;
	template->markup = markup;
	template->names = names;
	while (text && *text) {
		const char *open = strstr(text, "{{");
		size_t length = open ? (size_t)(open - text) : strlen(text);

		if (length > 0)
			add_piece(template, heap_text_n(text, length), 0);
		text = open ? read_name(template, open + 2, err) : text + length;
		if (text && template->count > PIECES_MOST) {
			error_set(err, EXIT_CONFIG, "holds more than %d values", PIECES_MOST / 2);
			text = NULL;
		}
	}
	if (text)
		return template;
	template_free(template);
	return NULL;
}

void template_free(struct template *template)
{
	if (!template)
		return;
	for (size_t i = 0; i < template->count; i++) {
		if (template->pieces[i].text)	/* a header of somebody's own may hold a secret */
			explicit_bzero(template->pieces[i].text, strlen(template->pieces[i].text));
		free(template->pieces[i].text);
	}
	free(template->pieces);
	free(template);
}

bool template_uses(const struct template *template, size_t index)
{
	for (size_t i = 0; i < template->count; i++) {
		if (!template->pieces[i].text && template->pieces[i].index == index)
			return true;
	}
	return false;
}

void template_render(const struct template *template, const char *const *values, struct buf *out)
{
	for (size_t i = 0; i < template->count; i++) {
		const struct piece *piece = &template->pieces[i];
		const struct template_name *name = piece->text ? NULL : &template->names[piece->index];
		const char *value = name ? values[piece->index] : piece->text;

		if (!name || (name->ready && name->ready_for == template->place))
			buf_add_text(out, value ? value : "");
		else if (value)
			template_escape(value, template->place, name->plain ? MARKUP_NONE : template->markup, out);
	}
}
