/*
 * The table of actions as data, and the names of keys.
 */
#include "action.h"

#include <stdio.h>
#include <string.h>

#include "input.h"

#include "kumatop/text.h"

const struct action_row action_rows[ACTION_COUNT] = {
	[ACTION_NONE] = { "none", "", "", 0, "" },
#define X(name, word, label, keys, places, help) [ACTION_##name] = { word, label, keys, places, help },
	ACTION_TABLE(X)
#undef X
};

static const struct {
	uint32_t key;
	const char *name;
	const char *sign;	/* shorter, for terminals that have it; NULL: the name */
} key_names[] = {
	{ KEYPRESS_UP, "Up", "↑" },
	{ KEYPRESS_DOWN, "Down", "↓" },
	{ KEYPRESS_LEFT, "Left", "←" },
	{ KEYPRESS_RIGHT, "Right", "→" },
	{ KEYPRESS_HOME, "Home", NULL },
	{ KEYPRESS_END, "End", NULL },
	{ KEYPRESS_PAGE_UP, "PgUp", NULL },
	{ KEYPRESS_PAGE_DOWN, "PgDn", NULL },
	{ KEYPRESS_INSERT, "Ins", NULL },
	{ KEYPRESS_DELETE, "Del", NULL },
	{ KEYPRESS_BACKSPACE, "Backspace", NULL },
	{ KEYPRESS_TAB, "Tab", NULL },
	{ KEYPRESS_BACKTAB, "S-Tab", NULL },
	{ KEYPRESS_ENTER, "Enter", "↵" },
	{ KEYPRESS_ESCAPE, "Esc", NULL },
	{ ' ', "Space", NULL },
	{ KEYPRESS_F1, "F1", NULL },
	{ KEYPRESS_F1 + 1, "F2", NULL },
	{ KEYPRESS_F1 + 2, "F3", NULL },
	{ KEYPRESS_F1 + 3, "F4", NULL },
	{ KEYPRESS_F1 + 4, "F5", NULL },
	{ KEYPRESS_F1 + 5, "F6", NULL },
	{ KEYPRESS_F1 + 6, "F7", NULL },
	{ KEYPRESS_F1 + 7, "F8", NULL },
	{ KEYPRESS_F1 + 8, "F9", NULL },
	{ KEYPRESS_F1 + 9, "F10", NULL },
	{ KEYPRESS_F1 + 10, "F11", NULL },
	{ KEYPRESS_F12, "F12", NULL },
};

enum { KEY_NAME_COUNT = sizeof key_names / sizeof *key_names };

uint32_t key_by_name(const char *name, size_t length)
{
	uint32_t point;

	for (size_t i = 0; i < KEY_NAME_COUNT; i++)
		if (strlen(key_names[i].name) == length && memcmp(key_names[i].name, name, length) == 0)
			return key_names[i].key;
	if (length == 2 && name[0] == '^' && name[1] >= '@' && name[1] <= '_')
		return KEYPRESS_CTRL(name[1]);
	if (length && text_decode(name, length, &point) == length)
		return point;
	return 0;
}

char *key_print(uint32_t key, bool utf8, char *out, size_t size)
{
	const char *alt = key & KEYPRESS_ALT ? "M-" : "";
	char bytes[5] = "";

	key &= ~(uint32_t)KEYPRESS_ALT;
	for (size_t i = 0; i < KEY_NAME_COUNT; i++)
		if (key_names[i].key == key) {
			snprintf(out, size, "%s%s", alt, utf8 && key_names[i].sign ? key_names[i].sign : key_names[i].name);
			return out;
		}
	if (key < 0x20)
		snprintf(out, size, "%s^%c", alt, (char)(key + '@'));
	else if (key < 0x80 || (utf8 && key < KEYPRESS_UP && text_point_width(key) > 0)) {
		bytes[text_encode(key, bytes)] = '\0';
		snprintf(out, size, "%s%s", alt, bytes);
	} else {
		snprintf(out, size, "%sthis key", alt);
	}
	return out;
}

uint32_t action_key(enum action action, size_t n)
{
	const char *keys = action_rows[action].keys;

	for (;;) {
		size_t length = strcspn(keys, " ");

		if (!length)
			return 0;
		if (n-- == 0)
			return key_by_name(keys, length);
		keys += length;
		keys += *keys == ' ';
	}
}

enum action action_for_key(unsigned place, uint32_t key)
{
	for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
		if (!(action_rows[i].places & place))
			continue;
		for (size_t n = 0;; n++) {
			uint32_t bound = action_key((enum action)i, n);

			if (!bound)
				break;
			if (bound == key)
				return (enum action)i;
		}
	}
	return ACTION_NONE;
}
