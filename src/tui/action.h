/*
 * What a person can ask for, in one table: the word for configuration, the label in the key bar, the sentence in the help, the
 * default keys and the views that know it. Key bar and help are made from it; a test fails when a key is bound twice in a view.
 * To add an action: a row here, and a case in act() of the views it names.
 */
#ifndef KUMATOP_TUI_ACTION_H
#define KUMATOP_TUI_ACTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where an action is known; a view is one bit. */
enum place {
	IN_LIST = 1 << 0,
	IN_DETAIL = 1 << 1,
	IN_EVENTS = 1 << 2,
	IN_HELP = 1 << 3,
	IN_MENU = 1 << 4,	/* a list to choose from: sort, theme */
	IN_FORM = 1 << 5,	/* fields to fill; letters are text */
	IN_QUESTION = 1 << 6,	/* yes or no */
	IN_EVIDENCE = 1 << 7,	/* a page of text to scroll: why, messages */
	IN_PROMPT = 1 << 8,	/* the line being typed at the bottom: filter, find */
	IN_PAGES = IN_LIST | IN_EVENTS | IN_HELP | IN_EVIDENCE,
	IN_MONITOR = IN_LIST | IN_DETAIL,
	IN_VIEWS = IN_LIST | IN_DETAIL | IN_EVENTS | IN_HELP | IN_EVIDENCE,
	IN_ALL = IN_VIEWS | IN_MENU | IN_FORM | IN_QUESTION | IN_PROMPT,
};

