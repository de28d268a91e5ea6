#!/bin/sh
# `kumatop import`: an export and back, Uptime Kuma's database, what cannot be taken, interruptions, and who owns the database.
. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"

sums() # DATABASE: what its past was made of
{
	"$TOOLS/past" sum "$1"
}

# All that an import writes, but for the moments at which it wrote.
content() # DATABASE
{
	sqlite3 "$1" 'select id, name, kind, target, origin, text, retired from monitor order by id; select monitor, state, paused_until_us from monitor_state;
		select hour, monitor, part, count, hex(data) from beat_chunk order by 1, 2, 3; select * from beat_5min order by start_us, monitor;
		select * from beat_hour order by start_us, monitor; select * from beat_day order by start_us, monitor; select count(*) from beat_tail;
		select monitor, time_us, kind, from_state, to_state, detail, incident from event where kind not in (2, 4) order by id;
		select text from text order by id; select started_us, ended_us from run order by id; select key from meta order by key'
}

bytes() # FILE…
{
	cat "$@" | cksum
}

# --- There and back.
ok 'there is a past' "$TOOLS/past" make "$TEST_DIR/past.db"
sums past.db >past.sums
"$KUMATOP" export --database past.db --format ndjson >beats.ndjson
"$KUMATOP" export --database past.db --format ndjson --events >events.ndjson
"$KUMATOP" export --database past.db --raw >beats.csv
"$KUMATOP" export --database past.db --events >events.csv
"$KUMATOP" export --database past.db --format json >beats.json

run "$KUMATOP" import --dry-run --database "$TEST_DIR/none/there.db" beats.ndjson
is 'a dry run' "$status" 0
like 'has a table' "$out" '^one +http +history only +[0-9]+ +- +- +2023-11-14 22:14 +2023-11-1'
like 'and sums' "$out" '^to be imported, but what is there already: 0 new monitors, 1[0-9]+ beats, 0 events'
not_ok 'and makes nothing' [ -e none ]

run "$KUMATOP" import --database back.db beats.ndjson
is 'NDJSON is imported' "$status" 0
is 'without a word' "$err" ''
like 'and it is told how much' "$out" "^imported: 0 new monitors, $(wc -l <beats.ndjson) beats, 0 events"
run "$KUMATOP" import --database back.db events.ndjson
is 'so are its events' "$status" 0
is 'then all is as it was, to the last microsecond' "$(sums back.db)" "$(cat past.sums)"
run "$KUMATOP" export --database back.db --format ndjson
is 'an export of it is the same' "$(bytes out)" "$(bytes beats.ndjson)"
content back.db >once
run "$KUMATOP" import --database back.db beats.ndjson
like 'twice' "$err" '^kumatop: [0-9]+ were there already$'
run "$KUMATOP" import --database back.db events.ndjson
is 'changes nothing' "$(content back.db | cksum)" "$(cksum <once)"

cat events.ndjson beats.ndjson >all.ndjson
run "$KUMATOP" import --database all.db all.ndjson
is 'both in one file' "$(sums all.db)" "$(cat past.sums)"
run "$KUMATOP" import --database array.db beats.json
run "$KUMATOP" import --database array.db events.csv
is 'an array of JSON, and events as CSV' "$(sums array.db)" "$(cat past.sums)"

