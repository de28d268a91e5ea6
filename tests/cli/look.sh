#!/bin/sh
# Looking at a kumatop that runs: without a terminal, through attach --stdio, and where that cannot be.
. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"

start_peer web 'read-request; respond 200 hello'
web=$url
closed_port
mkdir private
cat >owner.conf <<CONF
database = "$TEST_DIR/kumatop.db";
socket = "$TEST_DIR/private/owner";
interval = "1s"; timeout = "1s"; fall = 1; rise = 1;
monitors: ( { name = "fine"; http = "$web/"; }, { name = "broken"; tcp = "127.0.0.1:$port"; } );
CONF
chmod 600 owner.conf
chmod 700 private
start owner "$KUMATOP" serve --config owner.conf
_known() { "$KUMATOP" --once --socket "$TEST_DIR/private/owner" 2>/dev/null | grep -Eq '^down +broken'; }
ok 'the owner checks' wait_for 20 _known

run "$KUMATOP" --once --socket "$TEST_DIR/private/owner"
is 'exits by the worst' "$status" 2
like 'worst first' "$(printf '%s\n' "$out" | sed -n 2p)" '^down +broken'
like 'then the rest' "$(printf '%s\n' "$out" | sed -n 3p)" '^up +fine .*200 OK'
is 'nothing is said beside it' "$err" ''
KUMATOP_SOCKET=$TEST_DIR/private/owner run "$KUMATOP" --json
is 'by the environment, as JSON' "$status" 2
like 'an object' "$out" '"name": *"fine".*"state": *"up"'
unlike 'targets are one'"'"'s own' "$("$KUMATOP" --json "$web/" --socket "$TEST_DIR/private/owner")" 'broken'

mkfifo talk
exec 3<>talk
start attached sh -c "exec '$KUMATOP' attach --stdio --socket '$TEST_DIR/private/owner' <talk >heard"
printf '%s\n' '{"op":"hello","protocol":1,"version":"x"}' >&3
_heard() { grep -q "$1" heard; }
ok 'attach passes the hello on' wait_for 20 _heard '"op":"hello".*"host"'
printf '%s\n' '{"op":"watch","what":"board"}' >&3
ok 'and the picture' wait_for 20 _heard '"op":"board"'
# More than any pipe holds, both ways.
_ask() { _n=0; while [ $_n -lt 3000 ]; do printf '{"op":"ask","ticket":%d,"kind":"events","most":100}\n' $((_n += 1)); done; }
_ask >&3
ok 'much of it, without getting stuck' wait_for 60 _heard '"op":"answer".*"ticket":3000\b'
stop owner
ok 'it ends with the owner' finish attached 20
is 'with 0' "$status" 0
like 'after the farewell' "$(tail -n 1 heard)" '"op":"bye"'
exec 3>&-

run "$KUMATOP" attach --stdio --socket "$TEST_DIR/private/owner"
is 'nobody there: 69' "$status" 69
like 'and a sentence' "$err" 'no kumatop listens at '
run "$KUMATOP" attach --stdio
is 'nobody anywhere: 69' "$status" 69
like 'what to do' "$err" 'kumatop serve'
run "$KUMATOP" attach
is 'attach alone is 64' "$status" 64
run "$KUMATOP" --once --socket "$TEST_DIR/private/owner" --database none
unlike 'who names a database is not told of sockets' "$err" 'listens'
run "$KUMATOP" --once --socket "$TEST_DIR/private/owner"
like 'else it is said that nobody listens' "$err" 'no kumatop listens at .*private/owner$'
is 'and nothing else is shown instead' "$status" 69

run "$KUMATOP" --host far
is '--host without a terminal is 64' "$status" 64
for words in '--host -x' '--host far --once' '--host far --socket x' '--host far target' '--host far --ssh=\ '; do
	run "$KUMATOP" $words
	is "$words: 64" "$status" 64
done
run "$KUMATOP" --host me@far list --json
is 'a command does not go over --host' "$status" 64
is 'it is told how it goes' "$err" 'kumatop: commands do not go over --host: run ssh me@far kumatop list'
run "$KUMATOP" --host far --config owner.conf
is '--config is for what runs here' "$status" 64
like 'and that is said' "$err" 'it takes no --config'
run "$KUMATOP" --ssh 'ssh -p 2222' --config owner.conf --once
is '--ssh is for --host' "$status" 64
like 'and that is said' "$err" 'say which with --host'

if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	start owner "$KUMATOP" serve --config owner.conf
	ok 'the owner checks again' wait_for 20 _known
	chmod 711 . private
	chmod 600 private/owner
	cp "$KUMATOP" kumatop
	chmod 755 kumatop
	run setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/ XDG_CONFIG_HOME=/nowhere XDG_STATE_HOME=/nowhere XDG_RUNTIME_DIR=/nowhere \
		"$TEST_DIR/kumatop" --once --socket "$TEST_DIR/private/owner"
	like 'who may not connect is told whose it is' "$err" 'the kumatop of root runs here .*: members of root may'
	run setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/ "$TEST_DIR/kumatop" attach --stdio --socket "$TEST_DIR/private/owner"
	is 'attach: 77' "$status" 77
	stop owner
else
	skip 'who may not connect is told whose it is' 'takes root'
fi
done_testing
