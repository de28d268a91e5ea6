#!/bin/sh
# A machine that slept (suspended, its lid closed) under `kumatop serve`: that time is unknown in what it shows, in raw history and in
# roll-ups, no incident, and told once; the five amounts add up everywhere.
. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"
. "$SOURCE/tests/lib/faults.sh"

SLEPT_S=3000

make_faults
start_peer web 'read-request; respond 200 hello'
db=$TEST_DIR/kumatop.db
cat >kumatop.conf <<CONF
database = "$db";
socket = "$TEST_DIR/sock";
monitors: ( { name = "web"; http = "$url/"; interval = "1s"; timeout = "1s"; } );
CONF
chmod 600 kumatop.conf

sql() { sqlite3 "file:$db?mode=ro" "$1" 2>>sql.err; }
_asked() { [ "$(requests web)" -ge "$1" ]; }
_slept() { grep -q 'this machine slept for' serve.err; }
_rolled() { [ "$(sql "select coalesce(max(value), 0) >= $1 * 1000000 from meta where key = 'rolled_5min_us'")" = 1 ]; }
amount() # NAME: of the last day, in seconds
{
	faulty "$KUMATOP" list --config kumatop.conf --json | tr -d ' \n' | sed "s/.*\"$1\":\([0-9]*\).*/\1/"
}
amounts() # of all five
{
	sum=0
	for class in up_s down_s pending_s maintenance_s unknown_s; do
		sum=$((sum + $(amount $class)))
	done
	echo $sum
}

start_faulty serve "$KUMATOP" serve --config kumatop.conf
ok 'it checks' wait_for 60 _asked 3
sleep_for $SLEPT_S
ok 'that it slept is told' wait_for 60 _slept
ok 'it goes on' wait_for 60 _asked $(($(requests web) + 4))
is 'it was told once' "$(grep -c 'this machine slept for \(49m59s\|50m\)' serve.err)" 1
is 'nor was the clock set' "$(grep -c 'clock of this machine was set' serve.err)" 0
is 'it is an event, with its length' "$(sql "select (lasted_us + 500000) / 1000000 from event where detail like 'this machine slept%'")" $SLEPT_S
up=$(amount up_s)
ok 'what is shown: some of it is up' [ "$up" -ge 3 ]
# It was shown anew by the next second.
sum=$(amounts)
ok 'what is shown adds up to a day' [ "$sum" -ge 86397 ] && [ "$sum" -le 86403 ]
stop serve
observed=$(sql 'select (max(time_us) - min(time_us)) / 1000000 from beat_tail')
note "first beat to last: $observed s, of them up: $up s"
ok 'the beats are as far apart as they were' [ "$observed" -ge $SLEPT_S ]
ok 'and the gap is not up' [ "$up" -le $((observed - SLEPT_S + 3)) ]
is 'nothing was down or pending' "$(sql "select count(*) from event e join word w on w.what = 'state' and w.number = e.to_state
	where e.kind = 1 and w.word in ('down', 'pending')")" 0

# From raw history, by who was not there.
raw=$(amount up_s)
note "from raw history: $raw s are up"
ok 'raw history says the same' [ "$raw" -le $((observed - SLEPT_S + 3)) ] && [ "$raw" -ge $((up - 3)) ]

# A later start closes all that went before.
until=$(($(date +%s) + SLEPT_S))
sleep_for $((SLEPT_S + 1200))
start_faulty later "$KUMATOP" serve --config kumatop.conf
ok 'roll-ups are closed' wait_for 60 _rolled $((until + 600))
stop later
is 'each adds up' "$(sql 'select count(*) from beat_5min where up_us + down_us + pending_us + maintenance_us + unknown_us <> 300000000')" 0
rolled=$(sql "select sum(up_us) / 1000000 from beat_5min where start_us < ($until + 600) * 1000000")
note "from roll-ups: $rolled s are up"
ok 'roll-ups say the same' [ "$rolled" -le $((observed - SLEPT_S + 4)) ] && [ "$rolled" -ge $((raw - 3)) ]
is 'nobody was seen while it slept' "$(sql "select count(*) from beat_5min where start_us between ($until - $SLEPT_S + 600) * 1000000
	and ($until - 900) * 1000000")" 0
is 'the database is sound' "$(sqlite3 "$db" 'pragma integrity_check')" ok
done_testing