# CSV does not say how long a beat speaks for: the monitors that are there do.
cat >kumatop.conf <<END
database = "$TEST_DIR/csv.db";
monitors: (
  { name = "one"; tcp = "127.0.0.1:1"; timeout = "10s"; }, { name = "two"; tcp = "127.0.0.1:1"; timeout = "10s"; },
  { name = "three"; tcp = "127.0.0.1:1"; timeout = "10s"; invert = true; }
);
END
chmod 600 kumatop.conf
cat beats.csv events.csv >all.csv
run "$KUMATOP" import --config kumatop.conf all.csv
like 'monitors that are there take their history' "$out" '^three +tcp +there already +[0-9]+ +[0-9]+ '
is 'CSV, too, is as it was' "$(sums csv.db)" "$(cat past.sums)"
run "$KUMATOP" import --database alone.db beats.csv
is 'CSV alone' "$status" 0
is 'has the latencies' "$(sums alone.db | sed 's/.*latency//')" "$(sed 's/.*latency//' past.sums)"
run sh -c 'for f in past alone; do "$TOOLS/past" sum $f.db | sed -n "s/.*uptime \([0-9.]*\) .*/\1/p"; done >two;
	awk "{ u[NR] = \$1 } END { for (i = 1; i <= NR / 2; i++) { d = u[i] - u[i + NR / 2]; if (d > 0.005 || d < -0.005) exit 1 } exit NR < 30 }" two'
is 'and an uptime that is off by less than half a per cent' "$status" 0

run "$KUMATOP" import --database one.db --monitor 'on*' all.ndjson
is 'some of it' "$(sqlite3 one.db 'select name from monitor')" one
run "$KUMATOP" import --database one.db --monitor twwo all.ndjson
is 'a name that is not there is 65' "$status" 65
like 'and it is told what was meant' "$err" 'did you mean "two"'

# --- What cannot be taken is told, and the rest is.
head -3 beats.csv >bad.csv
{
	echo nonsense
	echo '2099-01-01T00:00:00.000Z,two,http,up,ok,200,1,,,,,,'
	sed -n 3p bad.csv
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "broken $i"; done
	printf '2023-11-20T00:00:00.000Z,"evil \033[31m",http,up,ok,200,1,,,,,,\n'
} >>bad.csv
run "$KUMATOP" import --strict --database bad.db bad.csv
is '--strict refuses' "$status" 65
like 'and says so' "$err" 'with --strict nothing is'
is 'and takes nothing' "$(sqlite3 bad.db 'select count(*) from monitor')" 0
run "$KUMATOP" import --database bad.db bad.csv
is 'without it the rest is taken' "$status" 0
like 'broken lines are counted' "$err" 'not understood: 13$'
like 'and shown' "$err" 'line 4: it has 1 cells, and the head 13'
like 'the first ten' "$err" 'and 3 more'
like 'times that have not come' "$err" 'line 5: 2099-01-01T00:00:00.000Z of two'
like 'a time twice' "$err" 'line 6: .* of one, of which there is a beat of that time before'
is 'three beats are there' "$(sqlite3 bad.db 'select sum(count) from beat_chunk')" 3
is 'names are made harmless' "$(sqlite3 bad.db "select name from monitor where name like 'evil%'")" 'evil [31m'

run "$KUMATOP" import --database x.db nowhere.csv
is 'no such file is 69' "$status" 69
run "$KUMATOP" import --database x.db "$TEST_DIR"
is 'a directory is 65' "$status" 65
echo 'hello, world' >hello
run "$KUMATOP" import --database x.db hello
is 'any other file is 65' "$status" 65
like 'and it is told what would do' "$err" 'neither CSV nor NDJSON of kumatop export, nor a database of Uptime Kuma'
run "$KUMATOP" import --database x.db past.db
is 'a database of our own is 65' "$status" 65
run "$KUMATOP" import
is 'no file is 64' "$status" 64
not_ok 'none of these made a database' [ -s x.db ]

# --- An interruption, wherever it comes, is made good by the same command.
awk 'BEGIN {
	print "time,monitor,kind,state,outcome,code,latency_ms,detail"
	for (m = 1; m <= 8; m++) for (i = 0; i < 40000; i++) {
		t = i * 60
		down = i % 997 < 20
		printf "2025-%02d-%02dT%02d:%02d:00.%03dZ,m%d,http,%s,%s,%s,%s,\n", 1 + int(t / 2419200), 1 + int(t / 86400) % 28, int(t / 3600) % 24,
			int(t / 60) % 60, m, m, down ? "down" : "up", down ? "refused" : "ok", down ? "" : 200, down ? "" : i % 500 "." m
	}
}' >long.csv
run "$KUMATOP" import --database whole.db long.csv
is 'a long one' "$status" 0
content whole.db >whole
_some() { [ "$(sqlite3 "file:killed.db?mode=ro" "select coalesce(sum(count), 0) > $1 from beat_chunk" 2>/dev/null)" = 1 ] || ! running long; }
for some in 0 100000 250000; do
	start long "$KUMATOP" import --database "$TEST_DIR/killed.db" "$TEST_DIR/long.csv"
	ok "has come past $some" wait_for 60 _some "$some"
	send_signal long KILL 2>/dev/null
	finish long
