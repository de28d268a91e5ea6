/*
 * Roles: every action by every role, inside and outside of a dev's groups and tags and to no monitor at all; who gets which role; what is
 * seen; and that the README's table is the one that is enforced.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "kumatop/access.h"
#include "kumatop/heap.h"
#include "kumatop/text.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

enum { OWNER = 990, ROOT = 0, ADA = 1000, DEV = 1001, GUEST = 1002, STRANGER = 1003, WHEEL = 10, PAYMENTS = 20, SEARCH = 30, VISITORS = 40 };

static const struct kind plain = { .name = "plain", .settings = NULL };

static struct monitor_spec *monitor(const char *name, const char *group, const char *tags)
{
	struct monitor_spec *spec = heap_zero(1, sizeof(*spec));

	spec->holders = 1;
	spec->kind = &plain;
	spec->name = heap_text(name);
	spec->target = heap_text("t");
	spec->common.group = heap_text(group);
	text_list_from_text(&spec->common.tags, tags ? tags : "");
	return spec;
}

static struct access_peer peer_of(uint32_t uid, const char *name, uint32_t *gids, size_t count)
{
	struct access_peer peer = { .uid = uid, .gid_count = count };

	peer.gids = gids;
	text_copy(peer.name, sizeof(peer.name), name);
	return peer;
}

static struct access_rule *dev_rule(struct access *access, uint32_t gid, const char *groups, const char *tags, bool only)
{
	struct access_rule *rule = access_add_rule(access, ACCESS_DEV);

	access_rule_add_gid(rule, gid);
	text_list_from_text(&rule->groups, groups);
	text_list_from_text(&rule->tags, tags);
	rule->only = only;
	return rule;
}

/* admin: ada and @wheel; dev: @payments for group "shop" and tag "pay"; guest: uid GUEST and @visitors. */
static struct access *usual(bool only)
{
	struct access *access = access_create(OWNER);
	struct access_rule *rule = access_add_rule(access, ACCESS_ADMIN);

	access_rule_add_uid(rule, ADA);
	access_rule_add_gid(rule, WHEEL);
	dev_rule(access, PAYMENTS, "shop", "pay", only);
	rule = access_add_rule(access, ACCESS_GUEST);
	access_rule_add_uid(rule, GUEST);
	access_rule_add_gid(rule, VISITORS);
	return access;
}

static void test_words(void **state)
{
	(void)state;
	static const char *const roles[] = { "none", "guest", "dev", "admin" };

	for (int i = 0; i < ACCESS_ROLE_COUNT; i++) {
		assert_string_equal(access_role_word(i), roles[i]);
		assert_int_equal(access_role_by_word(roles[i]), i);
	}
	assert_int_equal(access_role_by_word("Admin"), -1);
	assert_int_equal(access_role_by_word(""), -1);
	assert_string_equal(access_role_word(-1), "?");
	assert_string_equal(access_role_word(ACCESS_ROLE_COUNT), "?");
	for (int i = 0; i < ACCESS_ACTION_COUNT; i++) {
		assert_true(*access_action_word(i) && *access_action_sentence(i));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(access_action_word(i), access_action_word(k));
	}
	assert_string_equal(access_action_word(-1), "?");
	assert_string_equal(access_action_sentence(ACCESS_ACTION_COUNT), "?");
}

/* What each role may: "-" never, "d" where it is dev, "*" everywhere. Written out again, so that a slip in the table shows. */
static const struct {
	enum access_action action;
	char by_role[ACCESS_ROLE_COUNT + 1];
} expected[] = {
	{ ACCESS_LOOK, "-***" }, { ACCESS_PAUSE, "--d*" }, { ACCESS_CHECK, "--d*" }, { ACCESS_ACKNOWLEDGE, "--d*" }, { ACCESS_TEST, "---*" },
	{ ACCESS_ADD, "---*" }, { ACCESS_EDIT, "---*" }, { ACCESS_REMOVE, "---*" }, { ACCESS_RELOAD, "---*" }, { ACCESS_STOP, "---*" },
};

