#!/bin/sh
# `kumatop export`: roll-ups, OpenMetrics (also as promtool takes it), InfluxDB lines and a copy of the database, with names that were
# made to break them.
. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"

closed_port
db=$TEST_DIR/kumatop.db
cat > kumatop.conf <<END
database = "$db";
monitors: (
  { name = "=a \"b\", c=d\\\\"; tcp = "127.0.0.1:$port"; interval = "1s"; timeout = "1s"; },
  { name = "web"; tcp = "127.0.0.1:$port"; interval = "1s"; timeout = "1s"; }
);
END
chmod 600 kumatop.conf
start serve "$KUMATOP" serve --config kumatop.conf
_beats() { [ "$(sqlite3 "file:$db?mode=ro" 'select count(*) from beat_tail')" -ge 4 ]; }
ok 'there is history' wait_for 20 _beats

# A copy beside the owner.
run "$KUMATOP" export --config kumatop.conf --format sqlite -o copy.db
is 'a copy while it runs' "$status" 0
is 'it is sound, and one file' "$(sqlite3 copy.db 'pragma integrity_check; pragma journal_mode')" 'ok
delete'
is 'nobody else may read it' "$(stat -c %a copy.db)" 600
stop serve
run "$KUMATOP" export --database copy.db --events
like 'kumatop reads it' "$out" ',,started,new,new,'
is 'nothing is left beside it' "$(ls -d copy*)" copy.db
echo precious > kept.db
run "$KUMATOP" export --config kumatop.conf --format sqlite -o kept.db
is 'a file that is there is 74' "$status" 74
is 'and stays' "$(cat kept.db)" precious
ln -s nowhere link.db
run "$KUMATOP" export --config kumatop.conf --format sqlite -o link.db
is 'so is a link that leads nowhere' "$status" 74
run "$KUMATOP" export --config kumatop.conf --format sqlite -o none/copy.db
is 'a directory that is not there is 74' "$status" 74
for more in "-o -" "" "-o new.db --since 2h" "-o new.db --monitor web" "-o new.db --events" "-o new.db --resolution day"; do
	run "$KUMATOP" export --config kumatop.conf --format sqlite $more
	is "sqlite with '$more' is 64" "$status" 64
done
not_ok 'nothing is written' [ -e new.db ]
run sh -c 'ulimit -f 40; exec "$KUMATOP" export --config kumatop.conf --format sqlite -o new.db'
is 'a limit that is too low is 74' "$status" 74
is 'and nothing is left' "$(ls -d new.db* 2>/dev/null)" ''

# Roll-ups, as the store writes them: an answer of 50 us, and an hour in which nothing was observed but maintenance.
sqlite3 "$db" "INSERT INTO beat_hour SELECT id, 1700000000000000 / 3600000000 * 3600000000, 1800000000, 500000, 900000000, 0, 0, 900000000,
	58, 1, 30, 2, 1, 50, 50, 50, x'010164' FROM monitor;
	INSERT INTO beat_hour SELECT id, 1700003600000000 / 3600000000 * 3600000000, 0, 0, 0, 0, 3600000000, 0, 0, 0, 0, 0, 0, NULL, 0, NULL,
	NULL FROM monitor"
run "$KUMATOP" export --config kumatop.conf --resolution hour
is 'roll-ups: the header' "$(head -1 out | tr -d '\r')" \
	time,monitor,kind,up_s,degraded_s,down_s,pending_s,maintenance_s,unknown_s,uptime,beats_up,beats_degraded,beats_down,beats_unknown,min_ms,mean_ms,max_ms,p50_ms,p90_ms,p95_ms,p99_ms
is 'two hours of two monitors' "$(wc -l < out)" 5
is 'a row' "$(tr -d '\r' < out | grep ',web,' | head -1)" \
	2023-11-14T22:00:00.000Z,web,tcp,1800,0.5,900,0,0,900,0.666666667,58,1,30,2,0.05,0.05,0.05,0.05,0.05,0.05,0.05
