/*
 * Themes as values: a palette, roles that name colours and attributes, glyphs. A file is read by conf (libconfig), a role becomes
 * terminal attributes in the screen. The default theme is built in. Pure but for theme_load().
 */
#ifndef KUMATOP_THEME_H
#define KUMATOP_THEME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/error.h"

/*  role              parent (TEXT: the root)   word in a theme file */
#define ROLE_TABLE(X) \
	X(TEXT,           TEXT,        "text") \
	X(TEXT_DIM,       TEXT,        "text-dim") \
	X(TEXT_STRONG,    TEXT,        "text-strong") \
	X(HEADER,         TEXT,        "header") \
	X(HEADER_KEY,     TEXT_DIM,    "header-key") \
	X(CLOCK,          HEADER,      "clock") \
	X(TABLE_HEAD,     TEXT,        "table-head") \
	X(TABLE_SORT,     TABLE_HEAD,  "table-sort") \
	X(CURSOR,         TEXT,        "cursor") \
	X(TAGGED,         TEXT_STRONG, "tagged") \
	X(STATE_UP,       TEXT,        "state-up") \
	X(STATE_DEGRADED, TEXT,        "state-degraded") \
	X(STATE_PENDING,  TEXT,        "state-pending") \
	X(STATE_DOWN,     TEXT,        "state-down") \
	X(STATE_MAINTENANCE, TEXT,     "state-maintenance") \
	X(STATE_PAUSED,   TEXT,        "state-paused") \
	X(STATE_UNKNOWN,  TEXT,        "state-unknown") \
	X(STATE_NONE,     TEXT_DIM,    "state-none") \
	X(BEAT_UP,        STATE_UP,    "beat-up") \
	X(BEAT_DEGRADED,  STATE_DEGRADED, "beat-degraded") \
	X(BEAT_PENDING,   STATE_PENDING,  "beat-pending") \
	X(BEAT_DOWN,      STATE_DOWN,     "beat-down") \
	X(BEAT_MAINTENANCE, STATE_MAINTENANCE, "beat-maintenance") \
	X(BEAT_PAUSED,    STATE_PAUSED,   "beat-paused") \
	X(BEAT_UNKNOWN,   STATE_UNKNOWN,  "beat-unknown") \
	X(BEAT_NONE,      STATE_NONE,     "beat-none") \
	X(BANNER,         STATE_DOWN,  "banner") \
	X(NAME_DOWN,      STATE_DOWN,  "name-down") \
	X(SPARK,          TEXT,        "spark") \
	X(SPARK_GAP,      STATE_DOWN,  "spark-gap") \
	X(GRAPH_LINE,     TEXT,        "graph-line") \
	X(GRAPH_BAND,     GRAPH_LINE,  "graph-band") \
	X(GRAPH_AXIS,     TEXT_DIM,    "graph-axis") \
	X(GRAPH_LABEL,    TEXT_DIM,    "graph-label") \
	X(CERT_OK,        TEXT,        "cert-ok") \
	X(CERT_WARN,      STATE_DEGRADED, "cert-warn") \
	X(CERT_BAD,       STATE_DOWN,  "cert-bad") \
	X(EVENT_TIME,     TEXT_DIM,    "event-time") \
	X(EVENT_CONFIG,   TEXT_DIM,    "event-config") \
	X(KEYBAR,         TEXT,        "keybar") \
	X(KEYBAR_KEY,     TABLE_HEAD,  "keybar-key") \
	X(PROMPT,         TEXT,        "prompt") \
	X(MATCH,          CURSOR,      "match") \
	X(INPUT,          TEXT,        "input") \
	X(INPUT_CURSOR,   CURSOR,      "input-cursor") \
	X(INPUT_ERROR,    STATE_DOWN,  "input-error") \
	X(PLACEHOLDER,    TEXT_DIM,    "placeholder") \
	X(BUTTON,         TEXT,        "button") \
	X(BUTTON_FOCUS,   CURSOR,      "button-focus") \
	X(DIALOG,         TEXT,        "dialog") \
	X(DIALOG_TITLE,   TABLE_HEAD,  "dialog-title") \
	X(DIALOG_DANGER,  STATE_DOWN,  "dialog-danger") \
	X(TOAST_OK,       STATE_UP,    "toast-ok") \
	X(TOAST_WARN,     STATE_DEGRADED, "toast-warn") \
	X(TOAST_ERROR,    STATE_DOWN,  "toast-error") \
	X(LINK,           TEXT,        "link")

enum role {
#define X(name, parent, word) ROLE_##name,
	ROLE_TABLE(X)
#undef X
	ROLE_COUNT
};

struct theme_color {
	bool is_default;	/* the terminal's own */
	uint32_t rgb;		/* 0xRRGGBB */
	int16_t xterm256, ansi16, ansi8;
};

enum theme_attribute {
	THEME_BOLD = 1, THEME_DIM = 2, THEME_ITALIC = 4, THEME_UNDERLINE = 8, THEME_REVERSE = 16, THEME_STANDOUT = 32, THEME_BLINK = 64
};

/* Everything resolved: parents and inheritance are done. */
struct theme_style {
	struct theme_color foreground, background;
	unsigned attributes;		/* enum theme_attribute */
	unsigned mono_attributes;	/* instead of all of that where there is no colour */
};

enum { THEME_NAME_SIZE = 64 };

struct theme {
	char name[THEME_NAME_SIZE];
	bool dark;
	struct theme_style styles[ROLE_COUNT];
};

extern const char *const role_words[ROLE_COUNT];

/*
 * A theme by name ("light") or path (has a slash), searched in $XDG_CONFIG_HOME/kumatop/themes, themes/ beside the program, the
 * installed themes, and the built-in default. "auto" is the default: what the terminal shows is the screen's to find out. Reads
 * files, so never on a loop. On failure *theme is the built-in default and err names the file and line.
 */
bool theme_load(const char *name, struct theme *theme, struct error *err);

/* The names that theme_load() would find, sorted, for the menu. *names is a heap list of heap texts. */
void theme_list(char ***names, size_t *count);

/* How far apart two colours 0xRRGGBB look (CIEDE2000: 2 is just seen), and their contrast as WCAG counts it (1 to 21). */
double theme_distance(uint32_t rgb, uint32_t other);
double theme_contrast(uint32_t rgb, uint32_t other);

#endif
