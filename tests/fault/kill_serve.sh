#!/bin/sh
# kill -9 of `kumatop serve` at any moment: the database is sound, what was asked of the server a while ago has its beat, and the
# next run goes on where it was.
. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"

MONITORS=50
KILLS=$(full_or 100 6)

start_peer web 'read-request; respond 200 hello'
db=$TEST_DIR/kumatop.db
{
	echo "database = \"$db\";"
	echo 'monitors: ('
	for i in $(seq "$MONITORS"); do
		echo "  { name = \"m$i\"; http = \"$url/m$i\"; interval = \"1s\"; timeout = \"1s\"; }$([ "$i" -eq "$MONITORS" ] || echo ,)"
	done
	echo ');'
} >kumatop.conf
chmod 600 kumatop.conf

_random=20261122
random() # BELOW: into $random
{
	_random=$(((_random * 1103515245 + 12345) % 2147483648))
	random=$((_random / 65536 % $1))
}

# The server's log from a line on: "m7 12" is twelve requests of m7.
requested() # FIRST LAST
{
	sed -n "$1,$2p" web.log | awk '$1 == "request" { sub("/", "", $4); count[$4]++ } END { for (m in count) print m, count[m] }' | sort
}

lines()
{
	wc -l <web.log
}

sql() # SQL: of a database that nobody owns
{
	sqlite3 "$db" "$1"
}

# Monitors of this run with fewer beats than were asked for up to a line of the log.
missing() # FIRST LAST SEQ
{
	requested "$1" "$2" >requested
	sqlite3 -separator ' ' "$db" "select m.name, count(*) from beat_tail b join monitor m on m.id = b.monitor
		where b.seq > $3 group by m.id" >kept
	awk 'FILENAME == "kept" { kept[$1] = $2; next } kept[$1] + 0 < $2 { print $1 ": " $2 " requests, " kept[$1] + 0 " beats" }' kept requested
}

_asked() { [ "$(sed -n "$first,\$p" web.log | grep -c "GET /$1 ")" -ge "$2" ]; }
_grown() { [ "$(lines)" -ge "$1" ]; }
_all_asked() { [ "$(requested "$first" '$' | wc -l)" -eq "$MONITORS" ]; }

# Waits until a monitor has been asked some more times in this run.
more() # MONITOR TIMES
{
	wait_for 60 _asked "$1" $(($(sed -n "$first,\$p" web.log | grep -c "GET /$1 ") + $2))
}

seq=0
proved=0
for i in $(seq "$KILLS"); do
	first=$(($(lines) + 1))
	start "serve$i" "$KUMATOP" serve --config kumatop.conf
	if [ $((i % 4)) -eq 0 ]; then
		# In the middle of its start, or soon after it.
		random 60
		_early() { grep -q ready "serve$i.err" && _grown $((first + random)); }
		wait_for 60 _early
		last=$((first - 1))
	else
		wait_for 60 _all_asked
		# Changes of state are kept at once and take waiting beats along: past those of the start it is for the clock alone.
		random "$MONITORS"
		witness=m$((random + 1))
		more "$witness" 2
		last=$(lines)
		# What is in the log now is older than a second, and then some, when one monitor has been asked thrice again.
		more "$witness" 3
		random "$MONITORS"
		wait_for 60 _grown $(($(lines) + random))
	fi
	send_signal "serve$i" KILL
	finish "serve$i"
	is "kill $i: it was killed" "$status" 137
	is "kill $i: the database is sound" "$(sql 'pragma integrity_check')" ok
	is "kill $i: no beat older than a second is missing" "$(missing "$first" "$last" "$seq")" ''
	is "kill $i: what was there before still is" "$(sql "select count(*) from beat_tail where seq <= $seq")" "$seq"
	[ "$last" -lt "$first" ] || proved=$((proved + $(awk '{ n += $2 } END { print n }' requested)))
	seq=$(sql 'select coalesce(max(seq), 0) from beat_tail')
done
note "$proved requests had to have their beats; $seq beats in all"
ok 'that was a test of hundreds of beats' [ "$proved" -ge $((MONITORS * KILLS * 4 / 5)) ]
is 'none is there twice' "$(sql 'select count(*) from (select 1 from beat_tail group by monitor, time_us having count(*) > 1)')" 0
is 'every run is known' "$(sql 'select count(*) from run')" "$KILLS"
is 'none of them ended' "$(sql 'select count(*) from run where ended_us is not null')" 0

first=$(($(lines) + 1))
start last "$KUMATOP" serve --config kumatop.conf
ok 'it runs once more' wait_for 60 _all_asked
stop last
is 'and ends with 0' "$status" 0
is 'all it asked has its beat' "$(missing "$first" "$(lines)" "$seq" | grep -vc ' 1 requests, 0 beats')" 0
is 'every monitor became up once, not once in every run' "$(sql 'select count(*) from event where kind = 1')" "$MONITORS"
is 'and is up' "$(sql "select count(*) from monitor_state s join word w on w.what = 'state' and w.number = s.state where w.word = 'up'")" "$MONITORS"
done_testing
