#!/bin/sh
# list, add, edit, rm, pause, resume, check through the kumatop that owns the database, and the same words without one.
. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"

start_peer web 'read-request; respond 200 hello'
web=$url
db=$TEST_DIR/kumatop.db
cat >own.conf <<CONF
database = "$db";
monitors: ( { name = "declared"; http = "$web/"; interval = "1h"; } );
CONF
chmod 600 own.conf

kt() { run "$KUMATOP" "$@" --config own.conf; }
listed() { "$KUMATOP" list --json --config own.conf | sed -n 's/.*"name": *"'"$1"'".*"state": *"\([a-z]*\)".*/\1/p'; }
_listed() { [ "$(listed "$1")" = "$2" ]; }
beats() { sqlite3 "file:$db?mode=ro" "select count(*) from beat_tail b join monitor m on m.id = b.monitor where m.name = '$1'"; }
_beats() { [ "$(beats "$1")" -ge "$2" ]; }
_ready() { grep -q ready "$TEST_DIR/owner.err"; }

# The same, whoever carries it out.
every_command() # HOW
{
	kt add "$web/second" --name second --interval 1h --tags prod,eu --headers 'Authorization: Bearer hush'
	is "$1: add" "$status" 0
	is "$1: it is said" "$out" 'added second'
	kt list --json
	like "$1: list has it" "$out" '"name": *"second".*"origin": *"added".*"tags": *\["prod", *"eu"\]'
	kt add "$web/" --name second
	is "$1: the same name again" "$status" 64
	like "$1: and why" "$err" 'already'
	kt add "$web/" --name x --interval 0s
	is "$1: an interval of 0" "$status" 64
	kt add "$web/" --name x --intervall 5s
	like "$1: an unknown setting" "$err" 'did you mean interval'
	kt add 'ftp://example.com/'
	is "$1: a target of no kind" "$status" 64

	kt edit second --interval 2h --name Second
	is "$1: edit" "$status" 0
	is "$1: it is said" "$out" 'saved Second'
	kt list --conf
	is "$1: list --conf" "$status" 0
	like "$1: the change is there" "$out" 'name = "Second".*interval = "2h"'
	unlike "$1: secrets are not" "$out" 'hush'
	kt list --conf --reveal
	like "$1: but the database has it still" "$out" 'Bearer hush'
	kt edit Second
	is "$1: nothing to change" "$status" 64
	kt edit Secnd --interval 7s
	is "$1: edit of nobody" "$status" 65
	like "$1: names the nearest" "$err" 'did you mean "Second"'
	kt edit declared --interval 7s
	is "$1: a declared one is not edited" "$status" 64
	like "$1: where it is declared" "$err" 'own.conf:2'
	kt edit Second --name declared
	is "$1: a name that is taken" "$status" 64
	kt edit Second --target 'tcp://127.0.0.1:1'
	is "$1: a target of another kind" "$status" 64

	kt pause 'Sec*' declared
	is "$1: pause by pattern" "$status" 0
	is "$1: each is said" "$out" "$(printf 'paused Second\npaused declared')"
	is "$1: it is paused" "$(listed Second)" paused
	kt list
	is "$1: what is paused is nobody's worst" "$status" 0
	kt pause Second
	like "$1: twice is said" "$out" 'already'
	kt resume Second declared
	is "$1: resume" "$status" 0
	kt pause --for 40d Second
	is "$1: pause for a time" "$status" 0
	like "$1: it says until when" "$out" '^paused Second until 20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}$'
	kt pause --for 41d Second
	like "$1: a longer one" "$out" '^Second stays paused until 20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}$'
	kt pause Second
	is "$1: one without an end" "$out" 'Second stays paused'
	kt resume Second
	kt pause 'no*'
	is "$1: pause of nobody" "$status" 65

	kt rm declared
	is "$1: a declared one is not removed" "$status" 64
	kt rm Second
	is "$1: rm" "$status" 0
	is "$1: it is said" "$out" 'removed Second and its history'
	is "$1: it is gone" "$(listed Second)" ''
	kt events -n 1
	like "$1: the log says it once" "$out" " kumatop +removed +Second by $(id -un)\$"
	kt rm Second
	is "$1: rm of nobody" "$status" 65
	kt rm
	is "$1: rm without a name" "$status" 64
}

every_command 'without an owner'

start owner "$KUMATOP" serve --config own.conf
ok 'serve starts' wait_for 20 _ready
ok 'the list is live' wait_for 20 _listed declared up
every_command 'with an owner'
ok 'the owner is there still' running owner
unlike 'and nobody was told whose board it is: our own' "$err" 'this is the board'