done
run "$KUMATOP" import --database killed.db long.csv
is 'after three kills it is completed' "$status" 0
is 'and the same as without' "$(content killed.db | cksum)" "$(cksum <whole)"
is 'the database is sound' "$(sqlite3 killed.db 'pragma integrity_check')" ok

# --- Whoever owns the database is named, and nothing is done.
start serve "$KUMATOP" serve --config kumatop.conf
_ready() { grep -q ready serve.err; }
ok 'an owner' wait_for 30 _ready
run "$KUMATOP" import --config kumatop.conf all.csv
is 'a database that is owned is 75' "$status" 75
like 'by whom' "$err" "$(pid_of serve)"
like 'and what to do' "$err" 'kumatop stop'
run "$KUMATOP" import --dry-run --config kumatop.conf all.csv
is 'a dry run goes beside it' "$status" 0
stop serve
before=$(bytes csv.db)
run "$KUMATOP" import --dry-run --config kumatop.conf bad.csv
is 'a dry run leaves every byte as it was' "$(bytes csv.db)" "$before"

# --- Uptime Kuma, as far as it can be made by hand.
sqlite3 kuma.db "create table monitor (id integer primary key, name text, active boolean default 1, interval integer, url text, type text,
	hostname text, port integer, maxretries integer default 0, retry_interval integer default 0, parent integer, timeout double, keyword text);
	create table heartbeat (id integer primary key, monitor_id integer, status smallint, msg text, time datetime, ping integer);
	create table stat_daily (id integer primary key, monitor_id integer, timestamp integer, ping float, up integer, down integer);
	insert into monitor (id, name, interval, url, type, timeout) values (1, 'Web', 20, 'http://127.0.0.1:1/', 'http', 48),
		(2, 'Web', 0, 'http://127.0.0.1:2/', 'http', 0), (5, 'Nope', 60, 'http://127.0.0.1:3/', 'http', 0);
	insert into monitor (id, name, interval, type, hostname, active) values (3, 'Gate', 60, 'ping', '127.0.0.1', 0), (4, 'Q', 60, 'dns', 'x', 1);
	update monitor set url = 'not a url' where id = 5; update monitor set maxretries = 7000, retry_interval = 30 where id = 1;
	with recursive n(i) as (select 0 union all select i + 1 from n where i < 999)
		insert into heartbeat (monitor_id, status, msg, time, ping) select 1, i % 100 < 95, iif(i % 100 < 95, '200 - OK', 'ECONNREFUSED'),
		strftime('%Y-%m-%d %H:%M:%S.000', 1750000000 + i * 20, 'unixepoch'), i % 300 from n;
	insert into stat_daily (monitor_id, timestamp, ping, up, down) values (1, 1749772800, 20, 4310, 10), (3, 1749772800, 1, 1440, 0);"
