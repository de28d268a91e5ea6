/* What targets on the command line and in the configuration mean, and how the others are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kumatop/probe.h"

static void test_kinds(void **state)
{
	(void)state;
	static const struct {
		const char *text, *kind, *target, *name;
	} rows[] = {
		{ "https://example.com", "http", "https://example.com/", "example.com" },
		{ "HTTP://Example.com/", "http", "http://Example.com/", "Example.com" },
		{ "https://example.com:8443/health?x=1#top", "http", "https://example.com:8443/health?x=1", "example.com:8443/health?x=1" },
		{ "http://[::1]:80/", "http", "http://[::1]:80/", "[::1]:80" },
		{ "https://bücher.example/ä", "http", "https://bücher.example/ä", "bücher.example/ä" },
		{ "tcp://db.internal:5432", "tcp", "db.internal:5432", "db.internal:5432" },
		{ "tcp://db.internal:5432/", "tcp", "db.internal:5432", "db.internal:5432" },
		{ "DB.Internal:5432", "tcp", "db.internal:5432", "db.internal:5432" },
		{ "[::1]:80", "tcp", "[::1]:80", "[::1]:80" },
		{ "[0:0:0:0:0:0:0:1]:80", "tcp", "[::1]:80", "[::1]:80" },
		{ "192.0.2.1:22", "tcp", "192.0.2.1:22", "192.0.2.1:22" },
		{ "bücher.example:1", "tcp", "bücher.example:1", "bücher.example:1" },
		{ "ping://example.com", "ping", "example.com", "example.com" },
		{ "example.com", "ping", "example.com", "example.com" },
		{ "localhost", "ping", "localhost", "localhost" },
		{ "example.com.", "ping", "example.com.", "example.com." },
		{ "my_host-1", "ping", "my_host-1", "my_host-1" },
		{ "192.0.2.1", "ping", "192.0.2.1", "192.0.2.1" },
		{ "2001:DB8::1", "ping", "2001:db8::1", "2001:db8::1" },
		{ "[2001:db8::1]", "ping", "2001:db8::1", "2001:db8::1" },
		{ "ping://[::1]", "ping", "::1", "::1" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct kind *kind;
		char *target, *again;
		struct error err = { 0 };
		if (!probe_target_parse(rows[i].text, &kind, &target, &err))
			fail_msg("%s: %s", rows[i].text, err.text);
		assert_string_equal(kind->name, rows[i].kind);
		assert_string_equal(target, rows[i].target);
		/* What is canonical stays as it is: it comes back from the database. */
		assert_true(kind->read_target(target, &again, &err));
		assert_string_equal(again, target);
		char *name = probe_target_name(kind, target);
		assert_string_equal(name, rows[i].name);
		free(name);
		free(again);
		free(target);
	}
}

