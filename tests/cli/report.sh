#!/bin/sh
# `kumatop report`: a month as text, Markdown and HTML, and that nothing from outside means anything in them.
. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"

db=$TEST_DIR/kumatop.db
long=$(printf '%01000d' 0 | tr 0 w)
evil='<script>alert(1)</script> & "it'"'"'s" 漢字 www.evil.example [x](http://e) | *b* `c`'
cat >kumatop.conf <<'END'
monitors: ( { name = "shop"; tcp = "127.0.0.1:1"; slo = 99.9; }, { name = "replica"; tcp = "127.0.0.1:1"; slo = 99.5; }, { name = "new"; tcp = "127.0.0.1:1"; } );
END
chmod 600 kumatop.conf
"$TOOLS/chronicle" "$db" <<END
base 2024-02-01T00:00:00Z
monitor 3 2 600 10 shop
monitor 3 2 600 10 replica
monitor 1 1 600 10 $evil
monitor 1 1 600 10 $long
monitor 1 1 600 10 gone before
begin
base 2024-01-20T00:00:00Z
check 5 0 refused -1
base 2024-02-01T00:00:00Z
checks 1 0 3d ok 46
checks 1 3d 3d1h wrong-status -1
checks 1 3d1h 10d ok 60
checks 1 10d 10d10m refused -1
checks 1 10d10m 29d ok 30
checks 2 0 5d ok 2
maintain 2 5d
checks 2 5d 7d refused -1
return 2 7d
checks 2 7d 8d slow 700
checks 2 8d 12d ok 3
checks 2 18d 29d ok 3
checks 3 0 1d ok 9
check 3 1d wrong-body -1 <b>x</b> | \`code\` *bold* & more
checks 4 0 29d ok 1
END
report() { run "$KUMATOP" report --config kumatop.conf --database "$db" "$@"; }

report --month 2024-02
is 'it ends well' "$status" 0
is 'its title' "$(sed -n 1p out)" 'UPTIME REPORT 2024-02'
is 'its month' "$(sed -n 3p out)" '2024-02-01 00:00:00 to 2024-03-01 00:00:00 UTC'
like 'monitors; one that is retired and of another time is none' "$out" '^Monitors +5$'
like 'outages of all' "$out" '^Outages +2$'
like 'what was not observed is told' "$out" '^[0-9.]+ % of the time was observed; .* 1 of 5 monitors was not observed at all\.$'
unlike 'nor is what was still open of it an outage of this month' "$out" 'gone before'
like 'the worst' "$out" '^Worst +99\.[0-9]+ % +(shop|<script>)'
like 'a monitor with its objective' "$(tr -s ' ' <out)" '^shop 99\.856 % 100 1h00m 1 1h00m 30\.[0-9] ms (5|6)[0-9]\.[0-9] ms 99\.9 missed$'
like 'one that met it' "$(tr -s ' ' <out)" '^replica 100 % [0-9.]+ 0s 0 - 3\.0 ms .* 99\.5 met$'
like 'no figure where nothing was observed' "$(tr -s ' ' <out)" '^new not observed 0 - 0 - - - -$'
like 'the days of one' "$out" '^shop +===X======!==================$'
like 'of another' "$out" '^replica +=====mm~~===\?\?\?\?\?\?===========$'
like 'an outage' "$(tr -s ' ' <out)" '^2024-02-04 00:00:00 2024-02-04 01:00:00 1h00m shop wrong status$'
like 'one that is open' "$(tr -s ' ' <out)" '^2024-02-02 00:00:00 open [0-9dh]+ <script>.* <b>x</b> \| `code` \*bold\* & more$'
utc=$out
TZ=Pacific/Kiritimati report --month 2024-02 -o zone.txt
is 'it is the same everywhere' "$(sed 's/open  *[0-9dh]*/open/' zone.txt)" "$(echo "$utc" | sed 's/open  *[0-9dh]*/open/')"
report --month 2024-02 --monitor shop
unlike 'only what was asked for' "$out" replica
report --month 2024-02 --monitor 'gone before'
like 'also a retired one, by its name' "$out" '^Monitors +1$'
like 'with what is open of it' "$out" '^2024-01-20 00:00:00  open .*gone before +connection refused$'
report --month 2023-05
like 'a month of nothing' "$out" '^Uptime +not observed$'
like 'is one without outage' "$out" '^There was no outage\.$'
report
is 'without a month the last that is over' "$(sed -n 1p out)" "UPTIME REPORT $(date -u -d "$(date -u +%Y-%m-01) -1 day" +%Y-%m)"
report --month "$(date -u +%Y-%m)" --monitor shop
is 'a month that is not over' "$status" 0

report --month 2024-02 --format markdown
is 'Markdown' "$(sed -n 1p out)" '# Uptime report 2024-02'
like 'a row' "$out" '^\| shop \| 99\.856 % \| 100 % \| 1h00m \| 1 \| 1h00m \| .* \| 99\.9 missed \|$'
like 'its days' "$out" '^\| shop \| `===X======!==================` \|$'
like 'a name means nothing' "$out" \
	'^\| &lt;script&gt;alert\(1\)&lt;/script&gt; &amp; "it'"'"'s" 漢字 www\\\.evil\.example \\\[x\\\]\(http\\://e\) \\\| \\\*b\\\* \\`c\\` \| 9'
like 'nor does a cause' "$out" '&lt;b&gt;x&lt;/b&gt; \\\| \\`code\\` \\\*bold\\\* &amp; more \|$'
is 'all rows of a table have as many cells' "$(sed -n '/^## Monitors/,/^## The/s/[^\\]|/&/gp' out | sed 's/\\|//g' | grep '^|' | tr -cd '|\n' | sort -u | wc -l)" 1

report --month 2024-02 --format html -o page.html
is 'nothing on the way' "$out$err" ''
like 'HTML' "$(sed -n 1p page.html)" '^<!DOCTYPE html>$'
like 'a policy' "$(cat page.html)" "content=\"default-src 'none'; style-src 'unsafe-inline'\""
is 'no element that was not ours' "$(grep -oE '<[a-z0-9]+' page.html | sort -u | tr '\n' ' ')" \
	'<b <body <div <g <h1 <h2 <head <html <li <meta <ol <p <path <rect <span <style <svg <table <tbody <td <text <th <thead <title <tr <ul '
is 'nothing from elsewhere' "$(grep -cE '(href|src)=|url\(|@import' page.html)" 0
like 'a name means nothing there either' "$(cat page.html)" '&lt;script&gt;alert\(1\)&lt;/script&gt; &amp; &quot;it&#39;s&quot; 漢字'
like 'nor does a cause there' "$(cat page.html)" '&lt;b&gt;x&lt;/b&gt; \| `code` \*bold\* &amp; more</td>'
like 'a long name is whole' "$(cat page.html)" ">$long<"
like 'a day' "$(cat page.html)" '<title>2024-02-04: down, up 95\.833 %, down 1h00m, known 100 %</title>'
is 'tags are closed' "$(grep -oE '<(td|tr|g|svg|span|div|table)[ >]' page.html | wc -l)" "$(grep -oE '</(td|tr|g|svg|span|div|table)>' page.html | wc -l)"

for wrong in '--month 2024-13' '--month 2999-01' '--format pdf' more; do
	report $wrong
	is "$wrong is 64" "$status" 64
done
echo precious >kept.html
report --month 2024-02 --monitor nothing -o kept.html
is 'a monitor that is not there is 65' "$status" 65
is 'a file that was there stays' "$(cat kept.html)" precious
report --month 2024-02 -o nowhere/page.html
is 'a file that cannot be written is 74' "$status" 74
run sh -c '"$KUMATOP" report --config kumatop.conf --database "$1" --month 2024-02 --format html | head -1 >/dev/null; exit 0' sh "$db"
is 'a reader that has enough is no trouble' "$err" ''
if [ -e /dev/full ]; then
	run sh -c '"$KUMATOP" report --config kumatop.conf --database "$1" --month 2024-02 >/dev/full' sh "$db"
	is 'a full disk is 74' "$status" 74
fi
done_testing
