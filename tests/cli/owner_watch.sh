#!/bin/sh
# wait, status, events: what a running kumatop sees, and what a database knows when none runs.
. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"

start_peer web 'read-request; respond 200 hello'
db=$TEST_DIR/kumatop.db
cat >own.conf <<CONF
database = "$db";
monitors: (
  { name = "web"; http = "$url/"; interval = "1s"; timeout = "1s"; rise = 1; fall = 1; },
  { name = "steady"; tcp = "127.0.0.1:$port"; interval = "1s"; timeout = "1s"; }
);
CONF
chmod 600 own.conf

kt() { run "$KUMATOP" "$@" --config own.conf; }
owners=0
start_owner()
{
	owners=$((owners + 1))
	owner=owner$owners
	start "$owner" "$KUMATOP" serve --config own.conf
	_ready() { grep -q ready "$TEST_DIR/$owner.err"; }
	wait_for 20 _ready
}
_lines() { [ "$(grep -Ec -e "$2" "$1")" -ge "$3" ]; }

kt status
is 'neither owner nor database: status is 69' "$status" 69
is 'and says nothing on stdout' "$out" ''
like 'but why' "$err" 'no kumatop is running'
kt events
is 'nor are there events' "$status" 69
kt wait web --up 5s
is 'nor anything to wait for' "$status" 69
like 'and why' "$err" 'no kumatop is running'

ok 'an owner starts' start_owner
kt wait web 'ste*' --up 20s
is 'wait until all are up' "$status" 0
is 'it says nothing' "$out$err" ''
kt wait wbe --up 1s
is 'wait for nobody' "$status" 65
like 'names the nearest' "$err" 'did you mean "web"'
kt wait web
is 'wait needs a time' "$status" 64
kt wait web --up 1s --down 1s
is 'and one aim' "$status" 64
kt wait web --down 300ms
is 'the time is over' "$status" 69
like 'and says what is' "$err" 'web is still up: 200 OK, since [0-9:]+ \('

kt status
is 'status' "$status" 0
like 'counts, and whose board' "$out" "^2 up; kumatop on .*, process [0-9]+ \\($db\\)\$"
kt status --short
is 'short: counts alone' "$out" '●2'
LC_ALL=C run "$KUMATOP" status --short --config own.conf
is 'in ASCII where the locale is' "$out" 'o2'
kt status --json
like 'as JSON' "$out" '"running": *true.*"monitors": *2.*"up": *2.*"worst": *null'

start follow "$KUMATOP" events --follow -n 0 --config own.conf
start json "$KUMATOP" events -f --json --monitor web --config own.conf
start all "$KUMATOP" events -f --since 1h --config own.conf
_listens() { _lines json.out '"monitor": *"web".*"event": *"state".*"to": *"up"' 1; }
ok 'who follows gets what was' wait_for 20 _listens
ok 'from a time on, too' wait_for 20 _lines all.out ' web .* UP ' 1

set_peer web 'read-request; respond 503 nope'
kt wait web --down 20s
is 'wait until it is down' "$status" 0
ok 'who follows is told' wait_for 30 _lines follow.out ' web .* DOWN +wrong status: 503' 1
ok 'as JSON' wait_for 30 _lines json.out '"from": *"up".*"to": *"down"' 1
kt status
like 'the worst, why and how long' "$out" '^1 down, 1 up; worst: web down for [0-9a-z]+: 503 .*; kumatop on'
kt status --short
is 'short' "$out" '▼1 ●1'
kt status --json
like 'the worst as JSON' "$out" '"worst": *\{.*"name": *"web".*"state": *"down"'
kt wait web --up 300ms
like 'it is still down, and why' "$err" 'web is still down: 503 .*, since'

start waiting "$KUMATOP" wait web --up 60s --config own.conf
_attached() { ls -l "/proc/$(pid_of waiting)/fd" | grep -q socket; }
ok 'somebody waits' wait_for 20 _attached
stop "$owner"
is 'the owner ends' "$status" 0
_says() { grep -q 'waiting for it' "$1"; }
ok 'who waits notices' wait_for 20 _says waiting.err
ok 'who follows notices' wait_for 20 _says follow.err
kt status
is 'status from the database' "$status" 0
like 'and it says so' "$out" '^1 down, 1 up; worst: web .*; not running, as of [0-9]+:[0-9]+ \('
kt status --short
like 'short, too' "$out" '^▼1 ●1 not running$'
kt status --json
like 'JSON, too' "$out" '"running": *false'
set_peer web 'read-request; respond 200 hello'
ok 'another owner starts' start_owner
finish waiting 60
is 'who waited goes on, until it is up' "$status" 0
ok 'who follows is told' wait_for 20 _lines follow.out ' web .* UP .* after ' 1
kt pause steady
ok 'and of what people do' wait_for 20 _lines follow.out " steady .*paused .*by $(id -un)" 1
kt resume steady
ok 'each' wait_for 20 _lines follow.out " steady .*resumed" 1
ok 'and of what came of it' wait_for 20 _lines follow.out ' steady .* UP ' 1
ok 'all of them' wait_for 20 _lines all.out ' steady .* UP ' 2
ok 'who began before, too' wait_for 20 _lines json.out '"to": *"up"' 2

stop follow INT
is 'SIGINT ends it well' "$status" 0
stop all TERM
is 'and so does SIGTERM' "$status" 0
stop json INT
for file in follow.out all.out json.out; do
	is "$file: nothing twice" "$(sort $file | uniq -d)" ''
	is "$file: in order" "$(cut -c1-19 $file | sort -c 2>&1)" ''
done
unlike 'only of the monitor asked for' "$(cat json.out)" 'steady'
kt events --since 1h
is 'events' "$status" 0
is 'the same as who followed was told' "$out" "$(cat all.out)"
owned=$out
kt events -n 2
is 'the newest two' "$out" "$(tail -n 2 all.out)"
kt events --json --monitor web
"$KUMATOP" export --format ndjson --events --monitor web --config own.conf >export.out
is 'as export has them' "$out" "$(cat export.out)"
kt events --since yesteryear
is 'a time that is none' "$status" 64
"$KUMATOP" events --follow --config own.conf 2>pipe.err | head -n 1 >pipe.out
is 'head ends it' "$(wc -l <pipe.out)" 1
is 'without a word' "$(cat pipe.err)" ''

stop "$owner"
kt events --since 1h
is 'from the database' "$status" 0
is 'the same' "$(printf '%s\n' "$out" | sed '$d')" "$owned"
like 'and the end of it' "$(printf '%s\n' "$out" | tail -n 1)" ' kumatop .*stopped'
kt events --follow
is 'there is nothing to follow' "$status" 69
done_testing
