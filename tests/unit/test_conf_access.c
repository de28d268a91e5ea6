/*
 * `access` and `socket` of kumatop.conf: every way to be refused with its line and words, and what a right one becomes. Users and groups
 * are those that every Unix has.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "kumatop/access.h"
#include "kumatop/heap.h"
#include "../lib/conf_dir.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

#define AT(line, text) "kumatop.conf:" #line ": access: " text "\n"
#define DEV(settings) "access: { admin = [\"root\"];\n dev: ( { " settings " } ); };\n"
#define TOLD(text) "kumatop.conf:2: access: dev 1: " text "\n"

static const struct row {
	const char *text, *says;
} refusals[] = {
	/* the group itself */
	{ "access = \"root\";", "kumatop.conf:1: access: write access: { admin = [\"root\", \"@wheel\"]; guest = [\"*\"]; };\n" },
	{ "\naccess: ( \"root\" );", "kumatop.conf:2: access: write access: { admin = [\"root\", \"@wheel\"]; guest = [\"*\"]; };\n" },
	{ "access = true;", "kumatop.conf:1: access: write access: { admin = [\"root\", \"@wheel\"]; guest = [\"*\"]; };\n" },
	{ "access: { };", AT(1, "admin is missing: write admin = [\"root\", \"@wheel\"];") },
	{ "\naccess: { guest = [\"*\"]; };", AT(2, "admin is missing: write admin = [\"root\", \"@wheel\"];") },
	{ "access: { admin = [\"root\"]; };\naccess: { admin = [\"daemon\"]; };", "kumatop.conf:2: access: given twice, first on line 1: take one out\n" },
	/* keys */
	{ "access: { admin = [\"root\"];\n guests = [\"*\"]; };", AT(2, "guests: is no setting: did you mean guest?") },
	{ "access: { admins = [\"root\"]; };", AT(1, "admins: is no setting: did you mean admin?")
	  AT(1, "admin is missing: write admin = [\"root\", \"@wheel\"];") },
	{ "access: { admin = [\"root\"]; everybody = true; };", AT(1, "everybody: is no setting") },
	{ "access: { admin = [\"root\"]; admin = [\"daemon\"]; };", "kumatop.conf:1: admin: given twice, first on line 1: take one out\n" },
	{ DEV("who = [\"daemon\"]; group = [\"shop\"];"), TOLD("group: is no setting: did you mean groups?")
	  TOLD("does not say for which monitors: write groups = [\"shop\"]; or tags = [\"pay\"];") },
	{ DEV("who = [\"daemon\"]; tags = [\"pay\"]; onyl = true;"), TOLD("onyl: is no setting: did you mean only?") },
	/* types */
	{ "access: { admin = { root = true; }; };", AT(1, "admin: takes a value, not a group: write it without { }") },
	{ "access: { admin = true; };", AT(1, "admin: is true: write a text in quotes, or several as [\"a\", \"b\"]") },
	{ "access: { admin = 1.5; };", AT(1, "admin: 1.5 has a fraction: write [\"root\", \"@wheel\"]") },
	{ "access: { admin = 0; };", AT(1, "admin: write \"0\", in quotes") },
	{ "access: { admin = [0, 1]; };", AT(1, "admin: write \"0\", in quotes") AT(1, "admin: write \"1\", in quotes") },
	{ "access: { admin = ( [\"root\"] ); };", AT(1, "admin: entry 1: write a text in quotes") },
	{ "access: { admin = [\"root\"]; guest = false; };", AT(1, "guest: is false: write a text in quotes, or several as [\"a\", \"b\"]") },
	{ "access: { admin = [\"root\"]; dev: { who = [\"daemon\"]; groups = [\"shop\"]; }; };",
	  AT(1, "dev: write dev: ( { who = [\"@payments\"]; groups = [\"shop\"]; } );") },
	{ "access: { admin = [\"root\"]; dev = [\"daemon\"]; };", AT(1, "dev: write dev: ( { who = [\"@payments\"]; groups = [\"shop\"]; } );") },
	{ "access: { admin = [\"root\"]; dev = \"daemon\"; };", AT(1, "dev: write dev: ( { who = [\"@payments\"]; groups = [\"shop\"]; } );") },
	{ "access: { admin = [\"root\"]; dev: ( \"daemon\" ); };", AT(1, "dev 1: write { who = [\"@payments\"]; groups = [\"shop\"]; }") },
	{ DEV("who = 1; groups = [\"shop\"];"), TOLD("who: write \"1\", in quotes") },
	{ DEV("who = [\"daemon\"]; groups = true;"), TOLD("groups: is true: write a text in quotes, or several as [\"a\", \"b\"]") },
	{ DEV("who = [\"daemon\"]; tags = { };"), TOLD("tags: takes a value, not a group: write it without { }") },
	{ DEV("who = [\"daemon\"]; groups = [\"shop\"]; only = \"yes\";"), TOLD("only: write true or false, without quotes") },
	{ DEV("who = [\"daemon\"]; groups = [\"shop\"]; only = 1;"), TOLD("only: is a number: write true or false") },
	{ DEV("who = [\"daemon\"]; groups = [\"shop\"]; only = [true];"), TOLD("only: takes one value: write it without brackets") },
	/* nothing in them */
	{ "access: { admin = []; };", AT(1, "admin: is empty: write admin = [\"root\", \"@wheel\"]; or take it out") },
	{ "access: { admin = (); };", AT(1, "admin: is empty: write admin = [\"root\", \"@wheel\"]; or take it out") },
	{ "access: { admin = \"\"; };", AT(1, "admin: entry 1 is empty: leave it out") },
	{ "access: { admin = [\"root\", \"\"]; };", AT(1, "admin: entry 2 is empty: leave it out") },
	{ "access: { admin = [\"root\"]; guest = []; };", AT(1, "guest: is empty: write guest = [\"*\"]; or take it out") },
	{ "access: { admin = [\"root\"]; dev = (); };", AT(1, "dev: write dev: ( { who = [\"@payments\"]; groups = [\"shop\"]; } ); or take it out") },
	{ "access: { admin = [\"root\"]; dev = []; };", AT(1, "dev: write dev: ( { who = [\"@payments\"]; groups = [\"shop\"]; } ); or take it out") },
	{ DEV(""), TOLD("who is missing: write who = [\"@payments\"];")
	  TOLD("does not say for which monitors: write groups = [\"shop\"]; or tags = [\"pay\"];") },
	{ DEV("groups = [\"shop\"];"), TOLD("who is missing: write who = [\"@payments\"];") },
	{ DEV("who = [\"daemon\"];"), TOLD("does not say for which monitors: write groups = [\"shop\"]; or tags = [\"pay\"];") },
	{ DEV("who = [\"daemon\"]; only = true;"), TOLD("does not say for which monitors: write groups = [\"shop\"]; or tags = [\"pay\"];") },
	{ DEV("who = []; groups = [\"shop\"];"), TOLD("who: is empty: write who = [\"@payments\"]; or take it out") },
	{ DEV("who = [\"daemon\"]; groups = [];"), TOLD("groups: is empty: write groups = [\"shop\"]; or take it out") },
	{ DEV("who = [\"daemon\"]; groups = [\"shop\"]; tags = [];"), TOLD("tags: is empty: write tags = [\"pay\"]; or take it out") },
	{ DEV("who = [\"daemon\"]; groups = [\"\"];"), TOLD("groups: entry 1 is empty: leave it out") },
	/* places that no monitor can be in */
	{ DEV("who = [\"daemon\"]; tags = [\"a b\"];"),
	  TOLD("tags: entry 1 (\"a b\"): \"a b\" holds a blank, comma, bar or quote: write a tag as one word") },
	/* names */
	{ "access: { admin = [\"root\",\n  \"no-such-user-here\"]; };",
	  AT(2, "admin: there is no user \"no-such-user-here\" on this machine: write one that there is, or its number as \"1000\"") },
	{ "access: { admin = [\"@no-such-group-here\"]; };",
	  AT(1, "admin: there is no group \"no-such-group-here\" on this machine: write one that there is, or its number as \"@1000\"") },
	{ "access: { admin = [\"root\"]; guest = [\"no-such-user-here\"]; };",
	  AT(1, "guest: there is no user \"no-such-user-here\" on this machine: write one that there is, or its number as \"1000\"") },
	{ DEV("who = [\"@no-such-group-here\"]; groups = [\"shop\"];"),
	  TOLD("who: there is no group \"no-such-group-here\" on this machine: write one that there is, or its number as \"@1000\"") },
	{ "access: { admin = [\"tty\"]; };", AT(1, "admin: there is no user \"tty\" on this machine, but a group: write \"@tty\" if that is meant") },
	{ "access: { admin = [\"root \"]; };",
	  AT(1, "admin: there is no user \"root \" on this machine: write one that there is, or its number as \"1000\"") },
	{ "access: { admin = [\"ro*\"]; };", AT(1, "admin: there is no user \"ro*\" on this machine: write one that there is, or its number as \"1000\"") },
	{ "access: { admin = [\"-1\"]; };", AT(1, "admin: there is no user \"-1\" on this machine: write one that there is, or its number as \"1000\"") },
	{ "access: { admin = [\"@\"]; };", AT(1, "admin: a group is missing behind @: write \"@wheel\"") },
	{ "access: { admin = [\"4294967295\"]; };", AT(1, "admin: \"4294967295\" is too large for the number of a user") },
	{ "access: { admin = [\"4294967296\"]; };", AT(1, "admin: \"4294967296\" is too large for the number of a user") },
	/* 2^64 is not root */
	{ "access: { admin = [\"18446744073709551616\"]; };", AT(1, "admin: \"18446744073709551616\" is too large for the number of a user") },
	{ "access: { admin = [\"@99999999999999999999\"]; };", AT(1, "admin: \"@99999999999999999999\" is too large for the number of a group") },
	/* everybody */
	{ "access: { admin = [\"*\"]; };", AT(1, "admin: \"*\" is everybody, who can be guest alone: name users and \"@groups\"") },
	{ DEV("who = [\"*\"]; groups = [\"shop\"];"), TOLD("who: \"*\" is everybody, who can be guest alone: name users and \"@groups\"") },
	{ "access: { admin = [\"root\"]; guest = [\"@*\"]; };",
	  AT(1, "guest: there is no group \"*\" on this machine: write one that there is, or its number as \"@1000\"") },
	/* twice */
	{ "access: { admin = [\"root\", \"root\"]; };", AT(1, "admin: \"root\" stands here already: take one out") },
	{ "access: { admin = [\"root\", \"0\"]; };", AT(1, "admin: \"0\" stands here already, as \"root\": take one out") },
	{ "access: { admin = [\"@root\", \"@0\"]; };", AT(1, "admin: \"@0\" stands here already, as \"@root\": take one out") },
	{ "access: { admin = [\"root\"]; guest = [\"*\", \"*\"]; };", AT(1, "guest: \"*\" stands here already: take one out") },
	{ "access: { admin = [\"root\"];\n guest = [\"root\"]; };", AT(2, "guest: \"root\" is admin already, on line 1: give one role only") },
	{ "access: { guest = [\"root\"];\n admin = [\"0\"]; };", AT(2, "admin: \"0\" is guest already, as \"root\", on line 1: give one role only") },
	{ DEV("who = [\"daemon\", \"root\"]; groups = [\"shop\"];"), TOLD("who: \"root\" is admin already, on line 1: give one role only") },
	{ "access: { admin = [\"root\"];\n dev: ( { who = [\"@daemon\"]; tags = [\"a\"]; } );\n guest = [\"@daemon\"]; };",
	  AT(3, "guest: \"@daemon\" is dev already, on line 2: give one role only") },
	{ DEV("who = [\"daemon\", \"daemon\"]; groups = [\"shop\"];"), TOLD("who: \"daemon\" stands here already: take one out") },
	/* socket */
	{ "socket = true;", "kumatop.conf:1: socket: is true: write one text in quotes\n" },
	{ "socket = [\"a\"];", "kumatop.conf:1: socket: takes one value: write it without brackets\n" },
	{ "sockets = \"a\";", "kumatop.conf:1: sockets: is no setting: did you mean socket?\n" },
};

