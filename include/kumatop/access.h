/*
 * Who may do what: one table of roles and actions, and the rules of one installation. Pure: who somebody is was found out
 * elsewhere (link/peer.c asks the kernel, conf/access.c the user database). The owner decides by it; a screen only greys by it.
 */
#ifndef KUMATOP_ACCESS_H
#define KUMATOP_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kumatop/command.h"
#include "kumatop/error.h"
#include "kumatop/setting.h"
#include "kumatop/spec.h"

/* In rising order: each may what the one before may. Sent over the socket by their word. */
enum access_role { ACCESS_NONE, ACCESS_GUEST, ACCESS_DEV, ACCESS_ADMIN, ACCESS_ROLE_COUNT };

/*        name          word           least   sentence */
#define ACCESS_ACTION_TABLE(X) \
	X(LOOK,         "look",        GUEST,  "see monitors, history and events") \
	X(PAUSE,        "pause",       DEV,    "pause and resume") \
	X(CHECK,        "check",       DEV,    "check now") \
	X(ACKNOWLEDGE,  "acknowledge", DEV,    "acknowledge") \
	X(TEST,         "test",        ADMIN,  "check a target without keeping it") \
	X(ADD,          "add",         ADMIN,  "add monitors") \
	X(EDIT,         "edit",        ADMIN,  "edit monitors") \
	X(REMOVE,       "remove",      ADMIN,  "delete monitors") \
	X(RELOAD,       "reload",      ADMIN,  "reload the configuration") \
	X(STOP,         "stop",        ADMIN,  "stop checking")

enum access_action {
#define X(name, word, least, sentence) ACCESS_##name,
	ACCESS_ACTION_TABLE(X)
#undef X
	ACCESS_ACTION_COUNT
};

const char *access_role_word(int role);		/* "none" "guest" "dev" "admin"; "?" out of range */
int access_role_by_word(const char *word);	/* -1 if there is none */
const char *access_action_word(int action);	/* "?" out of range, as is the sentence */
const char *access_action_sentence(int action);

/* The table: whether a role may do an action at all; a dev only to monitors within its groups or tags. false out of range. */
bool access_role_may(enum access_role role, enum access_action action);

/* The action that a command is. What no table knows takes admin. */
enum access_action access_of_command(enum command_kind kind);

/* Somebody, as the kernel told it. */
struct access_peer {
	uint32_t uid;
	uint32_t *gids;			/* all groups, the primary one too; heap */
	size_t gid_count;
	char name[64];			/* for events and messages; "uid 1000" when the user database does not know. "" is told so, too */
};

void access_peer_finish(struct access_peer *peer);	/* accepts a zeroed one, and one finished before */

/* One entry of `access`: who, and for a dev where. */
struct access_rule {
	enum access_role role;
	bool anybody;			/* "*" */
	uint32_t *uids, *gids;		/* heap */
	size_t uid_count, gid_count;
	struct text_list groups, tags;	/* DEV: monitors in one of these groups, or with one of these tags */
	bool only;			/* DEV: sees only those */
};

/*
 * Who is what, and where:
 * - The highest role that a rule gives somebody is his, and rules of lower roles do not matter to him then.
 * - A dev whom several rules name is dev wherever one of them says so: the union of their groups and tags.
 * - `only` hides the rest from a dev if all dev rules that name him say it: one that does not would let him see everything by itself.
 *   Guest rules never widen what he sees, or `only` would mean nothing beside guest = ["*"]. Nor do they have to: whoever is to see more
 *   is named by a dev rule without `only`, or by no dev rule at all.
 * - With rules, whom none of them names has no role: not even root, unless root runs kumatop.
 * - A monitor that is not seen is not there: questions about it are answered as about one that never was.
 *
 * Immutable once built; counted, any thread.
 */
struct access {
	_Atomic size_t holders;
	uint32_t owner_uid;		/* the user kumatop runs as: always admin */
	struct access_rule *rules;	/* heap; count 0: nothing configured, root is admin and everybody else guest */
	size_t rule_count;
};

struct access *access_create(uint32_t owner_uid);	/* no rules yet; one holder */
struct access_rule *access_add_rule(struct access *access, enum access_role role);	/* valid until the next */
void access_rule_add_uid(struct access_rule *rule, uint32_t uid);
void access_rule_add_gid(struct access_rule *rule, uint32_t gid);
struct access *access_hold(struct access *access);	/* accepts NULL */
void access_release(struct access *access);		/* accepts NULL */

/* The highest role that a rule gives somebody. access NULL: nobody has one. */
enum access_role access_role_of(const struct access *access, const struct access_peer *peer);

/* Whether somebody sees this monitor. */
bool access_sees(const struct access *access, const struct access_peer *peer, const struct monitor_spec *spec);

/*
 * Whether somebody may do this. spec: the monitor it is done to; NULL for what is done to none, which a dev's pause, check and
 * acknowledge never are. false with a reason that a person understands ("alice is guest here and may not pause and resume: that takes dev
 * or admin"), EXIT_PERMISSION. What one may not see, or NULL where a monitor is needed, is told as the engine tells of a monitor that
 * is gone, EXIT_DATA.
 */
bool access_allows(const struct access *access, const struct access_peer *peer, enum access_action action,
    const struct monitor_spec *spec, struct error *err);

#endif
