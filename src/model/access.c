/* Roles and actions as one table, and what the rules of an installation make of somebody. Pure: it asks neither kernel nor user database. */
#include "kumatop/access.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kumatop/heap.h"
#include "kumatop/text.h"

static const char *const role_words[ACCESS_ROLE_COUNT] = { "none", "guest", "dev", "admin" };

struct action_row {
	const char *word, *sentence;
	enum access_role least;
};

static const struct action_row actions[ACCESS_ACTION_COUNT] = {
#define X(name, word, least, sentence) { word, sentence, ACCESS_##least },
	ACCESS_ACTION_TABLE(X)
#undef X
};

const char *access_role_word(int role)
{
	return role >= 0 && role < ACCESS_ROLE_COUNT ? role_words[role] : "?";
}

int access_role_by_word(const char *word)
{
	for (int i = 0; i < ACCESS_ROLE_COUNT; i++) {
		if (!strcmp(role_words[i], word))
			return i;
	}
	return -1;
}

static bool is_action(int action)
{
	return action >= 0 && action < ACCESS_ACTION_COUNT;
}

const char *access_action_word(int action)
{
	return is_action(action) ? actions[action].word : "?";
}

const char *access_action_sentence(int action)
{
	return is_action(action) ? actions[action].sentence : "?";
}

bool access_role_may(enum access_role role, enum access_action action)
{
	return (int)role > ACCESS_NONE && (int)role < ACCESS_ROLE_COUNT && is_action((int)action) && role >= actions[action].least;
}

enum access_action access_of_command(enum command_kind kind)
{
	switch (kind) {
	case COMMAND_ADD:
		return ACCESS_ADD;
	case COMMAND_EDIT:
		return ACCESS_EDIT;
	case COMMAND_REMOVE:
		return ACCESS_REMOVE;
	case COMMAND_PAUSE:
	case COMMAND_RESUME:
		return ACCESS_PAUSE;
	case COMMAND_CHECK:
		return ACCESS_CHECK;
	case COMMAND_TEST:
		return ACCESS_TEST;
	case COMMAND_ACKNOWLEDGE:
		return ACCESS_ACKNOWLEDGE;
	case COMMAND_RELOAD:
		return ACCESS_RELOAD;
	case COMMAND_STOP:
		return ACCESS_STOP;
	}
	return ACCESS_STOP;
}

void access_peer_finish(struct access_peer *peer)
{
	free(peer->gids);
	*peer = (struct access_peer){ 0 };
}

struct access *access_create(uint32_t owner_uid)
{
	struct access *access = heap_zero(1, sizeof(*access));

	atomic_init(&access->holders, 1);
	access->owner_uid = owner_uid;
	return access;
}

struct access_rule *access_add_rule(struct access *access, enum access_role role)
{
	struct access_rule *rule;

	access->rules = heap_resize(access->rules, access->rule_count + 1, sizeof(*access->rules));
	rule = &access->rules[access->rule_count++];
	*rule = (struct access_rule){ .role = role };
	return rule;
}

static void add_id(uint32_t **ids, size_t *count, uint32_t id)
{
	*ids = heap_resize(*ids, *count + 1, sizeof(**ids));
	(*ids)[(*count)++] = id;
}

void access_rule_add_uid(struct access_rule *rule, uint32_t uid)
{
	add_id(&rule->uids, &rule->uid_count, uid);
}

void access_rule_add_gid(struct access_rule *rule, uint32_t gid)
{
	add_id(&rule->gids, &rule->gid_count, gid);
}

struct access *access_hold(struct access *access)
{
	if (access)
		atomic_fetch_add_explicit(&access->holders, 1, memory_order_relaxed);
	return access;
}

void access_release(struct access *access)
{
	if (!access || atomic_fetch_sub_explicit(&access->holders, 1, memory_order_acq_rel) != 1)
		return;
	for (size_t i = 0; i < access->rule_count; i++) {
		struct access_rule *rule = &access->rules[i];

		free(rule->uids);
		free(rule->gids);
		text_list_finish(&rule->groups);
		text_list_finish(&rule->tags);
	}
	free(access->rules);
	free(access);
}

static bool has_id(const uint32_t *ids, size_t count, uint32_t id)
{
	for (size_t i = 0; i < count; i++) {
		if (ids[i] == id)
			return true;
	}
	return false;
}

static bool names_peer(const struct access_rule *rule, const struct access_peer *peer)
{
	if (rule->anybody || has_id(rule->uids, rule->uid_count, peer->uid))
		return true;
	for (size_t i = 0; i < peer->gid_count; i++) {
		if (has_id(rule->gids, rule->gid_count, peer->gids[i]))
			return true;
	}
	return false;
}

enum access_role access_role_of(const struct access *access, const struct access_peer *peer)
{
	enum access_role role = ACCESS_NONE;

	if (!access)
		return ACCESS_NONE;
	if (peer->uid == access->owner_uid)
		return ACCESS_ADMIN;
	if (access->rule_count == 0)
		return peer->uid == 0 ? ACCESS_ADMIN : ACCESS_GUEST;
	for (size_t i = 0; i < access->rule_count; i++) {
		if (access->rules[i].role > role && names_peer(&access->rules[i], peer))
			role = access->rules[i].role;
	}
	return role;
}

