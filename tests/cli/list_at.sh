#!/bin/sh
# `kumatop list --at`: the board as it stood, beside an owner and without one.
. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"

date -u -d @0 >/dev/null 2>&1 || skip_all 'date(1) cannot print a time that is given'
db=$TEST_DIR/kumatop.db
cat > kumatop.conf <<EOF
database = "$db";
monitors: ( { name = "web"; http = "http://127.0.0.1:1/"; group = "shop"; interval = "60s"; fall = 1; } );
EOF
chmod 600 kumatop.conf
start serve "$KUMATOP" serve --config kumatop.conf
_checked() { [ "$(sqlite3 "file:$db?mode=ro" 'select count(*) from beat_tail')" -ge 1 ]; }
ok 'there is history' wait_for 20 _checked
run "$KUMATOP" list --config kumatop.conf --at 1h
is 'nothing was known an hour ago: unknown' "$status" 3
like 'and it says so' "$err" 'no monitors then'
run "$KUMATOP" list --config kumatop.conf --at now
is 'beside an owner' "$status" 2
like 'what it is now' "$out" '^down +web +http'
stop serve

# A past of our own: up for two hours, then down, then up again; and one that is declared no more.
now=$(date +%s)
t0=$((now - 7200))
sqlite3 "$db" <<EOF
DELETE FROM event; DELETE FROM beat_tail; DELETE FROM run;
UPDATE monitor SET created_us = ($t0 - 100) * 1000000;
INSERT INTO run (started_us, seen_us, ended_us, version) VALUES (($t0 - 100) * 1000000, $now * 1000000, $now * 1000000, 'x');
INSERT INTO monitor (id, name, kind, target, origin, text, retired, removed, created_us)
	SELECT 77, 'old', 'tcp', '127.0.0.1:2', 0, NULL, 1, 0, ($t0 - 100) * 1000000;
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 100)
INSERT INTO beat_tail (monitor, time_us, reach_ms, state, verdict, outcome, code, name_us, connect_us, tls_us, first_byte_us, transfer_us, total_us)
	SELECT (SELECT id FROM monitor WHERE name = 'web'), ($t0 + 60 * i) * 1000000, 70000, CASE WHEN i BETWEEN 20 AND 29 THEN 4 ELSE 1 END,
		CASE WHEN i BETWEEN 20 AND 29 THEN 2 ELSE 0 END, 0, 200, 1000, 1000, NULL, 2000, 1000, 5000 FROM n
	UNION ALL SELECT 77, ($t0 + 60 * i) * 1000000, 70000, 1, 0, 0, NULL, 1000, 1000, NULL, NULL, NULL, 2000 FROM n WHERE i < 40;
INSERT INTO event (monitor, name, time_us, kind, from_state, to_state, since_us, lasted_us, alert, detail, who)
	SELECT id, 'web', ($t0 + 1200) * 1000000, 1, 1, 4, ($t0 + 1200) * 1000000, 0, 1, 'refused', NULL FROM monitor WHERE name = 'web'
	UNION ALL SELECT id, 'web', ($t0 + 1300) * 1000000, 7, 4, 4, 0, 0, 0, 'acknowledged', 'kim' FROM monitor WHERE name = 'web'
	UNION ALL SELECT id, 'web', ($t0 + 1800) * 1000000, 1, 4, 1, ($t0 + 1800) * 1000000, 600000000, 1, '200 OK', NULL FROM monitor WHERE name = 'web';
EOF
moment() # SECONDS after t0
{
	date -u -d "@$((t0 + $1))" +%Y-%m-%dT%H:%M:%SZ
}
run "$KUMATOP" list --config kumatop.conf --at "$(moment 600)"
is 'up then' "$status" 0
is 'the moment is said' "$(head -1 out)" "as of $(date -d "@$((t0 + 600))" '+%Y-%m-%d %H:%M:%S %Z')"
like 'a monitor that is declared no more' "$out" '^up +old +tcp'
like 'and one that still is' "$out" '^up +web +http +5 ms'
run "$KUMATOP" list --config kumatop.conf --at "$(moment 1500)"
is 'down then' "$status" 2
like 'for as long as it was then' "$out" '^down +web +http .* 5m$'
run "$KUMATOP" list --json --config kumatop.conf --at "$(moment 1500)"
like 'JSON says the moment' "$out" "\"at\": *\"$(moment 1500 | sed 's/Z$//')\.000Z\""
like 'what was acknowledged' "$out" '"name": *"web".*"acknowledged": *true'
like 'the monitor as it is declared' "$out" '"group": *"shop"'
is 'an object a line' "$(wc -l < out)" 2
run "$KUMATOP" list --config kumatop.conf --at "$(moment 3000)"
is 'up again, and the other one gone' "$status" 0
unlike 'it is not shown' "$out" ' old '
run "$KUMATOP" list --config kumatop.conf --at -10m
is 'nobody looked any more: unknown' "$status" 3
like 'it says so' "$out" '^unknown +web .*not observed'
run "$KUMATOP" list --config kumatop.conf --at 9d
is 'before everything' "$status" 3

run "$KUMATOP" list --config kumatop.conf --at 2199-01-01
is 'the future is 64' "$status" 64
like 'and says why' "$err" 'still to come'
run "$KUMATOP" list --config kumatop.conf --at yesterdayish
is 'a bad time is 64' "$status" 64
like 'and says what to write' "$err" '^kumatop: --at: .*2h'
run "$KUMATOP" list --config kumatop.conf --conf --at 1h
is '--conf is of now' "$status" 64
run "$KUMATOP" list --database "$TEST_DIR/none.db" --at 1h
is 'a database that is not there is 69' "$status" 69
done_testing