static void check_one(const struct access *access, const struct access_peer *peer, enum access_action action, const struct monitor_spec *spec,
    bool wanted)
{
	struct error err = { 0 };
	bool may = access_allows(access, peer, action, spec, &err);

	if (may != wanted)
		fail_msg("%s may%s %s %s: %s", peer->name, may ? "" : " not", access_action_word((int)action), spec ? spec->name : "(nothing)", err.text);
	assert_int_equal(may, access_allows(access, peer, action, spec, NULL));
	if (may) {
		assert_string_equal(err.text, "");
		return;
	}
	assert_in_range(strlen(err.text), 20, 255);	/* it fits into struct reply */
	assert_true(err.code == EXIT_PERMISSION || err.code == EXIT_DATA);
	if (err.code == EXIT_PERMISSION && !strstr(err.text, peer->name))
		fail_msg("nobody is named: %s", err.text);
}

static void test_every_action_and_role(void **state)
{
	(void)state;
	uint32_t payments[] = { 5, PAYMENTS }, none[] = { 5 };
	struct access_peer peers[ACCESS_ROLE_COUNT] = { peer_of(STRANGER, "mallory", none, 1), peer_of(GUEST, "gus", none, 1),
		peer_of(DEV, "dora", payments, 2), peer_of(ADA, "ada", none, 1) };
	struct monitor_spec *in_group = monitor("shop-web", "shop", NULL), *tagged = monitor("tagged", "other", "x, pay"),
	    *outside = monitor("db", "infra", "x"), *bare = monitor("bare", NULL, NULL);

	assert_int_equal(COUNT(expected), ACCESS_ACTION_COUNT);
	for (int only = 0; only < 2; only++) {
		struct access *access = usual(only);

		for (size_t i = 0; i < COUNT(expected); i++) {
			enum access_action action = expected[i].action;

			assert_int_equal(action, i);
			for (int role = 0; role < ACCESS_ROLE_COUNT; role++) {
				char may = expected[i].by_role[role];
				bool outside_too = may == '*' && !(role == ACCESS_DEV && only);

				assert_int_equal(access_role_of(access, &peers[role]), role);
				assert_int_equal(access_role_may((enum access_role)role, action), may != '-');
				check_one(access, &peers[role], action, in_group, may != '-');
				check_one(access, &peers[role], action, tagged, may != '-');
				check_one(access, &peers[role], action, outside, outside_too);
				check_one(access, &peers[role], action, bare, outside_too);
				check_one(access, &peers[role], action, NULL, may == '*');
			}
		}
		access_release(access);
	}
	assert_false(access_role_may((enum access_role)ACCESS_ROLE_COUNT, ACCESS_LOOK));
	assert_false(access_role_may(ACCESS_ADMIN, (enum access_action)ACCESS_ACTION_COUNT));
	spec_release(in_group);
	spec_release(tagged);
	spec_release(outside);
	spec_release(bare);
}

static void test_commands(void **state)
{
	(void)state;
	static const struct { enum command_kind kind; enum access_action action; } rows[] = {
		{ COMMAND_ADD, ACCESS_ADD }, { COMMAND_EDIT, ACCESS_EDIT }, { COMMAND_REMOVE, ACCESS_REMOVE }, { COMMAND_PAUSE, ACCESS_PAUSE },
		{ COMMAND_RESUME, ACCESS_PAUSE }, { COMMAND_CHECK, ACCESS_CHECK }, { COMMAND_TEST, ACCESS_TEST },
		{ COMMAND_ACKNOWLEDGE, ACCESS_ACKNOWLEDGE }, { COMMAND_RELOAD, ACCESS_RELOAD }, { COMMAND_STOP, ACCESS_STOP },
	};

	assert_int_equal(COUNT(rows), COMMAND_STOP + 1);
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(access_of_command(rows[i].kind), rows[i].action);
	/* What is not known takes the most. */
	for (int role = 0; role < ACCESS_ADMIN; role++)
		assert_false(access_role_may((enum access_role)role, access_of_command((enum command_kind)(COMMAND_STOP + 1))));
}

