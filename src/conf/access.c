/*
 * `access` of kumatop.conf: who is admin, dev or guest, with users and groups looked up. Nothing of it is taken half: whatever is unknown,
 * empty, doubtful or said twice is a fault, because a rule that does not mean what was meant lets somebody in.
 */
#include "kumatop/access.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kumatop/heap.h"
#include "reading.h"
#include "value.h"

enum {
	RECORD_FIRST = 4096,
	RECORD_MOST = 16 << 20,		/* bytes of a record of the user database; a group has all its members in it */
	NAME_MOST = 200,		/* bytes of a user or group as written */
	PLACE_MOST = 1000,		/* bytes of a monitor's group or tag */
};

/* One entry of `dev`, or with `who` alone one of the other roles. */
struct entry_values {
	struct text_list who, groups, tags;
	bool only;
};

/* A group and a tag as a monitor may have them: one that no monitor can have is a slip. */
static bool check_group(const char *text, struct error *err)
{
	return setting_find(spec_settings, NULL, "group")->check(text, err);
}

static bool check_tag(const char *text, struct error *err)
{
	return setting_find(spec_settings, NULL, "tags")->check(text, err);
}

#define FIELD(name) .offset = offsetof(struct entry_values, name)

static const struct setting who_rows[] = {
	[ACCESS_GUEST] = { .name = "guest", .type = SETTING_LIST, FIELD(who), .least = 1, .most = NAME_MOST, .example = "[\"*\"]" },
	[ACCESS_DEV] = { .name = "who", .type = SETTING_LIST, FIELD(who), .least = 1, .most = NAME_MOST, .example = "[\"@payments\"]" },
	[ACCESS_ADMIN] = { .name = "admin", .type = SETTING_LIST, FIELD(who), .least = 1, .most = NAME_MOST, .example = "[\"root\", \"@wheel\"]" },
};

static const struct setting dev_rows[] = {
	{ .name = "who", .type = SETTING_LIST, FIELD(who), .least = 1, .most = NAME_MOST, .example = "[\"@payments\"]" },
	{ .name = "groups", .type = SETTING_LIST, FIELD(groups), .least = 1, .most = PLACE_MOST, .check = check_group, .example = "[\"shop\"]" },
	{ .name = "tags", .type = SETTING_LIST, FIELD(tags), .least = 1, .most = PLACE_MOST, .check = check_tag, .example = "[\"pay\"]" },
	{ .name = "only", .type = SETTING_FLAG, FIELD(only), .example = "true" },
	{ 0 },
};

/* Somebody who was named, to tell of a second time. */
struct named {
	bool group, anybody;
	uint32_t id;
	enum access_role role;
	size_t list;		/* which list of names, counted from 1 */
	int line;
	const char *text;	/* borrowed from the tree */
};

struct access_reading {
	struct reading *reading;
	const struct source *source;
	struct access *access;
	struct named *named;
	size_t named_count;
	size_t lists;
};

/* The whole text as a number of an id; false if it is none. (uint32_t)-1 is no id: it stands for "none" everywhere in the kernel. */
static bool read_number(const char *text, uint32_t *id)
{
	uint64_t value = 0;
	if (*text == '\0' || strspn(text, "0123456789") != strlen(text) || strlen(text) > 10)
		return false;
	for (; *text; text++)
		value = value * 10 + (uint64_t)(*text - '0');
	*id = (uint32_t)value;
	return value < UINT32_MAX;
}

/* 0 found, ENOENT there is none, or why it cannot be said. */
static int find_user(const char *name, uint32_t *id)
{
	struct passwd user, *found = NULL;
	char *record = NULL;
	int result = ERANGE;
	for (size_t room = RECORD_FIRST; result == ERANGE && room <= RECORD_MOST; room *= 2) {
		record = heap_resize(record, room, 1);
		result = getpwnam_r(name, &user, record, room, &found);
	}
	if (result == 0 && found)
		*id = found->pw_uid;
	free(record);
	return result == 0 && !found ? ENOENT : result == ESRCH ? ENOENT : result;
}

static int find_group(const char *name, uint32_t *id)
{
	struct group group, *found = NULL;
	char *record = NULL;
	int result = ERANGE;
	for (size_t room = RECORD_FIRST; result == ERANGE && room <= RECORD_MOST; room *= 2) {
		record = heap_resize(record, room, 1);
		result = getgrnam_r(name, &group, record, room, &found);
	}
	if (result == 0 && found)
		*id = found->gr_gid;
	free(record);
	return result == 0 && !found ? ENOENT : result == ESRCH ? ENOENT : result;
}

