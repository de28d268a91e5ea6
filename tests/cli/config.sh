#!/bin/sh
# `kumatop config check`: all faults at once with their lines; files that are refused.
. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"

cat > good.conf <<'EOF'
interval = "30s";
monitors: ( { name = "a"; tcp = "127.0.0.1:1"; } );
EOF
chmod 600 good.conf
run "$KUMATOP" config check good.conf
is 'a good one is 0' "$status" 0
like 'and says how many monitors' "$out" 'good.conf: fine, 1 monitor'

cat > bad.conf <<'EOF'
intervall = "30s";
monitors: (
  { name = "a"; tcp = "127.0.0.1:99999"; },
  { name = "b"; tcp = "127.0.0.1:1"; interval = "0s"; },
  { name = "b"; http = "https://example.com/"; },
  { name = "c"; htp = "https://example.com/"; },
  { name = "d"; tcp = "127.0.0.1:1"; interval = "5s"; timeout = "70s"; }
);
EOF
chmod 600 bad.conf
run "$KUMATOP" config check bad.conf
is 'a bad one is 78' "$status" 78
like 'unknown key, with a suggestion' "$err" 'bad.conf:1: .*interval'
like 'port' "$err" 'bad.conf:3: .*99999'
like 'interval of 0' "$err" 'bad.conf:4: .*interval'
like 'duplicate name' "$err" 'bad.conf:5: .*"b"'
like 'unknown kind' "$err" 'bad.conf:6: .*htp'
like 'timeout and interval' "$err" 'bad.conf:7: .*timeout: 70s is longer than the interval \(5s\)|bad.conf:7: .*timeout: 1m10s is longer than the interval \(5s\)'

chmod 666 good.conf
run "$KUMATOP" config check good.conf
is 'world-writable is refused' "$status" 78
like 'and why' "$err" 'world|everybody|anybody|anyone'
run "$KUMATOP" serve --config good.conf
is 'by serve too' "$status" 78

printf 'monitors: (\n  { name = "a"; tcp = "127.0.0.1:1"; },\n);\n' > comma.conf
chmod 600 comma.conf
run "$KUMATOP" config check comma.conf
is 'a syntax error is 78' "$status" 78
like 'with a hint' "$err" 'comma.conf:[23]: .*comma'

cat > access.conf <<'EOF'
access: {
  admin = ["root", "no-such-user-here"];
  dev: ( { who = ["*"]; } );
};
monitors: ( { name = "a"; tcp = "127.0.0.1:99999"; } );
EOF
chmod 644 access.conf
run "$KUMATOP" config check access.conf
is 'a doubtful access is 78' "$status" 78
like 'an unknown user' "$err" 'access.conf:2: access: admin: there is no user "no-such-user-here"'
like 'everybody as dev' "$err" 'access.conf:3: access: dev 1: who: "\*" is everybody'
like 'with the other faults' "$err" 'access.conf:5: .*99999'
run "$KUMATOP" serve --config access.conf --database none
is 'and nothing starts with it' "$status" 78

run "$KUMATOP" config check "$SOURCE/kumatop.conf"
is 'the sample is fine' "$status" 0

run "$KUMATOP" config
is 'config alone is a wrong usage' "$status" 64
done_testing