static bool group_id(const char *name, uint32_t *id)
{
	struct group group, *found = NULL;
	char record[16384];
	if (getgrnam_r(name, &group, record, sizeof record, &found) != 0 || !found)
		return false;
	*id = found->gr_gid;
	return true;
}

static uint32_t user_id(const char *name)
{
	struct passwd user, *found = NULL;
	char record[16384];
	assert_int_equal(getpwnam_r(name, &user, record, sizeof record, &found), 0);
	assert_non_null(found);
	return user.pw_uid;
}

static void check_row(const struct row *row)
{
	conf_dir_write("kumatop.conf", row->text);
	char *all = conf_dir_faults();
	if (strcmp(all, row->says) != 0)
		fail_msg("\n%s\ngives\n%sinstead of\n%s", row->text, all, row->says);
	free(all);
}

static void test_refusals(void **state)
{
	(void)state;
	uint32_t id;
	for (size_t i = 0; i < COUNT(refusals); i++)
		check_row(&refusals[i]);
	/* Where a group bears the name as well, a user's name is no slip. */
	if (!group_id("nobody", &id)) {
		static const struct row row = { "access: { admin = [\"@nobody\"]; };",
			AT(1, "admin: there is no group \"nobody\" on this machine, but a user: write \"nobody\" if that is meant") };
		check_row(&row);
	}
}