run "$KUMATOP" import --dry-run --database fromkuma.db kuma.db
like 'Kuma: a new one' "$out" '^Web +http +new +1000 +'
like 'a paused one' "$out" '^Gate +ping +new, paused +- +- +1 '
like 'a kind that is not there' "$out" '^Q +dns +not taken'
like 'and why' "$out" '^ +kumatop has no checks of name servers yet'
like 'what is adjusted' "$out" '^ +timeout: 48s is longer than the interval: 20s is taken'
like 'a number that is too great' "$out" '^ +fall: 7001 is out of range: 100 is taken'
like 'names are made unlike' "$out" '^Web \(2\) +http +new '
like 'a target that is none' "$out" '^Nope +http +not taken'
run "$KUMATOP" import --database fromkuma.db kuma.db
is 'it is imported' "$status" 0
run "$KUMATOP" list --conf --database fromkuma.db
like 'as kumatop.conf has it' "$out" '\{ name = "Web"; http = "http://127.0.0.1:1/"; interval = "20s"; timeout = "20s"; retry_interval = "20s"; rise = 1; fall = 100; \}'
printf '%s\n' "$out" >round.conf
chmod 600 round.conf
run "$KUMATOP" config check round.conf
is 'and takes it' "$status" 0
is 'the paused one is paused' "$(sqlite3 fromkuma.db "select word from monitor_state, word where what = 'state' and number = state")" paused
is 'a day of statistics: up and down add up to it' "$(sqlite3 fromkuma.db 'select up_us / 1000000, down_us / 1000000, answers, latency_sum_us, histogram is null
	from beat_day where start_us = 1749772800000000 order by up_us')" '86200|200|4310|86200000|1
86400|0|1440|1440000|1'
is 'changes are in the log' "$(sqlite3 fromkuma.db 'select count(*) from event where kind = 1')" 20
content fromkuma.db >once
run "$KUMATOP" import --database fromkuma.db kuma.db
is 'twice changes nothing' "$(content fromkuma.db | cksum)" "$(cksum <once)"
run "$KUMATOP" import --strict --database other.db kuma.db
is '--strict does not take it' "$status" 65
dd if=/dev/zero of=kuma.db bs=1000 seek=6 count=30 conv=notrunc 2>/dev/null
run "$KUMATOP" import --database damaged.db kuma.db
is 'a damaged one is 65' "$status" 65
like 'and says so' "$err" 'kuma.db: cannot be read'

# --- And one that Uptime Kuma made itself.
fixture=$SOURCE/../shared/fixtures/kuma-v2.db
if [ ! -r "$fixture" ]; then
	skip 'a database that Uptime Kuma made' "there is no $fixture"
elif [ "$(date +%s)" -lt 1795400000 ]; then
	skip 'a database that Uptime Kuma made' 'its beats are of a time that has not come'
else
	before=$(bytes "$fixture")
	run "$KUMATOP" import --database kuma2.db "$fixture"
	is 'a database that Uptime Kuma made' "$status" 0
	like 'all of its kinds' "$out" '^imported: 11 new monitors, 262 beats, 11 events, 43[0-9]+ roll-ups; 6 monitors not taken$'
	like 'its alert channels are listed' "$err" 'the notification "ops telegram": alert channels come later'
	run "$KUMATOP" list --conf --database kuma2.db
	like 'groups and tags' "$out" 'name = "API \(fails\)";.* group = "Shop"; tags = \["prod", "team:payments"\];'
	like 'keywords' "$out" 'name = "Keyword inverted"; .* expect = \{ body_not = "error"; \};'
	like 'upside down' "$out" 'name = "Upside down"; .*invert = true;'
	like 'secrets are not shown' "$out" 'user = "user"; password = "\*\*\*";'
	is 'and are kept' "$(sqlite3 kuma2.db "select text like '%password = \"secret\"%' from monitor where name = 'Basic auth'")" 1
	is 'a year of it' "$(sqlite3 kuma2.db "select count(*), sum(down_us) / 1000000, sum(maintenance_us) / 1000000 from beat_day, monitor
		where id = monitor and name = 'Web'")" '365|13500|140400'
	is 'and thirty days by the hour' "$(sqlite3 kuma2.db "select count(*) from beat_hour, monitor where id = monitor and name = 'Ping localhost'")" 720
	content kuma2.db >once
	run "$KUMATOP" import --database kuma2.db "$fixture"
	is 'twice changes nothing' "$(content kuma2.db | cksum)" "$(cksum <once)"
	is 'the file itself is as it was' "$(bytes "$fixture")" "$before"
fi
done_testing