ok 'what was checked is on disk' wait_for 20 _beats declared 1
before=$(beats declared)
kt check declared
is 'check of a monitor of the owner' "$status" 0
like 'the line' "$out" '^up +declared .*200 OK.*ms.*connect'
ok 'it counts there' wait_for 20 _beats declared $((before + 1))
kt check declard
is 'a slip of the finger is no host that is down' "$status" 65
is 'nor checked' "$out" ''
like 'it is told what was meant' "$err" 'there is no monitor "declard"; did you mean "declared"\? .*ping://declard$'
kt check --timeout 5s declard
is 'nor with another timeout' "$status" 65
kt check --json declared entirely-else
like 'a word that is near nothing is a host' "$out" '"target": *"entirely-else"'
like 'beside a monitor of the owner' "$out" '"name": *"declared".*"verdict": *"up"'
kt check declared --json
like 'as JSON' "$out" '"name": *"declared".*"verdict": *"up".*"phases_us"'
kt check declared --nagios
like 'as a plugin' "$out" "^KUMATOP OK: declared: .*\\| 'declared'=0\\."
before=$(beats declared)
kt check "$web/elsewhere" declared
is 'a target and a monitor' "$status" 0
is 'in the order asked for' "$(printf '%s\n' "$out" | grep -c '^up')" 2
like 'the target was checked' "$(cat web.log)" '/elsewhere'
set_peer web 'read-request; respond 503 nope'
kt check declared
is 'down is 2' "$status" 2
like 'and why' "$out" '^down .*503'
kt pause declared
kt check declared
is 'a paused one is not checked' "$status" 64
like 'and why' "$err" 'resume it first'
kt check declared --nagios
is 'to a plugin that is unknown' "$status" 3
kt check declared --timeout 5s
is 'with another timeout it is checked here' "$status" 2
kt resume declared

kt list --conf
printf '%s\n' "$out" >round.conf
chmod 600 round.conf
run "$KUMATOP" config check round.conf
is 'kumatop.conf accepts what list --conf prints' "$status" 0
sock=$(find "$XDG_RUNTIME_DIR" -type s)
ok 'there is one socket' [ -S "$sock" ]
run "$KUMATOP" list --socket "$sock"
like '--socket alone is enough' "$out" 'declared'
KUMATOP_SOCKET=$sock run "$KUMATOP" list --json
like 'and so is KUMATOP_SOCKET' "$out" '"name": *"declared"'
run "$KUMATOP" list --conf --reveal --socket "$sock"
is 'secrets do not come by the socket' "$status" 64
for command in list 'add http://127.0.0.1/' 'pause declared' 'check declared' status events 'wait declared --up 1s'; do
	# shellcheck disable=SC2086 # words
	run "$KUMATOP" $command --socket "$TEST_DIR/none.sock" --config own.conf
	is "$command: a socket nobody listens at" "$status" 69
	is "$command: and no database instead" "$out" ''
done
KUMATOP_SOCKET=$TEST_DIR/none.sock run "$KUMATOP" list --config own.conf
is 'nor by KUMATOP_SOCKET' "$status" 69

kill -STOP "$(pid_of owner)"
_stopped() { grep -q '^State:.*T' "/proc/$(pid_of owner)/status"; }
ok 'the owner is stopped' wait_for 30 _stopped
kt add "$web/" --name third
is 'an owner that does not answer: locked' "$status" 75
like 'and who has it' "$err" "$(pid_of owner)"
kt list
like 'the list is what the database knows' "$out" 'declared'
kill -CONT "$(pid_of owner)"
stop owner
is 'the owner ends with 0' "$status" 0
kt add "$web/" --name third
is 'and the database is nobody'"'"'s again' "$status" 0

mkdir -p "$XDG_CONFIG_HOME/kumatop"
cat >"$XDG_CONFIG_HOME/kumatop/kumatop.conf" <<CONF
monitors: ( { name = "personal"; http = "$web/"; interval = "1h"; } );
CONF
chmod 600 "$XDG_CONFIG_HOME/kumatop/kumatop.conf"
start personal "$KUMATOP" serve
_ready() { grep -q ready "$TEST_DIR/personal.err"; }
ok 'a personal one starts' wait_for 20 _ready
run "$KUMATOP" add "$web/" --name found
is 'who names nothing finds it' "$status" 0
run "$KUMATOP" list --json
like 'and looks at it' "$out" '"name": *"found"'
kt list --json
unlike 'who names a configuration gets its board' "$out" 'found'
mkdir other
XDG_CONFIG_HOME=$TEST_DIR/other XDG_STATE_HOME=$TEST_DIR/other run "$KUMATOP" list --json
like 'who has neither configuration nor database, too' "$out" '"name": *"found"'
XDG_CONFIG_HOME=$TEST_DIR/other XDG_STATE_HOME=$TEST_DIR/other run "$KUMATOP" list --json --database "$db"
unlike 'but not when a database is named' "$out" 'found'
# cron has another environment: the lock tells where the owner listens.
XDG_RUNTIME_DIR= run "$KUMATOP" pause found
is 'it is found from any environment' "$status" 0
like 'by its lock' "$out" 'paused found'
stop personal
done_testing
