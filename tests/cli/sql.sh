#!/bin/sh
# `kumatop sql`: forms, hostile texts, what is refused, beside an owner.
. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"

start_peer web 'respond 200 hello'
db=$TEST_DIR/kumatop.db
cat > kumatop.conf <<END
database = "$db";
monitors: (
  { name = "web"; http = "$url/"; interval = "1s"; timeout = "1s"; },
  { name = "=cmd, \"x\""; tcp = "127.0.0.1:${url##*:}"; interval = "1s"; timeout = "1s"; }
);
END
chmod 600 kumatop.conf
start serve "$KUMATOP" serve --config kumatop.conf
_beats() { [ "$(sqlite3 "file:$db?mode=ro" 'select count(*) from beat_tail')" -ge 4 ]; }
ok 'there is history' wait_for 20 _beats

run "$KUMATOP" sql --config kumatop.conf "select monitor, state, outcome, code from beat where monitor = 'web' limit 1"
is 'beside an owner' "$status" 0
is 'CSV' "$(tr -d '\r' < out)" 'monitor,state,outcome,code
web,up,ok,200'
stop serve
run "$KUMATOP" sql --config kumatop.conf 'select count(*) from beat'
is 'all beats' "$(tr -d '\r' < out | tail -1)" "$(sqlite3 "$db" 'select count(*) from beat_tail')"
run "$KUMATOP" sql --config kumatop.conf 'select distinct monitor, -1 as n from beat order by 1'
like 'a formula is made harmless, a number is none' "$(tr -d '\r' < out)" '^"'"'"'=cmd, ""x""",-1$'
run "$KUMATOP" sql --config kumatop.conf --raw 'select distinct monitor from beat order by 1'
like '--raw leaves it' "$out" '^"=cmd, ""x"""'
run "$KUMATOP" sql --config kumatop.conf --json "select 'a' as a, 2 as a, null as b, 1.5 as c, x'00ff' as d"
is 'JSON' "$out" '{"a":"a","a_2":2,"b":null,"c":1.5,"d":"X'"'00FF'"'"}'
run "$KUMATOP" sql --config kumatop.conf --table "select 'name' as text, 5 as number union all select 'longer name', 12345"
is 'a table' "$out" 'text         number
-----------  ------
name              5
longer name   12345'
run "$KUMATOP" sql --config kumatop.conf --table 'select monitor from beat where 0'
is 'an empty one' "$out" 'monitor
-------'
for form in '' --json --table; do
	run "$KUMATOP" sql --config kumatop.conf $form "select char(27) || '[31mred' || char(8238) || char(7) as \"head\$(printf '\\033')\""
	not_ok "nothing reaches a terminal $form" grep -q "$(printf '[\033\007]')" out
	run "$KUMATOP" sql --config kumatop.conf $form "select $(printf '\033')[31m"
	is "a hostile statement is 65 $form" "$status" 65
	not_ok "nor what is said of it $form" grep -q "$(printf '\033')" err
done

echo 'select 1 + 1 as two; -- from a file' > statement.sql
run "$KUMATOP" sql --config kumatop.conf - < statement.sql
is 'from stdin' "$(tr -d '\r' < out)" 'two
2'
printf 'select 1\0002' > statement.sql
run "$KUMATOP" sql --config kumatop.conf - < statement.sql
is 'with a NUL: 65' "$status" 65
run sh -c 'head -c 2000000 /dev/zero | tr "\0" " " | "$KUMATOP" sql --config kumatop.conf -'
is 'too long: 65' "$status" 65
run "$KUMATOP" sql --config kumatop.conf 'selec'
is 'wrong: 65' "$status" 65
is 'SQLite says why' "$err" 'kumatop: near "selec": syntax error (at byte 1)'
run "$KUMATOP" sql --config kumatop.conf 'delete from beat_tail'
is 'it only reads' "$status" 65
run "$KUMATOP" sql --config kumatop.conf 'select 1; select 2'
is 'one at a time' "$err" 'kumatop: one statement at a time'
run "$KUMATOP" sql --config kumatop.conf
is 'none: 64' "$status" 64
run "$KUMATOP" sql --database "$TEST_DIR/none.db" 'select 1'
is 'a database that is not there: 69' "$status" 69
many='with recursive n(i) as (select 1 union all select i + 1 from n where i < 300000) select i, i as j from n'
for form in '' --json --table; do
	run sh -c '"$KUMATOP" sql --config kumatop.conf '"$form"' "$1" | head -1 >/dev/null; exit 0' sh "select * from ($many)"
	is "a reader that has enough is no trouble $form" "$err" ''
	if [ -e /dev/full ]; then
		run sh -c '"$KUMATOP" sql --config kumatop.conf '"$form"' "select 1" >/dev/full'
		is "a full disk is 74 $form" "$status" 74
	fi
done
done_testing
