/*
 * Screens of several users on one kumatop of a service user: each is told whose board it is and what he is there, acts, and is refused;
 * and they are back by themselves when that kumatop was killed and started again. What commands may is people.sh's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/await.h"
#include "../lib/live.h"
#include "../lib/peer.h"
#include "../lib/service.h"

#include "kumatop/heap.h"

enum { WORDS_MOST = 16, ROWS = 30, COLUMNS = 120 };

struct names {
	char service[64], dev[64], guest[64], payments[64], lookers[64];
};

struct scene {
	pid_t keeper;
	int end;		/* closed: the users go */
	struct names names;
	struct peer *web;
	struct service *service;
	struct term *dev, *guest;
};

static const char good[] = "read-request; respond 200 hello";
static const char bad[] = "read-request; respond 503";

static void read_names(FILE *from, struct names *names)
{
	char line[256], part[64], name[64];

	while (fgets(line, sizeof(line), from) && strcmp(line, "ready\n") != 0) {
		char *to = NULL;

		assert_int_equal(sscanf(line, "%63s %63s", part, name), 2);
		to = strcmp(part, "service") == 0 ? names->service : to;
		to = strcmp(part, "dev") == 0 ? names->dev : to;
		to = strcmp(part, "guest") == 0 ? names->guest : to;
		to = strcmp(part, "payments") == 0 ? names->payments : to;
		to = strcmp(part, "lookers") == 0 ? names->lookers : to;
		if (to)
			memcpy(to, name, sizeof(name));
	}
}

/* Leaves keeper 0 when there are no users to be had. */
static void make_users(struct scene *scene)
{
	char *script = heap_print("%s/tests/lib/people", getenv("SOURCE") ? getenv("SOURCE") : ".");
	int to[2], from[2];
	FILE *said;

	assert_int_equal(pipe2(to, O_CLOEXEC), 0);
	assert_int_equal(pipe2(from, O_CLOEXEC), 0);
	scene->keeper = fork();
	if (scene->keeper == 0) {
		/* Out of what is killed along with the test: it ends by itself. */
		(void)setsid();
		if (dup2(to[0], STDIN_FILENO) >= 0 && dup2(from[1], STDOUT_FILENO) >= 0)
			execlp("sh", "sh", script, (char *)NULL);
		_exit(127);
	}
	close(to[0]);
	close(from[1]);
	scene->end = to[1];
	said = fdopen(from[0], "r");
	assert_non_null(said);
	read_names(said, &scene->names);
	fclose(said);
	free(script);
}

static struct term *look(const struct service *service, const char *user)
{
	static const char *const env[] = { "HOME=/nonexistent", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "LC_ALL=C.UTF-8", NULL };
	const char *argv[WORDS_MOST] = { NULL };
	size_t count = 0;

	for (const char *const *word = service_as(user); *word; word++)
		argv[count++] = *word;
	argv[count++] = service->program;
	argv[count++] = "--socket";
	argv[count++] = service->socket;
	return live_start_argv(argv, ROWS, COLUMNS, env);
}

static int begin(void **state)
{
	static struct scene scene;
	struct error err;

	*state = &scene;
	if (geteuid() != 0)
		return 0;
	make_users(&scene);
	if (!scene.names.lookers[0])
		return 0;
	scene.web = peer_start(good, &err);
	assert_non_null(scene.web);
	scene.service = service_create(scene.names.service);
	service_configure(scene.service,
	    "access: { admin = [\"root\"]; dev: ( { who = [\"@%s\"]; groups = [\"shop\"]; } ); guest = [\"@%s\"]; };\n"
	    "monitors: ( { name = \"shop-web\"; http = \"%s\"; group = \"shop\"; }, { name = \"blog\"; http = \"%s\"; group = \"web\"; } );",
	    scene.names.payments, scene.names.lookers, peer_url(scene.web), peer_url(scene.web));
	service_start(scene.service);
	scene.dev = look(scene.service, scene.names.dev);
	scene.guest = look(scene.service, scene.names.guest);
	return 0;
}

static void skip_without_users(const struct scene *scene)
{
	if (!scene->service)
		SKIP_BECAUSE("only root can make users, and with useradd");
}

/* Puts the cursor on a monitor, by F3: the pane below the list is then about it. */
static void choose(struct term *term, const char *name)
{
	char *title = heap_print("─ %s ─", name);

	term_keys(term, "\x1bOR");
	term_keys(term, name);
	term_keys(term, "\r");
	TERM_EXPECT(term, title);
	free(title);
}