/* Keys are divided by blanks; names as in key_names of action.c, "^X" is control, anything else one character. */
/*        name            word              label      keys            places        help */
#define ACTION_TABLE(X) \
	X(UP,             "up",             "Up",      "Up k",         IN_VIEWS | IN_MENU, "one up") \
	X(DOWN,           "down",           "Down",    "Down j",       IN_VIEWS | IN_MENU, "one down") \
	X(PAGE_UP,        "page-up",        "",        "PgUp ^B",      IN_VIEWS,     "a page up") \
	X(PAGE_DOWN,      "page-down",      "",        "PgDn ^F",      IN_VIEWS,     "a page down") \
	X(HALF_UP,        "half-up",        "",        "^U",           IN_VIEWS,     "half a page up") \
	X(HALF_DOWN,      "half-down",      "",        "^D",           IN_VIEWS,     "half a page down") \
	X(TOP,            "top",            "",        "Home g",       IN_VIEWS,     "to the top") \
	X(BOTTOM,         "bottom",         "",        "End G",        IN_VIEWS,     "to the bottom") \
	X(LEFT,           "left",           "",        "Left h",       IN_LIST | IN_DETAIL | IN_EVENTS, "back in time: a graph, or a past board by a minute") \
	X(RIGHT,          "right",          "",        "Right l",      IN_LIST | IN_DETAIL | IN_EVENTS, "forward in time") \
	X(EVENT_BEFORE,   "event-before",   "",        "{",            IN_LIST | IN_DETAIL | IN_EVENTS, "the board as of the event before") \
	X(EVENT_AFTER,    "event-after",    "",        "}",            IN_LIST | IN_DETAIL | IN_EVENTS, "the board as of the event after") \
	X(OPEN,           "open",           "Open",    "Enter",        IN_LIST | IN_EVENTS | IN_MENU | IN_QUESTION, "open, or choose") \
	X(QUIT,           "quit",           "Quit",    "q",            IN_VIEWS | IN_MENU, "back; in the list: quit; asks before checks stop") \
	X(BACK,           "back",           "Back",    "Esc",          IN_ALL,       "close, clear the filter, go back; never quits") \
	X(QUIT_NOW,       "quit-now",       "",        "Q",            IN_LIST | IN_DETAIL | IN_EVENTS | IN_QUESTION, \
	    "quit from anywhere, and leave a summary; twice stops") \
	X(HELP,           "help",           "Help",    "? F1",         IN_VIEWS,     "this help") \
	X(FILTER,         "filter",         "Filter",  "/ F4 \\",      IN_LIST,      "show only what matches; stays until Esc") \
	X(SEARCH,         "search",         "Search",  "/",            IN_HELP | IN_EVENTS | IN_EVIDENCE, "show only lines with this text") \
	X(FIND,           "find",           "Find",    "F3",           IN_LIST,      "find by name, without filtering") \
	X(FIND_NEXT,      "find-next",      "",        "n",            IN_LIST,      "next that was looked for") \
	X(FIND_PREVIOUS,  "find-previous",  "",        "N",            IN_LIST,      "previous that was looked for") \
	X(SORT,           "sort",           "Sort",    "s F6",         IN_LIST,      "choose the order") \
	X(SORT_LEFT,      "sort-left",      "",        "<",            IN_LIST,      "order by the previous column") \
	X(SORT_RIGHT,     "sort-right",     "",        ">",            IN_LIST,      "order by the next column") \
	X(SORT_INVERT,    "sort-invert",    "",        "I",            IN_LIST | IN_MENU, "invert the order") \
	X(ADD,            "add",            "Add",     "a F7",         IN_LIST,      "add a monitor (a pasted URL does so too)") \
	X(EDIT,           "edit",           "Edit",    "e F8",         IN_MONITOR,   "edit the monitor") \
	X(CLONE,          "clone",          "Clone",   "c",            IN_MONITOR,   "add a monitor like this one") \
	X(DELETE,         "delete",         "Delete",  "Del",          IN_MONITOR,   "delete the monitor, after a question") \
	X(PAUSE,          "pause",          "Pause",   "p F9",         IN_MONITOR,   "pause or resume; u undoes it") \
	X(CHECK,          "check",          "Run",     "r",            IN_MONITOR,   "check now; the result counts") \
	X(CHECK_ALL,      "check-all",      "",        "R",            IN_LIST,      "check all that are shown now") \
	X(ACKNOWLEDGE,    "acknowledge",    "Ack",     "A",            IN_MONITOR,   "take a DOWN monitor on, or take that back") \
	X(WHY,            "why",            "Why",     "v",            IN_MONITOR | IN_EVENTS, "everything known of the last failure") \
	X(EVENTS,         "events",         "Log",     "L",            IN_MONITOR,   "events; of this monitor in its detail view") \
	X(UNDO,           "undo",           "",        "u",            IN_MONITOR,   "undo the last pause or resume") \
	X(FOLLOW,         "follow",         "",        "f",            IN_LIST | IN_EVENTS, "follow the selected monitor, or the newest event") \
	X(FREEZE,         "freeze",         "",        "Z",            IN_VIEWS,     "freeze the picture; checks go on; Z or Esc ends it") \
	X(PAST,           "past",           "Past",    "@",            IN_VIEWS,     "the board at a past time: @03:12, @-2h; Esc: now") \
	X(MARK,           "mark",           "",        "Space",        IN_LIST,      "mark; actions act on all that are marked") \
	X(UNMARK,         "unmark",         "",        "U",            IN_LIST,      "unmark all") \
	X(PROBLEMS,       "problems",       "",        "2",            IN_LIST,      "show only problems") \
	X(EVERYTHING,     "everything",     "",        "1",            IN_LIST,      "show all monitors") \
	X(OTHER_VIEW,     "other-view",     "",        "Tab",          IN_LIST,      "all monitors, or only problems") \
	X(BAR_RANGE,      "bar-range",      "",        "b",            IN_LIST,      "what a bar shows: beats, 1 h, 24 h") \
	X(SPLIT,          "split",          "",        "w",            IN_LIST,      "the detail beside the list, from 160x48 on") \
	X(SHORTER,        "shorter",        "",        "[",            IN_MONITOR,   "a shorter range of the graph") \
	X(LONGER,         "longer",         "Range",   "]",            IN_MONITOR,   "a longer range of the graph") \
	X(SCALE,          "scale",          "",        "S",            IN_MONITOR,   "linear or logarithmic scale") \
	X(KIND,           "event-kind",     "Kind",    "Tab",          IN_EVENTS,    "show other kinds of events") \
	X(THEME,          "theme",          "",        "T",            IN_VIEWS,     "next theme") \
	X(CLOCK,          "clock",          "",        "C",            IN_VIEWS,     "local time or UTC") \
	X(REPAINT,        "repaint",        "",        "^L",           IN_ALL,       "paint the whole screen again") \
	X(SUSPEND,        "suspend",        "",        "^Z",           IN_ALL,       "suspend; checks go on where history is kept on disk") \
	X(CANCEL,         "cancel",         "",        "^C",           IN_ALL,       "cancel; twice quits") \
	X(YES,            "yes",            "Yes",     "y",            IN_QUESTION,  "yes") \
	X(NO,             "no",             "No",      "n q",          IN_QUESTION,  "no") \
	X(INSTEAD,        "instead",        "",        "p",            IN_QUESTION,  "the other way out, where one is offered") \
	X(LEAVE,          "leave",          "",        "l",            IN_QUESTION,  "leave kumatop, and let the checks go on") \
	X(NEXT_FIELD,     "next-field",     "",        "Tab Down",     IN_FORM,      "next field") \
	X(PREVIOUS_FIELD, "previous-field", "",        "S-Tab Up",     IN_FORM,      "previous field") \
	X(ENTER_FIELD,    "enter-field",    "",        "Enter",        IN_FORM,      "save when nothing is missing, else the next field") \
	X(SAVE,           "save",           "Save",    "^S",           IN_FORM,      "save") \
	X(TEST,           "test",           "Test",    "^T",           IN_FORM,      "check once without saving")

enum action {
	ACTION_NONE,
#define X(name, word, label, keys, places, help) ACTION_##name,
	ACTION_TABLE(X)
#undef X
	ACTION_COUNT
};

struct action_row {
	const char *word;
	const char *label;	/* "" when it has no place in a key bar */
	const char *keys;
	unsigned places;
	const char *help;
};

extern const struct action_row action_rows[ACTION_COUNT];

/* ACTION_NONE when the key is not bound in that place. */
enum action action_for_key(unsigned place, uint32_t key);

/* The n-th key of an action, 0 if it has no more. */
uint32_t action_key(enum action action, size_t n);

/* A key as people read it: "p", "F9", "^L", "Enter" (or an arrow: "↵", "↑" with utf8). Returns out. */
char *key_print(uint32_t key, bool utf8, char *out, size_t size);

/* 0 when the name is of no key. */
uint32_t key_by_name(const char *name, size_t length);

#endif