/* Digits alone are always a number: somebody who may choose his own name must not become another one by it. */
static bool resolve(struct named *named, const char *text, struct error *err)
{
	named->group = *text == '@';
	const char *name = text + named->group;
	uint32_t other;
	if (*name == '\0')
		return error_set(err, EXIT_CONFIG, "a group is missing behind @: write \"@wheel\"");
	if (strspn(name, "0123456789") == strlen(name)) {
		return read_number(name, &named->id) ||
		    error_set(err, EXIT_CONFIG, "\"%s\" is too large for the number of a %s", text, named->group ? "group" : "user");
	}
	int result = named->group ? find_group(name, &named->id) : find_user(name, &named->id);
	if (result == 0)
		return true;
	const char *what = named->group ? "group" : "user";
	if (result != ENOENT)
		return error_set(err, EXIT_CONFIG, "%s \"%s\" cannot be looked up now: %s", what, name, strerror(result));
	if (!named->group && find_group(name, &other) == 0)
		return error_set(err, EXIT_CONFIG, "there is no user \"%s\" on this machine, but a group: write \"@%s\" if that is meant", name, name);
	if (named->group && find_user(name, &other) == 0)
		return error_set(err, EXIT_CONFIG, "there is no group \"%s\" on this machine, but a user: write \"%s\" if that is meant", name, name);
	return error_set(err, EXIT_CONFIG, "there is no %s \"%s\" on this machine: write one that there is, or its number as \"%s1000\"", what, name,
	    named->group ? "@" : "");
}

/* Whoever is named twice was meant once. Only a dev may stand in several entries: each says where. */
static bool is_new(const struct access_reading *access, const struct named *named, struct error *err)
{
	for (size_t i = 0; i < access->named_count; i++) {
		const struct named *first = &access->named[i];
		if (first->group != named->group || first->anybody != named->anybody || first->id != named->id)
			continue;
		if (first->role == named->role && first->list != named->list)
			continue;
		bool other_words = strcmp(first->text, named->text) != 0;
		if (first->list == named->list) {
			return error_set(err, EXIT_CONFIG, "\"%s\" stands here already%s%s%s: take one out", named->text, other_words ? ", as \"" : "",
			    other_words ? first->text : "", other_words ? "\"" : "");
		}
		return error_set(err, EXIT_CONFIG, "\"%s\" is %s already%s%s%s, on line %d: give one role only", named->text,
		    access_role_word((int)first->role), other_words ? ", as \"" : "", other_words ? first->text : "", other_words ? "\"" : "",
		    first->line);
	}
	return true;
}

/* One name into the rule. */
static bool take_name(struct access_reading *access, struct named named, struct access_rule *rule, struct error *err)
{
	named.anybody = strcmp(named.text, "*") == 0;
	if (named.anybody && named.role != ACCESS_GUEST)
		return error_set(err, EXIT_CONFIG, "\"*\" is everybody, who can be guest alone: name users and \"@groups\"");
	if (!named.anybody && !resolve(&named, named.text, err))
		return false;
	if (!is_new(access, &named, err))
		return false;
	access->named = heap_resize(access->named, access->named_count + 1, sizeof *access->named);
	access->named[access->named_count++] = named;
	if (named.anybody)
		rule->anybody = true;
	else if (named.group)
		access_rule_add_gid(rule, named.id);
	else
		access_rule_add_uid(rule, named.id);
	return true;
}

/* The names that stand at a setting, into the rule; complains and goes on. */
static void take_names(struct access_reading *access, config_setting_t *at, const char *label, const struct text_list *who, struct access_rule *rule)
{
	struct error err;
	access->lists++;
	for (size_t i = 0; i < who->count; i++) {
		/* The tree's text, which outlives the list's; a number has none. */
		config_setting_t *item = config_setting_is_aggregate(at) ? config_setting_get_elem(at, (unsigned)i) : at;
		const char *text = config_setting_get_string(item);
		struct named named = { .role = rule->role, .list = access->lists, .line = setting_line(item), .text = text };
		if (!text)
			error_set(&err, EXIT_CONFIG, "write \"%s\", in quotes", who->items[i]);
		if (!text || !take_name(access, named, rule, &err))
			reading_fault(access->reading, access->source, item, label, "%s: %s", config_setting_name(at), err.text);
	}
}

/* A list with at least one entry; says so if it is not. */
static bool take_list(struct access_reading *access, const struct setting *row, struct entry_values *values, config_setting_t *at, const char *label)
{
	struct error err;
	if (!value_apply(row, values, at, &err))
		reading_fault(access->reading, access->source, at, label, "%s", err.text);
	else if (row->type == SETTING_LIST && ((struct text_list *)(void *)((char *)values + row->offset))->count == 0)
		reading_fault(access->reading, access->source, at, label, "%s: is empty: write %s = %s; or take it out", row->name, row->name, row->example);
	else
		return true;
	return false;
}