static void test_without_rules(void **state)
{
	(void)state;
	struct access *access = access_create(OWNER);
	struct access_peer owner = peer_of(OWNER, "kumatop", NULL, 0), root = peer_of(ROOT, "root", NULL, 0), other = peer_of(ADA, "ada", NULL, 0);
	struct monitor_spec *spec = monitor("db", NULL, NULL);

	assert_int_equal(access_role_of(access, &owner), ACCESS_ADMIN);
	assert_int_equal(access_role_of(access, &root), ACCESS_ADMIN);
	assert_int_equal(access_role_of(access, &other), ACCESS_GUEST);
	assert_true(access_sees(access, &other, spec));
	/* No access at all is not "no rules". */
	assert_int_equal(access_role_of(NULL, &root), ACCESS_NONE);
	assert_false(access_sees(NULL, &root, spec));
	assert_false(access_allows(NULL, &root, ACCESS_LOOK, NULL, NULL));
	spec_release(spec);
	access_release(access);
}

static void test_roles(void **state)
{
	(void)state;
	struct access *access = usual(true);
	static const struct { uint32_t uid, gids[3]; size_t count; enum access_role role; } rows[] = {
		{ OWNER, { 0 }, 0, ACCESS_ADMIN },
		{ ADA, { 0 }, 0, ACCESS_ADMIN },
		{ ROOT, { 0 }, 1, ACCESS_NONE },
		{ STRANGER, { 0 }, 0, ACCESS_NONE },
		{ STRANGER, { WHEEL }, 1, ACCESS_ADMIN },
		{ STRANGER, { PAYMENTS }, 1, ACCESS_DEV },
		{ STRANGER, { VISITORS }, 1, ACCESS_GUEST },
		{ STRANGER, { VISITORS, PAYMENTS }, 2, ACCESS_DEV },
		{ STRANGER, { VISITORS, PAYMENTS, WHEEL }, 3, ACCESS_ADMIN },
		{ GUEST, { WHEEL }, 1, ACCESS_ADMIN },
		{ WHEEL, { 0 }, 0, ACCESS_NONE },	/* a user's number is no group's */
		{ STRANGER, { ADA, GUEST }, 2, ACCESS_NONE },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint32_t gids[3] = { rows[i].gids[0], rows[i].gids[1], rows[i].gids[2] };
		struct access_peer peer = peer_of(rows[i].uid, "x", gids, rows[i].count);

		if (access_role_of(access, &peer) != rows[i].role)
			fail_msg("row %zu: %s", i, access_role_word((int)access_role_of(access, &peer)));
	}
	access_add_rule(access, ACCESS_GUEST)->anybody = true;
	struct access_peer root = peer_of(ROOT, "root", NULL, 0);
	assert_int_equal(access_role_of(access, &root), ACCESS_GUEST);
	access_release(access);
}

