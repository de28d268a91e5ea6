#!/bin/sh
# A service with its own configuration, and a user who may look at it but is not it: while it runs, while it does not, and while its
# configuration is wrong. He never gets a second kumatop that looks like the service.
. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"

[ "$(id -u)" = 0 ] || skip_all 'takes root, to be another user'
command -v setpriv >/dev/null || skip_all 'takes setpriv'
chmod 711 "$TEST_DIR"
file=$KUMATOP_ROOT/etc/kumatop/kumatop.conf
sock=$KUMATOP_ROOT/run/kumatop/kumatop.sock
mkdir -p "$KUMATOP_ROOT/etc/kumatop" "$KUMATOP_ROOT/run/kumatop" "$KUMATOP_ROOT/var/lib/kumatop" "$TEST_DIR/nobody"
chmod 750 "$KUMATOP_ROOT/run/kumatop"
chmod 700 "$KUMATOP_ROOT/var/lib/kumatop"
chmod 755 "$KUMATOP_ROOT" "$KUMATOP_ROOT/etc" "$KUMATOP_ROOT/run" "$KUMATOP_ROOT/var" "$KUMATOP_ROOT/var/lib"
chown nobody "$TEST_DIR/nobody"
as_nobody() # COMMAND…
{
	run setpriv --reuid=nobody --regid=0 --clear-groups env HOME="$TEST_DIR/nobody" XDG_CONFIG_HOME="$TEST_DIR/nobody" \
		XDG_STATE_HOME="$TEST_DIR/nobody" XDG_RUNTIME_DIR="$TEST_DIR/nobody" "$KUMATOP" "$@"
}
setpriv --reuid=nobody --regid=0 --clear-groups sh -c "test -x '$KUMATOP' && cd '$TEST_DIR/nobody'" 2>/dev/null \
	|| skip_all 'other users cannot get at the program or the test'"'"'s folder'

start_peer web 'read-request; respond 200 hello'
conf() # ACCESS
{
	printf '%s\n' "access: { $1 };" 'monitors: (' "  { name = \"web\"; http = \"$url/\"; interval = \"1h\"; }" ');' >"$file"
	chmod 600 "$file"
}
start_service()
{
	start service "$KUMATOP" serve --config "$file"
	wait_for 20 _ready
}
_ready() { grep -q ' ready' service.err; }

conf 'admin = ["root"]; guest = ["*"];'
ok 'the service starts' start_service
ok 'its history is in its place' [ -f "$KUMATOP_ROOT/var/lib/kumatop/kumatop.db" ]
ok 'and so is its socket' [ -S "$sock" ]
_up() { "$KUMATOP" list >/dev/null; }
ok 'all is up' wait_for 20 _up
run "$KUMATOP" list --json
like 'root finds it without naming anything' "$out" '"name": *"web"'
run "$KUMATOP" list --json --config "$file"
like 'and by its configuration' "$out" '"name": *"web"'
for command in 'list --json' 'status --json' events --json --once; do
	# shellcheck disable=SC2086 # words
	as_nobody $command
	is "$command: nobody may look without reading its configuration" "$err" ''
	like "$command: and sees the board" "$out" 'web|"running"'
done
as_nobody pause web
is 'what he may not do is refused' "$status" 77
as_nobody export
is 'history is not for him' "$status" 77
like 'and who can tell him' "$err" 'sudo -u kumatop'

conf 'admin = ["root"]; guest = [];'
as_nobody status --short
is 'a faulty configuration is not his trouble' "$status" 0
as_nobody --once
is 'nor on the board' "$err" ''
conf 'admin = ["root"];'
kill -HUP "$(pid_of service)"
_out() { as_nobody list; [ "$status" = 77 ]; }
ok 'who is not named any more is out' wait_for 20 _out
as_nobody --once
is 'and does not get a board of his own instead' "$status" 77
like 'but the reason' "$err" 'nobody has no access here'
unlike 'and no monitors' "$out" 'web'

run "$KUMATOP" stop
is 'nobody stops the service by the way' "$status" 64
like 'but knowingly' "$err" "systemctl stop kumatop, or kumatop stop --socket $sock"
as_nobody stop --socket "$sock"
is 'and not without the right' "$status" 77

conf 'admin = ["root"]; guest = ["*"];'
kill -KILL "$(pid_of service)"
for command in list 'pause web' 'add 127.0.0.1:5' 'rm web' status events --once; do
	# shellcheck disable=SC2086 # words
	as_nobody $command
	is "$command: the service does not run" "$status" 69
	like "$command: and that is said" "$err" 'no kumatop answers at .*start the service'
	is "$command: and nothing is made up" "$out" ''
done
ok 'no database of his own came of it' [ -z "$(find "$TEST_DIR/nobody" -name '*.db*')" ]
as_nobody --socket "$TEST_DIR/nobody/none.sock" --once
is 'a socket that is named and has nobody' "$status" 69
done_testing