/* All at once, with the other faults, in the order of the file. */
static void test_all_at_once(void **state)
{
	(void)state;
	static const struct row row = {
		"intervall = \"5s\";\n"
		"access: {\n"
		"  admin = [\"*\", \"no-such-user-here\"];\n"
		"  dev: (\n"
		"    { who = [\"daemon\"]; },\n"
		"    { who = [\"@no-such-group-here\"]; tags = [\"pay\"]; only = \"no\"; }\n"
		"  );\n"
		"  gest = [\"*\"];\n"
		"};\n"
		"monitors: ( { name = \"a\"; tcp = \"h:99999\"; } );\n",
		"kumatop.conf:1: intervall: is no setting: did you mean interval?\n"
		AT(3, "admin: \"*\" is everybody, who can be guest alone: name users and \"@groups\"")
		AT(3, "admin: there is no user \"no-such-user-here\" on this machine: write one that there is, or its number as \"1000\"")
		AT(5, "dev 1: does not say for which monitors: write groups = [\"shop\"]; or tags = [\"pay\"];")
		AT(6, "dev 2: only: write true or false, without quotes")
		AT(6, "dev 2: who: there is no group \"no-such-group-here\" on this machine: write one that there is, or its number as \"@1000\"")
		AT(8, "gest: is no setting: did you mean guest?")
	};
	conf_dir_write("kumatop.conf", row.text);
	char *all = conf_dir_faults();
	assert_memory_equal(all, row.says, strlen(row.says));
	assert_memory_equal(all + strlen(row.says), "kumatop.conf:10: monitor \"a\": tcp: ", 35);
	free(all);
}

