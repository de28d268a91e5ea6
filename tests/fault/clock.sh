#!/bin/sh
# A clock of the day that is set by an hour and by ten years, ahead and back, while `kumatop serve` runs and while it does not: checks go
# on, it is said, what was kept stays, and the clock being right again all is as it was.
. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"
. "$SOURCE/tests/lib/faults.sh"

HOUR=3600
YEARS=315532800

make_faults
start_peer web 'read-request; respond 200 hello'
db=$TEST_DIR/kumatop.db
cat >kumatop.conf <<CONF
database = "$db";
socket = "$TEST_DIR/sock";
keep_raw = "7d";
monitors: (
  { name = "web"; http = "$url/web"; interval = "1s"; timeout = "1s"; },
  { name = "shop"; http = "$url/shop"; interval = "1s"; timeout = "1s"; }
);
CONF
chmod 600 kumatop.conf

sql() { sqlite3 "file:$db?mode=ro" "$1" 2>>sql.err; }
first_beats() { "$KUMATOP" export --config kumatop.conf --since "$since" --until "$until" 2>>export.err | sed 1d; }
_ready() { grep -q ready "$run.err"; }
_asked() { [ "$(grep -c "GET /$1 " web.log)" -ge "$2" ]; }
_said() { tail -n "+$said" "$run.err" | grep -q "$1"; }
_up() { [ "$(faulty "$KUMATOP" list --config kumatop.conf --json | grep -c '"state": *"up"')" -eq 2 ]; }
# What is to be removed makes it look for all that is too old, at once.
tidy()
{
	tidied=$((${tidied:-0} + 1))
	faulty "$KUMATOP" add --config kumatop.conf --name "gone$tidied" "$url/gone" >/dev/null 2>>tidy.err
	faulty "$KUMATOP" rm --config kumatop.conf "gone$tidied" >/dev/null 2>>tidy.err
	_tidy() { [ "$(sql "select count(*) from monitor where name = 'gone$tidied'")" -eq 0 ]; }
	wait_for 60 _tidy
}

more() # NAME: both are asked again
{
	for monitor in web shop; do
		ok "$1: $monitor is checked" wait_for 60 _asked $monitor $(($(grep -c "GET /$monitor " web.log) + 2))
	done
}

begin()
{
	run=$1
	said=1
	start_faulty "$run" "$KUMATOP" serve --config kumatop.conf
	ok "$run: it gets ready" wait_for 60 _ready
}

step() # SECONDS TEXT
{
	said=$(($(wc -l <"$run.err") + 1))
	set_fault ahead "$1"
	ok "$2: it is said" wait_for 60 _said "the clock of this machine was set $2 by"
	more "$2 to $1"
	ok "$2 to $1: it tidies up" tidy
	ok "$2 to $1: all is up" wait_for 60 _up
	is "$2 to $1: what was there is there" "$(first_beats)" "$were"
}

since=$(date -u +%Y-%m-%dT%H:%M:%SZ)
begin serve
more 'at first'
# A second is cut off what --until is given: those that are to be in it have come before it began.
_kept() { [ "$(sql "select count(*) from beat_tail where time_us < $(date +%s) * 1000000")" -ge 4 ]; }
wait_for 60 _kept
until=$(date -u +%Y-%m-%dT%H:%M:%SZ)
more 'and on'
were=$(first_beats)
ok 'there is history' [ "$(printf '%s\n' "$were" | wc -l)" -ge 4 ]

steps=6
step $HOUR ahead
step 0 back
if [ "$(full_or yes no)" = yes ]; then
	step -$HOUR back
	step 0 ahead
	steps=8
fi
step $YEARS ahead
ok 'that nothing grows old by it is said' _said 'no history is deleted as too old by it'
step 0 back
ok 'and that it is expected again' _said 'the clock shows what is expected again'
before=$(grep -c 'GET /\(web\|shop\) ' web.log)
step -$YEARS back
old=$(($(grep -c 'GET /\(web\|shop\) ' web.log) - before))
ok 'years back: that it is not expected is said' _said 'earlier than expected'
step 0 ahead
is 'each step is an event' "$(sql "select count(*) from event where detail like 'the clock of this machine was set%'")" "$steps"
send_signal serve KILL
finish serve

# Killed, and started by another clock, and by the right one again.
set_fault ahead $YEARS
begin years
more 'years later'
ok 'years later: it tidies up' tidy
ok 'years later: it says what it does not do' _said 'later than expected'
is 'years later: what was there is there' "$(first_beats)" "$were"
stop years
is 'years later: it ends with 0' "$status" 0
set_fault ahead 0
begin again
more again
ok 'again: it tidies up' tidy
ok 'again: all is up' wait_for 60 _up
is 'again: what was there is there' "$(first_beats)" "$were"
# What the wrong clocks left is not what a monitor was last seen with.
unlike 'again: nothing is of the future' "$("$KUMATOP" list --config kumatop.conf --json)" "\"[a-z_]*\": *\"20[3-9][0-9]-"
stop again
is 'again: it ends with 0' "$status" 0
is 'the database is sound' "$(sqlite3 "$db" 'pragma integrity_check')" ok

# Every request has its beat, but those that were under way when it was killed, or stopped. What was kept while the clock was ten years
# back is as old as it says, and goes as such.
requested=$(grep -c 'GET /\(web\|shop\) ' web.log)
kept=$("$KUMATOP" export --config kumatop.conf | sed 1d | grep -c '^[^,]*,\(web\|shop\),')
note "$requested requests, $kept beats, and $old that were ten years old"
ok 'nothing was lost' [ "$kept" -ge $((requested - old - 8)) ]
is 'nor kept twice' "$("$KUMATOP" export --config kumatop.conf | cut -d, -f1,2 | sort | uniq -d)" ''
done_testing
