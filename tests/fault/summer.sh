#!/bin/sh
# The hour that comes twice when summer time ends, and the one that does not come when it begins, under `kumatop serve` in such a zone: the
# machine's clock goes on, so every second is accounted for, and people see the time of their wall.
. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"
. "$SOURCE/tests/lib/faults.sh"

# By its rule, so that no zone files are needed: Central Europe.
TZ=CET-1CEST,M3.5.0,M10.5.0/3
export TZ
make_faults
start_peer web 'read-request; respond 200 hello'
db=$TEST_DIR/kumatop.db
cat >kumatop.conf <<CONF
database = "$db";
socket = "$TEST_DIR/sock";
monitors: ( { name = "web"; http = "$url/"; interval = "1s"; timeout = "1s"; fall = 1; rise = 1; } );
CONF
chmod 600 kumatop.conf

sql() { sqlite3 "file:$db?mode=ro" "$1" 2>>sql.err; }
_asked() { [ "$(requests web)" -ge "$1" ]; }
_is() { [ "$(sql "select w.word from monitor_state s join word w on w.what = 'state' and w.number = s.state")" = "$1" ]; }
_past() { [ "$(($(date +%s) + ahead))" -ge $(($1)) ]; }

wall() # of each change of state
{
	for second in $(sql 'select time_us / 1000000 from event where kind = 1 order by id'); do
		date -d "@$second" '+%F %T'
	done
}

change() # NAME SECOND
{
	rm -f "$db"*
	set_peer web 'read-request; respond 200 hello'
	ahead=$(($2 - 8 - $(date +%s)))
	set_fault ahead $ahead
	start_faulty "$1" "$KUMATOP" serve --config kumatop.conf
	ok "$1: it is up" wait_for 60 _is up
	set_peer web 'read-request; respond 503 nope'
	ok "$1: it goes down" wait_for 60 _is down
	ok "$1: the hour changes" wait_for 60 _past $(($2 + 2))
	set_peer web 'read-request; respond 200 hello'
	ok "$1: it is up again" wait_for 60 _is up
	ok "$1: and is checked on" wait_for 60 _asked $(($(requests web) + 2))
	down=$(sql "select (e.time_us - d.time_us) / 1000000 from event e, event d, word w, word v where e.kind = 1 and d.kind = 1
		and w.what = 'state' and w.word = 'up' and e.to_state = w.number and v.what = 'state' and v.word = 'down'
		and d.to_state = v.number and e.time_us > d.time_us")
	ok "$1: it was down for seconds, not for an hour" [ "$down" -lt 600 ]
	is "$1: nobody set a clock" "$(grep -c 'clock of this machine' "$1.err")" 0
	faulty "$KUMATOP" list --config kumatop.conf --json | tr -d ' \n' >list
	shown=$(sed 's/.*"down_s":\([0-9]*\).*/\1/' list)
	ok "$1: nor is it shown to have been" [ "$shown" -le $((down + 1)) ] && [ "$shown" -ge $((down - 1)) ]
	faulty "$KUMATOP" events --config kumatop.conf >events 2>events.err
	is "$1: people see the time of their wall" "$(grep -E ' (DOWN|UP) ' events | cut -c1-19)" "$(wall)"
	stop "$1"
	is "$1: every beat is there once" "$(faulty "$KUMATOP" export --config kumatop.conf | sed 1d | cut -d, -f1 | sort | uniq -d)" ''
	is "$1: in the order of time" "$(faulty "$KUMATOP" export --config kumatop.conf | sed 1d | cut -d, -f1 | sort -c 2>&1)" ''
}

change autumn "$(date -u -d 2026-10-25T01:00:00Z +%s)"
change spring "$(date -u -d 2027-03-28T01:00:00Z +%s)"
done_testing
