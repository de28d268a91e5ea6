#!/bin/sh
# A kumatop that stood still (^Z, SIGSTOP) has observed nothing: that time is unknown, neither up nor down, and no incident.
. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"

STOPPED_S=8	# a beat speaks for interval + timeout at most: 2 s of it
start_peer web 'read-request; respond 200 hello'
db=$TEST_DIR/kumatop.db
cat >kumatop.conf <<CONF
database = "$db";
monitors: ( { name = "web"; http = "$url/"; interval = "1s"; timeout = "1s"; } );
CONF
chmod 600 kumatop.conf

sql() { sqlite3 "file:$db?mode=ro" "$1" 2>>sql.err; }
beats() { sql 'select count(*) from beat_tail'; }
_beats() { [ "$(beats)" -ge "$1" ]; }
_stopped() { grep -q '^State:.*T' "/proc/$1/status"; }
_it_is() { [ "$(date +%s)" -ge "$1" ]; }
amount() # NAME: of the last day, in seconds; before the first beat all is unknown
{
	"$KUMATOP" list --config kumatop.conf --json | tr -d ' \n' | sed "s/.*\"$1\":\([0-9]*\).*/\1/"
}

start serve "$KUMATOP" serve --config kumatop.conf
ok 'there is history' wait_for 30 _beats 3
pid=$(pid_of serve)
kill -STOP "$pid"
ok 'it is stopped' wait_for 30 _stopped "$pid"
from=$(date +%s)
count=$(beats)
ok 'time passes' wait_for 60 _it_is $((from + STOPPED_S))
is 'without a check' "$(beats)" "$count"
kill -CONT "$pid"
to=$(date +%s)
ok 'it goes on' wait_for 30 _beats $((count + 4))
stop serve
observed=$(sql 'select (max(time_us) - min(time_us)) / 1000000 from beat_tail')
up=$(amount up_s)
unseen=$((observed - up))
note "first beat to last: $observed s, of them up: $up s; stopped for $((to - from)) s"
ok 'what nobody saw is not up' [ "$unseen" -ge $((STOPPED_S - 3)) ]
ok 'and the rest is' [ "$unseen" -le $((to - from + 2)) ]
for other in down_s pending_s maintenance_s; do
	is "none of it is $other" "$(amount $other)" 0
done
ok 'so it is unknown' [ $((up + $(amount unknown_s))) -ge 86390 ]
is 'and no incident' "$(sql "select count(*) from event e join word w on w.what = 'state' and w.number = e.to_state
	where e.kind = 1 and w.word in ('down', 'pending')")" 0
done_testing