/* Several dev rules: the union of where, and `only` as long as all of them say so; what guests see does not matter. */
static void test_dev_rules_together(void **state)
{
	(void)state;
	static const struct { bool only_a, only_b, guest; const char *sees, *may; } rows[] = {
		{ true, true, false, "shop search", "shop search" },
		{ true, true, true, "shop search", "shop search" },
		{ true, false, false, "shop search infra", "shop search" },
		{ false, true, true, "shop search infra", "shop search" },
		{ false, false, false, "shop search infra", "shop search" },
	};
	static const char *const names[] = { "shop", "search", "infra" };
	uint32_t both[] = { PAYMENTS, SEARCH }, one[] = { PAYMENTS };
	struct access_peer dora = peer_of(DEV, "dora", both, 2), paul = peer_of(STRANGER, "paul", one, 1);

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct access *access = access_create(OWNER);

		access_add_rule(access, ACCESS_GUEST)->anybody = rows[i].guest;
		dev_rule(access, PAYMENTS, "shop", "", rows[i].only_a);
		dev_rule(access, SEARCH, "", "search", rows[i].only_b);
		for (size_t k = 0; k < COUNT(names); k++) {
			struct monitor_spec *spec = monitor(names[k], names[k], names[k]);
			bool sees = strstr(rows[i].sees, names[k]), may = strstr(rows[i].may, names[k]);

			assert_int_equal(access_sees(access, &dora, spec), sees);
			assert_int_equal(access_allows(access, &dora, ACCESS_LOOK, spec, NULL), sees);
			assert_int_equal(access_allows(access, &dora, ACCESS_PAUSE, spec, NULL), may);
			/* A rule that does not name him neither helps nor hides. */
			assert_int_equal(access_allows(access, &paul, ACCESS_PAUSE, spec, NULL), k == 0);
			assert_int_equal(access_sees(access, &paul, spec), k == 0 || !rows[i].only_a);
			spec_release(spec);
		}
		access_release(access);
	}
}

/* An admin who is an `only` dev, too, sees everything. */
static void test_admin_is_never_hidden_from(void **state)
{
	(void)state;
	struct access *access = usual(true);
	uint32_t gids[] = { PAYMENTS, WHEEL };
	struct access_peer ada = peer_of(STRANGER, "ada", gids, 2), owner = peer_of(OWNER, "kumatop", gids, 1);
	struct monitor_spec *spec = monitor("db", "infra", NULL);

	assert_true(access_sees(access, &ada, spec));
	assert_true(access_allows(access, &ada, ACCESS_REMOVE, spec, NULL));
	assert_true(access_sees(access, &owner, spec));
	spec_release(spec);
	access_release(access);
}

static void check_says(const struct access *access, const struct access_peer *peer, enum access_action action, const struct monitor_spec *spec,
    enum exit_code code, const char *says)
{
	struct error err = { 0 };

	assert_false(access_allows(access, peer, action, spec, &err));
	assert_string_equal(err.text, says);
	assert_int_equal(err.code, code);
}

static void test_sentences(void **state)
{
	(void)state;
	struct access *access = usual(false), *strict = usual(true);
	uint32_t payments[] = { PAYMENTS }, visitors[] = { VISITORS };
	struct access_peer dora = peer_of(DEV, "dora", payments, 1), gus = peer_of(GUEST, "gus", NULL, 0), mallory = peer_of(STRANGER, "mallory", NULL, 0),
	    nameless = peer_of(STRANGER, "", visitors, 1);
	struct monitor_spec *db = monitor("db", "infra", NULL);

	check_says(access, &gus, ACCESS_PAUSE, db, EXIT_PERMISSION, "gus is guest here and may not pause and resume: that takes dev or admin");
	check_says(access, &gus, ACCESS_ADD, NULL, EXIT_PERMISSION, "gus is guest here and may not add monitors: that takes admin");
	check_says(access, &nameless, ACCESS_STOP, NULL, EXIT_PERMISSION, "uid 1003 is guest here and may not stop checking: that takes admin");
	check_says(access, &dora, ACCESS_ACKNOWLEDGE, db, EXIT_PERMISSION,
	    "dora is dev here for group \"shop\", tag \"pay\", not for \"db\", and may not acknowledge: that takes admin");
	check_says(access, &mallory, ACCESS_LOOK, NULL, EXIT_PERMISSION,
	    "mallory has no access here: no entry of `access` in the owner's kumatop.conf names this user or one of its groups");
	/* Hidden, and never there: the same words. */
	check_says(strict, &dora, ACCESS_PAUSE, db, EXIT_DATA, "there is no such monitor any more");
	check_says(strict, &dora, ACCESS_LOOK, db, EXIT_DATA, "there is no such monitor any more");
	check_says(strict, &dora, ACCESS_PAUSE, NULL, EXIT_DATA, "there is no such monitor any more");
	check_says(strict, &dora, ACCESS_EDIT, db, EXIT_PERMISSION, "dora is dev here and may not edit monitors: that takes admin");
	check_says(strict, &dora, ACCESS_EDIT, NULL, EXIT_PERMISSION, "dora is dev here and may not edit monitors: that takes admin");
	spec_release(db);
	access_release(access);
	access_release(strict);
}