static void each_sees_whose_board_it_is(void **state)
{
	struct scene *scene = *state;
	char host[256];

	skip_without_users(scene);
	assert_int_equal(gethostname(host, sizeof(host)), 0);
	LIVE_EXPECT_ROW(scene->dev, "shop-web", "●");
	LIVE_EXPECT_ROW(scene->guest, "blog", "●");
	TERM_EXPECT(scene->dev, "viewer dev");
	TERM_EXPECT(scene->guest, "viewer guest");
	TERM_EXPECT(scene->dev, host);
	TERM_EXPECT(scene->guest, host);
	term_keys(scene->guest, "?");
	TERM_EXPECT(scene->guest, "as guest on");
	TERM_EXPECT(scene->guest, "(takes dev)");
	term_keys(scene->guest, "q");
	TERM_EXPECT_GONE(scene->guest, "as guest on");
}

static void a_guest_only_looks(void **state)
{
	struct scene *scene = *state;

	skip_without_users(scene);
	choose(scene->guest, "shop-web");
	term_keys(scene->guest, "p");
	TERM_EXPECT(scene->guest, "to pause and resume takes dev");
	term_keys(scene->guest, "a");
	TERM_EXPECT(scene->guest, "to add monitors takes admin");
	LIVE_EXPECT_ROW(scene->guest, "shop-web", "●");
}

static void a_dev_acts_where_he_may(void **state)
{
	struct scene *scene = *state;
	char *by;

	skip_without_users(scene);
	choose(scene->dev, "blog");
	term_keys(scene->dev, "p");
	TERM_EXPECT(scene->dev, "may not pause and resume");
	choose(scene->dev, "shop-web");
	term_keys(scene->dev, "p");
	/* What one does the other sees, and who did it. */
	LIVE_EXPECT_ROW(scene->dev, "shop-web", "║");
	LIVE_EXPECT_ROW(scene->guest, "shop-web", "║");
	LIVE_EXPECT_ROW(scene->guest, "blog", "●");
	by = heap_print("paused by %s", scene->names.dev);
	LIVE_EXPECT_ROW(scene->guest, "shop-web", by);
	free(by);
	term_keys(scene->dev, "p");
	LIVE_EXPECT_ROW(scene->guest, "shop-web", "●");
}

static void a_dev_acknowledges(void **state)
{
	struct scene *scene = *state;
	struct error err;

	skip_without_users(scene);
	assert_true(peer_set_script(scene->web, bad, &err));
	LIVE_EXPECT_ROW(scene->dev, "shop-web", "▼");
	term_keys(scene->dev, "A");
	LIVE_EXPECT_ROW(scene->dev, "shop-web", "shop-web a");
	LIVE_EXPECT_ROW(scene->guest, "shop-web", "shop-web a");
	assert_true(peer_set_script(scene->web, good, &err));
	LIVE_EXPECT_ROW(scene->guest, "shop-web", "●");
}

static void after_a_kill_all_are_back(void **state)
{
	struct scene *scene = *state;

	skip_without_users(scene);
	term_keys(scene->dev, "p");
	LIVE_EXPECT_ROW(scene->guest, "shop-web", "║");
	assert_int_equal(service_end(scene->service, SIGKILL, 10000), 128 + SIGKILL);
	TERM_EXPECT(scene->dev, "is gone since");
	TERM_EXPECT(scene->guest, "is gone since");
	/* The last that was known stays; nothing can be done. */
	LIVE_EXPECT_ROW(scene->guest, "shop-web", "║");
	term_keys(scene->dev, "p");
	TERM_EXPECT(scene->dev, "attaching again");

	service_start(scene->service);
	TERM_EXPECT_GONE(scene->dev, "is gone since");
	TERM_EXPECT_GONE(scene->guest, "is gone since");
	LIVE_EXPECT_ROW(scene->guest, "shop-web", "║");
	LIVE_EXPECT_ROW(scene->guest, "blog", "●");
	TERM_EXPECT(scene->dev, "viewer dev");
	term_keys(scene->dev, "p");
	LIVE_EXPECT_ROW(scene->guest, "shop-web", "●");
}

static void all_leave_and_the_checks_go_on(void **state)
{
	struct scene *scene = *state;
	unsigned requests;

	skip_without_users(scene);
	live_quit(scene->guest);
	live_quit(scene->dev);
	scene->guest = scene->dev = NULL;
	requests = peer_requests(scene->web);
	AWAIT(peer_requests(scene->web) > requests + 1, TERM_PATIENCE_MS);
	assert_int_equal(service_end(scene->service, SIGTERM, 10000), 0);
}

static int end(void **state)
{
	struct scene *scene = *state;
	int status = 0;

	term_stop(scene->guest);
	term_stop(scene->dev);
	service_destroy(scene->service);
	peer_stop(scene->web);
	if (scene->keeper > 0) {
		close(scene->end);
		waitpid(scene->keeper, &status, 0);
	}
	return scene->service ? status : 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_sees_whose_board_it_is),
		cmocka_unit_test(a_guest_only_looks),
		cmocka_unit_test(a_dev_acts_where_he_may),
		cmocka_unit_test(a_dev_acknowledges),
		cmocka_unit_test(after_a_kill_all_are_back),
		cmocka_unit_test(all_leave_and_the_checks_go_on),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