is 'nothing observed' "$(tr -d '\r' < out | grep ',web,' | tail -1)" 2023-11-14T23:00:00.000Z,web,tcp,0,0,0,0,3600,0,,0,0,0,0,,,,,,,
like 'a formula is made harmless' "$out" ',"'"'"'=a ""b"", c=d\\",tcp,1800'
run "$KUMATOP" export --config kumatop.conf --resolution hour --format ndjson --monitor web --since 2023-11-14T23:00:00Z
like 'as JSON, since' "$out" '^\{"time":"2023-11-14T23:00:00.000Z","monitor":"web",.*"uptime":null'
is 'one row' "$(wc -l < out)" 1
run "$KUMATOP" export --config kumatop.conf --resolution week
is 'a step there is not is 64' "$status" 64
run "$KUMATOP" export --config kumatop.conf --resolution day --events
is 'events are not rolled up' "$status" 64

run "$KUMATOP" export --config kumatop.conf --format influx
is 'influx: a line a beat' "$(wc -l < out)" "$(sqlite3 "$db" 'select count(*) from beat_tail')"
like 'a name is escaped' "$out" '^kumatop_check,kind=tcp,monitor=\\=a\\ "b"\\,\\ c\\=d\\_ state="[a-z]+",.*outcome="refused",.* [0-9]{16}000$'
run "$KUMATOP" export --config kumatop.conf --format influx --events
like 'events, too' "$out" '^kumatop_event,event=state,monitor=web id=[0-9]+i,from="[a-z]+",to="down",'
run "$KUMATOP" export --config kumatop.conf --format influx --resolution hour --monitor web
like 'and roll-ups' "$out" '^kumatop_rollup,kind=tcp,monitor=web,resolution=hour up_s=1800,.*p50_ms=0.05,.* 1699999200000000000$'

run "$KUMATOP" export --config kumatop.conf --format openmetrics --events
is 'OpenMetrics has no events' "$status" 64
run "$KUMATOP" export --config kumatop.conf --format openmetrics -o beats.om
is 'OpenMetrics' "$status" 0
is 'its end' "$(tail -n 1 beats.om)" '# EOF'
is 'a family is told once' "$(grep -c '^# TYPE kumatop_check_up gauge$' beats.om)" 1
like 'a name is escaped' "$(cat beats.om)" '^kumatop_check_up\{monitor="=a \\"b\\", c=d\\\\",kind="tcp"\} 0 [0-9]{10}(\.[0-9]{1,3})?$'
run "$KUMATOP" export --config kumatop.conf --format openmetrics --resolution hour -o hours.om
is 'of roll-ups' "$status" 0
like 'at the end of the hour' "$(cat hours.om)" '^kumatop_rollup_time_seconds\{monitor="web",kind="tcp",resolution="hour",class="up"\} 1800 1700002800$'
if command -v promtool >/dev/null; then
	for what in beats hours; do
		run promtool tsdb create-blocks-from openmetrics $what.om $what
		is "promtool takes $what" "$status" 0
		mkdir $what/wal		# the dump wants one
		promtool tsdb dump $what > $what.dump
	done
	is 'a sample a beat' "$(grep -c '__name__="kumatop_check_up"' beats.dump)" "$(sqlite3 "$db" 'select count(*) from beat_tail')"
	like 'a time class' "$(cat hours.dump)" '^\{__name__="kumatop_rollup_time_seconds", class="down", kind="tcp", monitor="web", resolution="hour"\} 900 1700002800000$'
	is 'no uptime where nothing was observed' "$(grep -c '__name__="kumatop_rollup_uptime_ratio"' hours.dump)" 2
else
	skip 'promtool takes it' 'there is no promtool (Debian: prometheus)'
fi

for format in influx openmetrics; do
	run sh -c '"$KUMATOP" export --config kumatop.conf --format '$format' | head -1 >/dev/null; exit 0'
	is "$format: a reader that has enough is no trouble" "$err" ''
	if [ -e /dev/full ]; then
		run sh -c '"$KUMATOP" export --config kumatop.conf --format '$format' >/dev/full'
		is "$format: a full disk is 74" "$status" 74
	fi
done
if command -v script >/dev/null; then
	run script -qec '"$KUMATOP" export --config kumatop.conf --format openmetrics -o bar.om' /dev/null
	like 'a bar on a terminal' "$out" '\[#{30}\] 100%  [0-9]+ rows, [0-9]+/s'
else
	skip 'a bar on a terminal' 'there is no script(1)'
fi
done_testing