/* Who may write into conf.d does not say who is admin. */
static void test_main_file_only(void **state)
{
	(void)state;
	conf_dir_write("kumatop.conf", "");
	conf_dir_write("conf.d/10-a.conf", "\naccess: { admin = [\"root\"]; };\nsocket = \"/tmp/x\";\n");
	char *all = conf_dir_faults();
	assert_int_equal(unlink("conf.d/10-a.conf"), 0);
	assert_string_equal(all, "conf.d/10-a.conf:2: access: stands in the main file, kumatop.conf, alone\n"
	    "conf.d/10-a.conf:3: socket: stands in the main file, kumatop.conf, alone\n");
	free(all);
}

static enum access_role role_of(const struct access *access, uint32_t uid, uint32_t gid)
{
	struct access_peer peer = { .uid = uid, .gids = &gid, .gid_count = 1 };
	return access_role_of(access, &peer);
}

static void test_taken(void **state)
{
	(void)state;
	uint32_t daemon_uid = user_id("daemon"), daemon_gid = 0;
	assert_true(group_id("daemon", &daemon_gid));
	conf_dir_write("kumatop.conf", "access: {\n  admin = [\"daemon\", \"@daemon\", \"70000\", \"@70001\"];\n"
	    "  dev: ( { who = [\"70002\"]; groups = [\"shop\", \"two words\"]; tags = \"pay\"; only = true; },\n"
	    "         { who = \"70002\"; tags = [\"x\"]; } );\n  guest = [\"70003\", \"@4294967294\"];\n};\n");
	assert_int_equal(chmod("kumatop.conf", 0644), 0);
	struct conf *conf = conf_dir_load();
	const struct access *access = conf->access;
	assert_non_null(access);
	assert_int_equal(conf->warnings.count, 0);
	assert_int_equal(access->owner_uid, geteuid());
	assert_int_equal(access->rule_count, 4);
	assert_int_equal(role_of(access, geteuid(), 9), ACCESS_ADMIN);
	assert_int_equal(role_of(access, daemon_uid, 9999), ACCESS_ADMIN);
	assert_int_equal(role_of(access, 9999, daemon_gid), ACCESS_ADMIN);
	assert_int_equal(role_of(access, 70000, 9999), ACCESS_ADMIN);
	assert_int_equal(role_of(access, 70001, 9999), ACCESS_NONE);
	assert_int_equal(role_of(access, 9999, 70001), ACCESS_ADMIN);
	assert_int_equal(role_of(access, 70002, 9999), ACCESS_DEV);
	assert_int_equal(role_of(access, 70003, 9999), ACCESS_GUEST);
	assert_int_equal(role_of(access, 9999, 70003), ACCESS_NONE);
	assert_int_equal(role_of(access, 9999, 4294967294u), ACCESS_GUEST);
	assert_int_equal(access->rules[1].groups.count, 2);
	assert_string_equal(access->rules[1].groups.items[1], "two words");
	assert_int_equal(access->rules[1].tags.count, 1);
	assert_true(access->rules[1].only);
	assert_int_equal(access->rules[2].groups.count, 0);
	assert_false(access->rules[2].only);
	/* It outlives the configuration. */
	struct access *held = access_hold(conf->access);
	conf_free(conf);
	assert_int_equal(role_of(held, 70002, 9999), ACCESS_DEV);
	access_release(held);
}

