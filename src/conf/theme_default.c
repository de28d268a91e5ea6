/*
 * The default theme as data, for a kumatop whose theme files are gone or broken. themes/default.theme says the same; a test
 * holds the two together.
 */
#include "draft.h"

#include "color.h"
#include "kumatop/heap.h"

struct palette_row {
	const char *name;
	struct theme_color color;
};

struct role_row {
	enum role role;
	const char *parts[PART_COUNT];
};

static const struct palette_row palette[] = {
	{ "bg",          { .is_default = true, .xterm256 = -1, .ansi16 = -1, .ansi8 = -1 } },
	{ "fg",          { false, 0xC9D1D9, 252, 7, 7 } },
	{ "dim",         { false, 0x8B949E, 246, 8, 7 } },
	{ "accent",      { false, 0x5CDD8B, 78, 10, 2 } },
	{ "sel",         { false, 0x21303F, 236, 4, 4 } },
	{ "ink",         { false, 0x0D1117, 233, 0, 0 } },
	{ "up",          { false, 0x5CDD8B, 78, 10, 2 } },
	{ "degraded",    { false, 0xF8A306, 214, 3, 3 } },
	{ "down",        { false, 0xF0484F, 167, 9, 1 } },
	{ "pending",     { false, 0xD7BA4A, 178, 11, 3 } },
	{ "maintenance", { false, 0x6B8CFF, 69, 12, 4 } },
	{ "paused",      { false, 0x8B949E, 246, 8, 7 } },
	{ "unknown",     { false, 0xD2A8FF, 183, 13, 5 } },
};

static const struct role_row roles[] = {
	{ ROLE_TEXT,              { "fg", "bg", "normal", "normal" } },
	{ ROLE_TEXT_DIM,          { "dim", "-", "normal", "normal" } },
	{ ROLE_TEXT_STRONG,       { "fg", "-", "bold", "bold" } },
	{ ROLE_HEADER,            { "fg", "-", "bold", "bold" } },
	{ ROLE_HEADER_KEY,        { "dim", "-" } },
	{ ROLE_TABLE_HEAD,        { "ink", "accent", "bold", "reverse" } },
	{ ROLE_TABLE_SORT,        { "ink", "fg", "bold", "reverse bold" } },
	{ ROLE_CURSOR,            { "fg", "sel", "bold", "reverse" } },
	{ ROLE_TAGGED,            { "degraded", "-", "bold", "bold" } },
	{ ROLE_STATE_UP,          { "up", "-" } },
	{ ROLE_STATE_DEGRADED,    { "degraded", "-", "bold", "bold" } },
	{ ROLE_STATE_PENDING,     { "pending", "-" } },
	{ ROLE_STATE_DOWN,        { "down", "-", "bold", "reverse bold" } },
	{ ROLE_STATE_MAINTENANCE, { "maintenance", "-", "normal", "underline" } },
	{ ROLE_STATE_PAUSED,      { "paused", "-", "normal", "dim" } },
	{ ROLE_STATE_UNKNOWN,     { "unknown", "-", "bold", "bold" } },
	{ ROLE_SPARK,             { "accent", "-" } },
	{ ROLE_GRAPH_LINE,        { "accent", "-" } },
	{ ROLE_GRAPH_BAND,        { "dim", "-" } },
	{ ROLE_CERT_OK,           { "up", "-" } },
	{ ROLE_PROMPT,            { "fg", "-", "bold", "bold" } },
	{ ROLE_MATCH,             { "ink", "degraded", "normal", "underline" } },
	{ ROLE_INPUT,             { "fg", "sel", "normal", "underline" } },
	{ ROLE_INPUT_CURSOR,      { "ink", "fg", "normal", "reverse" } },
	{ ROLE_BUTTON,            { "fg", "sel", "normal", "normal" } },
	{ ROLE_BUTTON_FOCUS,      { "ink", "accent", "bold", "reverse bold" } },
	{ ROLE_LINK,              { "accent", "-", "underline", "underline" } },
};

void draft_built_in(struct draft *draft)
{
	*draft = (struct draft){ .variant = VARIANT_DARK };
	draft->palette_count = sizeof palette / sizeof *palette;
	draft->palette = heap_zero(draft->palette_count, sizeof *draft->palette);
	for (size_t i = 0; i < draft->palette_count; i++)
		draft->palette[i] = (struct draft_color){ heap_text(palette[i].name), palette[i].color };
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
		struct draft_role *role = &draft->roles[roles[i].role];
		role->given = true;
		for (int part = 0; part < PART_COUNT; part++)
			role->parts[part] = heap_text(roles[i].parts[part]);
	}
}