/* However long names are, the reason fits into an answer and ends with what it takes. */
static void test_long_names(void **state)
{
	(void)state;
	char long_name[900];
	uint32_t payments[] = { PAYMENTS };
	struct access *access = access_create(OWNER);

	memset(long_name, 'n', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	struct access_peer peer = peer_of(DEV, long_name, payments, 1);
	struct access_rule *rule = dev_rule(access, PAYMENTS, long_name, long_name, false);
	text_list_finish(&rule->groups);
	char *three = heap_print("%s, %s1, %s2", long_name, long_name, long_name);
	text_list_from_text(&rule->groups, three);
	free(three);
	struct monitor_spec *spec = monitor(long_name, "g", "t");
	struct error err = { 0 };
	assert_false(access_allows(access, &peer, ACCESS_ACKNOWLEDGE, spec, &err));
	assert_non_null(strstr(err.text, " and 2 more, not for \"n"));
	assert_in_range(strlen(err.text), 100, 300);
	spec_release(spec);
	access_release(access);
}

static void test_counting(void **state)
{
	(void)state;
	struct access *access = usual(true);
	struct access_peer peer = { .gids = heap_zero(2, sizeof(uint32_t)), .gid_count = 2 };

	assert_ptr_equal(access_hold(access), access);
	access_release(access);
	assert_int_equal(access->rule_count, 3);
	access_release(access);
	assert_null(access_hold(NULL));
	access_release(NULL);
	access_peer_finish(&peer);
	assert_null(peer.gids);
	access_peer_finish(&peer);
}

static char *read_whole(const char *path)
{
	enum { MOST = 1 << 20 };
	char *text = heap_zero(MOST, 1);
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	assert_in_range(fread(text, 1, MOST - 1, file), 1, MOST - 2);
	assert_int_equal(fclose(file), 0);
	return text;
}

/* "| pause and resume | | its groups and tags | yes |" says what is enforced. */
static void test_readme(void **state)
{
	(void)state;
	const char *source = getenv("SOURCE");
	char *path = heap_print("%s/README.md", source ? source : "."), *text = read_whole(path);

	assert_non_null(strstr(text, "\n| | guest | dev | admin |\n"));
	for (int action = 0; action < ACCESS_ACTION_COUNT; action++) {
		char *start = heap_print("\n| %s |", access_action_sentence(action));
		const char *cell = strstr(text, start);

		if (!cell) {
			fail_msg("the README does not say who may %s", access_action_sentence(action));
			break;
		}
		cell += strlen(start);
		for (int role = ACCESS_GUEST; role < ACCESS_ROLE_COUNT; role++) {
			bool may = access_role_may((enum access_role)role, (enum access_action)action);
			const char *wanted = !may ? " |" : role == ACCESS_DEV && action != ACCESS_LOOK ? " its groups and tags |" : " yes |";

			if (strncmp(cell, wanted, strlen(wanted)) != 0)
				fail_msg("the README is wrong about %s and %s", access_role_word(role), access_action_word(action));
			cell += strlen(wanted);
		}
		assert_int_equal(*cell, '\n');
		free(start);
	}
	free(text);
	free(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_every_action_and_role),
		cmocka_unit_test(test_commands),
		cmocka_unit_test(test_without_rules),
		cmocka_unit_test(test_roles),
		cmocka_unit_test(test_dev_rules_together),
		cmocka_unit_test(test_admin_is_never_hidden_from),
		cmocka_unit_test(test_sentences),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_counting),
		cmocka_unit_test(test_readme),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