/* `admin` or `guest`. */
static void read_names(struct access_reading *access, config_setting_t *at, enum access_role role)
{
	struct entry_values values = { 0 };
	if (take_list(access, &who_rows[role], &values, at, "access"))
		take_names(access, at, "access", &values.who, access_add_rule(access->access, role));
	text_list_finish(&values.who);
}

static void say_unknown(struct access_reading *access, config_setting_t *at, const char *label, const char *const *words, size_t count)
{
	char *told = unknown_word_among(config_setting_name(at), words, count);
	reading_fault(access->reading, access->source, at, label, "%s", told);
	free(told);
}

static void read_dev_settings(struct access_reading *access, config_setting_t *group, const char *label, struct entry_values *values)
{
	static const char *const words[] = { "who", "groups", "tags", "only" };
	for (int i = 0; i < config_setting_length(group); i++) {
		config_setting_t *child = config_setting_get_elem(group, (unsigned)i);
		const struct setting *row = setting_find(dev_rows, NULL, config_setting_name(child));
		if (row)
			take_list(access, row, values, child, label);
		else
			say_unknown(access, child, label, words, sizeof words / sizeof *words);
	}
}

static void read_dev(struct access_reading *access, config_setting_t *group, size_t number)
{
	struct entry_values values = { 0 };
	char *label = heap_print("access: dev %zu", number);
	if (!config_setting_is_group(group)) {
		reading_fault(access->reading, access->source, group, label, "write { who = [\"@payments\"]; groups = [\"shop\"]; }");
		free(label);
		return;
	}
	settings_init(dev_rows, &values);
	read_dev_settings(access, group, label, &values);
	config_setting_t *who = config_setting_get_member(group, "who");
	if (!who)
		reading_fault(access->reading, access->source, group, label, "who is missing: write who = [\"@payments\"];");
	if (!config_setting_get_member(group, "groups") && !config_setting_get_member(group, "tags"))
		reading_fault(access->reading, access->source, group, label, "does not say for which monitors: write groups = [\"shop\"]; or tags = [\"pay\"];");

	struct access_rule *rule = access_add_rule(access->access, ACCESS_DEV);
	if (who)
		take_names(access, who, label, &values.who, rule);
	rule->groups = values.groups;
	rule->tags = values.tags;
	rule->only = values.only;
	text_list_finish(&values.who);
	free(label);
}

static void read_devs(struct access_reading *access, config_setting_t *list)
{
	int count = config_setting_length(list);
	if (config_setting_type(list) != CONFIG_TYPE_LIST || count == 0) {
		reading_fault(access->reading, access->source, list, "access", "dev: write dev: ( { who = [\"@payments\"]; groups = [\"shop\"]; } );%s",
		    config_setting_is_aggregate(list) && count == 0 ? " or take it out" : "");
		return;
	}
	for (int i = 0; i < count; i++)
		read_dev(access, config_setting_get_elem(list, (unsigned)i), (size_t)i + 1);
}

struct access *access_read(struct reading *reading, const struct source *source, config_setting_t *group)
{
	static const char *const words[] = { "admin", "dev", "guest" };
	size_t before = reading->faults.count;
	if (!config_setting_is_group(group)) {
		reading_fault(reading, source, group, NULL, "access: write access: { admin = [\"root\", \"@wheel\"]; guest = [\"*\"]; };");
		return NULL;
	}
	struct access_reading access = { .reading = reading, .source = source, .access = access_create(geteuid()) };
	for (int i = 0; i < config_setting_length(group); i++) {
		config_setting_t *child = config_setting_get_elem(group, (unsigned)i);
		const char *name = config_setting_name(child);
		if (strcmp(name, "dev") == 0)
			read_devs(&access, child);
		else if (strcmp(name, "admin") == 0 || strcmp(name, "guest") == 0)
			read_names(&access, child, *name == 'a' ? ACCESS_ADMIN : ACCESS_GUEST);
		else
			say_unknown(&access, child, "access", words, sizeof words / sizeof *words);
	}
	if (!config_setting_get_member(group, "admin"))
		reading_fault(reading, source, group, NULL, "access: admin is missing: write admin = [\"root\", \"@wheel\"];");
	free(access.named);
	if (reading->faults.count == before)
		return access.access;
	access_release(access.access);
	return NULL;
}