static void test_guests(void **state)
{
	(void)state;
	conf_dir_write("kumatop.conf", "access: { admin = \"root\"; guest = [\"*\"]; };");
	struct conf *conf = conf_dir_load();
	assert_int_equal(role_of(conf->access, 0, 0), ACCESS_ADMIN);
	assert_int_equal(role_of(conf->access, 70003, 9999), ACCESS_GUEST);
	conf_free(conf);
	conf_dir_write("kumatop.conf", "interval = \"5s\";");
	conf = conf_dir_load();
	assert_null(conf->access);
	conf_free(conf);
	conf = conf_empty();
	assert_null(conf->access);
	assert_null(conf_socket_path(conf));
	conf_free(conf);
}

static void test_socket(void **state)
{
	(void)state;
	static const struct { const char *written, *path; } rows[] = {
		{ "/run/x/kumatop.sock", "/run/x/kumatop.sock" },
		{ "run/k.sock", "/etc/kumatop/run/k.sock" },
		{ "~/k.sock", "/home/somebody/k.sock" },
		{ "~other/k.sock", "/etc/kumatop/~other/k.sock" },
	};
	assert_int_equal(setenv("HOME", "/home/somebody", 1), 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *text = heap_print("socket = \"%s\";", rows[i].written);
		conf_dir_write("kumatop.conf", text);
		free(text);
		struct conf *conf = conf_dir_load();
		assert_string_equal(conf->settings.socket, rows[i].written);
		free(conf->path);
		conf->path = heap_text("/etc/kumatop/kumatop.conf");
		char *path = conf_socket_path(conf);
		assert_string_equal(path, rows[i].path);
		free(path);
		conf_free(conf);
	}
	/* Nothing is the usual place, as if the line were not there. */
	conf_dir_write("kumatop.conf", "socket = \"\";");
	struct conf *conf = conf_dir_load();
	assert_null(conf_socket_path(conf));
	conf_free(conf);
}

/* What the sample shows behind # is right, but for users and groups that need not be here. */
static void test_sample(void **state)
{
	(void)state;
	const char *source = getenv("SOURCE");
	char *path = heap_print("%s/kumatop.conf", source ? source : conf_dir_origin()), line[1000];
	FILE *from = fopen(path, "r"), *to = fopen("kumatop.conf", "w");
	bool inside = false;
	size_t lines = 0;
	assert_non_null(from);
	assert_non_null(to);
	while (fgets(line, sizeof line, from)) {
		inside = inside || strncmp(line, "# access: {", 11) == 0;
		if (!inside)
			continue;
		assert_int_equal(line[0], '#');
		assert_true(fputs(line + 1, to) >= 0);
		lines++;
		if (strncmp(line, "# };", 4) == 0)
			break;
	}
	assert_in_range(lines, 5, 40);
	assert_int_equal(fclose(from), 0);
	assert_int_equal(fclose(to), 0);
	free(path);
	struct conf_faults faults = { 0 };
	conf_free(conf_load("kumatop.conf", &faults));
	for (size_t i = 0; i < faults.lines.count; i++) {
		if (!strstr(faults.lines.items[i], ": there is no "))
			fail_msg("%s", faults.lines.items[i]);
	}
	conf_faults_finish(&faults);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_all_at_once),
		cmocka_unit_test(test_main_file_only),
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_guests),
		cmocka_unit_test(test_socket),
		cmocka_unit_test(test_sample),
	};
	return cmocka_run_group_tests(tests, conf_dir_enter, conf_dir_leave);
}
