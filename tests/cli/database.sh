#!/bin/sh
# list, add, edit, rm, pause, resume on a database that nobody owns; with an owner see owner.sh.
. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"

start_peer web 'respond 200 hello'
web=$url
db=$TEST_DIR/db/kumatop.db
kt() { run "$KUMATOP" "$@" --database "$db"; }

kt add "$web/health" --name health --interval 5s --tags prod,eu --expect.status 200-299,404
is 'add' "$status" 0
ok 'the database is there' [ -e "$db" ]
is 'and nobody else may read it' "$(stat -c %a "$db")" 600
kt add "$web/health" --name health
is 'the same name again is refused' "$status" 64
like 'and why' "$err" 'already'
kt add "$web/" --name x --interval 0s
is 'an interval of 0 is refused' "$status" 64
like 'and what to write' "$err" 'interval'
kt add "$web/" --name x --intervall 5s
is 'an unknown setting is refused' "$status" 64
like 'with a suggestion' "$err" 'did you mean interval'
kt add 'ftp://example.com/'
is 'a target of no kind is refused' "$status" 64

run "$KUMATOP" check health --database "$db"
is 'check knows an added monitor by its name' "$status" 0
like 'and checks that one' "$out" '^up +health .*200 OK'
run "$KUMATOP" --database "$db" check
is 'options may stand before the command' "$status" 0
kt list --json
like 'list knows it' "$out" '"name": *"health".*"origin": *"added"'
like 'with its tags' "$out" '"tags": *\["prod", *"eu"\]'
is 'not checked yet: unknown' "$status" 3
kt list --conf
is 'list --conf is 0' "$status" 0
printf '%s\n' "$out" > round.conf
chmod 600 round.conf
run "$KUMATOP" config check round.conf
is 'kumatop.conf accepts what list --conf prints' "$status" 0

kt edit health --interval 7s --name Health
is 'edit' "$status" 0
kt list --conf
like 'the change is there' "$out" 'name = "Health".*interval = "7s"|interval = "7s"'
kt edit nobody --interval 7s
is 'edit of nobody' "$status" 65
kt edit Helth --interval 7s
like 'suggests the nearest' "$err" 'did you mean "Health"'

kt pause 'Heal*'
is 'pause' "$status" 0
kt list --json
like 'is paused' "$out" '"state": *"paused"'
is 'a paused monitor is nobody'"'"'s worst' "$status" 0
kt pause Health
like 'twice is said' "$out" 'already'
kt resume Health
is 'resume' "$status" 0
kt pause --for 1h Health
is 'pause for a time' "$status" 0
kt resume Health

kt rm Health
is 'rm' "$status" 0
kt list --json
is 'it is gone' "$out" ''
kt rm Health
is 'rm of nobody' "$status" 65
kt rm
is 'rm without a name' "$status" 64

cat > own.conf <<EOF
database = "$db";
monitors: ( { name = "declared"; http = "$web/"; interval = "1s"; } );
EOF
chmod 600 own.conf
run "$KUMATOP" rm declared --config own.conf
is 'a declared one is not removed' "$status" 64
like 'and where it is declared is said' "$err" 'own.conf:2'
run "$KUMATOP" pause declared --config own.conf
is 'but paused' "$status" 0
run "$KUMATOP" resume declared --config own.conf

start owner "$KUMATOP" serve --config own.conf
_ready() { grep -q ready "$TEST_DIR/owner.err"; }
ok 'serve starts' wait_for 20 _ready
run "$KUMATOP" add "$web/" --name second --config own.conf
is 'its owner carries out what is asked' "$status" 0
run "$KUMATOP" serve --config own.conf
is 'a second owner is 75' "$status" 75
run "$KUMATOP" list --config own.conf
like 'list works beside the owner' "$out" 'declared'
stop owner
is 'the owner ends with 0' "$status" 0

run "$KUMATOP" add "$web/" --name x --database none
is 'no database: wrong usage' "$status" 64
done_testing
