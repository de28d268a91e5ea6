#!/bin/sh
# The owner's socket as a file: where it is, what makes way for it and what does not, when it goes.
. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"

db=$TEST_DIR/kumatop.db
cat > kumatop.conf <<EOF
database = "$db";
socket = "by-conf.sock";
monitors: ( { name = "web"; tcp = "127.0.0.1:1"; interval = "1s"; timeout = "1s"; fall = 1; } );
EOF
sed '/^socket/d' kumatop.conf > plain.conf
chmod 600 kumatop.conf plain.conf

begin() # NAME WORDS…: serve until it is ready
{
	_serve=$1
	shift
	start "$_serve" "$KUMATOP" serve "$@"
	wait_for 20 grep -q ready "$_serve.err"
}

ready_line() { grep ready "$1.err"; }
answers() { "$KUMATOP" list --socket "$1" --json >/dev/null 2>answers.err || [ $? -le 3 ]; }

ok 'by itself it is in the run-time directory' begin one --config plain.conf
like 'and said in the ready line' "$(ready_line one)" "socket $XDG_RUNTIME_DIR/kumatop/[0-9a-f]+\.sock"
socket=$(ready_line one | sed 's/.* socket //')
is 'for nobody but its group' "$(stat -c %a "$socket")" 660
is 'in a folder of the same' "$(stat -c %a "$XDG_RUNTIME_DIR/kumatop")" 750
ok 'somebody answers there' answers "$socket"
stop one
is 'it ends with 0' "$status" 0
not_ok 'and the socket with it' [ -e "$socket" ]

ok 'the configuration names it' begin two --config kumatop.conf
ok 'beside its file' [ -S by-conf.sock ]
stop two
export KUMATOP_SOCKET="$TEST_DIR/by-env.sock"
ok 'the environment goes before' begin three --config kumatop.conf
ok 'as it says' [ -S by-env.sock ]
not_ok 'nowhere else' [ -e by-conf.sock ]
stop three
ok 'and --socket before both' begin four --config kumatop.conf --socket "$TEST_DIR/by-word.sock"
ok 'as it says, too' [ -S by-word.sock ]
not_ok 'and nowhere else' [ -e by-env.sock ]
unset KUMATOP_SOCKET

kill -9 "$(pid_of four)"
finish four
ok 'who is killed leaves it behind' [ -S by-word.sock ]
ok 'the next takes its place' begin five --config kumatop.conf --socket "$TEST_DIR/by-word.sock"
ok 'and answers' answers "$TEST_DIR/by-word.sock"

sed "s|^database.*|database = \"$TEST_DIR/other.db\";|" plain.conf > other.conf
chmod 600 other.conf
ok 'the owner of another database does not take it away' begin six --config other.conf --socket "$TEST_DIR/by-word.sock"
like 'says so' "$(cat six.err)" 'nobody can attach: .*listens'
like 'in its ready line, too' "$(ready_line six)" 'socket none'
ok 'the first still answers' answers "$TEST_DIR/by-word.sock"
stop six
ok 'and keeps its socket' [ -S by-word.sock ]
stop five

mkdir open
chmod 777 open
ok 'a folder that others may write to is no place' begin seven --config plain.conf --socket "$TEST_DIR/open/k.sock"
like 'which is said' "$(cat seven.err)" 'warning: nobody can attach: .*open.* written by others'
not_ok 'nothing is put there' [ -e open/k.sock ]
stop seven
echo precious > file.sock
ok 'nor is a file that is no socket' begin eight --config plain.conf --socket "$TEST_DIR/file.sock"
is 'which stays as it is' "$(cat file.sock)" precious
stop eight

ok 'without a database there is none' begin nine --config plain.conf --database none -v
like 'which is no trouble' "$(cat nine.err)" 'debug: without a database'
stop nine
done_testing