static void test_refused(void **state)
{
	(void)state;
	static const struct {
		const char *text, *part;
	} rows[] = {
		{ "", "is empty: write https://host/path, host:port or host" },
		{ "ftp://example.com", "\"ftp://\" is no kind of check: there are https://, http://, tcp://, ping://" },
		{ "://x", "is no kind of check" },
		{ "example.com:99999", "port 99999 is out of range: write 1 to 65535" },
		{ "example.com:0", "port 0 is out of range" },
		{ "example.com:99999999999999999999", "out of range" },
		{ "example.com:http", "port \"http\" is not a number" },
		{ "example.com:", "port \"\" is not a number" },
		{ "tcp://example.com", "has no port: write host:port" },
		{ "tcp://192.0.2.1", "has no port: write 192.0.2.1:80" },
		{ "tcp://::1", "has no port: write [::1]:80" },
		{ "tcp://:80", "has no host: write host:port" },
		{ ":80", "has no host" },
		{ "ping://example.com:80", "to check a port write tcp://example.com:80" },
		{ "ping://", "is empty" },
		{ "example.com/path", "write https://example.com/path to check a page" },
		{ "me@example.com", "holds an @" },
		{ "tcp://me@example.com:22", "holds an @" },
		{ "exa mple.com", "holds a blank" },
		{ "https://example.com/a b", "in a path as %20" },
		{ "exam\tple.com", "control character (byte 5)" },
		{ "https://example.com/\x1b[31m", "control character" },
		{ "https://example.com/\xe2\x80\x8b", "cannot be seen" },
		{ "https://example.com/\xff", "cannot be seen" },
		{ "http://", "no host that makes sense" },
		{ "http://:80/", "no host that makes sense" },
		{ "https://example.com:99999/", "port in \"https://example.com:99999/\" is out of range" },
		{ "https://example.com:0/", "out of range" },
		{ "https://me:secret@example.com/", "write them as the settings user and password" },
		{ "https://me@example.com/", "write them as the settings user and password" },
		{ "https://exa_mple..com/", "neither a host name nor an address" },
		{ "300.1.1.1", "neither a host name nor an address" },
		{ "192.0.2", "neither a host name nor an address" },
		{ "a..b", "neither a host name nor an address" },
		{ ".example.com", "neither a host name nor an address" },
		{ "[::1", "" },
		{ "[::g]:80", "neither a host name nor an address" },
		{ "a\"b", "neither a host name nor an address" },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example", "neither a host name" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct kind *kind;
		char *target = NULL;
		struct error err = { 0 };
		if (probe_target_parse(rows[i].text, &kind, &target, &err))
			fail_msg("\"%s\" is taken as %s \"%s\"", rows[i].text, kind->name, target);
		if (strstr(err.text, rows[i].part) == NULL)
			fail_msg("\"%s\": \"%s\" does not hold \"%s\"", rows[i].text, err.text, rows[i].part);
	}
}

static void test_kind_needs_its_form(void **state)
{
	(void)state;
	static const struct {
		const char *kind, *target, *part;
	} rows[] = {
		{ "http", "example.com", "does not begin with http:// or https://" },
		{ "http", "ftp://example.com", "does not begin with http:// or https://" },
		{ "tcp", "example.com", "has no port" },
		{ "tcp", "tcp://example.com:80", "" },
		{ "ping", "example.com:80", "has a port" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		char *target = NULL;
		struct error err = { 0 };
		assert_false(probe_kind_find(rows[i].kind)->kind.read_target(rows[i].target, &target, &err));
		if (strstr(err.text, rows[i].part) == NULL)
			fail_msg("\"%s\" does not hold \"%s\"", err.text, rows[i].part);
	}
	assert_null(probe_kind_find("https"));
	assert_null(probe_kind_find(""));
}

/* Defaults parse, and every row has what help and the form print. */
static void test_tables(void **state)
{
	(void)state;
	for (size_t i = 0; probe_kinds[i] != NULL; i++) {
		const struct kind *kind = &probe_kinds[i]->kind;
		assert_non_null(kind->summary);
		assert_non_null(kind->target_form);
		for (const struct setting *row = kind->settings; row->name != NULL; row++) {
			assert_non_null(row->summary);
			assert_true(setting_find(kind->settings, row->section, row->name) == row);
			/* No setting may hide one that all kinds have, nor be taken for a kind. */
			assert_null(row->section == NULL ? setting_find(spec_settings, NULL, row->name) : NULL);
			assert_null(probe_kind_find(row->name));
		}
		const char *target = strcmp(kind->name, "tcp") == 0 ? "a:1" : strcmp(kind->name, "http") == 0 ? "http://a/" : "a";
		struct error err = { 0 };
		struct monitor_spec *spec = spec_create(kind, "x", target, &err);
		assert_non_null(spec);
		for (const struct setting *row = kind->settings; row->name != NULL; row++)
			if (row->example != NULL && !setting_from_text(row, spec->settings, row->example, &err))
				fail_msg("example of %s: %s", row->name, err.text);
		spec_release(spec);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_kind_needs_its_form),
		cmocka_unit_test(test_tables),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