static bool covers(const struct access_rule *rule, const struct monitor_spec *spec)
{
	if (spec->common.group && text_list_has(&rule->groups, spec->common.group))
		return true;
	for (size_t i = 0; i < spec->common.tags.count; i++) {
		if (text_list_has(&rule->tags, spec->common.tags.items[i]))
			return true;
	}
	return false;
}

/* The next dev rule that names somebody, from *at on, or NULL. */
static const struct access_rule *next_dev_rule(const struct access *access, const struct access_peer *peer, size_t *at)
{
	while (*at < access->rule_count) {
		const struct access_rule *rule = &access->rules[(*at)++];

		if (rule->role == ACCESS_DEV && names_peer(rule, peer))
			return rule;
	}
	return NULL;
}

static bool dev_for(const struct access *access, const struct access_peer *peer, const struct monitor_spec *spec)
{
	const struct access_rule *rule;
	size_t at = 0;

	while ((rule = next_dev_rule(access, peer, &at))) {
		if (covers(rule, spec))
			return true;
	}
	return false;
}

static bool dev_sees_all(const struct access *access, const struct access_peer *peer)
{
	const struct access_rule *rule;
	size_t at = 0;

	while ((rule = next_dev_rule(access, peer, &at))) {
		if (!rule->only)
			return true;
	}
	return false;
}

static bool role_sees(const struct access *access, const struct access_peer *peer, enum access_role role, const struct monitor_spec *spec)
{
	if (role == ACCESS_DEV)
		return dev_sees_all(access, peer) || dev_for(access, peer, spec);
	return role == ACCESS_GUEST || role == ACCESS_ADMIN;
}

bool access_sees(const struct access *access, const struct access_peer *peer, const struct monitor_spec *spec)
{
	return role_sees(access, peer, access_role_of(access, peer), spec);
}

struct who {
	char text[64];
};

static struct who who_is(const struct access_peer *peer)
{
	struct who who = { "" };

	if (peer->name[0])
		text_copy(who.text, sizeof(who.text), peer->name);
	else
		snprintf(who.text, sizeof(who.text), "uid %lu", (unsigned long)peer->uid);
	return who;
}

static bool refuse_stranger(const struct access_peer *peer, struct error *err)
{
	return error_set(err, EXIT_PERMISSION, "%s has no access here: no entry of `access` in the owner's kumatop.conf names this user or one of "
	    "its groups", who_is(peer).text);
}

/* "alice is guest here and may not pause and resume: that takes dev or admin" */
static bool refuse_role(const struct access_peer *peer, enum access_role role, enum access_action action, struct error *err)
{
	char takes[32] = "admin";

	if (is_action((int)action) && actions[action].least < ACCESS_ADMIN)
		snprintf(takes, sizeof(takes), "%s or admin", role_words[actions[action].least]);
	return error_set(err, EXIT_PERMISSION, "%s is %s here and may not %s: that takes %s", who_is(peer).text, access_role_word((int)role),
	    access_action_sentence((int)action), takes);
}

enum { PLACES_TOLD = 2 };	/* an answer is short (struct reply) */

struct places {
	char text[160];
	size_t count;
};

static void tell_places(struct places *places, const char *what, const struct text_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		size_t used = strlen(places->text);
		char name[32];

		if (places->count++ >= PLACES_TOLD)
			continue;
		text_copy(name, sizeof(name), list->items[i]);
		snprintf(places->text + used, sizeof(places->text) - used, "%s%s \"%s\"", used ? ", " : "", what, name);
	}
}

/* "alice is dev here for group "shop", tag "pay", not for "db", and may not pause and resume: that takes admin" */
static bool refuse_place(const struct access *access, const struct access_peer *peer, enum access_action action,
    const struct monitor_spec *spec, struct error *err)
{
	const struct access_rule *rule;
	struct places places = { 0 };
	char more[32] = "", name[64];
	size_t at = 0;

	while ((rule = next_dev_rule(access, peer, &at))) {
		tell_places(&places, "group", &rule->groups);
		tell_places(&places, "tag", &rule->tags);
	}
	if (places.count > PLACES_TOLD)
		snprintf(more, sizeof(more), " and %zu more", places.count - PLACES_TOLD);
	text_copy(name, sizeof(name), spec->name);
	return error_set(err, EXIT_PERMISSION, "%s is dev here for %s%s, not for \"%s\", and may not %s: that takes admin", who_is(peer).text,
	    places.count ? places.text : "nothing", more, name, access_action_sentence((int)action));
}

bool access_allows(const struct access *access, const struct access_peer *peer, enum access_action action,
    const struct monitor_spec *spec, struct error *err)
{
	enum access_role role = access_role_of(access, peer);

	/* In this order: what a role may never do is refused alike for monitors that are there, hidden and made up. */
	if (role == ACCESS_NONE)
		return refuse_stranger(peer, err);
	if (!access_role_may(role, action))
		return refuse_role(peer, role, action, err);
	if (role != ACCESS_DEV || (action == ACCESS_LOOK && !spec))
		return true;
	if (!spec || !role_sees(access, peer, role, spec))
		return error_set(err, EXIT_DATA, "there is no such monitor any more");
	if (action != ACCESS_LOOK && !dev_for(access, peer, spec))
		return refuse_place(access, peer, action, spec, err);
	return true;
}
